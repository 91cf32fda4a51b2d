import Foundation

/// One run of `migrate`, on the thread that called it.
final class MigrationRun {
    let options: Options
    let settings: Migration.Settings
    let tracker: ProgressTracker
    let observer: Observer
    let cancellation: Cancellation
    let target: TargetConnection
    let address: TargetAddress
    let sourceFingerprint: String
    /// The schema that receives the tables.
    let schema: String
    let journal: Journal
    /// What the profile prescribes.
    let rules: MappingRules
    private let directory: RunDirectory
    var identifier: String
    /// The mode asked for, or that of the run that is taken up again.
    var mode: String
    var warnings: [String] = []
    /// The matching of tables that the application's own migrations made.
    var existing: ExistingMapping?
    var problems: [String] = []
    private let copied = SharedCounter()

    /// Connects to both sides and claims the run.
    init(
        _ options: Options,
        _ settings: Migration.Settings,
        _ tracker: ProgressTracker,
        _ observer: Observer,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        self.options = options
        self.settings = settings
        self.tracker = tracker
        self.observer = observer
        self.cancellation = cancellation
        tracker.begin(.starting, "connecting")
        let source = try SourceFile.open(options.source, stage: "start")
        let catalog: Catalog
        do throws(SourceError) {
            sourceFingerprint = try SourceFile.fingerprint(source, path: options.source)
            catalog = try CatalogReader.read(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "start")
        }
        guard !catalog.migratedTables.isEmpty else { throw Self.emptySource(options.source) }
        rules = try Profile.load(options.profile, catalog: catalog).rules
        try rules.check(catalog, knowsTypes: settings.mode != "existing")
        try rules.checkExpressions(source)
        (target, address) = try Target.connect(options, stage: "start", purpose: "migrate")
        schema = settings.isDryRun ? RunState.dryRunSchema : options.schema
        // Into tables that stand already, only our own schema is made.
        let isExisting = settings.mode == "existing" && !settings.isDryRun
        try Target.checkSuitable(
            target,
            address,
            schema: isExisting ? RunState.schema : schema
        )
        directory = try RunDirectory(making: options.runDirectory)
        journal = try Journal(owning: directory)
        tracker.keepLog(in: directory)
        tracker.log(.info, "start", "from \(options.source) to \(address.redacted)")
        identifier = UUID().uuidString.lowercased()
        mode = settings.mode
        try claimTarget()
        Failpoint.reach(.claimed)
    }

    /// Goes the whole way.
    func perform() throws(MigrationError) -> MigrateReport {
        let started = ContinuousClock.now
        let earlier = try earlier()
        if case .finished(let run) = earlier { return try alreadyDone(run, since: started) }
        let unfinished: BackupReport? =
            if case .unfinished(let backup) = earlier { backup } else { nil }
        let backup = if let unfinished { unfinished } else { try makeBackup() }
        let snapshot = try readCatalog(backup)
        tracker.tables(snapshot.tables.map(\.name))
        let census = try takeCensus(backup, snapshot.tables)
        Failpoint.reach(.censusTaken)
        let mapped = try map(snapshot.catalog, census.census, isBegun: unfinished != nil)
        Failpoint.reach(.mapped)
        let plans = plans(for: mapped, snapshot.tables)
        for table in snapshot.tables {
            tracker.update(table.name) { $0.sourceRows = census.census.tables[table.name]?.rows }
        }
        if unfinished == nil {
            try createSchema(mapped, backup)
        } else {
            try requireSameMapping(mapped)
            if let existing { try restAgain(existing) }
        }
        try onTarget("start") { target throws(TargetError) in
            try RunState.addQuarantineColumns(target)
            try RunState.allow(settings.maximumQuarantined, of: identifier, target)
        }
        let chunks = self.chunks(of: snapshot.tables, census.chunks, plans)
        let copy = CopyPhase(self, backup: backup.path, plans: plans, chunks: chunks)
        try announce(.copy, "copying")
        try copy.run(run: identifier, copied: copied)
        warnings += copy.warnings
        try announce(.keys, "making keys and indexes")
        let keys = KeyPhase(
            self,
            backup: backup.path,
            plans: plans,
            census: census.census,
            additions: mapped.additions
        )
        problems += try keys.run(run: identifier)
        let tried = try LedgerPhase(self, backup: backup.path, schema: mapped).run()
        var ledger = tried.ledger
        problems += tried.problems + TargetSchema.unreadTables(snapshot.catalog)
        warnings += try keys.makeAdditions(&ledger)
        ledger.note(
            try onTarget("ledger") { target throws(TargetError) in
                try UncheckedKey.all(plans, schema: schema, target)
            }
        )
        let tables = try account(plans, census.census)
        Failpoint.reach(.accounted)
        let verified = try settings.verifies ? verify(backup) : nil
        var report = MigrateReport(
            ok: isDone(tables, verified),
            mode: mapped.mode.rawValue,
            sourceFingerprint: sourceFingerprint,
            backup: backup,
            tables: tables,
            phases: [],
            seconds: 0,
            quarantine: try quarantineReasons(),
            conversions: try onTarget("account") { target throws(TargetError) in
                try RunState.conversions(of: identifier, target)
            },
            skipped: mapped.skippedTables(backup),
            warnings: warnings + problems,
            ledger: ledger,
            verify: verified,
            isDryRun: settings.isDryRun,
            runId: identifier
        )
        try finish(&report, started: started)
        return report
    }

    /// Writes down that the run stopped.
    func close(after error: MigrationError) {
        if settings.isDryRun {
            try? dropDryRun()
        } else if existing != nil {
            // An unfinished run leaves the tables with their keys and triggers, too.
            _ = try? ExistingTarget(target: target, run: identifier).restore()
        }
        // The error that stopped the run is what the operator must see, not the journal's.
        try? journal.end(identifier, state: "failed", detail: error.message, report: nil)
    }

    private func isDone(_ tables: [MigrateReport.Table], _ verified: VerifyReport?) -> Bool {
        let quarantined = tables.reduce(0) { $0 + $1.quarantinedRows - $1.acceptedRows }
        let isAccounted = tables.allSatisfy { $0.sourceRows == $0.targetRows + $0.quarantinedRows }
        return isAccounted && quarantined <= settings.maximumQuarantined && problems.isEmpty
            && verified?.ok != false
    }

    private func announce(_ phase: Progress.Phase, _ activity: String) throws(MigrationError) {
        try cancellation.check(phase.rawValue, kept: kept)
        try journal.phase(phase.rawValue, of: identifier)
        Failpoint.reach(.phaseJournaled)
        try onTarget(phase.rawValue) { target throws(TargetError) in
            try RunState.setPhase(phase.rawValue, of: identifier, target)
        }
        Failpoint.reach(.phaseSet)
        tracker.begin(phase, activity)
        tracker.log(.info, phase.rawValue, activity)
    }

    /// What is left behind if the run stops now.
    var kept: MigrationError.Kept { .copying(rows: copied.value) }

    func onTarget<Value>(
        _ stage: String,
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(TargetError) {
            return try work(target)
        } catch {
            throw TargetFailure.wrap(
                error,
                stage: stage,
                address: address,
                kept: kept,
                cancellation: cancellation
            )
        }
    }

    // MARK: - Reading

    private func makeBackup() throws(MigrationError) -> BackupReport {
        try Backup.run(options, tracker: tracker, cancellation: cancellation)
    }

    private func readCatalog(
        _ backup: BackupReport
    ) throws(MigrationError) -> (catalog: Catalog, tables: [Catalog.Table]) {
        do throws(SourceError) {
            let connection = try SourceConnection(path: backup.path, access: .immutable)
            try connection.readHeader()
            let catalog = try CatalogReader.read(connection)
            return (catalog, catalog.migratedTables.filter { !rules.skips($0.name) })
        } catch {
            throw SourceFile.failure(error, path: backup.path, stage: "catalog")
        }
    }

    private static func emptySource(_ path: String) -> MigrationError {
        MigrationError(
            .sourceEmpty,
            "the source has no table",
            place: .init("start", side: .source, path: path),
            remedy: "give the application's own database with --source PATH"
        )
    }

    private func takeCensus(
        _ backup: BackupReport,
        _ tables: [Catalog.Table]
    ) throws(MigrationError) -> CensusResult {
        tracker.begin(.census, "reading every value")
        return try CensusTaker(
            snapshot: backup.path,
            tables: tables,
            jobs: settings.jobs,
            tracker: tracker,
            cancellation: cancellation
        ).run()
    }

    private func map(
        _ catalog: Catalog,
        _ census: Census,
        isBegun: Bool
    ) throws(MigrationError) -> TargetSchema {
        let mapped =
            if mode == TargetSchema.Mode.existing.rawValue {
                try mapExisting(catalog, census, isBegun: isBegun)
            } else {
                try Mapping.schema(
                    catalog: catalog,
                    census: census,
                    modeNamed: mode,
                    schema: schema,
                    rules: rules
                )
            }
        let dropped = mapped.decisions.filter { $0.outcome == .dropped }
        warnings += dropped.prefix(Self.droppedShown).map {
            "not carried over: \($0.subject) of \($0.table): \($0.reason)"
        }
        if dropped.count > Self.droppedShown {
            warnings.append(
                "\(dropped.count - Self.droppedShown) more are not carried over: see cutover plan"
            )
        }
        return mapped
    }

    /// How many of the things that are not carried over a report names by itself.
    private static let droppedShown = 10

    private func plans(for mapped: TargetSchema, _ tables: [Catalog.Table]) -> [TablePlan] {
        let known = Dictionary(mapped.tables.map { ($0.sourceName, $0) }) { first, _ in first }
        return tables.compactMap { table in
            known[table.name].map {
                TablePlan($0, source: table, schema: schema, casts: existing?.casts[$0.name] ?? [:])
            }
        }
    }

    /// The chunks of the tables that are copied, numbered by the place of their plan.
    private func chunks(
        of tables: [Catalog.Table],
        _ chunks: [[Chunk]],
        _ plans: [TablePlan]
    ) -> [[Chunk]] {
        let places = Dictionary(
            plans.indices.map { (plans[$0].table.sourceName, $0) }
        ) { first, _ in first }
        return zip(tables, chunks).compactMap { table, chunks in
            places[table.name].map { place in
                chunks.map { chunk in
                    var chunk = chunk
                    chunk.table = place
                    return chunk
                }
            }
        }
    }

    // MARK: - Writing

    private func createSchema(
        _ mapped: TargetSchema,
        _ backup: BackupReport
    ) throws(MigrationError) {
        tracker.begin(.schema, "making \(mapped.tables.count) tables")
        if settings.isDryRun { identifier = "dry-" + identifier }
        try journal.begin(
            Journal.Run(
                id: identifier,
                sourceFingerprint: sourceFingerprint,
                target: address.redacted,
                targetFingerprint: try onTarget("start") { target throws(TargetError) in
                    try Target.fingerprint(target)
                },
                mode: mapped.mode.rawValue,
                backupPath: backup.path,
                backupSHA256: backup.sha256,
                phase: "schema",
                state: "running",
                startedAt: Date().timeIntervalSince1970
            ),
            sourcePath: SourceFile.realPath(options.source)
        )
        Failpoint.reach(.runRecorded)
        warnings += try onTarget("schema") { target throws(TargetError) in
            try SchemaWriter(target, schema).write(
                mapped,
                run: identifier,
                source: SourceFile.realPath(options.source),
                fingerprint: sourceFingerprint,
                sha256: backup.sha256,
                existing: existing,
                copiedFrom: settings.isDryRun ? options.schema : nil
            )
        }
    }

    private func account(
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
            tracker.update(name) { $0.quarantinedRows = sums.quarantined }
        }
        return tables
    }

    private func quarantineReasons() throws(MigrationError) -> [QuarantineReason] {
        try onTarget("account") { target throws(TargetError) in
            try target.query(
                """
                SELECT table_name, column_name, reason, count(*) FROM cutover.quarantine
                WHERE run_id = $1 GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 50
                """,
                [.text(identifier)]
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

    private func verify(_ backup: BackupReport) throws(MigrationError) -> VerifyReport {
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

    private func finish(
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
