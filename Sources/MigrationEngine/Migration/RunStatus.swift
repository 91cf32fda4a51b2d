import Foundation

/// Where a run stands, read from the journal and from both sides.
public struct RunStatus: Codable, Sendable {
    /// The phase: `idle` without a run, `done` after one.
    public var phase: String
    /// The source's path.
    public var source: String
    /// The target, without the password.
    public var target: String
    /// How far the target is behind; unknown until the run follows the source.
    public var lag: Lag
    /// Tables whose rows are all there; nil when the target cannot be asked.
    @ExplicitNull public var tables: Tables?
    /// Rows committed in the target by the copy; nil when the target cannot be asked.
    @ExplicitNull public var copiedRows: Int?
    /// Rows in quarantine; nil when the target cannot be asked.
    @ExplicitNull public var quarantinedRows: Int?
    /// Whether the last run's verification found both sides equal; nil when it did not verify.
    @ExplicitNull public var verified: Bool?
    /// The conditions of the cutover that were looked at.
    public var gates: [Gate]
    /// How long writes have been blocked; nil while they are not.
    @ExplicitNull public var writeFreezeSeconds: Double?
    /// The toggles on both sides.
    public var workflows: [Workflow]
    /// What could not be read, in words.
    public var notes: [String]

    /// How far the target is behind.
    public struct Lag: Codable, Sendable {
        /// Changes that wait.
        @ExplicitNull public var rows: Int?
        /// The age of the oldest of them.
        @ExplicitNull public var seconds: Double?
    }

    /// A count of tables.
    public struct Tables: Codable, Sendable, Equatable {
        /// Tables whose rows are all there.
        public var done: Int
        /// All tables of the run.
        public var total: Int
    }

    /// A condition of the cutover.
    public struct Gate: Codable, Sendable {
        /// Its name.
        public var name: String
        /// Its state: `open`, `closed` or `waiting`.
        public var state: String
        /// The reason.
        public var reason: String
    }

    /// A workflow's toggle on both sides.
    public struct Workflow: Codable, Sendable {
        /// The workflow.
        public var name: String
        /// The toggle in the source; nil when it could not be read.
        @ExplicitNull public var enabledSource: Bool?
        /// The toggle in the target; nil when it could not be read.
        @ExplicitNull public var enabledTarget: Bool?
        /// The value that a cutover put by; nil outside of one.
        @ExplicitNull public var saved: Bool?
    }

    /// Reads where a run stands; writes nothing.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: The status; what cannot be read is unknown and named in `notes`.
    /// - Throws: ``MigrationError`` when the target's address is wrong.
    public static func read(_ options: Options) throws(MigrationError) -> RunStatus {
        let address = try TargetAddress(options.target)
        var status = RunStatus(
            phase: "idle",
            source: options.source,
            target: address.redacted,
            lag: Lag(rows: nil, seconds: nil),
            tables: nil,
            copiedRows: nil,
            quarantinedRows: nil,
            verified: nil,
            gates: [],
            writeFreezeSeconds: nil,
            workflows: [],
            notes: []
        )
        status.readJournal(options)
        status.readTarget(options)
        status.readWorkflows(options)
        status.readLive(options)
        return status
    }

    mutating func note<Value>(
        _ work: () throws(MigrationError) -> Value
    ) -> Value? {
        do throws(MigrationError) {
            return try work()
        } catch {
            let cause = error.cause.map { " (\($0))" } ?? ""
            let text = "\(error.place.stage): \(error.message)\(cause)"
            if !notes.contains(text) { notes.append(text) }
            return nil
        }
    }

    private mutating func readJournal(_ options: Options) {
        let run = note { () throws(MigrationError) in
            try Journal.newestRun(in: RunDirectory(existing: options.runDirectory))
        }
        guard let run = run ?? nil else { return }
        phase = run.state == "failed" ? "stopped in \(run.phase)" : run.phase
        verified = run.report.flatMap { try? MigrateReport(json: $0) }?.verify?.ok
    }

    private mutating func readTarget(_ options: Options) {
        let found = note { () throws(MigrationError) -> Counts? in
            let (target, address) = try Target.connect(options, stage: "target", purpose: "status")
            do throws(TargetError) {
                return try Self.counts(target, options.schema)
            } catch {
                throw TargetFailure.wrap(error, stage: "target", address: address)
            }
        }
        guard let found else { return }
        guard let counts = found else {
            tables = Tables(done: 0, total: sourceTables(options))
            copiedRows = 0
            quarantinedRows = 0
            return
        }
        let run = counts.run
        // The target knows its own run; the journal of this folder may tell of another one.
        if run.isFinished {
            phase = "done"
        } else if phase == "idle" || phase == "done" {
            phase = run.phase
        }
        tables = counts.tables
        copiedRows = counts.rows
        quarantinedRows = counts.quarantined
    }

    private mutating func sourceTables(_ options: Options) -> Int {
        let tables = note { () throws(MigrationError) in
            let source = try SourceFile.open(options.source, stage: "status")
            do throws(SourceError) {
                return try CatalogReader.read(source).migratedTables.count
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "status")
            }
        }
        return tables ?? 0
    }

    /// What the target knows of its newest run.
    private struct Counts {
        var run: RunState.Run
        var tables: Tables
        var rows: Int
        var quarantined: Int
    }

    private static func counts(
        _ target: TargetConnection,
        _ schema: String
    ) throws(TargetError) -> Counts? {
        guard let run = try RunState.newestRun(target, in: schema) else { return nil }
        let isCopied = run.isFinished || ["keys", "verify", "done"].contains(run.phase)
        let states = try RunState.QuarantineStates(target)
        let row = try target.query(
            """
            SELECT (SELECT count(*) FROM cutover.mapping
                    WHERE run_id = $1 AND target_name <> ''),
                (SELECT count(DISTINCT table_name) FROM cutover.checkpoint WHERE run_id = $1),
                (SELECT count(*) FROM cutover.quarantine
                    WHERE run_id = $1 AND \(states.isAbsent)),
                (SELECT coalesce(sum(rows), 0) FROM cutover.checkpoint WHERE run_id = $1)
            """,
            [.text(run.id)]
        ).rows[0]
        let total = row[0].flatMap { Int($0) } ?? 0
        let begun = row[1].flatMap { Int($0) } ?? 0
        return Counts(
            run: run,
            // Until the copy has ended, a table with a checkpoint may still lack rows.
            tables: Tables(done: isCopied ? total : max(0, begun - 1), total: total),
            rows: row[3].flatMap { Int($0) } ?? 0,
            quarantined: row[2].flatMap { Int($0) } ?? 0
        )
    }

    private mutating func readWorkflows(_ options: Options) {
        let source = note { () throws(MigrationError) in
            try Workflows.list(options: options, side: .source)
        }
        let target =
            copiedRows ?? 0 == 0
            ? nil
            : note { () throws(MigrationError) in
                try Workflows.list(options: options, side: .target)
            }
        let sides = [source, target].map { page in
            Dictionary((page?.workflows ?? []).map { ($0.name, $0.enabled) }) { first, _ in first }
        }
        let names = (source ?? target)?.workflows.map(\.name) ?? []
        workflows = names.map { name in
            Workflow(
                name: name,
                enabledSource: sides[0][name],
                enabledTarget: sides[1][name],
                saved: nil
            )
        }
    }
}
