import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The live views of the target follow the names that a profile gave there.
@Suite(.postgres, .database)
struct RenamedViewsTests {
    private static let profile = """
        name = "shop"
        extends = "ora"
        [[tables]]
        table = "orders_inbox"
        rename = "sales"
        [[columns]]
        table = "orders_inbox"
        column = "order_number"
        rename = "number"
        [[columns]]
        table = "orders_inbox"
        column = "status"
        rename = "order_number"
        [[columns]]
        table = "order_items_inbox"
        column = "order_inbox_id"
        rename = "sale"
        [[tables]]
        table = "inventory_current"
        rename = "stock"
        [[columns]]
        table = "inventory_current"
        column = "current_quantity"
        rename = "units"
        [[columns]]
        table = "workflow_controls"
        column = "enabled"
        rename = "is_on"
        """

    private func migrated(_ folder: TestFolder) async throws -> Options {
        let path = folder.file("shop.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled BOOLEAN NOT NULL,
                last_updated TIMESTAMP, updated_by TEXT, last_run_at TIMESTAMP);
            CREATE TABLE orders_inbox (id INTEGER PRIMARY KEY, order_number TEXT UNIQUE,
                order_date DATE, status TEXT, total_amount_cents INTEGER, ship_name TEXT);
            CREATE TABLE order_items_inbox (id INTEGER PRIMARY KEY, order_inbox_id INTEGER, sku TEXT,
                sku_lot TEXT, quantity INTEGER);
            CREATE TABLE inventory_current (id INTEGER PRIMARY KEY, sku TEXT UNIQUE,
                product_name TEXT, current_quantity INTEGER, alert_level TEXT);
            CREATE TABLE shipped_items (id INTEGER PRIMARY KEY, base_sku TEXT, sku_lot TEXT,
                quantity_shipped INTEGER, order_number TEXT);
            INSERT INTO workflow_controls VALUES ('xml-import', 1, '2025-10-01 08:00:00', 'a', NULL);
            INSERT INTO orders_inbox VALUES
                (1, '700001', '2025-10-01', 'shipped', 1250, 'Harbor Tea'),
                (2, '700002', '2025-10-02', 'awaiting_shipment', NULL, 'Ada Fern');
            INSERT INTO order_items_inbox VALUES (1, 1, '17612', '2503', 2), (2, 2, '17904', NULL, 1);
            INSERT INTO inventory_current VALUES (1, '17612', 'Green Tea', 731, 'normal');
            """
        )
        let profile = folder.file("shop.toml")
        try Self.profile.write(toFile: profile, atomically: true, encoding: .utf8)
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)(
            "migrate",
            ["--mode", "derive", "--profile", profile]
        )
        try #require(run.status == 0, "\(run)")
        return Options(source: path, target: TestDatabase.url, profile: profile)
    }

    private func expectSame(_ options: Options) async throws {
        try await onThread {
            let source = LiveReader(options: options, side: .source)
            let target = LiveReader(options: options, side: .target)
            let orders = try source.orders().rows
            #expect(orders.map(\.orderNumber) == ["700002", "700001"])
            #expect(try target.orders().rows == orders)
            #expect(try target.orders(status: "shipped").rows.map(\.orderNumber) == ["700001"])
            #expect(
                try target.orders(search: "700002").rows == source.orders(search: "700002").rows
            )
            #expect(
                try target.orderItems(orderNumber: "700001")
                    == source.orderItems(orderNumber: "700001")
            )
            #expect(try target.inventory().rows == source.inventory().rows)
            let figures = try source.dashboard().figures
            #expect(figures.contains { $0.name == "local_units" && $0.value != nil })
            #expect(try target.dashboard().figures.map(\.value) == figures.map(\.value))
            #expect(try target.workflows().workflows == source.workflows().workflows)
        }
    }

    @Test func `orders, stock, figures and toggles are found under their new names`() async throws {
        let folder = try TestFolder()
        let options = try await migrated(folder)
        try await expectSame(options)
        let row = try await onThread {
            try Workflows.set(
                options: options,
                side: .target,
                name: "xml-import",
                enabled: false,
                by: "test"
            )
        }
        #expect(!row.enabled)
        #expect(try await psql(TestDatabase.url, "SELECT is_on FROM workflow_controls;") == "f")
    }

    @Test func `without the run's records the profile tells the new names`() async throws {
        let folder = try TestFolder()
        let options = try await migrated(folder)
        _ = try await psql(
            TestDatabase.url,
            "SET client_min_messages = error; DROP SCHEMA cutover CASCADE;"
        )
        try await expectSame(options)
    }
}
