import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What is said and done about PostgreSQL once it has the application.
@Suite struct LostTargetTests {
    private static let sizes = [(80, 24), (120, 40)]

    /// The status of a look that did not reach the server.
    private static var silent: RunStatus {
        var status = Samples.status(.watching)
        status.targetProblem = "the server cannot be reached"
        status.next = "start the PostgreSQL server, or mend the way to it"
        status.runId = nil
        return status
    }

    private static func lost(_ columns: Int, _ rows: Int, seconds: Double = 24) -> Model {
        var model = Samples.live(.watching, columns: columns, rows: rows)
        _ = model.update(.tick(Samples.now + 1))
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(silent)))
        _ = model.update(.tick(model.now + seconds))
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(silent)))
        return model
    }

    private static func rows(_ model: Model) -> [String] {
        Chrome.draw(model).text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    @Test(arguments: sizes)
    func `a live PostgreSQL that does not answer is an alarm with a clock, before all else`(
        size: (Int, Int)
    ) throws {
        var model = Self.lost(size.0, size.1)
        let shown = Self.rows(model)
        #expect(shown[0].contains("POSTGRES DOWN 00:24"), "\(shown[0])")
        #expect(model.verdict.style == .statusBad)
        #expect(shown.contains { $0.contains("48 writes since the switch   STALE, as of 14:02:0") })
        #expect(!shown.contains { $0.contains("nothing that is known") })
        #expect(shown.contains { $0.contains("next: start the PostgreSQL server") })
        try FrameGoldenTests.compare(model, "live-lost")
        // Neither a failure nor a question that was not answered hides it.
        model.failure = Samples.error
        model.unreadable = Samples.error
        #expect(model.verdict.text == "POSTGRES DOWN 00:24")
        #expect(model.problems.first?.text.contains("has not answered since 14:02:0") == true)
        for pane in PaneID.allCases {
            model.pane = pane
            #expect(Self.rows(model)[0].contains("POSTGRES DOWN 00:24"), "\(pane)")
        }
    }

    @Test(arguments: sizes)
    func `while nobody knows whether PostgreSQL took over, neither side is called live`(
        size: (Int, Int)
    ) {
        var model = Samples.following(columns: size.0, rows: size.1)
        model.operation = nil
        var status = Samples.status(.switched)
        status.targetProblem = "the server cannot be reached"
        (status.liveSide, status.writesBlocked, status.writeFreezeSeconds) = (nil, true, 30)
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        let shown = Self.rows(model)
        #expect(shown[0].contains("WRITES BLOCKED"), "\(shown[0])")
        #expect(!shown.joined().contains("SQLite LIVE"), "\(shown[0])")
        #expect(!shown.joined().contains("FILE REPLACED"), "\(shown[0])")
        #expect(model.freezeSeconds == 30)
        #expect(model.alarm?.contains("decided when it answers") == true)
    }

    @Test func `an alarm that is none of the file's does not name the file`() {
        var model = Samples.following(columns: 120, rows: 40)
        model.operation = nil
        var status = Samples.status(.pausing)
        status.unfinished = "switch"
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(model.alarm?.contains("nobody is at work") == true)
        #expect(Self.rows(model)[0].contains("CUTOVER STOPPED"))
        status.isSourceReplaced = true
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(Self.rows(model)[0].contains("FILE REPLACED"))
    }

    @Test func `the gates are looked at again when PostgreSQL is back before the switch`() {
        var model = Samples.following(columns: 120, rows: 40)
        var silent = Samples.status(.following)
        silent.targetProblem = "the server cannot be reached"
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(silent)))
        #expect(model.cutover.silence != nil)
        let back = Samples.status(.following)
        let commands = model.update(.status(ticket: model.cutover.status.ticket, .success(back)))
        #expect(commands.contains(.loadGates(ticket: model.cutover.gates.ticket)))
    }

    @Test func `where nothing newer came nobody reads that nothing is wrong`() {
        var model = Samples.following(columns: 120, rows: 40)
        #expect(Self.rows(model).contains { $0.contains("nothing that is known") })
        _ = model.update(.tick(Samples.now + 16))
        let shown = Self.rows(model)
        #expect(shown[0].contains("STALE 00:16"))
        #expect(!shown.contains { $0.contains("nothing that is known") })
        #expect(shown.contains { $0.contains("what stands here is 00:16 old") })
    }

    @Test func `the strip of phases and a read-only console say that nobody follows`() {
        var model = Samples.live(.following, columns: 120, rows: 40)
        #expect(model.isPostponed)
        #expect(Self.rows(model)[2].contains("[▲ not followed]"))
        #expect(model.nextSteps == ["p follows the source again"])
        model.identity.isReadOnly = true
        #expect(
            model.nextSteps == [
                "read-only: nobody follows; cutover follow follows the source again"
            ]
        )
        #expect(!model.problems.contains { $0.text.contains("p follows") })
        for phase in CutoverPhase.allCases {
            model.cutover.knownPhase = phase
            #expect(!model.nextSteps.contains { $0.hasPrefix("c ") || $0.hasPrefix("R ") })
        }
        model = Samples.following(columns: 120, rows: 40)
        #expect(Self.rows(model)[2].contains("[▸ following]"))
    }

    @Test func `following that its lost server has ended goes on by itself once it answers`() {
        var model = Samples.following(columns: 120, rows: 40)
        // A look has found this console at work, and no other comes while the server is away.
        model.cutover.status.value?.isRunning = true
        _ = model.update(.followed(.failure(Samples.error)))
        #expect(model.operation == nil && model.isPostponed)
        #expect(model.notice?.text.contains("it goes on by itself once PostgreSQL answers") == true)
        #expect(model.nextSteps.first == "following: it goes on by itself once PostgreSQL answers")
        #expect(model.nextSteps.last == "p tries it at once")
        var status = Samples.status(.following)
        status.targetProblem = "the server cannot be reached"
        status.isRunning = nil
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(!model.update(.tick(Samples.now + 9)).contains(.follow))
        status.targetProblem = nil
        status.isRunning = false
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(model.update(.tick(Samples.now + 10)).contains(.follow))
        #expect(model.operation?.kind == .follow)
        #expect(model.log.contains { $0.message.contains("following goes on by itself") })
        // Again at once: it waits for longer than the first time.
        _ = model.update(.followed(.failure(Samples.error)))
        #expect(model.cutover.followAgain?.wait == 4)
        // What a person stops stays stopped.
        _ = model.begin(.follow)
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.cutover.followAgain == nil)
        var readOnly = Samples.live(.following, columns: 120, rows: 40)
        _ = readOnly.update(.tick(Samples.now + 100))
        #expect(readOnly.operation == nil)
    }

    @Test func `a file that is refused is a message, and no failure`() {
        var model = Samples.following()
        let message = Message.fileWritten(path: "a.csv", what: "2 rows", failure: Samples.error)
        _ = model.update(message)
        #expect(model.failure == nil)
        #expect(model.notice?.text.hasPrefix("nothing was written to a.csv: ") == true)
        #expect(model.log.last?.level == .warning)
        _ = model.update(.followed(.success(Samples.followed)))
        _ = model.update(.key(.character("q")))
        #expect(model.exit?.status == 0)
    }

    @Test func `a status that fails altogether is the same alarm`() {
        var model = Samples.live(.watching)
        let ticket = model.cutover.status.ticket
        _ = model.update(.status(ticket: ticket, .failure(Samples.error)))
        // The look was put a second ago.
        #expect(model.verdict.text == "POSTGRES DOWN 00:01")
    }

    @Test func `silence changes no live side, and its end is seen at once on both sides`() {
        var model = Samples.live(.watching)
        var silent = Self.silent
        silent.phase = "done"
        let ticket = model.cutover.status.ticket
        let news = model.update(.status(ticket: ticket, .success(silent)))
        #expect(news == [.loadSides(ticket: 1)])
        #expect(model.identity.liveSide == .target)
        #expect(model.phase == .watching)
        #expect(model.log.last?.message.contains("PostgreSQL does not answer") == true)
        let back = model.update(.status(ticket: ticket, .success(Samples.status(.watching))))
        #expect(back.contains(.loadSides(ticket: 2)))
        #expect(model.verdict.text == "SWITCHED")
        #expect(model.log.last?.message == "PostgreSQL answers again")
    }

    @Test func `a silent PostgreSQL is no alarm while SQLite has the application`() {
        var model = Samples.following()
        var status = Samples.status(.following)
        status.targetProblem = "the server cannot be reached"
        _ = model.update(.status(ticket: model.cutover.status.ticket, .success(status)))
        #expect(model.verdict.style == .statusWarn)
        #expect(model.alarm == nil)
        #expect(model.problems.contains { $0.text.contains("PostgreSQL cannot be asked") })
    }

    @Test func `the watch begins by itself behind the switch, and ends with the way back`() {
        var model = Samples.live(.following)
        model.watch = .init()
        #expect(!model.update(.tick(Samples.now + 60)).contains(.loadWatch(ticket: 1)))
        model = Samples.live(.watching)
        model.watch = .init()
        #expect(model.update(.tick(Samples.now + 60)).contains(.loadWatch(ticket: 1)))
        #expect(model.log.last?.message.contains("the watch begins") == true)
        _ = model.update(.watch(ticket: 1, .success(Samples.watch)))
        #expect(model.update(.tick(Samples.now + 70)).contains(.loadWatch(ticket: 2)))
        _ = model.begin(.revert)
        _ = model.update(.reverted(.success(Samples.reverted)))
        _ = model.update(.watch(ticket: 2, .success(Samples.watch)))
        #expect(model.watch.value == nil)
        let later = model.update(.tick(Samples.now + 90))
        #expect(!later.contains { if case .loadWatch = $0 { true } else { false } })
    }

    @Test func `what the watch finds bad stays in row 0 and under what is wrong`() {
        var model = Samples.live(.watching)
        model.watch.value = Samples.watch
        #expect(Self.rows(model)[0].contains("SWITCHED  1 ALARM"))
        #expect(model.problems.contains { $0.text.contains("sequences: lot_inventory.id") })
        model.watch.error = Samples.error
        #expect(model.problems.contains { $0.text.contains("nothing is watched") })
    }
}
