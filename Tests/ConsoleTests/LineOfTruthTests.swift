import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// What row 0 says of a live run beside its lag, in every pane.
@Suite struct LineOfTruthTests {
    private func head(_ model: Model) -> String {
        String(Chrome.draw(model).text.split(separator: "\n")[0])
    }

    @Test func `row 0 names rows that wait in quarantine and closed gates`() {
        var model = Samples.following(columns: 120, rows: 40)
        #expect(head(model).contains("lag 12 rows 0.4 s  1 gate closed"))
        model.cutover.status.value?.waitingRows = 1_398
        #expect(head(model).contains("1,398 quarantined  1 gate closed"), "\(head(model))")
        #expect(model.verdict.style == .statusWarn)
        model.size = Size(columns: 80, rows: 24)
        #expect(head(model).contains("  1,398 quar  "), "\(head(model))")
        #expect(head(model).contains("ora.db") && head(model).contains("SQLite LIVE"))
        model = Samples.live(.watching)
        model.cutover.status.value?.waitingRows = 3
        #expect(head(model).contains("SWITCHED  3 quarantined"))
        model = Samples.following(columns: 120, rows: 40)
        model.cutover.gates.value = Samples.openGates
        #expect(!head(model).contains("closed") && model.verdict.style == .statusOK)
    }

    @Test func `gates that were looked at while the copy was made are none of the cutover`() throws
    {
        var model = Samples.copying(columns: 120, rows: 40)
        model.operation?.isLive = true
        let looked = try #require(Samples.following().cutover.status.value)
        let ticket = model.cutover.status.ask(now: model.now)
        _ = model.update(.status(ticket: ticket, .success(looked)))
        #expect(!model.gates.filter(\.blocks).isEmpty)
        let late = model.cutover.status.ask(now: model.now)
        let report = try #require(Samples.filled().report)
        _ = model.update(.migrated(.success(report)))
        #expect(model.operation?.kind == .follow && model.gates.isEmpty)
        _ = model.update(.status(ticket: late, .success(looked)))
        #expect(model.gates.isEmpty && !head(model).contains("closed"), "\(head(model))")
        model.pane = .overview
        #expect(Chrome.draw(model).text.contains("looking ..."))
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `while the workflows pause row 0 counts down in every pane`(size: (Int, Int)) {
        var model = Samples.cuttingOver("pausing", columns: size.0, rows: size.1)
        _ = model.update(.key(.escape))
        for pane in PaneID.allCases {
            model.pane = pane
            #expect(head(model).contains("43 s left"), "\(head(model))")
        }
        _ = model.update(.tick(Samples.now + 3))
        #expect(head(model).contains("40 s left"), "\(head(model))")
    }

    @Test(arguments: PaneID.allCases)
    func `a hint and its key lead back to the steps from every pane`(pane: PaneID) {
        var model = Samples.cuttingOver("pausing")
        _ = model.update(.key(.escape))
        model.pane = pane
        let hints = Chrome.hints(model).map(\.text).joined()
        #expect(hints.contains("c:steps"), "\(hints)")
        _ = model.update(.key(.character("c")))
        #expect(model.overlay == .running)
    }
}
