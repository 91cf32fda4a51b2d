import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Hooks that hang, ignore signals or leave processes behind.
@Suite(.postgres, .database)
struct HookFaultTests {
    private func pids(_ file: String) throws -> [Int32] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            .compactMap { Int32($0) }
    }

    private func requireGone(_ file: String) async throws {
        let pids = try pids(file)
        #expect(pids.count >= 2)
        let areGone = try await eventually(within: .seconds(60)) {
            pids.allSatisfy { pid in
                let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
                return status?.split(separator: ")").last?.hasPrefix(" Z") ?? true
            }
        }
        #expect(areGone, "\(pids)")
    }

    @Test(arguments: ["", "trap '' TERM; "])
    func `a hook that hangs is ended with all that it started, and taken back`(
        _ trap: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let file = live.folder.file("pids")
        let hook = """
            \(trap)[ "$CUTOVER_PHASE" = switch ] || exit 0; echo $$ >> \(file); \
            sleep 1000 & echo $! >> \(file); wait; sleep 1000
            """
        let run = try await live.flip(["--freeze-budget", "5", "--hook", hook])
        #expect(run.json["reason"].string?.contains("was not done after") == true, "\(run)")
        try await live.requireUndone(run, toggles)
        try await requireGone(file)
        try await live.requireWholeAndClean()
    }

    @Test func `a hook may leave a process behind, and nobody waits for it`() async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let file = live.folder.file("pids")
        let run = try await live.flip([
            "--hook", "[ $CUTOVER_PHASE = switch ] || exit 0; sleep 1000 & echo $! > \(file)",
        ])
        #expect(run.status == 0, "\(run)")
        try await live.requireOnTarget(toggles)
        // It is the application, perhaps: it lives on, and holds nothing of ours.
        let pid = try #require(try pids(file).first)
        #expect(kill(pid, 0) == 0)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
            .compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
            }
        #expect(!open.isEmpty && open.allSatisfy { $0 == "/dev/null" || $0.hasSuffix("hook.log") })
        kill(pid, SIGKILL)
    }

    @Test func `a hook that hangs on the way back leaves the application on its source`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        let file = live.folder.file("pids")
        let hook = "echo $$ >> \(file); sleep 1000 & echo $! >> \(file); wait"
        let run = try await live.goBack(["--hook", hook], ["CUTOVER_HOOK_SECONDS": "2"])
        #expect(run.status != 0 && run.code == "hook_failed", "\(run)")
        #expect(run.json["error"]["kept"].string?.contains("SQLite") == true, "\(run)")
        try await requireGone(file)
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `the hook that led to PostgreSQL is told when the application goes back`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let file = live.folder.file("phases")
        let hook = "echo $CUTOVER_PHASE >> \(file); [ $CUTOVER_PHASE != canary ]"
        let run = try await live.flip(["--hook", hook])
        try await live.requireUndone(run, toggles)
        let phases = try String(contentsOfFile: file, encoding: .utf8)
        #expect(phases == "switch\ncanary\nrevert\n")
    }
}
