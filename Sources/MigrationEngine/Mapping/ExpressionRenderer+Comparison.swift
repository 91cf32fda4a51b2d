extension ExpressionRenderer {
    /// Makes two values comparable in PostgreSQL with the result that SQLite gives.
    ///
    /// - Parameters:
    ///   - left: The left side.
    ///   - right: The right side.
    /// - Returns: Both sides, converted where one is a constant.
    /// - Throws: ``Refusal`` where SQLite compares storage classes or converts at run time.
    /// - SeeAlso: <https://www.sqlite.org/datatype3.html#comparison_expressions>
    mutating func comparable(
        _ left: Rendered,
        _ right: Rendered
    ) throws(Refusal) -> (Rendered, Rendered) {
        var first = left
        var second = right
        if left.literal != nil, right.literal == nil {
            first = try adapted(left, to: right)
            first.keepCollation(of: left)
        } else if right.literal != nil, left.literal == nil {
            second = try adapted(right, to: left)
            second.keepCollation(of: right)
        } else {
            try requireSameKind(&first, &second)
        }
        try collate(&first, &second)
        return (first, second)
    }

    private mutating func requireSameKind(
        _ left: inout Rendered,
        _ right: inout Rendered
    ) throws(Refusal) {
        if left.kind == .boolean, right.kind == .integer { left = Self.number(left) }
        if right.kind == .boolean, left.kind == .integer { right = Self.number(right) }
        if left.kind == .null || right.kind == .null { return }
        if left.kind.isNumber, right.kind.isNumber {
            if left.kind != right.kind, left.literal == nil || right.literal == nil {
                note("beyond 2^53 PostgreSQL compares a whole number with a real one rounded")
            }
            return
        }
        guard left.kind == right.kind else {
            throw Refusal(
                "it compares \(left.kind.rawValue) with \(right.kind.rawValue), which SQLite "
                    + "orders by storage class"
            )
        }
        if left.kind == .text, let one = left.affinity, let other = right.affinity {
            guard (one == .text) == (other == .text) || one == .blob || other == .blob else {
                throw Refusal("it compares text with a column of numeric affinity")
            }
        }
    }

    /// Gives a constant the form that the other side's type asks for.
    ///
    /// - Parameters:
    ///   - constant: The constant.
    ///   - other: What it is compared with.
    /// - Returns: The constant in its new form.
    /// - Throws: ``Refusal`` when the comparison would mean something else.
    func adapted(_ constant: Rendered, to other: Rendered) throws(Refusal) -> Rendered {
        guard let literal = constant.literal, literal != .null, other.kind != .null else {
            return constant
        }
        switch other.kind {
        case .integer, .real, .numeric: return try number(literal, other)
        case .boolean: return try truth(literal, other)
        case .text: return try string(literal, other)
        case .bytea:
            if case .blob = literal { return constant }
        case .date:
            if case .text(let text) = literal, DateShape.isDate(text) {
                return Rendered(sql: "DATE '\(text)'", kind: .date, literal: literal)
            }
        case .timestamp:
            if case .text(let text) = literal, DateShape.isTimestamp(text) {
                return Rendered(sql: "TIMESTAMP '\(text)'", kind: .timestamp, literal: literal)
            }
        case .null: return constant
        case .other: throw Refusal("it compares a column of a type that the profile asked for")
        }
        throw Refusal("it compares \(other.kind.rawValue) with a constant of another kind")
    }

    private func number(
        _ constant: SQLExpression,
        _ other: Rendered
    ) throws(Refusal) -> Rendered {
        switch constant {
        case .integer(let value):
            guard other.kind == .integer || value.magnitude <= 1 << 53 else {
                throw Refusal("PostgreSQL would round \(value) to compare it")
            }
            return try literal(constant)
        case .real, .boolean: return try literal(constant)
        case .text(let text):
            guard other.hasNumericAffinity, let number = NumericText(text) else { break }
            return try literal(number.expression)
        default: break
        }
        throw Refusal("it compares a number with a constant that is none")
    }

    private func truth(
        _ constant: SQLExpression,
        _ other: Rendered
    ) throws(Refusal) -> Rendered {
        var constant = constant
        if case .text(let text) = constant, other.hasNumericAffinity,
            let number = NumericText(text)
        {
            constant = number.expression
        }
        switch constant {
        case .boolean(let value):
            return Rendered(sql: value ? "TRUE" : "FALSE", kind: .boolean, literal: constant)
        case .integer(let value) where value == 0 || value == 1:
            return Rendered(sql: value == 1 ? "TRUE" : "FALSE", kind: .boolean, literal: constant)
        default: throw Refusal("it compares a boolean with something other than 0 and 1")
        }
    }

    private func string(
        _ constant: SQLExpression,
        _ other: Rendered
    ) throws(Refusal) -> Rendered {
        switch constant {
        case .text(let text):
            if other.hasNumericAffinity, NumericText(text) != nil {
                throw Refusal("SQLite takes '\(text)' for a number here")
            }
            return try literal(constant)
        case .integer(let value) where other.affinity == .text:
            return try literal(.text("\(value)"))
        case .boolean(let value) where other.affinity == .text:
            return try literal(.text(value ? "1" : "0"))
        default: throw Refusal("it compares text with a constant that is none")
        }
    }

    // MARK: - Collations

    private func collate(_ left: inout Rendered, _ right: inout Rendered) throws(Refusal) {
        guard left.kind == .text || right.kind == .text else { return }
        let collation: String?
        if left.hasExplicitCollation {
            collation = left.collation
        } else if right.hasExplicitCollation {
            collation = right.collation
        } else if left.affinity != nil {
            collation = left.collation
        } else {
            collation = right.collation
        }
        if let collation {
            left = try Self.key(left, collation)
            right = try Self.key(right, collation)
        } else if !left.isCollated, !right.isCollated {
            left.sql = "\(left.inside(.unary)) COLLATE \"C\""
            left.power = .other
        }
    }

    /// Says a text so that comparing bytes gives what a collation of SQLite gives.
    ///
    /// Under `COLLATE "C"`, which every text column of the target has, `lower` folds the 26
    /// letters of ASCII and no others: exactly what NOCASE does.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - collation: SQLite's collation.
    /// - Returns: The text to compare in its place.
    /// - Throws: ``Refusal`` for a collation that the application defined.
    static func key(_ text: Rendered, _ collation: String) throws(Refusal) -> Rendered {
        guard text.kind == .text else { return text }
        var result = text
        result.power = .atom
        result.isCollated = true
        let source = text.isCollated ? text.sql : "\(text.inside(.unary)) COLLATE \"C\""
        switch collation.uppercased() {
        case "BINARY": return text
        case "NOCASE":
            if case .text(let constant)? = text.literal {
                result.sql = TargetName.literal(constant.lowercasedASCII)
            } else {
                result.sql = "lower(\(source))"
            }
        case "RTRIM": result.sql = "rtrim(\(source), ' ')"
        default: throw Refusal("the collation \(collation) belongs to the application")
        }
        return result
    }
}

extension Rendered {
    fileprivate mutating func keepCollation(of other: Rendered) {
        collation = other.collation
        hasExplicitCollation = other.hasExplicitCollation
    }

    /// Whether SQLite turns text on the other side into a number.
    fileprivate var hasNumericAffinity: Bool {
        affinity == .integer || affinity == .real || affinity == .numeric
    }
}
