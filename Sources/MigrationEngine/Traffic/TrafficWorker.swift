/// One simulated worker on its own thread.
struct TrafficWorker {
    let index: Int
    let role: TrafficRole
    let place: TrafficPlace
    let draw: TrafficDraw
    let cycle: TrafficCycle
    let tally: TrafficTally
    /// Its writes a second.
    let rate: Double

    private var toggle: ToggleCache
    private var jitter: SampleRandom
    private var database: TrafficDatabase?
    private var cycles = 0
    private var failures = 0
    private var heartbeat: WorkerHeartbeat?

    init(
        index: Int,
        role: TrafficRole,
        place: TrafficPlace,
        draw: TrafficDraw,
        cycle: TrafficCycle,
        tally: TrafficTally,
        rate: Double,
        flagCache: Duration,
        heartbeat: [TrafficSQL] = []
    ) {
        self.index = index
        self.role = role
        self.place = place
        self.draw = draw
        self.cycle = cycle
        self.tally = tally
        self.rate = rate
        toggle = ToggleCache(role.name, lifetime: flagCache)
        // Apart from the operations, so that how often a toggle is read does not change them.
        jitter = SampleRandom(seed: ~draw.seed &+ UInt64(index))
        // Who never looks at the table of the toggles does not write it either.
        if role.obeysToggle, !heartbeat.isEmpty {
            self.heartbeat = WorkerHeartbeat(role.name, heartbeat)
        }
    }

    /// Works until it is told to stop; a cycle that runs is finished first.
    ///
    /// - Parameter stop: The wish to stop.
    mutating func work(until stop: TrafficStop) {
        // The workers do not all begin in the same moment.
        var due = ContinuousClock.now + .seconds(Double(jitter.below(1_000)) / 1_000 / rate)
        while !stop.wait(until: due, worker: index) {
            let cost = step()
            // At most a second's writes are made up for after a wait.
            due = max(due, .now - .seconds(1)) + .seconds(Double(cost) / rate)
            if failures > 0 { due = max(due, .now + backOff) }
        }
        database = nil
    }

    /// Does the next cycle, or finds that the toggle is off.
    ///
    /// - Returns: How many writes it counts as for the rate, at least one.
    mutating func step() -> Int {
        do throws(TrafficFailure) {
            let database = try connected()
            if role.obeysToggle, !toggle.isOn(database, &jitter) {
                tally.countSkipped(of: index)
                return 1
            }
            var random = draw.random(cycle: cycles)
            let operation = choose(&random)
            let values = draw.values(cycle: cycles, &random)
            cycles += 1
            let outcome = try cycle.run(operation, values, on: database)
            failures = 0
            tally.count(outcome, of: index)
            heartbeat?.beat(database)
            guard case .committed(let kinds) = outcome else { return 1 }
            return kinds.count
        } catch {
            failures += 1
            if error.isConnectionLost { database = nil }
            tally.count(error, of: index)
            return 1
        }
    }

    private mutating func connected() throws(TrafficFailure) -> TrafficDatabase {
        if let database { return database }
        let opened = try TrafficDatabase(
            place,
            enforcesForeignKeys: role.enforcesForeignKeys,
            name: role.name
        )
        database = opened
        return opened
    }

    private func choose(_ random: inout SampleRandom) -> TrafficOperation {
        let operations = role.operations
        return operations[random.weighted(operations.map(\.weight))]
    }

    /// Short at first, so that the application is back soon after a write freeze.
    private var backOff: Duration {
        .milliseconds(min(500, 20 << min(failures, 5)))
    }
}

// because its connection belongs to the thread that made it
@available(*, unavailable)
extension TrafficWorker: Sendable {}
