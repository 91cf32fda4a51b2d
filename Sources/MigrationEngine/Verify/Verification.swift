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
        /// How many differences of a table are named; the others are only counted.
        public var samples: Int

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - table: The only table to compare.
        ///   - countsOnly: Whether rows are only counted.
        ///   - jobs: The number of threads; as many as the machine has cores, four at most.
        ///   - samples: How many differences of a table are named.
        public init(
            table: String? = nil,
            countsOnly: Bool = false,
            jobs: Int? = nil,
            samples: Int = 20
        ) {
            self.table = table
            self.countsOnly = countsOnly
            self.jobs = jobs ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
            self.samples = samples
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
    /// The phase of a run that another process makes, or that was stopped.
    private var unfinished: String?

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
            defer { view.remove() }
            let (target, address) = try Target.connect(options, stage: "verify")
            let verification = try Verification(
                ofNewestRun: target,
                address,
                options,
                settings,
                tracker,
                cancellation
            )
            let report = try verification.compare(view, kept: .untouched)
            verification.remember(report)
            tracker.log(report.ok ? .info : .warning, "verify", report.verdict)
            tracker.begin(.done, report.verdict)
            return report
        } catch {
            tracker.fail(error)
            throw error
        }
    }

    /// Prepares to compare what the newest run left.
    private init(
        ofNewestRun target: TargetConnection,
        _ address: TargetAddress,
        _ options: Options,
        _ settings: Settings,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        let newest: RunState.Run?
        do throws(TargetError) {
            newest = try RunState.newestRun(target, in: options.schema)
        } catch {
            throw TargetFailure.wrap(error, stage: "verify", address: address)
        }
        // What belongs together is not known any more, and PostgreSQL has gone on since.
        if newest == nil, let final = try FinalHandover.read(options, "verify") {
            throw final.refusal("verify", options)
        }
        self.init(
            options,
            settings,
            schema: options.schema,
            run: newest?.id,
            maximumQuarantined: newest?.maximumQuarantined ?? 0,
            tracker: tracker,
            cancellation: cancellation
        )
        if let newest, !newest.isFinished { unfinished = newest.phase }
    }

    /// Compares one row of both sides as they are now, cell by cell; writes to neither.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - table: The table, as the source spells it.
    ///   - key: The values of its primary key, in the key's order.
    /// - Returns: What is on both sides.
    /// - Throws: ``MigrationError``; code `usage` for a table or a key that is not there.
    public static func row(
        _ options: Options,
        table: String,
        key: [String]
    ) throws(MigrationError) -> RowReport {
        let source = try SourceFile.open(options.source, stage: "verify")
        let (target, address) = try Target.connect(options, stage: "verify")
        let verification = try Verification(
            ofNewestRun: target,
            address,
            options,
            Settings(table: table),
            ProgressTracker(Observer()),
            Cancellation()
        )
        do {
            try target.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return try RowComparison(verification, source, target).compare(key)
        } catch let error as SourceError {
            throw SourceFile.failure(error, path: options.source, stage: "verify", table: table)
        } catch let error as TargetError {
            throw TargetFailure.wrap(error, stage: "verify", table: table, address: address)
        } catch let error as MigrationError {
            throw error
        } catch {
            throw MigrationError(
                .internal,
                "an unexpected error",
                place: .init("verify", table: table),
                remedy: "report it with the command",
                cause: .text(String(describing: error))
            )
        }
    }

    /// Compares the source as it is now with the target.
    func compareLive() throws(MigrationError) -> VerifyReport {
        let report = try compare(SourceView(options, tracker, cancellation), kept: .untouched)
        remember(report)
        return report
    }

    /// Keeps a verdict about every cell for `status`.
    private func remember(_ report: VerifyReport) {
        guard let run, settings.table == nil, !settings.countsOnly else { return }
        Journal.keep(report, of: run, options)
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
        Failpoint.reach(.compared)
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
        report.unfinished = unfinished
        if let unfinished { report.wait(for: unfinished) }
        if let run {
            try context.guarded(nil) {
                try WaitingRows(options, run, context)?.mark(&report)
            }
        }
        report.acceptedRows = findings.tables.reduce(0) { $0 + $1.acceptedRows }
        report.editedRows = findings.tables.reduce(0) { $0 + $1.editedRows }
        report.ok =
            report.tables.allSatisfy { !$0.status.isProblem && $0.sequence?.ok != false }
            && report.foreignKeys.allSatisfy { ($0.targetOrphans ?? 0) <= $0.sourceOrphans }
            && report.quarantinedRows - report.acceptedRows <= maximumQuarantined
        for table in report.tables where table.status.isProblem && table.status != .waiting {
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

extension VerifyReport {
    /// Rows that an unfinished run has not brought yet are no difference.
    fileprivate mutating func wait(for phase: String) {
        for index in tables.indices {
            let table = tables[index]
            let lacks = table.status == .different && table.missing > 0
            guard lacks || table.status == .missing, table.extra + table.different == 0
            else { continue }
            tables[index].status = .waiting
            tables[index].note = "the run is not finished: it is in phase \(phase)"
        }
    }
}
