import Foundation
import TestSupport
import Testing

/// What the server says of statements decides, and nothing of them happens.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeProofTests {
    private static let schema = """
        CREATE TABLE t (id bigint PRIMARY KEY, name text UNIQUE NOT NULL, n bigint,
            enabled boolean NOT NULL, moment text);
        INSERT INTO t VALUES (1, 'one', 1, true, NULL);
        """

    private func statement(
        _ source: String
    ) async throws -> (statement: JSON, rules: Set<String>, folder: CodeFolder) {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(file: source)
        let checked = try await folder.code("check")
        #expect(checked.status == 1, "\(checked)")
        let file = checked.json["files"][0]
        let rules = Set(file["findings"].list.compactMap { $0["rule"].string })
        return (file["statements"][0], rules, folder)
    }

    @Test func `a statement that the server refuses is told with the server's words`() async throws
    {
        let (told, rules, _) = try await statement("c.execute('SELECT nam FROM t')\n")
        #expect(told["state"].string == "failed")
        #expect(told["sql_state"].string == "42703")
        #expect(told["line"].int == 3)
        #expect(rules.contains("statement-fails"))
    }

    @Test func `the target of ON CONFLICT is held against the real keys`() async throws {
        let (told, _, _) = try await statement(
            "c.execute('INSERT INTO t (id, name, enabled) VALUES (?, ?, ?) "
                + "ON CONFLICT (n) DO NOTHING', (1, 'a', True))\n"
        )
        #expect(told["state"].string == "failed")
        #expect(told["sql_state"].string == "42P10")
    }

    @Test func `a whole number bound to a truth value is converted`() async throws {
        let (told, rules, _) = try await statement(
            "c.execute('UPDATE t SET enabled = ? WHERE id = ?', (1, 2))\n"
        )
        #expect(told["state"].string == "converted")
        #expect(
            told["after"].string
                == "UPDATE t SET enabled = CAST(CAST(%s AS INTEGER) AS BOOLEAN) WHERE id = %s"
        )
        #expect(rules.contains("boolean-integer"))
    }

    @Test func `a changed meaning is a finding`() async throws {
        let (_, rules, _) = try await statement(
            "c.execute('SELECT n / id FROM t WHERE name LIKE ? ORDER BY n', ('a',))\n"
        )
        #expect(rules.isSuperset(of: ["like-case", "null-order"]))
    }

    @Test func `a part that is not known is shown and blocks the file`() async throws {
        let (told, rules, folder) = try await statement(
            "def f(table):\n    c.execute(f'SELECT id FROM {table} WHERE n = ?', (1,))\n"
        )
        #expect(told["state"].string == "dynamic")
        #expect(told["before"].string == "SELECT id FROM {table} WHERE n = ?")
        #expect(rules.contains("dynamic"))
        let before = try folder.read("a.py")
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.status == 1)
        #expect(fixed.json["files"][0]["state"].string == "refused")
        #expect(try folder.read("a.py") == before)
    }

    @Test func `a part that a person has reviewed holds up neither the file nor the gate`()
        async throws
    {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(
            file: """
                def f(table):
                    # cutover: reviewed with every table of the list
                    c.execute(f'SELECT id FROM {table}')
                    c.execute(f'SELECT id FROM {table}')  # cutover: reviewed
                text = '# cutover: reviewed'; c.execute('SELECT id FROM t WHERE n = ?', (1,))

                """
        )
        let checked = try await folder.code("check")
        let states = checked.json["files"][0]["statements"].list.compactMap { $0["state"].string }
        #expect(states == ["reviewed", "reviewed", "converted"], "\(checked)")
        #expect(checked.json["totals"]["reviewed"].int == 2)
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.json["files"][0]["state"].string == "fixed", "\(fixed)")
        // The sums are of what stands there now.
        #expect(fixed.json["totals"]["converted"].int == 0)
        #expect(fixed.json["totals"]["prepared"].int == 1)
    }

    @Test func `a comment in a text, or at another call, reviews nothing`() async throws {
        let (told, _, folder) = try await statement(
            "def f(table):\n    c.execute(f'SELECT n FROM {table} --# cutover: reviewed')\n"
                + "c.execute(table)  # cutover: reviewed\nc.execute(table)\n"
        )
        #expect(told["state"].string == "dynamic")
        let states = try await folder.code("check").json["files"][0]["statements"].list
            .compactMap { $0["state"].string }
        #expect(states == ["dynamic", "reviewed", "dynamic"])
    }

    @Test(arguments: [
        "DELETE FROM t", "SELECT 1; COMMIT; DROP TABLE t", "CREATE TABLE t2 (a); DROP TABLE t",
        "CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (2, 'b', 1, 1, NULL)",
        "SELECT 'a\\'; COMMIT; DROP TABLE t; --'", "SELECT $$; COMMIT; DROP TABLE t; --$$",
        "CREATE TABLE t3 AS SELECT * FROM t; COMMIT",
    ])
    func `a proof leaves the target as it was`(sql: String) async throws {
        _ = try await psql(TestDatabase.url, Self.schema)
        let quoted = sql.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let folder = try CodeFolder(file: "c.executescript(\"\(quoted)\")\n")
        let checked = try await folder.code("check")
        #expect(checked.status == 1, "\(checked)")
        let left = try await psql(
            TestDatabase.url,
            """
            SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables
                WHERE schemaname = 'public';
            SELECT count(*) FROM t
            """
        )
        #expect(left.split(separator: "\n").map(String.init) == ["t", "1"])
    }

    @Test func `fix shows a diff, writes nothing, and keeps the old file when it writes`()
        async throws
    {
        _ = try await psql(TestDatabase.url, Self.schema)
        let folder = try CodeFolder(file: "c.execute('SELECT id FROM t WHERE n = ?', (1,))\n")
        let before = try folder.read("a.py")
        let shown = try await folder.code("fix")
        #expect(shown.json["files"][0]["diff"].string?.contains("+c.execute(") == true)
        #expect(shown.json["written"].bool == false)
        #expect(try folder.read("a.py") == before)

        let refused = try await folder.code("fix", "--write", "--read-only")
        #expect(refused.code == "read_only")
        let written = try await folder.code("fix", "--write")
        #expect(written.status == 0, "\(written)")
        #expect(try folder.read("a.py").contains("WHERE n = %s"))
        let backup = try #require(written.json["backup"].string)
        #expect(try String(contentsOfFile: backup + "/a.py", encoding: .utf8) == before)
    }

    @Test func `without a package index the command says what it needs`() async throws {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        let outcome = try await run(
            BuiltProducts.cutover,
            ["code", "check", folder.application, "--target", TestDatabase.url, "--json"],
            environment: [
                "XDG_CACHE_HOME": folder.folder.file("cache"),
                "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0",
            ]
        )
        #expect(outcome.status == 78)
        let error = CutoverRun(outcome).json["error"]
        #expect(error["code"].string == "configuration", "\(outcome)")
        #expect(error["message"].string?.contains("sqlglot") == true)
        #expect(error["remedy"].string?.contains("PIP_INDEX_URL") == true)
        #expect(error["cause"].string?.contains("sqlglot") == true)
        // A half-made environment is not taken for a finished one.
        let again = try await run(
            BuiltProducts.cutover,
            ["code", "check", folder.application, "--target", TestDatabase.url, "--json"],
            environment: ["XDG_CACHE_HOME": folder.folder.file("cache"), "PIP_NO_INDEX": "1"]
        )
        #expect(again.status == 78, "\(again)")
        let scanned = try await folder.code("scan")
        #expect(scanned.json["totals"]["statements"].int == 1)
    }
}
