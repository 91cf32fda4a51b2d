import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// The questions before a cutover: no key is lost without a word, and a name is asked for once.
@Suite struct WizardKeyTests {
    /// Gates of which one that is decided by looking is closed.
    private static var closed: [Gate] {
        var gates = Samples.gates
        gates[1].state = .closed
        return gates
    }

    private func open(_ gates: [Gate]?, columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.live(.following, columns: columns, rows: rows)
        _ = model.update(.key(.character("c")))
        if let gates {
            _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(gates)))
        }
        return model
    }

    private func type(_ text: String, _ model: inout Model) {
        for character in text { _ = model.update(.key(.character(character))) }
    }

    private func entry(_ model: Model) -> DecisionEntry? { model.openWizard?.entry }

    /// Goes to the first gate that can be overridden.
    private func override(_ model: inout Model) {
        let index = model.gates.firstIndex { $0.kind == .machine && $0.blocks } ?? 0
        for _ in 0..<index { _ = model.update(.key(.character("j"))) }
        type("o", &model)
    }

    @Test(arguments: ["s", "S", "o", "j", "k"])
    func `a key while the gates are looked at says that they are`(key: String) {
        var model = open(nil)
        type(key, &model)
        #expect(entry(model) == nil)
        #expect(model.notice?.text.contains("the gates are being looked at") == true)
        #expect(model.notice?.text.contains(" \(key) ") == true)
    }

    @Test func `who has signed is not asked for the name again to override`() {
        var model = open(Self.closed)
        type("S", &model)
        type("ada", &model)
        _ = model.update(.key(.enter))
        type("y", &model)
        _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(Self.closed)))
        override(&model)
        #expect(entry(model)?.field == .note)
        #expect(entry(model)?.typed == "")
        #expect(entry(model)?.question.contains("ada overrides") == true)
        type("small on purpose", &model)
        #expect(entry(model)?.typed == "small on purpose")
        _ = model.update(.key(.enter))
        #expect(entry(model)?.decision.note == "small on purpose")
        #expect(entry(model)?.decision.author == "ada")
    }

    @Test func `a name that is proposed is taken by Enter and replaced by a letter`() {
        var model = open(Self.closed)
        model.cutover.signer = "ada"
        type("S", &model)
        #expect(entry(model)?.typed == "ada")
        #expect(Chrome.draw(model).text.contains("Enter takes it, a letter begins anew"))
        type("bo", &model)
        #expect(entry(model)?.typed == "bo")
        _ = model.update(.key(.escape))
        override(&model)
        _ = model.update(.key(.backspace))
        #expect(entry(model)?.field == .author)
        #expect(entry(model)?.isProposed == true)
        type("cleo", &model)
        _ = model.update(.key(.enter))
        #expect(entry(model)?.field == .note)
        #expect(entry(model)?.decision.author == "cleo")
    }

    @Test func `the steps that are to come name the first workflow and the closed copy`() {
        var model = Samples.cuttingOver("following", columns: 120, rows: 40)
        let text = Chrome.draw(model).text
        for step in ["canary", "toggles", "closed-copy"] { #expect(text.contains(step), "\(step)") }
        #expect(!text.contains("canary-hook"))
        model.cutover.settings.keepsCopy = false
        model.cutover.settings.canary = "no such workflow"
        let less = Chrome.draw(model).text
        #expect(!less.contains("closed-copy") && !less.contains("canary"))
    }

    // MARK: - The end

    @Test func `a cutover that was left is an abort for the status, too`() {
        var model = Samples.cuttingOver("following")
        _ = model.update(.key(.character("q")))
        _ = model.update(.key(.character("y")))
        var undone = Samples.undone
        undone.isAborted = true
        _ = model.update(.cutOver(.success(undone)))
        #expect(model.exit?.status == 75)
        #expect(model.exit?.message.contains("aborted by you") == true)
        // What nobody asked for stays a finding.
        model = Samples.cuttingOver("following")
        _ = model.update(.cutOver(.success(Samples.undone)))
        #expect(model.ending(.asked).status == 1)
    }

    @Test func `a lost terminal is named as what it is, and not as the operator`() {
        var model = Samples.cuttingOver("following")
        let words = "the loss of its terminal (SIGHUP)"
        #expect(model.update(.signal(1)) == [.cancel(by: words)])
        #expect(model.log.last?.message == "\(words) asked to stop the cutover")
        _ = model.update(.cutOver(.success(Samples.undone)))
        #expect(model.exit?.message.contains("aborted by \(words)") == true)
        #expect(model.exit?.message.contains("by you") == false)
        #expect(model.exit?.status == 129)
    }

    @Test func `a demo that is left names nothing to go on with`() {
        var model = Samples.following()
        model.identity.farewell = "the demo is over"
        _ = model.update(.key(.character("q")))
        _ = model.update(.followed(.success(Samples.followed)))
        #expect(model.exit?.status == 0)
        #expect(
            model.exit?.message == "the application worked on SQLite\nthe demo is over"
        )
        model = Samples.copying()
        model.identity.farewell = "the demo is over"
        model.failure = Samples.error
        #expect(model.ending(.asked).message == "the server does not answer\nthe demo is over")
    }
}
