import Synchronization

/// The figures of a run, counted by all workers.
final class TrafficTally: Sendable {
    private struct State {
        var report: TrafficReport
        var start: ContinuousClock.Instant
        var lastCommit: ContinuousClock.Instant?
        var isOver = false
    }

    private let state: Mutex<State>

    init(side: Side, roles: [TrafficRole]) {
        let workers = roles.map {
            TrafficReport.Worker(name: $0.name, obeysToggle: $0.obeysToggle)
        }
        let report = TrafficReport(side: side, workers: workers)
        state = Mutex(State(report: report, start: .now))
    }

    /// Starts the clock.
    func begin() { state.withLock { $0.start = .now } }

    /// Stops the clock.
    func end() {
        state.withLock { state in
            state.report = Self.timed(state)
            state.isOver = true
        }
    }

    /// The figures so far.
    var report: TrafficReport {
        state.withLock { $0.isOver ? $0.report : Self.timed($0) }
    }

    /// Counts a cycle that ended.
    func count(_ outcome: TrafficCycle.Outcome, of worker: Int) {
        state.withLock { state in
            guard case .committed(let kinds) = outcome else {
                state.report.workers[worker].emptyCycles += 1
                return
            }
            let now = ContinuousClock.now
            let pause = (now - (state.lastCommit ?? state.start)).inSeconds
            state.lastCommit = now
            let longest = state.report.longestPauseSeconds
            state.report.longestPauseSeconds = max(longest, pause)
            state.report.workers[worker].cycles += 1
            state.report.workers[worker].writes += kinds.count
            for kind in kinds { state.report.operations[kind.rawValue, default: 0] += 1 }
        }
    }

    /// Counts a cycle that failed.
    func count(_ failure: TrafficFailure, of worker: Int) {
        state.withLock { state in
            state.report.workers[worker].failedCycles += 1
            state.report.errors[failure.kind, default: 0] += 1
            state.report.lastError = failure.message
        }
    }

    /// Counts a cycle that did not begin.
    func countSkipped(of worker: Int) {
        state.withLock { $0.report.workers[worker].skippedCycles += 1 }
    }

    private static func timed(_ state: State) -> TrafficReport {
        var report = state.report
        report.seconds = (ContinuousClock.now - state.start).inSeconds
        report.rate = report.seconds > 0 ? Double(report.writes) / report.seconds : 0
        return report
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
