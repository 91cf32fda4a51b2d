/// Says a SELECT of SQLite in PostgreSQL, with the same rows or not at all.
struct QueryRenderer {
    /// A SELECT in PostgreSQL.
    struct Query {
        /// The SQL, without parentheses.
        var sql: String
        /// The names of its columns in the source.
        var names: [String]
        /// The values that it gives.
        var results: [Rendered]
        /// Whether it gives one row, whatever is stored.
        var givesOneRow = false
    }

    /// What the query can read.
    var relations: Relations
    /// What is known of the columns outside of the query, and where it stands.
    let outer: ExpressionRenderer
    /// What is not quite the same, for the ledger.
    var notes: [String]
    /// The columns that results are stored into, nil for a query whose results are read.
    var stored: [ExpressionRenderer.Column]?
    private var generated = 0

    /// Prepares.
    ///
    /// - Parameter outer: The renderer of what stands around the query.
    init(_ outer: ExpressionRenderer) {
        self.outer = outer
        relations = outer.relations
        notes = outer.notes
    }

    /// Renders a query.
    ///
    /// - Parameter statement: The query.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func render(_ statement: SelectStatement) throws(Refusal) -> Query {
        let visible = relations
        defer { relations = visible }
        var tables: [String] = []
        var isRecursive = false
        for table in statement.commonTables {
            tables.append(try commonTable(table, &isRecursive))
        }
        var cores: [RenderedCore] = []
        for core in statement.cores {
            cores.append(try self.core(core, isPart: statement.cores.count > 1))
        }
        try unify(&cores)
        guard let first = cores.first else { throw Refusal("the query is empty") }
        var sql = tables.isEmpty ? "" : "WITH \(isRecursive ? "RECURSIVE " : "")"
        sql += tables.joined(separator: ", ") + (tables.isEmpty ? "" : " ")
        sql += Self.compound(cores)
        if !statement.order.isEmpty {
            var terms: [String] = []
            for term in statement.order { terms.append(try order(term, cores)) }
            sql += " ORDER BY " + terms.joined(separator: ", ")
        }
        sql += try limit(statement)
        return Query(
            sql: sql,
            names: first.names,
            results: first.results,
            givesOneRow: cores.count == 1 && first.givesOneRow
        )
    }

    /// INTERSECT binds tighter than UNION in PostgreSQL; in SQLite all go from left to right.
    private static func compound(_ cores: [RenderedCore]) -> String {
        var sql = ""
        for (place, core) in cores.enumerated() {
            if place == 0 {
                sql = core.sql
            } else {
                let left = place > 1 && core.operation == "INTERSECT" ? "(\(sql))" : sql
                sql = "\(left) \(core.operation) \(core.sql)"
            }
        }
        return sql
    }

    // MARK: - WITH

    private mutating func commonTable(
        _ table: SelectStatement.CommonTable,
        _ isRecursive: inout Bool
    ) throws(Refusal) -> String {
        var query: Query
        if table.query.cores.count > 1, table.query.reads(table.name) {
            isRecursive = true
            guard table.query.order.isEmpty, table.query.limit == nil else {
                throw Refusal("a recursive query has ORDER BY or LIMIT")
            }
            var start = SelectStatement()
            start.cores = [table.query.cores[0]]
            let first = try render(start)
            try add(table, first)
            query = try render(table.query)
        } else {
            query = try render(table.query)
        }
        try add(table, query)
        let names = Self.unique(table.columns.isEmpty ? query.names : table.columns)
        let list = names.map(TargetName.quote).joined(separator: ", ")
        return "\(TargetName.quote(table.name)) (\(list)) AS (\(query.sql))"
    }

    private mutating func add(
        _ table: SelectStatement.CommonTable,
        _ query: Query
    ) throws(Refusal) {
        let names = table.columns.isEmpty ? query.names : table.columns
        guard names.count == query.results.count else {
            throw Refusal("\(table.name) names more or fewer columns than it has")
        }
        relations.add(
            .init(sql: TargetName.quote(table.name), columns: Self.columns(names, query.results)),
            named: table.name
        )
    }

    static func columns(_ names: [String], _ results: [Rendered]) -> [Relations.Column] {
        zip(zip(names, unique(names)), results).map { names, result in
            Relations.Column(name: names.0, target: names.1, known: .init(result))
        }
    }

    /// Names of which no two are the same, as a relation of PostgreSQL must have them.
    static func unique(_ names: [String]) -> [String] {
        var taken = NameRegistry()
        return names.map { taken.take($0) }
    }

    // MARK: - FROM

    /// The tables of one FROM, and how their columns are named.
    struct Scope {
        var sql = ""
        var renderer: ExpressionRenderer
        /// Tables in order, with their columns in SQL.
        var tables:
            [(alias: String, columns: [(name: String, column: ExpressionRenderer.Column)])] =
                []
        /// Columns that USING merged, which `*` gives once.
        var merged: Set<String> = []
    }

    mutating func scope(_ sources: [SelectStatement.Source]) throws(Refusal) -> Scope {
        var scope = Scope(renderer: outer)
        scope.renderer.relations = relations
        scope.renderer.notes = notes
        var own: [String: ExpressionRenderer.Column] = [:]
        var ambiguous: Set<String> = []
        for source in sources {
            let (sql, alias, columns, rowid) = try relation(source)
            for (name, column) in columns {
                own[ExpressionRenderer.key(alias, name)] = column
                let folded = name.foldedName
                if scope.merged.contains(folded) { continue }
                if own[folded] != nil, !source.using.contains(where: { $0.foldedName == folded }),
                    !source.isNatural
                {
                    ambiguous.insert(folded)
                } else if own[folded] == nil {
                    own[folded] = column
                }
            }
            addRowid(rowid, alias, columns, isAlone: sources.count == 1, &own)
            let earlier = scope.tables
            scope.tables.append((alias, columns))
            scope.renderer = ExpressionRenderer(
                columns: outer.columns.merging(own) { _, inner in inner },
                place: outer.place
            )
            scope.renderer.relations = relations
            scope.renderer.ambiguous = ambiguous.union(
                outer.ambiguous.filter { own[$0] == nil }
            )
            scope.renderer.notes = notes
            try join(source, sql, columns, earlier, &scope)
            notes = scope.renderer.notes
        }
        return scope
    }

    private func addRowid(
        _ rowid: String?,
        _ alias: String,
        _ columns: [(name: String, column: ExpressionRenderer.Column)],
        isAlone: Bool,
        _ own: inout [String: ExpressionRenderer.Column]
    ) {
        guard let rowid,
            let column = columns.first(where: { $0.name.foldedName == rowid.foldedName })?.column
        else { return }
        for name in ["rowid", "oid", "_rowid_"]
        where !columns.contains(where: { $0.name.foldedName == name }) {
            own[ExpressionRenderer.key(alias, name)] = column
            if isAlone { own[name] = column }
        }
    }

    private mutating func relation(
        _ source: SelectStatement.Source
    ) throws(Refusal) -> (
        sql: String, alias: String,
        columns: [(name: String, column: ExpressionRenderer.Column)], rowid: String?
    ) {
        let alias: String
        var sql: String
        var rowid: String?
        let columns: [Relations.Column]
        switch source.relation {
        case .table(let name):
            let relation = try relations.find(name)
            alias = source.alias ?? name
            columns = relation.columns
            rowid = relation.rowid
            sql = relation.source(as: alias)
        case .query(let statement):
            var inner = self
            inner.stored = nil
            let query = try inner.render(statement)
            notes = inner.notes
            generated += 1
            alias = source.alias ?? "subquery_\(generated)"
            columns = Self.columns(query.names, query.results)
            let list = columns.map { TargetName.quote($0.target) }.joined(separator: ", ")
            sql = "(\(query.sql)) AS \(TargetName.quote(alias)) (\(list))"
        }
        let named = columns.map { column in
            var known = column.known
            let part = Relations.Relation.alias(alias, column.part)
            known.sql = "\(TargetName.quote(part)).\(TargetName.quote(column.target))"
            return (name: column.name, column: known)
        }
        return (sql, alias, named, rowid)
    }

    private mutating func join(
        _ source: SelectStatement.Source,
        _ sql: String,
        _ columns: [(name: String, column: ExpressionRenderer.Column)],
        _ earlier: [(alias: String, columns: [(name: String, column: ExpressionRenderer.Column)])],
        _ scope: inout Scope
    ) throws(Refusal) {
        guard !earlier.isEmpty else {
            scope.sql = sql
            return
        }
        var using = source.using
        let former = earlier.flatMap(\.columns)
        if source.isNatural {
            using = columns.map(\.name).filter { name in
                former.contains { $0.name.foldedName == name.foldedName }
            }
        }
        var conditions: [String] = []
        for name in using {
            guard source.join == "INNER" || source.join == "LEFT" || source.join == "CROSS",
                let left = former.first(where: { $0.name.foldedName == name.foldedName }),
                let right = columns.first(where: { $0.name.foldedName == name.foldedName })
            else { throw Refusal("it joins by USING in a way that has no counterpart") }
            let both = try scope.renderer.equality(left.column, right.column)
            conditions.append(both)
            scope.merged.insert(name.foldedName)
        }
        if let condition = source.condition {
            conditions.append(try scope.renderer.condition(condition).sql)
        }
        let isOuter = ["LEFT", "RIGHT", "FULL"].contains(source.join)
        if conditions.isEmpty, !isOuter {
            scope.sql += " CROSS JOIN \(sql)"
        } else {
            let kind = isOuter ? "\(source.join) JOIN" : "JOIN"
            let condition = conditions.isEmpty ? "TRUE" : conditions.joined(separator: " AND ")
            scope.sql += " \(kind) \(sql) ON \(condition)"
        }
    }

    private mutating func limit(_ statement: SelectStatement) throws(Refusal) -> String {
        var sql = ""
        for (word, value) in [("LIMIT", statement.limit), ("OFFSET", statement.offset)] {
            guard let value else { continue }
            guard case .integer(let number) = value else {
                throw Refusal("\(word) is not a constant")
            }
            // A negative LIMIT is none, a negative OFFSET is 0.
            if number >= 0 { sql += " \(word) \(number)" }
        }
        return sql
    }
}

extension SelectStatement {
    /// Whether it reads a table by name.
    ///
    /// - Parameter name: The name.
    /// - Returns: True when one of its FROM clauses has it.
    func reads(_ name: String) -> Bool {
        if commonTables.contains(where: { $0.query.reads(name) }) { return true }
        return cores.contains { core in
            core.sources.contains { source in
                switch source.relation {
                case .table(let table): table.foldedName == name.foldedName
                case .query(let query): query.reads(name)
                }
            }
        }
    }
}

extension ExpressionRenderer {
    /// Renders that two columns are the same, as a join by name does.
    fileprivate mutating func equality(
        _ left: Column,
        _ right: Column
    ) throws(Refusal) -> String {
        var both = ExpressionRenderer(columns: ["left": left, "right": right], place: place)
        let sql = try both.condition(.binary("=", .name("left"), .name("right"))).sql
        for found in both.notes { note(found) }
        return sql
    }
}
