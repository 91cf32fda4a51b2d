import Foundation

/// Capture and catch-up until stopped: the verb `follow`.
public enum Follow {
    /// What `follow` can be told.
    public struct Settings: Sendable {
        /// Ends when fewer changes wait.
        public var untilLagBelow: Int?
        /// Ends after this many seconds.
        public var duration: Double?

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - untilLagBelow: Ends when fewer changes wait.
        ///   - duration: Ends after this many seconds.
        public init(untilLagBelow: Int? = nil, duration: Double? = nil) {
            self.untilLagBelow = untilLagBelow
            self.duration = duration
        }
    }

    /// Follows the source until it is told to stop; a later call goes on where this one stopped.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: When it ends by itself.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it; that is an ordinary end.
    /// - Returns: What was applied, and what still waits.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> FollowReport {
        try options.requireWritable("follow")
        let tracker = ProgressTracker(observer)
        do throws(MigrationError) {
            tracker.begin(.starting, "connecting")
            let session = try Self.begin(options, settings, tracker, cancellation)
            guard session.position.liveSide == .source else {
                if let half = session.position.halfReverted {
                    throw MigrationError(
                        .notLive,
                        half,
                        place: .init("follow", side: .target, path: session.address.redacted),
                        kept: .other("no side takes writes until that is finished"),
                        remedy: "finish it with: cutover revert"
                    )
                }
                throw MigrationError(
                    .notLive,
                    "the application works on PostgreSQL since "
                        + "\(session.position.switchedAt ?? "the switch"): there is nothing to follow",
                    place: .init("follow", side: .target, path: session.address.redacted),
                    remedy: "see where the run stands: cutover status; go back with: cutover revert"
                )
            }
            let undo = Undo(
                session,
                try SavedToggles(session),
                StepRecorder(session),
                SourceWriter(session)
            )
            if let words = try undo.recover() { tracker.log(.warning, "follow", words) }
            let report = try FollowLoop(session, settings).run()
            tracker.begin(.done, "stopped; \(report.lag.rows) changes wait")
            return report
        } catch {
            tracker.fail(error)
            throw error
        }
    }
}

/// The loop of `follow`: apply, look, wait, and go on when what was gone is back.
final class FollowLoop {
    /// Between two looks at a log without news.
    private static let pause: useconds_t = 50_000
    /// Between two attempts to reach what is gone, growing up to this.
    private static let longestWait = 5.0
    /// Between two times that what can wait is done while changes come all the time.
    private static let upkeep = 5.0
    /// How long what can wait may take once following is to stop.
    private static let farewell = 5.0

    private let session: FollowSession
    private let settings: Follow.Settings
    private let started = ContinuousClock.now
    private var reconnects = 0
    private var reasons: [String: Int] = [:]
    private var rate = ChangeRate()
    private var lastLag = (rows: 0, seconds: 0.0)
    private var lastUpkeep = -FollowLoop.upkeep

    private let comparison: FollowComparison

    init(_ session: FollowSession, _ settings: Follow.Settings) {
        self.session = session
        comparison = FollowComparison(session)
        self.settings = settings
    }

    private var elapsed: Double { started.duration(to: .now).seconds }

    /// Follows until an end is reached.
    func run() throws(MigrationError) -> FollowReport {
        session.tracker.begin(.follow, "following the source")
        var wait = 0.1
        var isLost = false
        while !session.cancellation.isCancelled {
            do {
                if isLost {
                    try session.reconnect()
                    isLost = false
                    reconnects += 1
                    session.tracker.log(.info, "follow", "the server is back")
                }
                let round = try session.target.interruptible(by: session.cancellation, round)
                wait = 0.1
                if round.isLast { break }
                if round.count == 0 { usleep(Self.pause) }
            } catch {
                // What was stopped on request has not failed, and its connection may be lost.
                if session.cancellation.isCancelled {
                    isLost = true
                    break
                }
                guard let reason = Self.passing(error) else { throw session.wrap(error, "follow") }
                if reasons[reason.words] == nil || wait >= Self.longestWait {
                    session.tracker.log(.warning, "follow", reason.words)
                }
                reasons[reason.words, default: 0] += 1
                isLost = isLost || reason.isServerLost
                let lag = (try? session.lag()) ?? lastLag
                show(lag, reason.words)
                if let most = settings.duration, elapsed >= most { break }
                pause(wait)
                wait = min(Self.longestWait, wait * 2)
            }
        }
        // Told to stop between two batches; the next start does it otherwise.
        if session.cancellation.isCancelled, !isLost {
            try? session.target.bounded(to: Self.farewell, keepUp)
        }
        return report()
    }

    /// Applies what there is, and does what is due behind it.
    ///
    /// - Returns: How many changes there were, and whether an end was reached.
    private func round() throws -> (count: Int, isLast: Bool) {
        let count = try session.catchUp()
        let lag = try session.lag()
        lastLag = lag
        show(lag, nil)
        let isBelow = settings.untilLagBelow.map { lag.rows < $0 } ?? false
        let isOver = settings.duration.map { elapsed >= $0 } ?? false
        if count == 0, session.hasStaleIdentities { try session.setIdentities() }
        let isDue =
            elapsed >= lastUpkeep + Self.upkeep || count == 0 && comparison.isDue(at: elapsed)
        if isBelow || isOver || isDue { try keepUp() }
        return (count, isBelow || isOver)
    }

    /// What can wait a little: the next ids of the target, a comparison, and the size of the log.
    private func keepUp() throws {
        if session.hasStaleIdentities { try session.setIdentities() }
        try comparison.compare(at: elapsed)
        try session.prune()
        lastUpkeep = elapsed
    }

    private func pause(_ seconds: Double) {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < end, !session.cancellation.isCancelled { usleep(Self.pause) }
    }

    private func show(_ lag: (rows: Int, seconds: Double), _ reason: String?) {
        rate.measure(session.changes, at: elapsed)
        session.tracker.live(
            LiveProgress(
                lagRows: lag.rows,
                lagSeconds: lag.seconds,
                appliedChanges: session.changes,
                changesPerSecond: rate.perSecond,
                waitingFor: reason
            )
        )
    }

    /// Why the loop waits.
    private struct Reason {
        var words: String
        var isServerLost: Bool
    }

    /// What may pass by itself; nil for what needs the operator.
    private static func passing(_ error: any Error) -> Reason? {
        switch FollowSession.underlying(error) {
        case let error as SourceError where error.isBusy:
            return Reason(
                words: "waiting: another process keeps the source locked",
                isServerLost: false
            )
        case let error as TargetError where error.isConnectionLost:
            return Reason(
                words: "waiting: the connection to the server is lost",
                isServerLost: true
            )
        case let error as TargetError where error.sqlState == "53100":
            return Reason(words: "waiting: the server's disk is full", isServerLost: false)
        case let error as TargetError
        where error.isContention:
            return Reason(words: "waiting: another session holds a table", isServerLost: false)
        case let error as TargetError where error.sqlStateClass == "53":
            return Reason(words: "waiting: the server lacks resources", isServerLost: true)
        case let error as MigrationError where error.code == .targetUnavailable:
            return Reason(words: "waiting: \(error.message)", isServerLost: true)
        case let error as MigrationError where error.code == .sourceLocked:
            return Reason(words: "waiting: \(error.message)", isServerLost: false)
        default: return nil
        }
    }

    private func report() -> FollowReport {
        // A source that is locked just now does not make the work undone.
        let lag = (try? session.lag()) ?? lastLag
        let isBelow = settings.untilLagBelow.map { lag.rows < $0 } ?? true
        return FollowReport(
            ok: isBelow && comparison.differences.isEmpty,
            appliedChanges: session.changes,
            writtenRows: session.written,
            quarantinedRows: session.quarantined,
            lag: .init(rows: lag.rows, seconds: lag.seconds),
            position: session.position.seq,
            reconnects: reconnects,
            waited: reasons.sorted { $0.key < $1.key }.map {
                .init(reason: $0.key, times: $0.value)
            },
            seconds: elapsed,
            comparedRows: comparison.compared,
            differences: comparison.differences
        )
    }
}

/// What `follow` did.
public struct FollowReport: Codable, Sendable {
    /// Whether it ended where it was told to, and nothing that it compared differs.
    public var ok: Bool
    /// Changes of the log that were applied.
    public var appliedChanges: Int
    /// Rows written in the target.
    public var writtenRows: Int
    /// Rows that did not fit and went into quarantine.
    public var quarantinedRows: Int
    /// What still waits.
    public var lag: Lag
    /// The last change that the target holds.
    public var position: Int64
    /// How often the server was lost and found.
    public var reconnects: Int
    /// What was waited for.
    public var waited: [Wait]
    /// How long it took.
    public var seconds: Double
    /// Changed rows that were compared on both sides.
    public var comparedRows: Int
    /// What of them differs.
    public var differences: [Difference]

    /// Rows of a table that differ although the target holds every change.
    public struct Difference: Codable, Sendable, Equatable {
        /// The table, as the source spells it.
        public var table: String
        /// Rows that the target lacks.
        public var missing: Int
        /// Rows that only the target has.
        public var extra: Int
        /// Rows whose values differ.
        public var different: Int
        /// The first keys.
        public var keys: [String]

        /// The difference in words.
        var words: String {
            "\(table): \(missing) missing, \(extra) extra, \(different) different"
                + (keys.isEmpty ? "" : " (\(keys.prefix(5).joined(separator: ", ")))")
        }
    }

    /// How far the target is behind.
    public struct Lag: Codable, Sendable {
        /// Changes that wait.
        public var rows: Int
        /// The age of the oldest.
        public var seconds: Double
    }

    /// Something that was waited for.
    public struct Wait: Codable, Sendable {
        /// What it was.
        public var reason: String
        /// How many attempts it took.
        public var times: Int
    }
}
