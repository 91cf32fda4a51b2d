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
    /// Rows that the copy brought into the target, with those that came out of quarantine since and
    /// without those that a key took out again; nil when the target cannot be asked.
    @ExplicitNull public var copiedRows: Int?
    /// Rows in quarantine; nil when the target cannot be asked.
    @ExplicitNull public var quarantinedRows: Int?
    /// Whether the newest comparison found both sides equal; nil when there was none.
    @ExplicitNull public var verified: Bool?
    /// The conditions of the cutover that were looked at.
    public var gates: [Gate]
    /// The seconds during which no side took the application's writes: up to now while
    /// ``writesBlocked``, else those of the newest switch or way back; nil before the first.
    @ExplicitNull public var writeFreezeSeconds: Double?
    /// The toggles on both sides.
    public var workflows: [Workflow]
    /// What could not be read, or must be known, in words.
    public var notes: [String]
    /// The newest run of the target.
    @ExplicitNull public var runId: String? = nil
    /// The source of the target's run, when it is not this one.
    @ExplicitNull public var otherSource: String? = nil
    /// When both sides were compared last, cell by cell, as UTC.
    @ExplicitNull public var verifiedAt: String? = nil
    /// What that comparison found, in words.
    @ExplicitNull public var verdict: String? = nil
    /// Rows in quarantine that nobody has decided about; nil when the target cannot be asked.
    @ExplicitNull public var waitingRows: Int? = nil
    /// Whether a process works on the target; nil when it cannot be asked.
    @ExplicitNull public var isRunning: Bool? = nil
    /// The operator's next step, in words; `read` always fills it.
    @ExplicitNull public var next: String? = nil
    /// The side that takes the application's writes; nil when it cannot be told.
    @ExplicitNull public var liveSide: Side? = nil
    /// Whether no side takes the application's writes at this moment.
    public var writesBlocked = false
    /// When PostgreSQL took over the last time, as UTC; nil when it never did.
    @ExplicitNull public var switchedAt: String? = nil
    /// When the point of no return was passed, as UTC; nil before it.
    @ExplicitNull public var finalAt: String? = nil
    /// What happened behind the newest comparison, so that it does not count any more.
    ///
    /// Then ``verified`` is nil; this is nil while it counts.
    @ExplicitNull public var verifiedBefore: String? = nil
    /// Since when no side takes the application's writes, as UTC; nil while one does.
    @ExplicitNull public var blockedSince: String? = nil
    /// The verb that blocked them, or paused the workflows, and did not come to its end.
    ///
    /// It is `switch` or `revert`; nil while there is none, and while a process is still at it.
    @ExplicitNull public var unfinished: String? = nil
    /// The verb that blocked them, also while it is at it; nil while writes pass.
    @ExplicitNull public var blockedBy: String? = nil
    /// Whether a way back that is not at its end has brought its rows into the source.
    public var hasReplayed = false
    /// The run that has the source, when it is not the target's.
    @ExplicitNull public var otherRun: OtherRun? = nil
    /// The process of ours that owns the run now.
    @ExplicitNull public var process: OurProcess? = nil

    /// Whether the source is still closed behind the switch; nil when the target is not live.
    @ExplicitNull public var sourceFence: SourceFenceStatus? = nil
    /// Whether a way back has closed PostgreSQL and did not come to its end; nil when the target is
    /// not live.
    @ExplicitNull public var isWayBackStopped: Bool? = nil
    /// Whether the file is not the one that is followed; nil when none is.
    @ExplicitNull public var isSourceReplaced: Bool? = nil
    /// Why the source cannot be read, so that nobody knows what the application writes; nil when it
    /// can.
    @ExplicitNull public var sourceProblem: String? = nil
    /// Why the target cannot be asked; nil when it can.
    @ExplicitNull public var targetProblem: String? = nil

    /// A run into another target that has the source.
    public struct OtherRun: Codable, Sendable, Equatable {
        /// The run.
        public var runId: String
        /// Its target, without a password.
        public var target: String
        /// What can be done.
        public var remedy: String
    }

    /// Tables whose writes on PostgreSQL were not logged for a while: the way back has to compare
    /// all their rows.
    public var unloggedTables: [String] = []
    /// Why the source stands where its run does not know it, in a sentence; nil when it does not.
    @ExplicitNull public var displacement: String? = nil
    /// What can be done about that.
    @ExplicitNull public var displacementRemedy: String? = nil
    /// The copy of the closed source that the switch has kept for the way back; nil when the target
    /// is not live.
    @ExplicitNull public var closedCopy: ClosedCopyStatus? = nil
    /// Tables and views of the target that no run of ours knows; nil when it cannot be asked.
    @ExplicitNull public var foreignTables: Int? = nil

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
        try read(options, withGates: true, whenUnanswered: {})
    }

    /// Reads where a run stands, and tells early that the target does not answer.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - withGates: Whether the gates are looked at, too; to do so is most of the work.
    ///   - whenUnanswered: Is told once a question has had no answer for four seconds.
    /// - Returns: The status, as of ``read(_:)``.
    /// - Throws: ``MigrationError`` when the target's address is wrong.
    package static func read(
        _ options: Options,
        withGates: Bool,
        whenUnanswered: @escaping @Sendable () -> Void
    ) throws(MigrationError) -> RunStatus {
        let patience = TargetPatience(
            statementSeconds: lookSeconds,
            whenUnanswered: whenUnanswered
        )
        return try patience.look { () throws(MigrationError) in
            try look(options, withGates: withGates)
        }
    }

    /// After how many seconds the server ends a question about where a run stands.
    static let lookSeconds = 10

    private static func look(
        _ options: Options,
        withGates: Bool
    ) throws(MigrationError) -> RunStatus {
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
        status.readTarget(options)
        status.readWorkflows(options)
        status.readLive(options, withGates: withGates)
        status.process = OurProcess.owner(of: RunDirectory(existing: options.runDirectory))
        status.readBlock()
        status.next = status.nextStep(options)
        status.readFence(options)
        status.readBlock()
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
            // A server can fall silent in the middle of a look, behind its first answer.
            if error.code == .targetUnavailable { targetProblem = targetProblem ?? error.message }
            return nil
        }
    }

    private mutating func readTarget(_ options: Options) {
        var problem: String?
        let found = note { () throws(MigrationError) -> Found in
            do throws(MigrationError) {
                return try Self.found(options)
            } catch {
                problem = error.message
                throw error
            }
        }
        targetProblem = problem
        guard let found else { return readJournal(options) }
        guard let counts = found.counts else {
            tables = Tables(done: 0, total: sourceTables(options))
            copiedRows = 0
            quarantinedRows = 0
            foreignTables = found.relations
            return readJournal(options, of: found.fingerprint)
        }
        foreignTables = 0
        runId = counts.run.id
        let identity = RunIdentity(counts.run, source: options.source)
        if let text = identity.note { notes.append(text) }
        if case .other(let path) = identity {
            phase = "other source"
            otherSource = path
            return
        }
        if case .displaced(let place, let path, let source) = identity {
            phase = "other source"
            otherSource = path
            displacement = place.words(source)
            displacementRemedy = place.remedy
            return
        }
        guard found.holdsTables || !counts.run.isFinished else {
            notes.append("the tables of run \(counts.run.id) are gone from the target")
            tables = Tables(done: 0, total: sourceTables(options))
            copiedRows = 0
            quarantinedRows = 0
            return
        }
        read(counts, options)
    }

    private static func found(_ options: Options) throws(MigrationError) -> Found {
        let (target, address) = try Target.connectToLook(options, stage: "target")
        do throws(TargetError) {
            return try Found(target, options.schema)
        } catch {
            throw LockHolders.naming(
                TargetFailure.wrap(error, stage: "target", address: address),
                options
            )
        }
    }

    private mutating func read(_ counts: Counts, _ options: Options) {
        let run = counts.run
        let known = note { () throws(MigrationError) in
            try Journal.newest(of: run.id, in: RunDirectory(existing: options.runDirectory))
        }
        // The target knows its own run; the journal says how the process ended.
        let hasFailed = known?.run?.state == "failed"
        phase =
            run.isFinished
            ? "done" : hasFailed ? "stopped in \(known?.run?.phase ?? run.phase)" : run.phase
        if !run.isFinished, !hasFailed, let journaled = known?.run?.phase { phase = journaled }
        if let newest = known?.verified {
            verified = newest.ok
            verdict = newest.verdict
            verifiedAt = Date(timeIntervalSince1970: newest.at.rounded(.down))
                .formatted(.iso8601)
        }
        tables = counts.tables
        copiedRows = counts.rows
        quarantinedRows = counts.quarantined
        waitingRows = counts.waiting
        isRunning = counts.isRunning
    }

    /// What the journal alone tells: of a run that stopped before the target knew of it, or of one
    /// whose target does not answer.
    private mutating func readJournal(_ options: Options, of fingerprint: String? = nil) {
        let run = note { () throws(MigrationError) in
            try Journal.newestRun(in: RunDirectory(existing: options.runDirectory))
        }
        guard let run = run ?? nil else { return }
        let isSame =
            fingerprint.map { $0 == run.targetFingerprint } ?? (run.target == target)
        guard isSame else {
            notes.append("the newest run of this source went into another target: \(run.target)")
            return
        }
        guard fingerprint == nil || run.state != "done" else { return }
        phase = run.state == "failed" ? "stopped in \(run.phase)" : run.phase
    }

    private mutating func sourceTables(_ options: Options) -> Int {
        let tables = note { () throws(MigrationError) in
            let source = try SourceFile.open(options.source, stage: "status")
            do throws(SourceError) {
                return try Self.counted.tables(in: source)
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "status")
            }
        }
        return tables ?? 0
    }

    /// A console asks every two seconds, and to read the catalog is most of its work.
    private static let counted = CountedTables()

    /// What the target tells.
    private struct Found {
        let fingerprint: String
        let relations: Int
        let counts: Counts?

        var holdsTables: Bool { relations > 0 }

        init(_ target: TargetConnection, _ schema: String) throws(TargetError) {
            fingerprint = try Target.fingerprint(target)
            relations = try Target.relations(in: schema, target).count
            counts = try RunStatus.counts(target, schema)
        }
    }

    /// What the target knows of its newest run.
    private struct Counts {
        var run: RunState.Run
        var tables: Tables
        var rows: Int
        var quarantined: Int
        var waiting: Int
        var isRunning: Bool
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
                    + (SELECT count(*) FROM cutover.quarantine
                        WHERE run_id = $1 AND NOT \(states.isAbsent)),
                (SELECT count(*) FROM cutover.quarantine
                    WHERE run_id = $1 AND \(states.isAbsent) AND NOT \(states.isAccepted)),
                EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
                    AND objsubid = 1 AND objid = hashtext('cutover migrate')::oid AND database =
                        (SELECT oid FROM pg_database WHERE datname = current_database()))
            """,
            [.text(run.id)]
        ).rows[0]
        func number(_ place: Int) -> Int { row[place].flatMap { Int($0) } ?? 0 }
        return Counts(
            run: run,
            // Until the copy has ended, a table with a checkpoint may still lack rows.
            tables: Tables(done: isCopied ? number(0) : max(0, number(1) - 1), total: number(0)),
            rows: number(3),
            quarantined: number(2),
            waiting: number(4),
            isRunning: row[5] == "t"
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
