/// Tries every promise of the ledger in the target, after the keys are there.
struct LedgerPhase {
    private let context: PhaseContext
    private let jobs: Int
    private let schema: TargetSchema

    init(_ run: MigrationRun, backup: String, schema: TargetSchema) {
        context = PhaseContext(run, backup: backup)
        jobs = run.settings.jobs
        self.schema = schema
    }

    /// Tries it all; nothing stays of it.
    ///
    /// - Returns: The ledger, and what does not hold, in words for the operator.
    /// - Throws: ``MigrationError``.
    func run() throws(MigrationError) -> (ledger: Ledger, problems: [String]) {
        // Rows that only try something would meet the application's triggers and sequences.
        guard schema.mode != .existing else { return (Ledger(schema.decisions, probes: [:]), []) }
        let found = SharedList<[ProbedObject: Ledger.Probe]>(count: schema.tables.count)
        let (context, schema) = (context, schema)
        try WorkQueue(Array(schema.tables.indices), jobs: jobs, name: "ledger").run {
            () throws(MigrationError) -> (Int) throws(MigrationError) -> Void in
            let (_, target) = try context.connect("ledger")
            let canceller = target.canceller()
            let probe = LedgerProbe(target, schema)
            return { index throws(MigrationError) in
                let table = schema.tables[index]
                try context.cancellation.check("ledger", kept: .copied)
                let probes = try context.guarded(table.sourceName) {
                    try context.cancellation.whileRunning(canceller.cancel) {
                        try probe.probe(table)
                    }
                }
                found.set(index, probes)
            }
        }
        let probes = found.values.reduce(into: [:]) { all, table in
            all.merge(table) { first, _ in first }
        }
        let ledger = Ledger(schema.decisions, probes: probes)
        let problems = ledger.entries.filter { $0.probe?.state == .failed }.map { entry in
            let place = [entry.table, entry.column].compactMap { $0 }.joined(separator: ".")
            return "\(entry.subject) of \(place) does not hold in the target: "
                + (entry.probe?.evidence ?? "")
        }
        return (ledger, problems)
    }
}
