import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A log that somebody has emptied or shortened past its trigger is found wherever the run stands.
@Suite(.postgres, .database)
struct ShortenedLogTests {
    private static let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one');
        CREATE TABLE w (id INTEGER PRIMARY KEY, b TEXT);
        """
    private static let insert = "INSERT INTO t (b) VALUES ('more');"

    /// Deletes from the log as nobody can whose triggers fire.
    private func harm(_ path: String, _ script: String) async throws {
        try await onThread {
            let connection = try SourceConnection(path: path, access: .readWrite)
            try connection.disableTriggers()
            try connection.execute(script)
        }
    }

    private func requireRefused(_ live: LiveRun, _ before: String) async throws {
        let run = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
        #expect(try await live.digest() == before)
    }

    @Test(arguments: ["DELETE FROM _cutover_log", "DELETE FROM _cutover_log WHERE seq = 2"])
    func `nobody empties it by mistake`(script: String) async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await live.write(Self.insert + Self.insert)
        await #expect(throws: SourceError.self) { try await live.write(script) }
        try await live.follow()
        try await live.requireEqual()
    }

    @Test(arguments: [
        "DELETE FROM _cutover_log", "DELETE FROM _cutover_log WHERE seq < 2",
        "DELETE FROM _cutover_log WHERE seq = 1", "DELETE FROM _cutover_log WHERE seq = 2",
    ])
    func `before anything was applied, whatever is written behind it`(script: String) async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await live.write(Self.insert + "INSERT INTO w VALUES (1, 'x');" + Self.insert)
        let before = try await live.digest()
        try await harm(live.cutover.source, script)
        try await requireRefused(live, before)
        try await live.write(Self.insert)
        try await requireRefused(live, before)
    }

    @Test func `in the middle of what waits, later on`() async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await live.write(Self.insert + Self.insert)
        try await live.follow()
        try await live.write(Self.insert + Self.insert + Self.insert)
        let before = try await live.digest()
        try await harm(live.cutover.source, "DELETE FROM _cutover_log WHERE seq = 4")
        try await requireRefused(live, before)
    }

    @Test func `at the switch, which is refused and leaves the source open`() async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        try await live.write(1)
        try await harm(live.path, "DELETE FROM _cutover_log")
        try await live.write(2)
        let run = try await live.flip()
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
        try await live.requireOnSource(toggles)
    }
}
