extension TableDeriver {
    /// Derives the indexes made by CREATE INDEX.
    ///
    /// - Parameter names: The indexes' names in the target, by name of the source.
    mutating func deriveIndexes(_ names: NameTable<String>) {
        for index in source.indexes { derive(index, names[index.name] ?? index.name) }
    }

    private mutating func derive(_ index: Catalog.Index, _ name: String) {
        let subject = index.isUnique ? "unique index" : "index"
        if !name.isExactly(index.name) {
            decide(
                "name",
                index.name,
                name,
                .changed,
                "indexes and tables share one name space, of 63 bytes a name"
            )
        }
        var renderer = expressionRenderer
        do throws(Refusal) {
            var parts: [String] = []
            var expressions: [String] = []
            for column in index.columns {
                let (part, expression) = try element(column, &renderer)
                parts.append(part + (column.isDescending ? " DESC" : ""))
                expressions.append(expression)
            }
            var predicate: String?
            if let text = index.predicate {
                predicate = try renderer.condition(try SQLExpression(parsing: text)).sql
            }
            let sql =
                "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(TargetName.quote(name)) ON "
                + "\(qualifiedName) (\(parts.joined(separator: ", ")))"
                + (predicate.map { " WHERE \($0)" } ?? "")
            add(index, .init(object: "index \(name)", sql: sql), expressions, predicate)
            let isPlain = index.predicate == nil && parts.allSatisfy { !$0.hasPrefix("(") }
            decide(
                subject,
                index.sql,
                sql,
                renderer.notes.isEmpty ? (isPlain ? .kept : .translated) : .changed,
                renderer.notes.first ?? (isPlain ? "the same" : "expressions said for PostgreSQL"),
                object: "index \(name)"
            )
        } catch {
            decide(subject, index.sql, "", .dropped, error.reason)
        }
    }

    private mutating func add(
        _ index: Catalog.Index,
        _ statement: TargetSchema.Statement,
        _ expressions: [String],
        _ predicate: String?
    ) {
        guard index.isUnique else {
            var statement = statement
            statement.isOptional = index.columns.contains { hasLongText($0) }
            target.indexes.append(statement)
            return
        }
        let columns = index.columns.compactMap(\.name)
        let isPlain = predicate == nil && index.columns.allSatisfy { collation($0) == nil }
        if isPlain, columns.count == index.columns.count {
            referableKeys.append(NameSet(targetNames(columns)))
        }
        target.keys.append(
            TargetTable.UniqueKey(
                statement: statement,
                expressions: expressions,
                predicate: predicate,
                isPrimary: false
            )
        )
    }

    /// Whether a column's values may not fit into a B-tree, whose entries have at most a third of
    /// a page: the server then refuses the index, and nothing else depends on it.
    private func hasLongText(_ column: Catalog.KeyColumn) -> Bool {
        guard let name = column.name, let known = source.column(name) else {
            return census.columns.contains { $0.longestText > 2_600 || $0.blobs > 0 }
        }
        guard let stored = stored(known) else { return false }
        return stored.longestText > 2_600 || stored.blobs > 0
    }

    /// A renderer for expressions over this table.
    var expressionRenderer: ExpressionRenderer {
        var renderer = ExpressionRenderer(columns: withRowid)
        renderer.relations.schema = schema
        return renderer
    }

    /// The columns, and the three names of the rowid where a column is the rowid.
    private var withRowid: [String: ExpressionRenderer.Column] {
        guard let alias = source.rowidAlias, let column = columns[alias.foldedName] else {
            return columns
        }
        let names = ["rowid", "oid", "_rowid_"].map { ($0, column) }
        return columns.merging(names) { own, _ in own }
    }

    /// Renders one column of a key or index.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - renderer: The renderer.
    /// - Returns: What stands in the index, and the bare expression.
    /// - Throws: ``Refusal``.
    func element(
        _ column: Catalog.KeyColumn,
        _ renderer: inout ExpressionRenderer
    ) throws(Refusal) -> (part: String, expression: String) {
        let expression: SQLExpression
        if let name = column.name {
            expression = .name(name)
        } else {
            expression = try SQLExpression(parsing: column.expression ?? "")
        }
        var rendered = try renderer.render(expression)
        if let collation = column.name == nil ? column.collation : collation(column) {
            rendered = try ExpressionRenderer.key(rendered, collation)
        }
        let isColumn = columns.values.contains { $0.sql == rendered.sql }
        return (isColumn ? rendered.sql : "(\(rendered.sql))", rendered.sql)
    }

    // MARK: - Checks

    /// Derives the CHECK constraints.
    mutating func deriveChecks() {
        for check in source.checks {
            var renderer = expressionRenderer
            do throws(Refusal) {
                let expression = try SQLExpression(parsing: check.expression)
                let sql = try renderer.condition(expression).sql
                let object = add(check, sql)
                let isSame = sql == check.expression
                decide(
                    "check",
                    check.expression,
                    sql,
                    renderer.notes.isEmpty ? (isSame ? .kept : .translated) : .changed,
                    renderer.notes.first ?? (isSame ? "the same" : "the same, said for the types"),
                    column: check.column,
                    object: object
                )
            } catch {
                decide(
                    "check",
                    check.expression,
                    "",
                    .dropped,
                    error.reason,
                    column: check.column
                )
            }
        }
    }

    private mutating func add(_ check: Catalog.Check, _ sql: String) -> String {
        let column = check.column.map { targetNames([$0]) } ?? []
        let stem = ([target.name] + column).joined(separator: "_")
        let name =
            check.name.map { constraints.take($0) } ?? constraints.make(stem, suffix: "_check")
        let object = "constraint \(name)"
        target.checks.append(
            TargetTable.Check(
                statement: .init(
                    object: object,
                    sql: "ALTER TABLE \(qualifiedName) ADD CONSTRAINT \(TargetName.quote(name)) "
                        + "CHECK (\(sql))"
                ),
                expression: sql
            )
        )
        return object
    }
}
