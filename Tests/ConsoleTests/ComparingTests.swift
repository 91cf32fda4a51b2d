import MigrationEngine
import Testing

@testable import Console
@testable import MigrationEngine

/// Orders and stock as both sides have them, and lists limited to a status.
@Suite struct ComparingTests {
    private func orders() -> Model {
        var model = Samples.filled()
        model.pane = .orders
        var page = model.orders.value ?? OrdersPage(side: .source, rows: [], nextKey: nil)
        page.statuses = ["pending", "shipped"]
        _ = model.update(.orders(ticket: model.orders.ticket, .success(page)))
        return model
    }

    private func text(_ model: Model) -> String { Chrome.draw(model).text }

    @Test func `f goes through the statuses, and behind the last all orders come again`() {
        var model = orders()
        var asked: [String?] = []
        for _ in 0..<3 {
            for case .loadOrders(_, _, _, let limit, let status, _, _)
                in model.update(.key(.character("f")))
            {
                #expect(limit == 200)
                asked.append(status)
            }
        }
        #expect(asked == ["pending", "shipped", nil])
    }

    @Test func `Esc takes the limit away, and the title says it`() {
        var model = orders()
        _ = model.update(.key(.character("f")))
        #expect(model.orders.value == nil)
        let empty = OrdersPage(side: .source, rows: [], nextKey: nil, statuses: ["pending"])
        _ = model.update(.orders(ticket: model.orders.ticket, .success(empty)))
        #expect(text(model).contains("status pending"))
        #expect(text(model).contains("No order has the status pending"))
        let commands = model.update(.key(.escape))
        #expect(
            commands == [
                .loadOrders(ticket: model.orders.ticket, side: .source, search: "", limit: 200)
            ]
        )
    }

    @Test func `the stock is limited to a level`() {
        var model = Samples.filled()
        model.pane = .inventory
        let commands = model.update(.key(.character("f")))
        #expect(
            commands == [
                .loadInventory(
                    ticket: model.inventory.ticket,
                    side: .source,
                    search: "",
                    level: "critical"
                )
            ]
        )
    }

    @Test func `an opened order is read from both sides, and until then shows its own items`() {
        var model = orders()
        let commands = model.update(.key(.enter))
        #expect(
            commands.contains(
                .compare(.order(ticket: model.comparing.order.ticket, number: "100892"))
            )
        )
        model.orderItems = Samples.loaded([
            OrderItem(sku: "17612", lot: nil, quantity: 15, kind: "ordered")
        ])
        #expect(text(model).contains("both sides are being read"))
        #expect(text(model).contains("17612"))
        let ticket = model.comparing.order.ticket
        _ = model.update(.compared(.order(ticket: ticket, .success(Samples.comparedOrder))))
        let shown = text(model)
        #expect(shown.contains("Order 100892 on both sides"))
        #expect(shown.contains("DIFFERS") && shown.contains("waits to be followed"))
        #expect(shown.contains("2 changes of SQLite wait to be followed"))
    }

    @Test func `an answer about another order is not shown`() {
        var model = orders()
        _ = model.update(.key(.enter))
        let old = model.comparing.order.ticket
        _ = model.update(.key(.escape))
        _ = model.update(.key(.down))
        _ = model.update(.key(.enter))
        _ = model.update(.compared(.order(ticket: old, .success(Samples.comparedOrder))))
        #expect(model.comparing.order.value == nil)
    }

    @Test func `a side that is down is named, and the other one is shown`() {
        var model = orders()
        _ = model.update(.key(.enter))
        var compared = Samples.comparedOrder
        compared.summary = "only one side can be read"
        compared.targetError = "the server does not answer"
        for index in compared.lines.indices { compared.lines[index].verdict = .unknown }
        let ticket = model.comparing.order.ticket
        _ = model.update(.compared(.order(ticket: ticket, .success(compared))))
        #expect(text(model).contains("PostgreSQL cannot be read: the server does not answer"))
        #expect(!text(model).contains("DIFFERS"))
    }

    @Test func `both sides are asked for the articles that were read, one question at a time`() {
        var model = Samples.filled()
        model.pane = .inventory
        let page = model.inventory.value ?? InventoryPage(side: .source, rows: [])
        let first = model.update(.inventory(ticket: model.inventory.ticket, .success(page)))
        #expect(
            first == [
                .compare(
                    .stock(
                        ticket: model.comparing.stock.ticket,
                        skus: ["17612", "17904", "18795"]
                    )
                )
            ]
        )
        #expect(model.update(.inventory(ticket: model.inventory.ticket, .success(page))).isEmpty)
        _ = model.update(
            .compared(.stock(ticket: model.comparing.stock.ticket, .success(Samples.comparedStock)))
        )
        #expect(text(model).contains("1 article DIFFERS in what is on hand"))
    }

    @Test func `ages are counted from what the application stored`() {
        #expect(StoredTime.seconds("2025-10-14 14:02:07") == Samples.now)
        #expect(StoredTime.seconds("2025-10-14T14:02:07.5Z") == Samples.now)
        #expect(StoredTime.seconds("2025-10-14 16:02:07+02") == Samples.now)
        #expect(StoredTime.seconds("2025-10-14 09:32:07-04:30") == Samples.now)
        #expect(StoredTime.seconds("2025-10-14") == Samples.now - 50_527)
        #expect(StoredTime.seconds("10/14/2025") == nil)
        #expect(StoredTime.seconds("2025-13-14") == nil)
        #expect(StoredTime.age(37) == "00:37")
        #expect(StoredTime.age(3_599) == "59:59")
        #expect(StoredTime.age(43_300) == "12h")
        #expect(StoredTime.age(180_000) == "2d")
        #expect(StoredTime.age(-3_600) == "-")
        #expect(StoredTime.age(.infinity) == "-")
    }

    @Test func `the last run of a workflow has its age, which grows with the clock`() {
        var model = Samples.filled()
        model.pane = .workflows
        #expect(text(model).contains("00:37"))
        model.now += 1
        #expect(text(model).contains("00:38"))
    }

    @Test func `while a cutover pauses the workflows, the seconds left are counted down`() {
        var model = Samples.cuttingOver("pausing")
        model.overlay = nil
        model.pane = .workflows
        model.cutover.lag = LiveProgress(
            lagRows: 0,
            lagSeconds: 0,
            appliedChanges: 0,
            changesPerSecond: 0,
            countdownSeconds: 42
        )
        model.cutover.lagAt = model.now
        #expect(text(model).contains("for 00:42 more"))
        model.now += 2
        #expect(text(model).contains("for 00:40 more"))
        #expect(model.clockInterval <= 1)
    }
}

extension Samples {
    /// An order of which one line differs and one waits.
    static let comparedOrder = SideComparison(
        subject: "100892",
        summary: "1 line DIFFERS, 1 line waits to be followed",
        lines: [
            .init("item", "ordered 17612 250237", source: "15", target: "15", .equal),
            .init("item", "shipped 17612", source: nil, target: "1", .onlyTarget),
            .init("field", "id", source: "892", target: "892", .equal),
            .init("field", "order_date", source: "2025-10-14", target: "2025-10-14", .equal),
            .init("field", "status", source: "uploaded", target: "pending", .waits),
            .init("field", "ship_name", source: "Ada", target: "Ad\u{1B}[2Ja", .differs),
            .init(
                "history",
                "2025-10-14 13:58:00 imported",
                source: "X-Cart",
                target: "X-Cart",
                .equal
            ),
        ],
        waiting: "2 changes of SQLite wait to be followed",
        sourceError: nil,
        targetError: nil
    )

    /// An article whose formula comes out on one side only.
    static let comparedArticle = SideComparison(
        subject: "17612",
        summary: "2 lines DIFFER; on hand is off by -5 in PostgreSQL",
        lines: [
            .init("stock", "on hand", source: "1019", target: "1014", .differs),
            .init("stock", "days left", source: "31", target: "31", .equal),
            .init("formula", "counted", source: "+1019", target: "+1019", .equal),
            .init("formula", "received", source: "+300", target: "+300", .equal),
            .init("formula", "shipped", source: "-300", target: "-300", .equal),
            .init("formula", "comes to", source: "1019", target: "1019", .equal),
            .init(
                "formula",
                "on hand is",
                source: "as it must be",
                target: "off by -5",
                .differs
            ),
            .init(
                "lot",
                "lot 250237",
                source: "1200 2025-09-01 active",
                target: "1200 2025-09-01 active",
                .equal
            ),
            .init("movement", "2025-10-13 Receive", source: "300", target: "300", .equal),
        ],
        waiting: nil,
        sourceError: nil,
        targetError: nil
    )

    /// The stock, with one article that differs.
    static let comparedStock = StockComparison(
        rows: [
            "17612": .init(source: 1_019, target: 1_014, verdict: .differs),
            "17904": .init(source: 19, target: 19, verdict: .equal),
            "18795": .init(source: -3, target: 0, verdict: .waits),
        ],
        waiting: nil,
        sourceError: nil,
        targetError: nil
    )
}
