import Foundation

/// Takes the application's tables from it on the way back, without making it wait for that.
///
/// A lock that waits behind an open transaction keeps everybody else waiting behind itself. So it
/// is asked for in short tries, and between two of them the application's writes pass.
struct TargetClosing {
    /// How long open transactions are waited for in all.
    private static let patience = 30.0
    /// The longest that the application waits for one try.
    private static let attempt = "400ms"
    /// The same where a server takes a table away from its own autovacuum only after a second.
    private static let longAttempt = "1300ms"

    let session: FollowSession

    /// Closes the tables, and notes it, in one transaction.
    ///
    /// - Throws: ``MigrationError`` when transactions hold the tables for too long, or
    ///   ``TargetError``.
    func perform() throws {
        let end = ContinuousClock.now.advanced(by: .seconds(Self.patience))
        var attempts = 0
        while true {
            attempts += 1
            do {
                return try close(attempts % 4 == 0 ? Self.longAttempt : Self.attempt)
            } catch let error as TargetError where error.isContention || error.isTimeout {
                try session.cancellation.check("revert", kept: session.kept)
                guard ContinuousClock.now < end else { throw held(error) }
                if attempts % 4 == 1 {
                    session.tracker.log(
                        .warning,
                        "revert",
                        "waiting: open transactions on PostgreSQL hold tables of the application"
                    )
                }
                // Not in step with the application, which works on meanwhile.
                usleep(UInt32.random(in: 300_000...500_000))
            }
        }
    }

    private func close(_ patience: String) throws {
        let (session, target) = (session, session.target)
        let live = LiveTarget(target: target, run: session.run.id)
        try target.transaction {
            let names = try live.names()
            try target.execute(
                """
                SET LOCAL lock_timeout = '\(patience)';
                SET LOCAL statement_timeout = '\(patience)';
                SELECT set_config('deadlock_timeout', '50ms', true)
                FROM pg_roles WHERE rolname = current_user AND rolsuper
                """
            )
            // All of them in one statement, so that all of it is bounded, not each of many tables.
            if !names.isEmpty {
                try target.execute(
                    "LOCK TABLE \(names.joined(separator: ", ")) IN SHARE ROW EXCLUSIVE MODE"
                )
            }
            try target.execute("SET LOCAL statement_timeout = 0")
            try live.close("the application goes back to SQLite (run \(session.run.id))")
            try session.noteClosed()
        }
    }

    private func held(_ error: TargetError) -> MigrationError {
        MigrationError(
            .targetFailed,
            "open transactions on PostgreSQL held tables of the application for too long",
            place: .init("revert", side: .target, path: session.address.redacted),
            kept: .other("the application goes on working on PostgreSQL; nothing was changed"),
            remedy: "wait for them, or end them; then run the same command again",
            // So the server says it of a lock; of a statement's time it is meant as well.
            cause: .postgres(sqlState: "55P03", message: error.message, detail: nil, hint: nil)
        )
    }
}

extension TargetError {
    /// Whether the statement took longer than it may.
    fileprivate var isTimeout: Bool { sqlState == "57014" }
}
