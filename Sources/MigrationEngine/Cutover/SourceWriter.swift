import Foundation

/// Writes the source during a cutover, one transaction at a time.
///
/// Its connection is opened before anything is changed and kept: at the moment at which writes are
/// blocked or let through again, nothing has to be opened any more that could fail.
final class SourceWriter {
    /// How long an obstacle is waited for.
    enum Patience {
        /// So many seconds for a lock of another process; nothing else is waited for.
        case seconds(Double)
        /// Until it is gone: to give up would leave the application blocked.
        case endless
    }

    private let session: FollowSession
    private var connection: SourceConnection?
    /// How long one attempt waits for a lock, so that a wish to stop is seen in between.
    private static let slice: Int32 = 500
    /// Between two words to the operator about the same obstacle.
    private static let reminder = 10.0

    init(_ session: FollowSession) { self.session = session }

    /// Opens the connection.
    ///
    /// - Parameter stage: Who needs it.
    /// - Throws: ``MigrationError``.
    func open(_ stage: String) throws(MigrationError) { _ = try opened(stage) }

    /// Runs work as the only writer of the source, committed as a whole or not at all.
    ///
    /// - Parameters:
    ///   - stage: Who writes.
    ///   - patience: How long an obstacle is waited for.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``; then nothing is written.
    func write<Value>(
        _ stage: String,
        _ patience: Patience,
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        let started = ContinuousClock.now
        var spoken = 1.0
        while true {
            do throws(MigrationError) {
                let connection = try opened(stage)
                return try SourceTransaction(
                    connection,
                    session.options.source,
                    stage,
                    Self.slice
                ).run(work)
            } catch {
                guard let obstacle = Obstacle(error) else { throw error }
                let waited = started.duration(to: .now).seconds
                if case .seconds(let most) = patience {
                    guard obstacle == .lock, waited < most else { throw error }
                    try session.cancellation.check(stage, kept: session.kept)
                }
                if waited >= spoken {
                    session.tracker.log(
                        .warning,
                        stage,
                        "waiting to write the source: \(error.message)"
                    )
                    spoken = waited + Self.reminder
                }
                pass(obstacle)
            }
        }
    }

    private func opened(_ stage: String) throws(MigrationError) -> SourceConnection {
        // What stands at the path now may be another file, to which nothing of this belongs.
        try session.requireSameFile(stage)
        if let connection { return connection }
        let path = session.options.source
        do throws(MigrationError) {
            let fresh = try SourceFile.open(path, stage: stage, access: .readWrite)
            connection = fresh
            return fresh
        } catch {
            try session.requireSameFile(stage)
            throw error
        }
    }

    /// Brings what the write-ahead log holds into the file, as far as readers let it.
    ///
    /// A file that is taken without its log must be closed, too. What stays in the log is no
    /// harm as long as the log stays beside the file.
    func settleLog() {
        try? connection?.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Does what may help, then waits a moment.
    private func pass(_ obstacle: Obstacle) {
        switch obstacle {
        case .lock: break
        case .fullDisk:
            // What the log holds goes into the file; then the log is written from its start again.
            try? connection?.execute("PRAGMA wal_checkpoint")
            usleep(200_000)
        case .failure:
            // A connection that has seen an error of the disk may go on seeing it.
            connection = nil
            usleep(200_000)
        case .files: usleep(200_000)
        }
    }
}

/// What keeps the source from being written for a while.
enum Obstacle: Equatable {
    /// Another process holds it.
    case lock
    /// Its disk is full.
    case fullDisk
    /// A file beside it cannot be made: no descriptor is free, or the folder may not be written.
    case files
    /// The disk or the memory fails.
    case failure

    /// Reads an error.
    ///
    /// - Parameter error: The error; nil for one that does not pass by itself.
    init?(_ error: MigrationError) {
        guard case .sqlite(let code, _)? = error.cause else { return nil }
        // > https://www.sqlite.org/rescode.html
        switch code & 0xff {
        case 5, 6: self = .lock
        case 13: self = .fullDisk
        case 8, 14: self = .files
        case 7, 10: self = .failure
        default: return nil
        }
    }
}
