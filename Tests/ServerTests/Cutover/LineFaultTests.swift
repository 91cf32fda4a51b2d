import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A line that stalls or is cut while writes are blocked.
@Suite(.postgres, .database)
struct LineFaultTests {
    /// Starts a switch through a line and waits until it halts at a moment.
    private func halted(
        _ live: LiveSource,
        through proxy: ServerProxy,
        at point: String
    ) async throws -> StartedProgram {
        try await live.halted(
            at: point,
            ["--flag-cache", "0", "--freeze-budget", "3"],
            target: proxy.url
        )
    }

    @Test(arguments: ["fenced", "drained", "handing-over"])
    func `a line that stalls inside the freeze is broken when the budget is used up`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder(), orders: 60)
        let toggles = try await live.toggles()
        let proxy = try ServerProxy(to: live.cutover.target)
        defer { proxy.end() }
        try await live.write(1)
        let program = try await halted(live, through: proxy, at: point)
        proxy.set(.stalled)
        program.send(SIGCONT)
        // Without any word from the server.
        let isFree = try await eventually(within: .seconds(60)) {
            try await live.sourceTakesWrites()
        }
        #expect(isFree)
        let run = CutoverRun(await program.end())
        // Not the budget alone: it was long enough for a server that answers.
        let reason = run.json["reason"].string ?? ""
        #expect(reason.hasPrefix("PostgreSQL did not answer: "), "\(run)")
        #expect(reason.contains("budget of 3 s was used up"), "\(run)")
        try await live.requireUndone(run, toggles)
    }

    @Test(arguments: ["handing-over", "handover-written"])
    func `a line that is cut in the handover is asked what became of it`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder(), orders: 60)
        let toggles = try await live.toggles()
        let proxy = try ServerProxy(to: live.cutover.target)
        defer { proxy.end() }
        let program = try await halted(live, through: proxy, at: point)
        #expect(!(try await live.sourceTakesWrites()))
        proxy.cut()
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        // A commit that was on its way may have arrived; then only its answer was lost.
        guard run.json["outcome"].string == "switched" else {
            return try await live.requireUndone(run, toggles)
        }
        #expect(run.status == 0 && point == "handover-written", "\(run)")
        #expect(run.json["steps"].list.allSatisfy { $0["outcome"].string == "done" }, "\(run)")
        #expect(!(try await live.sourceTakesWrites()))
        #expect(try await live.targetTakesWrites())
        #expect(try await live.targetToggles() == toggles)
    }
}
