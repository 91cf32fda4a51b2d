import Foundation
import MigrationEngine
import TestSupport
import Testing

@testable import Console
@testable import MigrationEngine

/// What changes only what is seen, or takes it along.
@Suite struct ScreenActionsTests {
    private func model(_ pane: PaneID) -> Model {
        var model = Samples.filled()
        model.pane = pane
        model.themeNames = ["harbor-dark", "harbor-light", "mono"]
        return model
    }

    private func type(_ text: String, into model: inout Model) -> [Command] {
        text.reduce(into: []) { $0 += model.update(.key(.character($1))) }
    }

    // MARK: - The palette

    @Test func `the palette finds an action by its name or its letters and does it`() {
        var model = model(.overview)
        _ = type(":", into: &model)
        #expect(model.overlay == .palette(Palette()))
        _ = type("show-ord", into: &model)
        #expect(model.paletteEntries(for: "show-ord").first?.name == "show-orders")
        _ = model.update(.key(.enter))
        #expect(model.pane == .orders)
        #expect(model.overlay == nil)
        #expect(model.paletteEntries(for: "shwrk").first?.name == "show-workflows")
        #expect(model.paletteEntries(for: "nonesuch").isEmpty)
    }

    @Test func `the palette names the key of an action and why it cannot be done`() throws {
        var model = model(.overview)
        let verify = try #require(model.paletteEntries(for: "verify").first)
        #expect(verify.key == "V")
        model.identity.isReadOnly = true
        let migrate = try #require(model.paletteEntries(for: "migrate").first)
        #expect(migrate.refusal?.contains("read-only") == true)
        _ = type(":migrate", into: &model)
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.notice?.text.contains("read-only") == true)
        #expect(model.operation == nil)
    }

    @Test func `Tab completes, a word takes its text, Escape changes nothing`() {
        var model = model(.overview)
        _ = type(":dum", into: &model)
        _ = model.update(.key(.tab))
        #expect(model.overlay == .palette(Palette(typed: "dump ")))
        _ = type("/tmp/a b.txt", into: &model)
        #expect(model.update(.key(.enter)) == [.dump(path: "/tmp/a b.txt")])
        _ = type(":dump", into: &model)
        _ = model.update(.key(.escape))
        #expect(model.overlay == nil)
        _ = type(":dump ", into: &model)
        #expect(model.update(.key(.enter)).isEmpty)
    }

    @Test func `a pasted line of the palette does nothing by itself`() {
        var model = model(.overview)
        _ = type(":", into: &model)
        _ = model.update(.key(.pasteBegin))
        _ = type("quit-now", into: &model)
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.exit == nil)
    }

    // MARK: - Themes

    @Test func `the theme under the cursor is worn, Enter keeps it and Escape goes back`() {
        var model = model(.overview)
        _ = type("T", into: &model)
        #expect(type("j", into: &model) == [.useTheme("harbor-light")])
        #expect(model.update(.key(.escape)) == [.useTheme("harbor-dark")])
        #expect(model.themeName == "harbor-dark")
        _ = type("T", into: &model)
        #expect(type("G", into: &model) == [.useTheme("mono")])
        #expect(model.update(.key(.enter)) == [.keepTheme("mono")])
        #expect(model.themeName == "mono")
    }

    @Test(
        arguments: [
            ("", "theme = \"mono\"\n"),
            ("ascii = true\n", "theme = \"mono\"\nascii = true\n"),
            (
                "# mine\n theme = { dark = \"a\", light = \"b\" }\n[keys]\nquit = \"x\"\n",
                "# mine\ntheme = \"mono\"\n[keys]\nquit = \"x\"\n"
            ),
            ("[keys]\ntheme = \"t\"\n", "theme = \"mono\"\n[keys]\ntheme = \"t\"\n"),
        ]
    )
    func `a kept theme changes one line of the settings`(before: String, after: String) {
        #expect(ConsoleSettings.text(before, theme: "mono") == after)
    }

    @Test func `a theme is kept in the operator's folder and holds the next time`() throws {
        let folder = try TestFolder()
        let environment = ["XDG_CONFIG_HOME": folder.path]
        let path = try ConsoleSettings.keep(theme: "lantern-dark", environment: environment)
        #expect(try ConsoleSettings.read(path).theme == .one("lantern-dark"))
        _ = try ConsoleSettings.keep(theme: "mono", environment: environment)
        #expect(try ConsoleSettings.read(path).theme == .one("mono"))
    }

    // MARK: - Sorting

    @Test func `sorting goes from column to column and keeps the cursor on its row`() throws {
        var model = model(.tables)
        model.list = .init(selected: "shipped_items", index: 2)
        _ = type("s", into: &model)
        #expect(model.table?.rows.map(\.id).first == "bundle_skus")
        _ = type("ss", into: &model)
        #expect(model.list.sort?.column == "ROWS, ABOUT")
        let rows = try #require(model.table?.rows.map(\.id))
        #expect(rows == ["bundle_skus", "orders_inbox", "shipped_items", "sku_lot"])
        _ = type("S", into: &model)
        #expect(model.table?.rows.map(\.id).first == "sku_lot")
        #expect(model.selectedRow?.id == "shipped_items")
        _ = type("s", into: &model)
        #expect(model.list.sort == nil)
    }

    @Test func `numbers are sorted by their value`() {
        let table = Table(
            columns: [.init("N")],
            rows: ["9", "1,000", "-", "20"].map { Table.Row(id: $0, Span($0)) }
        )
        #expect(table.sorted(by: .init(column: "N")).rows.map(\.id) == ["9", "20", "1,000", "-"])
        #expect(
            table.sorted(by: .init(column: "N", isDescending: true)).rows.map(\.id)
                == ["-", "1,000", "20", "9"]
        )
    }

    // MARK: - Taking along

    @Test func `a row goes to the clipboard by the terminal's own sequence`() {
        var model = model(.tables)
        model.list = .init(selected: "orders_inbox", index: 1)
        #expect(
            type("y", into: &model) == [
                .writeToTerminal("\u{1b}]52;c;b3JkZXJzX2luYm94\u{7}")
            ]
        )
        #expect(Clipboard.sequence(for: String(repeating: "x", count: 80_000)) == nil)
        let row = Table.Row(id: "a", Span("\(Glyphs.unicode.ok) equal"), Span("a\tb"))
        #expect(TableExport.line(row, glyphs: .unicode) == "equal\ta b")
    }

    @Test func `a list is written as CSV that a spreadsheet does not run`() {
        let table = Table(
            columns: [.init("A B"), .init("C")],
            rows: [
                Table.Row(id: "1", Span("x,\"y\""), Span("=1+1")),
                Table.Row(id: "2", Span("-5"), Span("-cmd")),
                Table.Row(id: "3", Span("l1\nl2"), Span("é")),
                Table.Row(id: "4", Span("  =1"), Span("＝1")),
                Table.Row(id: "5", Span("\r=1"), Span("")),
            ]
        )
        #expect(
            TableExport.text(table, .csv, glyphs: .unicode)
                == "A B,C\r\n\"x,\"\"y\"\"\",'=1+1\r\n-5,'-cmd\r\n\"l1\nl2\",é\r\n"
                + "'  =1,'＝1\r\n\"'\r=1\",\r\n"
        )
        #expect(
            TableExport.text(table, .json, glyphs: .unicode).contains(
                #"{"a_b": "x,\"y\"", "c": "=1+1"}"#
            )
        )
    }

    @Test func `an export never writes over a file`() throws {
        let folder = try TestFolder()
        let path = folder.file("list.csv")
        try NewFile.write("one", to: path)
        let error = try #require(throws: MigrationError.self) {
            try NewFile.write("two", to: path)
        }
        #expect(error.message.contains("exists"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
        var model = model(.tables)
        #expect(model.export(to: "list.xls").isEmpty)
        guard case .write(let text, "l.json", _)? = model.export(to: "l.json").first else {
            Issue.record("no file is written")
            return
        }
        #expect(text.contains("orders_inbox"))
    }

    @Test(.enabled(if: SmallDisk.canBeMade))
    func `an export on a full disk leaves no half of it`() async throws {
        let disk = try await SmallDisk(megabytes: 1)
        let path = disk.path + "/list.csv"
        let error = try #require(throws: MigrationError.self) {
            try NewFile.write(String(repeating: "row\n", count: 1 << 19), to: path)
        }
        #expect(error.cause == .system(errno: ENOSPC, call: "write"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
    }

    @Test func `a message that is too long for its row is read whole above it`() {
        var model = model(.tables)
        model.size = Size(columns: 80, rows: 24)
        let words = (1...30).map { "word\($0)" }.joined(separator: " ")
        model.notify(words, .statusBad)
        let picture = Chrome.draw(model)
        let rows = picture.text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(rows[20...22].joined(separator: " ") == words)
        #expect(rows[23].contains("?:help"))
        // What has the more words stands the longer.
        _ = model.update(.tick(Samples.now + 9))
        #expect(model.notice != nil)
        // One that would take the screen is cut, and says so.
        model.notify(String(repeating: "many words ", count: 100), .statusBad)
        let long = Chrome.draw(model)
        #expect(long.text.contains("~"))
        #expect(long.row(17) == picture.row(17) && long.row(18) != picture.row(18))
        // A box keeps its rows, and the message its beginning.
        model.notify(words, .statusBad)
        model.overlay = .help(first: 0)
        #expect(Chrome.draw(model).text.contains("\n word1 word2 word3"))
    }

    // MARK: - Holding and resting

    @Test func `a held screen is looked around in, and only z lets it go without a word`() {
        var model = model(.log)
        let before = Chrome.draw(model)
        _ = type("z", into: &model)
        let line = LogLine(time: Samples.now, level: .info, stage: "copy", message: "a new line")
        for _ in 0..<3 { _ = model.update(.log(line)) }
        _ = model.update(.tick(Samples.now + 65))
        let held = Chrome.draw(model)
        #expect(held.text.contains("HELD 01:05"))
        for row in 1..<(before.size.rows - 2) { #expect(held.row(row) == before.row(row)) }
        // Moving and opening take the rows that are seen.
        _ = type("jj", into: &model)
        #expect(model.heldAt != nil && model.notice == nil)
        let id = model.heldView?.selectedRow?.id
        _ = model.update(.key(.enter))
        #expect(model.heldAt != nil && model.detail?.id == id && id != nil)
        #expect(!Chrome.draw(model).text.contains("a new line"))
        _ = model.update(.key(.escape))
        #expect(model.heldAt != nil && model.detail == nil)
        _ = type("G", into: &model)
        #expect(model.heldAt != nil && model.heldView?.list.index ?? 0 > 2)
        _ = type("z", into: &model)
        #expect(model.heldAt == nil && model.notice?.text == "the screen goes on")
        #expect(Chrome.draw(model).text.contains("a new line"))
    }

    @Test func `what does more than look lets a held screen go on, and says so`() {
        var model = model(.overview)
        _ = type("z", into: &model)
        _ = type("2", into: &model)
        #expect(model.heldAt == nil && model.pane == .migrate)
        #expect(model.notice?.text == "the screen goes on")
        _ = type("z-", into: &model)
        #expect(model.heldAt == nil)
        #expect(model.notice?.text.hasPrefix("the screen goes on; lists are read") == true)
    }

    @Test func `lists are read less often until only when asked, and then nothing wakes`() {
        var model = model(.orders)
        for _ in 0..<8 { _ = type("-", into: &model) }
        #expect(model.refreshSeconds == .infinity)
        #expect(model.clockInterval == 60)
        _ = model.update(.tick(Samples.now + 3_600))
        #expect(model.update(.tick(Samples.now + 7_200)).isEmpty)
        #expect(Chrome.draw(model).text.contains("REFRESH OFF"))
        #expect(!type("r", into: &model).isEmpty)
        _ = type("+", into: &model)
        #expect(model.refreshSeconds == 60)
    }

    // MARK: - Any table

    @Test func `rows of a table come page by page and are never all kept`() throws {
        var model = model(.tables)
        model.browsing.rows.reset()
        model.list = .init(selected: "shipped_items", index: 2)
        let opened = model.update(.key(.enter))
        guard case .browse(.rows(let ticket, .source, "shipped_items", .first))? = opened.first
        else {
            Issue.record("the rows are not read: \(opened)")
            return
        }
        var page = Samples.tableRows
        page.rows = (0..<1_500).map { number in
            .init(key: TableKey(literals: ["\(number)"]), values: page.rows[0].values)
        }
        page.edges.keys = page.rows.map(\.key)
        _ = model.update(.browsed(.rows(ticket: ticket, .success(page))))
        model.detail?.index = 1_498
        let more = model.update(.key(.character("j")))
        guard case .browse(.rows(let next, _, _, .after(let key)))? = more.first else {
            Issue.record("the next rows are not read: \(more)")
            return
        }
        #expect(key == TableKey(literals: ["3"]))
        _ = model.update(.browsed(.rows(ticket: next, .success(page))))
        #expect(model.browsing.rows.value?.rows.count == Model.browsedRows)
        #expect(model.browsing.rows.value?.edges.hasMoreBefore == true)
        #expect(model.detail?.index == 499)
        _ = model.update(.key(.enter))
        #expect(model.detail?.row == "1499")
        _ = model.update(.key(.escape))
        #expect(model.detail?.row == nil)
        #expect(model.detail?.index == 499)
    }

    // MARK: - Tabs

    @Test(arguments: 40...200)
    func `the open tab is always seen, and the row fits`(columns: Int) {
        for pane in PaneID.allCases {
            let line = Tabs.line(pane, columns: columns)
            let text = line.map(\.text).joined()
            #expect(Width.cells(text) <= columns)
            #expect(text.contains("[\(pane.key) \(pane.title)]"))
        }
    }
}

/// The screen as a file that players of terminal sessions read.
@Suite struct RecordingTests {
    @Test func `a recording holds each changed row once, with its time`() throws {
        let folder = try TestFolder()
        let path = folder.file("night.cast")
        let theme = try ThemeLibrary.builtIn.load("harbor-dark", depth: .full)
        var model = Samples.filled()
        let recording = try Recording(path: path, size: model.size, now: Samples.now)
        try recording.add(Chrome.draw(model), theme: theme, now: Samples.now)
        try recording.add(Chrome.draw(model), theme: theme, now: Samples.now + 1)
        model.now += 2
        try recording.add(Chrome.draw(model), theme: theme, now: Samples.now + 2)
        model.size = Size(columns: 100, rows: 30)
        try recording.add(Chrome.draw(model), theme: theme, now: Samples.now + 3)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let values = try lines.map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
        let header = try #require(values[0] as? [String: Any])
        #expect(header["version"] as? Int == 2)
        #expect(header["width"] as? Int == 80)
        let events = values.dropFirst().compactMap { $0 as? [Any] }
        #expect(events.compactMap { $0[1] as? String } == ["o", "o", "r", "o"])
        #expect(events.compactMap { $0[0] as? Double } == [0, 2, 3, 3])
        let changed = try #require(events[1][2] as? String)
        // Only the line of truth has a clock in it.
        #expect(changed.hasPrefix("\u{1b}[1;1H"))
        #expect(changed.components(separatedBy: ";1H").count == 2)
        #expect(events[2][2] as? String == "100x30")
        #expect(throws: (any Error).self) {
            try Recording(path: path, size: model.size, now: Samples.now)
        }
    }
}
