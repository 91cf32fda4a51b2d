/// One part of a format of `printf`.
private enum FormatPart {
    case text(String)
    case argument(Substitution)

    struct Substitution {
        var isLeft = false
        var hasZeros = false
        var width = 0
        var precision: Int?
        var kind: Character = "s"
    }

    /// Reads a format.
    ///
    /// - Parameter format: The format.
    /// - Returns: Its parts.
    /// - Throws: ``Refusal`` for what is not said alike in both.
    static func parts(of format: String) throws(Refusal) -> [FormatPart] {
        var parts: [FormatPart] = []
        var text = ""
        var rest = Substring(format)
        while let character = rest.popFirst() {
            guard character == "%" else {
                text.append(character)
                continue
            }
            if rest.first == "%" {
                rest.removeFirst()
                text.append("%")
                continue
            }
            if !text.isEmpty { parts.append(.text(text)) }
            text = ""
            parts.append(.argument(try substitution(&rest)))
        }
        if !text.isEmpty { parts.append(.text(text)) }
        return parts
    }

    private static func substitution(_ rest: inout Substring) throws(Refusal) -> Substitution {
        let start = rest
        var found = Substitution()
        while let flag = rest.first, flag == "-" || flag == "0" {
            if flag == "-" { found.isLeft = true } else { found.hasZeros = true }
            rest.removeFirst()
        }
        if let width = number(&rest) { found.width = width }
        if rest.first == "." {
            rest.removeFirst()
            found.precision = number(&rest) ?? 0
        }
        while rest.first == "l" { rest.removeFirst() }
        guard let kind = rest.popFirst(), "sdixXf".contains(kind), found.width <= 1_000,
            !(found.isLeft && found.hasZeros),
            kind == "f" ? !found.hasZeros && found.precision ?? 6 <= 10 : found.precision == nil,
            kind != "s" || !found.hasZeros
        else {
            throw Refusal("the format %\(start.prefix(8)) of printf has no counterpart")
        }
        found.kind = kind
        return found
    }

    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return Int(digits)
    }
}

extension ExpressionRenderer {
    /// Renders `printf` or `format` with a constant format.
    ///
    /// - Parameters:
    ///   - name: The function.
    ///   - arguments: The format and its arguments.
    /// - Returns: SQL of kind text; never NULL, as in SQLite.
    /// - Throws: ``Refusal``.
    /// - SeeAlso: <https://www.sqlite.org/printf.html>
    mutating func printf(
        _ name: String,
        _ arguments: [SQLExpression]
    ) throws(Refusal) -> Rendered {
        guard case .text(let format)? = arguments.first else {
            throw Refusal("the format of \(name) is not a constant")
        }
        var pieces: [String] = []
        var next = 1
        for part in try FormatPart.parts(of: format) {
            switch part {
            case .text(let text): pieces.append(try literal(.text(text)).sql)
            case .argument(let substitution):
                guard let argument = arguments.element(at: next) else {
                    throw Refusal("\(name) has too few arguments")
                }
                next += 1
                pieces.append(try substituted(try value(argument), substitution, name))
            }
        }
        guard let first = pieces.first else { return try literal(.text("")) }
        return Rendered(
            sql: pieces.count == 1 ? first : pieces.joined(separator: " || "),
            kind: .text,
            power: .other,
            hasColumn: true
        )
    }

    /// SQL of one argument, that an operator can be put around.
    private mutating func substituted(
        _ value: Rendered,
        _ form: FormatPart.Substitution,
        _ name: String
    ) throws(Refusal) -> String {
        switch form.kind {
        case "s":
            let text = try text(value, name)
            return Self.padded("coalesce(\(text.sql), '')", form)
        case "f":
            guard value.kind.isNumber || value.kind == .null else { break }
            note("\(name) rounds the fifteen digits that a number shows, not those behind them")
            let number = "coalesce(\(value.inside(.cast))::numeric, 0)"
            let digits = "round(abs(\(number)), \(form.precision ?? 6))::text"
            return Self.padded("(CASE WHEN \(number) < 0 THEN '-' ELSE '' END || \(digits))", form)
        default:
            guard value.kind == .integer || value.kind == .null else { break }
            let number = "coalesce(\(value.inside(.cast))::bigint, 0)"
            return form.kind == "d" || form.kind == "i"
                ? Self.decimal(number, form) : Self.hexadecimal(number, form)
        }
        throw Refusal("%\(form.kind) of \(name) takes \(value.kind.rawValue)")
    }

    private static func decimal(_ number: String, _ form: FormatPart.Substitution) -> String {
        guard form.hasZeros, form.width > 1 else { return padded("\(number)::text", form) }
        let digits = "ltrim(\(number)::text, '-')"
        func zeros(_ width: Int) -> String {
            "lpad(\(digits), greatest(\(width), length(\(digits))), '0')"
        }
        return "CASE WHEN \(number) < 0 THEN '-' || \(zeros(form.width - 1)) "
            + "ELSE \(zeros(form.width)) END"
    }

    private static func hexadecimal(_ number: String, _ form: FormatPart.Substitution) -> String {
        var digits = "to_hex(\(number))"
        if form.kind == "X" { digits = "upper(\(digits))" }
        guard form.hasZeros else { return padded(digits, form) }
        return "lpad(\(digits), greatest(\(form.width), length(\(digits))), '0')"
    }

    /// Fills text up with blanks; SQLite counts bytes.
    private static func padded(_ text: String, _ form: FormatPart.Substitution) -> String {
        guard form.width > 0 else { return text }
        let blanks = "repeat(' ', greatest(0, \(form.width) - octet_length(\(text))))"
        return form.isLeft ? "(\(text) || \(blanks))" : "(\(blanks) || \(text))"
    }
}
