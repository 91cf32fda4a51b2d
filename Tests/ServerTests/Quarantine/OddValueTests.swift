import MigrationEngine
import TestSupport
import Testing

/// A good value is never the price of an odd one.
@Suite(.postgres, .database)
struct OddValueTests {
    @Test func `one odd value in a column costs one row, not the table`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE customer (id INTEGER PRIMARY KEY, vip BOOLEAN, since DATETIME, extra, m MONEY);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
            INSERT INTO customer SELECT i, i % 2, '2025-01-01 10:00:00', i, i + 0.5 FROM n;
            UPDATE customer SET vip = 'yes' WHERE id = 7;
            UPDATE customer SET since = 1700000000 WHERE id = 8;
            UPDATE customer SET extra = 'words' WHERE id = 9;
            UPDATE customer SET m = 'free' WHERE id = 10;
            CREATE TABLE item (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer);
            INSERT INTO item SELECT id, id FROM customer;
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        #expect(run.tables.named("customer")["quarantined_rows"].int == 4)
        // The children of the four rows.
        #expect(run.tables.named("item")["quarantined_rows"].int == 4)
        #expect(run.json["quarantine"].list.count == 5)
        let types = """
            SELECT column_name, data_type FROM information_schema.columns
            WHERE table_name = 'customer' ORDER BY ordinal_position;
            """
        #expect(
            try await psql(TestDatabase.url, types) == """
                id|bigint
                vip|boolean
                since|timestamp without time zone
                extra|bigint
                m|double precision
                """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.json["quarantined_rows"].int == 8)
        #expect(exists(folder.path))
    }

    @Test func `allowed rows in quarantine stay allowed for verify`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(
            path,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 'a'), (2, 2);"
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        #expect(try await cutover("migrate", "--max-quarantined", "1").status == 0)
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.json["max_quarantined"].int == 1)
        #expect(exists(folder.path))
    }

    @Test func `negative zero in a numeric column is kept, not rounded to zero`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n);
            INSERT INTO t VALUES (1, 1), (2, 2), (3, 1.5), (4, -0.0);
            """
        )
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        #expect(run.tables.named("t")["quarantined_rows"].int == 1, "\(run)")
        let kept = try await psql(
            TestDatabase.url,
            "SELECT key_text, reason FROM cutover.quarantine;"
        )
        #expect(kept == "id 4|negative zero, which numeric has not")
        #expect(exists(folder.path))
    }
}
