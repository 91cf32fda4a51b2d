/// A table of the source whose writes are logged, and what the log says of each written row.
package struct CapturedTable: Sendable, Equatable {
    /// The number that stands for the table in the log.
    package var number: Int64
    /// The table, as SQLite spells it.
    package var name: String
    /// The columns whose values the log keeps, in this order; empty when the log only says that
    /// the table was written.
    package var key: [String]

    /// Whether a change can only be followed by copying the table anew.
    package var isWhole: Bool { key.isEmpty }

    /// Chooses what the log keeps of a table's rows.
    ///
    /// That is the primary key, else a unique key without NULL, else nothing: a rowid that no
    /// column shows does not reach the target, and VACUUM may change it.
    ///
    /// - Parameters:
    ///   - number: The number of the table in the log.
    ///   - table: The table.
    init(number: Int64, _ table: Catalog.Table) {
        self.number = number
        name = table.storedName
        key = Self.key(of: table)
    }

    /// States a table as the source has recorded it.
    init(number: Int64, name: String, key: [String]) {
        self.number = number
        self.name = name
        self.key = key
    }

    private static func key(of table: Catalog.Table) -> [String] {
        if let alias = table.rowidAlias { return [alias] }
        let primary = table.primaryKey.compactMap(\.name)
        if !primary.isEmpty, primary.count == table.primaryKey.count { return primary }
        let unique = table.uniques.map(\.columns)
        let indexes = table.indexes.filter { $0.isUnique && $0.predicate == nil }.map(\.columns)
        for columns in unique + indexes {
            let names = columns.compactMap(\.name)
            let isKnown = names.allSatisfy { table.column($0)?.isNotNull == true }
            if !names.isEmpty, names.count == columns.count, isKnown { return names }
        }
        return []
    }
}
