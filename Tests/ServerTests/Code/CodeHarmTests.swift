import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A proof of code that means harm, or of a target that others use.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeHarmTests {
    private static let schema = """
        CREATE TABLE orders (id bigserial PRIMARY KEY, name text);
        SELECT setval('orders_id_seq', 5);
        CREATE FUNCTION moved(n bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS
            'BEGIN PERFORM setval(''orders_id_seq'', n); RETURN n; END';
        CREATE FUNCTION ended(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS
            'BEGIN RETURN bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = $1; END';
        """

    /// The session ends with its client.
    private static let watchful = "-c client_connection_check_interval=1s"

    private func checked(_ statements: [String]) async throws -> CutoverRun {
        _ = try await psql(TestDatabase.url, Self.schema)
        let calls = statements.map { "c.execute(\"\"\"\($0)\"\"\")\n" }.joined()
        return try await CodeFolder(file: calls).code("check")
    }

    private func states(_ run: CutoverRun) -> [String] {
        run.json["files"][0]["statements"].list.compactMap { $0["state"].string }
    }

    private func place() async throws -> String {
        try await psql(TestDatabase.url, "SELECT last_value FROM orders_id_seq")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(arguments: [
        "CREATE TABLE evil AS SELECT setval('orders_id_seq', 777)",
        "CREATE TABLE IF NOT EXISTS evil AS SELECT setval('orders_id_seq', 777)",
        "CREATE TABLE evil (n bigint DEFAULT setval('orders_id_seq', 777))",
        "CREATE TABLE evil (n bigint DEFAULT moved(777)); INSERT INTO evil DEFAULT VALUES",
        "CREATE TABLE evil (n bigint, CHECK (n > moved(777)))",
        "CREATE TABLE evil (n bigint); CREATE INDEX i ON evil (moved(777))",
        "CREATE TABLE evil (n bigint); CREATE INDEX i ON evil (n) WHERE n > moved(777)",
        "SELECT id FROM orders WHERE id = moved(777)", "SELECT MOVED(777)",
        "SELECT \"moved\"(777)", "SELECT setval('orders_id_seq', 777)",
        "WITH x AS (SELECT moved(777) AS n) SELECT n FROM x",
    ])
    func `a proof moves no sequence`(sql: String) async throws {
        let folder = try CodeFolder(file: "")
        _ = try await psql(TestDatabase.url, Self.schema)
        let script = sql.replacing("\"", with: "\\\"")
        try folder.write(
            "a.py",
            "import sqlite3\nc = sqlite3.connect('x.db').cursor()\n"
                + "c.executescript(\"\"\"\(script)\"\"\")\n"
        )
        let checked = try await folder.code("check")
        #expect(checked.status == 1, "\(checked)")
        #expect(!states(checked).isEmpty)
        #expect(try await place() == "5", "\(checked)")
        let tables = try await psql(
            TestDatabase.url,
            "SELECT count(*) FROM pg_class WHERE relname IN ('evil', 'i')"
        )
        #expect(tables.hasPrefix("0"), "\(tables)")
    }

    @Test func `a proof ends no session`() async throws {
        _ = try await psql(TestDatabase.url, Self.schema)
        let name = "bystander-\(UUID().uuidString.prefix(8))"
        let bystander = try StartedProgram(
            "/usr/bin/env",
            ["psql", TestDatabase.url, "-XAtc", "SELECT pg_sleep(3000)"],
            environment: ["PGAPPNAME": name, "PGOPTIONS": Self.watchful]
        )
        defer { bystander.send(SIGTERM) }
        let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(name)'"
        #expect(
            try await eventually { try await psql(TestDatabase.url, count).hasPrefix("1") }
        )
        let folder = try CodeFolder(
            file: """
                c.execute("SELECT ended('\(name)')")
                c.execute("CREATE TABLE evil AS SELECT pg_terminate_backend(pid) AS x \
                FROM pg_stat_activity WHERE application_name = '\(name)'")

                """
        )
        let checked = try await folder.code("check")
        #expect(states(checked) == ["works", "unplanned"], "\(checked)")
        let told = checked.json["files"][0]["statements"][1]["reason"].string
        #expect(told?.contains("takes its rows from a query") == true, "\(checked)")
        #expect(try await psql(TestDatabase.url, count).hasPrefix("1"))
        #expect(!bystander.isGone)
    }

    @Test func `a proof calls no function behind a view, a default or an operator`() async throws {
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE TABLE stock (id bigint PRIMARY KEY, name text);
            CREATE FUNCTION called(n bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''called''; END';
            CREATE OPERATOR ### (RIGHTARG = bigint, FUNCTION = called);
            CREATE VIEW behind AS SELECT name FROM stock WHERE id = called(1);
            CREATE VIEW further AS SELECT name FROM behind;
            CREATE VIEW dotted AS SELECT name FROM stock WHERE id = ### 3::bigint;
            CREATE TABLE given (k bigint UNIQUE, m bigint, n bigint DEFAULT called(2));
            """
        )
        let statements = [
            "SELECT name FROM behind", "SELECT name FROM further", "SELECT name FROM dotted",
            "INSERT INTO given (k) VALUES (1) ON CONFLICT (k) DO NOTHING",
            "INSERT INTO given (k) VALUES (1) ON CONFLICT (m) DO NOTHING",
            "SELECT no_such FROM behind",
        ]
        let calls = statements.map { "c.execute(\"\"\"\($0)\"\"\")\n" }.joined()
        let run = try await CodeFolder(file: calls).code("check")
        #expect(
            states(run) == ["works", "works", "works", "works", "failed", "failed"],
            "\(run)"
        )
        let told = run.json["files"][0]["statements"][4]
        #expect(told["sql_state"].string == "42P10", "\(told)")
        #expect(told["reason"].string?.contains("unique key") == true, "\(told)")
    }

    @Test func `a table of the application's own is proven once, with what is written to it`()
        async throws
    {
        let run = try await checked([
            "CREATE TABLE own (id bigint PRIMARY KEY, o bigint REFERENCES orders(id), n text)",
            "CREATE INDEX own_n ON own (n)",
            "INSERT INTO own (id, n) VALUES (1, 'a') ON CONFLICT (id) DO NOTHING",
            "INSERT INTO own (id, n) VALUES (1, 'a') ON CONFLICT (n) DO NOTHING",
            "CREATE TABLE own (id bigint PRIMARY KEY, o bigint REFERENCES orders(id), n text)",
            "CREATE TABLE other (id bigint REFERENCES nothing(id))",
        ])
        let states = states(run)
        #expect(states[0] != "failed" && states[1] != "failed", "\(run)")
        #expect(states[2] != "failed" && states[3] == "failed", "\(run)")
        #expect(states[4] != "failed" && states[5] == "failed", "\(run)")
    }

    @Test func `a locked table ends the proof with the name of who holds it`() async throws {
        _ = try await psql(TestDatabase.url, Self.schema)
        let holder = try StartedProgram(
            "/usr/bin/env",
            [
                "psql", TestDatabase.url, "-XAtc",
                "BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3000)",
            ],
            environment: ["PGAPPNAME": "nightly-vacuum", "PGOPTIONS": Self.watchful]
        )
        defer { holder.send(SIGTERM) }
        let locks =
            "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
            + "AND relation = 'orders'::regclass"
        #expect(
            try await eventually { try await psql(TestDatabase.url, locks).hasPrefix("1") }
        )
        let calls = (0..<50).map { "c.execute('SELECT name FROM orders WHERE id = \($0)')\n" }
        let run = try await CodeFolder(file: calls.joined()).code("check")
        #expect(run.status == 69, "\(run)")
        let error = run.json["error"]
        #expect(error["message"].string?.contains("nightly-vacuum") == true, "\(run)")
    }

    @Test func `of a folder without a statement nothing is proven, and the gate says so`()
        async throws
    {
        let folder = try CodeFolder(file: "")
        try FileManager.default.removeItem(atPath: folder.application + "/a.py")
        try await makeSample(folder.command.source, .production, orders: 20)
        #expect(try await folder.command("migrate").status == 0)
        for source in [nil, "print('no SQL here')\n"] {
            if let source { try folder.write("a.py", source) }
            let checked = try await folder.code("check")
            #expect(checked.status == 1, "\(checked)")
            let run = try await folder.command("check", ["--code", folder.application])
            let gate = run.json["gates"].list.first { $0["name"].string == "code" } ?? .null
            #expect(gate["state"].string == "closed", "\(gate)")
            #expect(gate["reason"].string?.contains("no SQL statement") == true, "\(gate)")
        }
    }
}
