import Foundation

/// The run before: taken up again, or refused with the reason.
extension MigrationRun {
    /// What a target knows of the same schema.
    enum Earlier {
        /// Nothing, and it is ready for a first run.
        case none
        /// A run that was stopped, with its backup.
        case unfinished(BackupReport)
        /// A run of the same source that came to its end.
        case finished(RunState.Run)
    }

    /// Finds the earlier run of the same pair, or makes sure that the target is ready.
    func earlier() throws(MigrationError) -> Earlier {
        try requireOwnSchemas()
        // Whoever made one is gone: there is one run a target at a time.
        try dropDryRun()
        if settings.isDryRun {
            try requireReady()
            return .none
        }
        let newest = try onTarget("start") { target throws(TargetError) in
            try RunState.newestRun(target, in: options.schema)
        }
        guard let newest else {
            try requireReady()
            return .none
        }
        if newest.sourceFingerprint == sourceFingerprint { try requireSourceLive(newest) }
        guard try isOpen(newest) else {
            guard try holds(newest) else {
                try requireReady()
                return .none
            }
            return .finished(newest)
        }
        return try takeUp(newest)
    }

    /// A dry run stands beside whatever is there; tables that stand already must fit it as well.
    private func requireReady() throws(MigrationError) {
        if mode == TargetSchema.Mode.existing.rawValue {
            try requireMatching()
        } else if !settings.isDryRun {
            try requireEmptyTarget()
        }
    }

    private func takeUp(_ newest: RunState.Run) throws(MigrationError) -> Earlier {
        guard newest.sourceFingerprint == sourceFingerprint else {
            throw MigrationError(
                .differentRun,
                newest.sourcePath == SourceFile.realPath(options.source)
                    ? "the source's schema has changed since its unfinished run began"
                    : "the target holds an unfinished run of another source, "
                        + newest.sourcePath,
                place: .init("start", side: .target, path: address.redacted),
                remedy: "finish that run with --source \(newest.sourcePath), or "
                    + (newest.mode == "existing"
                        ? "put its keys and triggers back with the statements of "
                            + "cutover.altered, then drop schema cutover"
                        : "drop its tables and schema cutover")
                    + "; or give another --schema"
            )
        }
        guard settings.mode == "auto" || settings.mode == newest.mode else {
            throw MigrationError(
                .differentRun,
                "the unfinished run was begun in mode \(newest.mode)",
                place: .init("start", side: .target, path: address.redacted),
                kept: .other("the rows that the run committed stay in the target"),
                remedy: "run the command again with --mode \(newest.mode)"
            )
        }
        guard let recorded = try journal.run(newest.id),
            access(recorded.backupPath, R_OK) == 0
        else {
            throw MigrationError(
                .differentRun,
                "the backup of the unfinished run is not in the folder of the run",
                place: .init("start", path: options.runDirectory),
                remedy: "give the run's own folder with --run-dir DIR, or drop the run's tables "
                    + "and schema cutover to start afresh"
            )
        }
        let backup = try Backup.reopen(recorded, newest.backupSHA256)
        identifier = newest.id
        mode = newest.mode
        warnings.append("went on with the unfinished run \(newest.id) and its backup")
        tracker.log(.info, "start", "going on with unfinished run \(newest.id)")
        return .unfinished(backup)
    }

    /// Refuses to go on with an unfinished run by another mapping than it began with: some rows
    /// would be copied in one way and some in the other.
    func requireSameMapping(_ mapped: TargetSchema) throws(MigrationError) {
        let records = try onTarget("start") { target throws(TargetError) in
            // An earlier version began the run without them.
            try target.execute("BEGIN; \(RunState.createConversions); COMMIT")
            return try RunState.records(of: identifier, target)
        }
        var now: NameTable<MappingRecord> = [:]
        for table in mapped.tables { now[table.sourceName] = MappingRecord(table, mapped) }
        for skipped in mapped.skipped where skipped.column == nil {
            now[skipped.table] = MappingRecord(skip: skipped.reason)
        }
        for (table, record) in records.pairs.sorted(by: { $0.name < $1.name }) {
            guard let difference = record.difference(from: now[table] ?? MappingRecord(skip: ""))
            else { continue }
            let name = difference.column.map { "column \"\($0)\" of \"\(table)\"" }
            throw MigrationError(
                .differentRun,
                "the mapping is not the one that the unfinished run began with: "
                    + "\(name ?? "table \"\(table)\"") \(difference.text)",
                place: .init("start", side: .target, table: table, column: difference.column),
                kept: .other("the rows that the run committed stay in the target"),
                remedy: "run again with the profile as it was, or begin afresh with the new one: "
                    + "give an empty database, or drop the run's tables and schema cutover"
            )
        }
    }

    /// Whether a run has something left to do: at least the end that the journal did not see.
    private func isOpen(_ run: RunState.Run) throws(MigrationError) -> Bool {
        guard run.isFinished else { return true }
        guard run.sourceFingerprint == sourceFingerprint else { return false }
        let recorded = try journal.run(run.id)
        // With its report it was done once; what failed since was a follow or a switch.
        return recorded.map { $0.state != "done" && $0.report == nil } ?? false
    }

    private func requireEmptyTarget() throws(MigrationError) {
        let present = try onTarget("start") { target throws(TargetError) in
            try Target.relations(in: schema, target)
        }
        guard !present.isEmpty else { return }
        let names = present.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        let more = present.count > 5 ? " and \(present.count - 5) more" : ""
        throw MigrationError(
            .targetNotEmpty,
            "schema \"\(schema)\" of the target is not empty: \(names)\(more)",
            place: .init("start", side: .target, path: address.redacted),
            remedy: "give an empty database, for example: \(address.createdb("_new")); or "
                + "another schema with --schema NAME; or fill tables that stand there already "
                + "with --mode existing"
        )
    }

    /// Makes sure that schemas of our names were made by us: others are never touched.
    private func requireOwnSchemas() throws(MigrationError) {
        let foreign = try onTarget("start") { target throws(TargetError) -> String? in
            try RunState.foreignSchema(target)
        }
        guard let foreign else { return }
        throw MigrationError(
            .targetNotEmpty,
            "the target has a schema \"\(foreign)\" that cutover did not make",
            place: .init("start", side: .target, path: address.redacted),
            remedy: "rename it: ALTER SCHEMA \(foreign) RENAME TO \(foreign)_old; "
                + "or give another database"
        )
    }

    /// Removes a dry run, also one that was killed, with all that the target knows of it.
    func dropDryRun() throws(MigrationError) {
        try onTarget("dry run") { target throws(TargetError) in
            try RunState.dropDryRun(target)
        }
    }
}

extension TargetSchema {
    /// The tables that the profile leaves out, with their rows.
    ///
    /// - Parameter backup: The backup, whose rows were counted.
    /// - Returns: One entry a table.
    func skippedTables(_ backup: BackupReport) -> [SkippedTable] {
        let rows = NameTable(backup.tables.map { ($0.name, $0.rows) })
        return skipped.filter { $0.column == nil }.map {
            SkippedTable(table: $0.table, rows: rows[$0.table] ?? 0, reason: $0.reason)
        }
    }
}
