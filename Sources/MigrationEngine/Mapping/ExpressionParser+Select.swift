extension ExpressionParser {
    /// Whether a SELECT begins at the cursor.
    var seesSelect: Bool {
        cursor.sees("SELECT") || cursor.sees("WITH") || cursor.sees("VALUES")
    }

    /// Reads a SELECT in parentheses; the first one was read already.
    mutating func subquery() throws(Refusal) -> SelectStatement {
        guard grammar.allowsQueries else { throw Refusal("it has a subquery") }
        let query = try select()
        try expect(")")
        return query
    }

    /// Reads a SELECT.
    ///
    /// - Returns: The statement.
    /// - Throws: ``Refusal``.
    mutating func select() throws(Refusal) -> SelectStatement {
        guard depth < 100 else { throw Refusal("the query is nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        var statement = SelectStatement()
        if cursor.take("WITH") {
            _ = cursor.take("RECURSIVE")
            repeat { statement.commonTables.append(try commonTable()) } while cursor.takeSymbol(",")
        }
        statement.cores = [try core("")]
        while let operation = takeOperation() { statement.cores.append(try core(operation)) }
        if cursor.take("ORDER", "BY") { statement.order = try orderTerms() }
        if cursor.take("LIMIT") { try limit(&statement) }
        return statement
    }

    private mutating func commonTable() throws(Refusal) -> SelectStatement.CommonTable {
        let name = try name()
        let columns = cursor.seesSymbol("(") ? try names() : []
        guard cursor.take("AS") else { throw notUnderstood }
        if cursor.take("NOT") { _ = cursor.take("MATERIALIZED") }
        _ = cursor.take("MATERIALIZED")
        try expect("(")
        let query = try select()
        try expect(")")
        return .init(name: name, columns: columns, query: query)
    }

    private mutating func takeOperation() -> String? {
        if cursor.take("UNION", "ALL") { return "UNION ALL" }
        return ["UNION", "INTERSECT", "EXCEPT"].first { cursor.take($0) }
    }

    /// Reads a name.
    mutating func name() throws(Refusal) -> String {
        guard let name = cursor.takeName() else { throw notUnderstood }
        return name
    }

    /// Reads names in parentheses.
    mutating func names() throws(Refusal) -> [String] {
        try expect("(")
        var names = [try name()]
        while cursor.takeSymbol(",") { names.append(try name()) }
        try expect(")")
        return names
    }

    private mutating func core(_ operation: String) throws(Refusal) -> SelectStatement.Core {
        var core = SelectStatement.Core()
        core.operation = operation
        if cursor.take("VALUES") {
            repeat {
                try expect("(")
                core.rows.append(try list())
                try expect(")")
            } while cursor.takeSymbol(",")
            return core
        }
        guard cursor.take("SELECT") else { throw notUnderstood }
        core.isDistinct = cursor.take("DISTINCT")
        if !core.isDistinct { _ = cursor.take("ALL") }
        repeat { core.columns.append(try resultColumn()) } while cursor.takeSymbol(",")
        if cursor.take("FROM") { core.sources = try sources() }
        if cursor.take("WHERE") { core.condition = try parse(0) }
        if cursor.take("GROUP", "BY") { core.grouping = try list() }
        if cursor.take("HAVING") { core.having = try parse(0) }
        if cursor.take("WINDOW") {
            repeat {
                let name = try name()
                guard cursor.take("AS") else { throw notUnderstood }
                core.windows.append(.init(name: name, window: try window()))
            } while cursor.takeSymbol(",")
        }
        return core
    }

    private mutating func resultColumn() throws(Refusal) -> SelectStatement.ResultColumn {
        if cursor.takeSymbol("*") { return .all }
        if let name = cursor.current?.name, cursor.token(1)?.isSymbol(".") == true,
            cursor.token(2)?.isSymbol("*") == true
        {
            for _ in 0..<3 { cursor.advance() }
            return .allOf(name)
        }
        let start = cursor.index
        let expression = try parse(0)
        let text = cursor.text(start..<cursor.index)
        return .expression(expression, alias: try alias(), text: text)
    }

    private static let clauses: Set<String> = [
        "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER",
        "LIMIT", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "ON", "USING",
        "INDEXED", "NOT", "END", "SET", "RETURNING",
    ]

    private mutating func alias() throws(Refusal) -> String? {
        if cursor.take("AS") { return try name() }
        guard let token = cursor.current, let name = token.name else { return nil }
        if token.kind == .word, Self.clauses.contains(token.text.uppercased()) { return nil }
        cursor.advance()
        return name
    }

    // MARK: - FROM

    private mutating func sources() throws(Refusal) -> [SelectStatement.Source] {
        var sources = [try source("")]
        while let (join, isNatural) = takeJoin() {
            var source = try source(join)
            source.isNatural = isNatural
            if cursor.take("ON") {
                source.condition = try parse(0)
            } else if cursor.take("USING") {
                source.using = try names()
            }
            sources.append(source)
        }
        return sources
    }

    private mutating func takeJoin() -> (join: String, isNatural: Bool)? {
        if cursor.takeSymbol(",") { return ("CROSS", false) }
        let start = cursor.index
        let isNatural = cursor.take("NATURAL")
        var join = "INNER"
        for name in ["LEFT", "RIGHT", "FULL", "INNER", "CROSS"] where cursor.take(name) {
            join = name
            _ = cursor.take("OUTER")
            break
        }
        if cursor.take("JOIN") { return (join, isNatural) }
        cursor.rewind(to: start)
        return nil
    }

    private mutating func source(_ join: String) throws(Refusal) -> SelectStatement.Source {
        let relation: SelectStatement.Relation
        if cursor.takeSymbol("(") {
            guard seesSelect else { throw Refusal("it has joins in parentheses") }
            relation = .query(try subquery())
        } else {
            var name = try name()
            if cursor.takeSymbol(".") { name = try self.name() }
            if cursor.seesSymbol("(") { throw Refusal("it reads the table function \(name)") }
            relation = .table(name)
        }
        let alias = try alias()
        if cursor.take("INDEXED") {
            _ = cursor.take("BY")
            _ = cursor.takeName()
        } else {
            _ = cursor.take("NOT", "INDEXED")
        }
        return .init(join: join, relation: relation, alias: alias)
    }

    // MARK: - ORDER BY and LIMIT

    mutating func orderTerms() throws(Refusal) -> [SelectStatement.Order] {
        var terms: [SelectStatement.Order] = []
        repeat {
            var term = SelectStatement.Order(expression: try parse(0))
            term.isDescending = cursor.take("DESC")
            if !term.isDescending { _ = cursor.take("ASC") }
            if cursor.take("NULLS", "FIRST") { term.nullsFirst = true }
            if cursor.take("NULLS", "LAST") { term.nullsFirst = false }
            terms.append(term)
        } while cursor.takeSymbol(",")
        return terms
    }

    private mutating func limit(_ statement: inout SelectStatement) throws(Refusal) {
        statement.limit = try parse(0)
        if cursor.take("OFFSET") {
            statement.offset = try parse(0)
        } else if cursor.takeSymbol(",") {
            statement.offset = statement.limit
            statement.limit = try parse(0)
        }
    }
}
