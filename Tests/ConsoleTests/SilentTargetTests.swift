import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What is said of a PostgreSQL that keeps silent, before a look at it has come to its end.
@Suite struct SilentTargetTests {
    private func head(_ model: Model) -> String {
        String(Chrome.draw(model).text.split(separator: "\n")[0])
    }

    private func text(_ model: Model) -> String {
        Chrome.draw(model).text.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
    }

    /// A look that was put after an answer of two seconds ago, and has none for five.
    private func unanswered(_ phase: CutoverPhase) -> Model {
        var model = Samples.live(phase, columns: 120, rows: 40)
        let ticket = model.cutover.status.ticket
        _ = model.update(.status(ticket: ticket, .success(Samples.status(phase))))
        _ = model.update(.tick(Samples.now + 2))
        #expect(model.cutover.status.isLoading)
        _ = model.update(.tick(Samples.now + 7))
        _ = model.update(.unanswered(ticket: model.cutover.status.ticket))
        return model
    }

    @Test func `a look without an answer is an alarm behind the switch, before it has ended`() {
        var model = unanswered(.watching)
        #expect(head(model).contains("POSTGRES DOWN 00:07"), "\(head(model))")
        #expect(model.verdict.style == .statusBad)
        #expect(text(model).contains("a question has had no answer for 4 s"))
        #expect(text(model).contains("STALE, as of"))
        #expect(model.remedyOfAlarm?.hasPrefix("start the PostgreSQL server") == true)
        // The end of that look says why, and the clock goes on from the last answer.
        var silent = Samples.status(.watching)
        silent.targetProblem = "the server answers nothing since 12 s"
        _ = model.update(.tick(Samples.now + 14))
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(silent)))
        #expect(head(model).contains("POSTGRES DOWN 00:14"), "\(head(model))")
    }

    @Test func `before the switch row 0 says so as a warning, and leaves SQLite live`() {
        let model = unanswered(.following)
        #expect(head(model).contains("SQLite LIVE"))
        #expect(head(model).contains("POSTGRES DOWN 00:07"), "\(head(model))")
        #expect(!head(model).contains("STALE"))
        #expect(model.verdict.style == .statusWarn)
        #expect(model.alarm == nil)
    }

    @Test func `an answer that comes after all ends it, and an old notice begins nothing`() {
        var model = unanswered(.watching)
        let ticket = model.cutover.status.ticket
        _ = model.update(.status(ticket: ticket, .success(Samples.status(.watching))))
        #expect(model.verdict.text == "SWITCHED")
        #expect(model.update(.unanswered(ticket: ticket)).isEmpty)
        #expect(model.verdict.text == "SWITCHED")
    }

    @Test func `silence about what was written counts as silence, another error does not`() {
        var model = Samples.live(.watching, columns: 120, rows: 40)
        let ticket = model.cutover.written.ticket
        let refused = MigrationError(
            .targetPermission,
            "it may not be read",
            place: .init("status", side: .target),
            remedy: "grant it"
        )
        _ = model.update(.written(ticket: ticket, .failure(refused)))
        #expect(model.verdict.text == "SWITCHED")
        _ = model.update(.written(ticket: ticket, .failure(Samples.error)))
        #expect(model.verdict.text.hasPrefix("POSTGRES DOWN"))
    }

    @Test func `a server that falls silent in the middle of a look has not answered it`() {
        var model = unanswered(.watching)
        var status = Samples.status(.watching)
        let _: Void? = status.note { () throws(MigrationError) in throw Samples.error }
        #expect(status.targetProblem == Samples.error.message)
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(head(model).contains("POSTGRES DOWN 00:07"), "\(head(model))")
    }

    @Test func `the clock counts from the last answer, unless nobody asked for long`() {
        var model = Samples.live(.watching, columns: 120, rows: 40)
        model.cutover.answeredAt = Samples.now - 3
        model.cutover.status.askedAt = Samples.now - 1
        let ticket = model.cutover.status.ticket
        var asleep = model
        _ = model.update(.status(ticket: ticket, .failure(Samples.error)))
        #expect(model.verdict.text == "POSTGRES DOWN 00:03")
        asleep.cutover.answeredAt = Samples.now - 3_600
        _ = asleep.update(.status(ticket: ticket, .failure(Samples.error)))
        #expect(asleep.verdict.text == "POSTGRES DOWN 00:01")
    }

    @Test func `following that hangs is marked soon, and a newer look tells the lag`() {
        var model = Samples.following(columns: 120, rows: 40)
        _ = model.update(.tick(Samples.now + 4))
        #expect(!head(model).contains("STALE"))
        var status = Samples.status(.following)
        status.lag.rows = 871
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(head(model).contains("lag 871 rows"), "\(head(model))")
        _ = model.update(.tick(Samples.now + 6))
        #expect(head(model).contains("STALE 00:06"), "\(head(model))")
        #expect(model.verdict.style == .statusWarn)
    }

    @Test func `the time of an old lag is that of the reading that gave it`() {
        var model = Samples.following(columns: 120, rows: 40)
        _ = model.update(.tick(Samples.now + 4))
        var status = Samples.status(.following)
        status.lag.rows = 871
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        _ = model.update(.tick(Samples.now + 6))
        _ = model.update(.unanswered(ticket: model.cutover.status.ticket))
        _ = model.update(.tick(Samples.now + 14))
        let at = Figures.clock(Samples.now + 4)
        #expect(text(model).contains("871 rows, oldest 0.4 s as of \(at)Z"), "\(text(model))")
        // Behind the end of following it is the look's alone.
        _ = model.update(.followed(.failure(Samples.error)))
        #expect(text(model).contains("as of \(at)Z"), "\(text(model))")
    }

    @Test func `a look that does not end is marked although its server is not silent`() {
        var model = Samples.live(.watching, columns: 120, rows: 40)
        _ = model.update(.tick(Samples.now + 2))
        _ = model.update(.tick(Samples.now + 6))
        #expect(!head(model).contains("STALE"), "\(head(model))")
        _ = model.update(.tick(Samples.now + 8))
        #expect(head(model).contains("STALE 00:09"), "\(head(model))")
        #expect(model.verdict.style == .statusWarn)
    }

    // MARK: - While a cutover waits

    @Test func `a cutover that waits for a silent server says so, with the key that aborts it`() {
        var model = Samples.cuttingOver("following", "pausing", columns: 120, rows: 40)
        _ = model.update(.tick(Samples.now + 2))
        _ = model.update(.unanswered(ticket: model.cutover.status.ticket))
        _ = model.update(.tick(Samples.now + 50))
        #expect(head(model).contains("POSTGRES DOWN 00:48"), "\(head(model))")
        #expect(text(model).contains("has not answered for 00:48: the cutover waits for it"))
        #expect(text(model).contains("x, then y aborts"))
        #expect(!text(model).contains("on an old toggle for 00:00"))
        var aborted = model
        _ = aborted.update(.key(.character("x")))
        _ = aborted.update(.key(.character("y")))
        // Its toggles stand in SQLite: nothing has to be waited for.
        #expect(text(aborted).contains("It is being undone: wait until writes pass again."))
        aborted.operation?.kind = .revert
        #expect(text(aborted).contains("undone as soon as PostgreSQL answers"))
        _ = model.update(.key(.escape))
        #expect(model.problems.contains { $0.text.contains("the cutover waits for it") })
        let ticket = model.cutover.status.ticket
        _ = model.update(.status(ticket: ticket, .success(Samples.status(.pausing))))
        #expect(!head(model).contains("POSTGRES DOWN"))
    }

    @Test func `while writes are blocked both clocks are in row 0`() {
        var model = Samples.cuttingOver("fenced", "drained", columns: 120, rows: 40) { cutover in
            cutover.freezeSeconds = 0.1
            cutover.freezeBudget = 30
        }
        _ = model.update(.tick(Samples.now + 2))
        _ = model.update(.unanswered(ticket: model.cutover.status.ticket))
        _ = model.update(.tick(Samples.now + 8))
        #expect(head(model).contains("FROZEN 8.1 s of 30 s  POSTGRES DOWN 00:06"))
        model.size = Size(columns: 80, rows: 24)
        #expect(head(model).contains("FROZEN 8.1 s of 30 s  POSTGRES DOWN 00:06"))
    }

    // MARK: - Before anything was read

    @Test(arguments: [(80, 24), (120, 40)])
    func `before the first answer nothing looks like knowledge`(size: (Int, Int)) {
        let identity = Model.Identity(sourceName: "ora.db", targetName: "ora_prod")
        var model = Model(
            identity: identity,
            size: Size(columns: size.0, rows: size.1),
            now: Samples.now
        )
        _ = model.start(.none)
        #expect(head(model).contains("reading ...") && head(model).contains("nothing read yet"))
        #expect(!head(model).contains("idle"))
        #expect(text(model).contains("reading where the run stands"))
        #expect(text(model).contains("nothing is known yet"))
        #expect(!text(model).contains("copies everything"))
        let ticket = model.cutover.status.ticket
        var slow = model
        _ = slow.update(.tick(Samples.now + 6))
        _ = slow.update(.unanswered(ticket: ticket))
        #expect(head(slow).contains("POSTGRES DOWN 00:06"), "\(head(slow))")
        _ = model.update(.status(ticket: ticket, .success(Samples.status(.following))))
        #expect(!head(model).contains("reading"))
        #expect(head(model).contains("SQLite LIVE"))
    }

    // MARK: - What is drawn

    @Test func `gates that were read by themselves are not looked at again every two seconds`() {
        var model = Samples.live(.following)
        _ = model.update(.tick(Samples.now + 1))
        let ticket = model.cutover.status.ticket
        #expect(model.loadStatus() == [.loadStatus(ticket: ticket + 1)])
        var status = Samples.status(.following)
        status.gates = []
        _ = model.update(.status(ticket: ticket + 1, .success(status)))
        // Where they are forgotten, as for a new question, none looks as if none was closed.
        model.cutover.gates.reset()
        #expect(model.gates.contains { $0.blocks })
        #expect(model.loadStatus() == [.loadStatus(ticket: ticket + 2, withGates: true)])
    }

    @Test func `catch-up that tells nothing new draws nothing`() {
        let model = Samples.following()
        var progress = Progress()
        progress.live = model.cutover.lag
        #expect(!model.isNews(.progress(progress)))
        progress.live?.lagRows += 1
        #expect(model.isNews(.progress(progress)))
        #expect(model.isNews(.key(.escape)))
        #expect(Samples.cuttingOver("pausing").isNews(.progress(Progress())))
    }
}
