import Foundation

/// What the looks of one watch share: the connection, what was found before, and since when.
///
/// It belongs to one thread.
final class WatchLook {
    /// Statements of the watch end after this, so that a busy server is never held up by it.
    static let statementLimit = "5s"

    let options: Options
    let cancellation: Cancellation
    let started = ContinuousClock.now
    /// Where the run stands, as of this look.
    private(set) var status: RunStatus
    /// The two sides' live views.
    let sourceReader: LiveReader
    let targetReader: LiveReader
    /// What the criteria keep from one look to the next.
    var memory = WatchMemory()
    /// The application's profile, once it was read.
    var profile: Profile?

    private var connection: (TargetConnection, TargetAddress)?

    init(_ options: Options, _ cancellation: Cancellation) throws(MigrationError) {
        self.options = options
        self.cancellation = cancellation
        status = try RunStatus.read(options)
        sourceReader = LiveReader(options: options, side: .source)
        targetReader = LiveReader(options: options, side: .target)
    }

    /// Seconds since the watch began.
    var elapsed: Double { started.secondsToNow }

    /// Whether PostgreSQL takes the application's writes.
    var isTargetLive: Bool { status.liveSide == .target }

    /// Begins the next look.
    func renew() throws(MigrationError) { status = try RunStatus.read(options) }

    /// Asks the server, on one connection that is opened again when it was lost.
    ///
    /// - Parameter work: The questions.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``.
    func onTarget<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        let (target, address) = try connected()
        do throws(TargetError) {
            return try work(target)
        } catch {
            if error.isConnectionLost { connection = nil }
            throw TargetFailure.wrap(
                error,
                stage: "watch",
                address: address,
                cancellation: cancellation
            )
        }
    }

    /// The connection, and the address that it was made with.
    private func connected() throws(MigrationError) -> (TargetConnection, TargetAddress) {
        if let connection { return connection }
        let made = try Target.connect(options, stage: "watch", purpose: "watch")
        do throws(TargetError) {
            try made.0.execute(
                "SET statement_timeout = '\(Self.statementLimit)'; SET lock_timeout = '2s'; "
                    + "SET default_transaction_read_only = on; SET TIME ZONE 'UTC'"
            )
        } catch {
            throw TargetFailure.wrap(error, stage: "watch", address: made.1)
        }
        connection = made
        return made
    }

    /// The server, by what identifies it; nil when it cannot be asked.
    func server() -> WatchReport.Server? {
        try? onTarget { target throws(TargetError) -> WatchReport.Server in
            let fingerprint = try Target.fingerprint(target)
            let row = try target.query(
                """
                SELECT current_database(), current_setting('server_version'),
                    to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                """
            ).rows[0]
            let cluster = fingerprint.split(separator: "/").first.map(String.init)
            return WatchReport.Server(
                address: status.target,
                database: row[0] ?? "",
                systemIdentifier: cluster == "unknown" ? nil : cluster,
                version: row[1] ?? "",
                startedAt: row[2] ?? ""
            )
        }
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension WatchLook: Sendable {}

/// What the criteria keep from one look to the next.
struct WatchMemory {
    /// The server's counters at the first look.
    var counters: ServerCounters?
    /// The answers' times of our own probes, in milliseconds, the newest last.
    var probes: [Double] = []
    /// The database's size at the first look, in bytes.
    var size: Double?
    /// What the old file looked like when it was first seen closed.
    var file: OldFileStamp?
    /// The newest order of the old file when it was first seen closed.
    var oldestSideOrder: String?
    /// The last count of rows without their parent, and when it was made.
    var violations: (finding: WatchFinding, at: Double)?
    /// The statements' counters at the first look, by the server's number of them.
    var statements: [String: StatementCounters]?
}
