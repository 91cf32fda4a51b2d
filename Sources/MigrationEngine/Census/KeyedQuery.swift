/// Asks for the keys of rows that a condition picks: how many there are, and the first of them.
struct KeyedQuery {
    let table: Catalog.Table
    let connection: SourceConnection

    /// What a condition picked.
    struct Rows {
        var count: Int
        var keys: [String]
    }

    private var reader: RowReader {
        RowReader(table, columns: table.primaryKey.compactMap(\.name))
    }

    /// The identity's columns, then those of the primary key, each under the table's alias `t`.
    private var selection: String {
        let names = reader.identity.columns + reader.columns.map(\.name)
        return names.isEmpty
            ? "1" : names.map { "t.\(SourceConnection.quote($0))" }.joined(separator: ", ")
    }

    private var order: String {
        let names = reader.identity.columns.map { "t.\(SourceConnection.quote($0))" }
        return names.isEmpty ? "" : " ORDER BY " + names.joined(separator: ", ")
    }

    /// Finds rows.
    ///
    /// - Parameter condition: SQL over the table under the alias `t`.
    /// - Returns: The rows.
    /// - Throws: ``SourceError``.
    func rows(where condition: String) throws(SourceError) -> Rows {
        let from = "FROM \(SourceConnection.quote(table.storedName)) t WHERE \(condition)"
        let count = try connection.integer("SELECT count(*) \(from)") ?? 0
        guard count > 0 else { return Rows(count: 0, keys: []) }
        let reader = reader
        var keys: [String] = []
        let limit = ProblemScan.keyLimit
        try connection.query("SELECT \(selection) \(from)\(order) LIMIT \(limit)") { row in
            keys.append(reader.keyText(of: row))
        }
        return Rows(count: Int(count), keys: keys)
    }

    /// Finds rows that come after another one with the same key.
    ///
    /// - Parameter expressions: The key, as SQL over the table under the alias `t`.
    /// - Returns: The rows.
    /// - Throws: ``SourceError``.
    func repeated(_ expressions: [String]) throws(SourceError) -> Rows {
        let key = expressions.joined(separator: ", ")
        let known = expressions.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let window = "row_number() OVER (PARTITION BY \(key)\(order))"
        let reader = reader
        var rows = Rows(count: 0, keys: [])
        try connection.query(
            """
            SELECT * FROM (
                SELECT \(selection), \(window) AS "_nth"
                FROM \(SourceConnection.quote(table.storedName)) t WHERE \(known)\(order))
            WHERE "_nth" > 1
            """
        ) { row in
            rows.count += 1
            if rows.keys.count < ProblemScan.keyLimit { rows.keys.append(reader.keyText(of: row)) }
        }
        return rows
    }
}
