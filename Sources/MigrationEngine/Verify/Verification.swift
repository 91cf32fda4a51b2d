import Foundation

/// Compares both sides: the union of both catalogs, every row, every cell, foreign keys, identities.
public struct Verification: Sendable {
    /// What `verify` can be told.
    public struct Settings: Sendable {
        /// The only table to compare; all when nil.
        public var table: String?
        /// Whether rows are only counted.
        public var countsOnly: Bool
        /// The number of threads.
        public var jobs: Int

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - table: The only table to compare.
        ///   - countsOnly: Whether rows are only counted.
        ///   - jobs: The number of threads; as many as the machine has cores, four at most.
        public init(table: String? = nil, countsOnly: Bool = false, jobs: Int? = nil) {
            self.table = table
            self.countsOnly = countsOnly
            self.jobs = jobs ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
        }
    }

    let options: Options
    let settings: Settings
    let schema: String
    let run: String?
    /// The number of quarantined rows above which the sides do not count as equal.
    let maximumQuarantined: Int
    let tracker: ProgressTracker
    let cancellation: Cancellation

    init(
        _ options: Options,
        _ settings: Settings,
        schema: String,
        run: String?,
        maximumQuarantined: Int = 0,
        tracker: ProgressTracker,
        cancellation: Cancellation
    ) {
        self.options = options
        self.settings = settings
        self.schema = schema
        self.run = run
        self.maximumQuarantined = maximumQuarantined
        self.tracker = tracker
        self.cancellation = cancellation
    }

    /// Compares the source as it is now with the target; writes to neither.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: What is compared.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: The verdict.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> VerifyReport {
        let tracker = ProgressTracker(observer)
        tracker.begin(.verify, "connecting")
        do throws(MigrationError) {
            let view = try SourceView(options, tracker, cancellation)
            let (target, address) = try Target.connect(options, stage: "verify")
            let newest: RunState.Run?
            do throws(TargetError) {
                newest = try RunState.newestRun(target, in: options.schema)
            } catch {
                throw TargetFailure.wrap(error, stage: "verify", address: address)
            }
            let verification = Verification(
                options,
                settings,
                schema: options.schema,
                run: newest?.id,
                maximumQuarantined: newest?.maximumQuarantined ?? 0,
                tracker: tracker,
                cancellation: cancellation
            )
            let report = try verification.compare(view, kept: .untouched)
            tracker.log(report.ok ? .info : .warning, "verify", report.verdict)
            tracker.begin(.done, report.verdict)
            return report
        } catch {
            tracker.log(.error, error.place.stage, error.message)
            tracker.begin(.failed, error.message)
            throw error
        }
    }

    /// Compares the source as it is now with the target.
    func compareLive() throws(MigrationError) -> VerifyReport {
        try compare(SourceView(options, tracker, cancellation), kept: .untouched)
    }

    /// Compares a snapshot with the target.
    func compare(
        snapshot: String,
        kept: MigrationError.Kept
    ) throws(MigrationError) -> VerifyReport {
        try compare(SourceView(snapshot: snapshot), kept: kept)
    }

    private func compare(
        _ view: SourceView,
        kept: MigrationError.Kept
    ) throws(MigrationError) -> VerifyReport {
        let started = ContinuousClock.now
        let context = try VerifyContext(self, view, kept)
        let plan = try context.guarded(nil) { try VerifyPlan(self, context) }
        tracker.tables(plan.tableNames)
        for (name, rows) in plan.estimates { tracker.update(name) { $0.sourceRows = rows } }
        let findings = try VerifyWork(context, plan).run()
        var report = VerifyReport(
            ok: false,
            tables: findings.tables + plan.unmatched,
            foreignKeys: findings.foreignKeys,
            quarantinedRows: findings.tables.reduce(0) { $0 + $1.quarantinedRows },
            maxQuarantined: maximumQuarantined,
            countsOnly: settings.countsOnly,
            seconds: started.duration(to: .now).seconds,
            aside: plan.aside
        )
        report.ok =
            report.tables.allSatisfy { $0.status == .equal && $0.sequence?.ok != false }
            && report.foreignKeys.allSatisfy { ($0.targetOrphans ?? 0) <= $0.sourceOrphans }
            && report.quarantinedRows <= maximumQuarantined
        for table in report.tables where table.status != .equal {
            tracker.log(
                .error,
                "verify",
                "\(table.name): \(table.status.rawValue), \(table.missing) missing, "
                    + "\(table.extra) extra, \(table.different) different"
            )
        }
        return report
    }
}
