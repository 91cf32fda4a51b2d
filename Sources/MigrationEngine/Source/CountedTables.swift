import Synchronization

/// The number of tables to be moved, remembered for as long as the schema reads the same.
final class CountedTables: Sendable {
    private struct Count {
        /// What the file says of every table and index, as it stands there.
        var schema: [String?]
        var tables: Int
    }

    private let last = Mutex<Count?>(nil)

    /// Counts the tables that a migration would move.
    ///
    /// - Parameter source: The file.
    /// - Returns: How many.
    /// - Throws: ``SourceError``.
    func tables(in source: SourceConnection) throws(SourceError) -> Int {
        var schema: [String?] = []
        try source.query("SELECT type, name, sql FROM sqlite_schema") { row in
            schema += (0..<3).map { row.text($0) }
        }
        if let known = last.withLock({ $0 }), known.schema == schema { return known.tables }
        let tables = try CatalogReader.read(source).migratedTables.count
        last.withLock { $0 = Count(schema: schema, tables: tables) }
        return tables
    }
}
