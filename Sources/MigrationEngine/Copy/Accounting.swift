/// The accounting of one table, done by the server: rows of the source = rows of the target + rows
/// in quarantine.
struct Accounting: Sendable {
    /// Rows that the copy committed, without those that a key took out again.
    var copied: Int
    /// Rows of the target, counted.
    var present: Int
    /// Rows in quarantine that are not in the target.
    var quarantined: Int
    /// Those of them whose loss the operator accepts.
    var accepted: Int
    /// Rows of the source that are in neither; negative when there are more than there should be.
    var missing: Int

    /// Counts, in one statement and so at one moment.
    ///
    /// - Parameters:
    ///   - plan: The table.
    ///   - rows: The rows of the source.
    ///   - run: The run.
    ///   - target: A connection.
    /// - Throws: ``TargetError``.
    init(
        _ plan: TablePlan,
        rows: Int,
        run: String,
        _ target: TargetConnection
    ) throws(TargetError) {
        let states = try RunState.QuarantineStates(target)
        let row = try target.query(
            """
            SELECT c.copied, t.present, q.absent, q.accepted, $3::bigint - t.present - q.absent
            FROM (SELECT count(*) AS present FROM \(plan.qualifiedName)) t,
                (SELECT coalesce(sum(rows), 0) AS copied FROM cutover.checkpoint
                    WHERE run_id = $1 AND table_name = $2) c,
                (SELECT count(*) FILTER (WHERE \(states.isAbsent)) AS absent,
                    count(*) FILTER (WHERE \(states.isAccepted)) AS accepted
                    FROM cutover.quarantine WHERE run_id = $1 AND table_name = $2) q
            """,
            [.text(run), .text(plan.table.sourceName), .integer(rows)]
        ).rows[0].map { $0.flatMap { Int($0) } ?? 0 }
        (copied, present, quarantined) = (row[0], row[1], row[2])
        (accepted, missing) = (row[3], row[4])
    }

    /// What does not hold, in words; nil when each row is accounted for.
    func problem(_ table: String, rows: Int) -> String? {
        guard missing != 0 else { return nil }
        let verdict =
            missing > 0
            ? "\(missing) rows are in neither" : "\(-missing) rows are there more than once"
        return "\(table): \(rows) rows in the source, \(present) in the target, \(quarantined) in "
            + "quarantine: \(verdict)"
    }

    /// Makes sure that the chunks of a table that was just copied hold all its rows.
    ///
    /// - Parameters:
    ///   - plan: The table.
    ///   - rows: The rows of the source.
    ///   - run: The run.
    ///   - target: A connection.
    /// - Throws: ``TargetError``.
    /// - Returns: What does not hold, in words.
    static func problemAfterCopy(
        _ plan: TablePlan,
        rows: Int,
        run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> String? {
        // Each checkpoint was committed with its rows, so this is what the table holds; counting
        // the table itself is left to the end of the run, when keys have moved rows as well.
        let row = try target.query(
            """
            SELECT c.copied, c.kept, q.kept FROM
                (SELECT coalesce(sum(rows), 0) AS copied, coalesce(sum(quarantined), 0) AS kept
                    FROM cutover.checkpoint WHERE run_id = $1 AND table_name = $2) c,
                (SELECT count(*) AS kept FROM cutover.quarantine
                    WHERE run_id = $1 AND table_name = $2) q
            WHERE c.copied + c.kept <> $3::bigint OR c.kept > q.kept
            """,
            [.text(run), .text(plan.table.sourceName), .integer(rows)]
        ).rows.first
        guard let row else { return nil }
        return "\(plan.table.sourceName): \(rows) rows in the source, \(row[0] ?? "?") copied, "
            + "\(row[1] ?? "?") refused, \(row[2] ?? "?") in quarantine: they do not add up"
    }
}
