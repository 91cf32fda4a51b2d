import Foundation
import MigrationEngine
import TestSupport
import Testing

@testable import Console
@testable import MigrationEngine

/// One box alone, the columns of a list, and rows that are marked.
@Suite struct ListChoiceTests {
    private func model(_ pane: PaneID, columns: Int = 80, rows: Int = 24) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = pane
        return model
    }

    private func press(_ keys: String, _ model: inout Model) -> [Command] {
        keys.reduce(into: []) { $0 += model.update(.key(.character($1))) }
    }

    // MARK: - One box alone

    @Test func `Z gives the list the whole width, then what was opened, then both again`() {
        var model = model(.orders, columns: 120, rows: 40)
        #expect(Chrome.draw(model).text.contains("Order 100892"))
        _ = press("Z", &model)
        let zoomed = Chrome.draw(model).text
        #expect(!zoomed.contains("Order 100892"))
        #expect(zoomed.contains("zoomed"))
        _ = model.update(.key(.enter))
        let opened = Chrome.draw(model).text
        #expect(opened.contains("Order 100892") && !opened.contains("Orders in SQLite"))
        _ = press("Z", &model)
        let both = Chrome.draw(model).text
        #expect(both.contains("Order 100892") && both.contains("Orders in SQLite"))
    }

    @Test func `a pane is left with its boxes, and a screen with one box has nothing to zoom`() {
        var model = model(.orders, columns: 120, rows: 40)
        _ = press("Z6", &model)
        #expect(!model.isZoomed)
        model = self.model(.orders)
        #expect(press("Z", &model).isEmpty && !model.isZoomed)
        #expect(model.notice?.text.contains("one box") == true)
    }

    // MARK: - Columns

    @Test func `Space hides a column at once, Enter keeps it, and one stays`() throws {
        var model = model(.orders)
        _ = press("vj ", &model)
        #expect(model.table?.columns.map(\.title).contains("DATE") == false)
        #expect(model.table?.rows[0].cells.count == 5)
        #expect(!Chrome.draw(model).text.contains("10-14 13:58"))
        _ = press("j j j j ", &model)
        #expect(model.table?.columns.map(\.title) == ["ORDER"])
        _ = press("g ", &model)
        #expect(model.table?.columns.map(\.title) == ["ORDER"])
        #expect(model.notice?.text == "one column stays")
        let kept = model.update(.key(.enter))
        #expect(
            kept == [
                .keepColumns(.orders, hidden: ["CUSTOMER", "DATE", "ITEMS", "STATUS", "TOTAL"])
            ]
        )
        #expect(model.overlay == nil)
        _ = press("6", &model)
        #expect(model.table?.columns.count == 7)
        _ = press("5", &model)
        #expect(model.table?.columns.count == 1)
    }

    @Test func `Escape leaves the columns as they were, a shows all`() {
        var model = model(.inventory)
        model.hiddenColumns[.inventory] = ["NAME"]
        _ = press("v ", &model)
        #expect(model.hiddenHere == ["NAME", "SKU"])
        _ = press("a", &model)
        #expect(model.hiddenHere.isEmpty)
        #expect(model.update(.key(.escape)).isEmpty)
        #expect(model.hiddenHere == ["NAME"])
    }

    @Test func `the columns of a table's rows are its own, and a row opened has them all`() {
        var model = model(.tables)
        model.list = .init(selected: "shipped_items", index: 2)
        model.detail = .init(id: "shipped_items")
        let all = model.focusedTable?.columns.count ?? 0
        _ = press("v ", &model)
        #expect(model.focusedTable?.columns.count == all - 1)
        #expect(model.update(.key(.enter)).isEmpty, "nothing of a table goes to the settings")
        _ = model.update(.key(.enter))
        #expect(model.detail?.row != nil)
        #expect(model.focusedTable?.rows.count == all)
        _ = model.update(.key(.escape))
        _ = model.update(.key(.escape))
        #expect(model.hiddenHere.isEmpty)
        #expect(model.table?.columns.count == 3)
    }

    @Test func `v is the level in the log`() {
        var model = model(.log)
        _ = press("v", &model)
        #expect(model.overlay == nil && model.leastLevel == .warning)
    }

    @Test(arguments: [
        ("", "[hidden_columns]\norders = [\"DATE\"]\n"),
        ("ascii = true\n", "ascii = true\n\n[hidden_columns]\norders = [\"DATE\"]\n"),
        (
            "[hidden_columns]\n# mine\ntables = []\n[keys]\nquit = \"X\"\n",
            "[hidden_columns]\norders = [\"DATE\"]\n# mine\ntables = []\n[keys]\nquit = \"X\"\n"
        ),
        (
            "[hidden_columns]\norders = [\"ITEMS\"]\ntables = []\n",
            "[hidden_columns]\norders = [\"DATE\"]\ntables = []\n"
        ),
    ])
    func `a kept choice changes one line of the settings`(before: String, after: String) throws {
        let text = ConsoleSettings.text(before, hiddenColumns: ["DATE"], of: .orders)
        #expect(text == after)
        let settings = try ConsoleSettings(toml: text, path: "config.toml")
        #expect(settings.hiddenColumns[.orders] == ["DATE"])
    }

    @Test func `a choice is kept in the operator's file, and never breaks it`() throws {
        let folder = try TestFolder()
        let environment = ["XDG_CONFIG_HOME": folder.path]
        let path = try ConsoleSettings.keep(
            hiddenColumns: ["A \"b\"", "DATE"],
            of: .quarantine,
            environment: environment
        )
        #expect(try ConsoleSettings.read(path).hiddenColumns == [.quarantine: ["A \"b\"", "DATE"]])
        let own = "[hidden_columns]\norders = [\n  \"DATE\",\n]\n"
        try Data(own.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ConsoleSettings.Problem.self) {
            try ConsoleSettings.keep(hiddenColumns: [], of: .orders, environment: environment)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == own)
    }

    @Test(arguments: [
        ("hidden_columns = 1", "must be a table"),
        ("[hidden_columns]\nlog = []", "is no list whose columns"),
        ("[hidden_columns]\norders = \"DATE\"", "must be a list of columns"),
        ("[hidden_columns]\norders = [1]", "must be a list of columns"),
    ])
    func `a fault in the columns is named`(toml: String, words: String) throws {
        let problem = #expect(throws: ConsoleSettings.Problem.self) {
            try ConsoleSettings(toml: toml, path: "config.toml")
        }
        #expect(try #require(problem?.message).contains(words))
    }

    @Test func `a file that hides every column hides none`() {
        var model = model(.tables)
        let all = Set(model.table?.columns.map(\.title) ?? [])
        model.hiddenColumns[.tables] = all
        #expect(model.table?.columns.count == all.count)
    }

    // MARK: - Marks

    @Test func `Space marks by key and goes on, y and Y take the marked rows`() {
        var model = model(.tables)
        let names = model.table?.rows.map(\.id) ?? []
        _ = press(" j ", &model)
        #expect(model.marks.rows.map(\.id) == [names[0], names[2]])
        #expect(model.list.index == 3)
        let frame = Chrome.draw(model).text
        #expect(frame.contains("2 marked"))
        #expect(frame.contains(" * \(names[0])"))
        let copied = press("y", &model)
        #expect(
            copied.first
                == Clipboard.sequence(for: "\(names[0])\n\(names[2])").map { .writeToTerminal($0) }
        )
        #expect(model.notice?.text.hasSuffix("2 marked rows") == true)
        guard case .write(let text, _, "2 marked rows")? = press("e", &model).first else {
            Issue.record("no file")
            return
        }
        #expect(text.split(separator: "\r\n").count == 3)
        _ = press("k ", &model)
        #expect(model.marks.rows.map(\.id) == [names[0]])
    }

    @Test func `marks survive a search that shows other rows, and Escape takes them away last`() {
        var model = model(.orders)
        _ = press(" ", &model)
        _ = press("/zzz", &model)
        _ = model.update(.key(.enter))
        let none = OrdersPage(side: .source, rows: [], nextKey: nil)
        _ = model.update(.orders(ticket: model.orders.ticket, .success(none)))
        #expect(model.marks.count == 1)
        // There is no row here, and yet one is marked: it is taken as it was.
        _ = model.update(.key(.escape))
        let other = OrdersPage(
            side: .source,
            rows: Array((Samples.filled().orders.value?.rows ?? []).dropFirst()),
            nextKey: nil
        )
        _ = model.update(.orders(ticket: model.orders.ticket, .success(other)))
        guard case .write(let text, _, "1 marked row")? = press("e", &model).first else {
            Issue.record("no file")
            return
        }
        #expect(text.contains("100892,"))
        #expect(!text.contains("100891"))
        _ = model.update(.key(.escape))
        #expect(model.marks.isEmpty)
    }

    @Test func `a marked row is written with the columns that are shown`() {
        var model = model(.orders)
        _ = press(" ", &model)
        model.hiddenColumns[.orders] = ["CUSTOMER", "DATE"]
        guard case .write(let text, _, _)? = press("e", &model).first else {
            Issue.record("no file")
            return
        }
        #expect(text == "ORDER,ITEMS,TOTAL,STATUS\r\n100892,3,412.00,pending\r\n")
    }

    @Test func `rows of a table are marked in it, and its close forgets them`() {
        var model = model(.tables)
        model.list = .init(selected: "shipped_items", index: 2)
        model.detail = .init(id: "shipped_items")
        _ = press("  ", &model)
        #expect(model.marks.count == 2)
        #expect(model.list.marks.isEmpty)
        _ = model.update(.key(.enter))
        #expect(model.marks.isEmpty, "what is opened is one row")
        _ = model.update(.key(.escape))
        #expect(model.marks.count == 2)
        _ = model.update(.key(.escape))
        #expect(model.marks.isEmpty && model.detail != nil)
        _ = model.update(.key(.escape))
        #expect(model.detail == nil)
    }

    @Test func `an order's items, and rows without a key, are not marked`() {
        var model = model(.orders)
        model.detail = .init(id: "100892")
        #expect(press(" ", &model).isEmpty && model.marks.isEmpty)
        #expect(model.notice?.text.contains("cannot be marked") == true)
        model = self.model(.log)
        _ = press(" ", &model)
        #expect(model.marks.isEmpty)
    }

    @Test func `the other side has no marks of this one`() {
        var model = model(.inventory)
        _ = press(" ", &model)
        _ = press("o", &model)
        #expect(model.marks.isEmpty)
    }

    @Test func `marks are bounded`() {
        var marks = Marks()
        for number in 0..<Marks.most {
            let isMarked = marks.toggle(Table.Row(id: "\(number)", Span("x")))
            #expect(isMarked)
        }
        let isOneMore = marks.toggle(Table.Row(id: "one more", Span("x")))
        let isUnmarked = marks.toggle(Table.Row(id: "7", Span("x")))
        #expect(!isOneMore && isUnmarked)
        #expect(marks.count == Marks.most - 1 && marks.rows.count == marks.count)
    }
}
