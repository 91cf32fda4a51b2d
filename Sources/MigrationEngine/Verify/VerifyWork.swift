/// The work of a verification, spread over threads: tables, then foreign keys of both sides.
struct VerifyWork {
    private let context: VerifyContext
    private let plan: VerifyPlan

    init(_ context: VerifyContext, _ plan: VerifyPlan) {
        self.context = context
        self.plan = plan
    }

    /// What was found.
    struct Findings: Sendable {
        var tables: [VerifyReport.Table] = []
        var foreignKeys: [VerifyReport.ForeignKey] = []
    }

    private enum Item: Sendable {
        case table(Int)
        case sourceKeys(Catalog.Table)
        case targetKey(Int)
    }

    func run() throws(MigrationError) -> Findings {
        let rows = NameTable(plan.estimates)
        let ordered = plan.comparisons.indices.sorted { left, right in
            let counts = [left, right].map { rows[self.plan.comparisons[$0].source.name] ?? 0 }
            return counts[0] == counts[1] ? left < right : counts[0] > counts[1]
        }
        var items = ordered.map { Item.table($0) }
        if !context.settings.countsOnly {
            var children: [Catalog.Table] = []
            for key in plan.foreignKeys
            where !children.contains(where: { $0.name.isExactly(key.table.name) }) {
                children.append(key.table)
            }
            items += children.map { Item.sourceKeys($0) }
            items += plan.foreignKeys.indices.map { Item.targetKey($0) }
        }
        let tables = SharedList<VerifyReport.Table>(count: plan.comparisons.count)
        let targetOrphans = SharedMap<Int, Int>()
        let (context, plan) = (context, plan)
        let found = SharedMap<ExactName, [Int64: Int]>()
        try WorkQueue(items, jobs: context.settings.jobs, name: "verify").run {
            () throws(MigrationError) -> (Item) throws(MigrationError) -> Void in
            let (source, target) = try context.connect()
            let canceller = target.canceller()
            let interrupt = source.interrupter()
            return { item throws(MigrationError) in
                try context.cancellation.check("verify", kept: .untouched)
                try context.cancellation.whileRunning({
                    canceller.cancel()
                    interrupt()
                }) { () throws(MigrationError) in
                    switch item {
                    case .table(let index):
                        tables.set(index, try Self.table(index, plan, context, source, target))
                        Failpoint.reach(.tableCompared)
                    case .sourceKeys(let table):
                        found.set(
                            ExactName(table.name),
                            try Self.sourceOrphans(table, context, source)
                        )
                    case .targetKey(let index):
                        targetOrphans.set(
                            index,
                            try Self.targetOrphans(index, plan, context, target)
                        )
                    }
                }
            }
        }
        return Findings(
            tables: tables.values,
            foreignKeys: context.settings.countsOnly
                ? [] : foreignKeys(source: found.values, target: targetOrphans.values)
        )
    }

    private static func table(
        _ index: Int,
        _ plan: VerifyPlan,
        _ context: VerifyContext,
        _ source: SourceConnection,
        _ target: TargetConnection
    ) throws(MigrationError) -> VerifyReport.Table {
        let comparison = plan.comparisons[index]
        let name = comparison.source.name
        context.tracker.update(name) { $0.state = .verifying }
        var table: VerifyReport.Table
        if context.settings.countsOnly {
            table = try context.guarded(name) {
                try count(comparison, source, target, plan.quarantine[name] ?? QuarantinedRows())
            }
        } else {
            table = try context.guarded(name) {
                try compare(comparison, plan.quarantine[name], context, source, target)
            }
        }
        try context.guarded(name) { table.sequence = try sequence(comparison, target) }
        let isEqual = table.status == .equal
        context.tracker.update(name) { $0.state = isEqual ? .equal : .different }
        return table
    }

    private static func compare(
        _ comparison: TableComparison,
        _ quarantine: QuarantinedRows?,
        _ context: VerifyContext,
        _ source: SourceConnection,
        _ target: TargetConnection
    ) throws -> VerifyReport.Table {
        let name = comparison.source.name
        func verify(_ comparison: TableComparison) throws -> VerifyReport.Table {
            try TableVerifier(
                source: source,
                target: target,
                cancellation: context.cancellation,
                samples: context.settings.samples
            ) { rows in
                context.tracker.update(name) { $0.verifiedRows = max($0.verifiedRows, rows) }
            }.verify(comparison, quarantine: quarantine ?? QuarantinedRows())
        }
        defer { source.limitValues(to: nil) }
        do {
            source.limitValues(to: LargeRowTurn.size)
            try target.execute("SAVEPOINT attempt")
            let found = try verify(comparison)
            try target.execute("RELEASE SAVEPOINT attempt")
            return found
        } catch TableVerifier.Failure.source(let error) where error.isTooBig {
            // What the target was still sending was called off, which fails its transaction.
            try target.execute("ROLLBACK TO SAVEPOINT attempt")
            // From the start, now that no other thread holds a large row.
            let turn = LargeRowTurn()
            turn.take()
            defer { turn.end() }
            source.limitValues(to: nil)
            var comparison = comparison
            comparison.hasLargeRows = true
            return try verify(comparison)
        }
    }

    private static func count(
        _ comparison: TableComparison,
        _ source: SourceConnection,
        _ target: TargetConnection,
        _ quarantine: QuarantinedRows
    ) throws -> VerifyReport.Table {
        var table = VerifyReport.Table(name: comparison.source.name, status: .equal)
        let name = SourceConnection.quote(comparison.source.storedName)
        let sourceRows = Int(try source.integer("SELECT count(*) FROM \(name)") ?? 0)
        let targetRows = Int(
            try target.query("SELECT count(*) FROM \(comparison.qualifiedName)").integer ?? 0
        )
        table.sourceRows = sourceRows
        table.targetRows = targetRows
        let quarantined = quarantine.count
        table.quarantinedRows = quarantined
        table.acceptedRows = quarantine.acceptedCount
        table.missing = max(0, sourceRows - quarantined - targetRows)
        table.extra = max(0, targetRows + quarantined - sourceRows)
        if table.missing + table.extra > 0 { table.status = .different }
        return table
    }

    private static func sequence(
        _ comparison: TableComparison,
        _ target: TargetConnection
    ) throws(TargetError) -> VerifyReport.Sequence? {
        guard let sequence = comparison.sequence else { return nil }
        let column = TargetConnection.quote(sequence.column)
        let row = try target.query(
            """
            SELECT s.last_value, s.is_called, p.increment_by,
                (SELECT max(\(column)) FROM \(comparison.qualifiedName))
            FROM \(sequence.name) s, pg_sequences p
            WHERE format('%I.%I', p.schemaname, p.sequencename)::regclass = $1::regclass
            """,
            [.text(sequence.name)]
        ).rows.first
        guard let row, let last = row[0].flatMap({ Int64($0) }) else { return nil }
        let step = row[2].flatMap { Int64($0) } ?? 1
        let next = row[1] == "t" ? last.addingReportingOverflow(step) : (last, false)
        let highest = row[3].flatMap { Int64($0) }
        return VerifyReport.Sequence(
            name: sequence.name,
            // Behind the highest number there is no next one, so none is given twice.
            nextValue: next.1 ? last : next.0,
            maximum: highest,
            ok: next.1 || next.0 > (highest ?? Int64.min)
        )
    }

    private static func sourceOrphans(
        _ table: Catalog.Table,
        _ context: VerifyContext,
        _ source: SourceConnection
    ) throws(MigrationError) -> [Int64: Int] {
        try context.guarded(table.name) { try source.orphans(in: table) }
    }

    private static func targetOrphans(
        _ index: Int,
        _ plan: VerifyPlan,
        _ context: VerifyContext,
        _ target: TargetConnection
    ) throws(MigrationError) -> Int? {
        let (table, key) = plan.foreignKeys[index]
        let quote = TargetConnection.quote
        let parent = plan.names.table(key.parentTable)
        let parentColumns = NameSet((plan.target.tables[parent] ?? []).map(\.name))
        let columns = key.columns.map { plan.names.column($0, of: table.name) }
        let references = key.parentColumns.map { plan.names.column($0, of: key.parentTable) }
        guard parentColumns.isSuperset(of: references), columns.count == references.count else {
            return nil
        }
        let known = columns.map { "c.\(quote($0)) IS NOT NULL" }
        let parentTable = plan.comparisons.first { $0.targetName.isExactly(parent) }?.source
        let match = columns.indices.map { index in
            let pair = ("p.\(quote(references[index]))", "c.\(quote(columns[index]))")
            // SQLite compares a foreign key by the collation of the parent's column.
            let parentColumn = parentTable?.column(key.parentColumns[index])
            let isFolded = parentColumn?.collation?.uppercased() == "NOCASE"
            return isFolded ? "lower(\(pair.0)) = lower(\(pair.1))" : "\(pair.0) = \(pair.1)"
        }
        let child = "\(quote(context.schema)).\(quote(plan.names.table(table.name)))"
        return try context.guarded(table.name) {
            try target.execute("SAVEPOINT orphans")
            do throws(TargetError) {
                let count = try target.query(
                    """
                    SELECT count(*) FROM \(child) c WHERE \(known.joined(separator: " AND "))
                        AND NOT EXISTS (SELECT FROM \(quote(context.schema)).\(quote(parent)) p
                            WHERE \(match.joined(separator: " AND ")))
                    """
                ).integer
                return count.map { Int($0) }
            } catch {
                // Types that cannot be compared: the target has no such key either.
                guard error.sqlState == "42883" else { throw error }
                try target.execute("ROLLBACK TO orphans")
                return nil
            }
        }
    }

    private func foreignKeys(
        source: [ExactName: [Int64: Int]],
        target: [Int: Int]
    ) -> [VerifyReport.ForeignKey] {
        plan.foreignKeys.enumerated().map { index, entry in
            VerifyReport.ForeignKey(
                table: entry.table.name,
                references: entry.key.parentTable,
                columns: entry.key.columns,
                sourceOrphans: source[ExactName(entry.table.name)]?[entry.key.pragmaID] ?? 0,
                targetOrphans: target[index]
            )
        }
    }
}
