import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What the panes say of a difference that a write explains.
@Suite struct DashboardPaneTests {
    @Test(arguments: [(80, 24), (120, 40)])
    func `figures that differ by what is on its way say that they wait`(
        size: (Int, Int)
    ) throws {
        var model = Samples.filled(columns: size.0, rows: size.1)
        model.pane = .dashboard
        #expect(Chrome.draw(model).text.contains("▲ DIFFER"))
        model.browsing.dashboards.value?.explanation = .waits
        model.browsing.dashboards.value?.waiting = "4 changes of SQLite wait to be followed"
        let text = Chrome.draw(model).text
        #expect(text.contains("· waits") && !text.contains("DIFFER"))
        #expect(text.contains("4 changes of SQLite wait to be followed"))
        try FrameGoldenTests.compare(model, "dashboard-waiting")
        model.browsing.dashboards.value?.explanation = .movedOn
        #expect(Chrome.draw(model).text.contains("▸ moved on"))
    }

    @Test func `behind the switch an article has moved on, and waits for nothing`() {
        var model = Samples.live(.watching)
        model.pane = .inventory
        model.comparing.stock.value?.rows = [
            "17612": .init(source: 1, target: 2, verdict: .movedOn)
        ]
        let text = Chrome.draw(model).text
        #expect(text.contains("1 article moved on since the switch"))
        #expect(text.contains("SQLite gets it on the way back"))
        #expect(!text.contains("wait"))
    }
}
