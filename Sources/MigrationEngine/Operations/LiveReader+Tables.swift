extension LiveReader {
    /// How many characters of a value a page holds.
    package static let shownCharacters = 2_000

    /// Lists the tables of the side.
    ///
    /// - Returns: The tables, without those of the database and of this tool.
    /// - Throws: ``MigrationError``.
    package func tables() throws(MigrationError) -> TablesPage {
        try read("tables") { session throws(LiveFailure) in
            let connection = session.connection
            let tables =
                switch side {
                case .source: try Self.sourceTables(connection)
                case .target: try Self.targetTables(connection, options.schema)
                }
            return TablesPage(side: side, tables: tables)
        }
    }

    /// Reads rows of a table in the order of its key, whatever the size of the table.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - limit: The most rows, 1,000 at most.
    ///   - key: The key of the row before the first; nil for the beginning.
    /// - Returns: One page.
    /// - Throws: ``MigrationError`` of code `usage` when there is no such table.
    package func rows(
        of table: String,
        limit: Int = 200,
        after key: TableKey? = nil
    ) throws(MigrationError) -> TableRowsPage {
        try rows(of: table, limit: limit, at: key.map { .after($0) } ?? .first)
    }

    /// Reads rows of some place in a table, in the order of its key.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - limit: The most rows, 1,000 at most.
    ///   - place: Where in the table.
    /// - Returns: One page with the keys of its rows.
    /// - Throws: ``MigrationError`` of code `usage` when there is no such table.
    package func rows(
        of table: String,
        limit: Int = 200,
        at place: PagePlace<TableKey>
    ) throws(MigrationError) -> TableRowsPage {
        let limit = max(1, min(limit, 1_000))
        return try read("tables") { session throws(LiveFailure) in
            let form = try BrowsedTable(table, session.connection, schema: options.schema)
            // One more than asked for tells whether there is a next page.
            let read = try form.rows(session.connection, limit: limit + 1, at: place)
            let hasMore = read.count > limit
            let rows = place.isBackward ? read.prefix(limit).reversed() : Array(read.prefix(limit))
            var page = TableRowsPage(
                side: side,
                table: table,
                columns: form.columns.map(\.name),
                rows: rows
            )
            page.edges.keys = rows.map(\.key)
            switch place {
            case .first, .after, .from:
                page.nextKey = hasMore ? rows.last?.key : nil
                page.edges.hasMoreBefore = place != .first
            case .before, .last:
                page.nextKey = place == .last ? nil : place.key
                page.edges.hasMoreBefore = hasMore
            }
            return page
        }
    }

    private static func sourceTables(
        _ connection: LiveConnection
    ) throws(LiveFailure) -> [TableEntry] {
        let names = try connection.rows(
            """
            SELECT t.name, t.ncol, t.wr FROM pragma_table_list t
            JOIN sqlite_schema s ON s.name = t.name
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                AND s.type = 'table' AND s.sql NOT LIKE '%\(Catalog.mark)%'
            ORDER BY t.name
            """
        )
        var tables: [TableEntry] = []
        var patience = CountingPatience()
        for row in names {
            guard let name = row[0] else { continue }
            let columns = row[1].flatMap { Int($0) } ?? 0
            let rows = try patience.rows(of: name, hasRowID: row[2] == "0", connection)
            tables.append(TableEntry(name: name, columns: columns, estimatedRows: rows))
        }
        return tables
    }

    private static func targetTables(
        _ connection: LiveConnection,
        _ schema: String
    ) throws(LiveFailure) -> [TableEntry] {
        try connection.rows(
            """
            SELECT c.relname, (SELECT count(*) FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            ORDER BY c.relname
            """,
            [.text(schema)]
        ).compactMap { row in
            guard let name = row[0] else { return nil }
            return TableEntry(
                name: name,
                columns: row[1].flatMap { Int($0) } ?? 0,
                estimatedRows: row[2].flatMap { Int($0) }
            )
        }
    }
}

/// Counts tables for as long as nobody has to wait for it, and estimates the rest.
private struct CountingPatience {
    /// Seconds that are left for the tables with more than a few rows.
    private var left = 0.3

    /// The number of a table's rows, or about how many there are.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - hasRowID: Whether its rows have numbers.
    ///   - connection: The source.
    /// - Returns: The number; nil when it is not known.
    /// - Throws: ``LiveFailure``.
    mutating func rows(
        of table: String,
        hasRowID: Bool,
        _ connection: LiveConnection
    ) throws(LiveFailure) -> Int? {
        let quoted = SourceConnection.quote(table)
        let some = "SELECT count(*) FROM (SELECT 1 FROM \(quoted) LIMIT 10001)"
        let counted = Self.number(try connection.rows(some))
        guard let counted, counted > 10_000 else { return counted }
        if left > 0 {
            let begun = ContinuousClock.now
            defer { left -= (ContinuousClock.now - begun) / .seconds(1) }
            do throws(LiveFailure) {
                return Self.number(
                    try connection.rows("SELECT count(*) FROM \(quoted)", within: left)
                )
            } catch {
                guard error.isTooLate else { throw error }
            }
        }
        guard hasRowID else { return nil }
        // A column may be called rowid; then its values are no estimate, and none may be a number.
        let ids = try? connection.rows("SELECT max(_rowid_) - min(_rowid_) + 1 FROM \(quoted)")
        return ids.flatMap(Self.number)
    }

    private static func number(_ rows: [[String?]]) -> Int? {
        rows.first?.first?.flatMap { $0 }.flatMap { Int($0) }
    }
}

/// How a table is paged through: its columns, and what its rows are ordered by.
private struct BrowsedTable {
    struct Column {
        var name: String
        /// The expression that gives a short text.
        var shown: String
    }

    let name: String
    var columns: [Column] = []
    /// Expressions that are unique together, in the order of an index.
    var order: [String] = []
    /// Writes one of them as a literal.
    let literal: (String) -> String

    init(_ table: String, _ connection: LiveConnection, schema: String) throws(LiveFailure) {
        name = SourceConnection.quote(table)
        let most = LiveReader.shownCharacters
        switch connection.side {
        case .source:
            // quote() ends a text at its first NUL.
            literal = { sql in
                """
                CASE typeof(\(sql)) WHEN 'text' THEN 'CAST(x''' || hex(\(sql)) || ''' AS TEXT)'
                ELSE quote(\(sql)) END
                """
            }
            try readSource(table, connection, most)
        case .target:
            literal = { "quote_literal(\($0)::text)" }
            try readTarget(table, connection, schema, most)
        }
        guard !columns.isEmpty else {
            throw .front(
                MigrationError(
                    .usage,
                    "there is no table \"\(table)\" in the \(connection.side.rawValue)",
                    place: .init("tables", side: connection.side, table: table),
                    remedy: "see the list of tables; names are compared exactly"
                )
            )
        }
    }

    private mutating func readSource(
        _ table: String,
        _ connection: LiveConnection,
        _ most: Int
    ) throws(LiveFailure) {
        let rows = try connection.rows(
            "SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1",
            [.text(table)]
        )
        columns = rows.compactMap { row in
            row[0].map { name in
                let sql = SourceConnection.quote(name)
                // substr() of a text ends at its first NUL.
                return Column(
                    name: name,
                    shown: """
                        CASE typeof(\(sql)) WHEN 'blob'
                        THEN 'x''' || hex(substr(\(sql), 1, \(most / 8))) || ''''
                        WHEN 'text' THEN CASE instr(CAST(\(sql) AS BLOB), x'00')
                            WHEN 0 THEN substr(\(sql), 1, \(most))
                            ELSE CAST(substr(CAST(\(sql) AS BLOB), 1, \(most)) AS TEXT) END
                        ELSE \(sql) END
                        """
                )
            }
        }
        let isWithoutRowID =
            try connection.rows(
                "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?",
                [.text(table)]
            ).first?.first == "1"
        let taken = Set(columns.map { $0.name.lowercased() })
        let rowID = ["rowid", "_rowid_", "oid"].first { !taken.contains($0) }
        if !isWithoutRowID, let rowID {
            order = [rowID]
        } else {
            let key = rows.filter { ($0[1].flatMap { Int($0) } ?? 0) > 0 }
                .sorted { (Int($0[1] ?? "") ?? 0) < (Int($1[1] ?? "") ?? 0) }
            order = key.compactMap { $0[0].map { SourceConnection.quote($0) } }
        }
    }

    private mutating func readTarget(
        _ table: String,
        _ connection: LiveConnection,
        _ schema: String,
        _ most: Int
    ) throws(LiveFailure) {
        let rows = try connection.rows(
            """
            SELECT a.attname, a.atttypid = 'bytea'::regtype, array_position(i.indkey::int2[], a.attnum)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
            LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
                AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            [.text(schema), .text(table)]
        )
        columns = rows.compactMap { row in
            row[0].map { name in
                let sql = SourceConnection.quote(name)
                let bytes = "'x''' || encode(substring(\(sql), 1, \(most / 8)), 'hex') || ''''"
                let text = "left(\(sql)::text, \(most))"
                return Column(name: name, shown: row[1] == "t" ? bytes : text)
            }
        }
        let key = rows.filter { $0[2] != nil }
            .sorted { (Int($0[2] ?? "") ?? 0) < (Int($1[2] ?? "") ?? 0) }
        order = key.compactMap { $0[0].map { SourceConnection.quote($0) } }
        if order.isEmpty { order = ["ctid"] }
    }

    func rows(
        _ connection: LiveConnection,
        limit: Int,
        at place: PagePlace<TableKey>
    ) throws(LiveFailure) -> [TableRowsPage.Row] {
        guard !order.isEmpty else { return try unkeyedRows(connection, limit: limit, at: place) }
        let by = order.joined(separator: ", ")
        var condition = ""
        if let key = place.key, key.literals.count == order.count {
            // The database wrote these literals itself.
            let values = zip(order, key.literals).map { column, literal in
                column == "ctid" ? "\(literal)::tid" : literal
            }
            let sign = (place.isBackward ? "<" : ">") + (place.includesKey ? "=" : "")
            condition = "WHERE (\(by)) \(sign) (\(values.joined(separator: ", ")))"
        }
        let selected = (order.map(literal) + columns.map(\.shown)).joined(separator: ", ")
        let sorted = order.map { place.isBackward ? "\($0) DESC" : $0 }.joined(separator: ", ")
        let rows = try connection.rows(
            "SELECT \(selected) FROM \(name) \(condition) ORDER BY \(sorted) LIMIT \(limit)"
        )
        return rows.map { row in
            TableRowsPage.Row(
                key: TableKey(literals: row.prefix(order.count).map { $0 ?? "NULL" }),
                values: Array(row.dropFirst(order.count))
            )
        }
    }

    /// Rows of a table whose columns have taken every name of the row's id: by their number.
    private func unkeyedRows(
        _ connection: LiveConnection,
        limit: Int,
        at place: PagePlace<TableKey>
    ) throws(LiveFailure) -> [TableRowsPage.Row] {
        let given = place.key?.literals.first.flatMap { Int($0) } ?? 0
        let range: Range<Int>
        switch place {
        case .first: range = 0..<limit
        case .after: range = given..<(given + limit)
        case .from: range = max(0, given - 1)..<(max(0, given - 1) + limit)
        case .before: range = max(0, given - 1 - limit)..<max(0, given - 1)
        case .last:
            let counted = try connection.rows("SELECT count(*) FROM \(name)").first?.first
            let count = counted.flatMap { $0 }.flatMap { Int($0) } ?? 0
            range = max(0, count - limit)..<count
        }
        let selected = columns.map(\.shown).joined(separator: ", ")
        let rows = try connection.rows(
            "SELECT \(selected) FROM \(name) LIMIT \(range.count) OFFSET \(range.lowerBound)"
        )
        let numbered = rows.enumerated().map { number, row in
            TableRowsPage.Row(
                key: TableKey(literals: ["\(range.lowerBound + number + 1)"]),
                values: row
            )
        }
        return place.isBackward ? numbered.reversed() : numbered
    }
}
