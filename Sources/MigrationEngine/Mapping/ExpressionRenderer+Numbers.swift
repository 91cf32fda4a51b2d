extension ExpressionRenderer {
    /// Renders `min` or `max` of several values.
    ///
    /// - Parameters:
    ///   - name: The function.
    ///   - arguments: The values.
    /// - Returns: SQL; NULL when one of them is.
    /// - Throws: ``Refusal``.
    mutating func extreme(
        _ name: String,
        _ arguments: [SQLExpression]
    ) throws(Refusal) -> Rendered {
        var results: [Rendered] = []
        for result in try unified(arguments) {
            guard result.collation == nil, result.kind != .bytea else {
                throw Refusal("\(name) compares \(result.collation ?? "bytes")")
            }
            results.append(
                Self.collated(result.kind == .boolean ? Self.number(result) : result)
            )
        }
        let list = results.map(\.sql).joined(separator: ", ")
        let function = name == "min" ? "least" : "greatest"
        // PostgreSQL leaves NULLs out, SQLite gives NULL.
        let tests = results.filter { $0.literal == nil || $0.kind == .null }
            .map { "\($0.inside(.identity)) IS NULL" }
        let sql =
            tests.isEmpty
            ? "\(function)(\(list))"
            : "CASE WHEN \(tests.joined(separator: " OR ")) THEN NULL ELSE \(function)(\(list)) END"
        return Rendered(
            sql: sql,
            kind: Self.commonKind(results),
            hasColumn: results.contains(where: \.hasColumn),
            isCollated: results.contains { $0.kind == .text }
        )
    }

    /// Renders `round`.
    ///
    /// - Parameter arguments: The number, and how many digits are kept.
    /// - Returns: SQL of a real number, halves away from zero.
    /// - Throws: ``Refusal``.
    mutating func rounded(_ arguments: [SQLExpression]) throws(Refusal) -> Rendered {
        let inside = try value(arguments[0])
        guard inside.kind.isNumber else {
            throw Refusal("round is applied to \(inside.kind.rawValue)")
        }
        let number =
            inside.kind == .real ? inside.sql : "\(inside.inside(.cast))::double precision"
        var digits: Int64 = 0
        if let second = arguments.element(at: 1) {
            guard case .integer(let count) = second, count <= 15 else {
                throw Refusal("round keeps something other than a constant of at most 15 digits")
            }
            digits = max(0, count)
        }
        let sql =
            digits == 0
            ? "(sign(\(number)) * trunc(abs(\(number)) + 0.5::double precision))"
            : "round((\(number))::numeric, \(digits))::double precision"
        return Rendered(
            sql: sql,
            kind: .real,
            power: digits == 0 ? .atom : .cast,
            hasColumn: inside.hasColumn
        )
    }

    /// Renders `random()`: any whole number of 64 bits.
    ///
    /// - Returns: SQL, out of the bits of two random UUIDs that are random.
    /// - Throws: ``Refusal`` where the same row must give the same value.
    func random() throws(Refusal) -> Rendered {
        guard place == .default || place == .trigger else {
            throw Refusal("random changes its value each time")
        }
        let digits = "encode(uuid_send(gen_random_uuid()), 'hex')"
        return Rendered(
            sql: "('x' || substr(\(digits), 1, 12) || substr(\(digits), 1, 4))::bit(64)::bigint",
            kind: .integer,
            power: .cast
        )
    }
}

extension SQLExpression {
    /// Whether it is a whole number that is never below 0, or NULL.
    var isNatural: Bool {
        switch self {
        case .integer(let number): return number >= 0
        case .function(let name, let arguments):
            return ["length", "instr", "unicode"].contains(name)
                || (name == "abs" && arguments.allSatisfy(\.isWhole))
        case .binary("+", let left, let right), .binary("*", let left, let right),
            .binary("%", let left, let right), .binary("/", let left, let right):
            return left.isNatural && right.isNatural
        default: return false
        }
    }

    private var isWhole: Bool {
        switch self {
        case .integer, .function("random", _), .function("length", _): true
        case .unary("-", let inside): inside.isWhole
        case .binary(_, let left, let right): left.isWhole && right.isWhole
        default: false
        }
    }
}
