import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Writes on PostgreSQL that the log could not see, and rows that the source would not take.
@Suite(.postgres, .database)
struct UnloggedWriteTests {
    @Test(arguments: [
        "ALTER TABLE plain DISABLE TRIGGER ALL",
        "DROP TRIGGER cutover_reverse ON plain",
    ])
    func `rows written while the log was off come back by a comparison`(
        _ off: String
    ) async throws {
        let live = try await LiveSource(
            TestFolder(),
            tables: """
                CREATE TABLE plain(id INTEGER PRIMARY KEY, v TEXT);
                INSERT INTO plain VALUES (1, 'a'), (2, 'b'), (3, 'c');
                """
        )
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            \(off);
            INSERT INTO plain VALUES (9, 'new');
            UPDATE plain SET v = 'unseen' WHERE id = 1;
            DELETE FROM plain WHERE id = 2;
            ALTER TABLE plain ENABLE TRIGGER ALL;
            """
        )
        let status = try await live.cutover("status")
        #expect(status.json["next"].string?.contains("revert --compare") == true, "\(status)")
        #expect(status.json["unlogged_tables"].list.compactMap(\.string) == ["plain"])
        let refused = try await live.goBack()
        #expect(refused.status == 1 && refused.code == "gate_closed", "\(refused)")
        let words = refused.json["error"]["message"].string ?? ""
        #expect(words.contains("switched off for a while, for plain"), "\(words)")
        #expect(!words.contains("point of no return"), "\(words)")
        let remedy = refused.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("cutover revert --compare"), "\(remedy)")
        #expect(try await live.targetTakesWrites())
        let back = try await live.goBack(["--compare"])
        #expect(back.status == 0, "\(back)")
        let table = back.json["tables"].list.first { $0["name"].string == "plain" }
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
            INSERT INTO checked VALUES (4, 4, 'too long');
            """
        )
        let refused = try await live.goBack()
        #expect(refused.status == 65 && refused.code == "source_refused_row", "\(refused)")
        let error = refused.json["error"]
        let words = (error["message"].string ?? "") + (error["cause"].string ?? "")
        #expect(words.contains("checked.k (id 1): it breaks the source's CHECK constraint k < 10"))
        #expect(words.contains("(id 4): it breaks the source's CHECK constraint short"), "\(words)")
        #expect(!words.contains("id 2"), "\(words)")
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
        #expect(rows == "1:5,2:2,4:4")
    }
}
