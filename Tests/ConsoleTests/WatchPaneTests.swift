import MigrationEngine
import Testing

@testable import Console

/// The pane of the first hour: what it lists, what Enter opens, its forms, and when it looks.
@Suite struct WatchPaneTests {
    private static func model(columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = .watch
        return model
    }

    @Test(arguments: [(60, 16), (80, 24), (120, 40)])
    func `the pane of the watch looks as its golden files`(size: (Int, Int)) throws {
        var model = Self.model(columns: size.0, rows: size.1)
        model.list = .init(selected: "sequences", index: 4)
        try FrameGoldenTests.compare(model, "watch-alarm")
        model.detail = .init(id: "sequences")
        try FrameGoldenTests.compare(model, "watch-criterion")
        model.detail = nil
        model.identity.glyphs = .ascii
        try FrameGoldenTests.compare(model, "watch-ascii")
        model.identity.glyphs = .unicode
        model.watch = .init(isLoading: true)
        try FrameGoldenTests.compare(model, "watch-loading")
        model.watch = .init(error: Samples.error)
        try FrameGoldenTests.compare(model, "watch-error")
    }

    @Test func `a screen that is too small says so instead of the watch`() throws {
        try FrameGoldenTests.compare(Self.model(columns: 44, rows: 10), "watch-too-small")
    }

    @Test func `the heading names database, cluster and address`() {
        let text = Chrome.draw(Self.model(columns: 120, rows: 40)).text
        #expect(text.contains("Watch of ora_prod, system 7312345678901234567, postgresql://"))
    }

    @Test func `a server that is gone is said in the heading`() {
        var model = Self.model()
        model.watch.value?.report.server = nil
        #expect(Chrome.draw(model).text.contains("Watch: the server is gone"))
    }

    @Test func `only problems leaves out what is good`() {
        var model = Self.model()
        _ = model.update(.key(.character("f")))
        #expect(model.table?.rows.map(\.id) == ["sequences", "statements"])
    }

    @Test func `W begins to watch, and the looks go on in every pane`() {
        var model = Samples.empty()
        #expect(model.update(.key(.character("W"))).contains(.loadWatch(ticket: 1)))
        // One look at a time.
        #expect(model.update(.key(.character("r"))).isEmpty)
        _ = model.update(.watch(ticket: 1, .success(Samples.watch)))
        _ = model.update(.key(.character("7")))
        let asked = model.watch.askedAt ?? 0
        #expect(!model.update(.tick(asked + 9)).contains(.loadWatch(ticket: 2)))
        #expect(model.update(.tick(asked + 10)).contains(.loadWatch(ticket: 2)))
    }

    @Test func `nothing is watched before somebody asks`() {
        var model = Samples.empty()
        let commands = model.update(.tick(Samples.now + 60))
        #expect(!commands.contains { if case .loadWatch = $0 { true } else { false } })
    }

    @Test func `an alarm is told in every pane, once`() {
        var model = Samples.empty()
        _ = model.update(.key(.character("W")))
        _ = model.update(.key(.character("7")))
        _ = model.update(.watch(ticket: 1, .success(Samples.watch)))
        #expect(model.notice?.text.hasPrefix("ALARM sequences: lot_inventory.id") == true)
        model.notice = nil
        _ = model.update(.tick(model.now + 10))
        _ = model.update(.watch(ticket: 2, .success(Samples.watch)))
        #expect(model.notice == nil)
    }

    @Test func `bars grow with the figure, and a verdict without a figure has its own`() {
        func text(_ values: [(WatchReport.State, Double?)], limit: Double?) -> String {
            Sparkline.line(
                values.map { .init(state: $0.0, value: $0.1) },
                limit: limit,
                width: 10,
                glyphs: .unicode
            ).map(\.text).joined()
        }
        #expect(text([(.good, 0), (.good, 50), (.bad, 100)], limit: 100) == "▁▅█")
        #expect(text([(.good, nil), (.unknown, nil), (.bad, nil)], limit: nil) == "▁·█")
        #expect(text([(.good, 0), (.good, 0)], limit: 0) == "▁▁")
        #expect(text((0..<20).map { (.good, Double($0)) }, limit: nil).count == 10)
    }
}
