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
