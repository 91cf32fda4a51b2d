/// Rows whose parent is missing, with their keys, foreign key by foreign key.
struct OrphanSearch {
    let catalog: Catalog
    let schema: TargetSchema
    let connection: SourceConnection

    /// Searches a table.
    ///
    /// - Parameter table: The table with the foreign keys.
    /// - Returns: Each of its foreign keys.
    /// - Throws: ``SourceError`` for anything but damage.
    func orphans(of table: Catalog.Table) throws(SourceError) -> [InspectReport.Orphans] {
        guard !table.foreignKeys.isEmpty else { return [] }
        var found: [InspectReport.Orphans] = []
        do throws(SourceError) {
            let counts = try connection.orphans(in: table)
            let hasAny = counts.values.contains { $0 > 0 }
            let rowids = hasAny ? try firstRowids(table) : [:]
            for key in table.foreignKeys {
                let count = counts[key.pragmaID] ?? 0
                let keys = count == 0 ? [] : try keys(of: key, table, rowids[key.pragmaID])
                found.append(report(key, table, count, keys, note(key)))
            }
        } catch {
            guard error.isDamage else { throw error }
            found = table.foreignKeys.map { key in
                report(key, table, 0, [], "not counted: a page of a table is damaged")
            }
        }
        return found
    }

    private func report(
        _ key: Catalog.ForeignKey,
        _ table: Catalog.Table,
        _ count: Int,
        _ keys: [String],
        _ note: String?
    ) -> InspectReport.Orphans {
        InspectReport.Orphans(
            table: table.name,
            references: key.parentTable,
            columns: key.columns,
            rows: count,
            sampleKeys: keys,
            outcome: isCarriedOver(key, table) ? .quarantine : .kept,
            note: note
        )
    }

    private func isCarriedOver(_ key: Catalog.ForeignKey, _ table: Catalog.Table) -> Bool {
        guard let target = schema.tables.first(where: { $0.sourceName.isExactly(table.name) })
        else {
            return false
        }
        let columns = key.columns.map { name in
            target.columns.first { $0.sourceName.foldedName == name.foldedName }?.name
        }
        let parent = catalog.table(key.parentTable)?.name
        return target.foreignKeys.contains { made in
            made.columns.map { ExactName($0) } == columns.map { $0.map { ExactName($0) } }
                && schema.tables.contains {
                    $0.name.isExactly(made.parentTable) && $0.sourceName.isExactly(parent)
                }
        }
    }

    private func firstRowids(_ table: Catalog.Table) throws(SourceError) -> [Int64: [Int64]] {
        do throws(SourceError) {
            return try connection.orphanRowids(in: table, limit: ProblemScan.keyLimit)
        } catch {
            // The pragma refuses a table one of whose keys refers to columns that are not unique.
            guard error.isMistake else { throw error }
            return [:]
        }
    }

    private func keys(
        of key: Catalog.ForeignKey,
        _ table: Catalog.Table,
        _ rowids: [Int64]?
    ) throws(SourceError) -> [String] {
        let query = KeyedQuery(table: table, connection: connection)
        if case .rowid(let name) = RowIdentity(table), let rowids, !rowids.isEmpty {
            let list = rowids.map(String.init).joined(separator: ", ")
            return try query.rows(where: "t.\(SourceConnection.quote(name)) IN (\(list))").keys
        }
        do throws(SourceError) {
            return try query.rows(where: SourceConnection.orphanCondition(key)).keys
        } catch {
            guard error.isMistake else { throw error }
            // There is no parent table: every row with a value is an orphan.
            let known = key.columns.map { "t.\(SourceConnection.quote($0)) IS NOT NULL" }
            return try query.rows(where: known.joined(separator: " AND ")).keys
        }
    }

    private func note(_ key: Catalog.ForeignKey) -> String? {
        guard let parent = catalog.table(key.parentTable) else {
            return "there is no table \(key.parentTable)"
        }
        guard parent.kind == .ordinary else { return "the table \(parent.name) is not migrated" }
        guard key.parentColumns.count == key.columns.count else {
            return "child and parent have different numbers of columns"
        }
        let missing = key.parentColumns.first { parent.column($0) == nil }
        return missing.map { "\(parent.name) has no column \($0)" }
    }
}
