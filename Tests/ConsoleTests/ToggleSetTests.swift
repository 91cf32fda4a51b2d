import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// All workflows at once, and saved sets of them, by keys and by the palette.
@Suite struct ToggleSetTests {
    private static let before = ToggleSet(
        name: "before-maintenance",
        side: .source,
        at: "2025-10-14T13:00:00Z",
        by: "ada",
        toggles: [
            .init(name: "xml-import", enabled: false),
            .init(name: "orders-cleanup", enabled: true),
        ]
    )

    private func model(_ sets: [ToggleSet]? = [before]) -> Model {
        var model = Samples.filled()
        model.pane = .workflows
        if let sets { model.toggleSets = Samples.loaded(sets) }
        return model
    }

    @discardableResult
    private func press(_ keys: String, _ model: inout Model) -> [Command] {
        keys.reduce(into: []) { $0 += model.update(.key(.character($1))) }
    }

    private func type(_ text: String, _ model: inout Model) -> [Command] {
        press(text, &model) + model.update(.key(.enter))
    }

    @Test(arguments: [("A", "all off ora.db", false), ("E", "all on ora.db", true)])
    func `all workflows are switched after the whole phrase, and given back with u`(
        key: String,
        phrase: String,
        isOn: Bool
    ) throws {
        var model = model()
        #expect(press(key, &model).isEmpty)
        press(String(phrase.dropLast()), &model)
        guard case .confirm(let question)? = model.overlay else {
            Issue.record("no question")
            return
        }
        #expect(question.kind == .phrase(phrase) && !question.isMatched)
        press(String(phrase.suffix(1)), &model)
        _ = model.update(.key(.tab))
        let commands = model.update(.key(.enter))
        let changed = model.workflows.value?.workflows.filter { $0.enabled != isOn }.map(\.name)
        let toggles = (changed ?? []).map { Workflows.Toggle(name: $0, enabled: isOn) }
        #expect(commands == [.setWorkflows(side: .source, toggles)] && !toggles.isEmpty)
        _ = model.update(.toggled(toggles, failure: nil))
        press("u", &model)
        let back = toggles.map { Workflows.Toggle(name: $0.name, enabled: !isOn) }
        #expect(press("y", &model) == [.setWorkflows(side: .source, back)])
    }

    @Test func `a set is applied after its phrase, only where it changes something`() throws {
        var model = model()
        #expect(press("a", &model) == [.loadToggleSets(ticket: model.toggleSets.ticket)])
        #expect(model.overlay == .palette(Palette(typed: "workflows apply ")))
        _ = model.update(.toggleSets(ticket: model.toggleSets.ticket, .success([Self.before])))
        #expect(Chrome.draw(model).text.contains("workflows apply before-maintenance"))
        #expect(type("before-maintenance", &model).allSatisfy { !isChange($0) })
        guard case .confirm(let question)? = model.overlay else {
            Issue.record("no question: \(String(describing: model.notice))")
            return
        }
        #expect(question.kind == .phrase("apply before-maintenance"))
        let text = question.lines.joined(separator: " ")
        #expect(text.contains("xml-import goes OFF"))
        #expect(text.contains("by ada"))
        #expect(press("y", &model).isEmpty, "a letter is no yes")
        _ = model.update(.key(.control("u")))
        press("apply before-maintenance", &model)
        _ = model.update(.key(.tab))
        let commands = model.update(.key(.enter)).filter(isChange)
        let wanted = try #require(model.changes(of: "before-maintenance"))
        #expect(commands == [.setWorkflows(side: .source, wanted)])
        #expect(wanted.contains(.init(name: "xml-import", enabled: false)))
    }

    @Test func `a set with a workflow that is gone is refused as a whole`() {
        var odd = Self.before
        odd.toggles.append(.init(name: "gone-by-now", enabled: true))
        var model = model([odd])
        #expect(model.whyNotApplied("before-maintenance")?.contains("gone-by-now") == true)
        #expect(model.applyAgreed(set: "before-maintenance", []).isEmpty)
        #expect(model.whyNotApplied("nothing")?.contains("no set is called") == true)
        model.toggleSets = .init()
        #expect(model.whyNotApplied("before-maintenance")?.contains("not read yet") == true)
    }

    @Test func `a set is saved under a new name at once, and over an old one after y`() {
        var model = model()
        press("w", &model)
        #expect(model.overlay == .palette(Palette(typed: "workflows save ")))
        #expect(
            type("tonight", &model).contains(.saveToggleSet(side: .source, name: "tonight"))
        )
        let answer = model.update(.toggleSetSaved(name: "tonight", failure: nil))
        #expect(answer == [.loadToggleSets(ticket: model.toggleSets.ticket)])
        #expect(model.notice?.text.contains("saved as tonight") == true)
        press("w", &model)
        #expect(type("before-maintenance", &model).isEmpty)
        #expect(
            press("y", &model) == [.saveToggleSet(side: .source, name: "before-maintenance")]
        )
        _ = model.update(.toggleSetSaved(name: "x", failure: Samples.error))
        #expect(model.notice?.text.contains("x was not saved") == true)
    }

    @Test func `without a set there is nothing to apply, and a cutover holds them all`() {
        var model = model([])
        press("a", &model)
        #expect(model.notice?.text.contains("no set is saved") == true)
        model = Samples.cuttingOver("pausing")
        model.overlay = nil
        model.pane = .workflows
        for key in "AEaw" {
            #expect(press(String(key), &model).isEmpty)
            #expect(model.overlay == nil)
            #expect(model.notice?.text.contains("a cutover holds the toggles") == true)
        }
    }

    private func isChange(_ command: Command) -> Bool {
        if case .setWorkflows = command { return true }
        return false
    }
}
