import Foundation

/// One run a target at a time: the claim, and what a killed process left behind.
extension MigrationRun {
    /// How long the session of a killed process may hold the target before it is called alive.
    private static let patience: Duration = .seconds(2)

    /// Keeps a second run, from whatever machine or folder, away from the target.
    func claimTarget() throws(MigrationError) {
        target.noticeLostClient()
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        while try !tryClaim() {
            // The server takes a moment to see that a client was killed.
            guard ContinuousClock.now < deadline else { throw busy(try holder("migrate")) }
            usleep(20_000)
        }
        try endLeftovers()
        SourceView.removeLeftovers()
        BackupFiles.removeLeftovers(in: RunDirectory(existing: options.runDirectory).backups)
    }

    private func tryClaim() throws(MigrationError) -> Bool {
        try onTarget("start") { target throws(TargetError) in
            // The lock ends with the session, however that ends.
            try target.query("SELECT pg_try_advisory_lock(hashtext('cutover migrate'))").first
                == "t"
        }
    }

    /// Ends the sessions with which an earlier process copied: one that was killed in the middle
    /// of a COMMIT may still commit its chunk after this run has looked for it.
    private func endLeftovers() throws(MigrationError) {
        let left = try onTarget("start") { target throws(TargetError) -> Bool in
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
        if left { throw busy(try holder("work")) }
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

    private func busy(_ holder: String?) -> MigrationError {
        MigrationError(
            .runBusy,
            "another cutover process migrates into this target"
                + (holder.map { ": \($0)" } ?? ""),
            place: .init("start", side: .target, path: address.redacted),
            remedy: "wait for it, or stop it; watch it with: cutover status"
        )
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
