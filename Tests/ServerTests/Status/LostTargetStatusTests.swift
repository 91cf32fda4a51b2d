import Foundation
import TestSupport
import Testing

@testable import MigrationEngine

/// What the status says of a PostgreSQL that has the application and is gone.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct LostTargetStatusTests {
    @Test func `a live server that is stopped is a warning with what to do, on each look`()
        async throws
    {
        let server = try await onThread { () throws -> LocalServer in try .temporary() }
        try await onThread { try server.createDatabase("lost") }
        let live = try await LiveSource.switched(target: server.url(database: "lost"))
        let before = try await live.cutover("status")
        #expect(before.status == 0 && before.json["target_problem"] == .null, "\(before)")
        try await onThread { try server.stop() }
        let lost = try await live.cutover("status")
        #expect(lost.status == 1, "\(lost)")
        #expect(lost.json["target_problem"].string?.isEmpty == false, "\(lost)")
        #expect(lost.json["phase"].string == "watching", "\(lost)")
        #expect(lost.json["next"].string?.hasPrefix("start the PostgreSQL server") == true)
        let text = try await run(
            BuiltProducts.cutover,
            ["status", "--source", live.cutover.source, "--target", live.cutover.target]
        ).stdout
        #expect(text.hasPrefix("WARNING:     PostgreSQL has the application"), "\(text)")
    }

    @Test func `before the switch a server that is gone leaves the phase to the source`()
        async throws
    {
        let server = try await onThread { () throws -> LocalServer in try .temporary() }
        try await onThread { try server.createDatabase("gone") }
        let folder = try TestFolder()
        let live = try await LiveSource(folder, target: server.url(database: "gone"))
        try await onThread { try server.stop() }
        let lost = try await live.cutover("status")
        #expect(lost.json["target_problem"].string?.isEmpty == false, "\(lost)")
        #expect(lost.json["phase"].string == "following", "\(lost)")
        #expect(lost.json["live_side"].string == "source", "\(lost)")
        #expect(lost.json["next"].string?.hasPrefix("start the PostgreSQL server") == true)
    }

    @Test func `between the sides a silent server leaves open who takes writes, and nobody does`()
        async throws
    {
        let server = try await onThread { () throws -> LocalServer in try .temporary() }
        try await onThread { try server.createDatabase("between") }
        let live = try await LiveSource(TestFolder(), target: server.url(database: "between"))
        let killed = try await live.flip(dying: "handing-over")
        try #require(killed.status == 128 + SIGKILL, "\(killed)")
        try await onThread { try server.stop() }
        #expect(!(try await live.sourceTakesWrites()))
        let lost = try await live.cutover("status")
        #expect(lost.status == 1, "\(lost)")
        #expect(lost.json["writes_blocked"].bool == true, "\(lost)")
        #expect(lost.json["blocked_since"].string?.isEmpty == false, "\(lost)")
        #expect(lost.json["live_side"] == .null, "\(lost)")
        let text = try await run(
            BuiltProducts.cutover,
            ["status", "--source", live.cutover.source, "--target", live.cutover.target]
        ).stdout
        #expect(text.contains("live side:   unknown: SQLite is closed"), "\(text)")
        #expect(text.contains("whether it has is decided when it answers"), "\(text)")
        #expect(text.contains("freeze:      writes have been blocked for"), "\(text)")
        #expect(!text.contains("writes pass"), "\(text)")
        // Whether there is anything to go back from nobody knows.
        #expect(!text.contains("revert"), "\(text)")
        #expect(lost.json["next"].string?.contains("run cutover switch") == true, "\(lost)")
    }

    @Test func `a server that halts is told while the look still waits`() async throws {
        let server = try await onThread { () throws -> LocalServer in try .temporary() }
        try await onThread { try server.createDatabase("halting") }
        let target = server.url(database: "halting")
        let folder = try TestFolder()
        _ = try await sqlite3(folder.file("a.db"), "CREATE TABLE a (id INTEGER PRIMARY KEY)")
        let options = Options(source: folder.file("a.db"), target: target)
        let processes = try await ServerProcesses(target)
        defer { processes.send(SIGCONT) }
        processes.send(SIGSTOP)
        // The server goes on because of what is told, so that the look ends without a problem.
        let status = try await onThread {
            try RunStatus.read(options, withGates: true) { processes.send(SIGCONT) }
        }
        #expect(status.targetProblem == nil, "\(status)")
        try await onThread { try server.stop() }
    }
}
