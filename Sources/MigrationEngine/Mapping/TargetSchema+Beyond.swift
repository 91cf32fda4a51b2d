extension TargetSchema {
    /// The decisions about virtual tables.
    ///
    /// - Parameter catalog: What the source contains.
    /// - Returns: A decision for each virtual table.
    static func decisionsOnVirtualTables(_ catalog: Catalog) -> [Decision] {
        catalog.tables.compactMap { table in
            guard let rows = table.virtualRows, let said = VirtualTable(parsing: table.sql)
            else { return nil }
            switch rows {
            case .own:
                return Decision(
                    table: table.name,
                    column: nil,
                    subject: "virtual table",
                    source: table.sql,
                    target: "CREATE TABLE",
                    outcome: .changed,
                    reason: "its rows stand in no other table, so they are copied, and the tables "
                        + "that \(said.module) keeps its index in are not; "
                        + said.replacement(
                            table.columns.map(\.name).filter { !$0.isExactly(table.rowidAlias) }
                        )
                )
            case .derived(let reason):
                return dropped(table.name, "virtual table", table.sql, reason)
            case .unreadable(let reason):
                return dropped(table.name, "virtual table", table.sql, unread(said, reason))
            }
        }
    }

    /// What has to be said of virtual tables whose rows could not be read: a run without them
    /// is not complete.
    ///
    /// - Parameter catalog: What the source contains.
    /// - Returns: A sentence for each.
    static func unreadTables(_ catalog: Catalog) -> [String] {
        catalog.tables.compactMap { table in
            guard case .unreadable(let reason) = table.virtualRows,
                let said = VirtualTable(parsing: table.sql)
            else { return nil }
            return "\"\(table.name)\" was not copied: \(unread(said, reason))"
        }
    }

    private static func unread(_ said: VirtualTable, _ reason: String) -> String {
        "the virtual table cannot be read without its module \(said.module): \(reason)"
    }

    /// A decision about something that is not carried over.
    ///
    /// - Parameters:
    ///   - table: The table, view or trigger.
    ///   - subject: What it is.
    ///   - source: How it is declared.
    ///   - reason: Why it is not carried over.
    /// - Returns: The decision.
    static func dropped(
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
