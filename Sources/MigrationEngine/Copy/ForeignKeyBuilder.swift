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

    /// The foreign keys that the server did not look at yet; it can look at them side by side.
    ///
    /// - Returns: The keys.
    /// - Throws: ``TargetError``.
    func unchecked() throws(TargetError) -> [UncheckedKey] {
        try UncheckedKey.all(plans, schema: schema, target)
    }

    /// The error of a run that was told to stop at a row without its parent.
    ///
    /// - Returns: The error, with the first such row.
    /// - Throws: ``TargetError``.
    func orphanStop() throws(TargetError) -> MigrationError {
        for plan in plans {
            for key in plan.table.foreignKeys {
                let condition = key.orphans(schema: schema)
                let found = try target.query(
                    "SELECT FROM \(plan.qualifiedName) t WHERE \(condition) LIMIT 1"
                )
                guard found.affected > 0 else { continue }
                return try BadRowStop.failure(
                    "a row has no parent in \"\(key.parentTable)\", which "
                        + "\(key.statement.object) asks for",
                    plan,
                    where: condition,
                    target
                )
            }
        }
        return MigrationError(
            .targetRefusedRow,
            "rows have no parent",
            place: .init("keys", side: .target),
            kept: .copied,
            remedy: "run without --on-bad-row stop"
        )
    }

    /// Moves every orphan into quarantine, and the rows that become orphans by that.
    ///
    /// All foreign keys are dropped first: with one in place, moving a parent would make the
    /// server delete or change its children by itself.
    ///
    /// - Returns: What was moved; keys that could not be mended stay unchecked.
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
                                condition: key.orphans(schema: schema),
                                reason: "breaks \(key.statement.object): no such row in "
                                    + "\"\(key.parentTable)\"",
                                sqlState: "23503"
                            ),
                            in: plan
                        )
                        outcome.quarantined[plan.table.sourceName, default: 0] += moved
                        isChanged = isChanged || moved > 0
                    } catch is ConstraintRepair.Unmovable {
                        continue
                    }
                }
            }
        }
        Failpoint.reach(.orphansMoved)
        return outcome
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
