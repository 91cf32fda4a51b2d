extension Inspection {
    /// What the source becomes, with every value read whose fate the census alone does not tell;
    /// writes nothing.
    ///
    /// - Parameters:
    ///   - options: The source; the target, too, in mode `existing`.
    ///   - mode: How the schema is made.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it.
    /// - Returns: The target's schema with every decision.
    /// - Throws: ``MigrationError``.
    package static func plan(
        _ options: Options,
        mode: String,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> TargetSchema {
        let tracker = ProgressTracker(observer)
        let view = try SourceView(options, tracker, cancellation, stage: "plan")
        defer { view.remove() }
        let found = try run(options, view, tracker, cancellation)
        guard mode != "existing" else { return try found.existingSchema(options) }
        var schema = try found.schema(mode: mode, schema: options.schema)
        try found.judge(&schema, view, tracker, cancellation)
        return schema
    }

    /// Reads the values that conversions or a strict type meet, as the copy will, and says so.
    private func judge(
        _ schema: inout TargetSchema,
        _ view: SourceView,
        _ tracker: ProgressTracker,
        _ cancellation: Cancellation
    ) throws(MigrationError) {
        let works = works(schema)
        guard !works.isEmpty else { return }
        tracker.activity("trying the values in their types")
        let lists = try ProblemScan(
            snapshot: view,
            jobs: Self.jobs,
            tracker: tracker,
            cancellation: cancellation
        ).run(works)
        for (work, problems) in zip(works, lists) {
            for (place, target) in work.columns {
                guard let target, let stored = census.tables[work.table.name]?.columns[place],
                    let index = schema.decisions.firstIndex(where: {
                        $0.subject == "type" && $0.table.isExactly(work.table.name)
                            && target.sourceName.isExactly($0.column)
                    })
                else { continue }
                let misfits = (problems[place] ?? []).filter { $0.outcome == .quarantine }
                let isAsked =
                    schema.mode == .plan
                    || rules.column(target.sourceName, of: work.table.name)?.type != nil
                schema.decisions[index].judge(target, stored, misfits, isAsked: isAsked)
            }
        }
    }

    private func works(_ schema: TargetSchema) -> [ProblemScan.Work] {
        var works: [ProblemScan.Work] = []
        for table in catalog.migratedTables {
            guard let target = schema.tables.first(where: { $0.sourceName.isExactly(table.name) }),
                let found = census.tables[table.name],
                found.columns.count == table.columns.count
            else { continue }
            let columns = table.columns.enumerated().compactMap { place, column in
                target.columns.first { $0.sourceName.isExactly(column.name) }
                    .flatMap { Self.isTold($0, found.columns[place]) ? nil : (place, $0) }
            }
            for start in stride(from: 0, to: columns.count, by: CensusTaker.widest) {
                let some = columns[start..<min(columns.count, start + CensusTaker.widest)]
                works.append(.init(table: table, columns: some.map { ($0.0, $0.1) }))
            }
        }
        return works
    }

    /// Whether the census alone tells how many values fit a column.
    private static func isTold(_ target: TargetColumn, _ stored: ColumnCensus) -> Bool {
        guard target.conversions.isEmpty, target.expression == nil else { return false }
        guard stored.values > 0 else { return true }
        return switch target.type {
        case .bigint, .integer, .boolean, .numeric, .text, .bytea, .date, .timestamp: true
        case .doublePrecision: stored.integers == 0
        case .smallint, .real, .decimal, .varchar, .char, .time, .timestamptz, .uuid, .json, .jsonb:
            false
        }
    }
}

extension TargetSchema.Decision {
    /// Says what came of reading every value.
    fileprivate mutating func judge(
        _ target: TargetColumn,
        _ stored: ColumnCensus,
        _ misfits: [InspectReport.Problem],
        isAsked: Bool
    ) {
        let advice = TypeEvidence.advice(target.type, stored)
        if reason.hasPrefix(TableDeriver.asked) {
            reason = TableDeriver.asked
        } else if !advice.isEmpty, reason.hasSuffix(advice) {
            reason.removeLast(advice.count)
        }
        let rows = misfits.reduce(0) { $0 + $1.rows }
        let names = target.conversions.map(\.rawValue).joined(separator: ", ")
        let read =
            target.expression.map { " as \($0) gives them" }
            ?? (names.isEmpty ? "" : " after \(names)")
        if rows == 0 {
            reason +=
                stored.values == 1
                ? "; the one value fits\(read)" : "; all \(stored.values) values fit\(read)"
        } else {
            let kinds = misfits.map { "\($0.reason) (\($0.rows))" }.joined(separator: ", ")
            reason +=
                "; \(rows) of \(max(rows, stored.values)) values "
                + "\(rows == 1 ? "does" : "do") not fit\(read): \(kinds)"
            reason += target.stopsAtMisfit ? "; the first stops the run" : fate(rows)
            let more = misfits.compactMap { ProblemKind(rawValue: $0.kind) }
                .flatMap { $0.conversions(target, stored) }
            let others = Conversion.allCases.filter(more.contains).map(\.rawValue)
            if !others.isEmpty, target.expression == nil {
                reason +=
                    " unless the profile asks for a conversion: "
                    + others.joined(separator: ", ")
            }
        }
        evidence?["fitting"] = max(0, stored.values - rows)
        guard stored.values > 0 else { return }
        if rows == 0 {
            confidence = outcome == .changed && !isAsked ? .medium : .high
        } else {
            confidence = rows * 10 <= stored.values ? .medium : .low
        }
    }

    private func fate(_ rows: Int) -> String {
        rows == 1 ? "; 1 row goes to quarantine" : "; \(rows) rows go to quarantine"
    }
}
