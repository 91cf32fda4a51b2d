import Foundation

/// What the looks of one watch share: the connection, what was found before, and since when.
///
/// It belongs to one thread.
final class WatchLook {
    /// Statements of the watch end after so many seconds, so that a busy server is never held up by
    /// it.
    static let statementSeconds = 5

    let options: Options
    let cancellation: Cancellation
    let started = ContinuousClock.now
    /// Where the run stands, as of this look.
    private(set) var status: RunStatus
    /// The two sides' live views.
    let sourceReader: LiveReader
    private let targetReader: LiveReader
    /// What the criteria keep from one look to the next.
    var memory = WatchMemory()
    /// Who opens the old file between two looks.
    let openings: FileOpenings
    /// The application's profile, once it was read.
    var profile: Profile?

    private var connection: (target: TargetConnection, address: TargetAddress)?
    private var foundServer: Result<(WatchReport.Server, fingerprint: String), MigrationError>?
    /// Why the server could not be asked in this look; nobody waits for it twice in one look.
    private(set) var lost: MigrationError?

    init(_ options: Options, _ cancellation: Cancellation) throws(MigrationError) {
        self.options = options
        self.cancellation = cancellation
        openings = FileOpenings(options.source)
        status = try RunStatus.read(options)
        sourceReader = LiveReader(options: options, side: .source)
        targetReader = LiveReader(options: options, side: .target)
        lastLiveSide = status.liveSide
    }

    /// Seconds since the watch began.
    var elapsed: Double { started.secondsToNow }

    /// The side that took the application's writes when that could be told last: while the server
    /// is gone, the old file is watched on.
    private var lastLiveSide: Side?

    /// Whether PostgreSQL takes the application's writes.
    var isTargetLive: Bool { lastLiveSide == .target }

    /// Begins the next look.
    func renew() throws(MigrationError) {
        status = try RunStatus.read(options)
        lastLiveSide = status.liveSide ?? lastLiveSide
        lost = nil
        foundServer = nil
    }

    /// Asks the server about what the application may not have.
    ///
    /// - Parameters:
    ///   - sql: The question.
    ///   - parameters: Its values.
    /// - Returns: The rows; nil when a table or column of it is not there.
    /// - Throws: ``MigrationError``.
    func rowsIfThere(
        _ sql: String,
        _ parameters: [TargetParameter] = []
    ) throws(MigrationError) -> [[String?]]? {
        try onTarget { target throws(TargetError) -> [[String?]]? in
            do throws(TargetError) {
                return try target.query(sql, parameters).rows
            } catch {
                guard error.isAboutMissing else { throw error }
                return nil
            }
        }
    }

    /// Asks the server, on one connection that is opened again when it was lost.
    ///
    /// - Parameter work: The questions.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``.
    func onTarget<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        if let lost { throw lost }
        do throws(MigrationError) {
            let connection = try connected()
            return try Target.ask(
                connection,
                stage: "watch",
                cancellation,
                onLoss: { self.connection = nil },
                work
            )
        } catch {
            if error.code == .targetUnavailable { lost = error }
            throw error
        }
    }

    /// Reads the application's views on the server.
    ///
    /// - Parameter work: The reading.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``.
    func reading<Value>(
        _ work: (LiveReader) throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        if let lost { throw lost }
        do throws(MigrationError) {
            return try work(targetReader)
        } catch {
            if error.code == .targetUnavailable { lost = error }
            throw error
        }
    }

    private func connected() throws(MigrationError) -> (
        target: TargetConnection, address: TargetAddress
    ) {
        if let connection { return connection }
        let made = try Target.connect(
            options,
            stage: "watch",
            settings: "SET lock_timeout = '2s'; "
                + "SET default_transaction_read_only = on; SET TIME ZONE 'UTC'"
        )
        connection = made
        return made
    }

    /// The server, by what identifies it, asked once a look.
    ///
    /// - Returns: The server, and the fingerprint of its database.
    /// - Throws: ``MigrationError`` when it cannot be asked.
    func server() throws(MigrationError) -> (WatchReport.Server, fingerprint: String) {
        if let foundServer { return try foundServer.get() }
        let found: Result<(WatchReport.Server, fingerprint: String), MigrationError>
        do throws(MigrationError) {
            let address = status.target
            found = .success(
                try onTarget { target throws(TargetError) in
                    try WatchReport.Server.read(target, at: address)
                }
            )
        } catch {
            found = .failure(error)
        }
        foundServer = found
        return try found.get()
    }
}

extension WatchReport.Server {
    /// Reads what identifies a server and a database.
    ///
    /// - Parameters:
    ///   - target: A connection.
    ///   - address: Its address, without a password.
    /// - Returns: The server, and the fingerprint of its database.
    /// - Throws: ``TargetError``.
    fileprivate static func read(
        _ target: TargetConnection,
        at address: String
    ) throws(TargetError) -> (WatchReport.Server, fingerprint: String) {
        let fingerprint = try Target.fingerprint(target)
        let row = try target.query(
            """
            SELECT current_database(), current_setting('server_version'),
                to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            """
        ).rows[0]
        let cluster = fingerprint.split(separator: "/").first.map(String.init)
        let server = WatchReport.Server(
            address: address,
            database: row[0] ?? "",
            systemIdentifier: cluster == "unknown" ? nil : cluster,
            version: row[1] ?? "",
            startedAt: row[2] ?? ""
        )
        return (server, fingerprint)
    }
}

// because its connections belong to one thread
@available(*, unavailable)
extension WatchLook: Sendable {}

/// What the criteria keep from one look to the next.
struct WatchMemory {
    /// The server's counters in the last minutes.
    var counters = WatchWindow<ServerCounters>()
    /// The answers' times of our own probes, in milliseconds, the newest last.
    var probes: [Double] = []
    /// The database's size at the first look, in bytes.
    var size: Double?
    /// What the old file looked like when it was first seen closed.
    var file: OldFileStamp?
    /// Whether nobody but a stranger had a reason to open the old file since the look before.
    var isSettled = false
    /// A later one that is not the closed file, so that it is read to its end only once.
    var refusedFile: OldFileStamp?
    /// The newest order of the old file when it was first seen closed.
    var oldestSideOrder: String?
    /// The last count of rows without their parent, when it was made and how long it took.
    var violations: (finding: WatchFinding, at: Double, cost: Double)?
    /// The statements' counters in the last minutes, by the server's number of them.
    var statements = WatchWindow<[String: StatementCounters]>()
}

/// What a counter was in the last minutes, so that an alarm about its growth comes to an end.
struct WatchWindow<Value> {
    /// How long it is remembered, in seconds.
    static var length: Double { 600 }

    private var kept: [(at: Double, value: Value)] = []

    /// Adds what the counter is now.
    ///
    /// - Parameters:
    ///   - value: The counter.
    ///   - moment: The time, in seconds since the watch began.
    /// - Returns: What it was at the begin of the window, and how many seconds ago that is.
    mutating func oldest(adding value: Value, at moment: Double) -> (value: Value, ago: Double) {
        // One a minute is enough to know what was ten minutes ago.
        if kept.last.map({ $0.at + Self.length / 10 <= moment }) ?? true {
            kept.append((moment, value))
        }
        while kept.count > 1, kept[1].at <= moment - Self.length { kept.removeFirst() }
        return (kept[0].value, moment - kept[0].at)
    }
}
