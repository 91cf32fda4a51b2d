import Foundation

/// The whole way of one database: backup, census, schema, copy, keys, verify.
public enum Migration {
    /// What `migrate` can be told.
    public struct Settings: Sendable {
        /// How the schema is made: `auto`, `derive`, `plan` or `existing`.
        public var mode: String
        /// The number of threads that copy, index and compare.
        public var jobs: Int
        /// Whether every cell is compared at the end.
        public var verifies: Bool
        /// Whether a row that does not fit ends the run instead of going into quarantine.
        public var stopsAtBadRow: Bool
        /// The number of quarantined rows above which the run counts as not done.
        public var maximumQuarantined: Int
        /// Whether everything goes into a throw-away schema that is dropped at the end.
        public var isDryRun: Bool
        /// Whether the source's writes are logged from before the backup on, so that `follow` and
        /// `switch` can go on from here.
        public var isLive: Bool

        /// Makes settings; the defaults are those of the command.
        ///
        /// - Parameters:
        ///   - mode: How the schema is made.
        ///   - jobs: The number of threads; as many as the machine has cores, four at most.
        ///   - verifies: Whether every cell is compared.
        ///   - stopsAtBadRow: Whether a bad row ends the run.
        ///   - maximumQuarantined: The allowed number of quarantined rows.
        ///   - isDryRun: Whether the schema is thrown away.
        ///   - isLive: Whether the source's writes are logged.
        public init(
            mode: String = "auto",
            jobs: Int? = nil,
            verifies: Bool = true,
            stopsAtBadRow: Bool = false,
            maximumQuarantined: Int = 0,
            isDryRun: Bool = false,
            isLive: Bool = false
        ) {
            self.mode = mode
            self.jobs = jobs ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
            self.verifies = verifies
            self.stopsAtBadRow = stopsAtBadRow
            self.maximumQuarantined = maximumQuarantined
            self.isDryRun = isDryRun
            self.isLive = isLive
        }
    }

    /// Takes the source to the target.
    ///
    /// Interrupted at any moment, the same call goes on where the last one stopped.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: How.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: What was done; `ok` is false when rows are in quarantine or differ.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        _ settings: Settings = Settings(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> MigrateReport {
        try options.requireWritable("migrate")
        try options.requireUsableSchema()
        let tracker = ProgressTracker(observer)
        do throws(MigrationError) {
            let run = try MigrationRun(options, settings, tracker, observer, cancellation)
            do throws(MigrationError) {
                let report = try run.perform()
                tracker.begin(.done, report.ok ? "done" : "done, with findings")
                return report
            } catch {
                run.close(after: error)
                throw LockHolders.naming(run.tellingCapture(error), options)
            }
        } catch {
            tracker.fail(error)
            throw error
        }
    }
}
