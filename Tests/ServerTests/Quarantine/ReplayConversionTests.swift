import Foundation
import TestSupport
import Testing

/// Rows of the quarantine whose values are converted on their way.
@Suite(.postgres, .database)
struct ReplayConversionTests {
    /// A source with a profile beside it, migrated.
    private struct Shop {
        let folder: TestFolder
        let cutover: CutoverCommand

        init(_ script: String, _ rules: String) async throws {
            folder = try TestFolder()
            let source = folder.file("shop.db")
            _ = try await sqlite3(source, script)
            cutover = CutoverCommand(source: source, target: TestDatabase.url)
            let run = try await cutover("migrate", "--profile", try profile("first", rules))
            #expect(run.status == 1, "\(run)")
        }

        /// Writes a profile.
        func profile(_ name: String, _ rules: String) throws -> String {
            let path = folder.file("\(name).toml")
            try ("name = \"shop\"\n" + rules).write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        func replay(_ arguments: String...) async throws -> CutoverRun {
            try await cutover("quarantine", ["replay"] + arguments)
        }

        /// Replays the one row of a table with a key.
        func replay(row key: String, _ arguments: String...) async throws -> CutoverRun {
            let id = try await psql(
                TestDatabase.url,
                "SELECT id FROM cutover.quarantine WHERE key_text = '\(key)';"
            )
            return try await cutover("quarantine", ["replay", id] + arguments)
        }
    }

    private static func column(_ name: String, _ rest: String, table: String = "t") -> String {
        "[[columns]]\ntable = \"\(table)\"\ncolumn = \"\(name)\"\n\(rest)\n"
    }

    private func counts() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT string_agg(column_name || ' ' || conversion || ' ' || cells, ', '
                ORDER BY column_name, conversion) FROM cutover.conversion;
            """
        )
    }

    @Test func `a changed profile brings rows in, and verify calls them equal by edit`()
        async throws
    {
        let common =
            Self.column("paid", "type = \"boolean\"\nconversions = [\"true_false_words\"]")
            + Self.column("note", "type = \"text\"\nconversions = [\"trim\"]")
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, paid, moment, amount, note);
            INSERT INTO t VALUES (1, 'yes', '2024-01-05 10:00:00', 1.5, ' a '),
                (2, 'no', 1704448800, 2, ' b'),
                (3, 'off', '2024-01-06 00:00:00', '123456789012345678901.2345', 'c');
            """,
            common + Self.column("moment", "type = \"timestamptz\"")
                + Self.column("amount", "type = \"numeric(30,4)\"")
        )
        #expect(try await counts() == "note trim 1, paid true_false_words 1")
        #expect(try await shop.replay("--all").json["refused"].int == 2)
        let profile = try shop.profile(
            "second",
            common
                + Self.column(
                    "moment",
                    "type = \"timestamptz\"\nconversions = [\"epoch_seconds\"]"
                )
                + Self.column(
                    "amount",
                    "type = \"numeric(30,4)\"\nconversions = [\"decimal_text\"]"
                )
        )
        let replayed = try await shop.replay("--all", "--profile", profile)
        #expect(replayed.status == 0, "\(replayed)")
        #expect(replayed.json["replayed"].int == 2)
        let found = try await psql(
            TestDatabase.url,
            """
            SELECT paid, moment AT TIME ZONE 'UTC', amount, note FROM t WHERE id > 1 ORDER BY id;
            SELECT edited_columns FROM cutover.quarantine ORDER BY key_text;
            """
        )
        #expect(
            found
                == """
                f|2024-01-05 10:00:00|2.0000|b
                f|2024-01-06 00:00:00|123456789012345678901.2345|c
                {moment}
                {amount}
                """
        )
        #expect(
            try await counts()
                == "amount decimal_text 1, moment epoch_seconds 1, note trim 2, "
                + "paid true_false_words 3"
        )
        let verified = try await shop.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("t")["edited_rows"].int == 2)
        for change in ["note = ' b' WHERE id = 2", "amount = amount + 0.0001 WHERE id = 3"] {
            _ = try await psql(
                TestDatabase.url,
                "CREATE TABLE kept AS TABLE t; UPDATE t SET \(change);"
            )
            #expect(try await shop.cutover("verify", "--table", "t").status == 1, "\(change)")
            _ = try await psql(
                TestDatabase.url,
                "TRUNCATE t; INSERT INTO t SELECT * FROM kept; DROP TABLE kept;"
            )
        }
    }

    @Test func `a row is converted as the run would have, and is equal without an edit`()
        async throws
    {
        let rules = Self.column(
            "moment",
            "type = \"timestamptz\"\nconversions = [\"epoch_seconds\"]",
            table: "child"
        )
        let shop = try await Shop(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent, moment);
            INSERT INTO parent VALUES (1, 1), (2, 'two');
            INSERT INTO child VALUES (1, 1, 1704448800), (2, 2, 1704448801);
            """,
            rules
        )
        // The one child that stayed: a row that left counts when it comes back.
        #expect(try await counts() == "moment epoch_seconds 1")
        let profile = try shop.profile("same", rules)
        #expect(try await shop.replay("--table", "parent", "--set", "n=2").status == 0)
        let replayed = try await shop.replay("--all", "--profile", profile)
        #expect(replayed.status == 0, "\(replayed)")
        #expect(try await counts() == "moment epoch_seconds 2")
        let verified = try await shop.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("child")["edited_rows"].int == 0)
        #expect(verified.tables.named("parent")["edited_rows"].int == 1)
    }

    @Test func `types that a profile asks for take chosen values`() async throws {
        let types = [
            ("a", "timestamptz"), ("b", "time"), ("c", "uuid"), ("d", "jsonb"),
            ("e", "numeric(8,2)"), ("f", "real"), ("g", "char(5)"),
        ]
        let fits = [
            "'2024-01-05T10:00:00+02:00'", "'12:34'", "x'00112233445566778899aabbccddeeff'",
            "'{\"k\": 1}'", "12.5", "1.5", "'ab'",
        ]
        let chosen = [
            "2024-01-05 10:00:00+01:00", "12:34:56.5", "123e4567-e89b-12d3-a456-426614174000",
            "{\"b\": [1]}", "-123.45", "0.1", "abc",
        ]
        let rows = types.indices.map { wrong in
            let values = fits.indices.map { $0 == wrong ? "'not of the type'" : fits[$0] }
            return "(\(wrong), \(values.joined(separator: ", ")))"
        }
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d, e, f, g);
            INSERT INTO t VALUES \(rows.joined(separator: ", "));
            """,
            types.map { Self.column($0.0, "type = \"\($0.1)\"") }.joined()
        )
        let refused = try await shop.replay(row: "id 4", "--set", "e=1.005")
        #expect(refused.status == 1)
        #expect(
            refused.json["rows"].list.first?["reason"].string
                == "more than 2 digits behind the point"
        )
        for (index, value) in chosen.enumerated() {
            let edit = "\(types[index].0)=\(value)"
            let replayed = try await shop.replay(row: "id \(index)", "--set", edit)
            #expect(replayed.status == 0, "\(edit) \(replayed)")
        }
        let verified = try await shop.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("t")["edited_rows"].int == types.count)
        #expect(
            try await psql(TestDatabase.url, "SELECT e, f FROM t WHERE id IN (4, 5) ORDER BY id;")
                == "-123.45|1.5\n12.50|0.1"
        )
    }

    @Test func `a column read by an expression needs a chosen value`() async throws {
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, note TEXT);
            INSERT INTO t VALUES (1, 1, 'a'), (2, 'twelve', 'b');
            """,
            Self.column("note", "expression = \"upper(note)\"")
        )
        let refused = try await shop.replay("--all", "--set", "n=12")
        #expect(refused.status == 1)
        let reason = refused.json["rows"].list.first?["reason"].string
        #expect(reason?.contains("upper(note)") == true, "\(refused)")
        #expect(try await shop.replay("--all", "--set", "n=12", "--set", "note=B").status == 0)
        let verified = try await shop.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("t")["edited_rows"].int == 1)
    }

    @Test func `types that only the server reads are replayed where no text is changed`()
        async throws
    {
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, mood TEXT, list TEXT, code TEXT);
            INSERT INTO t VALUES (1, 1, 'calm', '{1,2}', 'ab'), (2, 'two', 'glad', '{3}', 'cd'),
                (3, 'three', 'glad', '{4, 5}', 'ef'), (4, 'four', 'angry', NULL, 'gh'),
                (5, 'five', NULL, NULL, 'UPPER');
            """,
            ""
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE TYPE mood AS ENUM ('calm', 'glad');
            CREATE DOMAIN word AS varchar(4) CHECK (VALUE = lower(VALUE));
            CREATE DOMAIN code AS word;
            ALTER TABLE t ALTER mood TYPE mood USING mood::mood,
                ALTER list TYPE integer[] USING list::integer[], ALTER code TYPE code;
            """
        )
        let replayed = try await shop.replay("--all", "--set", "n=7")
        #expect(replayed.json["replayed"].int == 1, "\(replayed)")
        let rows = replayed.json["rows"].list.filter { $0["outcome"].string == "refused" }
        let reasons = rows.map { "\($0["key"].string ?? "") \($0["reason"].string ?? "")" }
        #expect(
            reasons == [
                "id 3 integer[] would store another text",
                "id 4 invalid input value for enum mood", "id 5 longer than 4 characters",
            ]
        )
        #expect(
            try await psql(TestDatabase.url, "SELECT mood, list, code FROM t WHERE id = 2;")
                == "glad|{3}|cd"
        )
        let mended = try await shop.replay(row: "id 3", "--set", "n=7", "--set", "list={4,5}")
        #expect(mended.status == 0, "\(mended)")
        let verified = try await shop.cutover("verify").tables.named("t")
        #expect(verified["edited_rows"].int == 2, "\(verified)")
        #expect(verified["different"].int == 0)
    }

    @Test func `a conversion for a column that the run has not is refused`() async throws {
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
            INSERT INTO t VALUES (1, 1), (2, 'two');
            """,
            ""
        )
        let profile = try shop.profile("wrong", Self.column("m", "conversions = [\"trim\"]"))
        let refused = try await shop.replay("--all", "--profile", profile)
        #expect(refused.json["error"]["code"].string == "configuration", "\(refused)")
        #expect(refused.json["error"]["message"].string?.contains("\"m\"") == true, "\(refused)")
    }
}
