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
        guard !hasUnknownConflicts(table) else { return [] }
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

    /// Whether a row can replace another one by a unique key whose value no trigger can know before
    /// the write.
    private static func hasUnknownConflicts(_ table: Catalog.Table) -> Bool {
        let isUnread = table.unparsed.contains { text in
            SQLTokenizer.tokens(of: text).contains { $0.isKeyword("UNIQUE") }
        }
        guard !isUnread else { return true }
        let late = lateNames(of: table)
        let ids = idNames(of: table)
        func isLate(_ column: Catalog.KeyColumn) -> Bool {
            if let name = column.name?.foldedName {
                return late.contains(name) && !ids.contains(name)
            }
            return !CaptureTriggers.names(in: column.expression ?? "").isDisjoint(with: late)
        }
        return table.uniques.contains { $0.columns.contains(where: isLate) }
            || table.indexes.contains { index in
                index.isUnique
                    && (index.columns.contains(where: isLate)
                        || !CaptureTriggers.names(in: index.predicate ?? "").isDisjoint(with: late))
            }
    }

    /// The names that a row's id goes by.
    private static func idNames(of table: Catalog.Table) -> Set<String> {
        guard !table.isWithoutRowid else { return [] }
        let hidden = Set(table.columns.map(\.name.foldedName))
        let free = Set(["rowid", "_rowid_", "oid"]).subtracting(hidden)
        return free.union(table.rowidAlias.map { [$0.foldedName] } ?? [])
    }

    /// The columns whose value SQLite does not know yet when a BEFORE INSERT trigger fires: an id
    /// that it will give, which reads as -1, and what is generated from it.
    /// - SeeAlso: <https://www.sqlite.org/lang_createtrigger.html>
    static func lateNames(of table: Catalog.Table) -> Set<String> {
        var late = idNames(of: table)
        guard !late.isEmpty else { return [] }
        while true {
            let generated = table.columns.filter { column in
                guard column.generation != .none, let text = column.generationExpression else {
                    return false
                }
                return !CaptureTriggers.names(in: text).isDisjoint(with: late)
            }
            let grown = late.union(generated.map(\.name.foldedName))
            guard grown != late else { return late }
            late = grown
        }
    }
}
