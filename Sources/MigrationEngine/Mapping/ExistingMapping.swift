/// The tables of the source matched to the ones that the application's migrations made.
///
/// A value: the same two catalogs and the same census give the same matching.
package struct ExistingMapping: Sendable {
    /// The target's schema as it stands, with every decision.
    package internal(set) var target: TargetSchema
    /// Why nothing can be copied: what one side lacks.
    package internal(set) var refusals: [String] = []
    /// What the user may not do, and the tables need.
    package internal(set) var missingRights: [String] = []
    /// Matched tables that hold rows already.
    package internal(set) var filled: [(table: String, rows: Int)] = []
    /// What one side has for itself, on purpose.
    var aside: [Aside] = []
    /// How columns are written that the row encoder does not know, by the target's table.
    var casts: NameTable<NameTable<ExistingType.Cast>> = [:]
    /// The matched tables, in the order of ``target``.
    var tables: [ExistingCatalog.Table] = []

    let rules: MappingRules

    /// A table or column that only one side has, or that each side keeps for itself.
    struct Aside: Sendable, Equatable {
        var side: Side
        /// The table, as its side spells it.
        var table: String
        /// The column; nil for the whole table.
        var column: String?
        var reason: String
    }

    /// Matches.
    ///
    /// - Parameters:
    ///   - catalog: The source.
    ///   - existing: The target.
    ///   - census: What is stored; nil before it was counted.
    ///   - begun: The tables of the run that is taken up again; they hold its rows.
    ///   - rules: What the operator prescribes, without types.
    package init(
        _ catalog: Catalog,
        _ existing: ExistingCatalog,
        census: Census? = nil,
        begun: NameSet = [],
        rules: MappingRules = MappingRules()
    ) {
        self.rules = rules
        target = TargetSchema(mode: .existing, schema: existing.schema)
        var taken: NameTable<String> = [:]
        for table in catalog.migratedTables {
            let rule = rules.table(table.name)
            if let reason = rule?.skip {
                skip(table.name, nil, census?.tables[table.name]?.rows, reason)
                continue
            }
            guard let found = existing.table(matching: rule?.rename ?? table.name) else {
                refuseTable(rule?.rename ?? table.name, existing)
                continue
            }
            let other = taken[found.name]
            taken[found.name] = table.name
            if let other {
                refuse(
                    table.name,
                    nil,
                    "\"\(other)\" and \"\(table.name)\" both match the target's \"\(found.name)\""
                )
                continue
            }
            if BookkeepingTable.isOne(table.name), found.rows > 0, !begun.contains(table.name) {
                leave(table, found)
                continue
            }
            if found.rows > 0, !begun.contains(table.name) {
                filled.append((found.name, found.rows))
            }
            match(table, found, census?.tables[table.name])
        }
        for table in existing.tables where taken[table.name] == nil {
            aside.append(
                Aside(side: .target, table: table.name, column: nil, reason: Self.extraTable)
            )
            decide(table.name, "table", "", table.name, .kept, Self.extraTable + Self.rows(table))
        }
        if !casts.isEmpty, !existing.hasTemporaryTables {
            missingRights.append("TEMPORARY on the database, for types that the server reads")
        }
        target.decisions += TargetSchema.decisionsOnVirtualTables(catalog)
        for view in catalog.views {
            decide(view.name, "view", view.sql, "", .dropped, Self.ownMigrations)
        }
        for trigger in catalog.triggers where !trigger.name.foldedName.hasPrefix("_cutover_") {
            let subject = "trigger \(trigger.name)"
            decide(trigger.table, subject, trigger.sql, "", .dropped, Self.ownMigrations)
        }
    }

    private static let ownMigrations = "the application's migrations make what it needs"

    /// Leaves out what the profile says.
    mutating func skip(_ table: String, _ column: String?, _ rows: Int?, _ reason: String) {
        target.skipped.append(
            TargetSchema.Skipped(table: table, column: column, reason: reason)
        )
        let words = "skipped by the profile: \(reason)"
        let counted = rows.map { "its \($0) rows are \(words)" } ?? words
        let subject = column == nil ? "table" : "column"
        decide(table, subject, column ?? table, "", .dropped, counted, column: column)
    }

    private static let extraTable = "only the target has it; it stays as it is"

    private static func rows(_ table: ExistingCatalog.Table) -> String {
        table.rows == 0 ? "" : ", with its \(table.rows) rows"
    }

    // MARK: - Tables

    private mutating func refuseTable(_ name: String, _ existing: ExistingCatalog) {
        let isView = existing.otherRelations.contains { $0.foldedName == name.foldedName }
        refuse(
            name,
            nil,
            isView
                ? "table \"\(name)\": the target has a view or foreign table of that name"
                : "table \"\(name)\" is not in schema \"\(existing.schema)\" of the target"
        )
    }

    /// Both sides keep what a migration tool wrote down about them.
    private mutating func leave(_ table: Catalog.Table, _ found: ExistingCatalog.Table) {
        let reason =
            "a migration tool's record of the database that it stands in: the target keeps its own "
            + "\(found.rows) rows"
        aside.append(Aside(side: .source, table: table.name, column: nil, reason: reason))
        decide(table.name, "table", table.name, "", .dropped, reason)
    }

    // MARK: - The ledger

    mutating func refuse(_ table: String, _ column: String?, _ reason: String) {
        refusals.append(reason)
        decide(table, "refused", column ?? table, "", .dropped, reason, column: column)
    }

    mutating func decide(
        _ table: String,
        _ subject: String,
        _ source: String,
        _ to: String,
        _ outcome: TargetSchema.Decision.Outcome,
        _ reason: String,
        column: String? = nil
    ) {
        target.decisions.append(
            TargetSchema.Decision(
                table: table,
                column: column,
                subject: subject,
                source: source,
                target: to,
                outcome: outcome,
                reason: reason
            )
        )
    }
}
