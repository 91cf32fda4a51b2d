/// The copy of all chunks by several threads.
struct CopyPhase {
    private let context: PhaseContext
    private let settings: Migration.Settings
    private let plans: [TablePlan]
    private let chunks: [[Chunk]]
    /// How often a chunk was sent once more.
    private let retried = SharedCounter()

    init(_ run: MigrationRun, backup: String, plans: [TablePlan], chunks: [[Chunk]]) {
        context = PhaseContext(run, backup: backup)
        settings = run.settings
        self.plans = plans
        self.chunks = chunks
    }

    /// Copies every chunk that has no checkpoint yet, the largest tables first.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - copied: Counts committed rows.
    /// - Throws: ``MigrationError``; what was committed stays.
    func run(run: String, copied: SharedCounter) throws(MigrationError) {
        let done = try checkpoints(run)
        var open: [Chunk] = []
        for (plan, chunks) in zip(plans, chunks) {
            let name = plan.table.sourceName
            let before = open.count
            for chunk in chunks {
                if let outcome = done["\(name)\u{0}\(chunk.number)"] {
                    guard outcome.copied + outcome.quarantined == chunk.rows else {
                        throw otherVersion(name)
                    }
                    copied.increment(by: outcome.copied)
                    context.tracker.update(name) {
                        $0.copiedRows += outcome.copied
                        $0.quarantinedRows += outcome.quarantined
                    }
                } else {
                    open.append(chunk)
                }
            }
            if open.count == before { finish(name) }
        }
        let sizes = chunks.map { $0.reduce(0) { $0 + $1.rows } }
        open.sort { left, right in
            if left.table == right.table { return left.number < right.number }
            if sizes[left.table] != sizes[right.table] {
                return sizes[left.table] > sizes[right.table]
            }
            return left.table < right.table
        }
        let left = SharedCounts(open.map(\.table), count: plans.count)
        let (context, settings, plans, retried) = (context, settings, plans, retried)
        let rows = sizes
        try WorkQueue(open, jobs: settings.jobs, name: "copy").run {
            () throws(MigrationError) -> (Chunk) throws(MigrationError) -> Void in
            let (source, target) = try context.connect("copy")
            let copy = TableCopy(
                source: source,
                target: target,
                run: run,
                cancellation: context.cancellation
            )
            let canceller = target.canceller()
            return { chunk throws(MigrationError) in
                let plan = plans[chunk.table]
                let name = plan.table.sourceName
                try context.cancellation.check("copy", kept: .copying(rows: copied.value))
                context.tracker.update(name) { $0.state = .copying }
                let retry = ChunkRetry(cancellation: context.cancellation) { attempt, error in
                    retried.increment()
                    context.noteRetry(of: chunk, name, attempt, error)
                }
                do throws(TableCopy.Failure) {
                    let outcome = try context.cancellation.whileRunning(canceller.cancel) {
                        () throws(TableCopy.Failure) in
                        try retry.run { () throws(TableCopy.Failure) in
                            try copy.copy(chunk, of: plan, stopsAtBadRow: settings.stopsAtBadRow)
                        }
                    }
                    copied.increment(by: outcome.copied)
                    context.tracker.update(name) {
                        $0.copiedRows += outcome.copied
                        $0.quarantinedRows += outcome.quarantined
                    }
                    if left.decrement(chunk.table) == 0 {
                        try Self.checkAccounting(plan, rows[chunk.table], run, target)
                        Failpoint.reach(.tableCopied)
                        context.tracker.update(name) { $0.state = .copied }
                        context.tracker.log(.info, "copy", "\(name): all rows are copied")
                    }
                } catch {
                    throw context.failure(error, table: name, copied: copied)
                }
            }
        }
    }

    /// What the operator should know of the copy beside its rows.
    var warnings: [String] {
        let times = retried.value
        guard times > 0 else { return [] }
        return [
            "pieces of rows were sent once more \(times == 1 ? "once" : "\(times) times"), because "
                + "the server had ended their transaction for the sake of another one; no row was "
                + "lost or doubled by that"
        ]
    }

    /// Makes sure that each row of a table that was just copied is accounted for.
    private static func checkAccounting(
        _ plan: TablePlan,
        _ rows: Int,
        _ run: String,
        _ target: TargetConnection
    ) throws(TableCopy.Failure) {
        let problem: String?
        do throws(TargetError) {
            problem = try Accounting.problemAfterCopy(plan, rows: rows, run: run, target)
        } catch {
            throw .target(error)
        }
        if let problem { throw .unaccounted(problem) }
    }

    /// Chunks are cut anew from the same backup; other sizes mean that they were cut otherwise.
    private func otherVersion(_ table: String) -> MigrationError {
        MigrationError(
            .differentRun,
            "the unfinished run was begun by another version of cutover",
            place: .init("copy", table: table),
            kept: .other("the rows that the run committed stay in the target"),
            remedy: "finish it with that version, or drop its tables and schema cutover"
        )
    }

    private func finish(_ table: String) {
        context.tracker.update(table) { $0.state = .copied }
    }

    private func checkpoints(_ run: String) throws(MigrationError) -> NameTable<TableCopy.Outcome> {
        let (_, target) = try context.connect("copy")
        do throws(TargetError) {
            let rows = try target.query(
                "SELECT table_name, chunk, rows, quarantined FROM cutover.checkpoint "
                    + "WHERE run_id = $1",
                [.text(run)]
            ).rows
            return NameTable(
                rows.map { row in
                    (
                        "\(row[0] ?? "")\u{0}\(row[1] ?? "")",
                        TableCopy.Outcome(
                            copied: Int(row[2] ?? "") ?? 0,
                            quarantined: Int(row[3] ?? "") ?? 0
                        )
                    )
                }
            )
        } catch {
            throw TargetFailure.wrap(error, stage: "copy", address: context.address)
        }
    }
}
