import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// The backup of a source that somebody else is writing.
struct BackupTests {
    @Test func `what is only in the write-ahead log is in the backup`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        try await onThread {
            // The writer stays open without a checkpoint, so that its rows are in the log only.
            let writer = try SourceConnection(path: path, access: .create)
            try writer.execute(
                """
                PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
                CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
                INSERT INTO item SELECT i, 'item ' || i FROM n
                """
            )
            let report = try Backup.run(Options(source: path, target: ""))
            #expect(report.tables == [.init(name: "item", rows: 50)])
            let copy = try SourceConnection(path: report.path, access: .immutable)
            #expect(try copy.integer("SELECT count(*) FROM item") == 50)
            // A file copy, as the plan had it, loses all of them.
            let plain = folder.file("plain.db")
            try FileManager.default.copyItem(atPath: path, toPath: plain)
            let lost = try SourceConnection(path: plain, access: .readOnly)
            #expect(try lost.integer("SELECT count(*) FROM sqlite_schema") == 0)
        }
    }

    @Test func `a backup that was killed leaves nothing after the next one`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(path, "CREATE TABLE item (id INTEGER PRIMARY KEY);")
        try await onThread {
            let directory = try RunDirectory(making: path + ".cutover")
            // No process has this number: it is above the highest that Linux gives.
            let left = directory.backups + "/shop_20250101_000000.db.partial-4194305"
            #expect(FileManager.default.createFile(atPath: left, contents: Data([1])))
            let report = try Backup.run(Options(source: path, target: ""))
            #expect(!exists(left))
            #expect(exists(report.path))
        }
    }
}
