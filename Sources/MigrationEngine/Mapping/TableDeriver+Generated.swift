extension TableDeriver {
    /// Derives the generated columns; PostgreSQL computes them when a row is written.
    mutating func deriveGenerated() {
        var waiting = source.columns.filter { $0.generation != .none && !isSkipped($0) }
        // A generated column may name others, in any order, which PostgreSQL does not allow.
        var inlined = columns
        var progress = true
        while progress, !waiting.isEmpty {
            progress = false
            for column in waiting where derive(column, &inlined) {
                waiting.removeAll { $0.name.isExactly(column.name) }
                progress = true
            }
        }
        for column in waiting { materialise(column, "it names a column that is not computed") }
    }

    /// Derives one generated column.
    ///
    /// - Returns: False when it names a column that is not known yet.
    private mutating func derive(
        _ column: Catalog.Column,
        _ inlined: inout [String: ExpressionRenderer.Column]
    ) -> Bool {
        var renderer = ExpressionRenderer(columns: inlined)
        renderer.relations.schema = schema
        do throws(Refusal) {
            guard let text = column.generationExpression else {
                throw Refusal("its expression was not found in the CREATE TABLE text")
            }
            let expression = try SQLExpression(parsing: text)
            let names = expression.names
            let isWaiting = source.columns.contains {
                $0.generation != .none && !isSkipped($0) && names.contains($0.name.foldedName)
                    && inlined[$0.name.foldedName] == nil
            }
            if isWaiting { return false }
            let rule = typeRule(column)
            try requireComputable(column, rule.type)
            let known = ExpressionRenderer.Column(
                sql: "",
                type: rule.type,
                affinity: column.affinity,
                collation: column.collation
            )
            let rendered = try renderer.assigned(expression, to: known)
            _ = decideType(column)
            add(column, rule.type, rendered, renderer.notes)
            inlined[column.name.foldedName] = ExpressionRenderer.Column(
                sql: "((\(rendered.sql))::\(rule.type.sql))",
                type: rule.type,
                affinity: column.affinity,
                collation: column.collation
            )
        } catch {
            materialise(column, error.reason)
            inlined[column.name.foldedName] = nil
        }
        return true
    }

    /// Lets numbers among the computed texts arrive as text: what is computed keeps no row away.
    private mutating func convertNumbers(of column: Catalog.Column, _ type: TargetType) {
        let numbers = stored(column).map { $0.integers + $0.reals } ?? 0
        guard type == .text, numbers > 0, !target.columns.isEmpty else { return }
        target.columns[target.columns.count - 1].conversions = [.numberAsText]
        decide(
            "conversion",
            "as stored",
            Conversion.numberAsText.rawValue,
            .changed,
            "SQLite made numbers of computed text; it touches at most \(numbers) cells",
            column: column.name
        )
    }

    /// Refuses an expression whose values SQLite stores as another class than the server gives.
    ///
    /// The affinity of the column does that: of text that looks like a number it makes one.
    private func requireComputable(
        _ column: Catalog.Column,
        _ type: TargetType
    ) throws(Refusal) {
        guard let stored = stored(column) else { return }
        let odd = stored.values - TypeEvidence.fitting(type, stored)
        guard odd > 0 else { return }
        throw Refusal("\(odd) of \(stored.values) values are no \(type.sql) in SQLite")
    }

    private mutating func add(
        _ column: Catalog.Column,
        _ type: TargetType,
        _ rendered: Rendered,
        _ notes: [String]
    ) {
        let name = names[column.name.foldedName] ?? column.name
        let clause = "GENERATED ALWAYS AS (\(rendered.sql)) STORED"
        var line = "\(Self.line(name, type)) \(clause)"
        if column.isNotNull { line += " NOT NULL" }
        lines[column.name.foldedName] = line
        register(column, type, TargetName.quote(name))
        decide(
            "generated column",
            "AS (\(column.generationExpression ?? ""))",
            clause,
            notes.isEmpty ? .translated : .changed,
            notes.first ?? "computed by the server from the same columns",
            column: column.name
        )
    }

    /// Keeps a generated column's values where its expression cannot be said.
    private mutating func materialise(_ column: Catalog.Column, _ reason: String) {
        let rule = decideType(column)
        let name = addColumn(column, rule.type, isNotNull: column.isNotNull)
        lines[column.name.foldedName] =
            Self.line(name, rule.type) + (column.isNotNull ? " NOT NULL" : "")
        convertNumbers(of: column, rule.type)
        decide(
            "generated column",
            "AS (\(column.generationExpression ?? ""))",
            rule.type.sql,
            .changed,
            "its values are copied and no longer computed: \(reason)",
            column: column.name
        )
    }
}
