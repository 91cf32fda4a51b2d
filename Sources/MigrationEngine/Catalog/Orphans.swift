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
        let known = key.columns.map { "c.\(quote($0)) IS NOT NULL" }
        let match = zip(key.parentColumns, key.columns).map { "p.\(quote($0)) = c.\(quote($1))" }
        return """
            SELECT count(*) FROM \(quote(table.storedName)) c
            WHERE \(known.joined(separator: " AND ")) AND NOT EXISTS (
                SELECT 1 FROM \(quote(key.parentTable)) p
                WHERE \(match.isEmpty ? "true" : match.joined(separator: " AND ")))
            """
    }
}
