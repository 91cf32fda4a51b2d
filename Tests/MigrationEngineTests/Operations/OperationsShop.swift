import Foundation

@testable import MigrationEngine

/// A small SQLite database in one of ORA's shapes, in a folder of its own.
final class OperationsShop {
    let path: String
    private let folder: URL

    /// Makes the file.
    ///
    /// - Parameter sql: What to fill it with.
    /// - Throws: The error of the system or of SQLite.
    init(_ sql: String) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "cutover-shop-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "ora.db").path
        try execute(sql)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var options: Options { Options(source: path, target: "") }

    func connection(busyMilliseconds: Int32 = 0) throws -> SourceConnection {
        try SourceConnection(path: path, access: .create, busyMilliseconds: busyMilliseconds)
    }

    func execute(_ sql: String) throws { try connection().execute(sql) }

    func replaceFile(_ sql: String) throws {
        try FileManager.default.removeItem(atPath: path)
        try execute(sql)
    }

    /// The tables of the production shape that the views read, without the rest.
    static let production = """
        CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY,
            enabled BOOLEAN NOT NULL DEFAULT TRUE, last_updated TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            updated_by TEXT DEFAULT 'system', last_run_at TIMESTAMP);
        INSERT INTO workflow_controls VALUES
            ('xml-import', 1, '2025-10-01 08:00:00', 'admin', '2025-10-09 07:00:00'),
            ('orders-cleanup', 0, '2025-10-01 08:00:00', 'admin', NULL);
        CREATE TABLE orders_inbox (id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT NOT NULL UNIQUE, order_date DATE NOT NULL, customer_email TEXT,
            status TEXT NOT NULL DEFAULT 'pending', total_items INTEGER DEFAULT 0,
            total_amount_cents INTEGER, ship_name TEXT, ship_company TEXT, ship_state TEXT,
            ship_country TEXT, bill_name TEXT, bill_company TEXT);
        CREATE TABLE order_items_inbox (id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_inbox_id INTEGER NOT NULL, sku TEXT NOT NULL, sku_lot TEXT,
            quantity INTEGER NOT NULL) STRICT;
        CREATE INDEX idx_order_items_inbox_order ON order_items_inbox (order_inbox_id);
        CREATE TABLE shipped_orders (id INTEGER PRIMARY KEY, ship_date TEXT NOT NULL,
            order_number TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE shipped_items (id INTEGER PRIMARY KEY, base_sku TEXT NOT NULL,
            sku_lot TEXT NOT NULL DEFAULT '', quantity_shipped INTEGER NOT NULL,
            order_number TEXT) STRICT;
        CREATE TABLE inventory_current (id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE,
            product_name TEXT NOT NULL, current_quantity INTEGER NOT NULL,
            weekly_avg_cents INTEGER, alert_level TEXT NOT NULL, reorder_point INTEGER NOT NULL)
            STRICT;
        CREATE TABLE inventory_transactions (id INTEGER PRIMARY KEY, date TEXT NOT NULL,
            sku TEXT NOT NULL, quantity INTEGER NOT NULL, transaction_type TEXT NOT NULL,
            notes TEXT) STRICT;
        CREATE TABLE shipstation_metrics (id INTEGER PRIMARY KEY, metric_name TEXT NOT NULL UNIQUE,
            metric_value INTEGER NOT NULL);

        INSERT INTO orders_inbox (id, order_number, order_date, customer_email, status, total_items,
            total_amount_cents, ship_name, ship_company, ship_state, ship_country) VALUES
            (1, '700001', '2025-10-01', 'a@example.com', 'shipped', 2, 1250, '', 'Harbor Tea', 'HI',
            'US'),
            (2, '700002', '2025-10-02', 'b@example.com', 'awaiting_shipment', 3, NULL, 'Ada Fern',
            NULL, 'OR', 'US'),
            (3, '700003', '2025-10-03', 'c@example.com', 'pending', 9, 99, NULL, NULL, NULL, 'Canada');
        INSERT INTO order_items_inbox (order_inbox_id, sku, sku_lot, quantity) VALUES
            (1, '17612', '250300', 2), (2, '17904', NULL, 1), (2, '17612', '', 2);
        INSERT INTO shipped_orders VALUES (1, '2025-10-01', '700001');
        INSERT INTO shipped_items (base_sku, sku_lot, quantity_shipped, order_number) VALUES
            ('17612', '17612 - 250300', 1, '700001'), ('17612', '', 4, '600000');
        INSERT INTO inventory_current VALUES
            (1, '17612', 'Green Tea', 731, 7000, 'normal', 50),
            (2, '17904', 'Black Tea', 12, NULL, 'low', 50),
            (3, '17914', 'White Tea', 0, 350, 'critical', 50);
        INSERT INTO inventory_transactions (date, sku, quantity, transaction_type, notes) VALUES
            ('2025-09-20', '17612', 100, 'Receive', 'first'),
            ('2025-09-22', '17612', 9, 'Adjust Down', NULL),
            ('2025-09-22', '17612', 5, 'Adjust Up', 'same day'),
            ('2025-09-21', '17904', 7, 'Repack', NULL);
        INSERT INTO shipstation_metrics VALUES (1, 'units_to_ship', 190);
        """

    /// The tables of the plan's shape that the views read.
    static let plan = """
        CREATE TABLE workflow_controls (workflow_name TEXT PRIMARY KEY, enabled BOOLEAN NOT NULL,
            last_updated TIMESTAMP, updated_by TEXT);
        INSERT INTO workflow_controls VALUES ('xml-import', 1, '2025-10-01 08:00:00', 'admin');
        CREATE TABLE orders_inbox (id INTEGER PRIMARY KEY, order_number TEXT UNIQUE NOT NULL,
            order_date TIMESTAMP, customer_name TEXT, total_amount INTEGER, items_json TEXT,
            status TEXT DEFAULT 'pending');
        INSERT INTO orders_inbox VALUES
            (1, '700001', '2025-10-01 09:00:00', 'Ada Fern', 1250,
            '[{"sku":"17612","qty":2},{"sku":17904,"quantity":"3","lot":"250300"}]', 'pending'),
            (2, '700002', NULL, '', NULL, 'not json', NULL);
        CREATE TABLE shipped_orders (order_number TEXT PRIMARY KEY, ship_date TIMESTAMP);
        CREATE TABLE shipped_items (id INTEGER PRIMARY KEY, order_number TEXT NOT NULL,
            sku TEXT NOT NULL, lot_number TEXT, quantity INTEGER NOT NULL);
        INSERT INTO shipped_items VALUES (1, '700001', '17612', '250300', 2);
        CREATE TABLE inventory_current (sku TEXT PRIMARY KEY, quantity_on_hand INTEGER,
            reorder_point INTEGER);
        INSERT INTO inventory_current VALUES ('17612', 50, 90), ('17904', 49, 0), ('17914', 0, 0),
            ('18675', NULL, 0);
        CREATE TABLE inventory_transactions (id INTEGER PRIMARY KEY, transaction_date TIMESTAMP,
            sku TEXT NOT NULL, transaction_type TEXT NOT NULL, quantity INTEGER NOT NULL,
            notes TEXT);
        CREATE TABLE system_kpis (metric_name TEXT PRIMARY KEY, metric_value TEXT);
        INSERT INTO system_kpis VALUES ('units_to_ship', '184');
        """

    /// Orders 1001 to 1000 + `count`, every tenth of them on hold.
    static func orders(_ count: Int) -> String {
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
        INSERT INTO orders_inbox (id, order_number, order_date, status, ship_name)
        SELECT 1000 + i, 'N' || (1000 + i), '2025-10-05',
            CASE WHEN i % 10 = 0 THEN 'on_hold' ELSE 'pending' END, 'Customer ' || (i % 7) FROM n;
        """
    }
}

/// The error of a call that must fail.
///
/// - Parameter work: The call.
/// - Returns: Its error, or nil when it did not fail.
func migrationError(_ work: () throws -> Void) -> MigrationError? {
    do {
        try work()
        return nil
    } catch {
        return error as? MigrationError
    }
}
