import MigrationEngine
import Testing

@testable import Console

@Suite struct ActionsTests {
    @Test(arguments: PaneID.allCases)
    func `no key means two things in a pane`(pane: PaneID) {
        var seen: [Key: String] = [:]
        for action in Actions.actions(in: pane) {
            for key in action.keys {
                #expect(seen[key] == nil, "\(key.label): \(seen[key] ?? "") and \(action.name)")
                seen[key] = action.name
            }
        }
    }

    @Test(arguments: PaneID.allCases)
    func `the hints fit 80 columns and always offer help`(pane: PaneID) {
        for columns in [60, 80, 120] {
            for var model in [Samples.empty(columns: columns), Samples.filled(columns: columns)] {
                model.pane = pane
                let hints = Chrome.hints(model).map(\.text).joined()
                // The last cell stays free.
                #expect(Width.cells(hints) < columns)
                #expect(hints.contains("?:help"))
                #expect(hints.contains("q:quit"))
            }
        }
    }

    @Test(arguments: Actions.all.filter(\.changesSomething).map(\.name))
    func `what changes something is refused in read-only mode, with the reason`(name: String) throws
    {
        let action = try #require(Actions.all.first { $0.changesSomething && $0.name == name })
        for pane in action.panes {
            var model = Samples.filled()
            model.identity.isReadOnly = true
            model.pane = pane
            // What has no key is typed.
            let commands =
                action.keys.first.map { model.update(.key($0)) } ?? model.attempt(action.id)
            #expect(commands.isEmpty)
            #expect(model.overlay == nil)
            #expect(model.operation == nil)
            #expect(model.notice?.text.contains("read-only") == true)
        }
    }

    @Test func `migrating and switching workflows are marked as changes`() {
        let marked = Set(Actions.all.filter(\.changesSomething).map(\.name))
        #expect(
            marked == [
                "migrate", "live", "follow", "cut over", "revert", "toggle", "all off", "all on",
                "apply a set", "save a set", "undo", "accept", "try again", "backup",
            ]
        )
    }

    @Test func `a hint is shown only while its action can be done`() {
        var model = Samples.empty()
        #expect(Chrome.hints(model).map(\.text).joined().contains("m:migrate"))
        _ = model.begin(.migrate)
        let hints = Chrome.hints(model).map(\.text).joined()
        #expect(!hints.contains("m:migrate"))
        #expect(hints.contains("x:stop"))
    }

    @Test(arguments: PaneID.allCases)
    func `the help names every key of the pane`(pane: PaneID) {
        let model = Samples.filled()
        let text = HelpOverlay.lines(for: pane, in: model)
            .map { $0.map(\.text).joined() }.joined(separator: "\n")
        for action in Actions.actions(in: pane) {
            #expect(text.contains(action.words(in: model).help))
            for key in action.keys { #expect(text.contains(key.label)) }
        }
    }
}
