/// Makes tables of the application ready for the copy, and puts everything back at its end.
///
/// A trigger must not act for rows that the application wrote long ago, and a foreign key cannot
/// hold while its tables are filled side by side. Both rest during the run. What puts them back is
/// committed in `cutover.altered` together with the change, so that a killed run can be mended.
struct ExistingTarget {
    let target: TargetConnection
    let run: String

    /// Puts triggers, rules and foreign keys to rest, in the caller's transaction.
    ///
    /// - Parameter mapping: The matched tables.
    /// - Throws: ``TargetError``.
    func rest(_ mapping: ExistingMapping) throws(TargetError) {
        // Another session that holds a table for long must not keep the run waiting unseen.
        try target.execute("SET LOCAL lock_timeout = '30s'")
        let schema = mapping.target.schema
        var place = 0
        for (table, found) in zip(mapping.target.tables, mapping.tables) {
            let name = TargetName.qualified(table.name, schema)
            for key in table.foreignKeys {
                place += 1
                try note(place, "\(key.statement.object) of \(name)", key.statement.sql)
            }
            for key in found.foreignKeys {
                try target.execute(
                    "ALTER TABLE \(name) DROP CONSTRAINT \(TargetConnection.quote(key.name))"
                )
            }
            for actor in found.actors {
                place += 1
                let alter = "ALTER TABLE \(actor.table) "
                try note(place, "\(actor.object) of \(actor.table)", alter + actor.enable)
                try target.execute(alter + actor.disable)
            }
        }
    }

    /// Makes empty copies of the tables for a dry run, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - mapping: The matched tables, placed in the schema for the copies.
    ///   - schema: The schema of the application's tables.
    /// - Throws: ``TargetError``.
    func copyStructure(_ mapping: ExistingMapping, from schema: String) throws(TargetError) {
        for table in mapping.target.tables {
            let copy = TargetName.qualified(table.name, mapping.target.schema)
            let original = TargetName.qualified(table.name, schema)
            try target.execute("CREATE TABLE \(copy) (LIKE \(original) INCLUDING ALL)")
        }
    }

    /// Puts back what rests, in one transaction; what stands already is left alone.
    ///
    /// - Returns: What could not be put back, in words for the operator.
    /// - Throws: ``TargetError``; then nothing was changed.
    func restore() throws -> [String] {
        guard try target.query("SELECT to_regclass('cutover.altered')").first != nil else {
            return []
        }
        return try target.transaction {
            let resting = try target.query(
                """
                SELECT object, restore FROM cutover.altered
                WHERE run_id = $1 AND restored_at IS NULL ORDER BY place
                """,
                [.text(run)]
            ).rows
            var problems: [String] = []
            for row in resting {
                let (object, sql) = (row[0] ?? "", row[1] ?? "")
                if let problem = try restore(sql) {
                    problems.append("\(object) could not be put back: \(problem)")
                    continue
                }
                try target.query(
                    "UPDATE cutover.altered SET restored_at = now() "
                        + "WHERE run_id = $1 AND object = $2",
                    [.text(run), .text(object)]
                )
            }
            return problems
        }
    }

    private func restore(_ sql: String) throws -> String? {
        // The rows were not looked at yet: the run does that when all of them are there.
        let isKey = sql.contains(" ADD CONSTRAINT ")
        try target.execute("SAVEPOINT restoring")
        do {
            try target.execute(sql + (isKey ? " NOT VALID" : ""))
        } catch let error {
            if error.isConnectionLost { throw error }
            try target.execute("ROLLBACK TO restoring")
            return error.isAlreadyThere ? nil : error.message
        }
        return nil
    }

    private func note(
        _ place: Int,
        _ object: String,
        _ restore: String
    ) throws(TargetError) {
        try target.query(
            """
            INSERT INTO cutover.altered (run_id, place, object, restore) VALUES ($1, $2, $3, $4)
            ON CONFLICT (run_id, object) DO UPDATE SET restored_at = NULL
            """,
            [.text(run), .integer(place), .text(object), .text(restore)]
        )
    }
}

/// Starts the sequences of existing tables above every id ever issued.
struct ExistingSequences {
    let mapping: ExistingMapping
    let plans: [TablePlan]
    let census: Census
    /// Whether the tables are copies, whose defaults still take from the real sequences.
    let isDryRun: Bool

    /// Sets them.
    ///
    /// - Returns: What could not be set, in words for the operator.
    /// - Throws: ``TargetError``.
    func set(_ target: TargetConnection) throws(TargetError) -> [String] {
        var problems: [String] = []
        for (plan, table) in zip(plans, mapping.tables) {
            for column in table.columns {
                let copied = plan.table.columns.first { $0.name.isExactly(column.name) }
                guard let copied, let known = column.sequence else { continue }
                guard
                    let sequence = isDryRun
                        ? try own(plan.qualifiedName, column.name, target) : known
                else { continue }
                let isRowid =
                    plan.reader.table.rowidAlias?.foldedName == copied.sourceName.foldedName
                let stored = census.tables[plan.table.sourceName]?.maximumRowid ?? 0
                let floor = isRowid ? max(stored, plan.table.sequenceFloor ?? 0) : 0
                let problem = try set(sequence, plan, column: column.name, floor, target)
                if let problem { problems.append(problem) }
            }
        }
        return problems
    }

    /// The sequence of a copy: an identity has its own, a serial's copy still takes from the real
    /// one, which a dry run leaves alone.
    private func own(
        _ table: String,
        _ column: String,
        _ target: TargetConnection
    ) throws(TargetError) -> String? {
        try target.query(
            "SELECT pg_get_serial_sequence($1, $2)",
            [.text(table), .text(column)]
        ).first
    }

    /// An increment below zero goes the other way, and is left alone above the lowest id.
    private func set(
        _ sequence: String,
        _ plan: TablePlan,
        column: String,
        _ floor: Int64,
        _ target: TargetConnection
    ) throws(TargetError) -> String? {
        let name = TargetConnection.quote(column)
        let sql = """
            SELECT setval($1::regclass, h.highest, true)
            FROM (SELECT greatest((SELECT max(\(name)) FROM \(plan.qualifiedName))::bigint,
                    NULLIF($2::bigint, 0),
                    (SELECT CASE WHEN s.is_called THEN s.last_value END FROM \(sequence) s))
                    AS highest) h
                JOIN pg_sequence q ON q.seqrelid = $1::regclass
            WHERE h.highest >= q.seqmin AND q.seqincrement > 0
            """
        do throws(TargetError) {
            try target.query(sql, [.text(sequence), .integer(floor)])
            return nil
        } catch {
            guard !error.isConnectionLost, error.sqlStateClass != "53" else { throw error }
            return
                "the sequence \(sequence) of \"\(plan.table.name)\" was not set: \(error.message)"
        }
    }
}
