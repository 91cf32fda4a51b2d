import Foundation

/// A second run into what an earlier one made: nothing is written, both sides are compared.
extension MigrationRun {
    /// Whether the rows of a finished run are still there.
    func holds(_ run: RunState.Run) throws(MigrationError) -> Bool {
        let schema = schema
        return try onTarget("start") { target throws(TargetError) in
            guard run.mode == TargetSchema.Mode.existing.rawValue else {
                return try !Target.relations(in: schema, target).isEmpty
            }
            let names = try target.query(
                """
                SELECT format('%I.%I', $2::text, target_name) FROM cutover.mapping
                WHERE run_id = $1 AND to_regclass(CASE WHEN target_name <> ''
                    THEN format('%I.%I', $2::text, target_name) END) IS NOT NULL
                """,
                [.text(run.id), .text(schema)]
            ).rows.compactMap { $0[0] }
            for name in names
            where try target.query("SELECT EXISTS (SELECT FROM \(name))").first == "t" {
                return true
            }
            return false
        }
    }

    /// Reports a run that is done; writes nothing.
    ///
    /// - Returns: The report of that run with a comparison of both sides as they are now.
    /// - Throws: ``MigrationError`` when the source or its rows are not those of the run.
    func alreadyDone(
        _ run: RunState.Run,
        since started: ContinuousClock.Instant
    ) throws(MigrationError) -> MigrateReport {
        let story = try story(of: run)
        guard run.sourceFingerprint == sourceFingerprint else {
            throw otherSource(run, story)
        }
        guard settings.mode == "auto" || settings.mode == run.mode else {
            throw refused(
                "this source was already migrated in mode \(run.mode), by run \(run.id) which "
                    + "ended \(story.finishedAt)"
            )
        }
        tracker.log(.info, "start", "run \(run.id) is done; both sides are compared")
        tracker.begin(.verify, "comparing every cell with what run \(run.id) copied")
        let verified = try Verification(
            options,
            Verification.Settings(countsOnly: !settings.verifies, jobs: settings.jobs),
            schema: schema,
            run: run.id,
            maximumQuarantined: max(settings.maximumQuarantined, run.maximumQuarantined),
            tracker: tracker,
            cancellation: cancellation
        ).compareLive()
        guard verified.ok || !verified.differs else {
            throw refused(
                "this source was already migrated by run \(run.id), which ended "
                    + "\(story.finishedAt), and the sides differ by now: "
                    + Self.differences(verified)
            )
        }
        return try report(run, story, verified, since: started)
    }

    /// What the target and the journal know of a finished run.
    private struct Story {
        var sourcePath: String
        var finishedAt: String
        /// The columns of each table of the source, by its name.
        var tables: NameTable<NameSet>
        var copiedRows: NameTable<Int>
    }

    private func story(of run: RunState.Run) throws(MigrationError) -> Story {
        try onTarget("start") { target throws(TargetError) in
            let row = try target.query(
                """
                SELECT source_path,
                    to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                FROM cutover.run WHERE run_id = $1
                """,
                [.text(run.id)]
            ).rows.first
            var story = Story(
                sourcePath: row?[0] ?? "",
                finishedAt: row?[1] ?? "",
                tables: [:],
                copiedRows: [:]
            )
            let names = try target.query(
                """
                SELECT m.table_name, c.key FROM cutover.mapping m
                    LEFT JOIN LATERAL jsonb_object_keys(m.columns) AS c (key) ON true
                WHERE m.run_id = $1
                """,
                [.text(run.id)]
            )
            for row in names.rows {
                story.tables[row[0] ?? "", default: []].formUnion(row[1].map { [$0] } ?? [])
            }
            for (name, record) in try RunState.records(of: run.id, target).pairs {
                let skipped = record.columns.filter { $0.skip != nil }.map(\.source)
                story.tables[name]?.formUnion(skipped)
            }
            let rows = try target.query(
                "SELECT table_name, sum(rows) FROM cutover.checkpoint WHERE run_id = $1 GROUP BY 1",
                [.text(run.id)]
            )
            for row in rows.rows { story.copiedRows[row[0] ?? ""] = row[1].flatMap { Int($0) } }
            return story
        }
    }

    private func refused(_ message: String) -> MigrationError {
        MigrationError(
            .targetNotEmpty,
            message,
            place: .init("start", side: .target, path: address.redacted),
            remedy: "see what differs with: cutover verify; to migrate anew give an empty "
                + "database (\(address.createdb("_new"))) or another --schema NAME"
        )
    }

    /// The fingerprint is the path and the schema of the source: says which of them is another.
    private func otherSource(_ run: RunState.Run, _ story: Story) -> MigrationError {
        let held = "schema \"\(schema)\" of the target is not empty: it holds"
        guard story.sourcePath == SourceFile.realPath(options.source) else {
            return refused("\(held) another source, \(story.sourcePath), by run \(run.id)")
        }
        return refused(
            "the source's schema has changed since run \(run.id) ended \(story.finishedAt): "
                + changes(story)
        )
    }

    private func changes(_ story: Story) -> String {
        guard let source = try? SourceFile.open(options.source, stage: "start"),
            let catalog = try? CatalogReader.read(source)
        else { return "it cannot be read" }
        var found: [String] = []
        let tables = catalog.migratedTables
        for table in tables {
            guard let columns = story.tables[table.name] else {
                found.append("table \"\(table.name)\" is new")
                continue
            }
            // Of a skipped table no column was written down.
            guard !columns.isEmpty else { continue }
            let own = NameSet(table.columns.filter { $0.generation == .none }.map(\.name))
            found += own.subtracting(columns).sorted().map { "\"\(table.name).\($0)\" is new" }
            found += columns.subtracting(own).sorted().map { "\"\(table.name).\($0)\" is gone" }
        }
        let names = NameSet(tables.map(\.name))
        found += story.tables.keys.filter { !names.contains($0) }.sorted()
            .map { "table \"\($0)\" is gone" }
        guard !found.isEmpty else { return "a key, an index, a view or a trigger" }
        return found.prefix(10).joined(separator: ", ")
            + (found.count > 10 ? " and \(found.count - 10) more" : "")
    }

    private static func differences(_ report: VerifyReport) -> String {
        let tables = report.tables.filter { $0.status.isProblem || $0.sequence?.ok == false }
        let texts = tables.prefix(10).map { table in
            let counts = [
                (table.missing, "missing"), (table.extra, "extra"), (table.different, "different"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            return "\"\(table.name)\": "
                + (counts.isEmpty ? table.status.rawValue : counts.joined(separator: ", "))
        }
        let more = tables.count > 10 ? " and \(tables.count - 10) more" : ""
        return texts.isEmpty ? "rows without a parent" : texts.joined(separator: "; ") + more
    }

    private func report(
        _ run: RunState.Run,
        _ story: Story,
        _ verified: VerifyReport,
        since started: ContinuousClock.Instant
    ) throws(MigrationError) -> MigrateReport {
        let recorded = try journal.run(run.id)
        let first = recorded?.report.flatMap { try? MigrateReport(json: $0) }
        let tables = verified.tables.filter {
            story.tables[$0.name] != nil && $0.status != .skipped
        }
        return MigrateReport(
            ok: verified.ok,
            mode: run.mode,
            sourceFingerprint: sourceFingerprint,
            backup: first?.backup
                ?? BackupReport(
                    path: recorded?.backupPath ?? "",
                    sha256: run.backupSHA256,
                    sizeBytes: 0,
                    rowCountsPath: "",
                    schemaPath: "",
                    tables: [],
                    seconds: 0
                ),
            tables: tables.map { table in
                MigrateReport.Table(
                    name: table.name,
                    sourceRows: table.sourceRows ?? 0,
                    copiedRows: story.copiedRows[table.name] ?? 0,
                    quarantinedRows: table.quarantinedRows,
                    targetRows: table.targetRows ?? 0,
                    acceptedRows: table.acceptedRows
                )
            },
            phases: tracker.phases,
            seconds: started.duration(to: .now).seconds,
            quarantine: try quarantineReasons(of: run.id),
            conversions: first?.conversions ?? [],
            skipped: first?.skipped ?? [],
            warnings: [
                "already done: run \(run.id) ended \(story.finishedAt); nothing was written"
            ],
            ledger: first?.ledger ?? Ledger(),
            verify: verified,
            alreadyDone: true,
            runId: run.id,
            finishedAt: story.finishedAt
        )
    }
}
