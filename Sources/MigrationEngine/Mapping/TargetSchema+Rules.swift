extension TargetSchema {
    /// Takes up what the operator prescribes beyond names and types, and records all of it.
    ///
    /// - Parameters:
    ///   - rules: What the operator prescribes.
    ///   - catalog: What the source contains.
    ///   - census: What is stored.
    mutating func apply(_ rules: MappingRules, _ catalog: Catalog, _ census: Census) {
        for rule in rules.tables { skip(rule, catalog, census) }
        for rule in rules.columns {
            guard let table = catalog.table(rule.table), let column = table.column(rule.column)
            else { continue }
            apply(rule, table, column, census)
        }
    }

    private mutating func skip(_ rule: TableRule, _ catalog: Catalog, _ census: Census) {
        guard let reason = rule.skip, let table = catalog.table(rule.table) else { return }
        skipped.append(Skipped(table: table.name, column: nil, reason: reason))
        let rows = census.tables[table.name].map { "its \($0.rows) rows are" } ?? "it is"
        decisions.append(
            Decision(
                table: table.name,
                column: nil,
                subject: "table",
                source: table.name,
                target: "",
                outcome: .dropped,
                reason: "\(rows) skipped by the profile: \(reason)"
            )
        )
    }

    private mutating func apply(
        _ rule: ColumnRule,
        _ table: Catalog.Table,
        _ column: Catalog.Column,
        _ census: Census
    ) {
        func decide(
            _ subject: String,
            _ target: String,
            _ outcome: Decision.Outcome,
            _ reason: String
        ) {
            decisions.append(
                Decision(
                    table: table.name,
                    column: column.name,
                    subject: subject,
                    source: subject == "column" ? column.name : "as stored",
                    target: target,
                    outcome: outcome,
                    reason: reason
                )
            )
        }
        if let reason = rule.skip {
            skipped.append(Skipped(table: table.name, column: column.name, reason: reason))
            decide("column", "", .dropped, "skipped by the profile: \(reason)")
            return
        }
        guard let place = tables.firstIndex(where: { $0.sourceName.isExactly(table.name) }),
            let own = tables[place].columns.firstIndex(where: {
                $0.sourceName.isExactly(column.name)
            })
        else { return }
        let stored = Self.stored(column, table, census)
        // An offset is no part of an instant: what is lost is named before, and counted.
        let losesOffsets =
            tables[place].columns[own].type == .timestamptz
            && (rule.expression != nil || (stored?.shapes[.timestampZone] ?? 0) > 0)
            && !rule.conversions.contains(.offsetToUTC)
        let conversions = rule.conversions + (losesOffsets ? [.offsetToUTC] : [])
        tables[place].columns[own].conversions += conversions
        tables[place].columns[own].expression = rule.expression
        tables[place].columns[own].stopsAtMisfit = rule.stopsAtMisfit
        if let expression = rule.expression {
            decide(
                "expression",
                expression,
                .changed,
                "the profile has it read in place of the stored value, on copy and verify alike"
            )
        }
        for (number, conversion) in conversions.enumerated() {
            let known = rule.expression == nil && number == 0
            let most = known ? stored.flatMap { conversion.most(of: $0) } : nil
            decide(
                "conversion",
                conversion.rawValue,
                .changed,
                (rule.conversions.contains(conversion)
                    ? "the profile asks for it"
                    : "timestamptz keeps the instant, not the offset that it was written with")
                    + (most.map { "; it touches at most \($0) cells" } ?? "")
            )
        }
    }

    private static func stored(
        _ column: Catalog.Column,
        _ table: Catalog.Table,
        _ census: Census
    ) -> ColumnCensus? {
        guard let found = census.tables[table.name], found.columns.count == table.columns.count
        else { return nil }
        return table.columns.firstIndex { $0.name.isExactly(column.name) }.map { found.columns[$0] }
    }
}
