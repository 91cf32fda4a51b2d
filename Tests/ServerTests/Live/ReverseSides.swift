import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// A source and a target between which the application has been switched, by the engine's pieces.
struct ReverseSides: Sendable {
    let folder: TestFolder
    let source: String
    let target: String
    let options: [String]

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - script: Makes and fills it.
    ///   - profile: What becomes of its columns.
    ///   - target: The database.
    /// - Throws: The failure of a program.
    init(
        _ script: String,
        profile: String? = nil,
        target: String = TestDatabase.url
    ) async throws {
        try await self.init(profile: profile, target: target) { path in
            _ = try await sqlite3(path, script)
        }
    }

    /// Makes a source by other means.
    init(
        profile: String? = nil,
        target: String = TestDatabase.url,
        _ make: (String) async throws -> Void
    ) async throws {
        folder = try TestFolder()
        source = folder.file("shop.db")
        self.target = target
        if let profile {
            let path = folder.file("shop.toml")
            try profile.write(toFile: path, atomically: true, encoding: .utf8)
            options = ["--profile", path]
        } else {
            options = []
        }
        try await make(source)
    }

    var cutover: CutoverCommand { CutoverCommand(source: source, target: target) }

    /// Copies, follows nothing, and lets the application write PostgreSQL.
    func switchOver() async throws {
        let run = try await cutover("migrate", ["--live", "--max-quarantined", "1000"] + options)
        try #require(run.status == 0, "\(run)")
        try await open()
    }

    /// Opens the target to the application, whose writes are logged from here on.
    func open() async throws {
        try await onTarget { target, run in
            let live = LiveTarget(target: target, run: run)
            try target.transaction {
                try live.wake()
                try live.open()
                try ReverseCapture(target: target, run: run).install()
            }
        }
    }

    /// Keeps the application from writing the target.
    func close() async throws {
        try await onTarget { target, run in
            try target.transaction {
                try LiveTarget(target: target, run: run).close("going back")
            }
        }
    }

    /// Runs work with a connection to the target, on a thread of its own.
    func onTarget<Value: Sendable>(
        _ work: @escaping @Sendable (TargetConnection, String) throws -> Value
    ) async throws -> Value {
        let target = target
        return try await onThread {
            let connection = try TargetConnection(try TargetAddress(target), purpose: "test")
            let run = try #require(try RunState.newestRun(connection)?.id)
            return try work(connection, run)
        }
    }

    /// Brings everything back, without looking at it.
    func replay() async throws -> ReverseSummary {
        let options = Options(source: source, target: target)
        return try await onTarget { target, run in
            try Self.replay(options, target, run)
        }
    }

    static func replay(
        _ options: Options,
        _ target: TargetConnection,
        _ run: String
    ) throws -> ReverseSummary {
        let address = try TargetAddress(options.target)
        return try ReverseReplay(options, target, address, run: run).perform()
    }

    /// Keeps the application from writing, brings everything back and compares both sides, with the
    /// engine's two ways and, when asked for, with the shells.
    @discardableResult
    func back(independently: Bool = true) async throws -> ReverseSummary {
        try await close()
        let summary = try await replay()
        try await requireEqual(independently: independently)
        return summary
    }

    /// What the rows that were written on PostgreSQL differ in.
    func differences() async throws -> [VerifyReport.Table] {
        let source = source
        return try await onTarget { target, run in
            let connection = try SourceConnection(path: source, access: .readOnly)
            try connection.readHeader()
            return try ReplayedRows(connection, target, run: run, Cancellation()).compare()
                .different
        }
    }

    func requireEqual(independently: Bool = true) async throws {
        let differences = try await differences()
        #expect(differences.map(\.name) == [], "\(differences)")
        let run = try await cutover("verify", options)
        #expect(run.status == 0, "\(run)")
        guard independently else { return }
        let check = try await IndependentCheck(source: source, target: target)
        let shared = check.source.filter { !$0.key.hasPrefix("_cutover_") }
        let names = Set(check.target.keys).union(shared.keys)
        #expect(names.filter { check.target[$0] != shared[$0] } == [])
    }

    /// Every cell of a table as SQLite itself spells it.
    func rows(_ table: String, where condition: String = "1") async throws -> [String] {
        let columns = try await sqlite3(
            source,
            "SELECT group_concat('quote(\"' || name || '\")', ' || '' '' || ') "
                + "FROM pragma_table_info('\(table)');"
        )
        let text = try await sqlite3(
            source,
            "SELECT \(columns) FROM \"\(table)\" WHERE \(condition) ORDER BY 1;"
        )
        return text.split(separator: "\n").map(String.init)
    }
}
