import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The log comes and goes in one transaction each, and leaves nothing behind.
struct CaptureInstallTests {
    private static let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b);
        CREATE UNIQUE INDEX i ON t (lower(b));
        CREATE TABLE u (a, b);
        CREATE VIEW v AS SELECT a FROM t;
        CREATE TRIGGER w AFTER INSERT ON t BEGIN INSERT INTO u VALUES (NEW.a, NEW.b); END;
        CREATE VIRTUAL TABLE f USING fts5 (a);
        INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'y');
        """

    private func schema(_ source: SourceConnection) throws -> [String] {
        var lines: [String] = []
        try source.query(
            "SELECT rowid, type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid"
        ) { row in lines.append((0..<6).map { row.text($0) ?? "NULL" }.joined(separator: "|")) }
        return lines
    }

    @Test(arguments: ["", "CREATE TABLE s (id INTEGER PRIMARY KEY AUTOINCREMENT);"])
    func `what was installed is removed without a trace`(sequence: String) async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try CaptureTests.source(in: folder, Self.script + sequence)
            let before = try schema(source)
            let dump = try Self.dump(source.path)
            let installed = try Capture.install(source.path)
            #expect(installed.capture.unseen == ["f"])
            #expect(try schema(source).count > before.count)
            try source.execute("INSERT INTO t (a, b) VALUES (3, 'z'); DELETE FROM t WHERE a = 3")
            let removal = try Capture.remove(source.path)
            #expect(removal.changedByApplication == [])
            #expect(removal.removed.count == Set(removal.removed).count)
            #expect(try schema(source) == before)
            try source.execute("DELETE FROM u WHERE a = 3")
            #expect(try Self.dump(source.path) == dump)
            #expect(try Capture.remove(source.path).removed == [])
            #expect(try source.first("PRAGMA integrity_check") == .string("ok"))
        }
    }

    /// Everything in the file, as the `sqlite3` shell writes it.
    private static func dump(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-batch", "-init", "/dev/null", path, ".dump"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `a change of the application in between is told when the log is removed`()
        async throws
    {
        try await onThread {
            let folder = try TestFolder()
            let source = try CaptureTests.source(in: folder, Self.script)
            try Capture.install(source.path)
            try source.execute("CREATE TABLE n (a); DROP VIEW v")
            let removal = try Capture.remove(source.path)
            #expect(removal.changedByApplication == ["table \"n\" is new", "view \"v\" is gone"])
        }
    }

    @Test func `installing twice is harmless`() async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try CaptureTests.source(in: folder, Self.script)
            let first = try Capture.install(source.path)
            try source.execute("DELETE FROM t")
            let after = try schema(source)
            let second = try Capture.install(source.path)
            #expect(!second.isNew && second.capture == first.capture)
            #expect(try schema(source) == after)
            #expect(try ChangeLog.head(source).seq == 2)
        }
    }

    @Test(arguments: ["_cutover_log", "_cutover_capture", "_cutover_1_after_insert"])
    func `an object of the application under our names is named, and nothing is installed`(
        name: String
    ) async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try CaptureTests.source(
                in: folder,
                Self.script + "CREATE TABLE \(name) (a); INSERT INTO \(name) VALUES (1);"
            )
            let before = try schema(source)
            let error = try #require(throws: MigrationError.self) {
                try Capture.install(source.path)
            }
            #expect(error.code == .sourceData)
            #expect("\(error)".contains(name) || String(describing: error.cause).contains(name))
            #expect(try schema(source) == before)
            #expect(try Capture.read(source) == nil)
            #expect(try Capture.remove(source.path).removed == [])
            #expect(try source.integer("SELECT a FROM \(name)") == 1)
        }
    }

    @Test(arguments: ["WAL", "DELETE"])
    func `a busy writer is waited for, and then named as the reason`(mode: String) async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try CaptureTests.source(
                in: folder,
                "PRAGMA journal_mode = \(mode);" + Self.script
            )
            try source.execute("BEGIN IMMEDIATE; INSERT INTO u VALUES (7, 7)")
            let started = ContinuousClock.now
            let error = try #require(throws: MigrationError.self) {
                try Capture.install(source.path, busyMilliseconds: 300)
            }
            #expect(started.duration(to: .now) >= .milliseconds(250))
            #expect(error.code == .sourceLocked)
            try source.execute("COMMIT")
            #expect(try Capture.install(source.path, busyMilliseconds: 300).isNew)
            try source.execute("BEGIN IMMEDIATE")
            let refused = try #require(throws: MigrationError.self) {
                try Capture.remove(source.path, busyMilliseconds: 100)
            }
            #expect(refused.code == .sourceLocked)
            try source.execute("COMMIT")
            #expect(try Capture.read(source) != nil)
        }
    }

    @Test func `a forgotten change is one that both sides hold, never the newest`() async throws {
        try await onThread {
            let folder = try TestFolder()
            let source = try CaptureTests.source(in: folder)
            try Capture.install(source.path)
            try source.execute(
                """
                WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
                INSERT INTO t SELECT i, i FROM n
                """
            )
            let at = try ChangeLog.time(of: 60, source)
            #expect(try ChangeLog.count(before: 60, source) == 60)
            #expect(throws: SourceError.self) {
                try source.execute("DELETE FROM _cutover_log WHERE seq < 60")
            }
            let pruning = try SourceConnection(path: source.path, access: .readWrite)
            try pruning.disableTriggers()
            #expect(try ChangeLog.prune(before: 60, most: 50, pruning) == 50)
            #expect(try ChangeLog.prune(before: 60, most: 50, pruning) == 10)
            #expect(try ChangeLog.holds(.init(seq: 60, at: at), source))
            #expect(try !ChangeLog.holds(.init(seq: 59, at: at), source))
            #expect(try ChangeLog.waiting(after: 60, source).rows == 40)
            #expect(try ChangeLog.prune(before: 1_000, pruning) == 40)
            try source.execute("INSERT INTO t VALUES (1000, 1)")
            #expect(try ChangeLog.head(source).seq == 101)
        }
    }
}
