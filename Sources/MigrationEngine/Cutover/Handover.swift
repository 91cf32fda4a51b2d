/// A handover, as the target wrote it down in the commit that made it: `cutover.handover`.
///
/// Its token stands in the file that was closed for it, too, and in no other: a copy of the file
/// that was made before holds none, or an earlier one.
struct Handover: Equatable {
    /// Which switch of the run it was, from 1.
    var number: Int
    /// What stands in the file.
    var token: String
    /// The last change of the source's log that the target held.
    var seq: Int64
    /// When it was, in UTC.
    var at: String

    /// What writes a handover down, for the transaction that makes it.
    ///
    /// - Parameters:
    ///   - token: What stands in the file.
    ///   - run: The run.
    ///   - seq: The last change of the source's log that the target holds.
    /// - Returns: Statements.
    static func recording(_ token: String, run: String, seq: Int64) -> String {
        let values = [run, token].map(TargetConnection.literal)
        return """
            SET LOCAL client_min_messages = warning;
            CREATE TABLE IF NOT EXISTS cutover.handover (
                run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
                number integer NOT NULL,
                token text NOT NULL,
                seq bigint NOT NULL,
                at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (run_id, number)
            );
            INSERT INTO cutover.handover (run_id, number, token, seq)
            SELECT \(values[0]), coalesce(max(number), 0) + 1, \(values[1]), \(seq)
            FROM cutover.handover WHERE run_id = \(values[0])
            """
    }

    /// Reads the handovers of a run.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    /// - Returns: The handovers, the newest last.
    /// - Throws: ``TargetError``.
    static func all(
        of run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [Handover] {
        guard try target.query("SELECT to_regclass('cutover.handover')").first != nil else {
            return []
        }
        return try target.query(
            """
            SELECT number, token, seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')
            FROM cutover.handover WHERE run_id = $1 ORDER BY number
            """,
            [.text(run)]
        ).rows.map { row in
            Handover(
                number: row[0].flatMap { Int($0) } ?? 0,
                token: row[1] ?? "",
                seq: row[2].flatMap { Int64($0) } ?? 0,
                at: row[3] ?? ""
            )
        }
    }
}
