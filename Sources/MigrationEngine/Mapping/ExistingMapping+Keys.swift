/// The keys and rights of a matched table.
extension ExistingMapping {
    /// Notes what the user may not do with a table, and it needs.
    mutating func requireRights(_ table: ExistingCatalog.Table) {
        if !table.isWritable {
            missingRights.append("SELECT and INSERT on \"\(table.name)\"")
        } else if !table.isOwned, !table.actors.isEmpty || !table.foreignKeys.isEmpty {
            missingRights.append(
                "ownership of \"\(table.name)\", whose triggers and foreign keys must rest while "
                    + "rows are copied"
            )
        }
        if table.isPartitioned, !table.foreignKeys.isEmpty {
            refuse(
                table.name,
                nil,
                "table \"\(table.name)\" is partitioned and has foreign keys, which cannot be put "
                    + "back without looking at all rows at once"
            )
        }
    }

    /// A matched table as the rest of the run knows it.
    func targetTable(
        _ table: Catalog.Table,
        _ found: ExistingCatalog.Table,
        _ columns: [TargetColumn]
    ) -> TargetTable {
        let qualified = TargetName.qualified(found.name, target.schema)
        return TargetTable(
            sourceName: table.name,
            name: found.name,
            columns: columns,
            primaryKey: found.primaryKey,
            identity: nil,
            sequenceFloor: table.sequence,
            create: TargetSchema.Statement(
                object: "table \(found.name)",
                sql: "-- table \(qualified) stands already"
            ),
            keys: [],
            indexes: [],
            checks: [],
            foreignKeys: found.foreignKeys.map { key in
                TargetTable.ForeignKey(
                    statement: TargetSchema.Statement(
                        object: "foreign key \(key.name)",
                        sql: "ALTER TABLE \(qualified) ADD CONSTRAINT "
                            + "\(TargetName.quote(key.name)) \(key.definition)"
                    ),
                    columns: key.columns,
                    parentTable: key.parentTable,
                    parentColumns: key.parentColumns,
                    parentSchema: key.parentSchema
                )
            }
        )
    }

    /// What the source promises of its rows and the target does not, or the other way round.
    mutating func compareKeys(_ table: Catalog.Table, _ found: ExistingCatalog.Table) {
        let names = Dictionary(
            table.columns.map { column in
                (
                    column.name.foldedName,
                    NameMatch.find(
                        rules.column(column.name, of: table.name)?.rename ?? column.name,
                        in: found.columns,
                        by: \.name
                    )?.name ?? column.name
                )
            }
        ) { first, _ in first }
        func twins(_ columns: [String]) -> [String] { columns.map { names[$0.foldedName] ?? $0 } }
        let own =
            [table.primaryKey.compactMap(\.name)]
            + table.uniques.map { $0.columns.compactMap(\.name) }
        for columns in own where !columns.isEmpty {
            let text = "UNIQUE (\(columns.joined(separator: ", ")))"
            let isThere = found.uniques.contains(NameSet(twins(columns)))
            decide(
                table.name,
                "unique",
                text,
                isThere ? text : "",
                isThere ? .kept : .dropped,
                isThere ? "the target enforces it" : "the application's migrations made no such key"
            )
        }
        for key in table.foreignKeys {
            let text = "FOREIGN KEY (\(key.columns.joined(separator: ", "))) → \(key.parentTable)"
            let isThere = found.foreignKeys.contains { $0.columns == twins(key.columns) }
            decide(
                table.name,
                "foreign key",
                text,
                isThere ? text : "",
                isThere ? .kept : .dropped,
                isThere
                    ? "rests while rows are copied, and is checked at the end"
                    : "the application's migrations made no such key"
            )
        }
        for actor in found.actors {
            decide(
                table.name,
                actor.object,
                "",
                actor.object,
                .kept,
                "rests while rows are copied: it is not for rows that the application wrote before"
            )
        }
    }
}

extension ExistingMapping {
    /// The same tables in another schema, for a dry run into copies of them.
    ///
    /// - Parameter schema: The schema that holds the copies.
    /// - Returns: The mapping; foreign keys between matched tables stay between the copies.
    func placed(in schema: String) -> ExistingMapping {
        var copy = self
        let names = NameSet(target.tables.map(\.name))
        copy.target.schema = schema
        for table in copy.target.tables.indices {
            let child = TargetName.qualified(copy.target.tables[table].name, schema)
            for place in copy.target.tables[table].foreignKeys.indices {
                var key = copy.target.tables[table].foreignKeys[place]
                let home = key.parentSchema ?? target.schema
                let isCopied = home == target.schema && names.contains(key.parentTable)
                key.parentSchema = isCopied ? schema : home
                let parent = TargetName.qualified(key.parentTable, key.parentSchema ?? home)
                let lists = [key.columns, key.parentColumns].map { columns in
                    "(\(columns.map(TargetName.quote).joined(separator: ", ")))"
                }
                // Whether a row has its parent is all that a dry run asks of a foreign key.
                key.statement.sql =
                    "ALTER TABLE \(child) ADD CONSTRAINT dry_run_key_\(place + 1) "
                    + "FOREIGN KEY \(lists[0]) REFERENCES \(parent) \(lists[1])"
                copy.target.tables[table].foreignKeys[place] = key
            }
        }
        return copy
    }
}
