/// Maps a source of the plan's shape to the plan's twelve tables.
struct PlanMapping {
    /// What the source contains.
    let catalog: Catalog
    /// What is stored.
    let census: Census
    /// The schema that the tables stand in.
    let schema: String

    /// Maps all of it.
    ///
    /// - Returns: The schema, tables in the plan's order.
    func mapped() -> TargetSchema {
        var result = TargetSchema(mode: .plan, schema: schema)
        result.preamble = [PlanSchema.preamble]
        for planned in PlanSchema.tables {
            guard
                let source = catalog.migratedTables.first(where: {
                    $0.name.foldedName == planned.name
                })
            else { continue }
            result.tables.append(table(planned, source))
            let comparison = PlanComparison(
                planned: planned,
                source: source,
                census: census.tables[source.name] ?? TableCensus()
            )
            result.decisions += weighed(comparison.decisions(), planned, source)
        }
        result.decisions += TargetSchema.decisionsOnVirtualTables(catalog)
        result.decisions += beyond()
        return result
    }

    /// Views and triggers, of which the plan says nothing, with what `--mode derive` does of them.
    private func beyond() -> [TargetSchema.Decision] {
        guard !catalog.views.isEmpty || !catalog.triggers.isEmpty else { return [] }
        var deriver = SchemaDeriver(catalog: catalog, census: census, schema: schema)
        return deriver.derived().decisions
            .filter { $0.subject == "view" || $0.subject.hasPrefix("trigger ") }
            .map { derived in
                let otherwise =
                    derived.outcome == .dropped
                    ? "; --mode derive has no counterpart either: \(derived.reason)"
                    : "; --mode derive makes it (\(derived.outcome.rawValue)): \(derived.reason)"
                return TargetSchema.dropped(
                    derived.table,
                    derived.subject,
                    derived.source,
                    "the plan's DDL does not have it, and migrate does not make it" + otherwise
                )
            }
    }

    /// Adds to the decisions about types what the census says of them.
    private func weighed(
        _ decisions: [TargetSchema.Decision],
        _ planned: PlanSchema.Table,
        _ source: Catalog.Table
    ) -> [TargetSchema.Decision] {
        guard let found = census.tables[source.name], found.columns.count == source.columns.count
        else { return decisions }
        return decisions.map { decision in
            guard decision.subject == "type",
                let place = source.columns.firstIndex(where: { $0.name.isExactly(decision.column) }
                ),
                let type = planned.columns.first(where: { $0.name == decision.column?.foldedName })
            else { return decision }
            var weighed = decision
            let stored = found.columns[place]
            weighed.evidence = TypeEvidence.counts(stored, type.type)
            weighed.confidence = TypeEvidence.confidence(
                type.type,
                stored,
                isAsked: true,
                decision.outcome
            )
            return weighed
        }
    }

    private func table(_ planned: PlanSchema.Table, _ source: Catalog.Table) -> TargetTable {
        let lines = planned.columns.map { "    \(Self.line($0))" }.joined(separator: ",\n")
        let qualified = TargetName.qualified(planned.name, schema)
        return TargetTable(
            sourceName: source.name,
            name: planned.name,
            columns: planned.columns.map { column in
                TargetColumn(
                    sourceName: source.columns.first { $0.name.foldedName == column.name }?.name
                        ?? column.name,
                    name: column.name,
                    type: column.type,
                    isNotNull: column.isNotNull
                )
            },
            primaryKey: [planned.primaryKey],
            identity: planned.columns.first(where: \.isSerial)?.name,
            sequenceFloor: source.sequence,
            create: .init(
                object: "table \(planned.name)",
                sql: "CREATE TABLE \(qualified) (\n\(lines)\n)"
            ),
            keys: keys(planned),
            indexes: planned.indexes.map { index in
                .init(
                    object: "index \(index.name)",
                    sql: "CREATE INDEX \(index.name) ON \(qualified) "
                        + "(\(TargetName.quote(index.column)))"
                )
            },
            checks: checks(planned),
            foreignKeys: foreignKeys(planned)
        )
    }

    private static func line(_ column: PlanSchema.Column) -> String {
        var line = "\(TargetName.quote(column.name)) \(column.spelledType)"
        if let value = column.defaultValue { line += " DEFAULT \(value)" }
        if column.isNotNull, !column.isSerial { line += " NOT NULL" }
        return line
    }

    private func constraint(
        _ table: String,
        _ name: String,
        _ body: String
    ) -> TargetSchema.Statement {
        // the names that PostgreSQL itself gives to the plan's constraints
        .init(
            object: "constraint \(name)",
            sql: "ALTER TABLE \(TargetName.qualified(table, schema)) ADD CONSTRAINT \(name) \(body)"
        )
    }

    private func keys(_ planned: PlanSchema.Table) -> [TargetTable.UniqueKey] {
        let primary = TargetName.quote(planned.primaryKey)
        let first = TargetTable.UniqueKey(
            statement: constraint(planned.name, "\(planned.name)_pkey", "PRIMARY KEY (\(primary))"),
            expressions: [primary],
            isPrimary: true
        )
        let others = planned.uniques.map { columns in
            let list = columns.map(TargetName.quote)
            let name = "\(planned.name)_\(columns.joined(separator: "_"))_key"
            return TargetTable.UniqueKey(
                statement: constraint(
                    planned.name,
                    name,
                    "UNIQUE (\(list.joined(separator: ", ")))"
                ),
                expressions: list,
                isPrimary: false
            )
        }
        return [first] + others
    }

    private func checks(_ planned: PlanSchema.Table) -> [TargetTable.Check] {
        planned.columns.compactMap { column in
            guard let check = column.check else { return nil }
            return TargetTable.Check(
                statement: constraint(
                    planned.name,
                    "\(planned.name)_\(column.name)_check",
                    "CHECK (\(check))"
                ),
                expression: check
            )
        }
    }

    private func foreignKeys(_ planned: PlanSchema.Table) -> [TargetTable.ForeignKey] {
        guard let parent = planned.parent else { return [] }
        let body =
            "FOREIGN KEY (\(parent.column)) REFERENCES "
            + "\(TargetName.qualified(parent.table, schema)) (\(parent.column)) ON DELETE CASCADE"
        return [
            TargetTable.ForeignKey(
                statement: constraint(
                    planned.name,
                    "\(planned.name)_\(parent.column)_fkey",
                    body
                ),
                columns: [parent.column],
                parentTable: parent.table,
                parentColumns: [parent.column]
            )
        ]
    }
}
