import Foundation

/// The commit that hands the application over, and what leads to it.
extension FollowSession {
    /// Notes that both sides are equal up to a change.
    ///
    /// - Parameter seq: The change.
    /// - Throws: ``TargetError``.
    func markVerified(_ seq: Int64) throws(TargetError) {
        try target.query(
            "UPDATE cutover.position SET verified_seq = $2, verified_at = now() WHERE run_id = $1",
            [.text(run.id), .integer(seq)]
        )
        position.verifiedSeq = seq
    }

    /// Ends what works on the tables by itself, such as an autovacuum, while writes still pass.
    ///
    /// PostgreSQL takes it away from who waits for a table only after `deadlock_timeout`, a second
    /// a table, and at the handover that would be a second of the write freeze. A session that keeps
    /// a table for longer is left to the handover.
    func clearTables() {
        try? target.transaction {
            let names = try LiveTarget(target: target, run: run.id).names()
            guard !names.isEmpty else { return }
            try target.execute(
                """
                SET LOCAL lock_timeout = '3s';
                LOCK TABLE \(names.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE
                """
            )
        }
    }

    /// Wakes keys and triggers, installs the reverse capture, opens the tables to the application
    /// and says so, all in one transaction of the target.
    ///
    /// - Parameters:
    ///   - token: What stands in the file that was closed for it.
    ///   - clock: How long writes have been blocked, and how long they may be.
    ///   - committing: Is told when everything is written, and the commit is asked for.
    /// - Throws: ``MigrationError`` or ``TargetError``; when the connection is lost, only the
    ///   server knows what became of it.
    func handOver(
        _ token: String,
        _ clock: FreezeClock?,
        committing: () -> Void
    ) throws {
        // It ends by itself within the budget: a session that is broken off tells nobody why.
        let left = clock.map { $0.budget - $0.seconds - 0.4 } ?? 5
        let patience = Int((min(5, max(0.1, left)) * 1_000).rounded())
        let live = LiveTarget(target: target, run: run.id)
        try target.transaction {
            // Whoever may, waits less for an autovacuum that has begun since.
            try target.execute(
                """
                SET LOCAL lock_timeout = '\(patience)ms';
                SELECT set_config('deadlock_timeout', '50ms', true)
                FROM pg_roles WHERE rolname = current_user AND rolsuper;
                \(Handover.recording(token, run: run.id, seq: position.seq))
                """
            )
            try live.wake()
            try ReverseCapture(target: target, run: run.id).install()
            try live.open()
            let isMoved =
                try target.query(
                    """
                    UPDATE cutover.position SET live_side = 'target', switched_at = now(),
                        freeze_seconds = $3, closed_at = NULL
                    WHERE run_id = $1 AND seq = $2 AND live_side = 'source'
                    """,
                    [
                        .text(run.id), .integer(position.seq),
                        .text(String(clock?.seconds ?? 0)),
                    ]
                ).affected == 1
            guard isMoved else {
                throw MigrationError(
                    .runBusy,
                    "another process has moved the position of this run",
                    place: .init("switch", side: .target, path: address.redacted),
                    kept: kept,
                    remedy: "stop the other process, then run the same command again"
                )
            }
            Failpoint.reach(.handoverWritten)
            committing()
        }
        position.liveSide = .target
        position.switchedAt = Date().formatted(.iso8601)
    }

    /// Notes that the target is closed on a way back, in the caller's transaction; the first time
    /// stays, because writes are blocked from then on, whoever was killed meanwhile.
    ///
    /// - Throws: ``TargetError``.
    func noteClosed() throws(TargetError) {
        try target.execute(RunState.completePosition)
        try target.query(
            """
            UPDATE cutover.position SET closed_at = coalesce(closed_at, clock_timestamp())
            WHERE run_id = $1
            """,
            [.text(run.id)]
        )
    }

    /// Notes how long writes were blocked, once the commit that hands over was answered: what that
    /// commit holds itself is the time before it was asked for.
    ///
    /// - Parameter seconds: The write freeze; a shorter one than is noted changes nothing.
    /// - Throws: ``TargetError``.
    func noteFreeze(_ seconds: Double) throws(TargetError) {
        try target.query(
            "UPDATE cutover.position SET freeze_seconds = greatest(freeze_seconds, $2) WHERE run_id = $1",
            [.text(run.id), .text(String(seconds))]
        )
        position.freezeSeconds = max(seconds, position.freezeSeconds ?? 0)
    }

    /// Notes that a side takes writes again.
    ///
    /// - Throws: ``TargetError``.
    func noteOpened() throws(TargetError) {
        try target.query(
            "UPDATE cutover.position SET closed_at = NULL WHERE run_id = $1",
            [.text(run.id)]
        )
    }
}
