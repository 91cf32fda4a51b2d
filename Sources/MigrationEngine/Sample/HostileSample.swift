/// Spoils a sample as years of use spoil a database: the values of which SQLite accepts every one
/// and PostgreSQL hardly any.
///
/// Which rows and which values follows from the seed alone, and the rows that stay whole are those
/// of the sample without it.
struct HostileSample {
    /// One value in so many rows of a table is odd.
    private static let rowsAnOddity = 60
    /// The most of them in one table.
    private static let most = 400

    private let connection: SourceConnection
    private var random: SampleRandom
    private var count = 0

    private struct Column {
        var name: String
        var values: [String]
    }

    private init(_ connection: SourceConnection, seed: UInt64) {
        self.connection = connection
        // Not the sample's own numbers: its rows stay the same.
        random = SampleRandom(seed: seed ^ 0x686f_7374_696c_6521)
    }

    /// Spoils the tables of a finished sample.
    ///
    /// - Parameters:
    ///   - tables: The tables, with their rows.
    ///   - connection: The file.
    ///   - seed: The sample's seed.
    /// - Returns: How many values were made odd.
    /// - Throws: ``SourceError``.
    static func spoil(
        _ tables: [SampleTable],
        in connection: SourceConnection,
        seed: UInt64
    ) throws(SourceError) -> Int {
        var sample = Self(connection, seed: seed)
        // As in a database whose CHECKs came later than its rows.
        try connection.execute("PRAGMA ignore_check_constraints = ON; BEGIN")
        for table in tables where table.rows > 0 { try sample.spoil(table) }
        try connection.execute("COMMIT; PRAGMA ignore_check_constraints = OFF")
        return sample.count
    }

    private mutating func spoil(_ table: SampleTable) throws(SourceError) {
        let columns = try columns(of: table.name)
        guard !columns.isEmpty else { return }
        let oddities = min(Self.most, max(1, table.rows / Self.rowsAnOddity))
        // Every column in turn and every value of it, so that few orders show as much as can be.
        let start = random.below(columns.count)
        for number in 0..<oddities {
            let column = columns[(start + number) % columns.count]
            let turn = number / columns.count + random.below(column.values.count)
            try spoil(table, column.name, column.values[turn % column.values.count])
        }
    }

    private mutating func spoil(
        _ table: SampleTable,
        _ column: String,
        _ value: String
    ) throws(SourceError) {
        let name = SourceConnection.quote(table.name)
        // A value that a UNIQUE forbids is left out: SQLite would not hold it either.
        try connection.execute(
            """
            UPDATE OR IGNORE \(name) SET \(SourceConnection.quote(column)) = \(value)
            WHERE rowid = (SELECT rowid FROM \(name) ORDER BY rowid
                LIMIT 1 OFFSET \(random.below(table.rows)))
            """
        )
        count += connection.changes
    }

    /// The columns that may be spoiled, each with the values that it takes.
    private func columns(of table: String) throws(SourceError) -> [Column] {
        let name = SourceConnection.quote(table)
        var children: Set<String> = []
        try connection.query("PRAGMA foreign_key_list(\(name))") { row in
            children.insert(row.text(3) ?? "")
        }
        var isStrict = false
        try connection.query("PRAGMA table_list(\(name))") { row in
            isStrict = row.integer(5) != 0
        }
        var columns: [Column] = []
        // cid, name, type, notnull, default, pk
        try connection.query("PRAGMA table_info(\(name))") { row in
            guard let column = row.text(1), row.integer(5) == 0 else { return }
            var values = Self.values(row.text(2) ?? "", isStrict, SourceConnection.quote(column))
            if children.contains(column) { values = [Self.orphan(row.text(2) ?? "")] }
            if row.integer(3) != 0 { values.removeAll { $0 == "NULL" } }
            columns.append(Column(name: column, values: values))
        }
        return columns
    }

    private static func orphan(_ type: String) -> String {
        type == "INTEGER" ? "2000000001" : "'no such order'"
    }

    /// What is found in columns of a declared type.
    private static func values(_ type: String, _ isStrict: Bool, _ column: String) -> [String] {
        switch type.prefix(while: { $0 != "(" }) {
        case "INTEGER":
            isStrict
                ? ["9223372036854775807", "-9223372036854775808", "2147483648"]
                : ["'twelve'", "3.7", "''", "9223372036854775807", "x'3132'", "9e999", "'1,234'"]
        case "BOOLEAN": ["'yes'", "2", "'false'", "''", "'TRUE'"]
        case "DATE", "DATETIME", "TIMESTAMP":
            [
                "'10/15/2025'", "'2025-10-15T04:50:27Z'", "'2025-10-15 04:50:27.1234567'", "''",
                "'0000-00-00 00:00:00'", "1760503827", "'2025-10-15T04:50:27+02:00'",
                "'2024-02-30'", "2460963.70239", "'now'", "'10000-01-01'",
            ]
        default: texts(column) + (isStrict ? [] : ["x'00ff'", "42", "x''"])
        }
    }

    private static func texts(_ column: String) -> [String] {
        [
            // NUL inside, broken UTF-8, half of a surrogate pair.
            "CAST(x'610062' AS TEXT)", "CAST(x'4d6f6eff7465' AS TEXT)", "CAST(x'eda0bd' AS TEXT)",
            // Empty for none, blanks at an end, and the same in capitals.
            "''", "\(column) || ' '", "upper(\(column))", "lower(\(column))",
            // A long one, one to be read from right to left, one in two pieces, one for COPY.
            "printf('%.*c', 100000, 'x')", "char(8238) || 'abc' || char(10, 9)",
            "'Zoe' || char(776)", #"'\N'"#, #"'\.'"#, "'NULL'",
        ]
    }
}
