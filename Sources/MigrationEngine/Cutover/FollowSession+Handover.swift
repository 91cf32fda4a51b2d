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

    /// Wakes keys and triggers, installs the reverse capture, opens the tables to the application
    /// and says so, all in one transaction of the target.
    ///
    /// - Throws: ``MigrationError`` or ``TargetError``; when the connection is lost, only the
    ///   server knows what became of it.
    func handOver() throws {
        let live = LiveTarget(target: target, run: run.id)
        try target.transaction {
            try target.execute("SET LOCAL lock_timeout = '5s'")
            try live.wake()
            try ReverseCapture(target: target, run: run.id).install()
            try live.open()
            let isMoved =
                try target.query(
                    """
                    UPDATE cutover.position SET live_side = 'target', switched_at = now()
                    WHERE run_id = $1 AND seq = $2 AND live_side = 'source'
                    """,
                    [.text(run.id), .integer(position.seq)]
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
        }
        position.liveSide = .target
    }
}
