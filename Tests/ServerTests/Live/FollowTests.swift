import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What the application writes after the copy arrives, whatever it is.
@Suite(.postgres, .database)
struct FollowTests {
    private static let shapes = (WriteShape.keys + WriteShape.kinds)
        .filter { $0.name != "virtual tables beside" }

    @Test(arguments: FollowTests.shapes)
    func `hostile writes arrive, made before and while it follows`(shape: WriteShape) async throws {
        let live = try await LiveRun("PRAGMA journal_mode = WAL;" + shape.schema, batch: 7)
        try await live.migrate()
        let source = live.cutover.source
        try await Self.write(shape, 150, seed: 11, to: source)
        try await live.follow()
        try await live.requireEqual()
        let program = try await live.startFollowing()
        try await Self.write(shape, 250, seed: 12, to: source)
        let end = try await live.stop(program)
        #expect(end.status == 0, "\(end)")
        try await live.follow()
        try await live.requireEqual()
        let before = try await live.digest()
        // Applied once more, from the first change on.
        _ = try await psql(
            TestDatabase.url,
            "UPDATE cutover.position SET seq = 0, at = NULL, read_seq = 0, read_at = NULL"
        )
        try await live.follow()
        #expect(try await live.digest() == before)
    }

    private static func write(
        _ shape: WriteShape,
        _ count: Int,
        seed: UInt64,
        to source: String
    ) async throws {
        try await onThread {
            let application = try SourceConnection(path: source, access: .readWrite)
            try application.execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF")
            var random = SeededWrites(seed: seed)
            for _ in 0..<count {
                let write = random.filled(shape.writes.randomElement(using: &random) ?? "")
                // Many are refused by a constraint; they change nothing.
                try? application.execute(write)
            }
        }
    }

    @Test(arguments: [1, 3, 5_000])
    func `unique values that rows exchange arrive, also across batches`(batch: Int) async throws {
        let live = try await LiveRun(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b TEXT UNIQUE);
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
            INSERT INTO t SELECT i, i, 'b' || i FROM n;
            """,
            batch: batch
        )
        try await live.migrate()
        try await live.write(
            """
            UPDATE t SET a = -a, b = 'x' || b;
            UPDATE t SET a = 201 + a, b = 'b' || (201 - substr(b, 3));
            BEGIN; UPDATE t SET a = 0 WHERE id = 1; UPDATE t SET a = 200 WHERE id = 2;
            UPDATE t SET a = 199 WHERE id = 1; COMMIT;
            UPDATE OR REPLACE t SET a = 7 WHERE id = 9;
            """
        )
        let run = try await live.follow()
        #expect(run.json["quarantined_rows"].int == 0, "\(run)")
        try await live.requireEqual()
    }

    @Test func `a row that stops to fit goes into quarantine, and comes out when it is mended`()
        async throws
    {
        let live = try await LiveRun(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT);
            CREATE TABLE u (k TEXT PRIMARY KEY, a INT) WITHOUT ROWID;
            INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z');
            INSERT INTO u VALUES ('a', 1), ('b', 2);
            """,
            batch: 2
        )
        try await live.migrate()
        try await live.write(
            """
            UPDATE t SET a = 'many' WHERE id = 1;
            INSERT INTO t VALUES (4, 4, CAST(x'61ff' AS TEXT)), (5, 5, CAST(x'610062' AS TEXT));
            UPDATE u SET a = 'few'; INSERT INTO u VALUES (CAST(x'00' AS TEXT), 1);
            """
        )
        #expect(try await live.follow().json["quarantined_rows"].int == 6)
        try await live.requireEqual()
        #expect(try await kept() == "t id 1|t id 4|t id 5|u k a|u k b|u k \u{2400}")
        try await live.write(
            """
            UPDATE t SET a = 7 WHERE id = 1; DELETE FROM t WHERE id = 4; UPDATE t SET b = 'b' WHERE id = 5;
            UPDATE u SET a = 1 WHERE k = 'a'; UPDATE u SET k = 'c' WHERE k = 'b';
            """
        )
        try await live.follow()
        try await live.requireEqual()
        #expect(try await kept() == "u k c|u k \u{2400}")
        try await live.write("DELETE FROM u")
        try await live.follow()
        try await live.requireEqual()
        #expect(try await kept() == "")
    }

    private func kept() async throws -> String {
        try await psql(
            TestDatabase.url,
            "SELECT string_agg(table_name || ' ' || key_text, '|' ORDER BY table_name, key_text "
                + "COLLATE \"C\") FROM cutover.quarantine"
        )
    }

    @Test func `the next id is above each id that the source ever issued`() async throws {
        let live = try await LiveRun(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT);
            CREATE TABLE u (id INTEGER PRIMARY KEY, a INT);
            CREATE TABLE v (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT);
            INSERT INTO t (a) VALUES (1), (2); INSERT INTO u (a) VALUES (1), (2);
            """
        )
        try await live.migrate()
        try await live.write(
            """
            INSERT INTO t VALUES (900, 1); DELETE FROM t WHERE id = 900;
            INSERT INTO u VALUES (70, 1); INSERT INTO u VALUES (80, 'misfit');
            """
        )
        try await live.follow()
        try await live.requireEqual()
        #expect(try await sequences() == "t 900|u 80|v ")
        try await live.write("DELETE FROM u WHERE id = 80; INSERT INTO v (a) VALUES (1)")
        try await live.follow()
        #expect(try await sequences() == "t 900|u 80|v 1")
        try await live.requireEqual()
    }

    private func sequences() async throws -> String {
        try await psql(
            TestDatabase.url,
            "SELECT string_agg(left(sequencename, 1) || ' ' || coalesce(last_value::text, ''), '|' "
                + "ORDER BY sequencename) FROM pg_sequences WHERE schemaname = 'public'"
        )
    }

    @Test func `rows that the application left without their parent arrive`() async throws {
        let live = try await LiveRun(
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY, a);
            CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p ON DELETE CASCADE);
            INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 1), (2, 2), (3, 2);
            """
        )
        try await live.migrate()
        try await live.write("DELETE FROM p WHERE id = 2; INSERT INTO c VALUES (4, 99)")
        try await live.follow()
        try await live.requireEqual()
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM c") == "4")
        await #expect(throws: ProgramFailed.self) {
            try await psql(TestDatabase.url, "INSERT INTO c VALUES (5, 1)")
        }
    }

    @Test func `what the profile renames, skips and converts is followed so`() async throws {
        var live = try await LiveRun(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);
            CREATE TABLE s (id INTEGER PRIMARY KEY, a TEXT);
            CREATE TABLE k (a TEXT PRIMARY KEY, b INT);
            INSERT INTO t VALUES (1, '', 'skip', '1700000000'); INSERT INTO k VALUES ('x ', 1);
            """,
            batch: 3
        )
        let profile = live.folder.file("shop.toml")
        try """
        name = "shop"
        [[tables]]
        table = "s"
        skip = "not needed"
        [[columns]]
        table = "t"
        column = "a"
        conversions = ["empty_as_null"]
        [[columns]]
        table = "t"
        column = "b"
        skip = "not needed"
        [[columns]]
        table = "t"
        column = "c"
        rename = "d"
        [[columns]]
        table = "k"
        column = "a"
        conversions = ["trim"]
        """.write(toFile: profile, atomically: true, encoding: .utf8)
        live.options = ["--profile", profile]
        try await live.migrate()
        try await live.write(
            """
            INSERT INTO t VALUES (2, '', 'x', 'y'), (3, 'a', 'x', 'y'); UPDATE t SET c = 'z', a = 'b'
                WHERE id = 1; INSERT INTO s VALUES (1, 'x');
            INSERT INTO k VALUES ('x', 2), (' y', 3); DELETE FROM k WHERE a = 'x '; UPDATE k SET b = 9;
            """
        )
        live.options = []
        try await live.follow()
        live.options = ["--profile", profile]
        try await live.requireEqual()
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT id, a, d FROM t ORDER BY id; TABLE k ORDER BY 1"
            )
                == "1|b|z\n2||y\n3|a|y\nx|9\ny|9"
        )
    }

    @Test func `large rows and large batches arrive`() async throws {
        let live = try await LiveRun(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b BLOB);"
                + "INSERT INTO t VALUES (1, 1, x'00'), (2, 2, zeroblob(9000000));"
        )
        try await live.migrate()
        try await live.write(
            """
            WITH n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 14)
            INSERT INTO t SELECT i, i, randomblob(6000000) FROM n;
            UPDATE t SET a = -a; UPDATE t SET a = 15 + a; UPDATE t SET b = randomblob(7) WHERE id = 2;
            """
        )
        try await live.follow()
        try await live.requireEqual()
    }

    @Test func `what is verified is forgotten in the source`() async throws {
        let live = try await LiveRun("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT);")
        try await live.migrate()
        let more = """
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
            INSERT OR REPLACE INTO t SELECT i, 1 FROM n;
            """
        try await live.write(more)
        try await live.follow()
        let count = "SELECT count(*) FROM _cutover_log WHERE seq > 0"
        #expect(try await sqlite3(live.cutover.source, count) == "30000")
        _ = try await psql(TestDatabase.url, "UPDATE cutover.position SET verified_seq = 25000")
        try await live.follow()
        // What follow has compared itself goes along.
        let left = try #require(Int(try await sqlite3(live.cutover.source, count)))
        #expect((1...5_001).contains(left))
        try await live.write("UPDATE t SET a = 2 WHERE id < 10; DELETE FROM t WHERE id > 29000")
        try await live.follow()
        try await live.requireEqual()
    }
}
