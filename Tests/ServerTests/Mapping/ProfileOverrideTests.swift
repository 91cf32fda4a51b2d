import Foundation
import TestSupport
import Testing

/// A profile's rules from end to end: what arrives, what is counted, what verify says.
@Suite(.postgres, .database)
struct ProfileOverrideTests {
    /// One file with a source and a profile beside it.
    private struct Shop {
        let folder: TestFolder
        let cutover: CutoverCommand
        let profile: String

        init(_ script: String, _ rules: String) async throws {
            folder = try TestFolder()
            let source = folder.file("shop.db")
            _ = try await sqlite3(source, script)
            cutover = CutoverCommand(source: source, target: TestDatabase.url)
            profile = folder.file("shop.toml")
            try say(rules)
        }

        func say(_ rules: String) throws {
            try ("name = \"shop\"\n" + rules).write(
                toFile: profile,
                atomically: true,
                encoding: .utf8
            )
        }

        func callAsFunction(_ verb: String, _ options: String...) async throws -> CutoverRun {
            try await cutover(verb, options + ["--profile", profile])
        }
    }

    private func column(_ name: String, _ rest: String, table: String = "t") -> String {
        "[[columns]]\ntable = \"\(table)\"\ncolumn = \"\(name)\"\n\(rest)\n"
    }

    private func conversions(_ run: CutoverRun) -> [String] {
        run.json["conversions"].list.map { count in
            "\(count["column"].string ?? "") \(count["conversion"].string ?? "") "
                + "\(count["cells"].int ?? -1)"
        }
    }

    @Test func `types of the profile arrive and are verified`() async throws {
        let types = [
            ("a", "timestamptz"), ("b", "time"), ("c", "uuid"), ("d", "json"), ("e", "jsonb"),
            ("f", "numeric(8,2)"), ("g", "char(5)"), ("h", "real"), ("i", "smallint"),
            ("j", "varchar(4)"), ("k", "uuid"),
        ]
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d, e, f, g, h, i, j, k);
            INSERT INTO t VALUES
                (1, '2024-01-05T10:00:00+02:00', '12:34:56.5', '123E4567-e89b-12d3-a456-426614174000',
                 '{"a" : 1, "a": 2}', '{"b": 1e2, "a": "\\u00e9"}', 12.5, 'ab', 1.5, 7, 'äöüß',
                 x'00112233445566778899aabbccddeeff'),
                (2, '2024-01-05 10:00:00', '00:00', '00000000-0000-0000-0000-000000000000', '[]',
                 'null', -123456, 'abcde', -0.25, -7, '', NULL),
                (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (4, NULL, NULL, NULL, NULL, '{bad', NULL, NULL, NULL, NULL, NULL, NULL),
                (5, NULL, NULL, NULL, NULL, NULL, 1.005, NULL, NULL, NULL, NULL, NULL),
                (6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.1, NULL, NULL, NULL),
                (7, NULL, NULL, 'no uuid', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            types.map { column($0.0, "type = \"\($0.1)\"") }.joined()
        )
        let run = try await shop("migrate", "--max-quarantined", "4")
        #expect(run.status == 0, "\(run)")
        let found = try await psql(
            TestDatabase.url,
            """
            SET timezone = 'UTC';
            SELECT a, b, c, d, e, f, octet_length(g), h, i, j, k FROM t WHERE id < 3 ORDER BY id;
            SELECT key_text, column_name, reason FROM cutover.quarantine ORDER BY key_text;
            """
        )
        #expect(
            found
                == """
                SET
                2024-01-05 08:00:00+00|12:34:56.5|123e4567-e89b-12d3-a456-426614174000|\
                {"a" : 1, "a": 2}|{"a": "é", "b": 100}|12.50|5|1.5|7|äöüß|\
                00112233-4455-6677-8899-aabbccddeeff
                2024-01-05 10:00:00+00|00:00:00|00000000-0000-0000-0000-000000000000|[]|null|\
                -123456.00|5|-0.25|-7||
                id 4|e|invalid input syntax for type json
                id 5|f|more than 2 digits behind the point
                id 6|h|a real of more digits than real holds
                id 7|c|not a UUID of five groups of hexadecimal digits
                """.replacing("SET\n", with: found.hasPrefix("SET") ? "SET\n" : "")
        )
        #expect(try await shop.cutover("verify").status == 0)
        for change in [
            "a = a + interval '1 us'", "b = b + interval '1 us'",
            "c = '123e4567-e89b-12d3-a456-426614174001'", "d = '{\"a\": 2}'", "e = '{\"b\": 101}'",
            "f = 12.51", "g = 'ac'", "h = 1.25", "i = 8", "j = 'äöü'", "k = NULL",
        ] {
            _ = try await psql(
                TestDatabase.url,
                "CREATE TABLE kept AS TABLE t; UPDATE t SET \(change) WHERE id = 1;"
            )
            let verdict = try await shop.cutover("verify", "--table", "t")
            #expect(verdict.status == 1, "\(change)")
            let columns = verdict.tables.named("t")["samples"].list.map { $0["column"].string }
            #expect(columns == [String(change.prefix(1))], "\(change)")
            _ = try await psql(
                TestDatabase.url,
                "DELETE FROM t WHERE id = 1; INSERT INTO t SELECT * FROM kept WHERE id = 1; "
                    + "DROP TABLE kept;"
            )
        }
        #expect(try await shop.cutover("verify").status == 0)
    }

    @Test func `every conversion arrives, is counted and is verified`() async throws {
        let rules: [(String, String)] = [
            ("a", "conversions = [\"trim\", \"empty_as_null\"]"),
            ("b", "type = \"timestamptz\"\nconversions = [\"epoch_seconds\"]"),
            ("c", "type = \"timestamp\"\nconversions = [\"epoch_millis\"]"),
            ("d", "type = \"timestamp\"\nconversions = [\"julian_day\"]"),
            ("e", "type = \"timestamp\"\nconversions = [\"offset_to_utc\"]"),
            ("f", "type = \"boolean\"\nconversions = [\"true_false_words\"]"),
            ("g", "type = \"numeric\"\nconversions = [\"decimal_text\"]"),
            ("h", "type = \"text\"\nconversions = [\"number_as_text\"]"),
            ("i", "type = \"text\"\nconversions = [\"blob_as_text\"]"),
            ("j", "type = \"text\"\nconversions = [\"strip_nul\", \"replace_invalid_utf8\"]"),
            ("k", "type = \"date\"\nconversions = [\"slash_date\"]"),
            ("l", "type = \"varchar(3)\"\nconversions = [\"truncate_to_length\"]"),
        ]
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b, c, d, e, f, g, h, i, j, k, l);
            INSERT INTO t VALUES
                (1, '  ', 1704448800, 1627303906122, 2460315.5, '2024-03-01T00:30:00+01:00', 'Yes',
                 '12345678901234567890.10', 1.5, x'6869', CAST(x'610062ff' AS TEXT), '2/29/2024',
                 'abcdef'),
                (2, ' x', 1704448800.5, -1, 0 + 2440587.5, '2024-03-01 00:30:00', 'off', '-1', 7,
                 'hi', 'plain', '2024-01-01', 'abc');
            """,
            rules.map { column($0.0, $0.1) }.joined()
        )
        let run = try await shop("migrate")
        #expect(run.status == 0, "\(run)")
        let found = try await psql(
            TestDatabase.url,
            "SELECT a, b AT TIME ZONE 'UTC', c, d, e, f, g, h, i, j, k, l FROM t ORDER BY id;"
        )
        #expect(
            found == """
                |2024-01-05 10:00:00|2021-07-26 12:51:46.122|2024-01-06 00:00:00|\
                2024-02-29 23:30:00|t|12345678901234567890.1|1.5|hi|ab\u{fffd}|2024-02-29|abc
                x|2024-01-05 10:00:00.5|1969-12-31 23:59:59.999|1970-01-01 00:00:00|\
                2024-03-01 00:30:00|f|-1|7|hi|plain|2024-01-01|abc
                """
        )
        #expect(
            conversions(run) == [
                "a empty_as_null 1", "a trim 2", "b epoch_seconds 2", "c epoch_millis 2",
                "d julian_day 2", "e offset_to_utc 1", "f true_false_words 2", "g decimal_text 2",
                "h number_as_text 2", "i blob_as_text 1", "j replace_invalid_utf8 1",
                "j strip_nul 1", "k slash_date 1", "l truncate_to_length 1",
            ]
        )
        #expect(try await shop.cutover("verify").status == 0)
        _ = try await psql(TestDatabase.url, "UPDATE t SET b = b + interval '1 us' WHERE id = 2;")
        let verdict = try await shop.cutover("verify")
        #expect(verdict.status == 1)
        #expect(verdict.tables.named("t")["samples"][0]["column"].string == "b")
    }

    @Test func `what is skipped, renamed or read by an expression is told and verified`()
        async throws
    {
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT, secret TEXT UNIQUE, n INTEGER);
            CREATE INDEX by_secret ON t (secret);
            INSERT INTO t VALUES (1, ' a ', 's1', 1), (2, '', 's2', 'many'), (3, 'c', 's3', 3);
            CREATE TABLE child (t_id INTEGER REFERENCES t (id), note TEXT);
            INSERT INTO child VALUES (1, 'x'), (3, 'y');
            CREATE TABLE audit_log (id INTEGER PRIMARY KEY, note TEXT);
            INSERT INTO audit_log VALUES (1, 'old');
            """,
            """
            [[tables]]
            table = "audit_log"
            skip = "kept in the archive"
            [[tables]]
            table = "t"
            rename = "articles"

            """
                + column("code", "rename = \"sku\"\nexpression = \"nullif(trim(code), '')\"")
                + column("secret", "skip = \"never read\"")
        )
        let plan = try await shop("plan")
        let dropped = plan.json["decisions"].list.filter { $0["outcome"].string == "dropped" }
        #expect(
            Set(dropped.compactMap { $0["subject"].string })
                == ["table", "column", "unique", "index"]
        )
        let type = plan.json["decisions"].list.first { decision in
            decision["column"].string == "n" && decision["subject"].string == "type"
        }
        #expect(type?["confidence"].string == "low")
        #expect(type?["evidence"]["fitting"].int == 2)

        let run = try await shop("migrate", "--max-quarantined", "1")
        #expect(run.status == 0, "\(run)")
        #expect(run.json["skipped"][0]["table"].string == "audit_log")
        #expect(run.json["skipped"][0]["rows"].int == 1)
        #expect(run.json["skipped"][0]["reason"].string == "kept in the archive")
        #expect(run.tables.list.compactMap { $0["name"].string } == ["t", "child"])
        let found = try await psql(
            TestDatabase.url,
            """
            SELECT * FROM articles ORDER BY id;
            SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated
                AND connamespace = 'public'::regnamespace;
            SELECT to_regclass('audit_log') IS NULL;
            SELECT columns, encode(row_values[2], 'escape') = '' FROM cutover.quarantine;
            """
        )
        #expect(found == "1|a|1\n3|c|3\n1\nt\n{id,code,n}|t")

        let verdict = try await shop.cutover("verify")
        #expect(verdict.status == 0, "\(verdict)")
        #expect(verdict.tables.named("audit_log")["status"].string == "skipped")
        #expect(
            verdict.tables.named("audit_log")["note"].string
                == "skipped by the profile: kept in the archive"
        )
        #expect(verdict.tables.named("t")["status"].string == "equal")
        #expect(verdict.tables.named("t")["note"].string == "secret is skipped: never read")
        _ = try await psql(TestDatabase.url, "UPDATE articles SET sku = ' a ' WHERE id = 1;")
        #expect(try await shop.cutover("verify").status == 1)
    }

    @Test func `a column that is told to stop ends the run, another one does not`() async throws {
        let script = """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, m INTEGER);
            INSERT INTO t VALUES (1, 1, 1), (2, 2, 'two'), (3, 'three', 3);
            """
        let shop = try await Shop(script, column("n", "on_misfit = \"stop\""))
        let run = try await shop("migrate")
        #expect(run.status == 65, "\(run)")
        #expect(run.code == "source_data")
        #expect(run.json["error"]["place"].string?.contains("column \"n\"") == true)
        #expect(run.json["error"]["remedy"].string?.contains("on_misfit") == true)
        // The policy is no part of the mapping: the same run goes on without it.
        try shop.say("")
        let again = try await shop("migrate", "--max-quarantined", "2")
        #expect(again.status == 0, "\(again)")
        #expect(again.tables.named("t")["quarantined_rows"].int == 2)
    }

    @Test func `an unfinished run goes on only with the mapping that it began with`() async throws {
        let script = """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT);
            INSERT INTO t VALUES (1, ' 1'), (2, x'00');
            """
        let shop = try await Shop(script, column("n", "conversions = [\"trim\"]"))
        let stopped = try await shop("migrate", "--on-bad-row", "stop")
        #expect(stopped.status == 65, "\(stopped)")
        try shop.say(column("n", "conversions = [\"trim\"]\ntype = \"varchar(9)\""))
        let other = try await shop("migrate")
        #expect(other.code == "different_run", "\(other)")
        #expect(
            other.json["error"]["message"].string
                == "the mapping is not the one that the unfinished run began with: column \"n\" of "
                + "\"t\" is now varchar(9) named \"n\" with trim and was text named \"n\" with trim"
        )
        #expect(other.json["error"]["remedy"].string?.contains("profile as it was") == true)
        try shop.say(column("n", "conversions = [\"trim\"]"))
        let again = try await shop("migrate", "--max-quarantined", "1")
        #expect(again.status == 0, "\(again)")
        #expect(conversions(again) == ["n trim 1"])
    }

    private func hasCounted() async throws -> Bool {
        let found = try await psql(
            TestDatabase.url,
            "SELECT to_regclass('cutover.conversion') IS NOT NULL;"
        )
        guard found == "t" else { return false }
        return try await psql(
            TestDatabase.url,
            "SELECT count(*) > 0 FROM cutover.conversion;"
        ) == "t"
    }

    @Test func `cells are counted once when the copy is killed and goes on`() async throws {
        let rows = 210_000
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT, v TEXT);
            WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < \(rows))
            INSERT INTO t SELECT n, ' ' || n, 'row ' || n FROM i;
            """,
            column("n", "type = \"bigint\"\nconversions = [\"trim\", \"decimal_text\"]")
        )
        let arguments = shop.cutover.arguments("migrate", ["--profile", shop.profile])
        let first = try StartedProgram(BuiltProducts.cutover, arguments)
        #expect(
            try await eventually(within: .seconds(60)) {
                try await hasCounted()
            }
        )
        first.send(SIGKILL)
        _ = await first.end()
        let before = try await psql(TestDatabase.url, "SELECT min(cells) FROM cutover.conversion;")
        #expect(Int(before) ?? 0 > 0)
        let again = try await shop("migrate")
        #expect(again.status == 0, "\(again)")
        #expect(conversions(again) == ["n decimal_text \(rows)", "n trim \(rows)"])
    }

    @Test func `rows that the server refuses do not count as converted`() async throws {
        let shop = try await Shop(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT, m INTEGER);
            INSERT INTO t VALUES (1, ' a', 1), (2, ' b', 2), (3, 'c', 3), (4, ' d', 'x');
            """,
            column("n", "type = \"jsonb\"\nconversions = [\"trim\"]")
                + column("m", "type = \"smallint\"")
        )
        let run = try await shop("migrate", "--max-quarantined", "4")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("t")["quarantined_rows"].int == 4)
        #expect(conversions(run) == [])
    }

    @Test func `a mistake in the profile is told before anything is made`() async throws {
        let shop = try await Shop(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT);",
            column("m", "type = \"text\"")
        )
        for verb in ["plan", "migrate", "inspect"] {
            let run = try await shop(verb)
            #expect(run.status == 78, "\(run)")
            #expect(
                run.json["error"]["place"].string?.hasSuffix("\"m\", line 4, column 1") == true,
                "\(run)"
            )
            #expect(run.json["error"]["remedy"].string == "name one of its columns: \"id\", \"n\"")
        }
        #expect(
            try await psql(TestDatabase.url, "SELECT to_regnamespace('cutover') IS NULL;") == "t"
        )
        #expect(!exists(shop.cutover.source + ".cutover"))
    }

    @Test func `a dry run with conversions leaves nothing`() async throws {
        let shop = try await Shop(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO t VALUES (1, ' a');",
            column("n", "conversions = [\"trim\"]")
        )
        let run = try await shop("migrate", "--dry-run")
        #expect(run.status == 0, "\(run)")
        #expect(conversions(run) == ["n trim 1"])
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'cutover%';"
            ) == "0"
        )
    }
}
