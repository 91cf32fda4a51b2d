/// Problems of whole rows: NULL in a key, and keys that are the same for PostgreSQL alone.
struct RowProblems {
    let table: Catalog.Table
    let target: TargetTable
    let census: TableCensus
    let connection: SourceConnection

    /// Finds them.
    ///
    /// - Returns: The problems.
    /// - Throws: ``SourceError``.
    func found() throws(SourceError) -> [InspectReport.Problem] {
        var problems = try nullsInKey()
        for key in target.keys where key.predicate == nil {
            if let problem = try duplicates(of: key) { problems.append(problem) }
        }
        return problems
    }

    private func census(of name: String) -> ColumnCensus? {
        guard census.columns.count == table.columns.count else { return nil }
        return table.columns.firstIndex { $0.name.foldedName == name.foldedName }
            .map { census.columns[$0] }
    }

    // MARK: - NULL

    private func nullsInKey() throws(SourceError) -> [InspectReport.Problem] {
        let names = table.primaryKey.compactMap(\.name)
        // Where the key stays a PRIMARY KEY, its columns are NOT NULL and judged one by one.
        guard target.primaryKey.isEmpty, names.contains(where: { (census(of: $0)?.nulls ?? 0) > 0 })
        else { return [] }
        let condition = names.map { "t.\(SourceConnection.quote($0)) IS NULL" }
            .joined(separator: " OR ")
        let rows = try KeyedQuery(table: table, connection: connection).rows(where: condition)
        guard rows.count > 0 else { return [] }
        return [
            InspectReport.Problem(
                kind: ProblemKind.nullInKey.rawValue,
                rows: rows.count,
                sampleKeys: rows.keys,
                outcome: .changed,
                reason: "NULL in the primary key, which becomes UNIQUE",
                remedy: ProblemKind.nullInKey.remedy,
                columns: names
            )
        ]
    }

    // MARK: - Duplicates

    private func duplicates(
        of key: TargetTable.UniqueKey
    ) throws(SourceError) -> InspectReport.Problem? {
        let columns = key.expressions.compactMap { expression in
            target.columns.first { TargetName.quote($0.name).isExactly(expression) }
        }
        // Keys over expressions fold as the source's own index does.
        guard columns.count == key.expressions.count, !columns.isEmpty, canRepeat(columns) else {
            return nil
        }
        let rows = try KeyedQuery(table: table, connection: connection)
            .repeated(columns.map(canonical))
        guard rows.count > 0 else { return nil }
        return InspectReport.Problem(
            kind: ProblemKind.duplicateKey.rawValue,
            rows: rows.count,
            sampleKeys: rows.keys,
            outcome: .quarantine,
            reason: "another row has the same key in PostgreSQL",
            remedy: ProblemKind.duplicateKey.remedy,
            columns: columns.map(\.sourceName)
        )
    }

    /// Whether the source lets rows in that have one key in the target.
    private func canRepeat(_ columns: [TargetColumn]) -> Bool {
        let isRespelled = columns.contains { column in
            guard column.type == .timestamp, let found = census(of: column.sourceName) else {
                return false
            }
            // One spelling of each moment is as unique as the moment.
            let plain = [found.shapes[.date] ?? 0, found.shapes[.timestamp] ?? 0]
            return !plain.contains(found.values)
        }
        return isRespelled || !isUniqueInSource(Set(columns.map { $0.sourceName.foldedName }))
    }

    private func isUniqueInSource(_ columns: Set<String>) -> Bool {
        var keys = [table.primaryKey] + table.uniques.map(\.columns)
        keys += table.indexes.filter { $0.isUnique && $0.predicate == nil }.map(\.columns)
        return keys.contains { key in
            let names = key.compactMap { $0.name?.foldedName }
            return !names.isEmpty && names.count == key.count && columns.isSuperset(of: names)
        }
    }

    /// A column in a form in which values are the same exactly when they are to PostgreSQL.
    private func canonical(_ column: TargetColumn) -> String {
        let name = "t.\(SourceConnection.quote(column.sourceName)) COLLATE BINARY"
        guard column.type == .timestamp else { return "(\(name))" }
        // One blank or T, no Z, no zeros at the end of a fraction, seconds always.
        let plain = "replace(rtrim(\(name), 'Z'), 'T', ' ')"
        return """
            (CASE WHEN length(\(plain)) = 10 THEN \(plain) || ' 00:00:00' \
            WHEN length(\(plain)) = 16 THEN \(plain) || ':00' \
            WHEN \(plain) LIKE '%.%' THEN rtrim(rtrim(\(plain), '0'), '.') \
            ELSE \(plain) END)
            """
    }
}
