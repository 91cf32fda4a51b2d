import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The sample, read by the `sqlite3` shell: nothing of the engine checks the engine here.
struct SampleSourceTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func sample(
        _ name: String,
        _ schema: SampleSource.Schema,
        orders: Int = 400,
        seed: UInt64 = 1
    ) async throws -> String {
        let path = folder.file(name)
        _ = try await onThread {
            try SampleSource.write(path: path, schema: schema, orders: orders, seed: seed)
        }
        return path
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `the same arguments give the same content`(schema: SampleSource.Schema) async throws {
        let first = try await sqlite3(try await sample("1.db", schema), ".dump")
        let second = try await sqlite3(try await sample("2.db", schema), ".dump")
        let other = try await sqlite3(try await sample("3.db", schema, seed: 2), ".dump")
        #expect(first.utf8.count > 100_000)
        #expect(first == second)
        #expect(first != other)
    }

    @Test(arguments: SampleSource.Schema.allCases)
    func `no row of a sample is an orphan and the file is sound`(
        schema: SampleSource.Schema
    ) async throws {
        let path = try await sample("ora.db", schema)
        let answer = try await sqlite3(
            path,
            "PRAGMA foreign_key_check; PRAGMA integrity_check; PRAGMA journal_mode;"
        )
        #expect(answer == "ok\nwal")
    }

    // Booked after the baseline: the formula of the inventory, per product, in plain SQL.
    @Test(arguments: [0, 1, 400, 3_000])
    func `the plan's stock is what the inventory formula gives`(orders: Int) async throws {
        let path = try await sample("ora.db", .plan, orders: orders)
        let wrong = try await sqlite3(
            path,
            """
            SELECT c.sku, c.quantity_on_hand,
              (SELECT CAST(value AS INTEGER) FROM configuration_params
                WHERE category = 'InitialInventory' AND sku = c.sku)
              + coalesce((SELECT sum(CASE transaction_type WHEN 'Adjust Down' THEN -quantity
                                     WHEN 'Ship' THEN 0 ELSE quantity END)
                FROM inventory_transactions
                WHERE sku = c.sku AND date(transaction_date) > '2025-09-19'), 0)
              - coalesce((SELECT sum(quantity) FROM shipped_items
                WHERE sku = c.sku AND date(ship_date) > '2025-09-19'), 0) AS formula
            FROM inventory_current c WHERE formula IS NOT c.quantity_on_hand;
            """
        )
        #expect(wrong == "")
        #expect(try await sqlite3(path, "SELECT count(*) FROM inventory_current;") == "5")
    }

    @Test(arguments: [0, 1, 400, 3_000])
    func `production's stock is what the inventory formula gives`(orders: Int) async throws {
        let path = try await sample("ora.db", .production, orders: orders)
        let wrong = try await sqlite3(
            path,
            """
            SELECT c.sku, c.current_quantity,
              (SELECT CAST(value AS INTEGER) FROM configuration_params
                WHERE category = 'InitialInventory' AND sku = c.sku)
              + (SELECT sum(CASE transaction_type WHEN 'Adjust Down' THEN -quantity
                            ELSE quantity END)
                FROM inventory_transactions WHERE sku = c.sku AND date > '2025-09-19')
              - coalesce((SELECT sum(quantity_shipped) FROM shipped_items
                WHERE base_sku = c.sku AND ship_date > '2025-09-19'), 0) AS formula
            FROM inventory_current c
            WHERE formula IS NOT c.current_quantity
              OR alert_level <> CASE WHEN current_quantity = 0 THEN 'critical'
                                WHEN current_quantity < 50 THEN 'low' ELSE 'normal' END
              OR weekly_avg_cents <> 100 * CAST(round((SELECT sum(quantity_shipped) / 52.0
                   FROM weekly_shipped_history w WHERE w.sku = c.sku)) AS INTEGER);
            """
        )
        #expect(wrong == "")
        #expect(try await sqlite3(path, "SELECT count(*) FROM inventory_current;") == "5")
    }

    @Test func `an existing file and the leavings of another are not touched`() async throws {
        for name in ["ora.db", "ora.db-wal"] {
            let place = try TestFolder()
            try "mine".write(toFile: place.file(name), atomically: true, encoding: .utf8)
            let path = place.file("ora.db")
            let error = await #expect(throws: MigrationError.self) {
                try await onThread {
                    try SampleSource.write(path: path, schema: .plan, orders: 10, seed: 1)
                }
            }
            #expect(error?.code == .fileFailed)
            #expect(error?.place.path == place.file(name))
            let kept = try String(contentsOfFile: place.file(name), encoding: .utf8)
            #expect(kept == "mine")
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [name])
        }
    }

    @Test func `a folder that is missing is an error and nothing is left`() async throws {
        let path = folder.file("none/ora.db")
        let error = await #expect(throws: MigrationError.self) {
            try await onThread {
                try SampleSource.write(path: path, schema: .plan, orders: 10, seed: 1)
            }
        }
        #expect(error?.code == .fileFailed)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
