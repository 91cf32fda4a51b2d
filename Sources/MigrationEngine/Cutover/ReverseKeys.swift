/// The keys of one table's rows that were written on PostgreSQL, in a temporary table there.
struct ReverseKeys {
    static let table = "pg_temp.cutover_back"

    private let target: TargetConnection
    private let run: String
    private let reversed: ReversedTable

    init(_ target: TargetConnection, run: String, _ reversed: ReversedTable) {
        self.target = target
        self.run = run
        self.reversed = reversed
    }

    private var names: String {
        ReverseCapture.array(reversed.parts.map(\.source.name))
    }

    /// The key's columns in the temporary table.
    var columns: String { reversed.key.indices.map(Self.name).joined(separator: ", ") }

    /// The name of a key's column in the temporary table.
    private static func name(_ place: Int) -> String { "cutover_k\(place + 1)" }

    /// Whether the log asks for all rows.
    ///
    /// - Returns: The number of entries, and whether one of them names no key.
    /// - Throws: ``TargetError``.
    func entries() throws(TargetError) -> (count: Int, isWhole: Bool) {
        let row =
            try target.query(
                """
                SELECT count(*), count(*) FILTER (WHERE key IS NULL) FROM cutover.reverse_log
                WHERE run_id = $1 AND table_name = ANY ($2::text[])
                """,
                [.text(run), .text(names)]
            ).rows.first ?? []
        let count = row.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
        let nameless = row.count > 1 ? row[1].flatMap { Int($0) } ?? 0 : 0
        return (count, nameless > 0)
    }

    /// Makes the temporary table, in the caller's transaction.
    ///
    /// - Parameter isWhole: Whether it takes the keys of all rows in place of the logged ones.
    /// - Throws: ``TargetError``.
    func fill(isWhole: Bool) throws(TargetError) {
        let first = reversed.parts[0]
        let columns = first.key.map { first.comparison.columns[$0].target }
        var keys: [String] = []
        for part in isWhole ? reversed.parts : [] {
            let own = part.key.map { TargetConnection.quote(part.comparison.columns[$0].target) }
            let named = own.enumerated().map { "\($1) AS \(Self.name($0))" }
            keys.append(
                "SELECT \(named.joined(separator: ", ")) FROM \(part.comparison.qualifiedName)"
            )
        }
        if !isWhole {
            let types = try types(of: columns, in: first)
            let named = types.enumerated().map { "key[\($0 + 1)]::\($1) AS \(Self.name($0))" }
            let tables = TargetConnection.literal(names)
            keys.append(
                """
                SELECT \(named.joined(separator: ", ")) FROM cutover.reverse_log
                WHERE run_id = \(TargetConnection.literal(run))
                    AND table_name = ANY (\(tables)::text[])
                """
            )
        }
        // DISTINCT by the types' own equality: 1.0 and 1.00 are one number.
        try target.execute(
            """
            SET LOCAL client_min_messages = warning;
            DROP TABLE IF EXISTS \(Self.table);
            CREATE TEMPORARY TABLE cutover_back ON COMMIT DROP AS
                SELECT row_number() OVER () AS cutover_n, k.* FROM (
                    SELECT DISTINCT * FROM (\(keys.joined(separator: " UNION "))) u) k;
            ANALYZE \(Self.table)
            """
        )
    }

    /// Makes the temporary table of keys of the source, in the caller's transaction; their numbers
    /// are their places, from 1.
    ///
    /// - Parameter keys: The keys; each column of a kind that is stored in one way only.
    /// - Returns: Whether each key was written on PostgreSQL since the switch; nil for one that
    ///   PostgreSQL cannot have.
    /// - Throws: ``TargetError``.
    func fill(_ keys: [[SourceValue]]) throws(TargetError) -> [Bool?] {
        let first = reversed.parts[0]
        let columns = first.key.map { first.comparison.columns[$0] }
        let types = try types(of: columns.map(\.target), in: first)
        let kinds = zip(columns, types).map { $0.rule == .integer ? "bigint" : $1 }
        let names = reversed.key.indices.map(Self.name)
        try target.execute(
            """
            SET LOCAL client_min_messages = warning;
            DROP TABLE IF EXISTS \(Self.table);
            CREATE TEMPORARY TABLE cutover_back (cutover_n bigint,
                \(zip(names, kinds).map { "\($0) \($1)" }.joined(separator: ", "))) ON COMMIT DROP
            """
        )
        var written: [Bool?] = keys.map { _ in nil }
        var rows: [String] = []
        for (place, key) in keys.enumerated() {
            let texts = zip(key, columns).compactMap { $1.rule.keyText($0) }
            guard texts.count == columns.count else { continue }
            written[place] = false
            let values = [String(place + 1)] + texts.map(TargetConnection.literal)
            rows.append("(\(values.joined(separator: ", ")))")
        }
        if !rows.isEmpty {
            try target.execute(
                "INSERT INTO \(Self.table) VALUES \(rows.joined(separator: ", ")); "
                    + "ANALYZE \(Self.table)"
            )
        }
        let isSame = zip(names, kinds).enumerated()
            .map { "l.key[\($0 + 1)]::\($1.1) = k.\($1.0)" }.joined(separator: " AND ")
        let found = try target.query(
            """
            SELECT DISTINCT k.cutover_n FROM \(Self.table) k JOIN cutover.reverse_log l ON \(isSame)
            WHERE l.run_id = $1 AND l.table_name = ANY ($2::text[]) AND l.key IS NOT NULL
            """,
            [.text(run), .text(self.names)]
        ).rows
        for row in found {
            if let number = row[0].flatMap({ Int($0) }), written.indices.contains(number - 1) {
                written[number - 1] = true
            }
        }
        // An entry that names no row stands for all of them.
        guard try entries().isWhole else { return written }
        return written.map { $0 == nil ? nil : true }
    }

    private func types(
        of columns: [String],
        in part: ReversedTable.Part
    ) throws(TargetError) -> [String] {
        let rows = try target.query(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
            WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
            """,
            [.text(part.comparison.qualifiedName)]
        ).rows
        let types = Dictionary(rows.map { ($0[0] ?? "", $0[1] ?? "text") }) { first, _ in first }
        return columns.map { types[$0] ?? "text" }
    }

    // MARK: - Reading

    /// Columns in front of a part's own: the number, whether the row is there, and the key.
    var width: Int { 2 + reversed.key.count }

    /// Opens the rows of a part that belong to the keys, those that are gone included.
    ///
    /// - Parameter part: The part.
    /// - Returns: The rows in the order of their numbers.
    /// - Throws: ``TargetError``.
    func open(_ part: ReversedTable.Part) throws(TargetError) -> ReverseStream {
        let quote = TargetConnection.quote
        let columns = part.comparison.columns
        let keys = part.key.enumerated().map { place, column in
            columns[column].rule.selected("k.\(Self.name(place))")
        }
        let own = columns.map { $0.rule.selected("p.\(quote($0.target))") }
        let match = part.key.enumerated().map { place, column in
            "p.\(quote(columns[column].target)) = k.\(Self.name(place))"
        }
        let selected = ["k.cutover_n", "p.tableoid IS NOT NULL"] + keys + own
        return try ReverseStream(
            target,
            """
            SELECT \(selected.joined(separator: ", ")) FROM \(Self.table) k
            LEFT JOIN \(part.comparison.qualifiedName) p ON \(match.joined(separator: " AND "))
            ORDER BY k.cutover_n
            """,
            [.integer, .boolean] + part.key.map { columns[$0].rule } + columns.map(\.rule)
        )
    }

    /// Opens the keys alone.
    ///
    /// - Returns: Numbers and keys.
    /// - Throws: ``TargetError``.
    func openKeys() throws(TargetError) -> ReverseStream {
        let part = reversed.parts[0]
        let rules = part.key.map { part.comparison.columns[$0].rule }
        let keys = rules.enumerated().map { $1.selected(Self.name($0)) }
        return try ReverseStream(
            target,
            "SELECT \((["cutover_n"] + keys).joined(separator: ", ")) FROM \(Self.table)",
            [.integer] + rules
        )
    }
}

extension EqualityRule {
    /// A key of the source as text that PostgreSQL reads as the same value.
    ///
    /// - Parameter value: The key.
    /// - Returns: The text; nil for a value that a column of this kind cannot have.
    fileprivate func keyText(_ value: SourceValue) -> String? {
        switch (self, value) {
        case (.integer, .integer(let number)), (.double, .integer(let number)): String(number)
        case (.double, .real(let number)): "\(number)"
        case (.boolean, .integer(let number)) where number == 0 || number == 1:
            number == 1 ? "true" : "false"
        case (.text, .text(let bytes)) where !bytes.contains(0):
            String(validating: bytes, as: UTF8.self)
        case (.bytes, .blob(let bytes)): "\\x" + bytes.hexadecimal
        default: nil
        }
    }
}
