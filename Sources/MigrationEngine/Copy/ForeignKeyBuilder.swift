/// Adds the foreign keys when all rows are there, and moves orphans into quarantine.
struct ForeignKeyBuilder {
    let plans: [TablePlan]
    let schema: String
    let target: TargetConnection
    let source: SourceConnection
    let run: String
    /// Is told the table and how many of its rows were moved so far.
    let progress: (String, Int) -> Void

    /// What is left to be done by other threads, and what was found.
    struct Outcome: Sendable {
        /// Rows moved into quarantine, by the source's table.
        var quarantined: NameTable<Int> = [:]
        /// What could not be made, in words for the operator.
        var problems: [String] = []
    }

    /// Adds all foreign keys without looking at the rows, which takes no time.
    ///
    /// - Returns: What the server refused.
    /// - Throws: ``TargetError``.
    func add() throws(TargetError) -> Outcome {
        var outcome = Outcome()
        for plan in plans {
            for key in plan.table.foreignKeys {
                do throws(TargetError) {
                    try target.execute(key.statement.sql + " NOT VALID")
                    Failpoint.reach(.foreignKeyAdded)
                } catch {
                    if error.isAlreadyThere { continue }
                    guard !error.isConnectionLost, error.sqlStateClass != "53" else { throw error }
                    outcome.problems.append(
                        "\(key.statement.object) of \"\(plan.table.sourceName)\" was not made: "
                            + error.message
                    )
                }
            }
        }
        return outcome
    }

    /// The statements that make the server look at the rows; they can run side by side.
    ///
    /// - Returns: One statement a foreign key that was not looked at yet.
    /// - Throws: ``TargetError``.
    func validations() throws(TargetError) -> [String] {
        try target.query(
            """
            SELECT format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I', n.nspname, t.relname, c.conname)
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE c.contype = 'f' AND NOT c.convalidated AND n.nspname = $1
                AND t.relname = ANY (string_to_array($2, chr(1)))
            ORDER BY t.reltuples DESC, t.relname COLLATE "C", c.conname COLLATE "C"
            """,
            [.text(schema), .text(ownTables)]
        ).rows.compactMap { $0[0] }
    }

    /// Moves every orphan into quarantine, and the rows that become orphans by that.
    ///
    /// All foreign keys are dropped first: with one in place, moving a parent would make the
    /// server delete or change its children by itself.
    ///
    /// - Returns: What was moved; the keys that could not be mended are in `problems`.
    /// - Throws: ``SourceError`` or ``TargetError``.
    func moveOrphans() throws -> Outcome {
        try drop()
        Failpoint.reach(.foreignKeysDropped)
        var outcome = Outcome()
        let repair = ConstraintRepair(
            target: target,
            source: source,
            run: run,
            progress: progress
        )
        var isChanged = true
        while isChanged {
            isChanged = false
            for plan in plans {
                for key in plan.table.foreignKeys {
                    do {
                        let moved = try repair.move(
                            .init(
                                condition: orphans(key),
                                reason: "breaks \(key.statement.object): no such row in "
                                    + "\"\(key.parentTable)\"",
                                sqlState: "23503"
                            ),
                            in: plan
                        )
                        outcome.quarantined[plan.table.sourceName, default: 0] += moved
                        isChanged = isChanged || moved > 0
                    } catch is ConstraintRepair.Unmovable {
                        let problem =
                            "rows of \"\(plan.table.sourceName)\" break \(key.statement.object) "
                            + "and are not in the source as they are; they stay, the key is "
                            + "NOT VALID"
                        if !outcome.problems.contains(problem) { outcome.problems.append(problem) }
                    }
                }
            }
        }
        Failpoint.reach(.orphansMoved)
        return outcome
    }

    private func orphans(_ key: TargetTable.ForeignKey) -> String {
        let quote = TargetConnection.quote
        let known = key.columns.map { "t.\(quote($0)) IS NOT NULL" }
        let match = zip(key.columns, key.parentColumns).map { "p.\(quote($1)) = t.\(quote($0))" }
        return known.joined(separator: " AND ")
            + " AND NOT EXISTS (SELECT FROM "
            + "\(quote(key.parentSchema ?? schema)).\(quote(key.parentTable)) p WHERE "
            + match.joined(separator: " AND ") + ")"
    }

    /// The run's own tables: a schema can hold others, whose keys are none of ours.
    private var ownTables: String { plans.map(\.table.name).joined(separator: "\u{1}") }

    private func drop() throws {
        let statements = try target.query(
            """
            SELECT format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, t.relname, c.conname)
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE c.contype = 'f' AND n.nspname = $1
                AND t.relname = ANY (string_to_array($2, chr(1)))
            """,
            [.text(schema), .text(ownTables)]
        )
        for row in statements.rows {
            if let statement = row[0] { try target.execute(statement) }
        }
    }
}
