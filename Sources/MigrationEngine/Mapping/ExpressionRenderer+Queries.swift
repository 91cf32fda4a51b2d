extension ExpressionRenderer {
    /// A column as a value.
    ///
    /// - Parameter column: The column.
    /// - Returns: Its SQL with what is known about it.
    func value(of column: Column) -> Rendered { rendered(column) }

    /// Renders a query inside an expression.
    ///
    /// - Parameter expression: A scalar query, EXISTS, or IN with a query.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func query(_ expression: SQLExpression) throws(Refusal) -> Rendered {
        switch expression {
        case .exists(let statement):
            let query = try rendered(statement)
            return Rendered(sql: "EXISTS (\(query.sql))", kind: .boolean, hasColumn: true)
        case .inQuery(let operand, let statement, let negated):
            return try membership(operand, statement, negated)
        case .query(let statement):
            var query = try rendered(statement)
            guard query.results.count == 1, var result = query.results.first else {
                throw Refusal("it compares rows of values")
            }
            // SQLite takes the first row, PostgreSQL refuses a second one.
            if !query.givesOneRow, statement.limit == nil { query.sql += " LIMIT 1" }
            result.sql = "(\(query.sql))"
            result.power = .atom
            result.hasColumn = true
            result.literal = nil
            return result
        default: throw Refusal("it is no query")
        }
    }

    private mutating func rendered(
        _ statement: SelectStatement
    ) throws(Refusal) -> QueryRenderer.Query {
        var renderer = QueryRenderer(self)
        let query = try renderer.render(statement)
        notes = renderer.notes
        return query
    }

    private mutating func membership(
        _ operand: SQLExpression,
        _ statement: SelectStatement,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        let query = try rendered(statement)
        guard query.results.count == 1, var candidate = query.results.first else {
            throw Refusal("it compares rows of values")
        }
        candidate.sql = "candidate"
        candidate.power = .atom
        candidate.collation = nil
        candidate.literal = nil
        let inside = try render(operand)
        let (first, second) = try comparable(inside, candidate)
        guard second.sql == candidate.sql else {
            throw Refusal("IN compares with a query under a collation or another type")
        }
        return Rendered(
            sql: "\(first.inside(.range)) \(negated ? "NOT IN" : "IN") (\(query.sql))",
            kind: .boolean,
            power: .range,
            hasColumn: true
        )
    }

    // MARK: - Aggregates

    /// Renders an aggregate.
    ///
    /// - Parameters:
    ///   - name: The aggregate, in lower case.
    ///   - arguments: Its arguments; none for `count(*)`.
    ///   - isDistinct: Whether equal values count once.
    ///   - suffix: FILTER and OVER, with the blank before them.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func aggregate(
        _ name: String,
        _ arguments: [SQLExpression],
        _ isDistinct: Bool,
        suffix: String = ""
    ) throws(Refusal) -> Rendered {
        guard let argument = arguments.first else {
            return Rendered(sql: "count(*)\(suffix)", kind: .integer, hasColumn: true)
        }
        var inside = try value(argument)
        if isDistinct, let collation = inside.collation {
            guard name == "count" else {
                throw Refusal("\(name)(DISTINCT …) compares under \(collation)")
            }
            inside = try Self.key(inside, collation)
        }
        let distinct = isDistinct ? "DISTINCT " : ""
        switch (name, arguments.count) {
        case ("count", 1):
            return Rendered(
                sql: "count(\(distinct)\(inside.sql))\(suffix)",
                kind: .integer,
                hasColumn: true
            )
        case ("min", 1), ("max", 1): return try extreme(name, inside, suffix)
        case ("sum", 1), ("total", 1), ("avg", 1): return try sum(name, distinct, inside, suffix)
        case ("group_concat", 1...2), ("string_agg", 2):
            return try concatenated(inside, arguments, isDistinct, suffix)
        default: throw Refusal("PostgreSQL has no function with the meaning of \(name)")
        }
    }

    private func extreme(
        _ name: String,
        _ inside: Rendered,
        _ suffix: String
    ) throws(Refusal) -> Rendered {
        guard inside.kind != .bytea else { throw Refusal("PostgreSQL has no \(name) of bytes") }
        guard inside.collation == nil else {
            throw Refusal("\(name) compares under a collation other than BINARY")
        }
        let sql = Self.collated(inside).sql
        return Rendered(
            sql: "\(name)(\(sql))\(suffix)",
            kind: inside.kind,
            hasColumn: true,
            isCollated: inside.kind == .text,
            holdsMoments: inside.holdsMoments
        )
    }

    private mutating func sum(
        _ name: String,
        _ distinct: String,
        _ inside: Rendered,
        _ suffix: String
    ) throws(Refusal) -> Rendered {
        guard inside.kind.isNumber else {
            throw Refusal("\(name) is applied to \(inside.kind.rawValue)")
        }
        if name == "sum", inside.kind == .integer {
            return Rendered(
                sql: suffix.isEmpty
                    ? "sum(\(distinct)\(inside.sql))::bigint"
                    : "(sum(\(distinct)\(inside.sql))\(suffix))::bigint",
                kind: .integer,
                power: .cast,
                hasColumn: true
            )
        }
        if inside.kind != .integer {
            note("the last digits of a sum of real numbers depend on the order of the rows")
        }
        let operand =
            inside.kind == .real ? inside.sql : "\(inside.inside(.cast))::double precision"
        let sql = "\(name == "avg" ? "avg" : "sum")(\(distinct)\(operand))\(suffix)"
        return Rendered(
            sql: name == "total" ? "coalesce(\(sql), 0)" : sql,
            kind: .real,
            hasColumn: true
        )
    }

    private mutating func concatenated(
        _ inside: Rendered,
        _ arguments: [SQLExpression],
        _ isDistinct: Bool,
        _ suffix: String
    ) throws(Refusal) -> Rendered {
        let operand = Self.collated(try text(inside, "group_concat"))
        var separator = "','"
        if arguments.count == 2 {
            separator = try text(try value(arguments[1]), "group_concat").sql
        }
        note("in which order the parts come is fixed in neither, unless the query sorts them")
        return Rendered(
            sql:
                "string_agg(\(isDistinct ? "DISTINCT " : "")\(operand.sql), \(separator))\(suffix)",
            kind: .text,
            hasColumn: true,
            isCollated: true
        )
    }

    /// Text with the collation that compares byte by byte; anything else as it is.
    ///
    /// - Parameter value: The value.
    /// - Returns: The value with COLLATE where it is text without one.
    static func collated(_ value: Rendered) -> Rendered {
        guard value.kind == .text, !value.isCollated else { return value }
        var result = value
        result.sql = "\(value.inside(.unary)) COLLATE \"C\""
        result.power = .other
        result.isCollated = true
        return result
    }
}
