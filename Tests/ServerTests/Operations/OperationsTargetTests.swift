import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The views and toggles on PostgreSQL, beside the same rows in SQLite.
@Suite(.postgres, .database)
struct OperationsTargetTests {
    private static let rows = """
        INSERT INTO workflow_controls VALUES
            ('xml-import', TRUE, '2025-10-01 08:00:00', 'admin', '2025-10-09 07:00:00'),
            ('orders-cleanup', FALSE, '2025-10-01 08:00:00', 'admin', NULL);
        INSERT INTO orders_inbox VALUES
            (1, '700001', '2025-10-01', 'a@example.com', 'shipped', 1250, '', 'Harbor Tea', 'HI', 'US'),
            (2, '700002', '2025-10-02', NULL, 'awaiting_shipment', NULL, 'Ada Fern', NULL, NULL, 'US'),
            (3, '700003', '2025-10-03', NULL, 'pending', 99, NULL, NULL, NULL, 'Canada');
        INSERT INTO order_items_inbox VALUES
            (1, 1, '17612', '250300', 2), (2, 2, '17904', NULL, 1), (3, 2, '17612', '', 2);
        INSERT INTO shipped_orders VALUES (1, '2025-10-01', '700001');
        INSERT INTO shipped_items VALUES (1, '17612', '17612 - 250300', 1, '700001');
        INSERT INTO inventory_current VALUES
            (1, '17612', 'Green Tea', 731, 7000, 'normal', 50),
            (2, '17904', 'Black Tea', 12, NULL, 'low', 50);
        INSERT INTO inventory_transactions VALUES
            (1, '2025-09-20', '17612', 100, 'Receive', 'first'),
            (2, '2025-09-22', '17612', 9, 'Adjust Down', NULL);
        INSERT INTO shipstation_metrics VALUES (1, 'units_to_ship', 190);
        INSERT INTO workflows VALUES ('weekly_reporter', 'completed', '2025-10-09 07:00:00');
        """

    private static func tables(boolean: String, timestamp: String, date: String) -> String {
        """
        CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled \(boolean) NOT NULL,
            last_updated \(timestamp), updated_by TEXT, last_run_at \(timestamp));
        CREATE TABLE orders_inbox (id INTEGER PRIMARY KEY, order_number TEXT UNIQUE,
            order_date \(date), customer_email TEXT, status TEXT, total_amount_cents INTEGER,
            ship_name TEXT, ship_company TEXT, ship_state TEXT, ship_country TEXT);
        CREATE TABLE order_items_inbox (id INTEGER PRIMARY KEY, order_inbox_id INTEGER, sku TEXT,
            sku_lot TEXT, quantity INTEGER);
        CREATE TABLE shipped_orders (id INTEGER PRIMARY KEY, ship_date TEXT, order_number TEXT);
        CREATE TABLE shipped_items (id INTEGER PRIMARY KEY, base_sku TEXT, sku_lot TEXT,
            quantity_shipped INTEGER, order_number TEXT);
        CREATE TABLE inventory_current (id INTEGER PRIMARY KEY, sku TEXT UNIQUE, product_name TEXT,
            current_quantity INTEGER, weekly_avg_cents INTEGER, alert_level TEXT,
            reorder_point INTEGER);
        CREATE TABLE inventory_transactions (id INTEGER PRIMARY KEY, date TEXT, sku TEXT,
            quantity INTEGER, transaction_type TEXT, notes TEXT);
        CREATE TABLE shipstation_metrics (id INTEGER PRIMARY KEY, metric_name TEXT,
            metric_value INTEGER);
        CREATE TABLE workflows (name TEXT, status TEXT, last_run_at TEXT);
        """
    }

    private let folder = try? TestFolder()

    /// Both sides with the same rows.
    private func sides() async throws -> Options {
        let path = try #require(folder).file("ora.db")
        _ = try await sqlite3(
            path,
            Self.tables(boolean: "BOOLEAN", timestamp: "TIMESTAMP", date: "DATE") + Self.rows
        )
        _ = try await psql(
            TestDatabase.url,
            Self.tables(boolean: "BOOLEAN", timestamp: "TIMESTAMP", date: "DATE") + Self.rows
        )
        return Options(source: path, target: TestDatabase.url)
    }

    @Test func `both sides are walked from either end alike`() async throws {
        let options = try await sides()
        try await onThread {
            var seen: [Side: [[String]]] = [:]
            for side in Side.allCases {
                let reader = LiveReader(options: options, side: side)
                let last = try reader.orders(limit: 2, at: .last)
                let first = try #require(last.edges.keys.first)
                let rest = try reader.orders(limit: 2, at: .before(first))
                #expect(last.edges.hasMoreBefore && !rest.edges.hasMoreBefore)
                let end = try reader.inventory(limit: 1, at: .last)
                let sku = try #require(end.edges.keys.first)
                let begin = try reader.inventory(limit: 1, at: .before(sku))
                #expect(end.edges.hasMoreBefore && !begin.edges.hasMoreBefore)
                seen[side] = [
                    last.rows.map(\.orderNumber), rest.rows.map(\.orderNumber),
                    end.rows.map(\.sku), begin.rows.map(\.sku),
                    try reader.orders(status: "pending", at: .last).rows.map(\.orderNumber),
                ]
            }
            #expect(
                seen[.source] == [
                    ["700002", "700001"], ["700003"], ["17904"], ["17612"], ["700003"],
                ]
            )
            #expect(seen[.target] == seen[.source])
        }
    }

    @Test func `both sides show the same orders, stock, figures and toggles`() async throws {
        let options = try await sides()
        try await onThread {
            let source = LiveReader(options: options, side: .source)
            let target = LiveReader(options: options, side: .target)
            let orders = try source.orders().rows
            #expect(orders.map(\.items) == [0, 3, 2])
            #expect(try target.orders().rows == orders)
            #expect(
                try target.orders(search: "fERN").rows == source.orders(search: "fERN").rows
            )
            #expect(try target.orders(status: "shipped").rows.map(\.orderNumber) == ["700001"])
            for number in ["700001", "700002", "none"] {
                #expect(
                    try target.orderItems(orderNumber: number)
                        == source.orderItems(orderNumber: number)
                )
            }
            #expect(try target.inventory().rows == source.inventory().rows)
            #expect(try target.transactions(sku: "17612") == source.transactions(sku: "17612"))
            let figures = try source.dashboard().figures
            #expect(figures.contains { $0.name == "units_to_ship" && $0.value == "190" })
            // Notes speak of their own side.
            let values = try target.dashboard().figures
            #expect(values.map(\.value) == figures.map(\.value))
            #expect(try target.workflows().workflows == source.workflows().workflows)
        }
    }

    @Test(arguments: [2, 10]) func `pages cover every order exactly once`(
        slice: Int
    ) async throws {
        let options = try await sides()
        _ = try await psql(
            options.target,
            """
            INSERT INTO orders_inbox (id, order_number, order_date, status)
            SELECT 1000 + i, 'N' || i, '2025-10-05', CASE WHEN i % 9 = 0 THEN 'on_hold' ELSE 'x' END
            FROM generate_series(1, 100) i
            """
        )
        let (all, held) = try await onThread {
            let reader = LiveReader(options: options, side: .target)
            reader.sliceRows = slice
            func numbers(_ status: String?) throws -> [String] {
                var numbers: [String] = []
                var after: String?
                repeat {
                    let page = try reader.orders(status: status, limit: 7, after: after)
                    numbers += page.rows.map(\.orderNumber)
                    after = page.nextKey
                } while after != nil
                return numbers
            }
            return (try numbers(nil), try numbers("on_hold"))
        }
        #expect(all == (1...100).reversed().map { "N\($0)" } + ["700003", "700002", "700001"])
        #expect(held == (1...11).reversed().map { "N\($0 * 9)" })
    }

    @Test func `a key above the range of the column is only a key above all orders`() async throws {
        let options = try await sides()
        let rows = try await onThread {
            try Operations.orders(options: options, side: .target, after: "99999999999").rows
        }
        #expect(rows.count == 3)
    }

    @Test(arguments: [
        ("BOOLEAN", "TIMESTAMP", "f"), ("INTEGER", "TEXT", "0"), ("SMALLINT", "TIMESTAMPTZ", "0"),
    ])
    func `turning a workflow off in PostgreSQL keeps its other columns`(
        kind: String,
        timestamp: String,
        off: String
    ) async throws {
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled \(kind),
                last_updated \(timestamp), updated_by VARCHAR(50), last_run_at TEXT);
            CREATE TABLE orders_inbox (id INTEGER);
            INSERT INTO workflow_controls
            SELECT name, '1', '2025-10-01 08:00:00', 'admin', 'yesterday'
            FROM unnest(ARRAY['xml-import', 'orders-cleanup']) name;
            """
        )
        let options = Options(source: "/nowhere/ora.db", target: TestDatabase.url)
        let row = try await onThread {
            try Workflows.set(
                options: options,
                side: .target,
                name: "xml-import",
                enabled: false,
                by: "night shift"
            )
        }
        #expect(!row.enabled && row.updatedBy == "night shift" && row.lastRunAt == "yesterday")
        let stored = try await psql(
            TestDatabase.url,
            """
            SELECT enabled, updated_by, last_run_at,
                abs(extract(epoch FROM last_updated::timestamptz AT TIME ZONE 'UTC'
                    - (now() AT TIME ZONE 'UTC'))) < 60
            FROM workflow_controls WHERE workflow_name = 'xml-import';
            SELECT enabled, updated_by FROM workflow_controls WHERE workflow_name = 'orders-cleanup'
            """
        )
        let on = off == "f" ? "t" : "1"
        #expect(stored == "\(off)|night shift|yesterday|t\n\(on)|admin")
    }

    @Test func `of several toggles on the server all are turned, or none`() async throws {
        let options = try await sides()
        func turn(_ names: [String], _ isOn: Bool) async throws {
            _ = try await onThread {
                try Workflows.set(
                    options: options,
                    side: .target,
                    names.map { Workflows.Toggle(name: $0, enabled: isOn) },
                    by: "all of us"
                )
            }
        }
        let count = """
            SELECT count(*) FROM workflow_controls
            WHERE enabled::text IN ('f', 'false', '0') AND updated_by = 'all of us'
            """
        await #expect(throws: MigrationError.self) {
            try await turn(["xml-import", "nothing"], false)
        }
        #expect(try await psql(options.target, count) == "0")
        try await turn(["xml-import", "orders-cleanup"], false)
        #expect(try await psql(options.target, count) == "2")
    }

    @Test func `an unknown workflow is refused with the names there are`() async throws {
        let options = try await sides()
        await #expect {
            try await onThread {
                _ = try Workflows.set(
                    options: options,
                    side: .target,
                    name: "nothing",
                    enabled: true,
                    by: "test"
                )
            }
        } throws: { error in
            let error = error as? MigrationError
            return error?.code == .usage && error?.remedy.contains("orders-cleanup") == true
        }
    }

    @Test func `a reader connects again when its connection was ended`() async throws {
        let options = try await sides()
        let count = try await onThread {
            let reader = LiveReader(options: options, side: .target)
            _ = try reader.orders()
            let other = try TargetConnection(TargetAddress(options.target), purpose: "test")
            let ended = try other.query(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """
            )
            #expect(ended.integer == 1)
            return try reader.orders().rows.count
        }
        #expect(count == 3)
    }

    @Test func `a reader notices a column that was renamed and a table that was dropped`()
        async throws
    {
        let options = try await sides()
        try await onThread {
            let reader = LiveReader(options: options, side: .target)
            #expect(try reader.orders().rows.first?.totalCents == 99)
            let other = try TargetConnection(TargetAddress(options.target), purpose: "test")
            try other.execute("ALTER TABLE orders_inbox RENAME total_amount_cents TO total")
            #expect(try reader.orders().rows.first?.totalCents == nil)
            try other.execute("DROP TABLE order_items_inbox")
            #expect(try reader.orders().rows.first?.items == nil)
        }
    }

    @Test func `before the copy the error says to copy first`() async throws {
        let path = try #require(folder).file("ora.db")
        _ = try await sqlite3(
            path,
            Self.tables(boolean: "BOOLEAN", timestamp: "TIMESTAMP", date: "DATE")
        )
        let options = Options(source: path, target: TestDatabase.url)
        await #expect {
            try await onThread { _ = try Operations.orders(options: options, side: .target) }
        } throws: { error in
            let error = error as? MigrationError
            return error?.code == .configuration && error?.place.table == "orders_inbox"
                && error?.remedy.contains("cutover migrate") == true
        }
    }

    @Test func `the reader's session cannot write`() async throws {
        let options = try await sides()
        await #expect {
            try await onThread {
                let connection = try LiveConnection(.target, options)
                _ = try connection.rows("DELETE FROM orders_inbox RETURNING id")
            }
        } throws: { error in
            guard case .target(let error)? = error as? LiveFailure else { return false }
            return error.sqlState == "25006"
        }
    }
}
