import Foundation
import TestSupport
import Testing

/// What a statement means on both sides, as check tells it and fix writes it.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeMeaningTests {
    private func migrated(_ source: String) async throws -> CodeFolder {
        let folder = try CodeFolder(file: source)
        _ = try await sqlite3(
            folder.command.source,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n INTEGER, mark TEXT COLLATE NOCASE);
            INSERT INTO t VALUES (1, 'one', 1, 'Red'), (2, 'two', NULL, 'red');
            """
        )
        let run = try await folder.command("migrate", ["--profile", "generic"])
        #expect(run.status == 0, "\(run)")
        return folder
    }

    private func statements(_ run: CutoverRun) -> [JSON] {
        run.json["files"][0]["statements"].list
    }

    @Test func `a column that passes over capitals does so after the fix, as the source says`()
        async throws
    {
        let folder = try await migrated("c.execute(\"SELECT id FROM t WHERE mark = 'RED'\")\n")
        let run = try await folder.code("check")
        #expect(
            statements(run).first?["after"].string == "SELECT id FROM t WHERE LOWER(mark) = 'red'",
            "\(run)"
        )
    }

    @Test func `both branches of an if are written, and what follows them`() async throws {
        let folder = try await migrated(
            """
            def f(a, b):
                if a:
                    sql = "SELECT id FROM t WHERE n = ?"
                else:
                    sql = "SELECT id FROM t WHERE n = ?"
                if b:
                    sql += " AND name = ?"
                sql += " ORDER BY id LIMIT 5"
                c.execute(sql, b)
            def g(ids):
                c.execute("SELECT id FROM t WHERE id IN (" + ",".join("?" * len(ids)) + ")", ids)

            """
        )
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.status == 0, "\(fixed)")
        let text = try folder.read("a.py")
        #expect(!text.contains("?"), "\(text)")
        #expect(text.components(separatedBy: "WHERE n = %s").count == 3, "\(text)")
        #expect(text.contains(#"",".join(["%s"] * len(ids))"#), "\(text)")
        let again = try await folder.code("fix", "--write")
        #expect(again.json["files"] == .array([]), "\(again)")
    }

    @Test func `values of unknown kind are told once a file`() async throws {
        let folder = try await migrated(
            """
            def f(a):
                c.execute("SELECT id FROM t WHERE name = ?", (a,))
                c.execute("SELECT id FROM t WHERE name = ? AND n = ?", (a, a))
                c.execute("SELECT id FROM t WHERE name = ?", (str(a),))
                c.execute("UPDATE t SET n = n + ? WHERE id = 1", (a,))

            """
        )
        let run = try await folder.code("check")
        let told = run.json["files"][0]["findings"].list.filter {
            $0["rule"].string == "value-kind"
        }
        #expect(told.count == 1, "\(run)")
        #expect(told.first?["message"].string?.contains("(lines 4, 5, 7)") == true, "\(told)")
        #expect(told.first?["message"].string?.contains("a fraction is rounded") == true)
    }

    @Test func `statements of a layer are proven as they stand and stay so`() async throws {
        let folder = try await migrated("")
        let source = """
            from sqlalchemy import text
            def f(session):
                session.execute(text("SELECT id FROM t WHERE id = :id"), {"id": 1})
                session.execute(text("SELECT no_such FROM t WHERE id = :id"), {"id": 1})
                session.query(f).all()

            """
        try folder.write("a.py", source)
        let run = try await folder.code("check")
        #expect(statements(run).compactMap { $0["state"].string } == ["works", "failed"], "\(run)")
        let rules = run.json["files"][0]["findings"].list.compactMap { $0["rule"].string }
        #expect(rules.sorted() == ["made-statement", "other-driver", "statement-fails"], "\(run)")
        _ = try await folder.code("fix", "--write")
        #expect(try folder.read("a.py") == source)
    }

    @Test func `what still differs after the fix is told by every check, and nothing else`()
        async throws
    {
        let folder = try await migrated(
            """
            def f(a):
                c.execute("SELECT group_concat(name), n = 1 FROM t WHERE name = ? GROUP BY n", (a,))
                c.execute("SELECT id FROM t WHERE name LIKE 'o%'")

            """
        )
        func told() async throws -> Set<String> {
            let run = try await folder.code("check")
            return Set(
                run.json["files"].list.flatMap { $0["findings"].list }
                    .filter { $0["severity"].string == "warning" }.compactMap { $0["rule"].string }
            )
        }
        let left: Set = ["group-concat-order", "boolean-result", "value-kind"]
        #expect(try await told().isSuperset(of: left.union(["like-case"])))
        _ = try await folder.code("adapter", "--write")
        #expect(try await folder.code("fix", "--write").status == 0)
        #expect(try await told() == left)
        // A second fix changes nothing, and forgets nothing.
        let again = try await folder.code("fix", "--write")
        #expect(again.json["files"] == .array([]), "\(again)")
        #expect(try await told() == left)
        // What a person wrote anew is another statement.
        let text = try folder.read("a.py")
        try folder.write("a.py", text.replacing("n = 1 FROM", with: "n FROM"))
        #expect(try await told() == [])
    }

    @Test func `a column that is read by the name which SQLite makes up keeps it`() async throws {
        let folder = try await migrated(
            """
            def f(a):
                row = c.execute("SELECT COUNT(*), max(n) AS Most FROM t WHERE id < ?", (int(a),)).fetchone()
                return row["count(*)"], dict(row)

            """
        )
        let checked = try await folder.code("check")
        let rules = checked.json["files"][0]["findings"].list.compactMap { $0["rule"].string }
        #expect(rules.filter { $0 == "result-name" }.count == 2, "\(checked)")
        _ = try await folder.code("adapter", "--write")
        #expect(try await folder.code("fix", "--write").status == 0)
        let text = try folder.read("a.py")
        let expected = #"""
            "SELECT COUNT(*) AS \"COUNT(*)\", max(n) AS \"Most\" FROM t WHERE id < %s"
            """#
        #expect(text.contains(expected), "\(text)")
        #expect(try await folder.code("check").status == 0)
    }

    @Test(arguments: [true, false])
    func `the adapter's rows are tuples where the layer's are, and only there`(
        isNamed: Bool
    ) async throws {
        let folder = try CodeFolder(file: "from db_utils import get_connection\n")
        func layer(_ isNamed: Bool) -> String {
            let factory = isNamed ? "    conn.row_factory = sqlite3.Row\n" : ""
            return "import sqlite3\n\n\ndef get_connection():\n"
                + "    conn = sqlite3.connect('x.db')\n\(factory)    return conn\n"
        }
        try folder.write("db_utils.py", layer(isNamed))
        let run = try await folder.code("adapter", "--write")
        #expect(run.status == 0, "\(run)")
        let word = isNamed ? "True" : "False"
        #expect(try folder.read("pg_utils.py").contains("\nNAMED_ROWS = \(word)\n"))
        // What was decided stays: `fix` takes a row_factory out of a file.
        try folder.write("db_utils.py", layer(!isNamed))
        let again = try await folder.code("adapter", "--write")
        let states = again.json["files"].list.map { $0["state"].string }
        #expect(states == ["unchanged", "unchanged"], "\(again)")
        #expect(try folder.read("pg_utils.py").contains("\nNAMED_ROWS = \(word)\n"))
    }
}
