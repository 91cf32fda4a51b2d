extension LiveReader {
    /// Reads the toggles, by name.
    ///
    /// - Returns: All workflows of the side.
    /// - Throws: ``MigrationError``.
    package func workflows() throws(MigrationError) -> WorkflowsPage {
        try read("workflows") { session throws(LiveFailure) in
            let toggles = try WorkflowTable(session)
            let rows = try toggles.rows(session.connection)
            return WorkflowsPage(side: side, workflows: rows.map { session.profile.described($0) })
        }
    }

    /// Finds the table of the toggles.
    ///
    /// - Returns: The table with its columns.
    /// - Throws: ``MigrationError``.
    func workflowTable() throws(MigrationError) -> WorkflowTable {
        try read("workflows") { session throws(LiveFailure) in try WorkflowTable(session) }
    }
}

/// The table of the toggles, as one side has it.
struct WorkflowTable {
    let view: Profile.Workflows
    let relation: LiveShape.Relation

    /// Finds the table.
    ///
    /// - Parameter session: What is read.
    /// - Throws: ``LiveFailure`` when the profile names none or the side has none.
    init(_ session: LiveSession) throws(LiveFailure) {
        (view, relation) = try session.choose(session.profile.workflows, "workflows")
    }

    /// Reads the toggles.
    ///
    /// - Parameter connection: The side.
    /// - Returns: The toggles by name; there are few, and never more than a page of them.
    /// - Throws: ``LiveFailure``.
    func rows(_ connection: LiveConnection) throws(LiveFailure) -> [WorkflowRow] {
        try connection.rows(select(where: "")).map(Self.row)
    }

    /// The query for toggles.
    ///
    /// - Parameter condition: A WHERE clause, or nothing.
    /// - Returns: The query.
    func select(where condition: String) -> String {
        let columns = [
            view.name, view.enabled, view.lastUpdated, view.updatedBy, view.lastRun, view.heartbeat,
        ].map { relation.sql($0) ?? "NULL" }
        return """
            SELECT \(columns.joined(separator: ", ")) FROM \(relation.sql) \(condition)
            ORDER BY 1 LIMIT \(LiveReader.largestPage)
            """
    }

    /// Reads one toggle.
    ///
    /// - Parameter row: The columns of ``select(where:)`` as text.
    /// - Returns: The toggle.
    static func row(_ row: [String?]) -> WorkflowRow {
        WorkflowRow(
            name: row[0] ?? "",
            enabled: StoredText.isOn(row[1]),
            lastUpdated: row[2],
            updatedBy: row[3],
            lastRunAt: row[4],
            heartbeatAt: row[5]
        )
    }

    /// The number of columns of ``select(where:)``.
    static let width = 6
}

extension Profile {
    /// A toggle with what the profile knows of its workflow.
    ///
    /// - Parameter row: The toggle.
    /// - Returns: The toggle with its script and interval.
    func described(_ row: WorkflowRow) -> WorkflowRow {
        var row = row
        row.intervalSeconds = intervals[row.name]
        row.script = scripts[row.name]
        return row
    }
}
