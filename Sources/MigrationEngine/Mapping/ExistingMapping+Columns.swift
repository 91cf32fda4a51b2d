/// The columns of a matched table.
extension ExistingMapping {
    /// Matches the columns of a table, and takes it over.
    mutating func match(
        _ table: Catalog.Table,
        _ found: ExistingCatalog.Table,
        _ census: TableCensus?
    ) {
        requireRights(found)
        var columns: [TargetColumn] = []
        var own: NameSet = []
        for (place, column) in table.columns.enumerated() where column.generation != .hidden {
            let stored = census.flatMap {
                $0.columns.indices.contains(place) ? $0.columns[place] : nil
            }
            if let column = match(column, of: table, found, stored, &own) { columns.append(column) }
        }
        matchExtraColumns(found, own)
        compareKeys(table, found)
        target.tables.append(targetTable(table, found, columns))
        tables.append(found)
    }

    /// Matches a column; nil for one that is not copied or cannot be.
    private mutating func match(
        _ column: Catalog.Column,
        of table: Catalog.Table,
        _ found: ExistingCatalog.Table,
        _ stored: ColumnCensus?,
        _ own: inout NameSet
    ) -> TargetColumn? {
        let rule = rules.column(column.name, of: table.name)
        if let reason = rule?.skip {
            skip(table.name, column.name, nil, reason)
            return nil
        }
        guard let twin = twin(of: column, of: table, found, rule, &own) else { return nil }
        let conversions = rule?.conversions ?? []
        if let reason = ExistingConversion.misfit(conversions, twin) {
            let name = "column \"\(table.name).\(column.name)\""
            refuse(table.name, column.name, "\(name): \(reason)")
            return nil
        }
        let type = ExistingType(twin)
        if case .cast(let cast) = type { casts[found.name, default: [:]][twin.name] = cast }
        decide(column, of: table.name, rule, twin, type, stored)
        return TargetColumn(
            sourceName: column.name,
            name: twin.name,
            type: type.wire,
            isNotNull: twin.isNotNull,
            conversions: conversions,
            expression: rule?.expression,
            stopsAtMisfit: rule?.stopsAtMisfit ?? false
        )
    }

    /// Finds the column of the target that gets the values of one of the source.
    private mutating func twin(
        of column: Catalog.Column,
        of table: Catalog.Table,
        _ found: ExistingCatalog.Table,
        _ rule: ColumnRule?,
        _ own: inout NameSet
    ) -> ExistingCatalog.Column? {
        let wanted = rule?.rename ?? column.name
        guard let twin = NameMatch.find(wanted, in: found.columns, by: \.name) else {
            refuse(
                table.name,
                column.name,
                "column \"\(table.name).\(wanted)\" is not in the target"
            )
            return nil
        }
        guard own.insert(twin.name) else {
            refuse(
                table.name,
                column.name,
                "two columns of \"\(table.name)\" match the target's \"\(twin.name)\""
            )
            return nil
        }
        guard !twin.isGenerated else {
            decide(
                table.name,
                "generated column",
                column.name,
                twin.name,
                .kept,
                "the target computes it; verify compares what it computes",
                column: column.name
            )
            return nil
        }
        return twin
    }

    /// Says what becomes of a column's values.
    private mutating func decide(
        _ column: Catalog.Column,
        of table: String,
        _ rule: ColumnRule?,
        _ twin: ExistingCatalog.Column,
        _ type: ExistingType,
        _ stored: ColumnCensus?
    ) {
        func decide(_ subject: String, _ to: String, _ reason: String) {
            self.decide(table, subject, "as stored", to, .changed, reason, column: column.name)
        }
        if let expression = rule?.expression {
            decide(
                "expression",
                expression,
                "the profile has it read in place of the stored value, on copy and verify alike"
            )
        }
        let conversions = rule?.conversions ?? []
        decideType(table, column, twin, type, conversions.isEmpty ? stored : nil)
        for (number, conversion) in conversions.enumerated() {
            let known = rule?.expression == nil && number == 0
            let most = known ? stored.flatMap { conversion.most(of: $0) } : nil
            decide(
                "conversion",
                conversion.rawValue,
                "the profile asks for it" + (most.map { "; it touches at most \($0) cells" } ?? "")
            )
        }
    }

    private mutating func matchExtraColumns(_ table: ExistingCatalog.Table, _ own: NameSet) {
        for column in table.columns where !own.contains(column.name) {
            let isFilled = column.hasDefault || column.isGenerated || column.sequence != nil
            if column.isNotNull, !isFilled {
                refuse(
                    table.name,
                    column.name,
                    "column \"\(table.name).\(column.name)\" of the target is NOT NULL without a "
                        + "default, and the source has no such column"
                )
                continue
            }
            let reason =
                "only the target has it: "
                + (isFilled ? "each row gets its default" : "it is NULL in each row")
            aside.append(
                Aside(side: .target, table: table.name, column: column.name, reason: reason)
            )
            decide(table.name, "extra column", "", column.type, .kept, reason, column: column.name)
        }
    }

    private mutating func decideType(
        _ table: String,
        _ column: Catalog.Column,
        _ twin: ExistingCatalog.Column,
        _ type: ExistingType,
        _ stored: ColumnCensus?
    ) {
        var reason =
            twin.name.isExactly(column.name)
            ? "the target's own type" : "the target's column \(twin.name)"
        if case .cast = type { reason += ", read by the server from the value's text" }
        if let stored {
            let odd = ExistingFit.misfits(stored, type, isNotNull: twin.isNotNull)
            if odd > 0 { reason += "; \(odd) values do not fit and cost their rows" }
        }
        decide(
            table,
            "type",
            column.declaredType,
            twin.type,
            .translated,
            reason,
            column: column.name
        )
    }
}

/// How many stored values cannot fit a column, by what the census counted.
enum ExistingFit {
    static func misfits(_ stored: ColumnCensus, _ type: ExistingType, isNotNull: Bool) -> Int {
        let nulls = isNotNull ? stored.nulls : 0
        guard case .direct(let wire) = type else {
            if case .cast(let cast) = type, cast.takesBytes { return nulls }
            return nulls + stored.blobs
        }
        let fits =
            switch wire {
            case .smallint, .integer, .bigint: stored.integers
            case .boolean: stored.shapes[.zeroOrOne] ?? 0
            case .doublePrecision, .numeric: stored.integers + stored.reals
            case .bytea: stored.blobs
            case .date: stored.shapes[.date] ?? 0
            case .timestamp:
                [.timestamp, .timestampFraction, .timestampT, .date]
                    .reduce(0) { $0 + (stored.shapes[$1] ?? 0) }
            default: stored.texts
            }
        return nulls + max(0, stored.values - fits)
    }
}
