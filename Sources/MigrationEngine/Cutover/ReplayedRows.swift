/// Compares the rows that were written on PostgreSQL, cell by cell, after they came back: by the
/// same rules as a full verification, on the rows that ``ReverseCapture`` has logged.
///
/// Both sides must be closed to the application. A column of which the target has what an
/// expression reads is left out: nothing came back into it.
struct ReplayedRows {
    private static let keys = "_cutover_back"

    private let source: SourceConnection
    private let target: TargetConnection
    private let run: String
    private let cancellation: Cancellation

    init(
        _ source: SourceConnection,
        _ target: TargetConnection,
        run: String,
        _ cancellation: Cancellation
    ) {
        self.source = source
        self.target = target
        self.run = run
        self.cancellation = cancellation
    }

    /// Compares.
    ///
    /// - Returns: What was found.
    /// - Throws: ``TableVerifier/Failure``, ``SourceError`` or ``TargetError``.
    func compare() throws -> ChangedRows.Findings {
        var findings = ChangedRows.Findings()
        let quarantine = try QuarantinedRows.read(run, target)
        for table in try ReversedTable.all(of: run, source, target) {
            let keys = ReverseKeys(target, run: run, table)
            let entries = try keys.entries()
            guard entries.count > 0 else { continue }
            try target.execute("BEGIN")
            // Nothing is written but the keys, which go with the transaction.
            defer { try? target.execute("ROLLBACK") }
            let isWhole =
                entries.isWhole || table.key.isEmpty
                || table.parts.contains { !(quarantine[$0.source.name]?.edits.isEmpty ?? true) }
            let scope = try isWhole ? nil : scope(table, keys, &findings.keys)
            if scope == nil { findings.keys += entries.count }
            for part in table.parts {
                var comparison = part.comparison.withoutExpressions()
                comparison.scope = scope.map { scope in
                    let columns = part.key.map {
                        TargetConnection.quote(part.comparison.columns[$0].target)
                    }
                    return TableComparison.Scope(
                        source: scope,
                        target: "(\(columns.joined(separator: ", "))) IN "
                            + "(SELECT \(keys.columns) FROM \(ReverseKeys.table))"
                    )
                }
                let found = try TableVerifier(
                    source: source,
                    target: target,
                    cancellation: cancellation,
                    samples: 20
                ) { _ in
                }.verify(
                    comparison,
                    quarantine: quarantine[part.source.name] ?? QuarantinedRows()
                )
                if found.status != .equal { findings.different.append(found) }
            }
        }
        return findings
    }

    /// Takes the keys over to the source's side.
    ///
    /// - Returns: The condition on the source's rows; nil when no index finds them.
    private func scope(
        _ table: ReversedTable,
        _ keys: ReverseKeys,
        _ count: inout Int
    ) throws -> String? {
        try keys.fill(isWhole: false)
        let marks = table.key.map { _ in "?" }.joined(separator: ", ")
        let names = table.key.indices.map { "k\($0)" }.joined(separator: ", ")
        try source.execute(
            "DROP TABLE IF EXISTS temp.\(Self.keys); CREATE TEMP TABLE \(Self.keys) (\(names))"
        )
        let insert = try source.prepare("INSERT INTO temp.\(Self.keys) VALUES (\(marks))")
        var (found, isDirect) = (0, true)
        var stream = try keys.openKeys()
        let part = table.parts[0]
        let isConverted = part.key.contains { part.columns[$0].reading != nil }
        while try stream.next() {
            let values = (1...table.key.count).compactMap { stream.value($0).asKey }
            isDirect = isDirect && !isConverted && values.count == table.key.count
            if isDirect { try insert.run(values) }
            found += 1
        }
        guard isDirect else { return nil }
        count += found
        let columns = table.key.map { name in
            let collation = part.source.column(name)?.collation?.uppercased()
            let isPlain = collation == nil || collation == "BINARY"
            return SourceConnection.quote(name) + (isPlain ? "" : " COLLATE BINARY")
        }
        return "(\(columns.joined(separator: ", "))) IN (SELECT \(names) FROM temp.\(Self.keys))"
    }
}
