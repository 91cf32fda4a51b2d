import Foundation
import TestSupport
import Testing

/// Checks that an operator writes: what is wrong in them, and what they may not do.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct ReconcileProfileTests {
    private let folder: TestFolder
    private let cutover: CutoverCommand

    init() async throws {
        folder = try TestFolder()
        cutover = CutoverCommand(source: folder.file("shop.db"), target: TestDatabase.url)
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE sale (id INTEGER PRIMARY KEY, number TEXT UNIQUE, price REAL, paid INTEGER);
            CREATE TABLE line (id INTEGER PRIMARY KEY, sale_id INTEGER REFERENCES sale, units INTEGER);
            INSERT INTO sale VALUES (1, 'A' || char(27) || '[2J', 0.1, 3), (2, 'B', 0.2, 4),
                (3, 'C', 12.35, 1);
            INSERT INTO line VALUES (1, 1, 3), (2, 2, 5), (3, 3, 1);
            """
        )
        let run = try await cutover("migrate")
        try #require(run.status == 0, "\(run)")
    }

    private func reconcile(_ checks: String, _ options: [String] = []) async throws -> CutoverRun {
        try folder.write("shop.toml", "name = \"shop\"\n\(checks)")
        return try await cutover(
            "reconcile",
            ["--profile", folder.file("shop.toml")] + options
        )
    }

    @Test func `any database has its foreign keys looked at both ways`() async throws {
        let run = try await cutover("reconcile")
        #expect(run.status == 0, "\(run)")
        #expect(
            run.json["checks"].list.compactMap { $0["name"].string } == ["orphans", "childless"]
        )
        _ = try await psql(cutover.target, "DELETE FROM line WHERE id = 3")
        let lost = try await cutover("reconcile")
        #expect(lost.status == 1)
        let childless = lost.json["checks"].named("childless")
        #expect(childless["verdict"].string == "differs")
        #expect(childless["samples"][0]["key"].string == "sale without line.sale_id 3")
        #expect(childless["samples"][0]["source"].string == nil)
    }

    @Test func `a difference names the rows of its tables that are in quarantine`() async throws {
        let other = CutoverCommand(source: folder.file("other.db"), target: cutover.target)
        _ = try await sqlite3(
            other.source,
            """
            CREATE TABLE part (id INTEGER PRIMARY KEY, code TEXT, units INTEGER);
            INSERT INTO part VALUES (1, '00112233-4455-6677-8899-aabbccddeeff', 3), (2, 'none', 4);
            """
        )
        try folder.write(
            "parts.toml",
            """
            name = "parts"
            [[columns]]
            table = "part"
            column = "code"
            type = "uuid"
            [[checks]]
            name = "units"
            title = "the units are the same"
            kind = "sums"
            columns = ["part.units"]
            expect = "equal"
            """
        )
        let profile = ["--profile", folder.file("parts.toml"), "--schema", "parts"]
        let run = try await other("migrate", ["--max-quarantined", "1"] + profile)
        try #require(run.status == 0, "\(run)")
        let units = try await other("reconcile", profile).json["checks"].named("units")
        #expect(units["verdict"].string == "differs")
        #expect(
            units["reason"].string?.hasSuffix("in quarantine: 1 row of part") == true,
            "\(units)"
        )
    }

    @Test func `a check without its table or column says so, and the others run`() async throws {
        let run = try await reconcile(
            """
            [[checks]]
            name = "gone"
            title = "a table that nobody has"
            kind = "childless"
            parent = "nothing.id"
            child = "line.sale_id"

            [[checks]]
            name = "lost"
            title = "a table that only the source has"
            kind = "not_empty"
            tables = ["extra"]

            [[checks]]
            name = "column"
            title = "a column that nobody has"
            kind = "declared"
            declared = "sale.paid"
            key = "number"
            rows = "line.sale_id"
            matches = "id"
            sum = "nothing"

            [[checks]]
            name = "wrong"
            title = "a query that is none"
            kind = "sql"
            sql = "SELECT id FROM sale WHERE"

            [[checks]]
            name = "endless"
            title = "a query without an end"
            kind = "sql"
            seconds = 1
            sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

            [[checks]]
            name = "paid"
            title = "what was paid is what was sold"
            kind = "declared"
            declared = "sale.paid"
            key = "number"
            rows = "line.sale_id"
            matches = "id"
            sum = "units"
            """
        )
        func verdict(_ name: String) -> String? { run.json["checks"].named(name)["verdict"].string }
        func reason(_ name: String) -> String {
            run.json["checks"].named(name)["reason"].string ?? ""
        }
        #expect(run.status == 1, "\(run)")
        #expect(verdict("gone") == "not_applicable")
        #expect(reason("gone").contains("the table \"nothing\""))
        #expect(verdict("column") == "not_applicable")
        #expect(reason("column").contains("the column \"nothing\" of \"line\""))
        #expect(verdict("wrong") == "failed")
        #expect(verdict("endless") == "failed")
        #expect(reason("endless").contains("took longer than 1 s"))
        #expect(verdict("paid") == "violated")
        #expect(run.json["checks"].named("paid")["target"]["offending_rows"].int == 1)
        #expect(verdict("orphans") == "good")
        _ = try await sqlite3(
            cutover.source,
            "CREATE TABLE extra (id INTEGER); INSERT INTO extra VALUES (1)"
        )
        let later = try await cutover(
            "reconcile",
            ["--profile", folder.file("shop.toml"), "--check", "lost"]
        )
        let lost = later.json["checks"].named("lost")
        #expect(lost["verdict"].string == "failed", "\(later)")
        #expect(lost["reason"].string?.hasPrefix("PostgreSQL does not have") == true)
    }

    @Test func `sums are exact, whatever the order and the type`() async throws {
        let run = try await reconcile(
            """
            [[checks]]
            name = "turnover"
            title = "the turnover is the same"
            kind = "sums"
            columns = ["sale.price"]
            decimals = 2
            """,
            ["--check", "turnover"]
        )
        #expect(run.status == 0, "\(run)")
        let turnover = run.json["checks"].named("turnover")
        #expect(turnover["source"]["figure"].string == "12.65 in 3 values")
        #expect(turnover["target"]["figure"].string == "12.65 in 3 values")
        _ = try await psql(cutover.target, "UPDATE sale SET price = price + 0.01 WHERE id = 1")
        let off = try await reconcile(
            """
            [[checks]]
            name = "turnover"
            title = "the turnover is the same"
            kind = "sums"
            columns = ["sale.price"]
            decimals = 2
            """,
            ["--check", "turnover"]
        )
        #expect(
            off.json["checks"].named("turnover")["samples"][0]["target"].string
                == "12.66 in 3 values"
        )
    }

    private func turnover(_ decimals: Int) async throws -> JSON {
        try await reconcile(
            """
            [[checks]]
            name = "turnover"
            title = "the turnover is the same"
            kind = "sums"
            columns = ["sale.price", "sale.pirce"]
            decimals = \(decimals)
            """,
            ["--check", "turnover"]
        ).json["checks"].named("turnover")
    }

    @Test func `values that a sum cannot add are named, and none is left out`() async throws {
        let fine = try await turnover(2)
        #expect(fine["verdict"].string == "good", "\(fine)")
        // A column that nobody has is perhaps misspelt.
        #expect(
            fine["reason"].string?.hasSuffix("not in this database: sale.pirce") == true,
            "\(fine)"
        )
        for (value, words) in [
            ("1.005", "sale.price has values with more than 2 decimals"),
            ("9e999", "sale.price has an infinite value"),
        ] {
            _ = try await sqlite3(cutover.source, "UPDATE sale SET price = \(value) WHERE id = 1")
            let found = try await turnover(2)
            #expect(found["verdict"].string == "failed", "\(found)")
            #expect(found["reason"].string?.contains(words) == true, "\(found)")
        }
        _ = try await sqlite3(cutover.source, "UPDATE sale SET price = '12,50' WHERE id = 1")
        let text = try await turnover(2)
        #expect(text["verdict"].string == "differs", "\(text)")
        #expect(
            text["source"]["figure"].string == "12.55 in 2 values and 1 that are no numbers",
            "\(text)"
        )
        _ = try await psql(
            cutover.target,
            """
            ALTER TABLE sale ALTER price TYPE text;
            UPDATE sale SET price = '12,50' WHERE id = 1
            """
        )
        let both = try await turnover(2)
        #expect(
            both["target"]["figure"].string == "0.00 in 0 values and 3 that are no numbers",
            "\(both)"
        )
    }

    @Test func `a day that no calendar has is no date`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE day (id INTEGER PRIMARY KEY, at TEXT);
            INSERT INTO day (at) VALUES ('2024-02-29'), ('2024-12-31 10:00'), ('2025-01-01T10:00'),
                ('2024-02-31'), ('2023-02-29'), ('2024-13-01'), ('2024-1-05x'), ('2024-01-05x'),
                ('soon'), ('0000-01-01'), ('2100-01-01'), ('');
            """
        )
        _ = try await psql(
            cutover.target,
            """
            CREATE TABLE day (id serial PRIMARY KEY, at text);
            INSERT INTO day (at) VALUES ('2024-02-29'), ('2024-12-31 10:00'), ('2025-01-01T10:00'),
                ('2024-02-31'), ('2023-02-29'), ('2024-13-01'), ('2024-1-05x'), ('2024-01-05x'),
                ('soon'), ('0000-01-01'), ('2100-01-01'), ('');
            """
        )
        let run = try await reconcile(
            """
            [[checks]]
            name = "days"
            title = "every day is one"
            kind = "dates"
            columns = ["day.at"]
            earliest = "2000-01-01"
            """,
            ["--check", "days"]
        )
        let days = run.json["checks"].named("days")
        for side in ["source", "target"] {
            #expect(days[side]["offending_rows"].int == 8, "\(run)")
        }
        #expect(days["verdict"].string == "violated", "\(run)")
    }

    @Test func `what a query sets for its session ends with it`() async throws {
        let run = try await reconcile(
            """
            [[checks]]
            name = "first"
            title = "t"
            kind = "sql"
            sql = "SELECT 1 WHERE 1 = 0"
            sql_postgresql = "SELECT set_config('search_path', 'pg_catalog', false) WHERE true"

            [[checks]]
            name = "second"
            title = "t"
            kind = "sql"
            sql = "SELECT id FROM line WHERE id < 0"
            """
        )
        let second = run.json["checks"].named("second")
        #expect(second["verdict"].string == "good", "\(run)")
    }

    @Test(
        arguments: [
            "WITH gone AS (DELETE FROM line RETURNING id) SELECT id FROM gone",
            "SELECT set_config('transaction_read_only', 'off', false)",
            "SELECT 1) q; DELETE FROM line; --",
            "SELECT load_extension('/tmp/x')",
            "SELECT * FROM pragma_query_only(0)",
        ]
    )
    func `a query of a profile can do nothing but read`(sql: String) async throws {
        let run = try await reconcile(
            "[[checks]]\nname = \"own\"\ntitle = \"t\"\nkind = \"sql\"\nsql = \"\"\"\n\(sql)\n\"\"\"\n",
            ["--check", "own"]
        )
        #expect(run.status == 1, "\(run)")
        #expect(run.json["checks"].named("own")["verdict"].string == "failed", "\(run)")
        #expect(try await sqlite3(cutover.source, "SELECT count(*) FROM line") == "3")
        #expect(try await psql(cutover.target, "SELECT count(*) FROM line").contains("3"))
    }

    @Test(
        arguments: [
            ("kind = \"sql\"\nsql = \"DELETE FROM line\"", "must be a query"),
            ("kind = \"wish\"", "must be one of orphans"),
            ("kind = \"sums\"\ncolumns = [\"price\"]", "a list of \"table.column\""),
            ("kind = \"orphans\"\nchild = \"a.b\"", "needs the key \"checks.parent\""),
            ("kind = \"levels\"\nexpect = \"perhaps\"", "\"as_source\""),
            ("kind = \"levels\"\nseconds = 0", "an integer from 1 to 3600"),
        ]
    )
    func `what is wrong in a check is named with its line`(
        body: String,
        words: String
    ) async throws {
        let run = try await reconcile("[[checks]]\nname = \"own\"\ntitle = \"t\"\n\(body)\n")
        #expect(run.status == 78, "\(run)")
        #expect(run.json["error"]["message"].string?.contains(words) == true, "\(run)")
        #expect(run.json["error"]["place"].string?.contains("line ") == true, "\(run)")
    }

    @Test func `an unknown check is refused, and hostile text never reaches the terminal`()
        async throws
    {
        let unknown = try await cutover("reconcile", "--check", "nothing")
        #expect(unknown.status == 64)
        #expect(unknown.json["error"]["remedy"].string?.contains("orphans, childless") == true)
        _ = try await psql(cutover.target, "UPDATE line SET units = 9 WHERE sale_id = 1")
        try folder.write(
            "shop.toml",
            """
            name = "shop"
            [[checks]]
            name = "paid"
            title = "what was paid is what was sold"
            kind = "declared"
            declared = "sale.paid"
            key = "number"
            rows = "line.sale_id"
            matches = "id"
            sum = "units"
            """
        )
        let run = try await run(
            BuiltProducts.cutover,
            ["reconcile", "--source", cutover.source, "--target", cutover.target]
                + ["--profile", folder.file("shop.toml")]
        )
        #expect(run.status == 1)
        #expect(run.stdout.contains("number A␛[2J"))
        for scalar in run.stdout.unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control)
        }
    }

    @Test func `a side that is gone is named, and the other is asked`() async throws {
        var without = cutover
        without.target = "postgresql://127.0.0.1:1/none"
        let run = try await without("reconcile")
        #expect(run.status == 1, "\(run)")
        #expect(run.json["target_error"].string?.isEmpty == false)
        #expect(run.json["sides"].list.compactMap(\.string) == ["source"])
        #expect(run.json["checks"].named("orphans")["verdict"].string == "good")
        let asked = try await without("reconcile", "--side", "target")
        #expect(asked.status == 69, "\(asked)")
    }
}
