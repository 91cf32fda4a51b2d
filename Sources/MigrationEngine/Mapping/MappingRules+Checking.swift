extension MappingRules {
    /// Makes sure that every rule speaks of something that is there and can be done.
    ///
    /// - Parameters:
    ///   - catalog: What the source contains.
    ///   - knowsTypes: Whether the profile alone says what types the columns get; false where the
    ///     target may have them already.
    /// - Throws: ``MigrationError`` of code `configuration` that names the rule and what is possible.
    func check(_ catalog: Catalog, knowsTypes: Bool = true) throws(MigrationError) {
        for rule in tables { try check(rule, catalog) }
        for rule in columns { try check(rule, catalog, knowsTypes) }
        try checkNames(catalog)
    }

    private func check(_ rule: TableRule, _ catalog: Catalog) throws(MigrationError) {
        _ = try known(rule.table, catalog, rule.place, alsoVirtual: rule.skip != nil)
        if rule.skip != nil, rule.rename != nil {
            throw wrong("a table that is skipped has no name in the target", rule.place, rule.table)
        }
        if tables.count(where: { $0.table.foldedName == rule.table.foldedName }) > 1 {
            throw wrong("the profile has two rules for the table", rule.place, rule.table)
        }
        if let name = rule.rename { try checkName(name, rule.place, rule.table) }
    }

    private func known(
        _ name: String,
        _ catalog: Catalog,
        _ place: Place,
        alsoVirtual: Bool = false
    ) throws(MigrationError) -> Catalog.Table {
        if let table = catalog.table(name) {
            // The rows of a virtual table are copied as well, and can be left out.
            if table.kind == .ordinary || alsoVirtual && table.virtualRows == .own { return table }
        }
        let names = catalog.migratedTables.map { "\"\($0.name)\"" }
        throw wrong(
            "the source has no table \"\(name)\" that is migrated",
            place,
            name,
            remedy: "name one of its tables: " + Self.list(names)
        )
    }

    private func check(
        _ rule: ColumnRule,
        _ catalog: Catalog,
        _ knowsTypes: Bool
    ) throws(MigrationError) {
        let table = try known(rule.table, catalog, rule.place)
        func wrong(_ message: String, remedy: String = Self.correct) -> MigrationError {
            self.wrong(message, rule.place, rule.table, rule.column, remedy: remedy)
        }
        guard let column = table.column(rule.column) else {
            throw wrong(
                "the table \"\(table.name)\" has no column \"\(rule.column)\"",
                remedy: "name one of its columns: "
                    + Self.list(table.columns.map { "\"\($0.name)\"" })
            )
        }
        let isTwice = columns.count { other in
            other.table.foldedName == rule.table.foldedName
                && other.column.foldedName == rule.column.foldedName
        }
        guard isTwice == 1 else { throw wrong("the profile has two rules for the column") }
        guard !skips(table.name) else {
            throw wrong("the profile has a rule for a column of a table that it skips")
        }
        if let name = rule.rename { try checkName(name, rule.place, rule.table, rule.column) }
        let isKey = table.primaryKey.contains { $0.name?.foldedName == column.name.foldedName }
        if isKey, rule.skip != nil || rule.expression != nil {
            throw wrong(
                "a column of the primary key can neither be skipped nor read by an expression",
                remedy: "leave the column as it is: its rows are known by it"
            )
        }
        if rule.skip != nil, rule.hasMoreThanSkip {
            throw wrong("a column that is skipped can have no other rule")
        }
        if column.generation != .none, rule.expression != nil || !rule.conversions.isEmpty {
            throw wrong("a generated column can be neither converted nor read by an expression")
        }
        if table.rowidAlias?.foldedName == column.name.foldedName {
            guard rule.type?.isInteger ?? true, rule.conversions.isEmpty else {
                throw wrong("an INTEGER PRIMARY KEY stays an integer of its own values")
            }
        }
        try check(rule, table, knowsTypes, wrong)
    }

    private func check(
        _ rule: ColumnRule,
        _ table: Catalog.Table,
        _ knowsTypes: Bool,
        _ wrong: (String, String) -> MigrationError
    ) throws(MigrationError) {
        if Set(rule.conversions).count < rule.conversions.count {
            throw wrong("a conversion is listed twice", Self.correct)
        }
        let isTyped = knowsTypes || rule.type != nil
        if isTyped, rule.conversions.contains(.truncateToLength), rule.type?.length == nil {
            throw wrong(
                "truncate_to_length needs a type with a length",
                "give the column's rule a type such as varchar(50)"
            )
        }
        guard rule.type == .json else { return }
        let keys =
            table.uniques.flatMap(\.columns) + table.primaryKey
            + table.indexes.flatMap(\.columns)
        if keys.contains(where: { $0.name?.foldedName == rule.column.foldedName }) {
            throw wrong(
                "PostgreSQL cannot compare values of type json, and the column is in a key or index",
                "use the type jsonb or text"
            )
        }
    }

    // MARK: - Names

    private func checkName(
        _ name: String,
        _ place: Place,
        _ table: String,
        _ column: String? = nil
    ) throws(MigrationError) {
        let isTaken = column != nil && TargetName.systemColumns.contains(name)
        guard
            name.isEmpty || name.utf8.count > TargetName.maximumBytes || name.contains("\0")
                || isTaken
        else { return }
        throw wrong(
            isTaken
                ? "every table of PostgreSQL has a column \"\(name)\" already"
                : "PostgreSQL's names have 1 to \(TargetName.maximumBytes) bytes",
            place,
            table,
            column
        )
    }

    /// Refuses names that two things would have to share because of a rule.
    private func checkNames(_ catalog: Catalog) throws(MigrationError) {
        let present = catalog.migratedTables.filter { !skips($0.name) }
        for rule in tables {
            guard let name = rule.rename else { continue }
            let others = present.filter { table in
                table.name.foldedName != rule.table.foldedName
                    && (self.table(table.name)?.rename ?? table.name).isExactly(name)
            }
            guard let other = others.first else { continue }
            throw wrong(
                "the tables \"\(rule.table)\" and \"\(other.name)\" would both be named \"\(name)\"",
                rule.place,
                rule.table
            )
        }
        for rule in columns {
            guard let name = rule.rename, let table = catalog.table(rule.table) else { continue }
            let others = table.columns.filter { column in
                let own = self.column(column.name, of: table.name)
                return column.name.foldedName != rule.column.foldedName && own?.skip == nil
                    && (own?.rename ?? column.name).isExactly(name)
            }
            guard let other = others.first else { continue }
            throw wrong(
                "the columns \"\(rule.column)\" and \"\(other.name)\" would both be named "
                    + "\"\(name)\"",
                rule.place,
                rule.table,
                rule.column
            )
        }
    }

    // MARK: - Expressions

    /// Makes sure that SQLite can read every expression, once a row and without an aggregate.
    ///
    /// - Parameter connection: The source.
    /// - Throws: ``MigrationError`` of code `configuration`.
    func checkExpressions(_ connection: SourceConnection) throws(MigrationError) {
        for rule in columns {
            guard let expression = rule.expression else { continue }
            let read = RowReader.sql(expression)
            let table = SourceConnection.quote(rule.table)
            do throws(SourceError) {
                // An aggregate would make one row of all, and is an error behind WHERE.
                let statement = try connection.prepare(
                    "SELECT \(read) FROM \(table) WHERE \(read) IS NOT NULL"
                )
                guard statement.columnCount != 1 else { continue }
                throw SourceError(resultCode: 1, message: "it gives several values", sql: nil)
            } catch {
                throw wrong(
                    "SQLite does not take the expression for the column: \(error.message)",
                    rule.place,
                    rule.table,
                    rule.column,
                    remedy: "give an expression over the columns of \"\(rule.table)\", "
                        + "one value a row"
                )
            }
        }
    }

    /// Refuses rules that contradict the plan's DDL, which fixes tables, names and types.
    ///
    /// - Throws: ``MigrationError`` of code `configuration`.
    func checkPlan() throws(MigrationError) {
        let remedy = "use --mode derive, or leave type, rename and skip out of the profile"
        let message = "mode plan fixes tables, names and types, and the profile says otherwise"
        if let rule = tables.first { throw wrong(message, rule.place, rule.table, remedy: remedy) }
        for rule in columns where rule.type != nil || rule.rename != nil || rule.skip != nil {
            throw wrong(message, rule.place, rule.table, rule.column, remedy: remedy)
        }
    }

    /// Refuses rules that tables which stand already leave no room for.
    ///
    /// - Throws: ``MigrationError`` of code `configuration`.
    func checkExisting() throws(MigrationError) {
        for rule in columns where rule.type != nil {
            throw wrong(
                "mode existing takes the target's own types, and the profile has a type for the "
                    + "column",
                rule.place,
                rule.table,
                rule.column,
                remedy:
                    "leave the type out of the profile, because the table stands already: "
                    + "conversions, skip, rename, expression and on_misfit are followed"
            )
        }
    }

    // MARK: - Errors

    private static let correct = "correct the profile"

    private static func list(_ names: [String]) -> String {
        let more = names.count > 40 ? " and \(names.count - 40) more" : ""
        return names.prefix(40).joined(separator: ", ") + more
    }

    private func wrong(
        _ message: String,
        _ place: Place,
        _ table: String,
        _ column: String? = nil,
        remedy: String = Self.correct
    ) -> MigrationError {
        MigrationError(
            .configuration,
            message,
            place: .init(
                "profile",
                path: place.path,
                table: table,
                column: column,
                row: place.row
            ),
            remedy: remedy
        )
    }
}

extension ColumnRule {
    /// Whether anything but `skip` is said.
    fileprivate var hasMoreThanSkip: Bool {
        type != nil || rename != nil || !conversions.isEmpty || stopsAtMisfit || expression != nil
    }
}
