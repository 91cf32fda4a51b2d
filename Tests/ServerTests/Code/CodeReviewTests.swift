import Foundation
import TestSupport
import Testing

/// What nobody can prove: it is told with its place and with true advice, a person's word lets it
/// pass, and nothing of it is left out.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct CodeReviewTests {
    private static let schema = """
        CREATE TABLE t (id bigint PRIMARY KEY, name text UNIQUE NOT NULL, n bigint, moment text,
            on_off boolean NOT NULL);
        INSERT INTO t VALUES (1, 'one', 1, NULL, true);
        """

    private func folder(_ source: String) async throws -> CodeFolder {
        _ = try await psql(TestDatabase.url, Self.schema)
        return try CodeFolder(file: source)
    }

    private func states(_ run: CutoverRun, _ file: Int = 0) -> [String] {
        run.json["files"][file]["statements"].list.compactMap { $0["state"].string }
    }

    private func words(_ folder: CodeFolder, _ verb: String) async throws -> ProgramRun {
        try await run(
            BuiltProducts.cutover,
            ["code", verb, folder.application, "--target", TestDatabase.url]
                + ["--source", folder.command.source]
        )
    }

    @Test func `SQL that goes through a function of another name is proven or told`() async throws {
        let folder = try await folder("")
        try folder.write(
            "helper.py",
            """
            import sqlite3
            def run(sql, args=()):
                conn = sqlite3.connect('x.db')
                try:
                    return conn.execute(sql, args).fetchall()
                finally:
                    conn.close()

            """
        )
        try folder.write(
            "b.py",
            """
            from threading import Thread
            from helper import run as go
            go("SELECT nam FROM t")
            again = go
            again("SELECT name FROM t WHERE id = ?", (1,))
            Thread(target=go, args=("SELECT wrong FROM t",)).start()

            """
        )
        let checked = try await folder.code("check")
        #expect(checked.status == 1)
        #expect(states(checked, 1) == ["failed", "converted", "dynamic"], "\(checked)")
    }

    @Test func `statements that no server plans are told, and wait for a person`() async throws {
        let kinds = [
            "ANALYZE", "VACUUM", "REINDEX TABLE t", "ALTER TABLE t ADD COLUMN more INTEGER",
            "DROP TABLE t", "GRANT SELECT ON t TO PUBLIC", "COPY t FROM STDIN",
            "CREATE VIEW v AS SELECT id FROM t", "CREATE TABLE x AS SELECT id FROM t",
        ]
        let folder = try await folder(kinds.map { "c.execute('\($0)')\n" }.joined())
        let checked = try await folder.code("check")
        #expect(states(checked) == kinds.map { _ in "unplanned" }, "\(checked)")
        #expect(checked.json["totals"]["unplanned"].int == kinds.count)
        let advice = checked.json["files"][0]["findings"].list
            .filter { $0["rule"].string == "unplanned" }.compactMap { $0["message"].string }
        #expect(advice.count == kinds.count)
        #expect(advice[0].contains("works as it stands"))
        #expect(advice[1].contains("inside of a transaction"))

        let reviewed = try CodeFolder(
            file: kinds.map { "c.execute('\($0)')  # cutover: reviewed\n" }.joined()
                .replacing("more INTEGER", with: "more BIGINT")
        )
        let again = try await reviewed.code("check")
        #expect(states(again) == kinds.map { _ in "reviewed" }, "\(again)")
        let fixed = try await reviewed.code("fix", "--write")
        #expect(fixed.json["files"][0]["state"].string == "fixed", "\(fixed)")
        // None of them was run.
        let left = try await psql(
            TestDatabase.url,
            """
            SELECT count(*) FROM t;
            SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0;
            SELECT count(*) FROM pg_class WHERE relname IN ('v', 'x')
            """
        )
        #expect(left.split(separator: "\n") == ["1", "5", "0"])
    }

    @Test func `what surely fails is no matter for a review`() async throws {
        let kinds = [
            "REINDEX", "VACUUM INTO ''x.db''", "EXPLAIN QUERY PLAN SELECT id FROM t", "SELCT 1",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END", "MERGE INTO t",
        ]
        let folder = try await folder(
            kinds.map { "c.execute(\"\($0.replacing("''", with: "'"))\")  # cutover: reviewed\n" }
                .joined()
        )
        let checked = try await folder.code("check")
        #expect(Set(states(checked)) == ["failed"], "\(checked)")
        #expect(states(checked).count == kinds.count)
    }

    @Test func `a second fix of a file that is given its connection changes nothing`() async throws
    {
        let folder = try await folder("")
        try FileManager.default.removeItem(atPath: folder.application + "/a.py")
        try folder.write(
            "given.py",
            """
            def f(conn, x):
                conn.execute("SELECT datetime('now')")
                conn.execute("SELECT strftime('%Y-%m', moment), n / id, n % 3 FROM t", ())
                conn.execute("SELECT SUM(n) / 7, IFNULL(MAX(moment), '') FROM t WHERE name LIKE 'a%'")
                conn.execute("SELECT id FROM t WHERE moment > date('now', '-1 day') ORDER BY n")
                conn.execute("SELECT CAST(moment AS INTEGER) FROM t WHERE on_off = 1", ())
                conn.execute("INSERT OR IGNORE INTO t (id, name, on_off) VALUES (2, 'b', 1)")
                conn.execute("UPDATE t SET moment = CURRENT_TIMESTAMP WHERE name LIKE ?", (x,))
                conn.execute("SELECT substr(name, -2), max(n, 2) FROM t LIMIT -1")

            """
        )
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.status == 0, "\(fixed)")
        let text = try folder.read("given.py")
        let again = try await folder.code("fix", "--write")
        #expect(again.json["files"] == .array([]), "\(again)")
        #expect(try folder.read("given.py") == text)
        let checked = try await folder.code("check")
        #expect(checked.json["totals"]["converted"].int == 0, "\(checked)")
        #expect(checked.json["totals"]["prepared"].int == 8, "\(checked)")
        // Whose connection it is given the file does not say: that is for a person to read.
        #expect(checked.status == 0, "\(checked)")
    }

    @Test func `a file that leaves a connection open is left as it is`() async throws {
        let source = """
            import sqlite3
            def rows():
                conn = sqlite3.connect('x.db')
                return conn.execute('SELECT id FROM t WHERE n = ?', (1,)).fetchall()

            """
        _ = try await reasonOfRefusal(source)
    }

    /// Expects that `fix` leaves a file as it is, and returns why.
    private func reasonOfRefusal(_ source: String) async throws -> String? {
        let folder = try await folder("")
        try folder.write("b.py", source)
        let fixed = try await folder.code("fix", "--write")
        #expect(fixed.status == 1)
        let told = fixed.json["files"].list.first { $0["path"].string == "b.py" }
        #expect(told?["state"].string == "refused", "\(fixed)")
        #expect(try folder.read("b.py") == source)
        return told?["reason"].string
    }

    @Test func `an id is not read back of a statement that stands with the callers`() async throws {
        let source = """
            import sqlite3
            from contextlib import closing
            def write(sql, args=()):
                with closing(sqlite3.connect('x.db')) as conn:
                    cur = conn.execute(sql, args)
                    conn.commit()
                    return cur.lastrowid
            write('INSERT INTO t (n) VALUES (?)', (1,))
            write('UPDATE t SET n = ?', (1,))

            """
        let reason = try await reasonOfRefusal(source)
        #expect(reason?.contains("lastrowid is read of") == true, "\(reason ?? "none")")
    }

    @Test func `what keeps a check or a fix from being done is named with its line`()
        async throws
    {
        let folder = try await folder(
            "def f(x):\n    c.execute(x + 'a')\n    c.execute(x + 'b')\n"
                + "c.execute('SELECT nam FROM t')\nc.execute('SELECT n::int FROM t')\n"
        )
        let scanned = try await words(folder, "scan")
        #expect(scanned.stdout.contains("  4:5 dynamic: not known before"), "\(scanned)")
        #expect(scanned.stdout.contains("1 file, 4 statements"), "\(scanned)")
        let fixed = try await words(folder, "fix")
        #expect(fixed.stdout.contains("line 4 is dynamic"), "\(fixed)")
        #expect(fixed.stdout.contains("; line 6 is failed"), "\(fixed)")
        #expect(fixed.stdout.contains("next: mend the lines that are named"), "\(fixed)")

        try folder.write("a.py", "def f(conn):\n    conn.execute('SELECT `id` FROM t')\n")
        let checked = try await words(folder, "check")
        #expect(checked.status == 1)
        #expect(checked.stdout.contains("converted by cutover code fix: line 2\n"), "\(checked)")
        #expect(checked.stdout.contains("1 statement, 1 of them proven"), "\(checked)")

        try FileManager.default.removeItem(atPath: folder.application + "/a.py")
        let empty = try await words(folder, "check")
        #expect(empty.status == 1)
        #expect(empty.stdout.contains("next: name the folder that holds"), "\(empty)")
    }
}
