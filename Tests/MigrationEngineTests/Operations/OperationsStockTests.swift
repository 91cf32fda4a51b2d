import Testing

@testable import MigrationEngine

struct OperationsStockTests {
    @Test func `the stock of the production shape has its stored levels`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let page = try Operations.inventory(options: shop.options, side: .source)
        #expect(page.rows.map(\.sku) == ["17612", "17904", "17914"])
        #expect(page.rows.map(\.onHand) == [731, 12, 0])
        #expect(page.rows.map(\.level) == ["normal", "low", "critical"])
        #expect(page.rows.map(\.reorderPoint) == [50, 50, 50])
        #expect(page.rows.map(\.name) == ["Green Tea", "Black Tea", "White Tea"])
    }

    @Test func `levels of the plan's shape follow from the quantity, not the reorder point`() throws
    {
        let shop = try OperationsShop(OperationsShop.plan)
        let page = try Operations.inventory(options: shop.options, side: .source)
        #expect(page.rows.map(\.level) == ["normal", "low", "critical", "unknown"])
        let low = try Operations.inventory(options: shop.options, side: .source, level: "low")
        #expect(low.rows.map(\.sku) == ["17904"])
    }

    @Test func `pages of articles cover every article exactly once`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        let first = try reader.inventory(limit: 2)
        let second = try reader.inventory(limit: 2, after: first.nextKey)
        #expect((first.rows + second.rows).map(\.sku) == ["17612", "17904", "17914"])
        #expect(first.nextKey != nil && second.nextKey == nil)
        #expect(try reader.inventory(search: "green").rows.map(\.sku) == ["17612"])
    }

    @Test func `movements of an article are read newest first`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        let reader = LiveReader(options: shop.options, side: .source)
        let movements = try reader.transactions(sku: "17612")
        #expect(movements.map(\.type) == ["Adjust Up", "Adjust Down", "Receive"])
        #expect(movements.map(\.quantity) == [5, 9, 100])
        #expect(movements.map(\.notes) == ["same day", nil, "first"])
        #expect(try reader.transactions(sku: "17612", limit: 1).count == 1)
        #expect(try reader.transactions(sku: "none").isEmpty)
    }

    private func figures(_ shop: OperationsShop) throws -> [String: DashboardFigure] {
        let page = try Operations.dashboard(options: shop.options, side: .source)
        return Dictionary(uniqueKeysWithValues: page.figures.map { ($0.name, $0) })
    }

    @Test func `figures of the production shape follow their formulas`() throws {
        let figures = try figures(OperationsShop(OperationsShop.production))
        #expect(figures["units_to_ship"]?.value == "190")
        #expect(figures["fedex_pickup_needed"]?.value == "yes")
        #expect(figures["local_units"]?.value == "3")
        #expect(figures["quantity_mismatch"]?.value == "187")
        #expect(figures["pending_uploads"]?.value == "1")
        #expect(figures["hawaiian"]?.value == "1")
        #expect(figures["canadian"]?.value == "1")
        #expect(figures["other_international"]?.value == "0")
        #expect(figures["inventory_low"]?.value == "1")
        // 0 units at 3.5 a week.
        #expect(figures["lowest_days_left"]?.value == "0")
    }

    @Test func `a figure that cannot be read is unknown with its reason, never zero`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        try shop.execute("DELETE FROM shipstation_metrics; DROP TABLE shipped_orders")
        let figures = try figures(shop)
        #expect(figures["units_to_ship"]?.value == nil)
        #expect(figures["units_to_ship"]?.note == "no value is stored")
        #expect(figures["recent_shipments"]?.value == nil)
        #expect(figures["recent_shipments"]?.note == "needs the table \"shipped_orders\"")
        #expect(figures["system_status"]?.note == "needs the table \"workflows\"")
        #expect(figures["key_customer"]?.note == "needs key_customer under [parameters]")
    }

    @Test func `figures of the plan's shape come from its own tables`() throws {
        let figures = try figures(OperationsShop(OperationsShop.plan))
        #expect(figures["units_to_ship"]?.value == "184")
        #expect(figures["fedex_pickup_needed"]?.value == "no")
        #expect(figures["inventory_critical"]?.value == "1")
        #expect(figures["hawaiian"]?.note == "needs the column \"ship_state\" of \"orders_inbox\"")
    }

    @Test func `the status of the system follows from the last two hours`() throws {
        let shop = try OperationsShop(OperationsShop.production)
        try shop.execute(
            """
            CREATE TABLE workflows (name TEXT, status TEXT, last_run_at TEXT);
            INSERT INTO workflows VALUES ('a', 'failed', datetime('now', '-3 hours'))
            """
        )
        #expect(try figures(shop)["system_status"]?.value == "warning")
        try shop.execute("INSERT INTO workflows VALUES ('b', 'completed', datetime('now'))")
        #expect(try figures(shop)["system_status"]?.value == "operational")
        try shop.execute("INSERT INTO workflows VALUES ('c', 'failed', datetime('now'))")
        #expect(try figures(shop)["system_status"]?.value == "error")
    }
}
