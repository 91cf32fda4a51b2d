import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Rows that never went to PostgreSQL stay in the source, whatever comes back.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct QuarantineWayBackTests {
    /// A table whose rows no key tells from others, its bad row, and a write on PostgreSQL.
    struct Shape: Sendable, CustomTestStringConvertible {
        var table: String
        var bad: String
        var written: String
        var testDescription: String { table }
    }

    private static let shapes = [
        Shape(
            table: "CREATE TABLE t (code TEXT NOT NULL UNIQUE, n INTEGER)",
            bad: "'bad', 'no number'",
            written: "TRUNCATE t"
        ),
        Shape(
            table: "CREATE TABLE t (at INTEGER, text TEXT)",
            bad: "'yesterday', 'bad'",
            written: "INSERT INTO t VALUES (99, 'new')"
        ),
        Shape(
            table: "CREATE TABLE t (a INTEGER, b INTEGER, v INTEGER, PRIMARY KEY (a, b))",
            bad: "NULL, 2, 'no number'",
            written: "UPDATE t SET v = v + 1"
        ),
    ]

    @Test(arguments: shapes, [[], ["--compare"]])
    func `a row in quarantine without a key of its own survives the way back`(
        _ shape: Shape,
        _ options: [String]
    ) async throws {
        let columns = shape.bad.split(separator: ",").count
        let good = columns == 3 ? "(1, 1, 1), (2, 2, 2)" : "(1, 1), (2, 2)"
        let live = try await LiveRun(
            "PRAGMA journal_mode = wal; \(shape.table);"
                + "INSERT INTO t VALUES \(good), (\(shape.bad));"
        )
        try await live.migrate()
        let name = try await psql(live.cutover.target, "SELECT current_database()")
        let accepted = try await live.cutover("quarantine", "accept", "--all", "--reason", "a test")
        try #require(accepted.status == 0, "\(accepted)")
        try #require(try await live.cutover("verify").status == 0)
        let signed = try await live.cutover(
            "check",
            ["--sign", "all", "--override", "rehearsal", "--by", "a test"]
                + ["--note", "no rehearsal", "--confirm", "override rehearsal"]
        )
        try #require(signed.status == 0, "\(signed)")
        let there = try await live.cutover(
            "switch",
            ["--flag-cache", "0", "--confirm", "cut over \(name)"]
        )
        try #require(there.status == 0, "\(there)")
        _ = try await psql(live.cutover.target, shape.written)
        let back = try await live.cutover(
            "revert",
            ["--confirm", "revert \(name)"] + options
        )
        #expect(back.status == 0, "\(back)")
        let column = columns == 3 ? "v" : (shape.bad.hasSuffix("'bad'") ? "at" : "n")
        let kept = try await sqlite3(
            live.cutover.source,
            "SELECT count(*) FROM t WHERE typeof(\(column)) = 'text';"
        )
        #expect(kept == "1", "\(back)")
        #expect(try await live.cutover("verify").status == 0)
    }
}
