import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A closed file that somebody overwrites or opens, and what is done about it.
extension LiveSource {
    /// An application of a few tables without toggles, with a live run whose gates are passed.
    init(_ folder: TestFolder, script: String) async throws {
        self.folder = folder
        let path = folder.file("ora.db")
        _ = try await sqlite3(path, "PRAGMA journal_mode = WAL;" + script)
        cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let migrated = try await cutover("migrate", "--live")
        try #require(migrated.status == 0, "\(migrated)")
        try await sign()
    }

    /// Copies the file as it is now.
    func copy(_ name: String) async throws -> String {
        let copy = folder.file(name)
        _ = try await sqlite3(path, "VACUUM INTO '\(copy)'")
        return copy
    }

    /// Overwrites the file with another one, as a job does that publishes it anew.
    func publish(_ file: String) async throws {
        let script = "rm -f \"$2-wal\" \"$2-shm\" && cat \"$1\" > \"$2\""
        let done = try await run("sh", ["-c", script, "sh", file, path])
        try #require(done.status == 0, "\(done)")
    }

    /// Drops the fence's triggers of a table.
    func openFence(_ table: String) async throws {
        let statements = try await sqlite3(
            path,
            """
            SELECT group_concat('DROP TRIGGER "' || name || '";', ' ') FROM sqlite_schema
            WHERE type = 'trigger' AND tbl_name = '\(table)' AND name GLOB '_cutover_fence_*';
            """
        )
        try #require(statements.contains("DROP TRIGGER"))
        _ = try await sqlite3(path, statements)
    }

    /// Runs the commands of a remedy that put the closed file back.
    func putBack(_ remedy: String) async throws {
        let start = try #require(remedy.range(of: "back with: "), "\(remedy)")
        let end = try #require(remedy.range(of: " (SHA-256"), "\(remedy)")
        let command = String(remedy[start.upperBound..<end.lowerBound])
        let done = try await run("sh", ["-e", "-c", command])
        try #require(done.status == 0, "\(command): \(done)")
    }

    /// What `status` says of the closed file; its exit status must say the same.
    func fence(_ state: String, isSound: Bool = false) async throws -> JSON {
        let status = try await cutover("status")
        #expect(status.status == (isSound ? 0 : 1), "\(status)")
        let fence = status.json["source_fence"]
        #expect(fence["state"].string == state, "\(status)")
        #expect(status.json["phase"].string == "watching", "\(status)")
        // No comparison says anything about another file; the switch is known all the same.
        #expect(status.json["switched_at"].string != nil, "\(status)")
        #expect(status.json["verified"].bool == nil || state != "replaced", "\(status)")
        let check = try await cutover("check")
        #expect(check.status == 1, "\(check)")
        let gate = check.json["gates"].list.first
        #expect(gate?["name"].string == "source_fence", "\(check)")
        #expect(gate?["state"].string == (isSound ? "open" : "closed"), "\(check)")
        return fence
    }

    /// Goes back is refused, and nothing is changed by it.
    func requireRefused(_ options: [String] = []) async throws -> CutoverRun {
        let before = try await copyOfAll()
        let run = try await goBack(options)
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
        let remedy = run.json["error"]["remedy"].string ?? ""
        #expect(!remedy.contains("clean"), "\(remedy)")
        #expect(try await targetTakesWrites())
        #expect(try await copyOfAll() == before)
        return run
    }

    private func copyOfAll() async throws -> String {
        try await sqlite3(path, ".dump")
    }
}
