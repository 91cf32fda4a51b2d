/// Reads SQLite's expressions by operator precedence.
struct ExpressionParser {
    /// What an expression may consist of, by where it stands.
    enum Grammar {
        /// Constraints, defaults, indexes.
        case constraint
        /// Views: queries and aggregates as well.
        case query
        /// Triggers: RAISE as well.
        case trigger

        /// Whether a SELECT can stand in it.
        var allowsQueries: Bool { self != .constraint }
    }

    var cursor: TokenCursor
    var depth = 0
    let grammar: Grammar

    /// Starts at the beginning of a text.
    ///
    /// - Parameters:
    ///   - text: The expression.
    ///   - grammar: What it may consist of.
    init(_ text: String, grammar: Grammar = .constraint) {
        cursor = TokenCursor(text)
        self.grammar = grammar
    }

    /// How tightly operators bind, loosest first.
    ///
    /// > https://www.sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes
    private enum Power: Int {
        case or = 1
        case and, not, equality, relation, escape, bits, sum, product, concatenation, collate, unary
    }

    /// Reads the whole text.
    ///
    /// - Returns: The expression.
    /// - Throws: ``Refusal``.
    mutating func parseAll() throws(Refusal) -> SQLExpression {
        let expression = try parse(0)
        guard cursor.isAtEnd else { throw notUnderstood }
        return expression
    }

    var notUnderstood: Refusal {
        guard let token = cursor.current else { return Refusal("the expression ends too early") }
        return Refusal("the expression is not understood at \"\(token.text)\"")
    }

    mutating func parse(_ power: Int) throws(Refusal) -> SQLExpression {
        // because a hostile file can nest deeper than the stack of a thread
        guard depth < 100 else { throw Refusal("the expression is nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        var left = try prefix()
        while let next = try infix(left, power) { left = next }
        return left
    }

    private mutating func parse(above power: Power) throws(Refusal) -> SQLExpression {
        try parse(power.rawValue + 1)
    }

    mutating func expect(_ symbol: String) throws(Refusal) {
        guard cursor.takeSymbol(symbol) else { throw notUnderstood }
    }

    // MARK: - Operands

    private mutating func prefix() throws(Refusal) -> SQLExpression {
        guard let token = cursor.current else { throw notUnderstood }
        switch token.kind {
        case .symbol: return try prefixSymbol(token)
        case .word: return try word(token)
        case .number:
            cursor.advance()
            return try Self.number(token.text)
        case .string:
            cursor.advance()
            return .text(token.text)
        case .blob:
            cursor.advance()
            return .blob(token.text)
        case .doubleQuoted, .quoted: return try named(token)
        case .parameter: throw Refusal("it has a bound parameter")
        case .illegal: throw notUnderstood
        }
    }

    private mutating func prefixSymbol(_ token: SQLToken) throws(Refusal) -> SQLExpression {
        cursor.advance()
        switch token.text {
        case "(":
            if seesSelect { return .query(try subquery()) }
            let inside = try parse(0)
            if cursor.seesSymbol(",") { throw Refusal("it compares rows of values") }
            try expect(")")
            return inside
        case "-":
            if let number = cursor.current, number.kind == .number {
                cursor.advance()
                return try Self.number(number.text, negative: true)
            }
            return .unary("-", try parse(Power.unary.rawValue))
        case "+", "~": return .unary(token.text, try parse(Power.unary.rawValue))
        default: throw notUnderstood
        }
    }

    private static func number(
        _ text: String,
        negative: Bool = false
    ) throws(Refusal) -> SQLExpression {
        if text.lowercased().hasPrefix("0x") {
            guard let bits = UInt64(text.dropFirst(2), radix: 16) else {
                throw Refusal("the number \(text) is too large")
            }
            let value = Int64(bitPattern: bits)
            return .integer(negative ? 0 &- value : value)
        }
        if let value = Int64(negative ? "-\(text)" : text) { return .integer(value) }
        guard let value = Double(text.hasSuffix(".") ? "\(text)0" : text), value.isFinite else {
            throw Refusal("the number \(text) is infinite")
        }
        return .real(negative ? -value : value)
    }

    private mutating func word(_ token: SQLToken) throws(Refusal) -> SQLExpression {
        switch token.text.uppercased() {
        case "NULL":
            cursor.advance()
            return .null
        case "TRUE", "FALSE":
            cursor.advance()
            return .boolean(token.text.uppercased() == "TRUE")
        case "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME":
            cursor.advance()
            return .current(token.text.uppercased())
        case "NOT":
            cursor.advance()
            return .unary("NOT", try parse(Power.not.rawValue))
        case "CASE": return try conditional()
        case "CAST" where cursor.token(1)?.isSymbol("(") == true: return try cast()
        case "EXISTS" where cursor.token(1)?.isSymbol("(") == true:
            cursor.advance()
            cursor.advance()
            return .exists(try subquery())
        case "SELECT", "WITH": throw Refusal("it has a subquery")
        case "RAISE" where cursor.token(1)?.isSymbol("(") == true: return try raise()
        default: return try named(token)
        }
    }

    private mutating func named(_ token: SQLToken) throws(Refusal) -> SQLExpression {
        cursor.advance()
        if token.kind != .doubleQuoted, cursor.seesSymbol("(") {
            return try function(token.text.lowercasedASCII)
        }
        var name = token
        var qualifier: String?
        while cursor.takeSymbol(".") {
            guard let part = cursor.advance(), part.name != nil else { throw notUnderstood }
            qualifier = name.text
            name = part
        }
        if let qualifier { return .member(qualifier, name.text) }
        return name.kind == .doubleQuoted ? .doubleQuoted(name.text) : .name(name.text)
    }

    private mutating func function(_ name: String) throws(Refusal) -> SQLExpression {
        try expect("(")
        let hasAggregates = grammar.allowsQueries
        let isStar = hasAggregates && name == "count" && cursor.takeSymbol("*")
        if cursor.seesSymbol("*") { throw Refusal("\(name)(*) is an aggregate") }
        let isDistinct = hasAggregates && cursor.take("DISTINCT")
        if cursor.sees("DISTINCT") { throw Refusal("\(name)(DISTINCT …) is an aggregate") }
        let arguments = cursor.seesSymbol(")") ? [] : try list()
        try expect(")")
        let isAggregate =
            isStar || isDistinct || Self.aggregates.contains(name)
            || (arguments.count == 1 && (name == "min" || name == "max"))
        let call: SQLExpression =
            hasAggregates && isAggregate
            ? .aggregate(name, arguments, isDistinct: isDistinct) : .function(name, arguments)
        let condition = try filter()
        let window = try over()
        guard condition != nil || window != nil else {
            if Self.windowFunctions.contains(name) { throw notUnderstood }
            return call
        }
        return .windowed(call, condition: condition, window)
    }

    private static let aggregates: Set<String> = [
        "count", "sum", "total", "avg", "group_concat", "string_agg",
    ]

    private mutating func raise() throws(Refusal) -> SQLExpression {
        guard grammar == .trigger else { throw Refusal("RAISE works in triggers only") }
        cursor.advance()
        try expect("(")
        let kind = try name().uppercased()
        var message: String?
        if cursor.takeSymbol(",") {
            guard let token = cursor.advance(), token.name != nil else {
                throw Refusal("the message of RAISE is not a constant")
            }
            message = token.text
        }
        try expect(")")
        return .raise(kind, message)
    }

    mutating func list() throws(Refusal) -> [SQLExpression] {
        var elements = [try parse(0)]
        while cursor.takeSymbol(",") { elements.append(try parse(0)) }
        return elements
    }

    private mutating func conditional() throws(Refusal) -> SQLExpression {
        cursor.advance()
        let base = cursor.sees("WHEN") ? nil : try parse(0)
        var branches: [SQLExpression.Branch] = []
        while cursor.take("WHEN") {
            let when = try parse(0)
            guard cursor.take("THEN") else { throw notUnderstood }
            branches.append(.init(when: when, then: try parse(0)))
        }
        let otherwise = cursor.take("ELSE") ? try parse(0) : nil
        guard cursor.take("END"), !branches.isEmpty else { throw notUnderstood }
        return .conditional(base: base, branches, otherwise: otherwise)
    }

    private mutating func cast() throws(Refusal) -> SQLExpression {
        cursor.advance()
        try expect("(")
        let operand = try parse(0)
        guard cursor.take("AS") else { throw notUnderstood }
        let start = cursor.index
        cursor.skip { _ in false }
        let type = cursor.text(start..<cursor.index)
        try expect(")")
        return .cast(operand, type: type)
    }

    // MARK: - Operators

    private mutating func infix(
        _ left: SQLExpression,
        _ minimum: Int
    ) throws(Refusal) -> SQLExpression? {
        guard let token = cursor.current else { return nil }
        if token.kind == .symbol {
            guard let (power, name) = Self.symbols[token.text], power.rawValue >= minimum
            else { return nil }
            cursor.advance()
            return .binary(name, left, try parse(above: power))
        }
        guard token.kind == .word else { return nil }
        if Power.collate.rawValue >= minimum, cursor.take("COLLATE") {
            guard let name = cursor.takeName() else { throw notUnderstood }
            return .collate(left, name.uppercased())
        }
        if Power.equality.rawValue >= minimum, let result = try comparison(left) { return result }
        if Power.and.rawValue >= minimum, cursor.take("AND") {
            return .binary("AND", left, try parse(above: .and))
        }
        if Power.or.rawValue >= minimum, cursor.take("OR") {
            return .binary("OR", left, try parse(above: .or))
        }
        return nil
    }

    private static let symbols: [String: (Power, String)] = [
        "=": (.equality, "="), "==": (.equality, "="), "<>": (.equality, "<>"),
        "!=": (.equality, "<>"), "<": (.relation, "<"), "<=": (.relation, "<="),
        ">": (.relation, ">"), ">=": (.relation, ">="), "&": (.bits, "&"), "|": (.bits, "|"),
        "<<": (.bits, "<<"), ">>": (.bits, ">>"), "+": (.sum, "+"), "-": (.sum, "-"),
        "*": (.product, "*"), "/": (.product, "/"), "%": (.product, "%"),
        "||": (.concatenation, "||"), "->": (.concatenation, "->"),
        "->>": (.concatenation, "->>"),
    ]

    private mutating func comparison(_ left: SQLExpression) throws(Refusal) -> SQLExpression? {
        if cursor.take("ISNULL") { return .isNull(left, negated: false) }
        if cursor.take("NOTNULL") || cursor.take("NOT", "NULL") {
            return .isNull(left, negated: true)
        }
        if cursor.take("IS") { return try identity(left) }
        let start = cursor.index
        let negated = cursor.take("NOT")
        if cursor.take("BETWEEN") {
            let low = try parse(above: .equality)
            guard cursor.take("AND") else { throw notUnderstood }
            let high = try parse(above: .equality)
            return .between(left, low: low, high: high, negated: negated)
        }
        if cursor.take("IN") { return try membership(left, negated) }
        for name in ["LIKE", "GLOB", "REGEXP", "MATCH"] where cursor.take(name) {
            let pattern = try parse(above: .equality)
            let escape = cursor.take("ESCAPE") ? try parse(above: .escape) : nil
            return .match(name, left, pattern: pattern, escape: escape, negated)
        }
        cursor.rewind(to: start)
        return nil
    }

    private mutating func identity(_ left: SQLExpression) throws(Refusal) -> SQLExpression {
        var negated = cursor.take("NOT")
        if cursor.take("DISTINCT", "FROM") { negated.toggle() }
        let right = try parse(above: .equality)
        if right == .null { return .isNull(left, negated: negated) }
        return .binary(negated ? "IS NOT" : "IS", left, right)
    }

    private mutating func membership(
        _ left: SQLExpression,
        _ negated: Bool
    ) throws(Refusal) -> SQLExpression {
        guard cursor.takeSymbol("(") else { throw Refusal("it looks into another table") }
        if seesSelect { return .inQuery(left, try subquery(), negated: negated) }
        let elements = cursor.seesSymbol(")") ? [] : try list()
        try expect(")")
        return .inList(left, elements, negated: negated)
    }
}
