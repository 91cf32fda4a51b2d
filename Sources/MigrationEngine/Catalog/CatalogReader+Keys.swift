extension CatalogReader {
    /// One row of `PRAGMA index_list`.
    private struct ListedIndex {
        var name: String
        var isUnique: Bool
        var origin: String
    }

    /// Reads primary key, UNIQUE constraints, indexes and foreign keys of a table.
    ///
    /// - Parameters:
    ///   - table: The table; its columns are read already.
    ///   - entries: The indexes of the file, in order of creation.
    /// - Throws: ``SourceError``.
    func readKeys(_ table: inout Catalog.Table, _ entries: [Entry]) throws(SourceError) {
        let definition = TableDefinition(parsing: table.sql)
        let listed = try indexes(of: table)
        try readPrimaryKey(&table, listed)
        for index in Self.inDeclaredOrder(listed.filter { $0.origin == "u" }) {
            let columns = try keyColumns(of: index.name, table, nil)
            let names = columns.compactMap { $0.name?.foldedName }
            let name = definition.namedUniques.first { $0.columns == names }?.name
            table.uniques.append(Catalog.Unique(name: name, columns: columns))
        }
        for entry in entries where entry.table.foldedName == table.name.foldedName {
            guard
                let index = listed.first(where: {
                    $0.name.isExactly(entry.name) && $0.origin == "c"
                })
            else { continue }
            try readIndex(&table, entry, isUnique: index.isUnique)
        }
        table.foreignKeys = try foreignKeys(of: table, definition)
    }

    private func indexes(of table: Catalog.Table) throws(SourceError) -> [ListedIndex] {
        var listed: [ListedIndex] = []
        let pragma = "PRAGMA main.index_list(\(SourceConnection.quote(table.name)))"
        // columns: seq, name, unique, origin, partial
        try connection.query(pragma) { row throws(SourceError) in
            listed.append(
                ListedIndex(
                    name: row.text(1) ?? "",
                    isUnique: row.integer(2) != 0,
                    origin: row.text(3) ?? ""
                )
            )
        }
        return listed
    }

    /// Sorts constraints' indexes by the number at the end of `sqlite_autoindex_orders_2`.
    private static func inDeclaredOrder(_ indexes: [ListedIndex]) -> [ListedIndex] {
        indexes.map { index in
            (number: Int(index.name.split(separator: "_").last ?? "") ?? 0, index: index)
        }
        .sorted { $0.number < $1.number }
        .map(\.index)
    }

    private func readPrimaryKey(
        _ table: inout Catalog.Table,
        _ listed: [ListedIndex]
    ) throws(SourceError) {
        if let index = listed.first(where: { $0.origin == "pk" }) {
            let ordered = try keyColumns(of: index.name, table, nil)
            // The pragma repeats no column, so it knows less than `PRIMARY KEY (a, a)` only.
            if ordered.compactMap(\.name).count >= table.primaryKey.count {
                table.primaryKey = ordered
            }
        } else if !table.isWithoutRowid, table.primaryKey.count == 1 {
            // A primary key that needs no index is the rowid itself.
            table.rowidAlias = table.primaryKey.first?.name
        }
    }

    private func readIndex(
        _ table: inout Catalog.Table,
        _ entry: Entry,
        isUnique: Bool
    ) throws(SourceError) {
        let definition = IndexDefinition(parsing: entry.sql)
        guard let definition else {
            table.unparsed.append(entry.sql)
            return
        }
        table.indexes.append(
            Catalog.Index(
                name: entry.name,
                columns: try keyColumns(of: entry.name, table, definition),
                isUnique: isUnique,
                predicate: definition.predicate,
                sql: entry.sql
            )
        )
    }

    private func keyColumns(
        of index: String,
        _ table: Catalog.Table,
        _ definition: IndexDefinition?
    ) throws(SourceError) -> [Catalog.KeyColumn] {
        var columns: [Catalog.KeyColumn] = []
        let pragma = "PRAGMA main.index_xinfo(\(SourceConnection.quote(index)))"
        // columns: seqno, cid, name, desc, coll, key
        try connection.query(pragma) { row throws(SourceError) in
            guard row.integer(5) != 0 else { return }
            let name = row.text(2)
            var column = Catalog.KeyColumn(name: name, isDescending: row.integer(3) != 0)
            if row.integer(1) == -1 {
                column.name = nil
                column.expression = "rowid"
            } else if name == nil {
                let place = Int(row.integer(0))
                column.expression = definition?.elements.element(at: place) ?? ""
            }
            let own = name.flatMap { table.column($0)?.collation } ?? "BINARY"
            if let collation = row.text(4), collation.foldedName != own.foldedName {
                column.collation = collation
            }
            columns.append(column)
        }
        return columns
    }

    // MARK: - Foreign keys

    private func foreignKeys(
        of table: Catalog.Table,
        _ definition: TableDefinition
    ) throws(SourceError) -> [Catalog.ForeignKey] {
        var keys: [Int64: Catalog.ForeignKey] = [:]
        let pragma = "PRAGMA main.foreign_key_list(\(SourceConnection.quote(table.name)))"
        // columns: id, seq, table, from, to, on_update, on_delete, match
        try connection.query(pragma) { row throws(SourceError) in
            let id = row.integer(0)
            var key =
                keys[id]
                ?? Catalog.ForeignKey(
                    columns: [],
                    parentTable: row.text(2) ?? "",
                    parentColumns: [],
                    onUpdate: row.text(5) ?? "NO ACTION",
                    onDelete: row.text(6) ?? "NO ACTION",
                    isDeferrable: false,
                    isInitiallyDeferred: false,
                    pragmaID: id
                )
            key.columns.append(row.text(3) ?? "")
            if let column = row.text(4) { key.parentColumns.append(column) }
            keys[id] = key
        }
        // The pragma counts from the last one declared.
        var declared = keys.values.sorted { $0.pragmaID > $1.pragmaID }
        guard definition.foreignKeys.count == declared.count else { return declared }
        for (place, said) in definition.foreignKeys.enumerated() {
            declared[place].name = said.name
            declared[place].isDeferrable = said.isDeferrable
            declared[place].isInitiallyDeferred = said.isInitiallyDeferred
        }
        return declared
    }

    /// Fills in the parent's primary key where a foreign key names no parent columns.
    ///
    /// - Parameter catalog: The catalog with all tables.
    func resolveParents(_ catalog: inout Catalog) {
        for table in catalog.tables.indices {
            for key in catalog.tables[table].foreignKeys.indices {
                let foreignKey = catalog.tables[table].foreignKeys[key]
                guard foreignKey.parentColumns.isEmpty else { continue }
                let parent = catalog.tables.first {
                    $0.name.foldedName == foreignKey.parentTable.foldedName
                }
                catalog.tables[table].foreignKeys[key].parentColumns =
                    parent?.primaryKey.compactMap(\.name) ?? []
            }
        }
    }
}

extension Array {
    /// The element at a place, nil when there is no such place.
    ///
    /// - Parameter index: The place.
    /// - Returns: The element.
    func element(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
