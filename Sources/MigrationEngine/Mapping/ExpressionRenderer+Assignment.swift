extension ExpressionRenderer {
    /// Renders an expression as the value of a column.
    ///
    /// - Parameters:
    ///   - expression: A default, or what generates the column.
    ///   - column: The column.
    /// - Returns: SQL that the column takes, giving what SQLite would have stored.
    /// - Throws: ``Refusal``.
    mutating func assigned(
        _ expression: SQLExpression,
        to column: Column
    ) throws(Refusal) -> Rendered {
        if place != .constraint, let moment = TimeOfDay(expression),
            let rendered = Self.moment(moment, column.type)
        {
            return rendered
        }
        if let native = try native(expression, .init(column.type)) { return native }
        var constant = expression
        if place == .default {
            // A bare word after DEFAULT is text.
            if case .name(let word) = expression { constant = .text(word) }
            if case .doubleQuoted(let word) = expression { constant = .text(word) }
        }
        if constant == .null { return try literal(.null) }
        if constant.isLiteral { return try stored(constant, column) }
        return try fitted(try render(constant), column)
    }

    /// A constant as the column's affinity stores it.
    private func stored(
        _ constant: SQLExpression,
        _ column: Column
    ) throws(Refusal) -> Rendered {
        let value = Self.converted(constant, column.affinity ?? .blob)
        switch (Rendered.Kind(column.type), value) {
        case (.integer, .integer), (.real, .integer), (.real, .real), (.numeric, .integer),
            (.numeric, .real), (.text, .text), (.bytea, .blob):
            return try literal(value)
        case (.boolean, .integer(0...1)):
            return Rendered(sql: value == .integer(1) ? "TRUE" : "FALSE", kind: .boolean)
        case (.date, .text(let text)) where DateShape.isDate(text):
            return Rendered(sql: "DATE '\(text)'", kind: .date)
        case (.timestamp, .text(let text)) where DateShape.isTimestamp(text):
            return Rendered(sql: "TIMESTAMP '\(text)'", kind: .timestamp)
        default: throw Refusal("the column's type \(column.type.sql) does not hold it")
        }
    }

    private static func converted(
        _ constant: SQLExpression,
        _ affinity: Catalog.Affinity
    ) -> SQLExpression {
        switch (affinity, constant) {
        case (.text, .integer(let value)): .text("\(value)")
        case (.text, .boolean(let value)): .text(value ? "1" : "0")
        case (_, .boolean(let value)): .integer(value ? 1 : 0)
        case (.integer, .text(let text)), (.numeric, .text(let text)), (.real, .text(let text)):
            NumericText(text)?.expression ?? constant
        case (.integer, .real(let value)), (.numeric, .real(let value)):
            Int64(exactly: value).map { .integer($0) } ?? constant
        default: constant
        }
    }

    private func fitted(_ value: Rendered, _ column: Column) throws(Refusal) -> Rendered {
        switch (Rendered.Kind(column.type), value.kind) {
        case (.integer, .integer), (.real, .real), (.real, .integer), (.numeric, .integer),
            (.text, .text), (.bytea, .bytea), (.boolean, .boolean), (.date, .date),
            (.timestamp, .timestamp), (_, .null):
            return value
        case (.integer, .boolean): return Self.number(value)
        case (.text, .integer) where column.affinity == .text: return try text(value, "the column")
        default:
            throw Refusal(
                "it gives \(value.kind.rawValue), and the column's type is \(column.type.sql)"
            )
        }
    }
}
