import Foundation
import TestSupport
import Testing

/// Sources that SQLite accepts and hardly anybody expects.
@Suite(.postgres, .database)
struct OddSourceTests {
    private func migrate(_ script: String) async throws -> CutoverRun {
        let folder = try TestFolder()
        let path = folder.file("odd.db")
        _ = try await sqlite3(path, script)
        let run = try await CutoverCommand(source: path, target: TestDatabase.url)("migrate")
        #expect(exists(folder.path))
        return run
    }

    @Test func `columns that differ by the case of É keep each its own values`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE t ("é" TEXT, "É" TEXT PRIMARY KEY, n INTEGER);
            INSERT INTO t VALUES ('same', 'a', 1), ('same', 'b', 2), ('same', 'c', 'bad');
            """
        )
        #expect(run.tables.named("t")["quarantined_rows"].int == 1, "\(run)")
        #expect(run.json["verify"]["tables"].named("t")["status"].string == "equal")
        let rows = try await psql(TestDatabase.url, #"SELECT "é", "É", n FROM t ORDER BY n;"#)
        #expect(rows == "same|a|1\nsame|b|2")
        let key = "SELECT key_text FROM cutover.quarantine;"
        #expect(try await psql(TestDatabase.url, key) == "É c")
    }

    @Test func `values that break a declaration go to quarantine; nothing is damaged`() async throws
    {
        let run = try await migrate(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0), b TEXT);
            PRAGMA ignore_check_constraints = ON;
            INSERT INTO t VALUES (1, -1, 'x'), (2, 1, NULL), (3, 1, 'y');
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'b TEXT', 'b TEXT NOT NULL');
            """
        )
        #expect(run.status == 1, "\(run)")
        #expect(run.tables.named("t")["target_rows"].int == 1)
        let kept = "SELECT key_text FROM cutover.quarantine ORDER BY 1;"
        #expect(try await psql(TestDatabase.url, kept) == "id 1\nid 2")
    }

    @Test func `a row wider than a page goes to quarantine, the others arrive`() async throws {
        let columns = (1...1_100).map { "c\($0) TEXT" }.joined(separator: ", ")
        let values = (1...1_100).map { "'twenty letters, \(1_000 + $0)'" }.joined(separator: ", ")
        let run = try await migrate(
            """
            CREATE TABLE t (\(columns)); INSERT INTO t (c1) VALUES ('a');
            INSERT INTO t VALUES (\(values)); INSERT INTO t (c1) VALUES ('b');
            """
        )
        #expect(run.status == 1, "\(run)")
        #expect(run.tables.named("t")["target_rows"].int == 2)
        let kept = "SELECT key_text, sql_state FROM cutover.quarantine;"
        #expect(try await psql(TestDatabase.url, kept) == "rowid 2|54000")
    }

    @Test func `a foreign key to columns that are not unique does not stop the run`() async throws {
        let run = try await migrate(
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO p VALUES (1, 'a');
            CREATE TABLE c (id INTEGER PRIMARY KEY, code TEXT REFERENCES p (code));
            INSERT INTO c VALUES (1, 'a'), (2, NULL);
            """
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("c")["target_rows"].int == 2)
    }

    @Test func `a source that is no regular file is refused at once`() async throws {
        let folder = try TestFolder()
        let pipe = folder.file("pipe.db")
        try #require(mkfifo(pipe, 0o600) == 0)
        let run = try await CutoverCommand(source: pipe, target: TestDatabase.url)("migrate")
        #expect(run.status == 66, "\(run)")
        #expect(run.code == "source_not_database")
    }
}
