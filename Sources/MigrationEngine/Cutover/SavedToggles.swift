import Foundation

/// The workflows' toggles, put by in the source in the transaction that turns them off.
struct SavedToggles {
    private static let saved = "_cutover_saved"

    /// The table of the toggles in the source; nil for an application without one.
    private let table: WorkflowTable?

    /// Finds the toggles.
    ///
    /// - Parameter options: The source and the profile.
    /// - Throws: ``MigrationError`` when the source cannot be read.
    init(_ options: Options) throws(MigrationError) {
        let reader = LiveReader(options: options, side: .source)
        do throws(MigrationError) {
            table = try reader.workflowTable()
        } catch {
            // An application without toggles has none to put by.
            guard error.code == .configuration else { throw error }
            table = nil
        }
    }

    /// Finds the toggles of a run that is taken up.
    ///
    /// - Parameter session: The session.
    /// - Throws: ``MigrationError``; of code `sourceReplaced` when the file is gone meanwhile.
    init(_ session: FollowSession) throws(MigrationError) {
        do throws(MigrationError) {
            try self.init(session.options)
        } catch {
            try session.requireSameFile("toggles")
            throw error
        }
        try session.requireSameFile("toggles")
    }

    /// Whether the application has toggles at all.
    var isThere: Bool { table != nil }

    /// Whether a file holds toggles that were put by.
    static func areSaved(_ connection: SourceConnection) throws(SourceError) -> Bool {
        try connection.integer(
            """
            SELECT count(*) FROM main.sqlite_schema
            WHERE name = '\(saved)' AND \(ApplicationSchema.isOurs)
            """
        ) == 1
    }

    /// Puts the toggles by and turns them off, in the caller's transaction.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    func turnOff(_ connection: SourceConnection) throws(SourceError) {
        guard try !Self.areSaved(connection) else { return }
        // Made even without toggles: as long as it is there, a cutover is under way.
        try connection.execute(
            "CREATE TABLE \(Self.saved) \(Catalog.mark) (name, enabled, last_updated, updated_by)"
        )
        guard let table else { return }
        let columns = columns(table)
        let list = columns.map { $0 ?? "NULL" }.joined(separator: ", ")
        try connection.execute(
            "INSERT INTO \(Self.saved) SELECT \(list) FROM \(table.relation.sql)"
        )
        var values: [SourceValue] = []
        var assignments = ["\(columns[1] ?? "NULL") = 0"]
        if let updated = columns[2] {
            assignments.append("\(updated) = ?")
            values.append(.string(StoredText.timestamp(Date())))
        }
        if let author = columns[3] {
            assignments.append("\(author) = ?")
            values.append(.string("cutover"))
        }
        let update = try connection.prepare(
            """
            UPDATE \(table.relation.sql) SET \(assignments.joined(separator: ", "))
            WHERE \(columns[1] ?? "NULL") NOT IN (0, '0')
            """
        )
        try update.run(values)
    }

    /// Gives every toggle its earlier value back in the source, in the caller's transaction.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    func restore(_ connection: SourceConnection) throws(SourceError) {
        guard try Self.areSaved(connection) else { return }
        if let table {
            let columns = columns(table)
            let names = ["name", "enabled", "last_updated", "updated_by"]
            let written = columns.indices.dropFirst().compactMap { place in
                columns[place].map { "\($0) = s.\(names[place])" }
            }
            let key = columns[0] ?? "NULL"
            let now = columns[1] ?? "NULL"
            // A row whose toggle was left alone keeps what the application wrote beside it since.
            try connection.execute(
                """
                UPDATE \(table.relation.sql) SET \(written.joined(separator: ", "))
                FROM \(Self.saved) AS s WHERE \(table.relation.sql).\(key) IS s.name
                    AND \(table.relation.sql).\(now) IS NOT s.enabled
                """
            )
        }
        try Self.forget(connection)
    }

    /// Forgets the earlier values, in the caller's transaction.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func forget(_ connection: SourceConnection) throws(SourceError) {
        try connection.execute("DROP TABLE IF EXISTS main.\(saved)")
    }

    /// The earlier values.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: Each workflow with whether it was on.
    /// - Throws: ``SourceError``.
    static func values(
        _ connection: SourceConnection
    ) throws(SourceError) -> [(name: String, isOn: Bool)] {
        guard try areSaved(connection) else { return [] }
        var values: [(name: String, isOn: Bool)] = []
        try connection.query("SELECT name, enabled FROM \(saved) ORDER BY name") { row in
            values.append((row.text(0) ?? "", StoredText.isOn(row.text(1))))
        }
        return values
    }

    /// Gives a toggle its earlier value back in the target, exactly as the source had it.
    ///
    /// - Parameters:
    ///   - name: The workflow; nil for all.
    ///   - source: A connection to the source, where the values are put by.
    ///   - target: A connection to the target.
    ///   - plan: How the table of the toggles is written there.
    /// - Throws: ``SourceError`` or ``TargetError``.
    func restore(
        _ name: String?,
        from source: SourceConnection,
        in target: TargetConnection,
        _ plan: TablePlan
    ) throws {
        guard let table, try Self.areSaved(source) else { return }
        let names = ["name", "enabled", "last_updated", "updated_by"]
        let profiled = [
            table.view.name, table.view.enabled, table.view.lastUpdated, table.view.updatedBy,
        ]
        var saved: [String] = []
        var columns: [TargetColumn] = []
        for (place, profile) in profiled.enumerated() {
            guard let profile, let column = table.relation.column(profile),
                let found = plan.table.columns.first(where: {
                    $0.sourceName.foldedName == column.name.foldedName
                })
            else { continue }
            saved.append(names[place])
            columns.append(found)
        }
        guard columns.count >= 2 else { return }
        let encoder = RowEncoder(columns: columns)
        let rows = ByteBuffer(capacity: 1 << 12)
        let condition = name == nil ? "" : " WHERE name = ?"
        try source.query(
            "SELECT \(saved.joined(separator: ", ")) FROM \(Self.saved)\(condition)",
            name.map { [.string($0)] } ?? []
        ) { row in
            _ = encoder.append(row, from: 0, to: rows)
        }
        let quote = TargetConnection.quote
        let list = columns.map { quote($0.name) }.joined(separator: ", ")
        try target.transaction {
            try target.execute(
                """
                CREATE TEMPORARY TABLE cutover_saved ON COMMIT DROP
                AS SELECT \(list) FROM \(plan.qualifiedName) WITH NO DATA
                """
            )
            _ = try KeyTables(target).copy(
                "COPY pg_temp.cutover_saved (\(list)) FROM STDIN (FORMAT binary)",
                rows.bytes
            )
            let assignments = columns.dropFirst().map { "\(quote($0.name)) = s.\(quote($0.name))" }
            try target.execute(
                """
                UPDATE \(plan.qualifiedName) t SET \(assignments.joined(separator: ", "))
                FROM pg_temp.cutover_saved s WHERE t.\(quote(columns[0].name))
                    = s.\(quote(columns[0].name))
                """
            )
        }
    }

    /// The name of the table of the toggles in the source.
    var tableName: String? { table?.relation.name }

    /// The columns of a toggle as SQL of the source: name, value, time, author.
    private func columns(_ table: WorkflowTable) -> [String?] {
        [table.view.name, table.view.enabled, table.view.lastUpdated, table.view.updatedBy]
            .map { table.relation.sql($0) }
    }
}
