extension TableDeriver {
    /// Derives the foreign keys.
    ///
    /// - Parameters:
    ///   - parents: All tables of the target, with columns and keys.
    ///   - catalog: What the source contains.
    mutating func deriveForeignKeys(_ parents: [TableDeriver], _ catalog: Catalog) {
        for key in source.foreignKeys {
            let text = Self.text(key)
            do throws(Refusal) {
                try refuseSkipped(key.columns)
                let parent = try Self.parent(of: key, parents, catalog)
                let columns = try parent.matched(key, self)
                let sql = add(key, parent, columns)
                let object = target.foreignKeys.last?.statement.object
                decide("foreign key", text, sql, .kept, Self.reason, object: object)
            } catch {
                decide("foreign key", text, "", .dropped, error.reason)
            }
        }
    }

    private static let reason =
        "PostgreSQL always enforces it, SQLite only where the connection asked for it"

    private static func text(_ key: Catalog.ForeignKey) -> String {
        let columns = key.columns.joined(separator: ", ")
        let parents = key.parentColumns.joined(separator: ", ")
        var text = "FOREIGN KEY (\(columns)) REFERENCES \(key.parentTable) (\(parents))"
        if key.onUpdate != "NO ACTION" { text += " ON UPDATE \(key.onUpdate)" }
        if key.onDelete != "NO ACTION" { text += " ON DELETE \(key.onDelete)" }
        if key.isDeferrable { text += " DEFERRABLE" }
        return text
    }

    private static func parent(
        of key: Catalog.ForeignKey,
        _ parents: [TableDeriver],
        _ catalog: Catalog
    ) throws(Refusal) -> TableDeriver {
        let name = key.parentTable.foldedName
        if let parent = parents.first(where: { $0.source.name.foldedName == name }),
            parent.source.virtualRows == nil
        {
            return parent
        }
        let exists = catalog.tables.contains { $0.name.foldedName == name }
        throw Refusal(
            exists
                ? "the parent \"\(key.parentTable)\" is no table that a key can refer to"
                : "there is no parent table \"\(key.parentTable)\""
        )
    }

    /// Matches a child's columns with this table's.
    ///
    /// - Returns: The parent's columns by target name, in the order of the child's.
    private func matched(
        _ key: Catalog.ForeignKey,
        _ child: TableDeriver
    ) throws(Refusal) -> [String] {
        guard !key.parentColumns.isEmpty else {
            throw Refusal("the parent table \"\(source.name)\" has no primary key")
        }
        guard key.parentColumns.count == key.columns.count else {
            throw Refusal("child and parent have different numbers of columns")
        }
        for (own, other) in zip(key.columns, key.parentColumns) {
            try refuseSkipped([other])
            guard let childColumn = child.columns[own.foldedName],
                let parentColumn = columns[other.foldedName]
            else { throw Refusal("the parent \"\(source.name)\" has no column \"\(other)\"") }
            guard childColumn.type == parentColumn.type else {
                throw Refusal(
                    "\"\(own)\" is \(childColumn.type.sql) and "
                        + "\"\(source.name).\(other)\" is \(parentColumn.type.sql)"
                )
            }
            if let collation = parentColumn.collation, collation.uppercased() != "BINARY" {
                throw Refusal(
                    "SQLite compares it by \(collation), and PostgreSQL would miss such parents"
                )
            }
        }
        let names = targetNames(key.parentColumns)
        guard referableKeys.contains(NameSet(names)) else {
            throw Refusal("the parent's columns are no primary key and not unique")
        }
        return names
    }

    private mutating func add(
        _ key: Catalog.ForeignKey,
        _ parent: TableDeriver,
        _ parentColumns: [String]
    ) -> String {
        let columns = targetNames(key.columns)
        let stem = ([target.name] + columns).joined(separator: "_")
        let name =
            key.name.map { constraints.take($0) } ?? constraints.make(stem, suffix: "_fkey")
        var sql = "ALTER TABLE \(qualifiedName) ADD CONSTRAINT \(TargetName.quote(name)) "
        sql += "FOREIGN KEY (\(columns.map(TargetName.quote).joined(separator: ", "))) "
        sql += "REFERENCES \(parent.qualifiedName) "
        sql += "(\(parentColumns.map(TargetName.quote).joined(separator: ", ")))"
        if key.onUpdate != "NO ACTION" { sql += " ON UPDATE \(key.onUpdate)" }
        if key.onDelete != "NO ACTION" { sql += " ON DELETE \(key.onDelete)" }
        if key.isDeferrable { sql += " DEFERRABLE" }
        if key.isInitiallyDeferred { sql += " INITIALLY DEFERRED" }
        target.foreignKeys.append(
            TargetTable.ForeignKey(
                statement: .init(object: "constraint \(name)", sql: sql),
                columns: columns,
                parentTable: parent.target.name,
                parentColumns: parentColumns
            )
        )
        return sql
    }
}
