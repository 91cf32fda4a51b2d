/// Makes keys, indexes and statistics of one table at a time, for one thread.
final class KeyBuilder {
    private let target: TargetConnection
    private let repair: ConstraintRepair
    private let stopsAtBadRow: Bool

    init(
        target: TargetConnection,
        source: SourceConnection,
        run: String,
        stopsAtBadRow: Bool,
        progress: @escaping (String, Int) -> Void = { _, _ in }
    ) {
        self.target = target
        self.stopsAtBadRow = stopsAtBadRow
        repair = ConstraintRepair(
            target: target,
            source: source,
            run: run,
            progress: progress
        )
    }

    /// What was found while keys were made.
    struct Outcome: Sendable {
        /// Rows moved into quarantine because they break a key.
        var quarantined = 0
        /// What could not be made, in words for the operator.
        var problems: [String] = []
    }

    /// Makes everything that the server checks and searches by.
    ///
    /// - Parameter plan: The table.
    /// - Returns: What was found.
    /// - Throws: ``SourceError`` or ``TargetError``.
    func build(_ plan: TablePlan) throws -> Outcome {
        var outcome = Outcome()
        for key in plan.table.keys {
            Failpoint.reach(.keyBegun)
            try make(key.statement, plan, &outcome) { error in
                guard error.sqlState == "23505" || error.sqlState == "23502" else { return nil }
                let isNull = error.sqlState == "23502"
                guard !stopsAtBadRow else {
                    throw try BadRowStop.failure(
                        "a row breaks \(key.statement.object)",
                        plan,
                        where: isNull ? Self.withoutKey(key) : Self.duplicates(key, plan),
                        target
                    )
                }
                Failpoint.reach(.duplicatesFound)
                let moved = try repair.move(
                    .init(
                        condition: isNull
                            ? Self.withoutKey(key) : Self.duplicates(key, plan),
                        reason: "breaks \(key.statement.object): "
                            + (isNull ? "it has no key" : "its key is there already"),
                        sqlState: error.sqlState ?? ""
                    ),
                    in: plan
                )
                Failpoint.reach(.duplicatesMoved)
                return moved
            }
            Failpoint.reach(.keyMade)
        }
        for index in plan.table.indexes {
            Failpoint.reach(.indexBegun)
            try make(index, plan, &outcome) { _ in nil }
            Failpoint.reach(.indexMade)
        }
        try target.execute("ANALYZE \(plan.qualifiedName)")
        Failpoint.reach(.analyzed)
        return outcome
    }

    private static func withoutKey(_ key: TargetTable.UniqueKey) -> String {
        key.expressions.map { "(\($0)) IS NULL" }.joined(separator: " OR ")
    }

    private static func duplicates(_ key: TargetTable.UniqueKey, _ plan: TablePlan) -> String {
        let list = key.expressions.joined(separator: ", ")
        let known = key.expressions.map { "(\($0)) IS NOT NULL" }
        let condition = (known + [key.predicate].compactMap { $0 }).joined(separator: " AND ")
        // The row with the lowest primary key stays. Places would depend on which thread came first.
        let order = plan.table.primaryKey.map { "\(TargetConnection.quote($0))" } + ["ctid"]
        return """
            t.ctid IN (SELECT place FROM (SELECT ctid AS place, row_number()
                OVER (PARTITION BY \(list) ORDER BY \(order.joined(separator: ", "))) AS number
                FROM \(plan.qualifiedName) WHERE \(condition)) d WHERE number > 1)
            """
    }

    private func make(
        _ statement: TargetSchema.Statement,
        _ plan: TablePlan,
        _ outcome: inout Outcome,
        mend: (TargetError) throws -> Int?
    ) throws {
        do {
            try target.execute(statement.sql)
        } catch let error where error.isAlreadyThere {
            // An earlier run made it before it was interrupted; DDL is all or nothing.
        } catch let error {
            guard !error.isConnectionLost, error.sqlStateClass != "53", error.sqlState != "57014"
            else { throw error }
            do {
                guard let moved = try mend(error) else {
                    outcome.problems.append(Self.problem(statement, plan, error))
                    return
                }
                outcome.quarantined += moved
                try target.execute(statement.sql)
            } catch is ConstraintRepair.Unmovable {
                outcome.problems.append(Self.problem(statement, plan, error))
            }
        }
    }

    private static func problem(
        _ statement: TargetSchema.Statement,
        _ plan: TablePlan,
        _ error: TargetError
    ) -> String {
        "\(statement.object) of \"\(plan.table.sourceName)\" was not made: \(error.message)"
    }
}

extension TargetError {
    /// Whether the object of a statement exists: a table, an index, a constraint, a primary key.
    var isAlreadyThere: Bool {
        ["42P07", "42710", "42P16", "42701", "42P06"].contains(sqlState)
    }
}
