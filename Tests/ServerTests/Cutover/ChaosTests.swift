import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Kills and faults while simulated workers write: nothing that they saw committed may be lost.
@Suite(.postgres, .database)
struct ChaosTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seeds: [UInt64] = {
        let count = environment["CUTOVER_TEST_KILLS"].flatMap { Int($0) } ?? 3
        let first = environment["CUTOVER_TEST_SEED"].flatMap { UInt64($0) } ?? 11
        return (0..<UInt64(max(1, count))).map { first + $0 }
    }()

    private static let settings = Traffic.Settings(rate: 120, flagCache: .milliseconds(150))
    private static let flags = ["--flag-cache", "0.3"]

    /// Never both sides: this is looked at after every kill.
    private func requireOneWriter(_ live: LiveSource, _ when: String) async throws {
        let sides = (try await live.sourceTakesWrites(), try await live.targetTakesWrites())
        #expect(!(sides.0 && sides.1), "both sides take writes \(when)")
    }

    private func losses(_ ledger: TrafficLedger, in place: TrafficPlace) async throws -> [String] {
        try await onThread {
            try LedgerCheck.losses(ledger, in: place).map {
                "\($0.table) \($0.key) \($0.column ?? "row"): \($0.found)"
            }
        }
    }

    @Test(arguments: seeds)
    func `killed there and back while the application writes, nothing is lost`(
        _ seed: UInt64
    ) async throws {
        var numbers = SeededNumbers(seed: seed)
        let live = try await LiveSource(TestFolder(), orders: 120)
        let toggles = try await live.toggles()
        let workers = try Traffic(source: live.path, settings: Self.settings)
        workers.start()
        var kills = 0
        for _ in 0..<4 {
            let point = "any:\(Int.random(in: 1...45, using: &numbers))"
            let run = try await live.flip(Self.flags, dying: point)
            if run.status == 0 { break }
            try #require(run.status == 128 + SIGKILL, "\(run)")
            kills += 1
            try await requireOneWriter(live, "after \(point)")
        }
        let switched = try await live.flip(Self.flags)
        try #require(switched.status == 0, "\(switched)")
        try await onThread { _ = workers.stop() }
        try await requireOneWriter(live, "after the switch")
        let target = TrafficPlace.target(live.cutover.target, schema: "public")
        let lostThere = try await losses(workers.ledger, in: target)
        #expect(lostThere.isEmpty, "\(lostThere)")
        #expect(try await live.targetToggles() == toggles)
        let there = try Traffic(target, settings: Self.settings, ledger: workers.ledger)
        there.start()
        let before = workers.ledger.writes.count
        #expect(try await eventually { workers.ledger.writes.count > before + 60 })
        try await onThread { _ = there.stop() }
        var command = live.cutover
        let phrase = "revert \(try await live.database())"
        for _ in 0..<3 {
            let point = "any:\(Int.random(in: 1...15, using: &numbers))"
            command.environment["CUTOVER_FAILPOINT"] = point
            let run = try await command("revert", "--confirm", phrase)
            if run.status == 0 { break }
            try #require(run.status == 128 + SIGKILL, "\(run)")
            kills += 1
            try await requireOneWriter(live, "after \(point) on the way back")
        }
        let reverted = try await live.cutover("revert", "--confirm", phrase)
        try #require(reverted.status == 0, "\(reverted)")
        let lostBack = try await losses(workers.ledger, in: .source(path: live.path))
        #expect(lostBack.isEmpty, "\(lostBack)")
        #expect(try await live.sourceTakesWrites())
        #expect(try await live.toggles() == toggles)
        #expect(try await live.leftovers().isEmpty)
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        let verified = try await live.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        print(
            "chaos: seed \(seed), \(kills) kills, \(workers.ledger.writes.count) writes committed, "
                + "\(lostThere.count + lostBack.count) lost"
        )
    }

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

    @Test(arguments: ["fenced", "drained"])
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
        try await live.requireUndone(CutoverRun(await program.end()), toggles)
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
