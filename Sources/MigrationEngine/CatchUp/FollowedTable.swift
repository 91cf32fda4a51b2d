/// How the changes of one captured table reach the target.
struct FollowedTable {
    let captured: CapturedTable
    /// The tables of the target that hold its rows; more than one when it is too wide for one.
    let plans: [KeyedPlan]
    /// Whether a change is followed by copying the whole table: its rows have no key that both
    /// sides know.
    let isWhole: Bool

    /// A table of the target, found by the key that the log holds.
    struct KeyedPlan {
        let plan: TablePlan
        /// Writes the key's columns as the target has them.
        let keyEncoder: RowEncoder
        /// The key's columns in the target.
        let keyColumns: [String]
        /// The temporary table that takes the keys of changed rows.
        let keyTable: String
        /// Reads a row of the source by its key.
        let query: String
    }

    /// Prepares to follow every captured table of a run.
    ///
    /// - Parameters:
    ///   - capture: What is logged.
    ///   - run: The run.
    ///   - source: A connection to the source.
    ///   - target: A connection to the target.
    /// - Returns: The tables that the run copies, by number.
    /// - Throws: ``SourceError`` or ``TargetError``.
    static func all(
        _ capture: Capture,
        run: String,
        _ source: SourceConnection,
        _ target: TargetConnection
    ) throws -> [Int64: FollowedTable] {
        let catalog = try CatalogReader.read(source)
        let schema =
            try target.query(
                "SELECT schema_name FROM cutover.run WHERE run_id = $1",
                [.text(run)]
            ).first ?? "public"
        let present = try TargetCatalog(target, schema: schema)
        let names = try NameMap(target, run: run)
        let records = try RunState.records(of: run, target)
        var tables: [Int64: FollowedTable] = [:]
        for captured in capture.tables {
            let parts = catalog.migratedTables.filter { $0.storedName == captured.name }
            let plans = parts.compactMap { part -> TablePlan? in
                guard let record = records[part.name], record.skip == nil else { return nil }
                let name = names.table(part.name)
                return TablePlan(
                    TargetTable(
                        followed: part.name,
                        name: name,
                        record,
                        present.tables[name] ?? []
                    ),
                    source: part,
                    schema: schema
                )
            }
            guard !plans.isEmpty else { continue }
            tables[captured.number] = FollowedTable(captured, plans)
        }
        return tables
    }

    private init(_ captured: CapturedTable, _ plans: [TablePlan]) {
        self.captured = captured
        let keyed = plans.enumerated().compactMap { KeyedPlan($1, captured, part: $0) }
        isWhole = captured.isWhole || keyed.count != plans.count
        self.plans = keyed.count == plans.count ? keyed : plans.map { KeyedPlan(whole: $0) }
    }
}

extension FollowedTable.KeyedPlan {
    /// Finds the key in a table of the target.
    ///
    /// Fails when the target cannot know a row by it: the profile leaves a column out or reads an
    /// expression in its place, the target takes two of its values for the same, or the quarantine
    /// knows rows by another key.
    fileprivate init?(_ plan: TablePlan, _ captured: CapturedTable, part: Int) {
        let columns = captured.key.compactMap { name in
            plan.table.columns.first { $0.sourceName.foldedName == name.foldedName }
        }
        let own = plan.reader.table.primaryKey.compactMap { $0.name?.foldedName }
        guard !columns.isEmpty, columns.count == captured.key.count,
            columns.allSatisfy(\.keepsKeysApart),
            own == captured.key.map(\.foldedName)
        else { return nil }
        self.plan = plan
        keyEncoder = RowEncoder(columns: columns)
        keyColumns = columns.map(\.name)
        keyTable = "pg_temp.cutover_key_\(captured.number)_\(part)"
        let quote = SourceConnection.quote
        let conditions = captured.key.enumerated().map { place, name in
            // The first comparison finds the row by the index, whatever its collation; the second
            // tells apart what only the collation takes for the same.
            "\(quote(name)) = ?\(place + 1) AND \(quote(name)) = ?\(place + 1) COLLATE BINARY"
        }
        query =
            "SELECT \(plan.reader.selection.joined(separator: ", ")) "
            + "FROM \(quote(plan.reader.table.storedName)) "
            + "WHERE \(conditions.joined(separator: " AND "))"
    }

    /// Takes a table that is only copied as a whole.
    fileprivate init(whole plan: TablePlan) {
        self.plan = plan
        keyEncoder = RowEncoder(columns: [])
        keyColumns = []
        keyTable = ""
        query = ""
    }
}

extension TargetColumn {
    /// Whether two different values of the source are two different values here.
    ///
    /// Where they are not, `2025-10-15` and `2025-10-15 00:00` say, one of the two rows is in
    /// quarantine, and a change of it must not touch the other one.
    fileprivate var keepsKeysApart: Bool {
        guard expression == nil, conversions.isEmpty else { return false }
        return switch type {
        case .smallint, .integer, .bigint, .boolean, .doublePrecision, .numeric, .real, .decimal,
            .text, .varchar, .bytea, .date:
            true
        case .timestamp, .timestamptz, .time, .uuid, .json, .jsonb, .char: false
        }
    }
}

extension TargetTable {
    /// A table that stands in the target, as rows are written into it.
    ///
    /// - Parameters:
    ///   - sourceName: The table in the source.
    ///   - name: The table in the target.
    ///   - record: What the run did with its columns.
    ///   - present: The columns as the target has them.
    init(
        followed sourceName: String,
        name: String,
        _ record: MappingRecord,
        _ present: [TargetCatalog.Column]
    ) {
        let known = Dictionary(present.map { ($0.name, $0) }) { first, _ in first }
        let columns = record.columns.compactMap { column -> TargetColumn? in
            guard column.skip == nil, let target = column.target, let type = column.type,
                let written = TargetType(sql: type)
            else { return nil }
            return TargetColumn(
                sourceName: column.source,
                name: target,
                type: written,
                isNotNull: known[target]?.isNotNull ?? false,
                conversions: column.conversions,
                expression: column.expression
            )
        }
        self.init(
            sourceName: sourceName,
            name: name,
            columns: columns,
            primaryKey: [],
            identity: nil,
            sequenceFloor: nil,
            create: .init(object: "table \(name)", sql: ""),
            keys: [],
            indexes: [],
            checks: [],
            foreignKeys: []
        )
    }
}
