import Foundation
import TestSupport
import Testing

/// Generated columns that the server cannot compute as SQLite did.
@Suite(.postgres, .database)
struct ComputedColumnTests {
    private func prepared(_ script: String) async throws -> (TestFolder, CutoverCommand) {
        let folder = try TestFolder()
        let path = folder.file("computed.db")
        _ = try await sqlite3(path, script)
        return (folder, CutoverCommand(source: path, target: TestDatabase.url))
    }

    private func ledger(_ run: CutoverRun, _ column: String) -> [String] {
        run.json["ledger"]["entries"].list.filter { $0["column"].string == column }.map {
            "\($0["subject"].string ?? "") \($0["outcome"].string ?? "")"
        }
    }

    @Test func `text that the affinity makes a number of is copied, not computed`() async throws {
        let (folder, cutover) = try await prepared(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, c INT8,
                g GEOMETRY GENERATED ALWAYS AS (CAST(c AS TEXT) || s) STORED, s TEXT,
                d DATE GENERATED ALWAYS AS (substr(s, 1, 10)) STORED);
            INSERT INTO t (id, c, s) VALUES (1, 18, ''), (2, 2024, ''), (3, 3, 'x'), (4, 4, 'y'),
                (5, 5, 'z');
            """
        )
        let run = try await cutover("migrate")
        #expect(run.status == 0, "\(run)")
        #expect(
            try await psql(TestDatabase.url, "SELECT string_agg(g, ' ' ORDER BY id) FROM t;")
                == "18 2024 3x 4y 5z"
        )
        #expect(ledger(run, "g").contains("generated column changed"))
        #expect(ledger(run, "g").contains("conversion changed"))
        #expect(run.json["conversions"][0]["cells"].int == 2, "\(run)")
        #expect(try await cutover("verify").status == 0)
        #expect(exists(folder.path))
    }

    /// A file as an application leaves it that has a function `own` of its own.
    private static let own = """
        CREATE TABLE c (id INTEGER PRIMARY KEY, v TEXT,
            g TEXT UNIQUE GENERATED ALWAYS AS (upper(v)) VIRTUAL,
            h TEXT GENERATED ALWAYS AS (g || 'x') VIRTUAL);
        INSERT INTO c (id, v) VALUES (1, 'a'), (2, 'b');
        CREATE INDEX by_g ON c (g);
        CREATE TABLE z (id INTEGER PRIMARY KEY, q TEXT);
        INSERT INTO z VALUES (1, 'ok');
        .dbconfig defensive off
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'upper(v)', 'own(v)') WHERE name = 'c';
        """

    @Test func `a column that only the application computes is left out and named`() async throws {
        let (folder, cutover) = try await prepared(Self.own)
        let inspected = try await cutover("inspect")
        #expect(inspected.status == 0, "\(inspected)")
        let left = inspected.json["not_migrated"].list.compactMap { $0["name"].string }
        #expect(left == ["c.g", "c.h"])
        let run = try await cutover("migrate")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.named("c")["target_rows"].int == 2)
        #expect(run.tables.named("z")["target_rows"].int == 1)
        #expect(ledger(run, "g") == ["generated column dropped"])
        let lines = run.json["ledger"]["entries"].list.filter {
            $0["table"].string == "c" && $0["outcome"].string == "dropped"
        }
        #expect(
            lines.compactMap { $0["subject"].string }.sorted()
                == ["generated column", "generated column", "index", "unique"]
        )
        #expect(lines[0]["reason"].string?.contains("own()") == true)
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("c")["note"].string?.contains("g is left out") == true)
        #expect(exists(folder.path))
    }
}
