import Foundation
import TestSupport
import Testing

/// Rows that do not fit are kept, counted and told; nothing of them is lost.
@Suite(.postgres, .database)
struct QuarantineTests {
    /// Every kind of misfit that SQLite lets into a table, one row each beside good ones.
    private static let hostile = """
        CREATE TABLE misfit (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, d DATE);
        INSERT INTO misfit VALUES (1, 1, 'good', '2024-01-01'), (2, 2, 'good', '2024-01-02');
        INSERT INTO misfit VALUES (3, 'twelve', 'text in INTEGER', NULL);
        INSERT INTO misfit VALUES (4, 4, CAST(x'610062' AS TEXT), NULL);
        INSERT INTO misfit VALUES (5, 5, CAST(x'61ff62c3' AS TEXT), NULL);
        INSERT INTO misfit VALUES (6, 6, x'00ff5c27', NULL);
        INSERT INTO misfit VALUES (7, 1.5, 'real in INTEGER', NULL);
        """

    private func source(_ script: String) async throws -> (TestFolder, CutoverCommand) {
        let folder = try TestFolder()
        let path = folder.file("hostile.db")
        _ = try await sqlite3(path, script)
        return (folder, CutoverCommand(source: path, target: TestDatabase.url))
    }

    private func quarantine(_ columns: String, table: String) async throws -> [String] {
        try await psql(
            TestDatabase.url,
            """
            SELECT \(columns) FROM cutover.quarantine WHERE table_name = '\(table)'
            ORDER BY key_text;
            """
        ).split(separator: "\n").map(String.init)
    }

    @Test func `each misfit is kept with key, column, reason and bytes`() async throws {
        let (folder, cutover) = try await source(Self.hostile)
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        #expect(run.json["ok"] == .bool(false))
        let table = run.tables.named("misfit")
        #expect(table["source_rows"].int == 7)
        #expect(table["target_rows"].int == 2)
        #expect(table["quarantined_rows"].int == 5)

        let found = try await quarantine(
            "key_text, column_name, reason, sql_state",
            table: "misfit"
        )
        #expect(
            found == [
                "id 3|n|text where bigint is expected|",
                "id 4|t|text with a NUL, which text cannot hold|",
                "id 5|t|text that is not valid UTF-8|",
                "id 6|t|a blob where text is expected|",
                "id 7|n|a real where bigint is expected|",
            ]
        )
        let bytes = try await quarantine(
            """
            columns::text, array_to_string(classes, ','),
                (SELECT string_agg(coalesce(encode(v, 'hex'), 'NULL'), ',')
                FROM unnest(row_values) v)
            """,
            table: "misfit"
        )
        #expect(
            bytes == [
                "{id,n,t,d}|integer,text,text,null|33,7477656c7665,"
                    + "7465787420696e20494e5445474552,NULL",
                "{id,n,t,d}|integer,integer,text,null|34,34,610062,NULL",
                "{id,n,t,d}|integer,integer,text,null|35,35,61ff62c3,NULL",
                "{id,n,t,d}|integer,integer,blob,null|36,36,00ff5c27,NULL",
                "{id,n,t,d}|integer,real,text,null|37,312e35,"
                    + "7265616c20696e20494e5445474552,NULL",
            ]
        )
        #expect(exists(folder.path))
    }

    @Test func `an allowed number of quarantined rows is a success, one less is not`() async throws
    {
        let (folder, cutover) = try await source(Self.hostile)
        let run = try await cutover("migrate", "--max-quarantined", "5")
        #expect(run.status == 0, "\(run)")
        #expect(run.json["ok"] == .bool(true))
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        let table = verified.tables.named("misfit")
        #expect(table["status"].string == "equal")
        #expect(table["quarantined_rows"].int == 5)
        #expect(table["source_rows"].int == 7)
        #expect(table["target_rows"].int == 2)

        try await TestServer.withDatabase { other in
            let path = folder.file("hostile.db")
            let strict = try await CutoverCommand(source: path, target: other)(
                "migrate",
                "--max-quarantined",
                "4",
                "--run-dir",
                folder.file("other")
            )
            #expect(strict.status == 1, "\(strict)")
        }
    }

    @Test func `rows of a table without a key are kept by their rowid`() async throws {
        let (folder, cutover) = try await source(
            """
            CREATE TABLE loose (n INTEGER, t TEXT);
            INSERT INTO loose VALUES (1, 'twin'), (1, 'twin'), ('x', 'bad'), ('x', 'bad'), (2, '');
            """
        )
        let run = try await cutover("migrate", "--max-quarantined", "2")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("loose")["target_rows"].int == 3)
        #expect(try await quarantine("key_text", table: "loose") == ["rowid 3", "rowid 4"])
        #expect(try await cutover("verify").tables.named("loose")["quarantined_rows"].int == 2)
        #expect(exists(folder.path))
    }

    @Test func `an orphan takes its own children along into quarantine`() async throws {
        let (folder, cutover) = try await source(
            """
            CREATE TABLE grand (id INTEGER PRIMARY KEY);
            CREATE TABLE parent (id INTEGER PRIMARY KEY, g INTEGER REFERENCES grand);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent(id)
                ON DELETE CASCADE, note TEXT);
            INSERT INTO grand VALUES (1);
            INSERT INTO parent VALUES (1, 1), (2, 99), (3, NULL);
            INSERT INTO child VALUES (1, 1, 'stays'), (2, 2, 'of an orphan'), (3, 77, 'orphan'),
                (4, NULL, 'stays'), (5, 3, 'stays');
            """
        )
        let run = try await cutover("migrate", "--max-quarantined", "3")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("grand")["target_rows"].int == 1)
        #expect(run.tables.named("parent")["target_rows"].int == 2)
        #expect(run.tables.named("child")["target_rows"].int == 3)
        #expect(try await quarantine("key_text, sql_state", table: "parent") == ["id 2|23503"])
        #expect(
            try await quarantine("key_text, reason", table: "child") == [
                "id 2|breaks constraint child_p_fkey: no such row in \"parent\"",
                "id 3|breaks constraint child_p_fkey: no such row in \"parent\"",
            ]
        )
        let keys = run.json["verify"]["foreign_keys"].list
        #expect(keys.map { $0["source_orphans"].int } == [1, 1])
        #expect(keys.map { $0["target_orphans"].int } == [0, 0])
        let validated = try await psql(
            TestDatabase.url,
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated "
                + "AND connamespace = 'public'::regnamespace;"
        )
        #expect(validated == "2")
        #expect(exists(folder.path))
    }

    @Test func `children of a row that does not fit are orphans as well`() async throws {
        let (folder, cutover) = try await source(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent);
            INSERT INTO parent VALUES (1, 1), (2, 'no number');
            INSERT INTO child VALUES (1, 1), (2, 2);
            """
        )
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        #expect(run.tables.named("child")["quarantined_rows"].int == 1)
        for table in run.tables.list {
            let (rows, kept) = (table["target_rows"].int, table["quarantined_rows"].int)
            #expect(table["source_rows"].int == (rows ?? 0) + (kept ?? 0), "\(table)")
        }
        // What arrived is equal; rows that nobody allowed to miss keep it from being ok.
        #expect(run.json["verify"]["ok"] == .bool(false))
        #expect(run.json["verify"]["quarantined_rows"].int == 2)
        #expect(run.json["verify"]["tables"].list.allSatisfy { $0["status"].string == "equal" })
        #expect(exists(folder.path))
    }

    @Test func `a row that breaks a CHECK only in PostgreSQL is found among thousands`()
        async throws
    {
        // SQLite checks rows when they are written, not those that were there before.
        let (folder, cutover) = try await source(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0));
            PRAGMA ignore_check_constraints = 1;
            INSERT INTO t SELECT value, CASE WHEN value IN (1, 4000, 9999) THEN 0 ELSE 1 END
                FROM generate_series(1, 9999);
            """
        )
        let run = try await cutover("migrate", "--max-quarantined", "3")
        #expect(run.status == 0, "\(run)")
        #expect(
            try await quarantine("key_text, sql_state", table: "t") == [
                "id 1|23514", "id 4000|23514", "id 9999|23514",
            ]
        )
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM t;") == "9996")
        #expect(exists(folder.path))
    }
}
