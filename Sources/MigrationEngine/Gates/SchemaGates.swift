/// Gates about tables, keys and ids of both sides, read from both catalogs and from no list.
enum SchemaGates {
    static func tables(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let (names, present) = try context.names()
        var missing: [String] = []
        var skipped: [String] = []
        var arrived = 0
        for table in try context.catalog().migratedTables {
            if let reason = names.skipReason(table.name) ?? names.isAside(.source, table.name) {
                skipped.append("\(table.name): \(reason)")
                continue
            }
            guard names.isPlanned(table.name), let columns = present.tables[names.table(table.name)]
            else {
                missing.append(table.name)
                continue
            }
            let there = NameSet(columns.map(\.name))
            missing += lost(of: table, names, there).map { "\(table.name).\($0)" }
            arrived += 1
        }
        for table in try context.catalog().tables {
            if case .unreadable = table.virtualRows { missing.append(table.name) }
        }
        guard missing.isEmpty else {
            return .closed(
                "not in the target: \(GateWords.list(missing))",
                remedy: "begin anew: cutover migrate --live into an empty database; what is left "
                    + "out on purpose needs skip with a reason in the profile"
            )
        }
        return .open(
            "\(GateWords.count(arrived, "table")) in the target"
                + (skipped.isEmpty ? "" : "; left out: \(GateWords.list(skipped, most: 4))")
        )
    }

    /// The columns of a table that hold values and have no place in the target.
    private static func lost(
        of table: Catalog.Table,
        _ names: NameMap,
        _ there: NameSet
    ) -> [String] {
        table.columns.filter { column in
            // What is generated or hidden can be made again.
            guard column.generation == .none else { return false }
            if let record = names.record(column.name, of: table.name) {
                guard record.skip == nil, let target = record.target else { return false }
                return !there.contains(target)
            }
            guard names.isAside(.source, table.name, column: column.name) == nil else {
                return false
            }
            return !there.contains(names.column(column.name, of: table.name))
        }
        .map(\.name)
    }

    static func keys(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let (names, _) = try context.names()
        let rows = try context.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT t.relname, c.relname, i.indisvalid,
                    i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL,
                    (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
                        WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey[:i.indnkeyatts - 1]))
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                    JOIN pg_class t ON t.oid = i.indrelid
                    JOIN pg_namespace n ON n.oid = t.relnamespace
                WHERE n.nspname = $1
                """,
                [.text(context.options.schema)]
            ).rows
        }
        let invalid = rows.filter { $0[2] != "t" }.compactMap { $0[1] }
        guard invalid.isEmpty else {
            return .closed(
                "indexes of the target are not valid: \(GateWords.list(invalid))",
                remedy: "REINDEX INDEX each, or drop it and make it anew",
                for: GateWords.list(invalid)
            )
        }
        var keys: NameTable<[Set<[UInt8]>]> = [:]
        for row in rows where row[3] == "t" {
            keys[row[0] ?? "", default: []].append(
                Set(JSONNames.list(row[4]).map { Array($0.utf8) })
            )
        }
        let without = try context.catalog().migratedTables.filter { table in
            let key = table.primaryKey.compactMap(\.name)
            guard !key.isEmpty, key.count == table.primaryKey.count,
                names.skipReason(table.name) == nil,
                names.isAside(.source, table.name) == nil
            else { return false }
            let kept = key.filter { names.record($0, of: table.name)?.skip == nil }
            guard kept.count == key.count else { return false }
            let wanted = Set(key.map { Array(targetName($0, table, names).utf8) })
            return !(keys[names.table(table.name)] ?? []).contains { $0.isSubset(of: wanted) }
        }
        guard without.isEmpty else {
            return .closed(
                "the target lacks the primary key of \(GateWords.list(without.map(\.name)))",
                remedy: "ALTER TABLE … ADD PRIMARY KEY (…) there; cutover plan --sql shows it",
                for: GateWords.list(without.map(\.name))
            )
        }
        return .open(
            "\(GateWords.count(rows.count, "index", "indexes")) valid, every primary key there"
        )
    }

    private static func targetName(
        _ column: String,
        _ table: Catalog.Table,
        _ names: NameMap
    ) -> String {
        let stored = table.column(column)?.name ?? column
        return names.record(stored, of: table.name)?.target
            ?? names.column(stored, of: table.name)
    }

    static func unseenWrites(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let (names, _) = try context.names()
        let unseen = try context.capture().unseen.filter { names.skipReason($0) == nil }
        guard unseen.isEmpty else {
            return .closed(
                "SQLite allows no triggers on virtual tables, so writes of these are not followed: "
                    + GateWords.list(unseen),
                remedy: "keep everybody from writing them from the copy on, or leave them out by "
                    + "the profile, or fill them anew after the switch",
                for: GateWords.list(unseen)
            )
        }
        return .open("no table that is copied is virtual")
    }

    static func keylessTables(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let whole = try context.capture().tables.filter(\.isWhole).map(\.name)
        guard !whole.isEmpty else { return .open("every table has a key") }
        return .open("each change copies the whole table: \(GateWords.list(whole))")
    }

    static func schemaUnchanged(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        _ = try context.capture()
        let run = try context.run()
        let (changes, fingerprint) = try context.onSource { source throws(SourceError) in
            (
                try Capture.schemaChanges(source),
                try SourceFile.fingerprint(source, path: context.options.source)
            )
        }
        guard changes.isEmpty, fingerprint == run.sourceFingerprint else {
            return .closed(
                changes.isEmpty
                    ? "the source is another one than was captured"
                    : "changed since: \(GateWords.list(changes))",
                remedy: "undo the change, or begin anew: cutover clean, then cutover migrate "
                    + "--live into an empty database"
            )
        }
        return .open("fingerprint \(fingerprint)")
    }
}
