/// Says where the plan's DDL differs from what the source declares.
struct PlanComparison {
    /// The table as the plan writes it.
    let planned: PlanSchema.Table
    /// The table in the source.
    let source: Catalog.Table
    /// What is stored in it.
    let census: TableCensus

    private static let missing = "the plan's DDL does not have it"
    private static let added = "the source does not have it, the plan's DDL does"

    /// Compares.
    ///
    /// - Returns: A decision for each thing that one of both declares.
    func decisions() -> [TargetSchema.Decision] {
        planned.columns.flatMap { columnDecisions($0) } + keyDecisions() + checkDecisions()
            + foreignKeyDecisions() + indexDecisions() + [collation]
    }

    private func decision(
        _ subject: String,
        _ source: String,
        _ target: String,
        _ outcome: TargetSchema.Decision.Outcome,
        _ reason: String,
        column: String? = nil
    ) -> TargetSchema.Decision {
        .init(
            table: self.source.name,
            column: column,
            subject: subject,
            source: source,
            target: target,
            outcome: outcome,
            reason: reason
        )
    }

    /// A decision about something that either side has or lacks.
    private func presence(
        _ subject: String,
        _ source: String?,
        _ target: String?,
        column: String? = nil
    ) -> [TargetSchema.Decision] {
        switch (source, target) {
        case (nil, nil): []
        case (let text?, nil):
            [decision(subject, text, "", .dropped, Self.missing, column: column)]
        case (nil, let text?):
            [decision(subject, "", text, .changed, Self.added, column: column)]
        case (let text?, let other?):
            [decision(subject, text, other, .kept, "the plan's DDL has it, too", column: column)]
        }
    }

    private var collation: TargetSchema.Decision {
        decision(
            "collation",
            "BINARY",
            "",
            .changed,
            "the plan's DDL names no collation: text sorts by the language of the database"
        )
    }

    // MARK: - Columns

    private func columnDecisions(_ column: PlanSchema.Column) -> [TargetSchema.Decision] {
        guard let own = source.column(column.name) else { return [] }
        let declared = own.declaredType
        let target = column.spelledType
        let type = decision(
            "type",
            declared,
            target,
            declared.uppercased() == target ? .kept : .translated,
            typeReason(column, own),
            column: own.name
        )
        return [type] + notNull(column, own) + defaults(column, own)
    }

    private func typeReason(_ column: PlanSchema.Column, _ own: Catalog.Column) -> String {
        let reason = "the plan's DDL says so"
        guard census.columns.count == source.columns.count,
            let place = source.columns.firstIndex(where: { $0.name.isExactly(own.name) })
        else { return reason }
        let stored = census.columns[place]
        switch column.type {
        case .varchar(let length) where stored.longestText > length:
            return reason
                + "; the longest text has \(stored.longestText) bytes, \(length) characters fit"
        case .integer:
            let large = stored.shapes[.beyondInteger32] ?? 0
            let others = stored.values - stored.integers
            return large + others == 0
                ? reason : "\(reason); \(large + others) values do not fit"
        case .boolean:
            let others = stored.values - (stored.shapes[.zeroOrOne] ?? 0)
            return others == 0 ? reason : "\(reason); \(others) values are not 0 or 1"
        case .timestamp:
            let shapes: [ColumnCensus.Shape] = [.date, .timestamp, .timestampFraction]
            let others = shapes.reduce(stored.values) { $0 - (stored.shapes[$1] ?? 0) }
            return others == 0 ? reason : "\(reason); \(others) values are not YYYY-MM-DD HH:MM:SS"
        default: return reason
        }
    }

    private func notNull(
        _ column: PlanSchema.Column,
        _ own: Catalog.Column
    ) -> [TargetSchema.Decision] {
        guard column.name != planned.primaryKey else { return [] }
        return presence(
            "not null",
            own.isNotNull ? "NOT NULL" : nil,
            column.isNotNull ? "NOT NULL" : nil,
            column: own.name
        )
    }

    private func defaults(
        _ column: PlanSchema.Column,
        _ own: Catalog.Column
    ) -> [TargetSchema.Decision] {
        guard let text = own.defaultExpression, let value = column.defaultValue else {
            return presence("default", own.defaultExpression, column.defaultValue, column: own.name)
        }
        let isNow = value == "CURRENT_TIMESTAMP"
        let same = isNow ? TimeOfDay.isSecond(text) : Self.value(text, column) == value
        let reason =
            isNow
            ? "the plan's is the time of the session's zone to the microsecond, "
                + "SQLite's is UTC to the second"
            : "the plan's DDL gives another value"
        return [
            decision(
                "default",
                text,
                value,
                same && !isNow ? (text == value ? .kept : .translated) : .changed,
                same && !isNow ? "the same value" : reason,
                column: own.name
            )
        ]
    }

    private static func value(_ text: String, _ column: PlanSchema.Column) -> String? {
        guard let expression = try? SQLExpression(parsing: text) else { return nil }
        let known = ExpressionRenderer.Column(sql: "", type: column.type, affinity: .numeric)
        var renderer = ExpressionRenderer(columns: [:], place: .default)
        return try? renderer.assigned(expression, to: known).sql
    }

    // MARK: - Constraints

    private func keyDecisions() -> [TargetSchema.Decision] {
        let own = source.primaryKey.compactMap { $0.name?.foldedName }
        let key = "PRIMARY KEY (\(planned.primaryKey))"
        let text = own.isEmpty ? "" : "PRIMARY KEY (\(own.joined(separator: ", ")))"
        let same = own == [planned.primaryKey]
        let primary = decision(
            "primary key",
            text,
            key,
            same ? .kept : .changed,
            same ? "the same column" : "the plan's DDL has another key"
        )
        let ownUniques = source.uniques.map { $0.columns.compactMap { $0.name?.foldedName } }
        return [primary]
            + compared("unique", ownUniques, planned.uniques) {
                "UNIQUE (\($0.joined(separator: ", ")))"
            }
    }

    private func compared<Element: Equatable>(
        _ subject: String,
        _ own: [Element],
        _ other: [Element],
        _ text: (Element) -> String
    ) -> [TargetSchema.Decision] {
        own.flatMap { element in
            presence(subject, text(element), other.contains(element) ? text(element) : nil)
        }
            + other.filter { !own.contains($0) }.flatMap { presence(subject, nil, text($0)) }
    }

    private func checkDecisions() -> [TargetSchema.Decision] {
        func plain(_ text: String) -> String {
            SQLTokenizer.tokens(of: text).map(\.text).joined(separator: " ")
        }
        return compared(
            "check",
            source.checks.map { plain($0.expression) },
            planned.columns.compactMap { $0.check.map(plain) }
        ) { $0 }
    }

    private func foreignKeyDecisions() -> [TargetSchema.Decision] {
        let own = source.foreignKeys.map { key in
            let columns = key.columns.joined(separator: ", ")
            let parents = key.parentColumns.joined(separator: ", ")
            return "FOREIGN KEY (\(columns)) REFERENCES \(key.parentTable) (\(parents))"
                + (key.onDelete == "NO ACTION" ? "" : " ON DELETE \(key.onDelete)")
                + (key.onUpdate == "NO ACTION" ? "" : " ON UPDATE \(key.onUpdate)")
        }
        let other = planned.parent.map { parent in
            "FOREIGN KEY (\(parent.column)) REFERENCES \(parent.table) (\(parent.column)) "
                + "ON DELETE CASCADE"
        }
        return compared("foreign key", own, other.map { [$0] } ?? []) { $0 }
    }

    private func indexDecisions() -> [TargetSchema.Decision] {
        let other = planned.indexes.map { "CREATE INDEX ON \(planned.name) (\($0.column))" }
        let own = source.indexes.map { index in
            let columns = index.columns.map { $0.name?.foldedName ?? $0.expression ?? "" }
            let isPlain = !index.isUnique && index.predicate == nil
            return isPlain
                ? "CREATE INDEX ON \(planned.name) (\(columns.joined(separator: ", ")))" : index.sql
        }
        return compared("index", own, other) { $0 }
    }
}

extension TimeOfDay {
    /// Whether a default is the present second.
    ///
    /// - Parameter text: The default as written.
    /// - Returns: True for `CURRENT_TIMESTAMP` and its like.
    static func isSecond(_ text: String) -> Bool {
        guard let expression = try? SQLExpression(parsing: text) else { return false }
        return TimeOfDay(expression) == .second
    }
}
