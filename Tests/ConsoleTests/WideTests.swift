import MigrationEngine
import Synchronization
import Testing

@testable import Console
@testable import MigrationEngine

/// A wide screen: what Enter would open stands beside the list, read once the cursor rests.
@Suite struct WideTests {
    private static func model(_ pane: PaneID, columns: Int = 200, rows: Int = 60) -> Model {
        var model = Samples.filled(columns: columns, rows: rows)
        model.pane = pane
        return model
    }

    @Test(arguments: [PaneID.orders, .inventory, .quarantine, .tables])
    func `what the cursor rests on is read, and nothing while it runs`(pane: PaneID) {
        var model = Self.model(pane)
        #expect(reads(model.update(.tick(Samples.now + 0.1))).isEmpty)
        _ = model.update(.key(.character("j")))
        #expect(reads(model.update(.tick(Samples.now + 0.2))).isEmpty)
        #expect(reads(model.update(.tick(Samples.now + 0.4))).isEmpty, "it has just come here")
        #expect(model.peekDueAt == Samples.now + 0.2 + Peek.rest)
        #expect(reads(model.update(.tick(Samples.now + 0.55))).count == 1)
        #expect(model.peekDueAt == nil)
        #expect(reads(model.update(.tick(Samples.now + 1))).isEmpty, "it is on its way")
    }

    @Test func `nothing is read by itself on a smaller screen, with refreshing off, or when open`()
    {
        func commands(_ model: Model) -> [Command] {
            var model = model
            _ = model.update(.tick(Samples.now + 0.1))
            return reads(model.update(.tick(Samples.now + 1)))
        }
        #expect(commands(Self.model(.orders)).count == 1)
        #expect(commands(Self.model(.orders, columns: 160, rows: 45)).isEmpty)
        var model = Self.model(.orders)
        model.refreshSeconds = .infinity
        #expect(commands(model).isEmpty)
        model = Self.model(.orders)
        model.overlay = .help(first: 0)
        #expect(commands(model).isEmpty)
        #expect(commands(Self.model(.workflows)).isEmpty)
    }

    @Test func `a reading that took long gives the databases a rest`() {
        var model = Self.model(.orders)
        model.comparing.order = Samples.loaded(Samples.comparedOrder)
        model.comparing.order.askedAt = Samples.now - 3
        model.comparing.order.loadedAt = Samples.now - 1
        _ = model.update(.tick(Samples.now))
        #expect(reads(model.update(.tick(Samples.now + 10))).isEmpty)
        #expect(reads(model.update(.tick(Samples.now + 20))).count == 1)
    }

    @Test func `the edge between list and detail does not move with the rows`() {
        let layout = Layout(size: Size(columns: 200, rows: 60))
        func places(_ names: [String], hasRow: Bool = false) -> Layout.Places {
            let rows = names.map { Table.Row(id: $0, Span($0)) }
            let table = Table(columns: [.init("NAME")], rows: rows)
            let content = PaneContent(title: "", body: .table(table))
            return layout.places(for: content, hasDetail: true, hasRow: hasRow)
        }
        let short = places(["a"])
        #expect(short == places([String(repeating: "long ", count: 60)]))
        #expect(short.list.maxX == short.detail?.x)
        #expect(short.detail?.maxX == 200)
        let three = places(["a"], hasRow: true)
        #expect(three.list == short.list)
        #expect(three.detail?.maxX == three.row?.x)
        #expect(three.row?.maxX == 200)
    }

    @Test func `a row of a table stands beside the rows, and Enter gives it the keys`() throws {
        var model = Self.model(.tables)
        model.list = .init(selected: "shipped_items", index: 2)
        model.detail = .init(id: "shipped_items", index: 1)
        let beside = try #require(model.rowBeside)
        #expect(beside.index == 1 && !beside.isOpen)
        #expect(beside.row.title == "shipped_items > 2")
        _ = model.update(.key(.enter))
        let open = try #require(model.rowBeside)
        #expect(open.isOpen && open.index == 1)
        #expect(open.rows.title == "shipped_items")
        _ = model.update(.key(.escape))
        #expect(model.detail?.index == 1)
        #expect(Self.model(.tables, columns: 120, rows: 40).rowBeside == nil)
    }

    @Test func `lists with what is read for them look as their golden files`() throws {
        var model = Self.model(.orders)
        model.comparing.order = Samples.loaded(Samples.comparedOrder)
        model.list = .init(selected: Samples.comparedOrder.subject)
        try FrameGoldenTests.compare(model, "orders-beside")
        model = Self.model(.inventory)
        model.comparing.article = Samples.loaded(Samples.comparedArticle)
        model.list = .init(selected: Samples.comparedArticle.subject)
        try FrameGoldenTests.compare(model, "inventory-beside")
        model = Self.model(.tables)
        model.list = .init(selected: "shipped_items", index: 2)
        try FrameGoldenTests.compare(model, "tables-beside")
    }

    @Test func `of a long list only the rows that are seen are made`() {
        let made = Atomic<Int>(0)
        let rows = (0..<1_000).map { number in
            Table.Row(id: "\(number)") {
                made.add(1, ordering: .relaxed)
                return [[Span("row \(number)")]]
            }
        }
        var frame = Frame(size: Size(columns: 80, rows: 24))
        frame.draw(
            Table(columns: [.init("NAME")], rows: rows),
            in: Rect(x: 0, y: 0, width: 80, height: 24),
            cursor: 500,
            TableLook(isFocused: true),
            glyphs: .unicode
        )
        #expect(frame.text.contains("row 500"))
        #expect(made.load(ordering: .relaxed) <= 24)
    }

    /// What is read of a row.
    private func reads(_ commands: [Command]) -> [Command] {
        commands.filter { command in
            switch command {
            case .compare(.order), .compare(.article), .browse(.quarantineRow), .browse(.rows): true
            default: false
            }
        }
    }
}

/// A wide screen: the overview of a live run shows the application itself, too.
@Suite struct AroundTests {
    private func model(columns: Int = 200, rows: Int = 60) -> Model {
        var model = Samples.following(columns: columns, rows: rows)
        model.pane = .overview
        return model
    }

    @Test func `workflows, orders and stock stand on the overview, with the time of each`() {
        let text = Chrome.draw(model()).text
        for title in [
            "─ Workflows ─", "─ Orders in SQLite, newest first ─", "─ Inventory in SQLite ─",
        ] {
            #expect(text.contains(title), "\(title)")
        }
        #expect(text.contains("Ada Lind") && text.contains("xml-import"))
        #expect(text.contains("─ Recent ─"))
        for (columns, rows) in [(120, 40), (80, 24), (180, 40)] {
            let small = Chrome.draw(model(columns: columns, rows: rows)).text
            #expect(small.contains("Recent") || small.contains("RECENT"), "\(columns)x\(rows)")
            #expect(!small.contains("─ Orders in") || columns == 180)
        }
    }

    @Test func `as many gates as a cutover has leave the application its place on the overview`() {
        var model = model()
        let gates = model.gates
        let open = Array(repeating: gates[gates.count - 1], count: 31 - gates.count)
        model.cutover.gates.value = gates + open
        let text = Chrome.draw(model).text
        for title in ["─ Workflows ─", "─ Orders in SQLite, newest first ─", "─ Recent ─"] {
            #expect(text.contains(title), "\(title)")
        }
        #expect(text.contains("more below; :check lists all"))
        #expect(!Chrome.draw(self.model()).text.contains("more below; :check"))
    }

    @Test func `a limit of the orders' pane stands in the title, also on the overview`() {
        var model = model()
        model.comparing.statuses[.orders] = "pending"
        #expect(Chrome.draw(model).text.contains("Orders in SQLite, newest first  status pending"))
    }

    @Test func `the lists are read again at the refreshing's pace, and on no smaller screen`() {
        func reads(_ model: Model) -> [Command] {
            var model = model
            _ = model.update(.tick(Samples.now + 0.1))
            return model.update(.tick(Samples.now + 60)).filter { command in
                switch command {
                case .loadWorkflows, .loadOrders, .loadInventory: true
                default: false
                }
            }
        }
        #expect(reads(model()).count == 3)
        #expect(reads(model(columns: 160, rows: 45)).isEmpty)
        var model = model()
        model.refreshSeconds = .infinity
        #expect(reads(model).isEmpty)
    }
}
