extension ExpressionRenderer {
    /// Renders LIKE and GLOB.
    ///
    /// - Parameters:
    ///   - name: The operator.
    ///   - operand: The text that is matched.
    ///   - pattern: The pattern.
    ///   - escape: The character after ESCAPE.
    ///   - negated: Whether it must not match.
    /// - Returns: SQL.
    /// - Throws: ``Refusal`` for patterns that are not constants, and for REGEXP and MATCH.
    mutating func match(
        _ name: String,
        _ operand: SQLExpression,
        _ pattern: SQLExpression,
        _ escape: SQLExpression?,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        guard name == "LIKE" || name == "GLOB" else {
            throw Refusal("\(name) is a function of the application")
        }
        let constant: String
        switch pattern {
        case .text(let text): constant = text
        case .doubleQuoted(let text) where !hasColumn(text): constant = text
        case _ where name == "LIKE" && escape == nil:
            return try like(try value(operand), try value(pattern), negated)
        default: throw Refusal("the pattern of \(name) is not a constant")
        }
        let subject = try text(try value(operand), name)
        if name == "LIKE" { return try like(subject, constant, escape, negated) }
        guard escape == nil else { throw Refusal("GLOB has no ESCAPE") }
        return try glob(subject, constant, negated)
    }

    /// LIKE with a pattern that is computed.
    private func like(
        _ operand: Rendered,
        _ pattern: Rendered,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        let subject = Self.collated(try text(operand, "LIKE"))
        let wanted = Self.collated(try text(pattern, "LIKE"))
        return Rendered(
            sql: "lower(\(subject.sql)) \(negated ? "NOT LIKE" : "LIKE") lower(\(wanted.sql)) "
                + "ESCAPE ''",
            kind: .boolean,
            power: .range,
            hasColumn: true
        )
    }

    /// SQLite's LIKE folds ASCII letters only, and has no escape character of its own.
    private func like(
        _ subject: Rendered,
        _ pattern: String,
        _ escape: SQLExpression?,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        var character = ""
        if let escape {
            guard case .text(let text) = escape, text.unicodeScalars.count == 1,
                text.lowercasedASCII == text, !("a"..."z").contains(text)
            else { throw Refusal("ESCAPE is not one character other than a letter") }
            character = text
            guard !pattern.hasSuffix(text) else {
                throw Refusal("the pattern of LIKE ends with its escape character")
            }
        }
        let source = subject.isCollated ? subject.sql : "\(subject.inside(.unary)) COLLATE \"C\""
        let test = negated ? "NOT LIKE" : "LIKE"
        return Rendered(
            sql: "lower(\(source)) \(test) \(TargetName.literal(pattern.lowercasedASCII)) ESCAPE "
                + TargetName.literal(character),
            kind: .boolean,
            power: .range,
            hasColumn: subject.hasColumn
        )
    }

    private func glob(
        _ subject: Rendered,
        _ pattern: String,
        _ negated: Bool
    ) throws(Refusal) -> Rendered {
        var expression = "^"
        var scalars = Array(pattern.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "*": expression += ".*"
            case "?": expression += "."
            case "[": expression += try Self.bracket(&scalars)
            default: expression += Self.escaped(scalar)
            }
        }
        let literal = TargetName.literal(expression + "$")
        let source = subject.isCollated ? subject.inside(.other) : "(\(subject.sql) COLLATE \"C\")"
        return Rendered(
            sql: "\(source) \(negated ? "!~" : "~") \(literal)",
            kind: .boolean,
            power: .other,
            hasColumn: subject.hasColumn
        )
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        "\\^$.*+?()[]{}|-".unicodeScalars.contains(scalar) ? "\\\(scalar)" : "\(scalar)"
    }

    /// Reads a set of characters, after SQLite's `patternCompare`.
    private static func bracket(
        _ scalars: inout ArraySlice<Unicode.Scalar>
    ) throws(Refusal) -> String {
        var set = "["
        if scalars.first == "^" {
            scalars.removeFirst()
            set += "^"
        }
        var isEmpty = true
        if scalars.first == "]" {
            scalars.removeFirst()
            set += "\\]"
            isEmpty = false
        }
        while let scalar = scalars.popFirst() {
            if scalar == "]" {
                guard !isEmpty else { break }
                return set + "]"
            }
            isEmpty = false
            guard scalars.first == "-", let last = scalars.dropFirst().first, last != "]" else {
                set += escaped(scalar)
                continue
            }
            guard scalar <= last, scalar != "-" else {
                throw Refusal("a range in the pattern of GLOB runs backwards")
            }
            set += "\(escaped(scalar))-\(escaped(last))"
            scalars.removeFirst(2)
        }
        throw Refusal("a set in the pattern of GLOB is empty or not closed")
    }
}
