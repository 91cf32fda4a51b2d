extension TargetType {
    /// The spellings of types that a profile can ask for, for people.
    static let spellings =
        "smallint, integer, bigint, boolean, real, double precision, numeric, numeric(p,s), text, "
        + "varchar(n), char(n), bytea, date, time, timestamp, timestamptz, uuid, json, jsonb"

    /// Reads a type as PostgreSQL spells it, in any case.
    ///
    /// Fails for a type that cannot be written, and for a length or precision out of range.
    ///
    /// - Parameter sql: The type, such as `numeric(10, 2)` or `timestamp with time zone`.
    package init?(sql: String) {
        let parts = sql.lowercased().split(separator: "(", omittingEmptySubsequences: false)
        let words = parts[0].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard parts.count > 1 else {
            guard let type = Self.plain[words] else { return nil }
            self = type
            return
        }
        let rest = parts[1].split(whereSeparator: \.isWhitespace).joined()
        guard parts.count == 2, rest.hasSuffix(")") else { return nil }
        let fields = rest.dropLast().split(separator: ",", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { Int($0) }
        guard numbers.count == fields.count, let first = numbers.first, first >= 1 else {
            return nil
        }
        switch (words, numbers.count) {
        case ("varchar", 1), ("character varying", 1):
            guard first <= 10_485_760 else { return nil }
            self = .varchar(first)
        case ("char", 1), ("character", 1):
            guard first <= 10_485_760 else { return nil }
            self = .char(first)
        case ("numeric", 1...2), ("decimal", 1...2):
            let scale = numbers.count == 2 ? numbers[1] : 0
            guard first <= 1_000, (0...first).contains(scale) else { return nil }
            self = .decimal(precision: first, scale: scale)
        default: return nil
        }
    }

    private static let plain: [String: TargetType] = [
        "smallint": .smallint, "int2": .smallint, "integer": .integer, "int": .integer,
        "int4": .integer, "bigint": .bigint, "int8": .bigint, "boolean": .boolean,
        "bool": .boolean, "real": .real, "float4": .real, "double precision": .doublePrecision,
        "float8": .doublePrecision, "numeric": .numeric, "decimal": .numeric, "text": .text,
        "bytea": .bytea, "date": .date, "time": .time, "time without time zone": .time,
        "timestamp": .timestamp, "timestamp without time zone": .timestamp,
        "timestamptz": .timestamptz, "timestamp with time zone": .timestamptz, "uuid": .uuid,
        "json": .json, "jsonb": .jsonb,
    ]

    /// Whether it holds text of any kind, which is ordered by a collation.
    var isCollated: Bool {
        switch self {
        case .text, .varchar, .char: true
        default: false
        }
    }

    /// The most characters of a text, nil without a limit.
    var length: Int? {
        switch self {
        case .varchar(let length), .char(let length): length
        default: nil
        }
    }

    /// Whether it is an integer of any width.
    var isInteger: Bool { self == .smallint || self == .integer || self == .bigint }
}
