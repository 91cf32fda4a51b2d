import Foundation
import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// The pane of the business checks: its list, what Enter opens, and its other forms.
@Suite struct ChecksPaneTests {
    private static func model(columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = .checks
        return model
    }

    @Test(arguments: [(60, 16), (80, 24), (120, 40)])
    func `the pane of the checks looks as its golden files`(size: (Int, Int)) throws {
        var model = Self.model(columns: size.0, rows: size.1)
        try FrameGoldenTests.compare(model, "checks-list")
        model.detail = .init(id: "orders_without_items")
        try FrameGoldenTests.compare(model, "checks-open")
        model.detail = nil
        var single = Samples.reconciliation
        single.sides = [.source]
        single.targetError = "the server cannot be reached"
        model.reconciliation = .init(value: single, loadedAt: Samples.now)
        try FrameGoldenTests.compare(model, "checks-one-side")
        model.reconciliation = .init(isLoading: true)
        try FrameGoldenTests.compare(model, "checks-loading")
        model.reconciliation = .init(error: Samples.error)
        try FrameGoldenTests.compare(model, "checks-error")
        model.reconciliation = .init()
        try FrameGoldenTests.compare(model, "checks-unasked")
    }

    @Test func `a screen that is too small says so instead of the checks`() throws {
        try FrameGoldenTests.compare(Self.model(columns: 44, rows: 10), "checks-too-small")
    }

    @Test func `only problems leaves out what holds`() {
        var model = Self.model()
        let all = model.table?.rows.count
        _ = model.update(.key(.character("f")))
        #expect(model.table?.rows.count == 4)
        #expect(model.table?.rows.contains { $0.text.contains("good") } == false)
        _ = model.update(.key(.character("f")))
        #expect(model.table?.rows.count == all)
    }

    @Test func `both sides are asked with r, never by looking and never twice at once`() {
        var model = Samples.empty()
        #expect(model.update(.key(.character("F"))).isEmpty)
        #expect(model.update(.key(.character("r"))).contains(.reconcile(ticket: 1)))
        #expect(!model.update(.key(.character("r"))).contains(.reconcile(ticket: 2)))
        _ = model.update(.reconciled(ticket: 1, .success(Samples.reconciliation)))
        #expect(model.reconciliation.value?.checks.count == 8)
        #expect(model.update(.key(.character("r"))).contains(.reconcile(ticket: 2)))
    }

    @Test func `hostile text of a database cannot steer the screen`() {
        var report = Samples.reconciliation
        report.checks[0].reason = "a\u{1B}[2J\u{202E}b"
        report.checks[0].samples = [.init(key: "\u{9B}31m", source: "\u{7}", target: nil)]
        var model = Self.model()
        model.reconciliation = .init(value: report, loadedAt: Samples.now)
        model.detail = .init(id: "orphans")
        let text = Chrome.draw(model).text
        #expect(
            !text.unicodeScalars.contains {
                ["\u{1B}", "\u{9B}", "\u{7}", "\u{202E}"].contains($0)
            }
        )
    }
}
