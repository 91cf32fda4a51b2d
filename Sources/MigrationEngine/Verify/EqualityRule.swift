/// When a stored value of SQLite and a value of PostgreSQL are the same, by the target's type.
///
/// The table of rules stands in the documentation (Invariants, equality).
enum EqualityRule: Sendable, Equatable {
    /// The integers are the same.
    case integer
    /// The same double, bit by bit.
    case double
    /// The same bytes of UTF-8.
    case text
    /// The same bytes.
    case bytes
    /// 0 is false, 1 is true.
    case boolean
    /// The same instant to the microsecond; a date is its midnight, `Z` is UTC.
    case timestamp
    /// The same day.
    case date
    /// The same decimal number; a double is its shortest decimal form.
    case numeric
    /// Any other type: the source's text against the target's text form.
    case textForm
    /// The same value in a form that both sides are brought to.
    case normal(NormalForm)

    /// Chooses the rule for a column of the target.
    ///
    /// - Parameter type: The type's name in `pg_type`.
    init(type: String) {
        switch type {
        case "int2", "int4", "int8": self = .integer
        case "float8": self = .double
        case "text", "varchar": self = .text
        case "bytea": self = .bytes
        case "bool": self = .boolean
        case "timestamp": self = .timestamp
        case "date": self = .date
        case "numeric": self = .numeric
        default: self = NormalForm(type: type).map { .normal($0) } ?? .textForm
        }
    }

    /// Whether the order of keys of this kind is the same on both sides.
    var isOrdered: Bool {
        switch self {
        case .integer, .text, .bytes: true
        default: false
        }
    }

    /// The column in the SELECT list of the target.
    func selected(_ column: String) -> String {
        switch self {
        case .textForm: "\(column)::text"
        case .normal(let form): form.selected(column)
        default: column
        }
    }

    /// The column in the ORDER BY of the target: text byte by byte, as SQLite orders it.
    func ordered(_ column: String) -> String {
        self == .text ? "\(column) COLLATE \"C\"" : column
    }
}
