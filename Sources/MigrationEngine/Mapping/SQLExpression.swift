/// An expression of SQLite, as a tree.
///
/// Texts are translated by reading them, never by replacing words in them: a word in a string or
/// a name in quotes is not an operator.
/// - SeeAlso: <https://www.sqlite.org/lang_expr.html>
package indirect enum SQLExpression: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// A blob as hexadecimal digits.
    case blob(String)
    case boolean(Bool)
    /// `CURRENT_TIMESTAMP`, `CURRENT_DATE` or `CURRENT_TIME`, in upper case.
    case current(String)
    /// A bare or bracketed name.
    case name(String)
    /// A name in double quotes, which SQLite takes for text where no column fits.
    case doubleQuoted(String)
    /// `-`, `+`, `~` or `NOT`.
    case unary(String, SQLExpression)
    /// An operator with two operands; `=` and `<>` in one spelling, `IS` and `IS NOT`.
    case binary(String, SQLExpression, SQLExpression)
    case isNull(SQLExpression, negated: Bool)
    case between(SQLExpression, low: SQLExpression, high: SQLExpression, negated: Bool)
    case inList(SQLExpression, [SQLExpression], negated: Bool)
    /// `LIKE`, `GLOB`, `REGEXP` or `MATCH`.
    case match(String, SQLExpression, pattern: SQLExpression, escape: SQLExpression?, Bool)
    case conditional(base: SQLExpression?, [Branch], otherwise: SQLExpression?)
    case cast(SQLExpression, type: String)
    case collate(SQLExpression, String)
    /// A function by name in lower case.
    case function(String, [SQLExpression])
    /// A name behind a table, an alias, `NEW` or `OLD`.
    case member(String, String)
    /// An aggregate by name in lower case; without arguments `count(*)`.
    case aggregate(String, [SQLExpression], isDistinct: Bool)
    /// A call with FILTER, OVER, or both.
    case windowed(SQLExpression, condition: SQLExpression?, WindowDefinition?)
    /// The first value of a query.
    case query(SelectStatement)
    case exists(SelectStatement)
    case inQuery(SQLExpression, SelectStatement, negated: Bool)
    /// `RAISE (kind, message)`, the kind in upper case.
    case raise(String, String?)

    /// One `WHEN … THEN …`.
    package struct Branch: Sendable, Equatable {
        /// The condition, or the value that the base is compared with.
        package var when: SQLExpression
        /// The result.
        package var then: SQLExpression
    }

    /// Reads an expression.
    ///
    /// - Parameter text: The expression as SQLite stores it.
    /// - Throws: ``Refusal`` when it is not understood or has no counterpart in a constraint.
    package init(parsing text: String) throws(Refusal) {
        var parser = ExpressionParser(text)
        self = try parser.parseAll()
    }

    /// Whether it is a constant that stands by itself.
    var isLiteral: Bool {
        switch self {
        case .null, .integer, .real, .text, .blob, .boolean: true
        default: false
        }
    }
}
