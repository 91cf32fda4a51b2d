import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A server that halts: its processes are there and answer nothing, and nobody tells.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct WatchSilenceTests {
    @Test func `a server that answers nothing is an alarm, and the watch sees it come back`()
        async throws
    {
        let server = try await onThread { () throws -> LocalServer in try .temporary() }
        try await onThread { try server.createDatabase("halting") }
        let live = try await LiveSource.switched(target: server.url(database: "halting"))
        let processes = try await ServerProcesses(live.cutover.target)
        defer { processes.send(SIGCONT) }
        let watch = try await WatchRun(live)
        let count = watch.looks.count
        processes.send(SIGSTOP)
        try await watch.requireAlarm("server", ["the server answers nothing since"], after: count)
        let silent = try #require(
            watch.looks.last { $0["criteria"].named("server")["state"].string == "bad" }
        )
        let bad = silent["criteria"].list.filter { $0["state"].string == "bad" }
        #expect(bad.compactMap { $0["name"].string } == ["server"], "\(bad)")
        #expect(silent["criteria"].named("old_file")["state"].string == "good", "\(silent)")
        processes.send(SIGCONT)
        try await watch.requireEnd(of: "server")
        try await watch.requireEnd(of: "sequences")

        // A wish to stop is heard, although nobody answers.
        processes.send(SIGSTOP)
        _ = try await watch.looks(until: "bad", "server", after: watch.looks.count)
        watch.program.send(SIGTERM)
        #expect(await watch.program.end().status == 1)
        // Who comes later is told, and waits no longer than who was there before.
        let late = try await live.cutover("watch", "--duration", "1")
        #expect(late.code == "target_unavailable", "\(late)")
        let words = late.json["error"]["message"].string
        #expect(words?.contains("the server answers nothing since") == true, "\(late)")
        processes.send(SIGCONT)
        try await onThread { try server.stop() }
    }
}

/// The processes of a server, which are stopped and go on together.
struct ServerProcesses {
    private let postmaster: Int32

    /// Finds them by a database of the server.
    init(_ url: String) async throws {
        let folder = try await psql(url, "SHOW data_directory")
        let file = try String(contentsOfFile: folder + "/postmaster.pid", encoding: .utf8)
        postmaster = try #require(file.split(separator: "\n").first.flatMap { Int32($0) })
    }

    /// Sends a signal to all of them.
    func send(_ signal: Int32) {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let children = all.compactMap { Int32($0) }.filter { pid in
            let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            // Behind the name in brackets stand the state and the parent.
            let parts = status?.split(separator: ")").last?.split(separator: " ")
            return parts?.dropFirst().first.flatMap { Int32($0) } == postmaster
        }
        // The parent first: it must start nobody meanwhile.
        for pid in [postmaster] + children { kill(pid, signal) }
    }
}
