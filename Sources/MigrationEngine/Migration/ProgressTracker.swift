import Foundation
import Synchronization

/// Collects what the engine's threads did and tells the observer, at most ten times a second.
package final class ProgressTracker: Sendable {
    private static let interval = 0.1
    /// The weight of the newest rate in the shown rate.
    private static let smoothing = 0.3

    private struct State {
        var progress = Progress()
        var index: NameTable<Int> = [:]
        var lastSent = 0.0
        var phaseStarted = 0.0
        var rates: [Int: (time: Double, rows: Int)] = [:]
        var phases: [PhaseSeconds] = []
        var log: RunLog?
        /// When the clock of the write freeze began.
        var frozenAt: Double?

        mutating func set(fraction: Double, now: Double) {
            progress.fraction = fraction
            let spent = now - phaseStarted
            // Below one percent a guess would mislead more than help.
            progress.remainingSeconds =
                fraction >= 0.01 ? max(0, spent / fraction - spent) : nil
        }

        mutating func measure(_ index: Int, before: TableProgress, now: Double) {
            let table = progress.tables[index]
            let rows = table.copiedRows + table.verifiedRows
            guard table.state == .copying || table.state == .verifying else {
                progress.tables[index].rowsPerSecond = nil
                progress.tables[index].remainingSeconds = nil
                rates[index] = (now, rows)
                return
            }
            let last = rates[index] ?? (now, before.copiedRows + before.verifiedRows)
            if rates[index] == nil { rates[index] = last }
            guard now - last.time >= 0.2, rows > last.rows else { return }
            let rate = Double(rows - last.rows) / (now - last.time)
            let shown =
                before.rowsPerSecond.map {
                    $0 * (1 - ProgressTracker.smoothing) + rate * ProgressTracker.smoothing
                } ?? rate
            rates[index] = (now, rows)
            progress.tables[index].rowsPerSecond = shown
            let total = table.sourceRows ?? 0
            let done = table.state == .copying ? table.copiedRows : table.verifiedRows
            progress.tables[index].remainingSeconds =
                total > 0 && done * 100 >= total && shown > 0
                ? Double(max(0, total - done)) / shown : nil
        }
    }

    private let observer: Observer
    private let started = ContinuousClock.now
    private let state = Mutex(State())

    package init(_ observer: Observer) { self.observer = observer }

    /// Seconds since the run began.
    package var elapsed: Double { started.duration(to: .now).seconds }

    /// The phases that ended, with their durations.
    package var phases: [PhaseSeconds] { state.withLock { $0.phases } }

    /// Begins a phase.
    package func begin(_ phase: Progress.Phase, _ activity: String) {
        let now = elapsed
        state.withLock { state in
            if state.progress.phase != .starting && state.progress.phase != phase {
                state.phases.append(
                    .init(
                        name: state.progress.phase.rawValue,
                        seconds: now - state.phaseStarted
                    )
                )
            }
            state.phaseStarted = now
            state.progress.phase = phase
            state.progress.activity = activity
            state.progress.fraction = nil
            state.progress.remainingSeconds = nil
        }
        send(isForced: true)
    }

    /// Says what is being done right now.
    package func activity(_ text: String) {
        state.withLock { $0.progress.activity = text }
        send()
    }

    /// Says how much of the phase is done, from 0 to 1.
    package func fraction(_ fraction: Double) {
        let now = elapsed
        state.withLock { $0.set(fraction: fraction, now: now) }
        send()
    }

    /// Says how a live run stands.
    package func live(_ live: LiveProgress) {
        state.withLock { $0.progress.live = live }
        send()
    }

    /// Says how a switch or a way back goes on; sent at once.
    ///
    /// - Parameter change: What is different now.
    package func cutover(_ change: (inout CutoverProgress) -> Void) {
        let now = elapsed
        state.withLock { state in
            var cutover = state.progress.cutover ?? CutoverProgress()
            change(&cutover)
            state.progress.cutover = cutover
            let isFrozen = cutover.freezeSeconds != nil
            state.frozenAt = isFrozen ? state.frozenAt ?? now : nil
        }
        send(isForced: true)
    }

    /// Names the tables, in the order of the source; what is known of one of them stays.
    package func tables(_ names: [String]) {
        state.withLock { state in
            let (index, known) = (state.index, state.progress.tables)
            state.progress.tables = names.map { name in
                index[name].map { known[$0] } ?? TableProgress(name: name)
            }
            state.index = NameTable(zip(names, names.indices).map { ($0, $1) })
        }
        send(isForced: true)
    }

    /// Changes what is known of one table.
    package func update(_ table: String, _ change: (inout TableProgress) -> Void) {
        let now = elapsed
        state.withLock { state in
            guard let index = state.index[table] else { return }
            let before = state.progress.tables[index]
            change(&state.progress.tables[index])
            state.measure(index, before: before, now: now)
            if state.progress.phase == .copy {
                let total = state.progress.sourceRows
                let done = state.progress.tables.reduce(0) {
                    $0 + $1.copiedRows + $1.quarantinedRows
                }
                state.set(fraction: total == 0 ? 1 : Double(done) / Double(total), now: now)
            } else if state.progress.phase == .verify {
                let total = state.progress.sourceRows
                let done = state.progress.tables.reduce(0) { $0 + $1.verifiedRows }
                state.set(
                    fraction: total == 0 ? 1 : min(1, Double(done) / Double(total)),
                    now: now
                )
            }
        }
        send()
    }

    /// Keeps every further line of the log in the folder of the run, too.
    ///
    /// - Parameter directory: The folder.
    func keepLog(in directory: RunDirectory) {
        let log = RunLog(in: directory)
        state.withLock { $0.log = log }
    }

    /// Writes a line of the log.
    package func log(_ level: LogLine.Level, _ stage: String, _ message: String) {
        let line = LogLine(
            time: Date().timeIntervalSince1970,
            level: level,
            stage: stage,
            message: message
        )
        state.withLock { $0.log }?.write(line)
        observer.log(line)
    }

    /// Tells that the work ended with an error; a stop that was asked for is only a warning.
    ///
    /// - Parameter error: The error.
    package func fail(_ error: MigrationError) {
        let level: LogLine.Level = error.code == .interrupted ? .warning : .error
        log(level, error.place.stage, error.message)
        begin(.failed, error.message)
    }

    private func send(isForced: Bool = false) {
        let now = elapsed
        let progress = state.withLock { state -> Progress? in
            guard isForced || now - state.lastSent >= Self.interval else { return nil }
            state.lastSent = now
            state.progress.elapsedSeconds = now
            if let frozenAt = state.frozenAt {
                state.progress.cutover?.freezeSeconds = now - frozenAt
            }
            return state.progress
        }
        if let progress { observer.progress(progress) }
    }
}
