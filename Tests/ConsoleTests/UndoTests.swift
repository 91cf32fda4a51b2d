import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What was switched a moment ago is given back, and nothing else.
@Suite struct UndoTests {
    private func model() -> Model {
        var model = Samples.filled()
        model.pane = .workflows
        model.workflows.loadedAt = Samples.now - 5
        return model
    }

    private func press(_ keys: String, _ model: inout Model) -> [Command] {
        keys.reduce(into: []) { $0 += model.update(.key(.character($1))) }
    }

    /// Answers toggles as an engine that does them all.
    private func done(_ commands: [Command], _ model: inout Model, failure: MigrationError? = nil) {
        for case .setWorkflows(_, let toggles) in commands {
            _ = model.update(.toggled(toggles, failure: failure))
        }
    }

    /// What switches workflows of the source on.
    private func turnsOn(_ names: String...) -> [Command] {
        [.setWorkflows(side: .source, names.map { .init(name: $0, enabled: true) })]
    }

    /// The list as it is read again.
    private func read(_ model: inout Model, _ values: [String: Bool]) {
        var page = model.workflows.value
        page = page.map { page in
            WorkflowsPage(
                side: page.side,
                workflows: page.workflows.map { row in
                    WorkflowRow(
                        name: row.name,
                        enabled: values[row.name] ?? row.enabled,
                        lastUpdated: row.lastUpdated,
                        updatedBy: row.updatedBy,
                        lastRunAt: row.lastRunAt
                    )
                }
            )
        }
        guard let page else { return }
        _ = model.update(.workflows(ticket: model.workflows.ticket, .success(page)))
    }

    @Test func `u gives a toggle its value back after y, and the log says so`() {
        var model = model()
        done(press(" y", &model), &model)
        #expect(model.undoSeconds == 60)
        #expect(press("u", &model).isEmpty)
        guard case .confirm(let question)? = model.overlay else {
            Issue.record("no question: \(String(describing: model.notice))")
            return
        }
        #expect(question.kind == .yesNo)
        #expect(question.lines.joined().contains("xml-import goes ON again on ora.db"))
        let commands = press("y", &model)
        #expect(commands == turnsOn("xml-import"))
        done(commands, &model)
        #expect(model.log.contains { $0.level == .audit && $0.message.contains("an undo") })
        #expect(model.undo.acts.isEmpty)
        #expect(press("u", &model).isEmpty && model.overlay == nil)
        #expect(model.notice?.text == "nothing was switched within the last 60 seconds")
    }

    @Test func `n and Escape undo nothing`() {
        var model = model()
        done(press(" y", &model), &model)
        #expect(press("un", &model).isEmpty)
        _ = press("u", &model)
        #expect(model.update(.key(.escape)).isEmpty)
        #expect(model.overlay == nil && model.undo.acts.count == 1)
    }

    @Test func `all off is undone at once, and only what was on`() {
        var model = model()
        done(press("A", &model) + press("all off ora.db", &model), &model)
        _ = model.update(.key(.tab))
        done(model.update(.key(.enter)), &model)
        let commands = press("uy", &model)
        #expect(commands == turnsOn("xml-import", "unified-shipstation-sync"))
    }

    @Test func `several acts are undone one by one, the newest first`() {
        var model = model()
        done(press(" y", &model), &model)
        _ = model.update(.tick(Samples.now + 5))
        read(&model, ["xml-import": false])
        done(press("j y", &model), &model)
        #expect(
            model.undo.acts.map { $0.changes[0].name } == [
                "xml-import", "unified-shipstation-sync",
            ]
        )
        let first = press("uy", &model)
        #expect(first == turnsOn("unified-shipstation-sync"))
        done(first, &model)
        #expect(press("uy", &model) == turnsOn("xml-import"))
    }

    @Test func `the countdown stands in the last lines and ends after a minute`() {
        var model = model()
        done(press(" y", &model), &model)
        _ = model.update(.tick(Samples.now + 8))
        #expect(Chrome.draw(model).text.contains("u undoes it: 52 s"))
        #expect(Chrome.hints(model).map(\.text).joined().contains("u:undo"))
        for _ in 0..<8 { _ = press("-", &model) }
        // The seconds are counted although no list is read any more.
        #expect(model.clockInterval == 1)
        _ = press("u", &model)
        _ = model.update(.tick(Samples.now + 60))
        #expect(!Chrome.draw(model).text.contains("undoes it"))
        #expect(model.clockInterval == 60)
        // The question was open, and the minute is over.
        #expect(press("y", &model).isEmpty)
        #expect(model.notice?.text.contains("nothing was undone") == true)
    }

    @Test func `a side that is live no more keeps its toggles as they are`() {
        var model = model()
        done(press(" y", &model), &model)
        _ = press("u", &model)
        let ticket = model.cutover.status.ask(now: model.now)
        _ = model.update(.status(ticket: ticket, .success(Samples.status(.watching))))
        #expect(model.identity.liveSide == .target)
        #expect(model.overlay == nil, "the question was about the other side")
        #expect(press("u", &model).isEmpty && model.overlay == nil)
        #expect(model.notice?.text.contains("PostgreSQL is live now") == true)
    }

    @Test func `a toggle that somebody else switched since is left alone`() {
        var model = model()
        done(press(" y", &model), &model)
        _ = model.update(.tick(Samples.now + 2))
        read(&model, ["xml-import": true])
        #expect(press("u", &model).isEmpty && model.overlay == nil)
        #expect(model.notice?.text.contains("by somebody else") == true)
    }

    @Test func `read-only and a cutover refuse an undo, also behind the question`() {
        var model = model()
        done(press(" y", &model), &model)
        _ = press("u", &model)
        model.isReadOnlyBySettings = true
        #expect(press("y", &model).isEmpty)
        #expect(model.notice?.text.contains("read-only") == true)
        _ = press("u", &model)
        #expect(model.overlay == nil)
        model.isReadOnlyBySettings = false
        model.operation = .init(kind: .cutOver, startedAt: model.now)
        #expect(model.whyNoUndo?.contains("a cutover holds the toggles") == true)
    }

    @Test func `what could not be undone can be tried again`() {
        var model = model()
        done(press("A", &model) + press("all off ora.db", &model), &model)
        _ = model.update(.key(.tab))
        done(model.update(.key(.enter)), &model)
        #expect(press("u", &model).isEmpty)
        let commands = press("y", &model)
        #expect(model.whyNoUndo == "a toggle is on its way")
        done(commands, &model, failure: Samples.error)
        #expect(press("uy", &model) == commands, "all of them are as they were")
    }

    @Test func `what somebody else had switched already is not ours to undo`() {
        var model = model()
        _ = press("A", &model) + press("all off ora.db", &model)
        _ = model.update(.key(.tab))
        guard case .setWorkflows(_, let toggles)? = model.update(.key(.enter)).first else {
            Issue.record("nothing was sent")
            return
        }
        let others = toggles.filter { $0.name == "xml-import" }
        _ = model.update(.toggled(toggles, already: others, failure: nil))
        #expect(model.notice?.text.contains("xml-import: by somebody else") == true)
        #expect(press("uy", &model) == turnsOn("unified-shipstation-sync"))
        #expect(!model.log.contains { $0.message.contains("workflow xml-import was switched") })
    }

    @Test func `a failed toggle leaves nothing to undo`() {
        var model = model()
        done(press(" y", &model), &model, failure: Samples.error)
        #expect(model.undo.acts.isEmpty)
    }
}
