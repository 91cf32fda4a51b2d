/// Which tables are written when a table is: by triggers, and by foreign keys with an action.
struct TriggerReach {
    private var edges: [String: Set<String>] = [:]

    /// Reads what the source declares.
    ///
    /// - Parameter catalog: What the source contains.
    init(_ catalog: Catalog) {
        for trigger in catalog.triggers {
            guard let statement = try? TriggerStatement(parsing: trigger.sql) else { continue }
            let written = statement.body.compactMap { $0.table?.foldedName }
            edges[trigger.table.foldedName, default: []].formUnion(written)
        }
        for table in catalog.tables {
            for key in table.foreignKeys
            where [key.onDelete, key.onUpdate].contains(where: {
                $0 != "NO ACTION" && $0 != "RESTRICT"
            }) {
                edges[key.parentTable.foldedName, default: []].insert(table.name.foldedName)
            }
        }
    }

    /// Whether writing one table can write another.
    ///
    /// - Parameters:
    ///   - table: The table that may be written in the end.
    ///   - start: The table that is written first.
    /// - Returns: True when both are the same or one leads to the other.
    func reaches(_ table: String, from start: String) -> Bool {
        var seen: Set<String> = []
        var open = [start.foldedName]
        while let next = open.popLast() {
            if next == table.foldedName { return true }
            guard seen.insert(next).inserted else { continue }
            open += edges[next] ?? []
        }
        return false
    }
}

extension TriggerStatement.Step {
    /// Whether it reads a table in a query.
    ///
    /// - Parameter table: The table.
    /// - Returns: True when it does.
    func reads(_ table: String) -> Bool {
        let expressions: [SQLExpression]
        switch self {
        case .update(_, let assignments, let condition):
            expressions = assignments.map(\.value) + [condition].compactMap { $0 }
        case .delete(_, let condition): expressions = [condition].compactMap { $0 }
        case .insert(_, _, let query, _), .select(let query):
            return query.readsAnywhere(table)
        }
        return expressions.flatMap(\.queries).contains { $0.readsAnywhere(table) }
    }
}

extension SQLExpression {
    /// The names behind a table, an alias, `NEW` or `OLD`; those in queries are not among them.
    var members: [(table: String, name: String)] {
        if case .member(let table, let name) = self { return [(table, name)] }
        return parts.flatMap(\.members)
    }
}

extension SchemaDeriver {
    /// Derives the triggers.
    ///
    /// - Parameters:
    ///   - relations: What they can read and write.
    ///   - schema: The schema that everything stands in.
    ///   - catalog: What the source contains.
    /// - Returns: What is made, and a decision for each.
    static func triggers(
        _ relations: Relations,
        schema: String,
        _ catalog: Catalog
    ) -> (additions: [TargetSchema.Addition], decisions: [TargetSchema.Decision]) {
        let reach = TriggerReach(catalog)
        var functions = NameRegistry()
        var additions: [TargetSchema.Addition] = []
        var decisions: [TargetSchema.Decision] = []
        for trigger in catalog.triggers where !trigger.name.foldedName.hasPrefix("_cutover_") {
            let subject = "trigger \(trigger.name)"
            do throws(Refusal) {
                var deriver = try TriggerDeriver(trigger, relations, reach)
                let name = functions.take(trigger.name)
                let derived = try deriver.derive(
                    name: name,
                    function: TargetName.qualified(name, schema)
                )
                additions.append(
                    .init(
                        statement: .init(
                            object: "trigger \(name)",
                            sql: derived.sql,
                            isOptional: true
                        ),
                        probes: derived.probes
                    )
                )
                decisions.append(
                    .init(
                        table: trigger.table,
                        column: nil,
                        subject: subject,
                        source: trigger.sql,
                        target: derived.sql,
                        outcome: derived.notes.isEmpty ? .translated : .changed,
                        reason: derived.notes.first
                            ?? "it does the same for each row, and is made after the rows are there"
                    )
                )
            } catch {
                decisions.append(
                    TargetSchema.dropped(trigger.table, subject, trigger.sql, error.reason)
                )
            }
        }
        return (additions, decisions)
    }
}
