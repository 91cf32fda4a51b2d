/// A piece of PostgreSQL's SQL with what is known about its value.
struct Rendered {
    /// The kinds of value that differ in what may be done with them.
    enum Kind: String {
        case integer, real, numeric, text, bytea, boolean, date, timestamp, null
        /// A type that a profile asked for, about which no expression is translated.
        case other
    }

    /// How tightly the outermost operator binds in PostgreSQL.
    enum Power: Int, Comparable {
        case or, and, not, identity, comparison, range, other, sum, product, unary, cast, atom

        static func < (left: Power, right: Power) -> Bool { left.rawValue < right.rawValue }
    }

    /// The SQL.
    var sql: String
    /// What kind of value it gives.
    var kind: Kind
    /// The outermost operator.
    var power = Power.atom
    /// The affinity that SQLite lends to the other side of a comparison; nil for all but columns
    /// and casts.
    var affinity: Catalog.Affinity?
    /// The collation that SQLite compares it by, nil for byte by byte.
    var collation: String?
    /// Whether that collation was said with COLLATE, and so wins over a column's own.
    var hasExplicitCollation = false
    /// The constant that it is, if it is one.
    var literal: SQLExpression?
    /// Whether a column is in it.
    var hasColumn = false
    /// Whether it is text that PostgreSQL compares byte by byte without being told so, because
    /// it comes from a column of the target.
    var isCollated = false
    /// Whether it is text, and everything stored in it is a date, or date and time.
    var holdsMoments = false
    /// Whether it is text of decimal digits only.
    var isDigits = false

    /// The SQL, in parentheses where an outer operator would tear it apart.
    ///
    /// - Parameter outer: The outer operator.
    /// - Returns: The SQL.
    func inside(_ outer: Power) -> String { power > outer ? sql : "(\(sql))" }
}

extension Rendered.Kind {
    init(_ type: TargetType) {
        switch type {
        case .smallint, .integer, .bigint: self = .integer
        case .boolean: self = .boolean
        case .doublePrecision, .real: self = .real
        case .numeric, .decimal: self = .numeric
        case .text, .varchar: self = .text
        case .bytea: self = .bytea
        case .date: self = .date
        case .timestamp: self = .timestamp
        case .timestamptz, .time, .uuid, .json, .jsonb, .char: self = .other
        }
    }

    /// Whether it is a number.
    var isNumber: Bool { self == .integer || self == .real || self == .numeric }
}
