extension SourceConnection {
    /// Counts the rows of a table whose parent is missing.
    ///
    /// SQLite refuses to look at a table one of whose foreign keys refers to columns that are not
    /// unique; then each key is looked at by itself.
    ///
    /// - Parameter table: The table with the foreign keys.
    /// - Returns: The number of orphans by the pragmas' id of the key.
    /// - Throws: ``SourceError``.
    package func orphans(in table: Catalog.Table) throws(SourceError) -> [Int64: Int] {
        var orphans: [Int64: Int] = [:]
        do throws(SourceError) {
            try query("PRAGMA foreign_key_check(\(Self.quote(table.storedName)))") { row in
                orphans[row.integer(3), default: 0] += 1
            }
            return orphans
        } catch {
            guard error.isMistake else { throw error }
        }
        orphans = [:]
        for key in table.foreignKeys {
            do throws(SourceError) {
                orphans[key.pragmaID] = Int(try integer(Self.orphanQuery(key, in: table)) ?? 0)
            } catch {
                // The parent's columns are not there: no row says which parent it wants.
                guard error.isMistake else { throw error }
            }
        }
        return orphans
    }

    private static func orphanQuery(_ key: Catalog.ForeignKey, in table: Catalog.Table) -> String {
        "SELECT count(*) FROM \(quote(table.storedName)) t WHERE \(orphanCondition(key))"
    }

    /// The condition by which a row of the alias `t` has no parent.
    ///
    /// - Parameter key: The foreign key.
    /// - Returns: SQL.
    static func orphanCondition(_ key: Catalog.ForeignKey) -> String {
        let known = key.columns.map { "t.\(quote($0)) IS NOT NULL" }
        let match = zip(key.parentColumns, key.columns).map { "p.\(quote($0)) = t.\(quote($1))" }
        return """
            \(known.joined(separator: " AND ")) AND NOT EXISTS (
                SELECT 1 FROM \(quote(key.parentTable)) p
                WHERE \(match.isEmpty ? "true" : match.joined(separator: " AND ")))
            """
    }

    /// Finds the first rows of a table without a parent by their rowids.
    ///
    /// - Parameters:
    ///   - table: The table with the foreign keys.
    ///   - limit: How many of each key.
    /// - Returns: The rowids by the pragmas' id of the key; nothing for a table without rowid.
    /// - Throws: ``SourceError``.
    func orphanRowids(
        in table: Catalog.Table,
        limit: Int
    ) throws(SourceError) -> [Int64: [Int64]] {
        guard !table.isWithoutRowid else { return [:] }
        var rowids: [Int64: [Int64]] = [:]
        try query("PRAGMA foreign_key_check(\(Self.quote(table.storedName)))") { row in
            let key = row.integer(3)
            if rowids[key, default: []].count < limit { rowids[key]?.append(row.integer(1)) }
        }
        return rowids
    }
}
