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
    /// The same number of four bytes.
    case single
    /// The same instant to the microsecond, whatever the offset; without one it is UTC.
    case instant
    /// The same time of day to the microsecond.
    case clock
    /// The same 128 bits.
    case uuid
    /// The same JSON value, whatever its spelling.
    case json
    /// The same characters, blanks at the end aside.
    case padded
    /// Any other type: the source's text against the target's text form.
    case textForm
    /// The same network address, as its own type writes it.
    case address

    /// Chooses the rule for a column of the target.
    ///
    /// - Parameter type: The type's name in `pg_type`.
    init(type: String) {
        switch type {
        case "int2", "int4", "int8": self = .integer
        case "float8": self = .double
        case "text", "varchar": self = .text
        case "bpchar": self = .padded
        case "float4": self = .single
        case "timestamptz": self = .instant
        case "time": self = .clock
        case "uuid": self = .uuid
        case "jsonb": self = .json
        case "bytea": self = .bytes
        case "bool": self = .boolean
        case "timestamp": self = .timestamp
        case "date": self = .date
        case "numeric": self = .numeric
        case "inet": self = .address
        default: self = .textForm
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
        case .textForm, .json: "\(column)::text"
        // A cast to text would write the length of the network as well.
        case .address: "CASE WHEN \(column) IS NOT NULL THEN format('%s', \(column)) END"
        default: column
        }
    }

    /// The column in the ORDER BY of the target: text byte by byte, as SQLite orders it.
    func ordered(_ column: String) -> String {
        self == .text ? "\(column) COLLATE \"C\"" : column
    }
}
