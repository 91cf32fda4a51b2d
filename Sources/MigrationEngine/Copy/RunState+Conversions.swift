extension RunState {
    /// What conversions need beside the other tables of schema `cutover`; harmless when it is there.
    static let createConversions = """
        SET LOCAL client_min_messages = warning;
        ALTER TABLE cutover.mapping
            ADD COLUMN IF NOT EXISTS rules jsonb NOT NULL DEFAULT '{}';
        CREATE TABLE IF NOT EXISTS cutover.conversion (
            run_id text NOT NULL REFERENCES cutover.run,
            table_name text NOT NULL,
            column_name text NOT NULL,
            conversion text NOT NULL,
            cells bigint NOT NULL,
            PRIMARY KEY (run_id, table_name, column_name, conversion)
        )
        """

    /// Adds converted cells to those of the run, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - cells: One count a conversion, in the order of the table's columns; below zero for rows
    ///     that leave the table.
    ///   - table: The table.
    ///   - run: The run.
    ///   - connection: The connection whose transaction holds the cells' chunk.
    /// - Throws: ``TargetError``.
    static func count(
        _ cells: [Int],
        of table: TargetTable,
        run: String,
        _ connection: TargetConnection
    ) throws(TargetError) {
        guard cells.contains(where: { $0 != 0 }) else { return }
        let names = table.columns.flatMap { column in
            column.conversions.map { (column.sourceName, $0) }
        }
        let counts = zip(names, cells).map { ($0.0, $0.1, $1) }
        try count(counts, of: table.sourceName, run: run, connection)
    }

    /// Adds converted cells to those of the run, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - counts: The cells of each column and conversion, always in one order, so that two
    ///     threads on one table wait and never block each other.
    ///   - table: The table in the source.
    ///   - run: The run.
    ///   - connection: The connection whose transaction holds the cells.
    /// - Throws: ``TargetError``.
    static func count(
        _ counts: [(column: String, conversion: Conversion, cells: Int)],
        of table: String,
        run: String,
        _ connection: TargetConnection
    ) throws(TargetError) {
        for count in counts where count.cells != 0 {
            try connection.query(
                """
                INSERT INTO cutover.conversion AS c (run_id, table_name, column_name, conversion,
                    cells) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (run_id, table_name, column_name, conversion)
                    DO UPDATE SET cells = c.cells + excluded.cells
                """,
                [
                    .text(run), .text(table), .text(count.column),
                    .text(count.conversion.rawValue), .integer(count.cells),
                ]
            )
        }
    }

    /// The converted cells of a run.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - connection: A connection to the target.
    /// - Returns: A count for each table, column and conversion.
    /// - Throws: ``TargetError``.
    static func conversions(
        of run: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> [ConversionCount] {
        try connection.query(
            """
            SELECT table_name, column_name, conversion, cells FROM cutover.conversion
            WHERE run_id = $1 ORDER BY table_name COLLATE "C", column_name COLLATE "C", conversion
            """,
            [.text(run)]
        ).rows.map { row in
            ConversionCount(
                table: row[0] ?? "",
                column: row[1] ?? "",
                conversion: row[2] ?? "",
                cells: Int(row[3] ?? "") ?? 0
            )
        }
    }

    /// The records of a run's tables, by table; those of an earlier version are left out.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - connection: A connection to the target.
    /// - Returns: The records.
    /// - Throws: ``TargetError``.
    static func records(
        of run: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> NameTable<MappingRecord> {
        // Through the row as JSON, because earlier versions made the table without the column.
        let rows = try connection.query(
            "SELECT table_name, to_jsonb(m) -> 'rules' FROM cutover.mapping m WHERE run_id = $1",
            [.text(run)]
        ).rows
        var records: NameTable<MappingRecord> = [:]
        for row in rows { records[row[0] ?? ""] = row[1].flatMap { MappingRecord(json: $0) } }
        return records
    }
}
