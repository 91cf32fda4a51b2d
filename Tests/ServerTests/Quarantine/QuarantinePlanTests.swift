import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What the plan's own DDL refuses, and what `--on-bad-row stop` leaves behind.
@Suite(.postgres, .database)
struct QuarantinePlanTests {
    private func plan(_ script: String) async throws -> (TestFolder, CutoverCommand) {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 20)
        _ = try await sqlite3(path, script)
        return (folder, CutoverCommand(source: path, target: TestDatabase.url))
    }

    @Test func `the plan's narrow types send rows to quarantine, each with its reason`()
        async throws
    {
        let (folder, cutover) = try await plan(
            """
            INSERT INTO orders_inbox (id, order_number, total_amount) VALUES
                (9001, 'WIDE-1', 2147483648), (9002, 'WIDE-2', -2147483649),
                (9003, 'FITS-1', 2147483647), (9004, 'FITS-2', -2147483648);
            INSERT INTO orders_inbox (id, order_number, customer_name) VALUES
                (9005, 'LONG-1', printf('%.*c', 201, 'ä')), (9006, 'FITS-3', printf('%.*c', 200, 'ä'));
            INSERT INTO orders_inbox (id, order_number, order_date) VALUES
                (9007, 'DATE-1', '2024-02-30 10:00:00'), (9008, 'DATE-2', '2024-01-01T10:00:00+02:00'),
                (9009, 'FITS-4', '2024-01-01T10:00:00+00:00'), (9010, 'FITS-5', '2024-01-01');
            INSERT INTO orders_inbox (id, order_number, uploaded_to_shipstation)
                VALUES (9011, 'BOOL-1', 2);
            INSERT INTO workflow_controls (workflow_name, enabled) VALUES (NULL, 1);
            """
        )
        let run = try await cutover("migrate", "--max-quarantined", "7")
        #expect(run.json["mode"].string == "plan")
        #expect(run.status == 0, "\(run)")
        let found = try await psql(
            TestDatabase.url,
            """
            SELECT table_name, key_text, column_name, reason FROM cutover.quarantine
            ORDER BY table_name, key_text;
            """
        )
        #expect(
            found == """
                orders_inbox|id 9001|total_amount|beyond 32 bits
                orders_inbox|id 9002|total_amount|beyond 32 bits
                orders_inbox|id 9005|customer_name|longer than 200 characters
                orders_inbox|id 9007|order_date|not a date or a date and time
                orders_inbox|id 9008|order_date|a time with an offset, which timestamp cannot hold
                orders_inbox|id 9011|uploaded_to_shipstation|an integer other than 0 and 1
                workflow_controls|rowid 6|workflow_name|NULL in a column that is NOT NULL in the target
                """
        )
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT order_date FROM orders_inbox WHERE id IN (9009, 9010) ORDER BY id;"
            ) == "2024-01-01 10:00:00\n2024-01-01 00:00:00"
        )
        #expect(try await cutover("verify").status == 0)
        #expect(exists(folder.path))
    }

    @Test func `duplicates that only the plan's UNIQUE forbids keep their first row`() async throws
    {
        let (folder, cutover) = try await plan(
            """
            CREATE TABLE other (id INTEGER PRIMARY KEY AUTOINCREMENT, sku VARCHAR(50) NOT NULL,
                lot VARCHAR(50) NOT NULL, is_active BOOLEAN DEFAULT TRUE,
                created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
            INSERT INTO other SELECT * FROM sku_lot;
            DROP TABLE sku_lot;
            ALTER TABLE other RENAME TO sku_lot;
            INSERT INTO sku_lot (id, sku, lot) VALUES (501, 'S', 'L'), (502, 'S', 'L'),
                (503, 'S', 'M'), (504, 'S', 'L');
            """
        )
        let run = try await cutover("migrate", "--max-quarantined", "2")
        #expect(run.json["mode"].string == "plan", "\(run)")
        #expect(run.status == 0, "\(run)")
        let found = try await psql(
            TestDatabase.url,
            "SELECT key_text, sql_state FROM cutover.quarantine ORDER BY key_text;"
        )
        #expect(found == "id 502|23505\nid 504|23505")
        let kept = try await psql(
            TestDatabase.url,
            "SELECT string_agg(id::text, ',' ORDER BY id) FROM sku_lot WHERE sku = 'S';"
        )
        #expect(kept == "501,503")
        #expect(exists(folder.path))
    }

    @Test func `stop ends at a bad row, commits nothing of its chunk, and can go on`() async throws
    {
        let (folder, cutover) = try await plan(
            "INSERT INTO orders_inbox (id, order_number, total_amount) VALUES (9001, 'W', 1 << 40);"
        )
        let stopped = try await cutover("migrate", "--on-bad-row", "stop")
        #expect(stopped.status == 65, "\(stopped)")
        #expect(stopped.code == "source_data")
        let place = try #require(stopped.json["error"]["place"].string)
        #expect(place.contains("orders_inbox") && place.contains("total_amount"))
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM orders_inbox;") == "0")
        #expect(
            try await psql(
                TestDatabase.url,
                """
                SELECT count(*) FROM cutover.checkpoint WHERE table_name = 'orders_inbox';
                SELECT count(*) FROM cutover.quarantine;
                """
            ) == "0\n0"
        )
        let resumed = try await cutover("migrate", "--max-quarantined", "1")
        #expect(resumed.status == 0, "\(resumed)")
        #expect(resumed.tables.named("orders_inbox")["target_rows"].int == 20)
        #expect(resumed.tables.named("orders_inbox")["quarantined_rows"].int == 1)
        #expect(exists(folder.path))
    }

    @Test func `stop also ends at rows that break a key`() async throws {
        let (folder, cutover) = try await plan(
            "INSERT INTO shipped_items (order_number, sku, quantity) VALUES ('NOWHERE', 'S', 1);"
        )
        let stopped = try await cutover("migrate", "--on-bad-row", "stop")
        #expect(stopped.status == 65, "\(stopped)")
        #expect(stopped.code == "target_refused_row")
        #expect(
            try await psql(TestDatabase.url, "SELECT count(*) FROM cutover.quarantine;") == "0"
        )
        let resumed = try await cutover("migrate", "--max-quarantined", "1")
        #expect(resumed.status == 0, "\(resumed)")
        #expect(resumed.tables.named("shipped_items")["quarantined_rows"].int == 1)
        #expect(exists(folder.path))
    }
}
