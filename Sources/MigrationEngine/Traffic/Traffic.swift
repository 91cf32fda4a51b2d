import Synchronization

/// The application at work: simulated workers that write, each on its own connection.
///
/// The workers are those of the shop's system, with its toggles, its cache of them and its one
/// worker that never looks at a toggle. See the page Traffic.
package final class Traffic: Sendable {
    /// How much and how the workers write.
    package struct Settings: Sendable {
        /// The writes a second of all workers together, when all are on.
        package var rate: Double
        /// Another seed gives other operations.
        package var seed: UInt64
        /// How long a worker believes the toggle that it read, give or take two ninths.
        package var flagCache: Duration
        /// Whether one more connection merely keeps the file open, as the web application does.
        package var holdsFile: Bool
        /// Whether no worker writes, so that only the file is kept open.
        package var isIdle: Bool

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - rate: The writes a second.
        ///   - seed: The seed.
        ///   - flagCache: How long a toggle is believed.
        ///   - holdsFile: Whether the file is kept open besides.
        ///   - isIdle: Whether no worker writes.
        package init(
            rate: Double = 20,
            seed: UInt64 = 1,
            flagCache: Duration = .seconds(45),
            holdsFile: Bool = true,
            isIdle: Bool = false
        ) {
            self.rate = rate
            self.seed = seed
            self.flagCache = flagCache
            self.holdsFile = holdsFile
            self.isIdle = isIdle
        }
    }

    /// What the workers saw committed.
    package let ledger: TrafficLedger

    private let place: TrafficPlace
    private let settings: Settings
    private let shape: TrafficShape
    private let base: Int
    private let tally: TrafficTally
    private let stopWish: TrafficStop
    private let threads = Mutex<[Background<Void>]>([])

    /// Looks at the side that will be written; no worker starts yet.
    ///
    /// - Parameters:
    ///   - place: Where the workers write.
    ///   - settings: How they write.
    ///   - ledger: Where committed writes are noted; one ledger can serve several runs.
    /// - Throws: ``MigrationError`` when the side cannot be opened or has neither shape.
    package init(
        _ place: TrafficPlace,
        settings: Settings = .init(),
        ledger: TrafficLedger = .init()
    ) throws(MigrationError) {
        self.place = place
        self.settings = settings
        self.ledger = ledger
        (shape, base) = try TrafficShape.find(place)
        tally = TrafficTally(side: place.side, roles: shape.roles)
        stopWish = TrafficStop(workers: shape.roles.count + 1)
    }

    /// Looks at a SQLite file that will be written; no worker starts yet.
    ///
    /// - Parameters:
    ///   - source: The file.
    ///   - settings: How the workers write.
    ///   - ledger: Where committed writes are noted.
    /// - Throws: ``MigrationError`` when the file cannot be opened or has neither shape.
    package convenience init(
        source: String,
        settings: Settings = .init(),
        ledger: TrafficLedger = .init()
    ) throws(MigrationError) {
        try self.init(.source(path: source), settings: settings, ledger: ledger)
    }

    /// What the workers saw committed so far, in the order of the commits.
    package var committed: [CommittedWrite] { ledger.writes }

    /// The figures so far.
    package var report: TrafficReport { tally.report }

    /// Starts the workers, each on a thread of its own; once.
    package func start() {
        threads.withLock { threads in
            guard threads.isEmpty else { return }
            tally.begin()
            let stop = stopWish
            threads = (settings.isIdle ? [] : Array(shape.roles.indices)).map { index in
                Background("traffic \(index)") { [self] in
                    var worker = worker(index, heartbeat: shape.heartbeat)
                    worker.work(until: stop)
                }
            }
            if settings.holdsFile, case .source(let path) = place {
                let index = shape.roles.count
                threads.append(
                    Background("traffic holder") {
                        FileHolder(path: path).hold(until: stop, as: index)
                    }
                )
            }
        }
    }

    /// Lets each worker finish its cycle, and waits for that.
    ///
    /// - Returns: The figures.
    @discardableResult
    package func stop() -> TrafficReport {
        stopWish.state()
        for thread in threads.withLock({ $0 }) {
            // Workers count their errors, they do not end with one.
            _ = try? thread.value()
        }
        tally.end()
        return tally.report
    }

    /// Does a number of cycles here and now, without threads and without waiting.
    ///
    /// The workers take turns by their shares, so the same file and seed give the same writes.
    ///
    /// - Parameter cycles: How many cycles, those that are skipped or fail included.
    /// - Returns: The figures of all cycles so far.
    @discardableResult
    package func run(cycles: Int) -> TrafficReport {
        var workers: [TrafficWorker] = shape.roles.indices.map { worker($0) }
        var due = [Double](repeating: 0, count: workers.count)
        for _ in 0..<cycles {
            guard let index = due.indices.min(by: { due[$0] < due[$1] }) else { break }
            due[index] += Double(workers[index].step()) / workers[index].rate
        }
        return tally.report
    }

    private func worker(_ index: Int, heartbeat: [TrafficSQL] = []) -> TrafficWorker {
        let role = shape.roles[index]
        let shares = shape.roles.reduce(0) { $0 + $1.share }
        return TrafficWorker(
            index: index,
            role: role,
            place: place,
            draw: TrafficDraw(
                seed: settings.seed,
                worker: index,
                workers: shape.roles.count,
                base: base
            ),
            cycle: TrafficCycle(worker: role.name, keys: shape.keys, ledger: ledger),
            tally: tally,
            rate: max(settings.rate, 0.1) * Double(role.share) / Double(shares),
            flagCache: settings.flagCache,
            heartbeat: heartbeat
        )
    }
}

/// A connection that keeps the file open and reads now and then, as the web application does.
struct FileHolder {
    let path: String

    /// Holds the file until it is told to stop.
    ///
    /// - Parameters:
    ///   - stop: The wish to stop.
    ///   - index: Its place among those who wait.
    func hold(until stop: TrafficStop, as index: Int) {
        var connection: SourceConnection?
        repeat {
            if connection == nil { connection = try? .init(path: path, access: .readOnly) }
            _ = try? connection?.integer("SELECT count(*) FROM workflow_controls")
        } while !stop.wait(until: .now + .seconds(1), worker: index)
    }
}
