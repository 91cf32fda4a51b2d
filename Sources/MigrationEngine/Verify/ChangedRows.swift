/// Compares the rows that the log names, cell by cell, by the same rules as a full verification.
///
/// Both sides must stand at the same moment: the source in a transaction, or closed to writers;
/// the target at the position of that moment.
final class ChangedRows {
    /// What a comparison found.
    struct Findings {
        /// Keys that were compared.
        var keys = 0
        /// Tables that differ.
        var different: [VerifyReport.Table] = []
    }

    private let source: SourceConnection
    private let target: TargetConnection
    private let run: String
    private let tables: [Int64: FollowedTable]
    private let comparisons: [String: TableComparison]
    private let keyTables: KeyTables
    private let width: Int
    private let cancellation: Cancellation

    init(
        _ source: SourceConnection,
        _ target: TargetConnection,
        run: String,
        schema: String,
        _ capture: Capture,
        _ tables: [Int64: FollowedTable],
        _ cancellation: Cancellation
    ) throws {
        self.source = source
        self.target = target
        self.run = run
        self.tables = tables
        self.cancellation = cancellation
        width = capture.width
        keyTables = KeyTables(target)
        let names = try NameMap(target, run: run)
        let present = try TargetCatalog(target, schema: schema)
        let isUTF16 = source.encoding != .utf8
        let compared = try CatalogReader.read(source).migratedTables.map { table in
            TableComparison(table, isUTF16: isUTF16, names, present, schema: schema)
        }
        comparisons = Dictionary(compared.map { ($0.source.name, $0) }) { first, _ in first }
    }

    /// Prepares to compare what a session has followed.
    ///
    /// - Parameter session: The session.
    /// - Throws: ``SourceError``, ``TargetError`` or ``MigrationError``.
    convenience init(of session: FollowSession) throws {
        try self.init(
            session.source,
            session.target,
            run: session.run.id,
            schema: session.options.schema,
            session.capture,
            FollowedTable.all(
                session.capture,
                run: session.run.id,
                session.source,
                session.target
            ),
            session.cancellation
        )
    }

    /// Whether a piece of the log names a table whose rows can only be compared all at once.
    ///
    /// - Parameters:
    ///   - first: The change in front of the first.
    ///   - last: The last change.
    /// - Returns: Whether one does.
    /// - Throws: ``SourceError``.
    func namesWholeTable(after first: Int64, through last: Int64) throws(SourceError) -> Bool {
        try changed(first, last).contains { $0.table.isWhole }
    }

    /// Whether it reads a connection, which is another one when the server was lost meanwhile.
    func reads(_ connection: TargetConnection) -> Bool { target === connection }

    /// Compares the rows of a piece of the log.
    ///
    /// - Parameters:
    ///   - first: The change in front of the first.
    ///   - last: The last change.
    /// - Returns: What was found.
    /// - Throws: ``TableVerifier/Failure``, ``SourceError`` or ``TargetError``.
    func compare(after first: Int64, through last: Int64) throws -> Findings {
        var findings = Findings()
        guard last > first else { return findings }
        let quarantine = try QuarantinedRows.read(run, target)
        for (table, count) in try changed(first, last) {
            findings.keys += count
            for plan in table.plans {
                let name = plan.plan.table.sourceName
                guard var comparison = comparisons[name] else { continue }
                let rows = quarantine[name] ?? QuarantinedRows()
                try target.execute("BEGIN")
                defer {
                    // Nothing is written but the keys, which go with the transaction.
                    try? target.execute("ROLLBACK")
                    keyTables.rolledBack()
                }
                // Rows with chosen values may have another key in the target.
                if !table.isWhole, rows.edits.isEmpty {
                    let keys = try keys(of: table, plan, first, last)
                    // A row with NULL in its key is found by no key: then all rows are compared.
                    if !keys.hasNull {
                        try keyTables.fill(keys.encoded.bytes, of: plan)
                        comparison.scope = scope(of: table, plan, comparison, first, last)
                    }
                }
                let found = try TableVerifier(
                    source: source,
                    target: target,
                    cancellation: cancellation,
                    samples: 20
                ) { _ in
                }.verify(comparison, quarantine: rows)
                if found.status != .equal { findings.different.append(found) }
            }
        }
        return findings
    }

    /// The tables that a piece of the log names, with the number of keys.
    private func changed(
        _ first: Int64,
        _ last: Int64
    ) throws(SourceError) -> [(table: FollowedTable, keys: Int)] {
        let keys = (1...width).map { "k\($0)" }.joined(separator: ", ")
        var found: [(FollowedTable, Int)] = []
        try source.query(
            """
            SELECT t, count(*) FROM (SELECT DISTINCT t, \(keys) FROM _cutover_log
                WHERE seq > ? AND seq <= ?) GROUP BY t
            """,
            [.integer(first), .integer(last)]
        ) { row in
            if let table = tables[row.integer(0)] { found.append((table, Int(row.integer(1)))) }
        }
        return found
    }

    private func logged(_ table: FollowedTable, _ first: Int64, _ last: Int64) -> String {
        let keys = table.captured.key.indices.map { "k\($0 + 1)" }.joined(separator: ", ")
        return "SELECT \(keys) FROM _cutover_log WHERE t = \(table.captured.number) "
            + "AND seq > \(first) AND seq <= \(last)"
    }

    private func keys(
        of table: FollowedTable,
        _ plan: FollowedTable.KeyedPlan,
        _ first: Int64,
        _ last: Int64
    ) throws(SourceError) -> (encoded: ByteBuffer, hasNull: Bool) {
        let encoded = ByteBuffer(capacity: 1 << 12)
        var hasNull = false
        try source.query("SELECT DISTINCT * FROM (\(logged(table, first, last)))") { row in
            // A key that the target's columns cannot hold is in no row there.
            _ = plan.keyEncoder.append(row, from: 0, to: encoded)
            hasNull =
                hasNull || table.captured.key.indices.contains { row.storageClass($0) == .null }
        }
        return (encoded, hasNull)
    }

    private func scope(
        of table: FollowedTable,
        _ plan: FollowedTable.KeyedPlan,
        _ comparison: TableComparison,
        _ first: Int64,
        _ last: Int64
    ) -> TableComparison.Scope {
        let quote = SourceConnection.quote
        // The index serves a comparison by the column's own collation only.
        let isPlain = { (name: String) in
            let collation = comparison.source.column(name)?.collation?.uppercased()
            return collation == nil || collation == "BINARY"
        }
        let columns = table.captured.key.map { name in
            isPlain(name) ? quote(name) : "\(quote(name)) COLLATE BINARY"
        }
        let targets = plan.keyColumns.map(TargetConnection.quote).joined(separator: ", ")
        return TableComparison.Scope(
            source: "(\(columns.joined(separator: ", "))) IN (\(logged(table, first, last)))",
            target: "(\(targets)) IN (SELECT \(targets) FROM \(plan.keyTable))"
        )
    }
}
