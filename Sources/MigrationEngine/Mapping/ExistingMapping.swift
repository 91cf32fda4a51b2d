/// The tables of the source matched to the ones that the application's migrations made.
///
/// A value: the same two catalogs and the same census give the same matching.
package struct ExistingMapping: Sendable {
    /// The target's schema as it stands, with every decision.
    package private(set) var target: TargetSchema
    /// Why nothing can be copied: what one side lacks.
    package private(set) var refusals: [String] = []
    /// What the user may not do, and the tables need.
    package private(set) var missingRights: [String] = []
    /// Matched tables that hold rows already.
    package private(set) var filled: [(table: String, rows: Int)] = []
    /// What one side has for itself, on purpose.
    private(set) var aside: [Aside] = []
    /// How columns are written that the row encoder does not know, by the target's table.
    private(set) var casts: [String: [String: ExistingType.Cast]] = [:]
    /// The matched tables, in the order of ``target``.
    private(set) var tables: [ExistingCatalog.Table] = []

    private let rules: MappingRules

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
        begun: Set<String> = [],
        rules: MappingRules = MappingRules()
    ) {
        self.rules = rules
        target = TargetSchema(mode: .existing, schema: existing.schema)
        var taken: [String: String] = [:]
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
            if let other = taken.updateValue(table.name, forKey: found.name) {
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
    private mutating func skip(_ table: String, _ column: String?, _ rows: Int?, _ reason: String) {
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

    private mutating func match(
        _ table: Catalog.Table,
        _ found: ExistingCatalog.Table,
        _ census: TableCensus?
    ) {
        requireRights(found)
        var columns: [TargetColumn] = []
        var own: Set<String> = []
        for (place, column) in table.columns.enumerated() where column.generation != .hidden {
            let rule = rules.column(column.name, of: table.name)
            if let reason = rule?.skip {
                skip(table.name, column.name, nil, reason)
                continue
            }
            let wanted = rule?.rename ?? column.name
            guard let twin = NameMatch.find(wanted, in: found.columns, by: \.name) else {
                refuse(
                    table.name,
                    column.name,
                    "column \"\(table.name).\(wanted)\" is not in the target"
                )
                continue
            }
            guard own.insert(twin.name).inserted else {
                refuse(
                    table.name,
                    column.name,
                    "two columns of \"\(table.name)\" match the target's \"\(twin.name)\""
                )
                continue
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
                continue
            }
            let conversions = rule?.conversions ?? []
            if let reason = ExistingConversion.misfit(conversions, twin) {
                refuse(
                    table.name,
                    column.name,
                    "column \"\(table.name).\(column.name)\": \(reason)"
                )
                continue
            }
            let type = ExistingType(twin)
            if case .cast(let cast) = type { casts[found.name, default: [:]][twin.name] = cast }
            columns.append(
                TargetColumn(
                    sourceName: column.name,
                    name: twin.name,
                    type: type.wire,
                    isNotNull: twin.isNotNull,
                    conversions: conversions,
                    expression: rule?.expression,
                    stopsAtMisfit: rule?.stopsAtMisfit ?? false
                )
            )
            if let expression = rule?.expression {
                decide(
                    table.name,
                    "expression",
                    "as stored",
                    expression,
                    .changed,
                    "the profile has it read in place of the stored value, on copy and verify alike",
                    column: column.name
                )
            }
            let stored = census.flatMap {
                $0.columns.indices.contains(place) ? $0.columns[place] : nil
            }
            decideType(table.name, column, twin, type, conversions.isEmpty ? stored : nil)
            for (number, conversion) in conversions.enumerated() {
                let known = rule?.expression == nil && number == 0
                let most = known ? stored.flatMap { conversion.most(of: $0) } : nil
                decide(
                    table.name,
                    "conversion",
                    "as stored",
                    conversion.rawValue,
                    .changed,
                    "the profile asks for it"
                        + (most.map { "; it touches at most \($0) cells" } ?? ""),
                    column: column.name
                )
            }
        }
        matchExtraColumns(found, own)
        compareKeys(table, found)
        target.tables.append(targetTable(table, found, columns))
        tables.append(found)
    }

    private mutating func matchExtraColumns(_ table: ExistingCatalog.Table, _ own: Set<String>) {
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

    private mutating func requireRights(_ table: ExistingCatalog.Table) {
        if !table.isWritable {
            missingRights.append("SELECT and INSERT on \"\(table.name)\"")
        } else if !table.isOwned, !table.actors.isEmpty || !table.foreignKeys.isEmpty {
            missingRights.append(
                "ownership of \"\(table.name)\", whose triggers and foreign keys must rest while "
                    + "rows are copied"
            )
        }
        if table.isPartitioned, !table.foreignKeys.isEmpty {
            refuse(
                table.name,
                nil,
                "table \"\(table.name)\" is partitioned and has foreign keys, which cannot be put "
                    + "back without looking at all rows at once"
            )
        }
    }

    private func targetTable(
        _ table: Catalog.Table,
        _ found: ExistingCatalog.Table,
        _ columns: [TargetColumn]
    ) -> TargetTable {
        let qualified = TargetName.qualified(found.name, target.schema)
        return TargetTable(
            sourceName: table.name,
            name: found.name,
            columns: columns,
            primaryKey: found.primaryKey,
            identity: nil,
            sequenceFloor: table.sequence,
            create: TargetSchema.Statement(
                object: "table \(found.name)",
                sql: "-- table \(qualified) stands already"
            ),
            keys: [],
            indexes: [],
            checks: [],
            foreignKeys: found.foreignKeys.map { key in
                TargetTable.ForeignKey(
                    statement: TargetSchema.Statement(
                        object: "foreign key \(key.name)",
                        sql: "ALTER TABLE \(qualified) ADD CONSTRAINT "
                            + "\(TargetName.quote(key.name)) \(key.definition)"
                    ),
                    columns: key.columns,
                    parentTable: key.parentTable,
                    parentColumns: key.parentColumns,
                    parentSchema: key.parentSchema
                )
            }
        )
    }

    // MARK: - The ledger

    private mutating func refuse(_ table: String, _ column: String?, _ reason: String) {
        refusals.append(reason)
        decide(table, "refused", column ?? table, "", .dropped, reason, column: column)
    }

    private mutating func decide(
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

    private mutating func decideType(
        _ table: String,
        _ column: Catalog.Column,
        _ twin: ExistingCatalog.Column,
        _ type: ExistingType,
        _ stored: ColumnCensus?
    ) {
        var reason =
            twin.name == column.name ? "the target's own type" : "the target's column \(twin.name)"
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

    /// What the source promises of its rows and the target does not, or the other way round.
    private mutating func compareKeys(_ table: Catalog.Table, _ found: ExistingCatalog.Table) {
        let names = Dictionary(
            table.columns.map { column in
                (
                    column.name.foldedName,
                    NameMatch.find(
                        rules.column(column.name, of: table.name)?.rename ?? column.name,
                        in: found.columns,
                        by: \.name
                    )?.name ?? column.name
                )
            }
        ) { first, _ in first }
        func twins(_ columns: [String]) -> [String] { columns.map { names[$0.foldedName] ?? $0 } }
        let own =
            [table.primaryKey.compactMap(\.name)]
            + table.uniques.map { $0.columns.compactMap(\.name) }
        for columns in own where !columns.isEmpty {
            let text = "UNIQUE (\(columns.joined(separator: ", ")))"
            let isThere = found.uniques.contains(Set(twins(columns)))
            decide(
                table.name,
                "unique",
                text,
                isThere ? text : "",
                isThere ? .kept : .dropped,
                isThere ? "the target enforces it" : "the application's migrations made no such key"
            )
        }
        for key in table.foreignKeys {
            let text = "FOREIGN KEY (\(key.columns.joined(separator: ", "))) → \(key.parentTable)"
            let isThere = found.foreignKeys.contains { $0.columns == twins(key.columns) }
            decide(
                table.name,
                "foreign key",
                text,
                isThere ? text : "",
                isThere ? .kept : .dropped,
                isThere
                    ? "rests while rows are copied, and is checked at the end"
                    : "the application's migrations made no such key"
            )
        }
        for actor in found.actors {
            decide(
                table.name,
                actor.object,
                "",
                actor.object,
                .kept,
                "rests while rows are copied: it is not for rows that the application wrote before"
            )
        }
    }
}

extension ExistingMapping {
    /// The same tables in another schema, for a dry run into copies of them.
    ///
    /// - Parameter schema: The schema that holds the copies.
    /// - Returns: The mapping; foreign keys between matched tables stay between the copies.
    func placed(in schema: String) -> ExistingMapping {
        var copy = self
        let names = Set(target.tables.map(\.name))
        copy.target.schema = schema
        for table in copy.target.tables.indices {
            let child = TargetName.qualified(copy.target.tables[table].name, schema)
            for place in copy.target.tables[table].foreignKeys.indices {
                var key = copy.target.tables[table].foreignKeys[place]
                let home = key.parentSchema ?? target.schema
                let isCopied = home == target.schema && names.contains(key.parentTable)
                key.parentSchema = isCopied ? schema : home
                let parent = TargetName.qualified(key.parentTable, key.parentSchema ?? home)
                let lists = [key.columns, key.parentColumns].map { columns in
                    "(\(columns.map(TargetName.quote).joined(separator: ", ")))"
                }
                // Whether a row has its parent is all that a dry run asks of a foreign key.
                key.statement.sql =
                    "ALTER TABLE \(child) ADD CONSTRAINT dry_run_key_\(place + 1) "
                    + "FOREIGN KEY \(lists[0]) REFERENCES \(parent) \(lists[1])"
                copy.target.tables[table].foreignKeys[place] = key
            }
        }
        return copy
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
