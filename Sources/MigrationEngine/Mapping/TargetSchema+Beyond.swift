extension TargetSchema {
    /// The decisions about what is no table with rows of its own.
    ///
    /// - Parameter catalog: What the source contains.
    /// - Returns: A decision for each virtual table, view and trigger.
    static func decisionsBeyondTables(_ catalog: Catalog) -> [Decision] {
        var decisions: [Decision] = []
        for table in catalog.tables {
            guard case .virtual(let module) = table.kind else { continue }
            decisions.append(
                dropped(
                    table.name,
                    "virtual table",
                    table.sql,
                    "the module \(module) is SQLite's own; the tables that it keeps its data in "
                        + "are not copied"
                )
            )
        }
        for view in catalog.views {
            decisions.append(
                dropped(view.name, "view", view.sql, "views are not translated; make it by hand")
            )
        }
        for trigger in catalog.triggers where !trigger.name.foldedName.hasPrefix("_cutover_") {
            decisions.append(
                dropped(
                    trigger.table,
                    "trigger \(trigger.name)",
                    trigger.sql,
                    "triggers are not translated; make it by hand"
                )
            )
        }
        return decisions
    }

    private static func dropped(
        _ table: String,
        _ subject: String,
        _ source: String,
        _ reason: String
    ) -> Decision {
        Decision(
            table: table,
            column: nil,
            subject: subject,
            source: source,
            target: "",
            outcome: .dropped,
            reason: reason
        )
    }
}
