/// Derives one table of the target.
struct TableDeriver {
    /// The table in the source.
    let source: Catalog.Table
    /// The schema that it stands in.
    let schema: String
    /// What is stored in it.
    let census: TableCensus
    /// What the operator prescribes.
    let rules: MappingRules
    /// The table in the target.
    var target: TargetTable
    /// The decisions.
    var decisions: [TargetSchema.Decision] = []
    /// The columns that expressions can name, by folded name of the source.
    var columns: [String: ExpressionRenderer.Column] = [:]
    /// The columns' names in the target, by folded name of the source.
    var names: [String: String] = [:]
    /// The names of constraints, which each table has for itself.
    var constraints = NameRegistry()
    /// Sets of columns that foreign keys can refer to, by target name.
    var referableKeys: [NameSet] = []
    /// The lines of CREATE TABLE, by folded name of the source.
    var lines: [String: String] = [:]

    /// Prepares.
    ///
    /// - Parameters:
    ///   - source: The table in the source.
    ///   - name: Its name in the target.
    ///   - schema: The schema that it stands in.
    ///   - census: What is stored in it.
    ///   - rules: What the operator prescribes.
    init(
        _ source: Catalog.Table,
        name: String,
        schema: String,
        census: TableCensus,
        rules: MappingRules = MappingRules()
    ) {
        self.source = source
        self.schema = schema
        self.census = census
        self.rules = rules
        target = TargetTable(
            sourceName: source.name,
            name: name,
            columns: [],
            primaryKey: [],
            create: .init(object: "table \(name)", sql: ""),
            keys: [],
            indexes: [],
            checks: [],
            foreignKeys: []
        )
    }

    /// The table's name with its schema, quoted.
    var qualifiedName: String { TargetName.qualified(target.name, schema) }

    /// Derives all but the foreign keys.
    ///
    /// - Parameters:
    ///   - indexNames: The indexes' names in the target, by name of the source.
    ///   - relations: The names that are taken in the schema.
    mutating func derive(_ indexNames: NameTable<String>, _ relations: inout NameRegistry) {
        if let part = source.part {
            decidePart(part)
        } else if !target.name.isExactly(source.name) {
            let isAsked = target.name.isExactly(rules.table(source.name)?.rename)
            let reason = isAsked ? Self.asked : Self.renamed
            decide("name", source.name, target.name, .changed, reason)
        }
        for loss in source.losses {
            decide(loss.subject, loss.text, "", .dropped, loss.reason, column: loss.column)
        }
        deriveNames()
        for column in source.columns where column.generation == .none && !isSkipped(column) {
            deriveColumn(column, &relations)
        }
        deriveGenerated()
        deriveKeys(&relations)
        deriveIndexes(indexNames)
        deriveChecks()
        decideRest()
        let body = source.columns.compactMap { lines[$0.name.foldedName] }
            .map { "    \($0)" }
            .joined(separator: ",\n")
        target.create.sql = "CREATE TABLE \(qualifiedName) (\n\(body)\n)"
    }

    private mutating func decidePart(_ part: Catalog.Part) {
        decide(
            "table",
            "\(part.of): \(part.columns) columns",
            "\(target.name): \(source.columns.count) columns",
            .changed,
            "a row of PostgreSQL has at most 1600 columns and fits a page of 8 kB; this is part "
                + "\(part.number) of \(part.count), each with the key of the row"
        )
    }
    static let asked = "the profile says so"

    private static let renamed =
        "PostgreSQL's names are not empty, have at most 63 bytes, and differ from one another"

    /// Records a decision.
    ///
    /// - Parameters:
    ///   - subject: What it is about.
    ///   - source: What it was.
    ///   - target: What it is.
    ///   - outcome: The outcome.
    ///   - reason: The reason.
    ///   - column: The column that it is about.
    ///   - object: What it makes in the target, where that can be tried.
    mutating func decide(
        _ subject: String,
        _ source: String,
        _ target: String,
        _ outcome: TargetSchema.Decision.Outcome,
        _ reason: String,
        column: String? = nil,
        object: String? = nil
    ) {
        decisions.append(
            .init(
                table: self.source.name,
                column: column,
                subject: subject,
                source: source,
                target: target,
                outcome: outcome,
                reason: reason,
                object: object
            )
        )
    }

    // MARK: - Columns

    private mutating func deriveNames() {
        var taken = NameRegistry()
        for name in TargetName.systemColumns { taken.reserve(name) }
        var asked: [String: String] = [:]
        for column in source.columns {
            guard let name = rule(column)?.rename else { continue }
            // Names that the profile asks for were found to be free; others make way for them.
            asked[column.name.foldedName] = taken.take(name)
        }
        for column in source.columns where !isSkipped(column) {
            let wanted = asked[column.name.foldedName]
            let name = wanted ?? taken.take(column.name)
            names[column.name.foldedName] = name
            guard !name.isExactly(column.name) else { continue }
            let reason = wanted == nil ? Self.renamed : Self.asked
            decide("name", column.name, name, .changed, reason, column: column.name)
        }
    }

    /// What the operator prescribes for a column.
    func rule(_ column: Catalog.Column) -> ColumnRule? {
        rules.column(column.name, of: source.name)
    }

    /// Whether the operator leaves a column out.
    func isSkipped(_ column: Catalog.Column) -> Bool { rule(column)?.skip != nil }

    /// The type of a column, with the evidence for it.
    func typeRule(_ column: Catalog.Column) -> TypeRule {
        TypeRule(column, of: source, census: stored(column), asked: rule(column)?.type)
    }

    /// What is stored in a column.
    ///
    /// - Parameter column: The column.
    /// - Returns: Its census, nil when it was not counted.
    func stored(_ column: Catalog.Column) -> ColumnCensus? {
        guard census.columns.count == source.columns.count else { return nil }
        return source.columns.firstIndex { $0.name.isExactly(column.name) }.map {
            census.columns[$0]
        }
    }

    private mutating func deriveColumn(
        _ column: Catalog.Column,
        _ relations: inout NameRegistry
    ) {
        let rule = decideType(column)
        let isIdentity = column.name.isExactly(source.rowidAlias)
        let name = addColumn(column, rule.type, isNotNull: column.isNotNull || isIdentity)
        var line = Self.line(name, rule.type)
        if isIdentity {
            line += " " + identity(name, &relations)
        } else {
            line += defaultClause(column)
        }
        if column.isNotNull, !isIdentity {
            line += " NOT NULL"
            decide(
                "not null",
                "NOT NULL",
                "NOT NULL",
                .kept,
                "the same",
                column: column.name,
                object: "not null \(name)"
            )
        }
        lines[column.name.foldedName] = line
        decideCollation(column)
    }

    mutating func decideType(_ column: Catalog.Column) -> TypeRule {
        let rule = typeRule(column)
        decisions.append(
            .init(
                table: source.name,
                column: column.name,
                subject: "type",
                source: column.declaredType,
                target: rule.type.sql,
                outcome: rule.outcome,
                reason: rule.reason,
                evidence: rule.evidence,
                confidence: rule.confidence
            )
        )
        return rule
    }

    mutating func addColumn(
        _ column: Catalog.Column,
        _ type: TargetType,
        isNotNull: Bool
    ) -> String {
        let name = names[column.name.foldedName] ?? column.name
        target.columns.append(
            TargetColumn(sourceName: column.name, name: name, type: type, isNotNull: isNotNull)
        )
        register(column, type, TargetName.quote(name))
        return name
    }

    mutating func register(_ column: Catalog.Column, _ type: TargetType, _ sql: String) {
        columns[column.name.foldedName] = ExpressionRenderer.Column(
            sql: sql,
            type: type,
            affinity: column.affinity,
            collation: column.collation,
            holdsMoments: type == .text && holdsMoments(column)
        )
    }

    /// Whether all that is stored in a column is a date, or date and time.
    private func holdsMoments(_ column: Catalog.Column) -> Bool {
        guard let stored = stored(column), stored.values > 0 else { return false }
        let shapes: [ColumnCensus.Shape] = [.date, .timestamp, .timestampFraction, .timestampT]
        return shapes.reduce(0) { $0 + (stored.shapes[$1] ?? 0) } == stored.values
    }

    static func line(_ name: String, _ type: TargetType) -> String {
        // SQLite compares text byte by byte, and so does this collation.
        let collation = type.isCollated ? " COLLATE \"C\"" : ""
        return "\(TargetName.quote(name)) \(type.sql)\(collation)"
    }

    private mutating func identity(_ name: String, _ relations: inout NameRegistry) -> String {
        target.identity = name
        target.sequenceFloor = source.sequence
        let usual = "\(target.name)_\(name)_seq"
        let sequence = relations.make("\(target.name)_\(name)", suffix: "_seq")
        let clause = "GENERATED BY DEFAULT AS IDENTITY"
        let isSpent = max(census.maximumRowid ?? 0, source.sequence ?? 0) == .max
        decide(
            source.isAutoincrement ? "autoincrement" : "rowid",
            source.isAutoincrement ? "AUTOINCREMENT" : "INTEGER PRIMARY KEY",
            clause,
            isSpent ? .changed : .translated,
            isSpent
                ? "the highest id is 9223372036854775807, and there is no next one: an INSERT "
                    + "without an id is refused "
                    + (source.isAutoincrement
                        ? "as in SQLite" : "(2200H), where SQLite tries ids at random")
                : "an INSERT without an id gets the next one; "
                    + "PostgreSQL never gives an id twice, as AUTOINCREMENT does",
            column: source.rowidAlias,
            object: "identity \(name)"
        )
        guard sequence != usual else { return clause }
        return "\(clause) (SEQUENCE NAME \(TargetName.qualified(sequence, schema)))"
    }

    private mutating func defaultClause(_ column: Catalog.Column) -> String {
        guard let text = column.defaultExpression,
            let known = columns[column.name.foldedName]
        else { return "" }
        do throws(Refusal) {
            var renderer = ExpressionRenderer(columns: [:], place: .default)
            let expression = try SQLExpression(parsing: text)
            let rendered = try renderer.assigned(expression, to: known)
            let sql =
                rendered.power == .atom || rendered.literal != nil
                ? rendered.sql : "(\(rendered.sql))"
            let isSame = sql == text
            decide(
                "default",
                text,
                sql,
                renderer.notes.isEmpty ? (isSame ? .kept : .translated) : .changed,
                renderer.notes.first ?? (isSame ? "the same" : "the same value, said for the type"),
                column: column.name
            )
            return " DEFAULT \(sql)"
        } catch {
            decide("default", text, "", .dropped, error.reason, column: column.name)
            return ""
        }
    }

    private mutating func decideCollation(_ column: Catalog.Column) {
        guard let collation = column.collation, collation.uppercased() != "BINARY" else { return }
        decide(
            "collation",
            "COLLATE \(collation)",
            "COLLATE \"C\"",
            .changed,
            "queries of the application compare byte by byte in PostgreSQL; "
                + "keys, indexes and checks of this column keep \(collation)",
            column: column.name
        )
    }

    // MARK: - The rest

    private mutating func decideRest() {
        if source.isWithoutRowid {
            decide(
                "without rowid",
                "WITHOUT ROWID",
                "",
                .translated,
                "the primary key is what identifies a row, as for every table of PostgreSQL"
            )
        }
        if source.isStrict {
            decide("strict", "STRICT", "", .translated, "PostgreSQL holds to every type")
        }
        for clause in source.conflictClauses {
            decide(
                "conflict clause",
                clause,
                "",
                .dropped,
                "PostgreSQL resolves conflicts in the INSERT only: ON CONFLICT"
            )
        }
        for text in source.unparsed {
            decide("declaration", text, "", .dropped, "it is not understood")
        }
    }
}
