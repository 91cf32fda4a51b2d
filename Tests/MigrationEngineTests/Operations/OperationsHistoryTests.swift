import Foundation
import Testing

@testable import MigrationEngine

/// What the views tell of an order and of an article beside their row.
struct OperationsHistoryTests {
    /// What the small shop lacks of the production shape.
    private static let more = """
        ALTER TABLE orders_inbox ADD COLUMN created_at DATETIME;
        ALTER TABLE orders_inbox ADD COLUMN source_system TEXT;
        UPDATE orders_inbox SET created_at = '2025-10-01 08:00:00', source_system = 'X-Cart';
        ALTER TABLE shipped_orders ADD COLUMN shipping_service_name TEXT;
        UPDATE shipped_orders SET shipping_service_name = 'Two Day';
        CREATE TABLE shipping_violations (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL,
            order_number TEXT NOT NULL, violation_type TEXT NOT NULL, expected_value TEXT NOT NULL,
            actual_value TEXT, detected_at DATETIME, resolved_at DATETIME);
        INSERT INTO shipping_violations VALUES
            (1, 1, '700001', 'hawaiian_service', 'fast', 'slow', '2025-10-01 09:00:00',
                '2025-10-03 09:00:00'),
            (2, 2, '700002', 'canadian_service', 'a', NULL, '2025-10-02 09:00:00', NULL);
        ALTER TABLE shipped_items ADD COLUMN ship_date TEXT;
        UPDATE shipped_items SET ship_date = '2025-10-01';
        CREATE TABLE configuration_params (category TEXT, parameter_name TEXT, value TEXT, sku TEXT);
        INSERT INTO configuration_params VALUES ('InitialInventory', 'x', '640', '17612'),
            ('InitialInventory', 'x', ' ', '17904');
        CREATE TABLE lot_inventory (id INTEGER PRIMARY KEY, sku TEXT, lot TEXT, initial_qty INTEGER,
            manual_adjustment INTEGER, received_date TEXT, status TEXT);
        INSERT INTO lot_inventory VALUES (1, '17612', '250300', 1200, -5, '2025-09-01', 'active'),
            (2, '17612', '250237', 300, 0, '2025-08-01', 'closed'),
            (3, '17904', '1', 1, 1, '2025-08-01', 'active');
        """

    private func reader() throws -> (OperationsShop, LiveReader) {
        let shop = try OperationsShop(OperationsShop.production)
        try shop.execute(Self.more)
        return (shop, LiveReader(options: shop.options, side: .source))
    }

    @Test func `the history of an order comes from every table that tells of it, in time order`()
        throws
    {
        let (shop, reader) = try reader()
        defer { _ = shop }
        let events = try reader.orderEvents(orderNumber: "700001")
        #expect(
            events.map(\.kind) == [
                "shipped", "item shipped", "imported", "violation", "resolved",
            ]
        )
        #expect(events.map(\.at).first == "2025-10-01" && events.last?.at == "2025-10-03 09:00:00")
        #expect(events.first?.text == "Two Day")
        #expect(events[3].text == "hawaiian_service fast slow")
        let second = try reader.orderEvents(orderNumber: "700002")
        #expect(second.map(\.kind) == ["imported", "violation"])
        #expect(try reader.orderEvents(orderNumber: "none").isEmpty)
    }

    @Test func `a moment is the same however the sides write it`() {
        let noon = "2025-10-01 12:00:00"
        for text in [
            "2025-10-01T12:00:00Z", "2025-10-01 12:00", "2025-10-01 12:00:00.000",
            "2025-10-01 12:00:00+00", noon,
        ] {
            #expect(StoredMoment.plain(text) == noon)
        }
        #expect(StoredMoment.plain("2025-10-01T00:00:00") == "2025-10-01")
        #expect(StoredMoment.plain("2025-10-01 12:00:00.250") == "2025-10-01 12:00:00.25")
        #expect(StoredMoment.plain("2025-10-01 12:00:00+02") == "2025-10-01 12:00:00+02")
        #expect(StoredMoment.plain("soon") == "soon")
    }

    @Test func `days left follow from the units that leave, and are unknown without them`() throws {
        let (shop, reader) = try reader()
        defer { _ = shop }
        // 731 units at 70 a week, no average, none on hand.
        #expect(try reader.inventory().rows.map(\.daysLeft) == [73, nil, 0])
        #expect(DailyUse.daysLeft(-3, 1) == 0)
        #expect(DailyUse.daysLeft(5, 0) == nil)
        #expect(DailyUse.daysLeft(nil, 1) == nil)
    }

    @Test func `days left of the plan's shape follow from what was shipped`() throws {
        let shop = try OperationsShop(OperationsShop.plan)
        let reader = LiveReader(options: shop.options, side: .source)
        #expect(try reader.inventory().rows.map(\.daysLeft) == [nil, nil, nil, nil])
        try shop.execute(
            """
            ALTER TABLE shipped_items ADD COLUMN ship_date TIMESTAMP;
            INSERT INTO shipped_items VALUES (7, '1', '17612', NULL, 140, date('now', '-3 days')),
                (8, '1', '17612', NULL, 900, date('now', '-40 days')),
                (9, '1', '17612', NULL, 900, datetime('now'))
            """
        )
        // 50 units at 5 a day; what was shipped today is not a whole day's.
        #expect(try reader.inventory().rows.map(\.daysLeft) == [10, nil, nil, nil])
    }

    @Test func `the formula of an article is the sum of its parts behind the baseline`() throws {
        let (shop, reader) = try reader()
        defer { _ = shop }
        let article = try reader.article("17612")
        #expect(
            article.parts.map(\.name) == [
                "counted", "received", "repacked", "adjusted up", "adjusted down", "shipped",
            ]
        )
        #expect(article.parts.map(\.units) == [640, 100, 0, 5, -9, -5])
        #expect(article.formula == 731 && article.row?.onHand == 731)
        #expect(article.lots.map(\.lot) == ["250237", "250300"])
        #expect(article.lots.last?.text == "1200 -5 2025-09-01 active")
        #expect(article.movements.count == 3)
        // What was counted of it is a blank.
        let unknown = try reader.article("17904")
        #expect(unknown.parts.first?.units == nil && unknown.formula == nil)
    }

    @Test func `a profile without these sections shows none of these figures`() throws {
        let (shop, _) = try reader()
        let path = shop.path + ".toml"
        let toml = """
            name = "shop"
            [[orders]]
            table = "orders_inbox"
            key = "id"
            number = "order_number"
            [[inventory]]
            table = "inventory_current"
            sku = "sku"
            on_hand = "current_quantity"
            """
        try toml.write(toFile: path, atomically: true, encoding: .utf8)
        var options = shop.options
        options.profile = path
        let reader = LiveReader(options: options, side: .source)
        #expect(try reader.orderEvents(orderNumber: "700001").isEmpty)
        #expect(try reader.inventory().rows.map(\.daysLeft) == [nil, nil, nil])
        let article = try reader.article("17612")
        #expect(article.parts.isEmpty && article.lots.isEmpty && article.movements.isEmpty)
        #expect(article.row?.onHand == 731)
        #expect(try reader.orders().statuses.isEmpty)
    }

    @Test(arguments: [
        ("[[formula]]\nshape = \"x\"\n", "formula.part"),
        (
            "[[formula]]\n[[formula.part]]\nname = \"a\"\nsign = \"*\"\nsql = \"SELECT 1\"\n",
            "formula.part.sign"
        ),
        (
            "[[inventory]]\ntable = \"t\"\nsku = \"s\"\non_hand = \"o\"\nuse_of_one_a_day = 0\n",
            "inventory.use_of_one_a_day"
        ),
        ("[[lots]]\ntable = \"t\"\nlot = \"l\"\n", "lots.sku"),
    ])
    func `a section that cannot be meant is refused by its key`(toml: String, key: String) throws {
        let error = try #require(
            migrationError { _ = try Profile(toml: "name = \"x\"\n" + toml, path: "shop.toml") }
        )
        #expect(error.code == .configuration)
        #expect(error.message.contains("\"\(key)\""), "\(error.message)")
    }
}
