/// Values to try a constraint with, as SQL of the target.
struct ProbeColumn: Sendable {
    /// The column's name in the target, quoted.
    let name: String
    /// The column's type in the target, as SQL.
    let type: String
    /// The kind of its values.
    let kind: Kind
    /// Whether NULL is refused.
    let isNotNull: Bool

    /// Kinds of values for which something can be made up.
    enum Kind: Sendable {
        case whole
        case number
        case text
        case bytes
        case truth
        case time
        case uuid
        case other
    }

    /// Names a column.
    ///
    /// - Parameters:
    ///   - name: The column in the target.
    ///   - type: Its type as SQL, such as `varchar(20)`.
    ///   - isNotNull: Whether NULL is refused.
    init(name: String, type: String, isNotNull: Bool) {
        self.name = TargetName.quote(name)
        self.type = type
        self.isNotNull = isNotNull
        kind =
            switch type.prefix(while: { $0 != "(" }) {
            case "smallint", "integer", "bigint": .whole
            case "real", "double precision", "numeric": .number
            case "text", "varchar", "character varying", "char", "character", "bpchar": .text
            case "bytea": .bytes
            case "boolean": .truth
            case "date", "timestamp", "timestamptz", "timestamp without time zone",
                "timestamp with time zone":
                .time
            case "uuid": .uuid
            default: .other
            }
    }

    /// A value that fits the type, nil when none can be made up.
    var dummy: String? {
        switch kind {
        case .whole, .number: "1::\(type)"
        case .text: "''::\(type)"
        case .bytes: "''::bytea"
        case .truth: "false"
        case .time: "'2000-01-01'::\(type)"
        case .uuid: "'00000000-0000-0000-0000-000000000000'::uuid"
        case .other: nil
        }
    }

    /// Values at the edges of what checks usually allow.
    ///
    /// - Parameter expression: The check; its own numbers and their neighbours are tried as well.
    /// - Returns: SQL, the most likely to break a check first.
    func candidates(for expression: String) -> [String] {
        let values: [String] =
            switch kind {
            case .whole: ["-1", "0", "2", "-32768", "32767"] + Self.neighbours(expression)
            case .number: ["-1", "0", "0.5", "2", "1000000000"] + Self.neighbours(expression)
            case .text: ["''", "' '", "'~'", "'A'", "'a'", "'0'", "repeat('x', 300)"]
            case .bytes: ["''::bytea", "'\\x00'::bytea"]
            case .truth: ["false", "true"]
            case .time: ["'0001-01-01'", "'1970-01-01'", "'9999-12-31'"]
            case .uuid, .other: []
            }
        // varchar(5) takes no 300 letters, and smallint no million: those drop out by themselves.
        return values.filter { fits($0) }.map { "\($0)::\(type)" }
    }

    private func fits(_ value: String) -> Bool {
        guard kind == .whole, let number = Int64(value) else { return true }
        switch type {
        case "smallint": return Int16(exactly: number) != nil
        case "integer": return Int32(exactly: number) != nil
        default: return true
        }
    }

    private static func neighbours(_ expression: String) -> [String] {
        expression.matches(of: /[0-9]{1,17}/).prefix(6)
            .compactMap { Int64($0.output) }
            .flatMap { [$0 - 1, $0 + 1] }
            .map { String($0) }
    }

    /// A value that no row of another table has in a column, and no row made of ``dummy`` either:
    /// in a table that refers to itself such a row would be its own parent.
    ///
    /// - Parameters:
    ///   - column: The other table's column, quoted.
    ///   - table: The other table, quoted with its schema.
    ///   - place: The column's place in the key; the values of two columns differ.
    /// - Returns: SQL, nil when there is no such value to be made up.
    func absent(from column: String, of table: String, place: Int) -> String? {
        let (low, high) = ("min(\(column))", "max(\(column))")
        let more = place + 1
        return switch kind {
        case .whole:
            // Above the highest, or below the lowest where there is no number above it.
            """
            (SELECT CASE WHEN \(high) IS NULL THEN \(more + 1)
                WHEN \(high) <= \(Self.highest(type)) - \(more) THEN \(high) + \(more)
                ELSE \(low) - \(more) END FROM \(table))
            """
        case .number:
            // To a large double nothing is added by adding a little.
            """
            (SELECT CASE WHEN \(high) IS NULL THEN \(more + 1)
                WHEN \(high) + \(more) > \(high) THEN \(high) + \(more)
                WHEN \(low) - \(more) < \(low) THEN \(low) - \(more) END FROM \(table))
            """
        case .text: "left('~' || md5(random()::text), 8)::\(type)"
        case .bytes: "decode(md5(random()::text), 'hex')"
        case .time:
            "(SELECT coalesce(\(high), '2000-01-01') + interval '\(more) day' FROM \(table))"
        case .uuid: "gen_random_uuid()"
        case .truth, .other: nil
        }
    }

    private static func highest(_ type: String) -> String {
        switch type {
        case "smallint": "32767"
        case "integer": "2147483647"
        default: "9223372036854775807"
        }
    }
}

/// Values for the columns of a foreign key that no row of the parent has.
struct AbsentParent {
    /// The parent, quoted with its schema.
    let table: String
    /// Columns of the child, quoted, with what is stored in them.
    private(set) var values: NameTable<String> = [:]
    /// Not a name that a table has.
    private static let alias = "cutover_absent"
    private var made: [String] = []
    private var pairs: [String] = []

    init(table: String) { self.table = table }

    /// Makes up a value for one column.
    ///
    /// - Parameters:
    ///   - child: The column.
    ///   - parent: The parent's column, quoted.
    /// - Returns: False when nothing is known that is not in the parent.
    mutating func add(_ child: ProbeColumn, _ parent: String) -> Bool {
        let name = "\(Self.alias).v\(made.count)"
        guard let value = child.absent(from: parent, of: table, place: made.count) else {
            return false
        }
        values[child.name] = name
        made.append("\(value) AS v\(made.count)")
        pairs.append("parent.\(parent) = \(name)")
        return true
    }

    /// The values, as a part of FROM.
    var from: String { "(SELECT \(made.joined(separator: ", "))) AS \(Self.alias)" }

    /// Makes sure that they are no parent's: a short text or a full column may leave none.
    var condition: String {
        values.all.sorted().map { "\($0) IS NOT NULL AND " }.joined()
            + "NOT EXISTS (SELECT FROM \(table) AS parent "
            + "WHERE \(pairs.joined(separator: " AND ")))"
    }
}
