import Foundation
import MigrationEngine
import Testing

@testable import Console

/// Every pane as text, compared with a file that a person can read.
///
/// `RECORD_GOLDENS=1 swift test --filter FrameGoldenTests` writes the files anew; what changed is
/// then seen in the diff.
@Suite struct FrameGoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Goldens")
    private static let isRecording =
        ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1"

    /// Compact, medium and wide.
    static let sizes = [(80, 24), (120, 40), (200, 60)]
    /// Everything read, being read, nothing there, and not to be read.
    private static let forms = [
        ("filled", Samples.filled), ("empty", Samples.empty), ("nothing", Samples.nothing),
        ("unreadable", Samples.failed),
    ]

    @Test(arguments: PaneID.allCases, sizes)
    func `a pane looks as its golden file`(pane: PaneID, size: (Int, Int)) throws {
        for (form, sample) in Self.forms {
            var model = sample(size.0, size.1)
            model.pane = pane
            try Self.compare(model, "\(pane.title.lowercased())-\(form)")
        }
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `a copy that runs looks as its golden file`(size: (Int, Int)) throws {
        for pane in [PaneID.overview, .migrate, .verify] {
            var model = Samples.copying(columns: size.0, rows: size.1)
            model.pane = pane
            try Self.compare(model, "\(pane.title.lowercased())-copying")
        }
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `details and overlays look as their golden files`(size: (Int, Int)) throws {
        var model = Samples.filled(columns: size.0, rows: size.1)
        model.pane = .verify
        model.list = .init(selected: "shipped_items", index: 9)
        model.detail = .init(id: "shipped_items")
        try Self.compare(model, "verify-rows")
        model.detail = nil
        model.overlay = .help(first: 0)
        try Self.compare(model, "help")
        model.overlay = nil
        model.pane = .orders
        model.list = .init(selected: "100892")
        model.detail = .init(id: "100892")
        try Self.compare(model, "orders-items")
        model.comparing.order = Samples.loaded(Samples.comparedOrder)
        try Self.compare(model, "orders-sides")
        model.pane = .inventory
        model.detail = .init(id: "17612")
        try Self.compare(model, "inventory-transactions")
        model.comparing.article = Samples.loaded(Samples.comparedArticle)
        try Self.compare(model, "inventory-sides")
        model.detail = nil
        model.pane = .workflows
        _ = model.update(.key(.character("A")))
        _ = model.update(.key(.character("a")))
        try Self.compare(model, "confirm-phrase")
    }

    @Test(arguments: sizes)
    func `what is opened in the browsing panes looks as its golden file`(
        size: (Int, Int)
    ) throws {
        var model = Samples.filled(columns: size.0, rows: size.1)
        model.pane = .quarantine
        model.list = .init(selected: "1")
        model.detail = .init(id: "1")
        try Self.compare(model, "quarantine-values")
        model.pane = .tables
        model.list = .init(selected: "shipped_items", index: 2)
        model.detail = .init(id: "shipped_items", index: 1)
        try Self.compare(model, "tables-rows")
        model.detail?.row = "2"
        try Self.compare(model, "tables-row")
        model.detail = nil
        model.overlay = .palette(Palette(typed: "the"))
        try Self.compare(model, "palette")
        model.themeNames = ["harbor-dark", "harbor-light", "mono"]
        model.themeAbouts = ["harbor-dark": "Calm and dark", "mono": "No colour at all"]
        model.overlay = .themes(ThemePicker(index: 1, before: "harbor-dark"))
        try Self.compare(model, "themes")
    }

    @Test(arguments: [(80, 24), (120, 40)])
    func `what is chosen in a list looks as its golden file`(size: (Int, Int)) throws {
        var model = Samples.filled(columns: size.0, rows: size.1)
        model.pane = .tables
        _ = model.update(.key(.character(" ")))
        _ = model.update(.key(.character(" ")))
        try Self.compare(model, "tables-marked")
        model.pane = .orders
        model.hiddenColumns[.orders] = ["DATE"]
        model.isMouseOn = true
        _ = model.update(.key(.character("v")))
        try Self.compare(model, "columns")
        model.overlay = nil
        model.pane = .workflows
        for key in " y" { _ = model.update(.key(.character(key))) }
        _ = model.update(
            .toggled([.init(name: "xml-import", enabled: false)], failure: nil)
        )
        model.notice = nil
        try Self.compare(model, "workflows-undo")
        for key in "u" { _ = model.update(.key(.character(key))) }
        try Self.compare(model, "workflows-undo-question")
    }

    @Test func `errors, old data, ASCII and small screens look as their golden files`() throws {
        var model = Samples.empty()
        model.pane = .orders
        model.orders.error = Samples.error
        try Self.compare(model, "orders-error")
        model = Samples.filled()
        model.pane = .orders
        model.now += 12
        model.orders.error = Samples.error
        try Self.compare(model, "orders-stale")
        model = Samples.filled()
        model.identity.glyphs = .ascii
        try Self.compare(model, "overview-ascii")
        model = Samples.filled(columns: 44, rows: 10)
        try Self.compare(model, "too-small")
        model = Samples.filled(columns: 60, rows: 16)
        model.pane = .verify
        try Self.compare(model, "verify-smallest")
        model = Samples.empty()
        model.failure = Samples.error
        try Self.compare(model, "overview-failed")
    }

    /// Compares the picture of a model with the file of that name.
    static func compare(_ model: Model, _ name: String) throws {
        let size = "\(model.size.columns)x\(model.size.rows)"
        let file = folder.appending(path: size).appending(path: name + ".txt")
        let text = Chrome.draw(model).text + "\n"
        if isRecording {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(text == golden, "\(size)/\(name):\n\(text)")
    }
}
