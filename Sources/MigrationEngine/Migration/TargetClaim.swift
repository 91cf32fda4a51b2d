import Foundation

/// One process a target at a time: the claim, and what a killed process left behind.
struct TargetClaim {
    /// How long the session of a killed process may hold the target before it is called alive.
    private static let patience: Duration = .seconds(2)

    let target: TargetConnection
    let address: TargetAddress
    /// What is kept if the claim fails.
    var kept = MigrationError.Kept.untouched

    /// Keeps another process, from whatever machine or folder, away from the target.
    ///
    /// The claim ends with the connection.
    ///
    /// - Parameter stage: Who claims.
    /// - Throws: ``MigrationError`` of code `runBusy`, which names who holds the target.
    func take(_ stage: String) throws(MigrationError) {
        target.noticeLostClient()
        guard try hold(stage) else { throw busy(stage, try holder("migrate")) }
        try endLeftovers(stage)
    }

    /// Takes the lock, once whoever has just ended has given it back.
    ///
    /// - Parameter stage: Who claims.
    /// - Returns: Whether the lock is ours.
    /// - Throws: ``MigrationError`` when the server does not answer.
    func hold(_ stage: String) throws(MigrationError) -> Bool {
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        while try !attempt(stage) {
            // The server takes a moment to see that a client has ended, or was killed.
            guard ContinuousClock.now < deadline else { return false }
            usleep(20_000)
        }
        return true
    }

    /// Says who holds the target.
    ///
    /// - Parameter stage: Who asks.
    /// - Returns: The error of code `runBusy`.
    /// - Throws: ``MigrationError`` when the server does not answer.
    func refusal(_ stage: String) throws(MigrationError) -> MigrationError {
        busy(stage, try holder("migrate"))
    }

    private func attempt(_ stage: String) throws(MigrationError) -> Bool {
        try onTarget(stage) { target throws(TargetError) in
            // The lock ends with the session, however that ends.
            try target.query("SELECT pg_try_advisory_lock(hashtext('cutover migrate'))").first
                == "t"
        }
    }

    /// Ends the sessions with which an earlier process copied: one that was killed in the middle
    /// of a COPY may still commit its chunk after this run has looked for it.
    private func endLeftovers(_ stage: String) throws(MigrationError) {
        let left = try onTarget(stage) { target throws(TargetError) -> Bool in
            _ = try? target.query(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE \(Self.isWorker)"
            )
            try target.execute("SET lock_timeout = '30s'")
            do throws(TargetError) {
                try target.execute(
                    "SELECT pg_advisory_lock(\(TargetConnection.workLock)); "
                        + "SELECT pg_advisory_unlock(\(TargetConnection.workLock))"
                )
            } catch {
                // 55P03: they are another role's, and still at work.
                guard error.sqlState == "55P03" else { throw error }
                return true
            }
            try target.execute("SET lock_timeout = 0")
            return false
        }
        if left { throw busy(stage, try holder("work")) }
    }

    private static let isWorker = """
        locktype = 'advisory' AND pid <> pg_backend_pid() AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND (classid, objid) = (hashtext('cutover')::oid, hashtext('work')::oid)
        """

    /// Who holds the target, as the server knows it.
    private func holder(_ what: String) throws(MigrationError) -> String? {
        let lock =
            what == "work"
            ? Self.isWorker
            : """
            locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND objid = hashtext('cutover migrate')::oid
            """
        return try onTarget("start") { target throws(TargetError) in
            try target.query(
                """
                SELECT format('session %s of user "%s"%s since %s', pid, usename,
                    ' from ' || host(client_addr),
                    to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"'))
                FROM pg_stat_activity WHERE pid IN (SELECT pid FROM pg_locks WHERE \(lock)) LIMIT 1
                """
            ).first
        }
    }

    private func busy(_ stage: String, _ holder: String?) -> MigrationError {
        MigrationError(
            .runBusy,
            "another cutover process works on this target"
                + (holder.map { ": \($0)" } ?? ""),
            place: .init(stage, side: .target, path: address.redacted),
            remedy: "wait for it, or stop it where it runs, with Ctrl-C; then run the same command "
                + "again. cutover status shows it"
        )
    }

    private func onTarget<Value>(
        _ stage: String,
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(TargetError) {
            return try work(target)
        } catch {
            throw TargetFailure.wrap(error, stage: stage, address: address, kept: kept)
        }
    }
}

extension TargetConnection {
    /// The advisory lock that every session of a running copy shares.
    static let workLock = "hashtext('cutover'), hashtext('work')"

    /// Lets the server see within a second that this process was killed, in a long statement, too.
    func noticeLostClient() {
        guard serverVersion >= 140_000 else { return }
        // A server on a system that cannot tell refuses the setting; it sees it a little later.
        try? execute("SET client_connection_check_interval = '1s'")
    }
}
