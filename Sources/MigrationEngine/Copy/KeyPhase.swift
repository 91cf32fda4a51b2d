/// Keys, indexes, foreign keys, identities and statistics, after all rows are there.
struct KeyPhase {
    private let context: PhaseContext
    private let jobs: Int
    private let stopsAtBadRow: Bool
    private let schema: String
    private let plans: [TablePlan]
    private let census: Census
    private let existing: ExistingMapping?
    private let isDryRun: Bool
    private let additions: [TargetSchema.Addition]

    init(
        _ run: MigrationRun,
        backup: String,
        plans: [TablePlan],
        census: Census,
        additions: [TargetSchema.Addition]
    ) {
        context = PhaseContext(run, backup: backup)
        jobs = run.settings.jobs
        stopsAtBadRow = run.settings.stopsAtBadRow
        schema = run.schema
        self.plans = plans
        self.census = census
        existing = run.existing
        isDryRun = run.settings.isDryRun
        self.additions = additions
    }

    /// Does it all; what is there already stays.
    ///
    /// - Parameter run: The run.
    /// - Returns: What could not be made, in words for the operator.
    /// - Throws: ``MigrationError``.
    func run(run: String) throws(MigrationError) -> [String] {
        var problems = try buildKeys(run) + addForeignKeys(run)
        if let existing {
            problems += try completeExisting(existing, run)
        } else {
            try setIdentities()
        }
        Failpoint.reach(.keysMade)
        for plan in plans { context.tracker.update(plan.table.sourceName) { $0.state = .ready } }
        return problems
    }

    /// Makes views and triggers; no row depends on one, so a refusal costs only that one.
    ///
    /// - Parameter ledger: Learns what the server refused.
    /// - Returns: What the server refused, in words for the operator.
    /// - Throws: ``MigrationError``.
    func makeAdditions(_ ledger: inout Ledger) throws(MigrationError) -> [String] {
        guard !additions.isEmpty else { return [] }
        let (_, target) = try context.connect("keys")
        var refused: [String] = []
        for addition in additions {
            try context.cancellation.check("keys", kept: .copied)
            let refusal = try context.guarded(nil) { try target.make(addition) }
            guard let refusal else { continue }
            let object = addition.statement.object
            ledger.drop(addition.statement.sql, "the server refuses it: \(refusal)")
            refused.append("not carried over: \(object): the server refuses it: \(refusal)")
            context.tracker.log(.warning, "keys", "\(object) was not made: \(refusal)")
        }
        return refused
    }

    private func buildKeys(_ run: String) throws(MigrationError) -> [String] {
        let ordered = plans.indices.sorted { left, right in
            let rows = (rows(left), rows(right))
            return rows.0 == rows.1 ? left < right : rows.0 > rows.1
        }
        let found = SharedList<KeyBuilder.Outcome>(count: plans.count)
        let (context, plans, stopsAtBadRow) = (context, plans, stopsAtBadRow)
        try WorkQueue(ordered, jobs: jobs, name: "keys").run {
            () throws(MigrationError) -> (Int) throws(MigrationError) -> Void in
            let (source, target) = try context.connect("keys")
            let builder = KeyBuilder(
                target: target,
                source: source,
                run: run,
                stopsAtBadRow: stopsAtBadRow,
                progress: context.showsMoved
            )
            let canceller = target.canceller()
            return { index throws(MigrationError) in
                let name = plans[index].table.sourceName
                try context.cancellation.check("keys", kept: .copied)
                context.tracker.update(name) { $0.state = .indexing }
                let outcome = try context.guarded(name) {
                    try context.cancellation.whileRunning(canceller.cancel) {
                        try builder.build(plans[index])
                    }
                }
                found.set(index, outcome)
                context.tracker.update(name) {
                    $0.uncopy(outcome.quarantined)
                    $0.state = .ready
                }
            }
        }
        return found.values.flatMap(\.problems)
    }

    private func rows(_ index: Int) -> Int {
        census.tables[plans[index].table.sourceName]?.rows ?? 0
    }

    private func addForeignKeys(_ run: String) throws(MigrationError) -> [String] {
        let (source, target) = try context.connect("keys")
        let builder = ForeignKeyBuilder(
            plans: plans,
            schema: schema,
            target: target,
            source: source,
            run: run,
            progress: context.showsMoved
        )
        var outcome = try context.guarded(nil) { try builder.add() }
        let orphaned = try validate(builder)
        guard orphaned > 0 else { return outcome.problems }
        guard !stopsAtBadRow else {
            throw try context.guarded(nil) { try builder.orphanStop() }
        }
        let canceller = target.canceller()
        let moved = try context.guarded(nil) {
            try context.cancellation.whileRunning(canceller.cancel) { try builder.moveOrphans() }
        }
        for (table, rows) in moved.quarantined.pairs where rows > 0 {
            context.tracker.update(table) { $0.uncopy(rows) }
            context.tracker.log(
                .warning,
                "keys",
                "\(table): \(rows) rows without a parent are in quarantine"
            )
        }
        outcome = try context.guarded(nil) { try builder.add() }
        _ = try validate(builder)
        let left = try context.guarded(nil) { try builder.unchecked() }
        return outcome.problems + left.map(\.problem)
    }

    /// Makes the server look at every foreign key.
    ///
    /// - Returns: The number of keys that some rows break.
    private func validate(_ builder: ForeignKeyBuilder) throws(MigrationError) -> Int {
        let statements = try context.guarded(nil) { try builder.unchecked().map(\.validation) }
        let broken = SharedCounter()
        let context = context
        try WorkQueue(statements, jobs: jobs, name: "foreign keys").run {
            () throws(MigrationError) -> (String) throws(MigrationError) -> Void in
            let (_, target) = try context.connect("keys")
            return { statement throws(MigrationError) in
                Failpoint.reach(.foreignKeyChecking)
                try context.guarded(nil) {
                    do throws(TargetError) {
                        try target.execute(statement)
                    } catch {
                        guard error.sqlState == "23503" else { throw error }
                        broken.increment()
                    }
                }
                Failpoint.reach(.foreignKeyChecked)
            }
        }
        return broken.value
    }

    /// Sets the sequences of existing tables and lets their triggers act again.
    private func completeExisting(
        _ existing: ExistingMapping,
        _ run: String
    ) throws(MigrationError) -> [String] {
        let (_, target) = try context.connect("keys")
        let sequences = ExistingSequences(
            mapping: existing,
            plans: plans,
            census: census,
            isDryRun: isDryRun
        )
        return try context.guarded(nil) {
            try sequences.set(target) + ExistingTarget(target: target, run: run).restore()
        }
    }

    /// Starts every identity above each id ever issued.
    private func setIdentities() throws(MigrationError) {
        let (_, target) = try context.connect("keys")
        for plan in plans {
            guard let column = plan.table.identity else { continue }
            let stored = census.tables[plan.table.sourceName]?.maximumRowid
            let floor = max(stored ?? 0, plan.table.sequenceFloor ?? 0)
            let name = TargetConnection.quote(column)
            _ = try context.guarded(plan.table.sourceName) {
                try target.query(
                    """
                    SELECT CASE WHEN highest < 1 THEN setval(name, 1, false)
                        ELSE setval(name, highest, true) END
                    FROM (SELECT pg_get_serial_sequence($1, $2) AS name,
                        greatest((SELECT max(\(name)) FROM \(plan.qualifiedName)), $3::bigint)
                            AS highest) s
                    """,
                    [.text(plan.qualifiedName), .text(column), .integer(floor)]
                )
            }
            Failpoint.reach(.identitySet)
        }
    }
}

/// What ends a run that was told to stop at rows that break a key.
enum BadRowStop {
    /// The error about the first row of a table that breaks a key.
    ///
    /// - Parameters:
    ///   - message: Which key.
    ///   - plan: The table.
    ///   - condition: A condition on alias `t` that holds for the rows.
    ///   - target: A connection.
    /// - Returns: The error, with the row's key and how many there are.
    /// - Throws: ``TargetError``.
    static func failure(
        _ message: String,
        _ plan: TablePlan,
        where condition: String,
        _ target: TargetConnection
    ) throws(TargetError) -> MigrationError {
        let primary = plan.table.primaryKey
        let names = primary.isEmpty ? plan.table.columns.prefix(4).map(\.name) : primary
        let list = names.map { "left(t.\(TargetConnection.quote($0))::text, 80)" }
            .joined(separator: ", ")
        let first = try target.query(
            """
            SELECT count(*) OVER (), \(list) FROM \(plan.qualifiedName) t WHERE \(condition)
            ORDER BY \(names.map { "t." + TargetConnection.quote($0) }.joined(separator: ", "))
            LIMIT 1
            """
        ).rows.first
        let count = first?[0].flatMap { Int($0) } ?? 1
        let key = zip(names, (first ?? []).dropFirst()).map { name, value in
            let column = plan.table.columns.first { $0.name == name }?.sourceName ?? name
            return "\(column) \(value ?? "NULL")"
        }
        let more = count > 1 ? "; \(count) rows do" : ""
        return MigrationError(
            .targetRefusedRow,
            message + more,
            place: .init(
                "keys",
                side: .target,
                table: plan.table.sourceName,
                row: key.isEmpty ? nil : SafeText.visible(key.joined(separator: ", "))
            ),
            kept: .copied,
            remedy: "mend the rows in the source, or run without --on-bad-row stop to keep them "
                + "in quarantine"
        )
    }
}

extension PhaseContext {
    /// Tells how many rows of a table that break a key are in quarantine by now.
    func showsMoved(_ table: String, _ rows: Int) {
        tracker.activity("\(table): \(rows) rows that break a key are in quarantine")
    }

    /// Runs work on either side after the copy and wraps its errors.
    func guarded<Value>(
        _ table: String?,
        _ work: () throws -> Value
    ) throws(MigrationError) -> Value {
        do {
            return try work()
        } catch let error as TargetError {
            throw TargetFailure.wrap(
                error,
                stage: "keys",
                table: table,
                address: address,
                kept: .copied,
                cancellation: cancellation
            )
        } catch let error as SourceError {
            throw SourceFile.failure(
                error,
                path: backup,
                stage: "keys",
                table: table,
                kept: .copied
            )
        } catch let error as UnkeepableRow {
            throw error.failure("keys", kept: .copied)
        } catch let error as MigrationError {
            throw error
        } catch {
            throw MigrationError(
                .internal,
                "an unexpected error",
                place: .init("keys", table: table),
                kept: .copied,
                remedy: "report it with the log of the run",
                cause: .text(String(describing: error))
            )
        }
    }
}

extension TargetConnection {
    /// Makes a view or trigger that the server understands in every part.
    ///
    /// A function's statements are only read when it runs, which would be too late to find that
    /// one of them is not understood.
    ///
    /// - Parameter addition: The view or trigger.
    /// - Returns: Why the server refuses it; nil when it stands.
    /// - Throws: ``TargetError`` when the server cannot be asked.
    fileprivate func make(_ addition: TargetSchema.Addition) throws(TargetError) -> String? {
        do throws(TargetError) {
            try execute("BEGIN")
            for probe in addition.probes { try query(probe) }
            try execute(addition.statement.sql)
            try execute("COMMIT")
            return nil
        } catch {
            if error.isConnectionLost { throw error }
            try execute("ROLLBACK")
            if error.isAlreadyThere { return nil }
            guard error.sqlStateClass != "53", error.sqlState != "57014" else { throw error }
            return error.message
        }
    }
}
