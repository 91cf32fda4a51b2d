import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Two files with the same content, one of them captured, that get the same writes.
final class CaptureOracle {
    /// What a write says to the application.
    struct Answer: Equatable {
        var failure: String?
        var rows: [String] = []
        var lastRowid: Int64?
        var changes: Int64?
    }

    /// The rows of each table, as text that tells all values apart.
    typealias State = [String: [String]]

    /// Whether the other file gets the same writes.
    private let hasTwin: Bool
    let plain: SourceConnection
    let captured: SourceConnection
    let capture: Capture
    private let tables: [String: [String]]
    private var saved: [(state: State, log: Int64)] = []

    init(_ shape: WriteShape, in folder: TestFolder, pragmas: String, twin: Bool = true) throws {
        hasTwin = twin
        let paths = ["plain", "captured"].map { folder.file("\($0)-\(UUID().uuidString).db") }
        let connections = try paths.map { path in
            let connection = try SourceConnection(path: path, access: .create)
            try connection.execute("PRAGMA synchronous = OFF; \(shape.schema)")
            return connection
        }
        (plain, captured) = (connections[0], connections[1])
        let installed = try Capture.install(paths[1])
        #expect(installed.isNew)
        capture = installed.capture
        for connection in connections { try connection.execute(pragmas) }
        var tables: [String: [String]] = [:]
        for table in capture.tables {
            var columns: [String] = []
            let pragma = "PRAGMA table_xinfo(\(SourceConnection.quote(table.name)))"
            try plain.query(pragma) { columns.append($0.text(1) ?? "") }
            tables[table.name] = columns
        }
        self.tables = tables
    }

    /// Does the same on both and compares all that the application can see; then looks whether
    /// the log names each row that is not as it was.
    func write(_ sql: String) throws {
        let before = try state(captured)
        let log = try head()
        let said = try answer(captured, sql)
        let after = try state(captured)
        if hasTwin {
            #expect(try answer(plain, sql) == said, "\(sql)")
            #expect(try state(plain) == after, "\(sql)")
        }
        let word = sql.prefix { $0 != " " }
        switch word {
        case "BEGIN", "SAVEPOINT": saved.append((before, log))
        case "ROLLBACK":
            let start = try #require(sql.contains("TO") ? saved.last : saved.first)
            let now = try head()
            #expect(after == start.state && now == start.log, "\(sql)")
            if !sql.contains("TO") { saved = [] }
        case "COMMIT", "RELEASE": if said.failure == nil { saved.removeLast() }
        default: try requireLogged(before, after, since: log, sql)
        }
    }

    /// Whether a savepoint is open, so that it can be rolled back.
    var hasSavepoint: Bool { !saved.isEmpty }

    private func answer(_ connection: SourceConnection, _ sql: String) throws -> Answer {
        var answer = Answer()
        do throws(SourceError) {
            if ["VACUUM", "ANALYZE"].contains(sql) {
                // By another process: where there is any trigger, SQLite's own statements in it
                // change what last_insert_rowid() says.
                let other = try SourceConnection(path: connection.path, access: .readWrite)
                other.wait(forWriters: 0)
                try other.execute(sql)
            } else if sql.contains("RETURNING") {
                try connection.query(sql) { answer.rows.append($0.text(0) ?? "NULL") }
            } else {
                try connection.execute(sql)
            }
        } catch {
            answer.failure = error.message
        }
        answer.lastRowid = try connection.integer("SELECT last_insert_rowid()")
        answer.changes = try connection.integer("SELECT changes()")
        return answer
    }

    private func head() throws -> Int64 { try ChangeLog.head(captured).seq }

    private func state(_ connection: SourceConnection) throws -> State {
        var state: State = [:]
        for (table, columns) in tables {
            state[table] = try rows(connection, table, columns, key: columns).map(\.0).sorted()
        }
        return state
    }

    private func rows(
        _ connection: SourceConnection,
        _ table: String,
        _ columns: [String],
        key: [String]
    ) throws -> [(String, String)] {
        func text(_ columns: [String]) -> String {
            let quoted = columns.map(SourceConnection.quote)
            // Of many columns only a few are written.
            let shown = quoted.count > 100 ? Array(quoted.prefix(10) + quoted[900...905]) : quoted
            return shown.map { "typeof(\($0)) || hex(\($0))" }.joined(separator: " || ',' || ")
        }
        var rows: [(String, String)] = []
        let keyText = key.isEmpty ? "''" : text(key)
        try connection.query(
            "SELECT \(text(columns)), \(keyText) FROM main.\(SourceConnection.quote(table))"
        ) { row in rows.append((row.text(0) ?? "", row.text(1) ?? "")) }
        return rows
    }

    private func requireLogged(
        _ before: State,
        _ after: State,
        since log: Int64,
        _ sql: String
    ) throws {
        for table in capture.tables where before[table.name] != after[table.name] {
            let columns = tables[table.name] ?? []
            let places = table.key.compactMap { columns.firstIndex(of: $0) }
            func keys(_ rows: [String]?) -> [String: [String]] {
                Dictionary(grouping: rows ?? []) { row in
                    let cells = row.split(separator: ",", omittingEmptySubsequences: false)
                    return places.map { String(cells[$0]) }.joined(separator: ",")
                }
            }
            let (old, new) = (keys(before[table.name]), keys(after[table.name]))
            let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
            let logged = try entries(of: table, since: log)
            let missing = changed.subtracting(logged)
            #expect(missing.isEmpty, "\(sql)\nnot in the log: \(missing) of \(table.name)")
        }
    }

    private func entries(of table: CapturedTable, since log: Int64) throws -> Set<String> {
        let key = table.key.indices.map { "typeof(k\($0 + 1)) || hex(k\($0 + 1))" }
        var entries: Set<String> = []
        try captured.query(
            "SELECT \(key.isEmpty ? "''" : key.joined(separator: " || ',' || ")) FROM _cutover_log "
                + "WHERE seq > \(log) AND t = \(table.number)"
        ) { entries.insert($0.text(0) ?? "") }
        return entries
    }
}
