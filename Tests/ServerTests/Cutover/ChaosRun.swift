import Foundation
import MigrationEngine
import TestSupport
import Testing

/// One application that goes to PostgreSQL and back while it writes and things fall over.
struct ChaosRun {
    private static let settings = Traffic.Settings(rate: 120, flagCache: .milliseconds(150))
    private static let flags = ["--flag-cache", "0.3", "--freeze-budget", "5"]
    private static let moments = ["toggles-off", "fenced", "drained", "freeze-verified"]

    private let seed: UInt64
    private var numbers: SeededNumbers
    private var tally = ChaosTally(runs: 1)

    init(seed: UInt64) {
        self.seed = seed
        numbers = SeededNumbers(seed: seed)
    }

    /// Goes there and back.
    mutating func perform() async throws -> ChaosTally {
        let server = try await FallingServer()
        do {
            try await perform(server)
            try await server.end()
        } catch {
            try? await server.end()
            throw error
        }
        return tally
    }

    private mutating func perform(_ server: FallingServer) async throws {
        // A disk of its own, where that is allowed, so that it can be full.
        let disk = SmallDisk.canBeMade ? try await SmallDisk(megabytes: 112) : nil
        let live = try await LiveSource(
            TestFolder(),
            orders: 120,
            at: disk?.path,
            target: server.url
        )
        let toggles = try await live.toggles()
        let workers = try Traffic(source: live.path, settings: Self.settings)
        workers.start()
        for round in 0..<5 {
            if try await disturb(round, live, server, disk) { break }
            try await requireOneWriter(live)
        }
        let switched = try await live.flip(Self.flags)
        try #require(switched.status == 0, "seed \(seed): \(switched)")
        try await onThread { _ = workers.stop() }
        try await live.requireOnTarget(toggles)
        let target = TrafficPlace.target(live.cutover.target, schema: "public")
        try await count(workers.ledger, in: target)
        let there = try Traffic(target, settings: Self.settings, ledger: workers.ledger)
        there.start()
        let before = workers.ledger.writes.count
        #expect(
            try await eventually(within: .seconds(120)) {
                workers.ledger.writes.count > before + 60
            }
        )
        try await onThread { _ = there.stop() }
        for _ in 0..<3 where try await !disturbBack(live, server) {
            try await requireOneWriter(live)
        }
        let reverted = try await live.goBack()
        try #require(reverted.status == 0, "seed \(seed): \(reverted)")
        try await count(workers.ledger, in: .source(path: live.path))
        tally.committed = workers.ledger.writes.count
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }

    /// Never both sides: this is looked at after everything that happens.
    private func requireOneWriter(_ live: LiveSource) async throws {
        let sides = (try await live.sourceTakesWrites(), try await live.targetTakesWrites())
        #expect(!(sides.0 && sides.1), "seed \(seed): both sides take writes")
    }

    private mutating func count(_ ledger: TrafficLedger, in place: TrafficPlace) async throws {
        let lost = try await onThread { try LedgerCheck.losses(ledger, in: place) }
        let words = lost.prefix(5).map {
            "\($0.table) \($0.key) \($0.column ?? "row"): \($0.found)"
        }
        #expect(lost.isEmpty, "seed \(seed): \(words)")
        tally.lost += lost.count
    }

    // MARK: - There

    /// Begins a switch and lets something fall over; true when it went the whole way nevertheless.
    private mutating func disturb(
        _ round: Int,
        _ live: LiveSource,
        _ server: FallingServer,
        _ disk: SmallDisk?
    ) async throws -> Bool {
        // In each run a kill first, then what the numbers say.
        guard round > 0, Int.random(in: 0..<4, using: &numbers) > 0 else {
            let point = "any:\(Int.random(in: 1...45, using: &numbers))"
            let run = try await live.flip(Self.flags, dying: point)
            if run.status == 0 { return true }
            try #require(run.status == 128 + SIGKILL, "seed \(seed), \(point): \(run)")
            tally.kills += 1
            return false
        }
        let faults = ChaosFault.allCases.filter { $0 != .full || disk != nil }
        let fault = faults[Int.random(in: 0..<faults.count, using: &numbers)]
        // A clock is of no matter before the fence is up.
        let moments = fault == .clock ? Array(Self.moments.dropFirst()) : Self.moments
        let point = moments[Int.random(in: 0..<moments.count, using: &numbers)]
        let run =
            fault == .hook
            ? try await failHook(live)
            : try await halt(live, server, disk, fault, point)
        let isDone = run.status == 0 && run.json["outcome"].string == "switched"
        // A line that stays silent for a minute in the very moment of the handover is left to the
        // next start, with no side taking writes.
        let isUndecided = run.status == 69 && run.code == "target_unavailable"
        try #require(
            isDone || isUndecided || run.status == 1 && run.json["outcome"].string == "undone",
            "seed \(seed), \(fault) at \(point): \(run)"
        )
        if isUndecided { #expect(!(try await live.sourceTakesWrites())) }
        return isDone
    }

    /// A switch whose hook fails behind the handover goes back with all that was written.
    private mutating func failHook(_ live: LiveSource) async throws -> CutoverRun {
        let run = try await live.flip(Self.flags + ["--hook", "exit 3"])
        if run.json["reason"].string?.contains("hook") == true {
            tally.faults[.hook, default: 0] += 1
        }
        return run
    }

    private mutating func halt(
        _ live: LiveSource,
        _ server: FallingServer,
        _ disk: SmallDisk?,
        _ fault: ChaosFault,
        _ point: String
    ) async throws -> CutoverRun {
        let proxy = try ServerProxy(to: server.url)
        defer { proxy.end() }
        var program = try await live.started(at: point, Self.flags, target: proxy.url)
        if !program.isHalted {
            let run = CutoverRun(await program.end())
            // A process that was killed behind the handover left nothing but to finish.
            guard LiveSource.wantsComparison(run) else { return run }
            // Somebody has gone back before, and looks at both sides first.
            try await live.compare()
            program = try await live.started(at: point, Self.flags, target: proxy.url)
            guard program.isHalted else { return CutoverRun(await program.end()) }
        }
        tally.faults[fault, default: 0] += 1
        switch fault {
        case .cut: proxy.cut()
        case .stalled: proxy.set(.stalled)
        case .restarted:
            try await server.crash()
            try await server.restart()
        case .locked:
            let holder = try await LockHolder(live.path)
            program.send(SIGCONT)
            try await requireAnswer(program)
            try holder.release()
        case .full:
            let fill = try #require(disk).path + "/fill"
            _ = try await run("sh", ["-c", "cat /dev/zero > \(fill); true"])
            program.send(SIGCONT)
            try await requireAnswer(program)
            try FileManager.default.removeItem(atPath: fill)
        case .clock:
            try await live.setClock(by: Bool.random(using: &numbers) ? 1 : -1)
        case .hook: break
        }
        program.send(SIGCONT)
        return CutoverRun(await program.end())
    }

    /// Waits until a cutover ends or says that it cannot go on.
    private func requireAnswer(_ program: StartedProgram) async throws {
        let isThere = try await eventually(within: .seconds(300)) {
            program.isGone || program.words.contains("waiting to write the source")
        }
        try #require(isThere, "seed \(seed): \(program.words)")
    }

    // MARK: - Back

    /// Begins to go back and lets something fall over; true when it came back nevertheless.
    private mutating func disturbBack(
        _ live: LiveSource,
        _ server: FallingServer
    ) async throws -> Bool {
        guard Bool.random(using: &numbers) else {
            let point = "any:\(Int.random(in: 1...15, using: &numbers))"
            let run = try await live.goBack([], ["CUTOVER_FAILPOINT": point])
            if run.status == 0 { return true }
            try #require(run.status == 128 + SIGKILL, "seed \(seed), back, \(point): \(run)")
            tally.kills += 1
            return false
        }
        let points = ["target-closed", "reverse-replayed"]
        let side = try await psql(live.cutover.target, "SELECT live_side FROM cutover.position")
        guard side == "target" else { return true }
        let proxy = try ServerProxy(to: server.url)
        defer { proxy.end() }
        let point = points[Int.random(in: 0..<points.count, using: &numbers)]
        // A replay that was committed by a killed process is not done again.
        let program = try await live.started(at: point, verb: "revert", target: proxy.url)
        if program.isHalted {
            let fault: ChaosFault = Bool.random(using: &numbers) ? .cut : .restarted
            tally.faults[fault, default: 0] += 1
            if fault == .cut { proxy.cut() } else { try await server.crash() }
            program.send(SIGCONT)
            if fault == .restarted { try await server.restart() }
        }
        let run = CutoverRun(await program.end())
        try #require(run.status == 0, "seed \(seed), back: \(run)")
        return true
    }
}
