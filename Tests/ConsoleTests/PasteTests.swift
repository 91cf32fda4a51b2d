import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What is pasted answers no question, and what is agreed to is what was shown.
@Suite struct PasteTests {
    private func model(_ pane: PaneID = .workflows) -> Model {
        var model = Samples.filled()
        model.pane = pane
        return model
    }

    @discardableResult
    private func press(_ keys: [Key], _ model: inout Model) -> [Command] {
        keys.reduce(into: []) { $0 += model.update(.key($1)) }
    }

    private func typed(_ text: String) -> [Key] { text.map { Key.character($0) } }

    private func pasted(_ keys: [Key]) -> [Key] { [.pasteBegin] + keys + [.pasteEnd] }

    /// The list as it is read again, with one toggle on the other value.
    private func flip(_ name: String, _ model: inout Model) throws {
        var page = try #require(model.workflows.value)
        let index = try #require(page.workflows.firstIndex { $0.name == name })
        let row = page.workflows[index]
        page.workflows[index] = WorkflowRow(
            name: row.name,
            enabled: !row.enabled,
            lastUpdated: row.lastUpdated,
            updatedBy: row.updatedBy
        )
        model.workflows = Samples.loaded(page)
    }

    @Test(
        arguments: [
            [Key.character("y")], [.character("Y")], [.tab, .enter], [.right, .enter], [.enter],
        ]
    )
    func `a pasted answer is none`(answer: [Key]) {
        for (pane, key) in [
            (PaneID.workflows, Key.character(" ")), (.overview, .character("m")),
            (.overview, .character("q")),
        ] {
            var model = model(pane)
            if key == .character("q") { _ = model.begin(.migrate) }
            press([key], &model)
            guard case .confirm? = model.overlay else {
                Issue.record("no question behind \(key)")
                continue
            }
            let before = model.overlay
            #expect(press(pasted(answer), &model).isEmpty)
            #expect(model.overlay == before)
            #expect(model.notice?.text == "paste is refused here: type the answer")
        }
    }

    @Test func `a pasted line end agrees to no phrase that stands there whole`() {
        var model = model()
        press(typed("Aall off ora.db"), &model)
        #expect(press(pasted([.tab, .enter]), &model).isEmpty)
        #expect(model.togglesInFlight == 0)
        #expect(!press([.tab, .enter], &model).isEmpty)
    }

    @Test func `nothing pasted signs or overrides a gate`() {
        var model = Samples.live(.following)
        press([.character("c")], &model)
        _ = model.update(.gates(ticket: model.cutover.gates.ticket, .success(Samples.gates)))
        #expect(press(pasted(typed("SMallory") + [.enter]), &model).isEmpty)
        #expect(model.openWizard?.entry == nil)
        press([.character("S")], &model)
        #expect(press(pasted(typed("Mallory") + [.enter]), &model).isEmpty, "a name, not its Enter")
        #expect(model.openWizard?.entry?.typed.contains("Mallory") == true)
    }

    @Test func `a paste whose end got lost is over with Escape, and presses nothing until then`() {
        var model = model(.overview)
        press([.pasteBegin, .character("x")], &model)
        press([.character("5")], &model)
        #expect(model.pane == .overview, "a paste is still under way")
        _ = model.update(.tick(model.now + Model.pasteSeconds + 0.1))
        press([.character("5")], &model)
        #expect(model.pane == .overview)
        #expect(model.notice?.text.contains("Esc ends it") == true)
        press([.escape, .character("5")], &model)
        #expect(model.pane == .orders)
    }

    @Test func `all workflows are asked about anew when one has changed since`() throws {
        var model = model()
        press(typed("Aall off ora.db") + [.tab], &model)
        try flip("orders-cleanup", &model)
        #expect(press([.enter], &model).isEmpty)
        #expect(model.notice?.text == Model.changedSince)
        guard case .confirm(let question)? = model.overlay else {
            Issue.record("no question")
            return
        }
        #expect(question.lines.joined().contains("orders-cleanup"))
        let commands = press(typed("all off ora.db") + [.tab, .enter], &model)
        #expect(commands == [.setWorkflows(side: .source, model.changes(toAll: false))])
    }

    @Test func `a set is asked about anew when a toggle has changed since`() throws {
        var model = model()
        let toggles = (model.workflows.value?.workflows ?? []).map { row in
            Workflows.Toggle(name: row.name, enabled: row.enabled != (row.name == "xml-import"))
        }
        model.toggleSets = Samples.loaded([
            ToggleSet(name: "base", side: .source, at: "", by: "ada", toggles: toggles)
        ])
        model.askToApply("base")
        try flip("orders-cleanup", &model)
        #expect(press(typed("apply base") + [.tab, .enter], &model).isEmpty)
        #expect(model.notice?.text == Model.changedSince)
        #expect(
            press(typed("apply base") + [.tab, .enter], &model)
                == [.setWorkflows(side: .source, model.changes(of: "base") ?? [])]
        )
    }

    @Test func `an undo is asked about anew when a toggle has changed since`() throws {
        var model = model()
        press(typed("Aall off ora.db") + [.tab], &model)
        for case .setWorkflows(_, let toggles) in press([.enter], &model) {
            _ = model.update(.toggled(toggles, failure: nil))
            for toggle in toggles { try flip(toggle.name, &model) }
        }
        _ = model.update(.tick(model.now + 1))
        model.workflows = Samples.loaded(try #require(model.workflows.value))
        model.workflows.loadedAt = model.now
        press(typed("u"), &model)
        try flip("xml-import", &model)
        model.workflows.loadedAt = model.now
        #expect(press(typed("y"), &model).isEmpty)
        #expect(model.notice?.text == Model.changedSince)
        #expect(press(typed("y"), &model).count == 1)
    }

    @Test(arguments: ["y", "Y", "Enter"])
    func `no key that answers questions asks one`(label: String) {
        #expect(throws: Keymap.Problem.self) { try Keymap(["toggle-workflow": [label]]) }
    }
}
