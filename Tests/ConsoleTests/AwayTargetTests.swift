import Foundation
import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What is offered while PostgreSQL does not answer, and what is said instead.
@Suite struct AwayTargetTests {
    private static let sizes = [(80, 24), (120, 40)]

    private func text(_ model: Model) -> String {
        Chrome.draw(model).text.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
    }

    private func hints(_ model: Model) -> String {
        Chrome.hints(model).map(\.text).joined()
    }

    /// A gate that could not be looked at because nobody answered.
    private func unseen(_ name: String, _ kind: Gate.Kind = .machine) -> Gate {
        var gate = Gate(
            name,
            title: "the title of \(name)",
            kind: kind,
            state: .closed,
            reason: "cannot be looked at: \(Samples.error.message)",
            remedy: Samples.error.remedy
        )
        gate.obstacle = GateObstacle(Samples.error)
        return gate
    }

    private var unseenGates: [Gate] {
        ["live_run", "copied", "lag"].map { unseen($0) } + [unseen("told", .person)]
    }

    private var silent: RunStatus {
        var status = Samples.status(.following)
        status.targetProblem = Samples.error.message
        status.notes = ["target", "status"].map { "\($0): \(Samples.error.message) (refused)" }
        return status
    }

    private func silence(_ model: inout Model) {
        _ = model.update(
            .status(ticket: model.cutover.status.ask(now: model.now), .success(silent))
        )
    }

    private func answer(_ model: inout Model) -> [Command] {
        let ticket = model.cutover.status.ask(now: model.now)
        return model.update(.status(ticket: ticket, .success(Samples.status(.following))))
    }

    @Test(arguments: sizes)
    func `one cause that closes many gates is said once, above those with a state of their own`(
        size: (Int, Int)
    ) throws {
        var model = Samples.following(columns: size.0, rows: size.1)
        silence(&model)
        model.cutover.gates.value = Samples.gates + unseenGates
        let shown = text(model)
        #expect(shown.contains("4 gates need PostgreSQL, which has not answered since 14:02:0"))
        if size.0 >= 100 {
            #expect(shown.contains("1 closed 1 waiting"), "\(shown)")
            #expect(shown.contains("CLOSED team_told"))
        }
        for gate in unseenGates { #expect(!shown.contains("CLOSED \(gate.name)"), "\(gate.name)") }
        try FrameGoldenTests.compare(model, "live-away")
    }

    @Test func `the questions say the cause once, and ask for no word on a gate`() {
        var model = Samples.following(columns: 120, rows: 40)
        _ = model.update(.key(.character("c")))
        silence(&model)
        let gates = Samples.openGates + unseenGates
        _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(gates)))
        #expect(text(model).components(separatedBy: "4 gates need PostgreSQL").count == 2)
        #expect(!text(model).contains("CLOSED live_run"))
        for key in "sSo" {
            _ = model.update(.key(.character(key)))
            #expect(model.openWizard?.entry == nil)
            #expect(model.notice?.text.hasPrefix("no gate can be decided about") == true, "\(key)")
            #expect(!hints(model).contains("\(key):"), "\(hints(model))")
        }
        _ = model.update(.key(.enter))
        #expect(model.openWizard?.page == .gates)
        #expect(model.notice?.text.hasPrefix("4 gates need PostgreSQL") == true)
        // The cursor goes through what is listed, and not through what is behind the heading.
        _ = model.update(.key(.end))
        #expect(model.openWizard?.index == Samples.openGates.count - 1)
    }

    @Test(arguments: sizes)
    func `what needs PostgreSQL is not offered, and its key says why and asks again`(
        size: (Int, Int)
    ) {
        var model = Samples.live(.following, columns: size.0, rows: size.1)
        #expect(hints(model).contains("c:cut over") && hints(model).contains("p:follow again"))
        silence(&model)
        for hint in ["c:", "p:", "V:"] { #expect(!hints(model).contains(hint), "\(hints(model))") }
        #expect(hints(model).contains("r:refresh"))
        #expect(model.nextSteps.first == "start PostgreSQL, or mend the way to it")
        #expect(model.nextSteps.last?.hasPrefix("r asks again") == true)
        for key in "cpV" {
            model.notice = nil
            let commands = model.update(.key(.character(key)))
            let ticket = model.cutover.status.ticket
            #expect(commands == [.loadStatus(ticket: ticket, withGates: false)], "\(key)")
            #expect(model.notice?.text.contains("has not answered since") == true, "\(key)")
            #expect(model.overlay == nil && model.operation == nil)
            silence(&model)
        }
        _ = model.update(.key(.character(":")))
        for letter in "switch" { _ = model.update(.key(.character(letter))) }
        #expect(text(model).contains("not now: PostgreSQL"), "\(text(model))")
        _ = model.update(.key(.escape))
        #expect(!answer(&model).isEmpty)
        #expect(model.notice?.text == "PostgreSQL answers again")
        #expect(hints(model).contains("c:cut over") && hints(model).contains("p:follow again"))
    }

    @Test func `following that waits for PostgreSQL can be stopped, and says that it goes on`() {
        var model = Samples.following(columns: 120, rows: 40)
        model.cutover.lag?.waitingFor = "waiting: \(Samples.error.message)"
        silence(&model)
        #expect(hints(model).contains("p:stop following") && !hints(model).contains("c:cut"))
        #expect(model.nextSteps.last?.hasPrefix("following then goes on") == true)
        // What is silent is said once under what is wrong, with one note of the connection's.
        let wrong = model.problems.filter { $0.text.contains(Samples.error.message) }
        #expect(wrong.count == 1, "\(wrong)")
        #expect(model.notesOfStatus.count == 1)
    }

    @Test func `nothing that may let writes pass again is kept back`() {
        var model = Samples.live(.fenced)
        silence(&model)
        model.cutover.knownPhase = .fenced
        #expect(model.cutover.silence != nil)
        #expect(model.refusal(of: .revert) == nil)
        model = Samples.live(.watching)
        #expect(model.refusal(of: .revert) == nil)
        _ = model.update(.status(ticket: model.cutover.status.ticket, .failure(Samples.error)))
        #expect(model.refusal(of: .revert)?.contains("has not answered since") == true)
    }

    @Test func `the phrase begins nothing while PostgreSQL is silent, and does when it answers`() {
        var model = Samples.following(columns: 120, rows: 40)
        _ = model.update(.key(.character("c")))
        let gates = Message.gates(
            ticket: model.cutover.gates.ticket,
            .success(Samples.openGates)
        )
        _ = model.update(gates)
        for _ in 0..<2 { _ = model.update(.key(.enter)) }
        for letter in "cut over \(model.identity.targetName)" {
            _ = model.update(.key(.character(letter)))
        }
        #expect(hints(model).contains("Enter:begin") && text(model).contains("Enter begins"))
        silence(&model)
        #expect(!hints(model).contains("Enter:begin") && !text(model).contains("Enter begins"))
        #expect(text(model).contains("Not now: PostgreSQL"))
        _ = model.update(.key(.enter))
        #expect(model.operation?.kind == .follow && model.openWizard?.page == .phrase)
        #expect(model.notice?.text.contains("has not answered since") == true)
        // The gates that were looked at meanwhile tell of the outage, until they are asked again.
        _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(unseenGates)))
        let commands = answer(&model)
        #expect(commands.contains(.loadGates(ticket: model.cutover.gates.ticket)))
        #expect(hints(model).contains("Enter:begin") && text(model).contains("Enter begins"))
        #expect(model.update(.key(.enter)).isEmpty && model.openWizard?.page == .phrase)
        let again = model.cutover.gates.ticket
        _ = model.update(.gates(ticket: again, .success(Samples.openGates)))
        #expect(model.update(.key(.enter)).contains(.cutOver))
    }

    // MARK: - What was before

    @Test func `an abort is no last word once another process has handed over`() {
        var model = Samples.cuttingOver("following")
        _ = model.update(.key(.character("x")))
        _ = model.update(.key(.character("y")))
        _ = model.update(.cutOver(.success(Samples.undone)))
        #expect(model.ending(.asked).status == 75)
        _ = model.update(.followed(.success(Samples.followed)))
        var status = Samples.status(.watching)
        status.isRunning = false
        let ticket = model.cutover.status.ask(now: model.now)
        _ = model.update(.status(ticket: ticket, .success(status)))
        let end = model.ending(.asked)
        #expect(end.status == 0)
        #expect(!end.message.contains("aborted"), "\(end.message)")
        #expect(!text(model).contains("LAST"))
    }

    @Test func `who ends following has not aborted the cutover before it`() {
        var model = Samples.cuttingOver("following")
        _ = model.update(.key(.character("x")))
        _ = model.update(.key(.character("y")))
        _ = model.update(.cutOver(.success(Samples.undone)))
        _ = model.begin(.follow)
        _ = model.update(.signal(15))
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.exit?.message.contains("aborted by you") == true)
        #expect(model.exit?.message.contains("aborted by SIGTERM") == false)
    }

    @Test(arguments: [nil, "both databases are gone"])
    func `following is left without a question, in the demo as elsewhere`(farewell: String?) {
        var model = Samples.following()
        model.identity.farewell = farewell
        for key in "qQ" {
            var leaving = model
            #expect(leaving.update(.key(.character(key))) == [.cancel()])
            #expect(leaving.overlay == nil)
        }
        // What would be cut off is asked about, in both alike.
        _ = model.begin(.cutOver)
        #expect(model.update(.key(.character("q"))).isEmpty)
        guard case .confirm(let question) = model.overlay else {
            Issue.record("nothing was asked")
            return
        }
        #expect(question.consequence == .quit)
    }
}
