import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The whole way with the application's own schema, and with writes that nobody has thought of.
@Suite(.postgres, .database)
struct ReverseSampleTests {
    @Test(arguments: [SampleSource.Schema.production, .plan])
    func `a sample with writes on PostgreSQL is equal on both sides again`(
        shape: SampleSource.Schema
    ) async throws {
        let sides = try await ReverseSides { path in
            try await makeSample(path, shape, orders: 400)
        }
        try await sides.switchOver()
        let tables = try await psql(
            sides.target,
            """
            SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                AND c.relkind = 'r' AND EXISTS (SELECT FROM pg_index i
                    WHERE i.indrelid = c.oid AND i.indisprimary) ORDER BY 1
            """
        ).split(separator: "\n").map(String.init)
        #expect(tables.count > 8)
        for table in tables {
            let columns = try await psql(
                sides.target,
                """
                SELECT quote_ident(a.attname) || ' = ' || CASE t.typname
                    WHEN 'timestamp' THEN quote_ident(a.attname) || ' + interval ''1 hour'''
                    WHEN 'bool' THEN 'NOT ' || quote_ident(a.attname)
                    WHEN 'numeric' THEN quote_ident(a.attname) || ' + 1.25'
                    WHEN 'float8' THEN quote_ident(a.attname) || ' + 0.1'
                    ELSE quote_ident(a.attname) END
                FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = '\(table)'::regclass AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attgenerated = '' AND a.attidentity = ''
                """
            ).split(separator: "\n").joined(separator: ", ")
            // What a CHECK or a key forbids is refused by PostgreSQL, as it was to the application.
            _ = try? await psql(
                sides.target,
                "UPDATE \(table) SET \(columns) WHERE ctid IN (SELECT ctid FROM \(table) LIMIT 9)"
            )
            _ = try? await psql(
                sides.target,
                "DELETE FROM \(table) WHERE ctid IN (SELECT max(ctid) FROM \(table))"
            )
        }
        let pending = try await sides.onTarget { target, run in
            try ReverseCapture(target: target, run: run).pending()
        }
        #expect(pending.rows > 50)
        try await sides.back()
    }

    /// Numbers that are the same for each run of a test.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test(arguments: 1...6)
    func `writes at random come back`(seed: Int) async throws {
        var dice = Dice(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        let settings = [
            "PRAGMA encoding = 'UTF-16le';", "PRAGMA journal_mode = WAL;", "",
        ]
        let sides = try await ReverseSides(
            """
            \(settings[seed % 3])
            CREATE TABLE a (id INTEGER PRIMARY KEY, u TEXT UNIQUE, n NUMERIC, at DATETIME, b BLOB);
            CREATE TABLE k (x TEXT, y INTEGER, z REAL, PRIMARY KEY (x, y)) WITHOUT ROWID;
            CREATE TABLE p (u INTEGER, v TEXT);
            CREATE UNIQUE INDEX a_part ON a (n) WHERE length(b) = 0;
            WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 40)
                INSERT INTO a SELECT x, 'u' || x, x * 1.5, '2025-10-15 04:50:27', x'01' FROM c;
            INSERT INTO k SELECT u, id % 5, n FROM a; INSERT INTO p SELECT id % 4, u FROM a;
            """
        )
        try await sides.switchOver()
        var script = ""
        for _ in 0..<120 {
            let id = Int.random(in: 1...50, using: &dice)
            let other = Int.random(in: 1...50, using: &dice)
            script +=
                [
                    "INSERT INTO a VALUES (\(id), 'u\(other)', \(other).25, now(), '\\x02') "
                        + "ON CONFLICT DO NOTHING",
                    "UPDATE a SET n = n + 1, b = '\\x' WHERE id = \(id)",
                    "UPDATE a SET id = id + 100 WHERE id = \(id) AND NOT EXISTS (SELECT FROM a x "
                        + "WHERE x.id = \(id) + 100)",
                    "DELETE FROM a WHERE id = \(id)",
                    "UPDATE a SET u = CASE id WHEN \(id) THEN NULL ELSE 'n' || id END "
                        + "WHERE id IN (\(id), \(other))",
                    "INSERT INTO k VALUES ('u\(id)', \(other % 5), \(other)) ON CONFLICT (x, y) "
                        + "DO UPDATE SET z = k.z + 1",
                    "DELETE FROM k WHERE y = \(id % 5) AND x < 'u\(other)'",
                    "UPDATE p SET v = v || '.' WHERE u = \(id % 4)",
                    "INSERT INTO p SELECT u, v FROM p LIMIT 2",
                ][Int.random(in: 0..<9, using: &dice)] + ";\n"
        }
        script += "SELECT setval(pg_get_serial_sequence('a', 'id'), 500);\n"
        _ = try await run("psql", ["-Xq", "-f", "-", sides.target], stdin: script)
        try await sides.back()
    }

    @Test func `a table in parts comes back as one`() async throws {
        let columns = (1...1_700).map { "c\($0) INTEGER" }.joined(separator: ", ")
        let sides = try await ReverseSides(
            """
            CREATE TABLE wide (id INTEGER PRIMARY KEY, \(columns));
            INSERT INTO wide (id, c1, c1700) VALUES (1, 11, 17), (2, 21, 27), (3, 31, 37);
            """
        )
        try await sides.switchOver()
        let part = try await psql(
            sides.target,
            "SELECT quote_ident(target_name) FROM cutover.mapping WHERE table_name LIKE '%part%' "
                + "AND columns ? 'c1700'"
        )
        _ = try await psql(
            sides.target,
            """
            UPDATE \(part) SET c1700 = 99 WHERE id = 1;
            UPDATE wide SET c1 = 5 WHERE id = 2;
            """
        )
        let parts = try await psql(
            sides.target,
            "SELECT quote_ident(target_name) FROM cutover.mapping ORDER BY 1"
        ).split(separator: "\n")
        for part in parts {
            _ = try await psql(
                sides.target,
                "DELETE FROM \(part) WHERE id = 3; INSERT INTO \(part) (id) VALUES (4);"
            )
        }
        _ = try await psql(
            sides.target,
            "UPDATE \(part) SET c1700 = 40 WHERE id = 4; "
                + "SELECT setval(pg_get_serial_sequence('wide', 'id'), 4);"
        )
        try await sides.back(independently: false)
        let rows = try await sqlite3(sides.source, "SELECT id, c1, c2, c1700 FROM wide;")
        #expect(rows == "1|11||99\n2|5||27\n4|||40")
    }
}
