import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// Any table of either side, page by page.
@Suite(.postgres, .database)
struct TableBrowserTests {
    private let folder = try? TestFolder()

    private func options(source: String = "", target: String = "") async throws -> Options {
        let path = try #require(folder).file("any.db")
        _ = try await sqlite3(path, source.isEmpty ? "CREATE TABLE none (x)" : source)
        if !target.isEmpty { _ = try await psql(TestDatabase.url, target) }
        return Options(source: path, target: TestDatabase.url)
    }

    /// Reads a table to its end in pages of three.
    private func walk(_ reader: LiveReader, _ table: String) throws -> [[String?]] {
        var rows: [[String?]] = []
        var key: TableKey?
        repeat {
            let page = try reader.rows(of: table, limit: 3, after: key)
            #expect(page.rows.count <= 3)
            rows += page.rows.map(\.values)
            key = page.nextKey
            try #require(rows.count < 100, "the pages of \(table) never end")
        } while key != nil
        return rows
    }

    /// Reads a table from its end to its beginning.
    private func walkBack(_ reader: LiveReader, _ table: String) throws -> [[String?]] {
        var rows: [[String?]] = []
        var place = PagePlace<TableKey>.last
        while true {
            let page = try reader.rows(of: table, limit: 3, at: place)
            rows = page.rows.map(\.values) + rows
            try #require(rows.count < 100, "the pages of \(table) never begin")
            guard page.edges.hasMoreBefore, let first = page.edges.keys.first else { return rows }
            place = .before(first)
        }
    }

    @Test func `every row of every kind of table comes once, in the order of its key`() async throws
    {
        let reader = LiveReader(
            options: try await options(
                source: """
                    CREATE TABLE plain (a TEXT);
                    INSERT INTO plain(rowid, a) VALUES (-5, 'm'), (0, NULL), (7, 'x'), (8, ''),
                        (9223372036854775807, 'last');
                    CREATE TABLE pairs (a TEXT, b BLOB, c, PRIMARY KEY (b, a)) WITHOUT ROWID;
                    INSERT INTO pairs VALUES ('q''uote', x'00ff', 1), ('q''uote', x'00fe', 2),
                        ('a' || char(0) || 'b', x'01', 3), ('a' || char(0) || 'c', x'01', 4),
                        ('?', x'02', 5), ('$1', x'02', 6), ('é', 2.5, 7), ('é', 3, 8);
                    CREATE TABLE "od""d ?" (rowid TEXT, _rowid_ TEXT, oid TEXT);
                    INSERT INTO "od""d ?" VALUES ('a', 'b', 'c'), ('d', 'e', 'f'), ('g', 'h', 'i'),
                        ('j', 'k', 'l'), ('m', 'n', 'o'), ('p', 'q', 'r'), ('s', 't', 'u');
                    CREATE TABLE empty (x INTEGER PRIMARY KEY, y GENERATED ALWAYS AS (x + 1));
                    CREATE VIRTUAL TABLE words USING fts5(body);
                    """
            ),
            side: .source
        )
        let names = try reader.tables().tables
        #expect(names.map(\.name) == ["empty", "od\"d ?", "pairs", "plain"])
        #expect(names.map(\.columns) == [2, 3, 3, 1])
        #expect(try walk(reader, "plain") == [["m"], [nil], ["x"], [""], ["last"]])
        #expect(
            try walk(reader, "pairs").map { $0[2] } == ["7", "8", "2", "1", "3", "4", "6", "5"]
        )
        #expect(try walk(reader, "pairs").map { $0[0] }.contains("a\0c"), "a NUL ends no text")
        #expect(try walk(reader, "od\"d ?") == Self.odd)
        for table in ["plain", "pairs", "od\"d ?", "empty"] {
            #expect(try walkBack(reader, table) == walk(reader, table))
        }
        #expect(try reader.rows(of: "empty").columns == ["x", "y"])
        #expect(try walk(reader, "empty") == [])
    }

    @Test func `a large table's rows are counted, whatever their numbers are`() async throws {
        let reader = LiveReader(
            options: try await options(
                source: """
                    CREATE TABLE big (id INTEGER PRIMARY KEY, t TEXT);
                    WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                    INSERT INTO big SELECT i * 3, 'x' FROM n;
                    """
            ),
            side: .source
        )
        #expect(try reader.tables().tables.map(\.estimatedRows) == [20_000])
    }

    private static let odd: [[String?]] = [
        ["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"], ["j", "k", "l"], ["m", "n", "o"],
        ["p", "q", "r"], ["s", "t", "u"],
    ]

    @Test func `the target's tables come in the order of their key, or as they are stored`()
        async throws
    {
        let reader = LiveReader(
            options: try await options(
                target: """
                    CREATE TABLE keyed (a text, b bytea, c int, PRIMARY KEY (b, a));
                    INSERT INTO keyed VALUES ('q''uote', '\\x00ff', 1), ('q''uote', '\\x00fe', 2),
                        ('?', '\\x02', 3), ('$1', '\\x02', 4), ('é', '\\x', 5);
                    CREATE TABLE "No Key" (j jsonb, at timestamptz);
                    INSERT INTO "No Key" SELECT '{"a": 1}', NULL FROM generate_series(1, 7);
                    CREATE TABLE wide (id int PRIMARY KEY, t text);
                    INSERT INTO wide VALUES (1, repeat('x', 5000000));
                    """
            ),
            side: .target
        )
        #expect(try reader.tables().tables.map(\.name).sorted() == ["No Key", "keyed", "wide"])
        #expect(Set(try walk(reader, "keyed").map { $0[2] }) == ["1", "2", "3", "4", "5"])
        #expect(try walk(reader, "keyed").first?[1] == "x''")
        #expect(try walk(reader, "No Key").count == 7)
        for table in ["keyed", "No Key"] {
            #expect(try walkBack(reader, table) == walk(reader, table))
        }
        let wide = try reader.rows(of: "wide").rows[0].values
        #expect(wide[1]?.count == LiveReader.shownCharacters)
    }

    @Test func `a table that is not there is a wrong name, with the side`() async throws {
        let reader = LiveReader(options: try await options(), side: .source)
        let error = try #require(throws: MigrationError.self) { try reader.rows(of: "Nowhere") }
        #expect(error.code == .usage)
        #expect(error.message.contains("Nowhere"))
    }
}
