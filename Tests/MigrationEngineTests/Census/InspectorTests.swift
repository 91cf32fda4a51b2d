import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// What `inspect` finds in real files.
struct InspectorTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func inspect(_ script: String) async throws -> InspectReport {
        let path = folder.file("source.db")
        _ = try await sqlite3(path, script)
        return try await inspect(file: path)
    }

    private func inspect(file path: String) async throws -> InspectReport {
        let options = Options(source: path, target: "")
        return try await onThread {
            try Inspector.run(options, observer: Observer(), cancellation: Cancellation())
        }
    }

    private func problems(
        _ report: InspectReport,
        _ table: Int = 0
    ) -> [String] {
        report.tables[table].columns.flatMap { column in
            column.problems.map {
                "\(column.name) \($0.kind) \($0.rows) \($0.outcome.rawValue) "
                    + $0.sampleKeys.joined(separator: ",")
            }
        }
    }

    @Test func `each value that does not fit is named by its key`() async throws {
        let report = try await inspect(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT, d DATE, b BOOLEAN,
                z NUMERIC, r REAL);
            INSERT INTO t SELECT value, value, 's', '2024-02-29', value % 2, value, value
                FROM generate_series(1, 60);
            UPDATE t SET n = 'many' WHERE id BETWEEN 11 AND 40;
            UPDATE t SET s = 'a' || char(0) WHERE id = 2;
            UPDATE t SET s = CAST(x'ff' AS TEXT) WHERE id = 3;
            UPDATE t SET d = '2024-02-30' WHERE id = 4;
            UPDATE t SET d = '1/2/2024' WHERE id = 5;
            UPDATE t SET b = 2 WHERE id = 6;
            UPDATE t SET z = 9e999, r = 9e999 WHERE id = 7;
            UPDATE t SET r = 9007199254740993 WHERE id = 8;
            """
        )
        let first20 = (11...30).map { "id \($0)" }.joined(separator: ",")
        #expect(
            problems(report) == [
                "n other_class 30 quarantine \(first20)",
                "s invalid_utf8 1 quarantine id 3", "s nul_inside 1 quarantine id 2",
                "d date_out_of_range 1 changed id 4", "d not_a_date 1 changed id 5",
                "b not_boolean 1 changed id 6", "z infinite 1 quarantine id 7",
                "r infinite 1 kept id 7",
            ]
        )
    }

    @Test func `the same source gives the same report however many rows there are`() async throws {
        let path = folder.file("source.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
            INSERT INTO t SELECT value * 40, iif(value % 7 = 0, 'x', value)
                FROM generate_series(1, 20000);
            """
        )
        let first = try await inspect(file: path)
        #expect(first.tables[0].columns[1].problems[0].rows == 2_857)
        #expect(first.tables[0].columns[1].problems[0].sampleKeys.first == "id 280")
        for _ in 0..<3 { #expect(try await inspect(file: path) == first) }
    }

    @Test func `bounds are numbers where there are numbers`() async throws {
        let report = try await inspect(
            """
            CREATE TABLE t (a, b TEXT, c, d REAL);
            INSERT INTO t VALUES (-5, 'a long name of somebody who lives here', NULL, 9e999),
                (9007199254740993, 'b', x'00', 0.5), ('zebra', 'c', x'0000', 1);
            """
        )
        let columns = report.tables[0].columns
        #expect(columns[0].min == .integer(-5))
        #expect(columns[1].min == .text("a long name of somebody …"))
        #expect(columns[2].min == nil)
        #expect(columns[2].longestBlobBytes == 2)
        let json = String(decoding: try JSONEncoder.report.encode(columns[0]), as: UTF8.self)
        #expect(json.contains(#""max":"9007199254740993","min":-5"#), "\(json)")
        let reals = String(decoding: try JSONEncoder.report.encode(columns[3]), as: UTF8.self)
        #expect(reals.contains(#""max":"inf","min":0.5"#), "\(reals)")
    }

    @Test func `orphans are found as SQLite compares, with their keys`() async throws {
        let report = try await inspect(
            """
            CREATE TABLE p (a INTEGER, b TEXT, PRIMARY KEY (a, b));
            INSERT INTO p VALUES (1, 'x'), (2, 'y');
            CREATE TABLE q (id INTEGER PRIMARY KEY); INSERT INTO q VALUES (1);
            CREATE TABLE c (id INTEGER PRIMARY KEY, a, b, q TEXT REFERENCES q, n REFERENCES gone,
                FOREIGN KEY (a, b) REFERENCES p);
            INSERT INTO c VALUES (1, 1, 'x', '1', NULL), (2, '2', 'y', '2', 7),
                (3, 1, 'y', NULL, NULL), (4, NULL, 'z', ' 1', NULL);
            CREATE TABLE w (k TEXT PRIMARY KEY, q REFERENCES q) WITHOUT ROWID;
            INSERT INTO w VALUES ('one', 1), ('two', 2), ('none', NULL);
            """
        )
        let found = report.orphans.map { orphan in
            "\(orphan.table)(\(orphan.columns.joined(separator: ","))) \(orphan.references) "
                + "\(orphan.rows) \(orphan.sampleKeys.joined(separator: ","))"
                + (orphan.note.map { ": \($0)" } ?? "")
        }
        #expect(
            Set(found) == [
                "c(a,b) p 1 id 3", "c(q) q 1 id 2",
                "c(n) gone 1 id 2: there is no table gone", "w(q) q 1 k two",
            ]
        )
    }

    @Test func `keys that only PostgreSQL takes for the same are named`() async throws {
        let report = try await inspect(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP UNIQUE, m REAL UNIQUE);
            INSERT INTO t VALUES (1, '2024-01-01 00:00:00', 0.0),
                (2, '2024-01-01 00:00:00.000', 1), (3, '2024-01-03 00:00:00', 1.5),
                (4, '2024-01-01 00:00:00.5', 2), (5, '2024-01-01 00:00:00.50', 3),
                (6, '2024-01-02 00:00:00', 4);
            """
        )
        let table = report.tables[0]
        #expect(table.columns[1].targetType == "timestamp")
        #expect(table.problems.map(\.kind) == ["duplicate_key"])
        #expect(table.problems.first?.rows == 2)
        #expect(table.problems.first?.sampleKeys == ["id 2", "id 5"])
    }

    @Test func `NULL in a primary key and tables that are not copied`() async throws {
        let report = try await inspect(
            """
            CREATE TABLE k (a TEXT PRIMARY KEY, b); INSERT INTO k VALUES (NULL, 1), ('x', 2), (NULL, 3);
            CREATE TABLE "Order" ("select" INT, ctid INT);
            CREATE TABLE _cutover_own (a /* cutover */);
            CREATE TABLE _cutover_theirs (a);
            CREATE VIRTUAL TABLE f USING fts5(t, content='');
            CREATE VIEW broken AS SELECT * FROM nowhere;
            """
        )
        #expect(report.tables[0].problems.map(\.kind) == ["null_in_key"])
        #expect(report.tables[0].problems[0].sampleKeys == ["rowid 1", "rowid 3"])
        let kinds = Dictionary(report.notMigrated.map { ($0.name, $0.kind) }) { first, _ in first }
        #expect(kinds["_cutover_own"] == "cutover")
        #expect(kinds["_cutover_theirs"] == nil)
        #expect(report.tables.map(\.name) == ["k", "Order", "_cutover_theirs", "f"])
        #expect(kinds["f"] == nil)
        #expect(kinds["f_data"] == "shadow")
        let names = report.names.map { "\($0.source) \($0.isChanged)" }
        #expect(Set(names) == ["ctid true", "Order false", "select false"])
    }

    @Test func `a table of 2000 columns and a schema of 400 tables are read`() async throws {
        let columns = (0..<2_000).map { "c\($0)" }.joined(separator: ",")
        let values = (0..<2_000).map(String.init).joined(separator: ",")
        let tables = (0..<400).map { "CREATE TABLE t\($0) (id INTEGER PRIMARY KEY, a TEXT);" }
        let report = try await inspect(
            "CREATE TABLE wide (\(columns)); INSERT INTO wide VALUES (\(values));"
                + tables.joined()
        )
        // PostgreSQL has no room for the wide one, so it is read in its parts, each with a key.
        let parts = report.tables.filter { $0.name.hasPrefix("wide") }
        #expect(parts.count > 1 && report.tables.count == 400 + parts.count)
        #expect(parts.reduce(0) { $0 + $1.columns.count } == 2_000 + parts.count)
        let last = try #require(parts.last?.columns.last)
        #expect(last.min == .integer(1_999))
    }

    @Test func `text of a UTF-16 database is judged as it is stored`() async throws {
        let report = try await inspect(
            """
            PRAGMA encoding = 'UTF-16le';
            CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID;
            INSERT INTO t VALUES ('grün', 'x'), ('halb', CAST(x'00d84100' AS TEXT));
            """
        )
        #expect(report.source.encoding == "UTF-16le")
        #expect(problems(report) == ["v invalid_utf16 1 quarantine k halb"])
        #expect(report.tables[0].columns[0].longestTextCharacters == 4)
    }

    @Test func `rows that are still in the write-ahead log are read`() async throws {
        let path = folder.file("source.db")
        let writer = try SourceConnection(path: path, access: .create)
        try writer.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
            CREATE TABLE t (a); INSERT INTO t VALUES (7), (8);
            """
        )
        let report = try await inspect(file: path)
        #expect(report.source.journalMode == "wal")
        #expect(report.tables[0].rows == 2)
        withExtendedLifetime(writer) {}
    }
}
