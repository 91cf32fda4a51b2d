/// A table of the source that rows come back into, and the tables of the target that hold them.
struct ReversedTable {
    /// As SQLite knows it.
    let name: String
    /// The tables of the target; more than one when it is too wide for one.
    let parts: [Part]
    /// The columns of the source by which rows are logged; empty when they have no such key.
    let key: [String]
    /// The columns that find one row of the source, and never change.
    let handle: [String]
    /// Whether the handle is the rowid.
    let hasRowid: Bool
    /// All columns that are stored, in the source's order.
    let stored: [String]
    /// Columns of unique keys, folded; nil when a change of any column may touch one.
    let unique: Set<String>?
    /// Whether SQLite keeps the highest id ever issued.
    let isAutoincrement: Bool

    /// A table of the target.
    struct Part {
        let source: Catalog.Table
        let comparison: TableComparison
        let columns: [Column]
        /// The places of the key's columns.
        let key: [Int]
    }

    /// A column of both sides.
    struct Column {
        let source: Catalog.Column
        let rule: EqualityRule
        let reading: ConvertedReading?
        let conversions: [Conversion]
        /// Whether the run has read an expression in its place.
        let isExpression: Bool
        /// Whether values of the target are written into it.
        let isWritten: Bool

        var name: String { source.name }
    }

    /// Describes every table that a run has copied.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - source: A connection to the source.
    ///   - target: A connection to the target.
    /// - Returns: The tables, in the order of the source.
    /// - Throws: ``SourceError`` or ``TargetError``.
    static func all(
        of run: String,
        _ source: SourceConnection,
        _ target: TargetConnection
    ) throws -> [ReversedTable] {
        let schema =
            try target.query(
                "SELECT schema_name FROM cutover.run WHERE run_id = $1",
                [.text(run)]
            ).first ?? "public"
        let names = try NameMap(target, run: run)
        let present = try TargetCatalog(target, schema: schema)
        let keys = try loggedKeys(run, target)
        let isUTF16 = source.encoding != .utf8
        var order: [String] = []
        var parts: [String: [Part]] = [:]
        for table in try CatalogReader.read(source).migratedTables
        where names.isPlanned(table.name) && names.skipReason(table.name) == nil {
            let comparison = TableComparison(
                table,
                isUTF16: isUTF16,
                names,
                present,
                schema: schema
            )
            guard present.tables[comparison.targetName] != nil else { continue }
            if parts[table.storedName] == nil { order.append(table.storedName) }
            parts[table.storedName, default: []].append(
                Part(table, comparison, names, keys[table.name] ?? [])
            )
        }
        return order.compactMap { name in parts[name].map { ReversedTable(name, $0) } }
    }

    /// The keys that the triggers were told to log, by table of the mapping.
    private static func loggedKeys(
        _ run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [String: [String]] {
        let rows = try target.query(
            """
            SELECT t.table_name, k.name FROM cutover.reverse_table t
                CROSS JOIN LATERAL unnest(t.key) WITH ORDINALITY AS k(name, place)
            WHERE t.run_id = $1 ORDER BY t.table_name, k.place
            """,
            [.text(run)]
        ).rows
        return Dictionary(grouping: rows) { $0[0] ?? "" }
            .mapValues { $0.map { $0[1] ?? "" } }
    }

    private init(_ name: String, _ parts: [Part]) {
        let first = parts[0].source
        self.name = name
        self.parts = parts
        let keys = Set(parts.map { part in part.key.map { part.columns[$0].name.foldedName } })
        let key = parts[0].key.map { parts[0].columns[$0].name }
        self.key = keys.count == 1 && Self.isUnique(key, first) ? key : []
        switch RowIdentity(first) {
        case .rowid(let name): (handle, hasRowid) = ([name], true)
        case .key(let names): (handle, hasRowid) = (names, false)
        case .none: (handle, hasRowid) = (first.primaryKey.compactMap(\.name), false)
        }
        var seen: Set<String> = []
        stored = parts.flatMap(\.source.columns)
            .filter { $0.generation == .none && seen.insert($0.name.foldedName).inserted }
            .map(\.name)
        unique = Self.unique(parts)
        isAutoincrement = first.isAutoincrement
    }

    /// Whether the source itself tells rows apart by some columns.
    private static func isUnique(_ key: [String], _ table: Catalog.Table) -> Bool {
        let names = key.map(\.foldedName)
        guard !names.isEmpty else { return false }
        if let alias = table.rowidAlias, names == [alias.foldedName] { return true }
        let keys =
            [table.primaryKey] + table.uniques.map(\.columns)
            + table.indexes.filter { $0.isUnique && $0.predicate == nil }.map(\.columns)
        return keys.contains { key in
            !key.isEmpty && Set(key.map { $0.name?.foldedName }) == Set(names)
        }
    }

    private static func unique(_ parts: [Part]) -> Set<String>? {
        let keys = parts.flatMap { part in
            [part.source.primaryKey] + part.source.uniques.map(\.columns)
                + part.source.indexes.filter(\.isUnique).map(\.columns)
        }
        let indexes = parts.flatMap(\.source.indexes).filter(\.isUnique)
        let generated = Set(
            parts.flatMap(\.source.columns).filter { $0.generation != .none }
                .map(\.name.foldedName)
        )
        var columns = Set(parts.compactMap(\.source.rowidAlias?.foldedName))
        for column in keys.joined() {
            guard let name = column.name?.foldedName, !generated.contains(name) else { return nil }
            columns.insert(name)
        }
        return indexes.contains { $0.predicate != nil } ? nil : columns
    }

    /// Stored columns that nothing comes back into.
    var leftToDefault: [String] {
        let written = Set(
            parts.flatMap(\.columns).filter(\.isWritten).map(\.name.foldedName)
        )
        return stored.filter { !written.contains($0.foldedName) }
    }

    /// Whether a row must leave its table while others take what was unique in it.
    func touchesUnique(_ columns: [String]) -> Bool {
        guard let unique else { return true }
        return columns.contains { unique.contains($0.foldedName) }
    }

    /// A condition on the row with a handle, its values bound from a place on.
    func isHandle(from place: Int) -> String {
        Self.condition(handle, from: place, isExact: !hasRowid)
    }

    /// A condition on the row with a key.
    func isKey(from place: Int) -> String {
        let isRowid = hasRowid && key.map(\.foldedName) == handle.map(\.foldedName)
        return Self.condition(key, from: place, isExact: !isRowid)
    }

    /// The first comparison finds the row by the index, whatever its collation; the second tells
    /// apart what only the collation takes for the same.
    private static func condition(_ columns: [String], from place: Int, isExact: Bool) -> String {
        let quote = SourceConnection.quote
        return columns.enumerated().map { offset, name in
            let mark = "?\(place + offset)"
            return "\(quote(name)) = \(mark)"
                + (isExact ? " AND \(quote(name)) = \(mark) COLLATE BINARY" : "")
        }.joined(separator: " AND ")
    }

    /// The table as SQL of the source.
    var qualifiedName: String { "main." + SourceConnection.quote(name) }
}

extension ReversedTable.Part {
    fileprivate init(
        _ table: Catalog.Table,
        _ comparison: TableComparison,
        _ names: NameMap,
        _ key: [String]
    ) {
        source = table
        self.comparison = comparison
        let isFirst = (table.part?.number ?? 1) == 1
        let own = Set(table.primaryKey.compactMap { $0.name?.foldedName })
        columns = comparison.columns.map { column in
            let stored = table.column(column.source) ?? Catalog.Column(name: column.source)
            return ReversedTable.Column(
                source: stored,
                rule: column.rule,
                reading: column.reading,
                conversions: names.record(column.source, of: table.name)?.conversions ?? [],
                isExpression: column.expression != nil,
                isWritten: column.expression == nil && stored.generation == .none
                    && (isFirst || !own.contains(stored.name.foldedName))
            )
        }
        let columns = columns
        let places = key.compactMap { name in
            columns.firstIndex { $0.name.foldedName == name.foldedName && !$0.isExpression }
        }
        self.key = places.count == key.count ? places : []
    }

    /// The columns of a SELECT over the source, as they are compared.
    var selection: [String] {
        comparison.columns.map {
            $0.expression.map(RowReader.sql) ?? SourceConnection.quote($0.source)
        }
    }
}
