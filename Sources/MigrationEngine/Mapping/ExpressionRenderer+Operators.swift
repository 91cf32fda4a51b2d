extension ExpressionRenderer {
    /// Renders an operator with two operands.
    ///
    /// - Parameters:
    ///   - name: The operator, as ``SQLExpression`` spells it.
    ///   - left: The left operand.
    ///   - right: The right operand.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func binary(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        switch name {
        case "AND", "OR": return try logical(name, left, right)
        case "=", "<>", "<", "<=", ">", ">=": return try comparison(name, left, right)
        case "IS", "IS NOT": return try identity(name, left, right)
        case "+", "-", "*", "/", "%": return try arithmetic(name, left, right)
        case "&", "|", "<<", ">>": return try bits(name, left, right)
        case "||": return try concatenation(left, right)
        default: throw Self.severalTypes
        }
    }

    private mutating func logical(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        let power: Rendered.Power = name == "AND" ? .and : .or
        let first = try condition(left)
        let second = try condition(right)
        func part(_ side: Rendered) -> String {
            side.power == power ? side.sql : side.inside(power)
        }
        return Rendered(
            sql: "\(part(first)) \(name) \(part(second))",
            kind: .boolean,
            power: power,
            hasColumn: first.hasColumn || second.hasColumn
        )
    }

    private mutating func comparison(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        if let rendered = try extracted(name, left, right) { return rendered }
        var one = try render(left)
        var other = try render(right)
        // A date is text in SQLite, and a type of its own in PostgreSQL.
        if let native = try native(right, one.kind) { other = native }
        if let native = try native(left, other.kind) { one = native }
        let (first, second) = try comparable(one, other)
        return Rendered(
            sql: "\(first.inside(.comparison)) \(name) \(second.inside(.comparison))",
            kind: .boolean,
            power: .comparison,
            hasColumn: first.hasColumn || second.hasColumn
        )
    }

    private mutating func identity(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        if case .boolean(let truth) = right {
            // > https://www.sqlite.org/lang_expr.html#booleanexpr
            let inside = try condition(left)
            let test = truth ? "TRUE" : "FALSE"
            return Rendered(
                sql: "\(inside.inside(.identity)) \(name) \(test)",
                kind: .boolean,
                power: .identity,
                hasColumn: inside.hasColumn
            )
        }
        var one = try render(left)
        var other = try render(right)
        if let native = try native(right, one.kind) { other = native }
        if let native = try native(left, other.kind) { one = native }
        let (first, second) = try comparable(one, other)
        let operation = name == "IS" ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM"
        return Rendered(
            sql: "\(first.inside(.identity)) \(operation) \(second.inside(.identity))",
            kind: .boolean,
            power: .identity,
            hasColumn: first.hasColumn || second.hasColumn
        )
    }

    /// Renders a test for NULL.
    ///
    /// - Parameters:
    ///   - operand: What is tested.
    ///   - negated: Whether it must not be NULL.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func nullTest(
        _ operand: SQLExpression,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        if let part = try extracted(operand) {
            return Rendered(
                sql: "coalesce(json_typeof(\(part)), 'null') \(negated ? "<>" : "=") 'null'",
                kind: .boolean,
                power: .comparison,
                hasColumn: true
            )
        }
        let inside = try render(operand)
        return Rendered(
            sql: "\(inside.inside(.identity)) IS \(negated ? "NOT " : "")NULL",
            kind: .boolean,
            power: .identity,
            hasColumn: inside.hasColumn
        )
    }

    /// Renders BETWEEN.
    ///
    /// - Parameters:
    ///   - operand: What is compared.
    ///   - low: The lower bound.
    ///   - high: The upper bound.
    ///   - negated: Whether it is NOT BETWEEN.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func between(
        _ operand: SQLExpression,
        _ low: SQLExpression,
        _ high: SQLExpression,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        let inside = try render(operand)
        let (first, least) = try comparable(inside, try render(low))
        let (second, most) = try comparable(inside, try render(high))
        guard first.sql == second.sql else {
            throw Refusal("its bounds are compared in two ways")
        }
        let bounds = "\(least.inside(.range)) AND \(most.inside(.range))"
        return Rendered(
            sql: "\(first.inside(.range)) \(negated ? "NOT " : "")BETWEEN \(bounds)",
            kind: .boolean,
            power: .range,
            hasColumn: inside.hasColumn || least.hasColumn || most.hasColumn
        )
    }

    /// Renders IN with a list.
    ///
    /// - Parameters:
    ///   - operand: What is looked for.
    ///   - elements: The list.
    ///   - negated: Whether it is NOT IN.
    /// - Returns: SQL.
    /// - Throws: ``Refusal``.
    mutating func membership(
        _ operand: SQLExpression,
        _ elements: [SQLExpression],
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        if let part = try extracted(operand), !elements.isEmpty {
            return try Self.membership(part, elements, negated)
        }
        let inside = try render(operand)
        guard !elements.isEmpty else {
            return Rendered(sql: negated ? "TRUE" : "FALSE", kind: .boolean)
        }
        var list: [String] = []
        var searched = inside.inside(.range)
        for element in elements {
            // > "a IN (x, y)" is "a = +x OR a = +y": no affinity, no collation on the right.
            var candidate = try render(element)
            candidate.affinity = nil
            candidate.collation = nil
            let (first, second) = try comparable(inside, candidate)
            searched = first.inside(.range)
            list.append(second.sql)
        }
        let test = negated ? "NOT IN" : "IN"
        return Rendered(
            sql: "\(searched) \(test) (\(list.joined(separator: ", ")))",
            kind: .boolean,
            power: .range,
            hasColumn: true
        )
    }

    // MARK: - Numbers

    private mutating func operand(
        _ name: String,
        _ expression: SQLExpression
    ) throws(Refusal) -> Rendered {
        let result = try value(expression)
        guard result.kind.isNumber || result.kind == .null else {
            throw Refusal("\(name) is applied to \(result.kind.rawValue)")
        }
        return result
    }

    private mutating func arithmetic(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        var first = try operand(name, left)
        var second = try operand(name, right)
        let kinds = [first.kind, second.kind]
        if kinds.contains(.numeric) {
            guard name == "+" || name == "-" || name == "*" else {
                throw Refusal("\(name) on NUMERIC depends on how each value is stored")
            }
            // SQLite counts in binary floating point, PostgreSQL's numeric in decimal.
            first = Self.double(first)
            second = Self.double(second)
        }
        let isWhole = !kinds.contains(.real) && !kinds.contains(.numeric)
        if name == "%", !isWhole { throw Refusal("% is applied to real numbers") }
        if isWhole {
            if !first.hasColumn, !second.hasColumn { first = Self.wide(first) }
            if name != "/", name != "%" { note(Self.overflow) }
        }
        if name == "/" || name == "%" { second = Self.nonzero(second) }
        let power: Rendered.Power = name == "+" || name == "-" ? .sum : .product
        // left to right in both
        let leading = first.power == power ? first.sql : first.inside(power)
        return Rendered(
            sql: "\(leading) \(name) \(second.inside(power))",
            kind: isWhole ? .integer : .real,
            power: power,
            hasColumn: first.hasColumn || second.hasColumn
        )
    }

    private static func double(_ operand: Rendered) -> Rendered {
        var result = operand
        result.sql = "\(operand.inside(.cast))::double precision"
        result.power = .cast
        result.kind = .real
        return result
    }

    /// Constants are 32 bits wide in PostgreSQL unless told otherwise.
    private static func wide(_ operand: Rendered) -> Rendered {
        let isWide = operand.power == .sum || operand.power == .product || operand.power == .cast
        guard operand.kind == .integer, !operand.hasColumn, !isWide else { return operand }
        var result = operand
        result.sql = "\(operand.inside(.cast))::bigint"
        result.power = .cast
        return result
    }

    /// Division by zero is NULL in SQLite and an error in PostgreSQL.
    private static func nonzero(_ divisor: Rendered) -> Rendered {
        switch divisor.literal {
        case .integer(let value) where value != 0: return divisor
        case .real(let value) where value != 0: return divisor
        default:
            var result = divisor
            result.sql = "nullif(\(divisor.sql), 0)"
            result.power = .atom
            return result
        }
    }

    private mutating func bits(
        _ name: String,
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        let first = Self.wide(try operand(name, left))
        let second = try operand(name, right)
        guard first.kind == .integer, second.kind == .integer else {
            throw Refusal("\(name) is applied to real numbers")
        }
        if name == "<<" || name == ">>" {
            guard case .integer(0...63)? = second.literal else {
                throw Refusal("\(name) by a number that is not a constant of 0 to 63")
            }
        }
        return Rendered(
            sql: "\(first.inside(.other)) \(name) \(second.inside(.other))",
            kind: .integer,
            power: .other,
            hasColumn: first.hasColumn || second.hasColumn
        )
    }

    // MARK: - Text

    private mutating func concatenation(
        _ left: SQLExpression,
        _ right: SQLExpression
    ) throws(Refusal) -> Rendered {
        let first = try text(try value(left), "||")
        let second = try text(try value(right), "||")
        let leading = first.power == .other ? first.sql : first.inside(.other)
        return Rendered(
            sql: "\(leading) || \(second.inside(.other))",
            kind: .text,
            power: .other,
            hasColumn: first.hasColumn || second.hasColumn,
            isCollated: first.isCollated || second.isCollated
        )
    }

    /// Says a value as the text that SQLite would make of it.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - user: What takes it for text, for the reason.
    /// - Returns: SQL of kind text.
    /// - Throws: ``Refusal`` where PostgreSQL's text differs.
    func text(_ value: Rendered, _ user: String) throws(Refusal) -> Rendered {
        switch value.kind {
        case .text, .null: return value
        case .integer:
            if case .integer(let number)? = value.literal { return try literal(.text("\(number)")) }
            return Rendered(
                sql: "\(value.inside(.cast))::text",
                kind: .text,
                power: .cast,
                hasColumn: value.hasColumn
            )
        default:
            throw Refusal(
                "\(user) takes \(value.kind.rawValue) for text, which PostgreSQL spells otherwise"
            )
        }
    }
}
