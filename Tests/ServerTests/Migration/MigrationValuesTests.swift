import Foundation
import TestSupport
import Testing

/// Values at the edge of what either side can hold arrive as they are, and verify says so.
@Suite(.postgres, .database)
struct MigrationValuesTests {
    private func migrate(_ script: String) async throws -> CutoverRun {
        let folder = try TestFolder()
        let source = folder.file("values.db")
        _ = try await sqlite3(source, script)
        return try await CutoverCommand(source: source, target: TestDatabase.url)("migrate")
    }

    private func value(_ column: String, _ id: Int, in table: String = "t") async throws -> String {
        try await psql(
            TestDatabase.url,
            "SELECT coalesce(\(column)::text, 'NULL') FROM \(table) WHERE id = \(id);"
        )
    }

    @Test func `numbers at the ends of their ranges keep every bit`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, r REAL, n NUMERIC, x);
            INSERT INTO t VALUES
                (1, 9223372036854775807, 1e308, 12345678901234, 1.5),
                (2, -9223372036854775808, 5e-324, 0.1, 2.5),
                (3, 0, -1.7976931348623157e308, -99999.25, -0.0),
                (4, -1, 0.1, 10000, 1e-300), (5, NULL, NULL, NULL, NULL),
                (6, 1, 2, 1e20, 3.0);
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(try await value("i", 1) == "9223372036854775807")
        #expect(try await value("i", 2) == "-9223372036854775808")
        #expect(try await value("r", 1) == "1e+308")
        #expect(try await value("r", 2) == "5e-324")
        #expect(try await value("r", 3) == "-1.7976931348623157e+308")
        #expect(try await value("r", 6) == "2")
        #expect(try await value("n", 1) == "12345678901234")
        #expect(try await value("n", 2) == "0.1")
        #expect(try await value("n", 3) == "-99999.25")
        #expect(try await value("n", 6) == "100000000000000000000")
        #expect(try await value("x", 4) == "1e-300")
        #expect(try await value("i", 5) == "NULL")
        let types = try await psql(
            TestDatabase.url,
            """
            SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0;
            """
        )
        #expect(types == "bigint,bigint,double precision,numeric,double precision")
    }

    @Test func `empty text, empty bytes and NULL stay three different things`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, b BLOB);
            INSERT INTO t VALUES (1, '', x''), (2, NULL, NULL), (3, ' ', x'00'),
                (4, '🚚 Zoë — naïve 漢字' || char(10) || 'second line\ttab\\', x'00ff5c27');
            INSERT INTO t VALUES (5, printf('%.*c', 300000, 'ä'), zeroblob(1048576));
            """
        )
        #expect(run.status == 0, "\(run)")
        let found = try await psql(
            TestDatabase.url,
            "SELECT id, s IS NULL, octet_length(s), b IS NULL, octet_length(b) FROM t ORDER BY id;"
        )
        #expect(
            found == """
                1|f|0|f|0
                2|t||t|
                3|f|1|f|1
                4|f|44|f|4
                5|f|600000|f|1048576
                """
        )
        #expect(try await value("b", 4) == "\\x00ff5c27")
        #expect(try await value("s", 4).hasPrefix("🚚 Zoë — naïve 漢字\nsecond line\ttab"))
    }

    @Test func `a day that does not exist keeps its text in a DATE column`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, d DATE, w DATE, s TIMESTAMP, z TIMESTAMP);
            INSERT INTO t VALUES
                (1, '2024-02-29', '2024-02-30', '2024-02-29 23:59:59', '2024-01-01T10:00:00+02:00'),
                (2, '0001-01-01', '2024-02-01', '9999-12-31 23:59:59.999999', NULL),
                (3, '1999-12-31', NULL, '1969-12-31 00:00:00.000001', NULL);
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(try await value("d", 1) == "2024-02-29")
        #expect(try await value("d", 2) == "0001-01-01")
        #expect(try await value("w", 1) == "2024-02-30")
        #expect(try await value("s", 2) == "9999-12-31 23:59:59.999999")
        #expect(try await value("s", 3) == "1969-12-31 00:00:00.000001")
        #expect(try await value("z", 1) == "2024-01-01T10:00:00+02:00")
    }

    @Test func `a UTF-16 database with text keys is equal`() async throws {
        // The byte order of UTF-16 is not that of UTF-8: U+0100 sorts before U+0041.
        let run = try await migrate(
            """
            PRAGMA encoding = 'UTF-16le';
            CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, v TEXT);
            INSERT INTO t VALUES ('A', 'é'), ('Ā', '漢'), ('z', '🚚'), ('ä', ''), ('漢', NULL);
            CREATE TABLE w (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
            INSERT INTO w VALUES ('Ā', 'x'), ('A', 'Ā'), ('A', 'B'), ('', '');
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT string_agg(id || coalesce(v, '-'), ',' ORDER BY id COLLATE \"C\") FROM t;"
            ) == "Aé,z🚚,ä,Ā漢,漢-"
        )
    }

    @Test func `WITHOUT ROWID tables with composite keys arrive whole and in order`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t (a TEXT, n INTEGER, b BLOB, v TEXT COLLATE NOCASE,
                PRIMARY KEY (b, a, n)) WITHOUT ROWID;
            INSERT INTO t VALUES ('B', 2, x'ff', 'v'), ('a', -1, x'', 'V'), ('', 0, x'00', NULL);
            CREATE TABLE d (a TEXT, n INTEGER, PRIMARY KEY (a DESC, n)) WITHOUT ROWID;
            INSERT INTO d SELECT 'k' || (value % 7), value FROM generate_series(1, 3000);
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM d;") == "3000")
        let key = try await psql(
            TestDatabase.url,
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 't_pkey';"
        )
        #expect(key == "PRIMARY KEY (b, a, n)")
    }

    @Test func `rowids at both ends of the range are copied once each`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t (v TEXT);
            INSERT INTO t (rowid, v) VALUES (9223372036854775807, 'last'),
                (9223372036854475000, 'near'), (9223372036854775806, 'last but one');
            CREATE TABLE s (v TEXT);
            INSERT INTO s (rowid, v) VALUES (-9223372036854775808, 'first'), (0, 'zero'),
                (9223372036854775807, 'last');
            """
        )
        #expect(run.status == 0, "\(run)")
        let rows = try await psql(TestDatabase.url, "SELECT v FROM t UNION ALL SELECT v FROM s;")
        #expect(
            rows.split(separator: "\n").sorted() == [
                "first", "last", "last", "last but one", "near", "zero",
            ]
        )
    }

    @Test func `a table with a generated column keeps its other types`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, flag BOOLEAN, day DATE, n INTEGER,
                twice INTEGER GENERATED ALWAYS AS (n * 2) STORED);
            INSERT INTO t (id, flag, day, n) VALUES (1, 'no', '2024-01-31', 21),
                (2, 'yes', 'soon', 4);
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(try await value("twice", 1) == "42")
        #expect(try await value("flag", 2) == "yes")
    }

    @Test func `names that need quotes are quoted`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE "Order ""Lines"" x" ("select" INTEGER PRIMARY KEY, "Größe %s" TEXT,
                "a'b" TEXT UNIQUE);
            INSERT INTO "Order ""Lines"" x" VALUES (1, 'x', 'y'), (2, NULL, 'z');
            CREATE INDEX "i x" ON "Order ""Lines"" x" ("Größe %s");
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(
            try await psql(TestDatabase.url, #"SELECT "a'b" FROM "Order ""Lines"" x" ORDER BY 1;"#)
                == "y\nz"
        )
    }

    @Test func `NULLs in a text primary key are rows like others`() async throws {
        // SQLite allows them where the table has a rowid; PostgreSQL's key becomes UNIQUE.
        let run = try await migrate(
            """
            CREATE TABLE t (id TEXT PRIMARY KEY, v TEXT);
            INSERT INTO t VALUES (NULL, 'one'), (NULL, 'two'), ('a', 'three'), ('B', NULL);
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM t;") == "4")
    }
}
