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
    let directory: RunDirectory
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
        // A copy of the archive into another database is nobody's loss.
        if settings.isLive { try FinalHandover.refuse(source, options, "start") }
        try catalog.requireTables("start", options.source)
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
        try TargetClaim(target: target, address: address).take("start")
        SourceView.removeLeftovers()
        BackupFiles.removeLeftovers(in: directory.backups)
        Failpoint.reach(.claimed)
    }

    /// Goes the whole way.
    func perform() throws(MigrationError) -> MigrateReport {
        let started = ContinuousClock.now
        let earlier = try earlier()
        if case .finished(let run) = earlier {
            if let report = try alreadyLive(run) { return report }
            return try alreadyDone(run, since: started)
        }
        try captureFirst()
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
        try markPosition(in: backup.path)
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
        try goLive(isEqual: verified?.ok == true)
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

    func announce(_ phase: Progress.Phase, _ activity: String) throws(MigrationError) {
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
        try TargetFailure.wrapping(
            stage: stage,
            address: address,
            kept: kept,
            cancellation: cancellation
        ) { () throws(TargetError) in
            try work(target)
        }
    }
}
