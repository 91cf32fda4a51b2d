import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Writes on PostgreSQL that the log could not see, and rows that the source would not take.
@Suite(.postgres, .database)
struct UnloggedWriteTests {
    @Test(arguments: [
        "ALTER TABLE orders_inbox DISABLE TRIGGER ALL",
        "DROP TRIGGER cutover_reverse ON orders_inbox",
    ])
    func `rows written while the log was off come back by a comparison`(
        _ off: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            \(off);
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending');
            UPDATE orders_inbox SET status = 'unseen'
                WHERE id = (SELECT min(id) FROM orders_inbox);
            DELETE FROM orders_inbox WHERE id = (SELECT max(id) FROM orders_inbox
                WHERE order_number <> 'PG1');
            ALTER TABLE orders_inbox ENABLE TRIGGER ALL;
            """
        )
        let status = try await live.cutover("status")
        #expect(status.json["next"].string?.contains("revert --compare") == true, "\(status)")
        #expect(status.json["unlogged_tables"].list.compactMap(\.string) == ["orders_inbox"])
        let refused = try await live.goBack()
        #expect(refused.status == 1 && refused.code == "gate_closed", "\(refused)")
        let words = refused.json["error"]["message"].string ?? ""
        #expect(words.contains("switched off for a while, for orders_inbox"), "\(words)")
        #expect(!words.contains("point of no return"), "\(words)")
        let remedy = refused.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("cutover revert --compare"), "\(remedy)")
        #expect(try await live.targetTakesWrites())
        let back = try await live.goBack(["--compare"])
        #expect(back.status == 0, "\(back)")
        let table = back.json["tables"].list.first { $0["name"].string == "orders_inbox" }
        #expect(table?["inserted"].int == 1 && table?["updated"].int == 1, "\(back)")
        #expect(table?["deleted"].int == 1, "\(back)")
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `a row that breaks a constraint of the source is refused by name`() async throws {
        let live = try await LiveSource(
            TestFolder(),
            tables: """
                CREATE TABLE checked(id INTEGER PRIMARY KEY, k INTEGER CHECK (k < 10), v TEXT,
                    CONSTRAINT short CHECK (length(v) < 4 -- letters
                    ));
                INSERT INTO checked VALUES (1, 1, 'a'), (2, 2, 'b');
                PRAGMA ignore_check_constraints = ON;
                INSERT INTO checked VALUES (3, 3, 'broken before');
                """
        )
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            DO $$ DECLARE c text; BEGIN
                FOR c IN SELECT conname FROM pg_constraint
                    WHERE conrelid = 'checked'::regclass AND contype = 'c'
                LOOP EXECUTE format('ALTER TABLE checked DROP CONSTRAINT %I', c); END LOOP;
            END $$;
            UPDATE checked SET k = 50 WHERE id = 1;
            UPDATE checked SET k = 4 WHERE id = 3;
            INSERT INTO checked VALUES (4, 4, 'too long');
            """
        )
        let refused = try await live.goBack()
        #expect(refused.status == 65 && refused.code == "source_refused_row", "\(refused)")
        let error = refused.json["error"]
        let words = (error["message"].string ?? "") + (error["cause"].string ?? "")
        #expect(words.contains("checked.k (id 1): it breaks the source's CHECK constraint k < 10"))
        #expect(words.contains("(id 4): it breaks the source's CHECK constraint short"), "\(words)")
        #expect(!words.contains("id 3"), "\(words)")
        #expect(try await live.targetTakesWrites())
        let stays = try await sqlite3(live.path, "SELECT k FROM checked WHERE id = 1;")
        #expect(stays == "1")
        _ = try await psql(
            live.cutover.target,
            "UPDATE checked SET k = 5 WHERE id = 1; UPDATE checked SET v = 'ok' WHERE id = 4"
        )
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        let rows = try await sqlite3(live.path, "SELECT group_concat(id || ':' || k) FROM checked;")
        #expect(rows == "1:5,2:2,3:4,4:4")
    }
}
