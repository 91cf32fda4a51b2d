/// Finds rows that break a constraint of the target and moves them into quarantine.
struct ConstraintRepair {
    /// Rows moved in one transaction.
    private static let batch = 1_000

    let target: TargetConnection
    let source: SourceConnection
    let run: String

    /// Why rows cannot be moved: their row in the source cannot be told from the target's values.
    struct Unmovable: Error {}

    /// Moves the rows that a query finds.
    ///
    /// - Parameters:
    ///   - condition: A condition on alias `t` that holds for the rows.
    ///   - plan: The table.
    ///   - reason: Why they do not fit.
    ///   - sqlState: The server's SQLSTATE for it.
    /// - Returns: How many rows were moved.
    /// - Throws: ``Unmovable``, ``SourceError`` or ``TargetError``; the batch under way is undone.
    func move(
        where condition: String,
        in plan: TablePlan,
        reason: String,
        sqlState: String
    ) throws -> Int {
        guard !plan.table.primaryKey.isEmpty else { throw Unmovable() }
        let quote = TargetConnection.quote
        let keys = plan.table.primaryKey.map { "t.\(quote($0))::text" }.joined(separator: ", ")
        var moved = 0
        while true {
            let count = try target.transaction {
                let rows = try target.query(
                    "SELECT t.ctid, \(keys) FROM \(plan.qualifiedName) t WHERE \(condition) "
                        + "ORDER BY t.ctid LIMIT \(Self.batch)"
                ).rows
                guard !rows.isEmpty else { return 0 }
                let found = try rows.map { try read($0, plan, reason, sqlState) }
                try RunState.quarantine(found, run: run, target)
                Failpoint.reach(.rowsMoving)
                let places = rows.compactMap { $0[0].map { "\"\($0)\"" } }.joined(separator: ",")
                try target.query(
                    "DELETE FROM \(plan.qualifiedName) WHERE ctid = ANY ($1::tid[])",
                    [.text("{\(places)}")]
                )
                return rows.count
            }
            moved += count
            if count > 0 { Failpoint.reach(.rowsMoved) }
            if count < Self.batch { return moved }
        }
    }

    private func read(
        _ row: [String?],
        _ plan: TablePlan,
        _ reason: String,
        _ sqlState: String
    ) throws -> QuarantinedRow {
        var conditions: [String] = []
        var values: [SourceValue] = []
        for (name, text) in zip(plan.table.primaryKey, row.dropFirst()) {
            guard let column = plan.table.columns.first(where: { $0.name == name }),
                let text
            else { throw Unmovable() }
            if let origins = plan.staging?.origins(of: text, column: name) {
                let marks = origins.map { _ in "?" }.joined(separator: ", ")
                conditions.append(
                    "\(SourceConnection.quote(column.sourceName)) COLLATE BINARY IN (\(marks))"
                )
                values += origins
                continue
            }
            guard let value = Self.sourceValue(text, column.type) else { throw Unmovable() }
            conditions.append("\(SourceConnection.quote(column.sourceName)) = ? COLLATE BINARY")
            values.append(value)
        }
        let reader = plan.reader
        let columns = (reader.identity.columns + reader.columns.map(\.name))
            .map(SourceConnection.quote).joined(separator: ", ")
        let statement = try source.prepare(
            "SELECT \(columns) FROM \(SourceConnection.quote(reader.table.name)) "
                + "WHERE \(conditions.joined(separator: " AND "))"
        )
        try statement.bind(values)
        guard try statement.step() else { throw Unmovable() }
        let found = plan.quarantined(statement, column: nil, reason: reason, sqlState: sqlState)
        guard try !statement.step() else { throw Unmovable() }
        return found
    }

    private static func sourceValue(_ text: String, _ type: TargetType) -> SourceValue? {
        switch type {
        case .bigint, .integer, .smallint: Int64(text).map { .integer($0) }
        case .text, .varchar: .string(text)
        case .boolean: .integer(text == "true" ? 1 : 0)
        default: nil
        }
    }
}
