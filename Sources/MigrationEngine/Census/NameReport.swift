/// Names that change on their way, or that PostgreSQL takes in quotes only.
struct NameReport {
    let catalog: Catalog
    let schema: TargetSchema

    /// The names, those that change first.
    ///
    /// - Returns: The names in the order of the catalog.
    func names() -> [InspectReport.Name] {
        var names = schema.decisions.filter { $0.subject == "name" }.map { decision in
            InspectReport.Name(
                table: decision.table,
                column: decision.column,
                source: decision.source,
                target: decision.target,
                isChanged: true,
                reason: Self.reason(decision.source, isColumn: decision.column != nil)
            )
        }
        for table in schema.tables {
            names += quoted(table.sourceName, table.name, table: table.sourceName, column: nil)
            for column in table.columns {
                names += quoted(
                    column.sourceName,
                    column.name,
                    table: table.sourceName,
                    column: column.sourceName
                )
            }
        }
        return names
    }

    /// Tables and columns that are not copied, with the reason.
    ///
    /// - Returns: The tables in the order of the file; SQLite's own are left out. Columns follow.
    func notMigrated() -> [InspectReport.NotMigrated] {
        let columns = catalog.migratedTables.flatMap { table in
            table.losses.compactMap { loss in
                loss.column.map { column in
                    InspectReport.NotMigrated(
                        name: "\(table.name).\(column)",
                        kind: "column",
                        reason: loss.reason
                    )
                }
            }
        }
        return notMigratedTables() + columns
    }

    private func notMigratedTables() -> [InspectReport.NotMigrated] {
        catalog.tables.compactMap { table in
            switch table.kind {
            case .ordinary, .internal: nil
            case .virtual where table.virtualRows == .own: nil
            case .virtual(let module):
                .init(
                    name: table.name,
                    kind: "virtual",
                    reason: table.virtualRows?.reason
                        ?? "a virtual table of module \(module) stores no rows of its own"
                )
            case .shadow(let owner):
                .init(
                    name: table.name,
                    kind: "shadow",
                    reason: "holds the inner parts of the virtual table \(owner)"
                )
            case .cutover:
                .init(
                    name: table.name,
                    kind: "cutover",
                    reason: "this program made it: its definition says \(Catalog.mark)"
                )
            }
        }
    }

    private static func reason(_ name: String, isColumn: Bool) -> String {
        if name.isEmpty { return "a name cannot be empty" }
        if name.utf8.count > TargetName.maximumBytes {
            return "\(name.utf8.count) bytes; PostgreSQL would cut it at \(TargetName.maximumBytes)"
        }
        if isColumn, TargetName.systemColumns.contains(name) {
            return "every table of PostgreSQL has a column of this name"
        }
        return "another name is the same after folding or cutting, or an index has it"
    }

    private func quoted(
        _ source: String,
        _ target: String,
        table: String,
        column: String?
    ) -> [InspectReport.Name] {
        guard source == target, TargetName.quote(target) != target else { return [] }
        let isFolded = target.lowercased() != target
        return [
            InspectReport.Name(
                table: table,
                column: column,
                source: source,
                target: target,
                isChanged: false,
                reason: isFolded
                    ? "has capitals: without quotes PostgreSQL looks for \(target.lowercased())"
                    : "needs quotes in PostgreSQL"
            )
        ]
    }
}
