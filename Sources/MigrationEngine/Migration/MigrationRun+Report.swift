import Foundation

/// What a run adds up, compares and writes down at its end.
extension MigrationRun {
    func account(
        _ plans: [TablePlan],
        _ census: Census
    ) throws(MigrationError) -> [MigrateReport.Table] {
        var tables: [MigrateReport.Table] = []
        for plan in plans {
            let name = plan.table.sourceName
            let rows = census.tables[name]?.rows ?? 0
            let sums = try onTarget("account") { target throws(TargetError) in
                try Accounting(plan, rows: rows, run: identifier, target)
            }
            if let problem = sums.problem(name, rows: rows) {
                problems.append(problem)
                tracker.log(.error, "account", problem)
            }
            tables.append(
                .init(
                    name: name,
                    sourceRows: rows,
                    copiedRows: sums.copied,
                    quarantinedRows: sums.quarantined,
                    targetRows: sums.present,
                    acceptedRows: sums.accepted
                )
            )
            tracker.update(name) {
                $0.copiedRows = sums.copied
                $0.quarantinedRows = sums.quarantined
            }
        }
        return tables
    }

    /// Why rows of a run are not in the target.
    func quarantineReasons(
        of run: String? = nil
    ) throws(MigrationError) -> [QuarantineReason] {
        try onTarget("account") { target throws(TargetError) in
            let states = try RunState.QuarantineStates(target)
            return try target.query(
                """
                SELECT table_name, column_name, reason, count(*) FROM cutover.quarantine
                WHERE run_id = $1 AND \(states.isAbsent) GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 50
                """,
                [.text(run ?? identifier)]
            ).rows.map { row in
                QuarantineReason(
                    table: row[0] ?? "",
                    column: row[1],
                    reason: row[2] ?? "",
                    rows: Int(row[3] ?? "") ?? 0
                )
            }
        }
    }

    func verify(_ backup: BackupReport) throws(MigrationError) -> VerifyReport {
        try announce(.verify, "comparing every cell")
        return try Verification(
            options,
            Verification.Settings(jobs: settings.jobs),
            schema: schema,
            run: identifier,
            maximumQuarantined: settings.maximumQuarantined,
            tracker: tracker,
            cancellation: cancellation
        ).compare(snapshot: backup.path, kept: .copied)
    }

    /// Writes the report beside the source, where it survives the target.
    private func keep(_ report: String) throws(MigrationError) {
        let path = "\(directory.reports)/migrate_\(identifier).json"
        guard
            FileManager.default.createFile(
                atPath: path,
                contents: Data((report + "\n").utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else {
            throw MigrationError(
                .fileFailed,
                "the report cannot be written",
                place: .init("finish", path: path),
                kept: .copied,
                remedy: "check disk space and rights of the folder; the target is complete, see: "
                    + "cutover verify",
                cause: .system(errno: errno, call: "write")
            )
        }
    }

    func finish(
        _ report: inout MigrateReport,
        started: ContinuousClock.Instant
    ) throws(MigrationError) {
        try onTarget("finish") { target throws(TargetError) in
            // Everything before was committed without waiting for the disk; this commit waits,
            // and the log that it waits for holds all of it.
            try target.execute("SET synchronous_commit = on")
            try RunState.setPhase("done", of: identifier, target, isFinished: true)
        }
        Failpoint.reach(.runFinished)
        if settings.isDryRun { try dropDryRun() }
        tracker.begin(.done, "writing the report")
        report.phases = tracker.phases
        report.seconds = started.duration(to: .now).seconds
        let text = (try? JSONEncoder.report.encode(report))
            .map { String(decoding: $0, as: UTF8.self) }
        try keep(text ?? "{}")
        Failpoint.reach(.reportWritten)
        try journal.end(
            identifier,
            state: "done",
            detail: report.ok ? "all rows arrived" : "done, with findings",
            report: text
        )
        Failpoint.reach(.runDone)
    }
}
