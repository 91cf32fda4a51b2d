import MigrationEngine
import Testing

@testable import Console

@Suite struct UpdateTests {
    @Test func `migrating asks first, and n changes nothing`() {
        var model = Samples.empty()
        #expect(model.update(.key(.character("m"))).isEmpty)
        #expect(model.overlay != nil)
        #expect(model.update(.key(.character("n"))).isEmpty)
        #expect(model.overlay == nil)
        #expect(model.operation == nil)
    }

    @Test func `Enter alone never agrees, y does`() {
        var model = Samples.empty()
        _ = model.update(.key(.character("m")))
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.operation == nil)
        _ = model.update(.key(.character("m")))
        #expect(model.update(.key(.character("y"))) == [.migrate])
        #expect(model.operation?.kind == .migrate)
    }

    @Test func `a typed phrase is needed to switch everything off`() {
        var model = Samples.filled()
        model.pane = .workflows
        _ = model.update(.key(.character("A")))
        _ = model.update(.key(.tab))
        #expect(model.update(.key(.enter)).isEmpty)
        for character in "all off ora.db" { _ = model.update(.key(.character(character))) }
        let commands = model.update(.key(.enter))
        let off = ["xml-import", "unified-shipstation-sync"].map {
            Workflows.Toggle(name: $0, enabled: false)
        }
        #expect(commands == [.setWorkflows(side: .source, off)])
        #expect(model.togglesInFlight == 2)
    }

    @Test func `a pasted phrase is refused`() {
        var model = Samples.filled()
        model.pane = .workflows
        _ = model.update(.key(.character("A")))
        _ = model.update(.key(.pasteBegin))
        for character in "all off ora.db" { _ = model.update(.key(.character(character))) }
        _ = model.update(.key(.pasteEnd))
        _ = model.update(.key(.tab))
        #expect(model.update(.key(.enter)).isEmpty)
        #expect(model.togglesInFlight == 0)
    }

    @Test func `Space asks about the workflow under the cursor, on the live side`() {
        var model = Samples.filled()
        model.pane = .workflows
        _ = model.update(.key(.character("j")))
        _ = model.update(.key(.character(" ")))
        let commands = model.update(.key(.character("y")))
        let off = Workflows.Toggle(name: "unified-shipstation-sync", enabled: false)
        #expect(commands == [.setWorkflows(side: .source, [off])])
    }

    @Test func `the cursor stays on its row when rows come`() throws {
        var model = Samples.filled()
        model.pane = .orders
        _ = model.update(.key(.down))
        #expect(model.selectedRow?.id == "100891")
        var page = try #require(model.orders.value)
        var newer = page.rows[0]
        newer.orderNumber = "100893"
        page.rows.insert(newer, at: 0)
        _ = model.update(.orders(ticket: model.orders.ticket, .success(page)))
        #expect(model.selectedRow?.id == "100891")
        #expect(model.list.index == 2)
    }

    @Test func `what was opened stays marked in its list when newer rows come above it`() throws {
        var model = Samples.filled()
        model.pane = .orders
        let first = try #require(model.selectedRow?.id)
        _ = model.update(.key(.enter))
        #expect(model.detail?.id == first)
        var page = try #require(model.orders.value)
        var newer = page.rows[0]
        newer.orderNumber = "100893"
        page.rows.insert(newer, at: 0)
        _ = model.update(.orders(ticket: model.orders.ticket, .success(page)))
        #expect(model.selectedRow?.id == first)
        _ = model.update(.key(.escape))
        #expect(model.detail == nil && model.selectedRow?.id == first)
    }

    @Test func `a figure has its thousands apart, and what is no number stays`() {
        let written = ["29440", "-1035", "0", "007", "1.5", "yes", "9223372036854775808"]
        #expect(
            written.map(Figures.grouped)
                == ["29,440", "-1,035", "0", "007", "1.5", "yes", "9223372036854775808"]
        )
    }

    @Test func `an answer to an earlier question is dropped`() throws {
        var model = Samples.filled()
        model.pane = .orders
        let old = model.orders.ticket
        let commands = model.update(.key(.character("o")))
        #expect(
            commands == [.loadOrders(ticket: old + 1, side: .target, search: "", limit: 200)]
        )
        let page = try #require(Samples.filled().orders.value)
        _ = model.update(.orders(ticket: old, .success(page)))
        #expect(model.orders.value == nil)
    }

    @Test func `a live list is read again when it is due, and not while an answer is awaited`() {
        var model = Samples.filled()
        model.pane = .orders
        #expect(model.update(.tick(Samples.now)).isEmpty)
        #expect(model.update(.tick(Samples.now + 1.5)).count == 1)
        #expect(model.update(.tick(Samples.now + 9)).isEmpty)
        #expect(model.staleSeconds != nil)
    }

    @Test func `what was read stays visible when reading fails`() {
        var model = Samples.filled()
        model.pane = .orders
        _ = model.update(.orders(ticket: model.orders.ticket, .failure(Samples.error)))
        #expect(model.orders.value != nil)
        #expect(model.orders.error != nil)
    }

    @Test func `a filter narrows a local list at each key, and a database list at Enter`() {
        var model = Samples.filled()
        model.pane = .verify
        for key in [Key.character("/"), .character("l"), .character("o"), .character("t")] {
            _ = model.update(.key(key))
        }
        #expect(model.table?.rows.map(\.id) == ["sku_lot", "lot_inventory"])
        _ = model.update(.key(.enter))
        #expect(model.list.filter == "lot")
        _ = model.update(.key(.escape))
        #expect(model.table?.rows.count == 13)

        model.pane = .orders
        for key in [Key.character("/"), .character("q"), .character("7")] {
            #expect(model.update(.key(key)).isEmpty)
        }
        #expect(
            model.update(.key(.enter)) == [
                .loadOrders(
                    ticket: model.orders.ticket,
                    side: .source,
                    search: "q7",
                    limit: 200
                )
            ]
        )
    }

    @Test func `quitting while nothing runs ends at once with the state of the data`() {
        var model = Samples.empty()
        _ = model.update(.key(.character("q")))
        #expect(model.exit == Model.Exit(status: 0, message: ""))

        model = Samples.filled()
        _ = model.update(.key(.character("q")))
        #expect(model.exit?.status == 1)
        #expect(model.exit?.message.contains("shipped_items") == true)
    }

    @Test func `quitting while a copy runs asks, stops it and waits for its end`() {
        var model = Samples.copying()
        _ = model.update(.key(.control("c")))
        #expect(model.exit == nil)
        #expect(model.update(.key(.character("y"))) == [.cancel()])
        #expect(model.exit == nil)
        let stopped = MigrationError(
            .interrupted,
            "stopped on request",
            place: .init("copy"),
            kept: .committed(rows: 7),
            remedy: "run the same command again"
        )
        _ = model.update(.migrated(.failure(stopped)))
        #expect(model.exit?.status == 75)
        #expect(model.exit?.message.contains("7 rows are committed") == true)
    }

    @Test func `a question about a run that has ended is closed`() {
        var model = Samples.copying()
        _ = model.update(.key(.character("q")))
        #expect(model.overlay != nil)
        _ = model.update(.migrated(.failure(Samples.error)))
        #expect(model.overlay == nil)
        #expect(model.exit == nil)
    }

    @Test func `a signal stops what runs, and a second one does not wait`() {
        var model = Samples.copying()
        #expect(model.update(.signal(15)) == [.cancel(by: "SIGTERM")])
        #expect(model.exit == nil)
        #expect(model.update(.signal(15)).isEmpty)
        #expect(model.exit?.status == 143)
    }

    @Test func `a terminal that is gone ends the console`() {
        var model = Samples.empty()
        _ = model.update(.inputClosed)
        #expect(model.exit?.status == 129)
    }

    @Test func `a migration without a verification is followed by one`() throws {
        var model = Samples.copying()
        var report = try #require(Samples.filled().report)
        report.verify = nil
        #expect(model.update(.migrated(.success(report))) == [.verify])
        #expect(model.operation?.kind == .verify)
    }

    @Test func `a verification by itself leaves the figures of the copy alone`() throws {
        var model = Samples.filled()
        model.pane = .verify
        #expect(model.update(.key(.character("V"))) == [.verify])
        let copied = try #require(model.progress)
        var comparison = Progress()
        comparison.phase = .verify
        comparison.tables = copied.tables.map { TableProgress(name: $0.name) }
        _ = model.update(.progress(comparison))
        #expect(model.progress == copied)
        #expect(model.table?.columns.map(\.title).contains("COMPARED") == true)
        _ = model.update(.verified(.failure(Samples.error)))
        #expect(model.content.footer.count == 3)
    }

    @Test func `an error that the engine logged is not logged twice`() {
        var model = Samples.copying()
        let line = LogLine(
            time: 0,
            level: .error,
            stage: "connect",
            message: Samples.error.message
        )
        _ = model.update(.log(line))
        _ = model.update(.migrated(.failure(Samples.error)))
        #expect(model.log.count { $0.level == .error } == 1)
    }

    @Test func `a failure is in the line of truth, the overview and the log`() {
        var model = Samples.copying()
        _ = model.update(.migrated(.failure(Samples.error)))
        let text = Chrome.draw(model).text
        #expect(text.contains("FAILED"))
        #expect(text.contains("the server does not answer"))
        #expect(text.contains("start the server"))
        #expect(model.log.last?.level == .error)
    }

    @Test func `Esc and q close a detail before anything else`() {
        var model = Samples.filled()
        model.pane = .verify
        _ = model.update(.key(.enter))
        #expect(model.detail?.id == "configuration_params")
        _ = model.update(.key(.escape))
        #expect(model.detail == nil)
        _ = model.update(.key(.enter))
        _ = model.update(.key(.character("q")))
        #expect(model.detail == nil)
        #expect(model.exit == nil)
        _ = model.update(.key(.escape))
        #expect(model.exit == nil)
    }

    @Test func `a question stays open on a screen that is too small, where no key answers it`() {
        var model = Samples.empty()
        _ = model.update(.key(.character("m")))
        let asked = model.overlay
        _ = model.update(.resized(Size(columns: 40, rows: 10)))
        for key in ["y", "q", "m"] {
            #expect(model.update(.key(.character(Character(key)))).isEmpty)
        }
        #expect(model.operation == nil)
        #expect(model.exit == nil)
        #expect(model.overlay == asked)
        #expect(Chrome.draw(model).text.contains("the question stays open"))
        _ = model.update(.resized(Size(columns: 80, rows: 24)))
        #expect(model.update(.key(.character("y"))) == [.migrate])
    }

    @Test func `the log keeps a bounded number of lines and their numbers`() {
        var model = Samples.empty()
        for number in 0..<(Model.logCapacity + 5) {
            let line = LogLine(time: 0, level: .info, stage: "copy", message: "\(number)")
            _ = model.update(.log(line))
        }
        #expect(model.log.count == Model.logCapacity)
        #expect(model.droppedLines == 5)
        model.pane = .log
        #expect(model.table?.rows.first?.id == "\(Model.logCapacity + 4)")
    }

    @Test func `keys of a paste are not commands`() {
        var model = Samples.empty()
        _ = model.update(.key(.pasteBegin))
        _ = model.update(.key(.character("q")))
        _ = model.update(.key(.pasteEnd))
        #expect(model.exit == nil)
    }
}
