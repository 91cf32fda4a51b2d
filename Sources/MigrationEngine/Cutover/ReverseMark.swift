import Foundation

/// What the source knows of a replay that it has committed: `_cutover_replayed`.
///
/// Written with the rows, so that a process that dies behind the commit is not misunderstood.
struct ReverseMark {
    /// The newest entry of the log that was in it.
    var seq: Int64
    /// How many entries the log had; a late transaction has an earlier number.
    var changes: Int
    /// What came back.
    var summary: ReverseSummary

    private static let table = "_cutover_replayed"

    /// Whether the log still holds what was replayed, and nothing else.
    func isSame(_ mark: (seq: Int64, changes: Int)) -> Bool {
        seq == mark.seq && changes == mark.changes
    }

    /// Reads the mark of a run.
    ///
    /// - Parameters:
    ///   - connection: A connection to the source.
    ///   - run: The run.
    /// - Returns: The mark; nil when nothing came back yet.
    /// - Throws: ``SourceError``.
    static func read(
        _ connection: SourceConnection,
        run: String
    ) throws(SourceError) -> ReverseMark? {
        let isThere = try connection.integer(
            "SELECT count(*) FROM main.sqlite_schema WHERE name = ?",
            [.string(table)]
        )
        guard isThere == 1 else { return nil }
        var mark: ReverseMark?
        try connection.query(
            "SELECT seq, changes, summary FROM main.\(table) WHERE run_id = ?",
            [.string(run)]
        ) { row in
            let json = Data((row.text(2) ?? "").utf8)
            guard let summary = try? JSONDecoder().decode(ReverseSummary.self, from: json) else {
                return
            }
            mark = ReverseMark(
                seq: row.integer(0),
                changes: Int(row.integer(1)),
                summary: summary
            )
        }
        return mark
    }

    /// Whether anything of a run's way back is noted.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: Whether there is a mark of any run.
    /// - Throws: ``SourceError``.
    static func isThere(_ connection: SourceConnection) throws(SourceError) -> Bool {
        try connection.integer(
            "SELECT count(*) FROM main.sqlite_schema WHERE name = ?",
            [.string(table)]
        ) == 1
    }

    /// Forgets what was replayed, in the caller's transaction: the next log counts anew.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func forget(_ connection: SourceConnection) throws(SourceError) {
        try connection.execute("DROP TABLE IF EXISTS main.\(table)")
    }

    /// Writes the mark, in the transaction of the rows.
    ///
    /// - Parameters:
    ///   - connection: A connection to the source.
    ///   - run: The run.
    /// - Throws: ``SourceError``.
    func write(_ connection: SourceConnection, run: String) throws(SourceError) {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS main.\(Self.table) \(Catalog.mark) (
                run_id TEXT PRIMARY KEY, seq INTEGER, changes INTEGER, at REAL, summary TEXT)
            """
        )
        let json = (try? JSONEncoder().encode(summary)) ?? Data()
        try connection.prepare(
            "INSERT OR REPLACE INTO main.\(Self.table) VALUES (?, ?, ?, julianday('now'), ?)"
        ).run([
            .string(run), .integer(seq), .integer(Int64(changes)),
            .string(String(decoding: json, as: UTF8.self)),
        ])
    }
}

extension FollowSession {
    /// What a way back has brought into the source and not told yet; nil when there is nothing.
    ///
    /// - Returns: The mark.
    /// - Throws: ``MigrationError``.
    func replayed() throws(MigrationError) -> ReverseMark? {
        do throws(SourceError) {
            return try ReverseMark.read(source, run: run.id)
        } catch {
            throw wrap(error, "revert")
        }
    }

    /// Whether a way back was killed behind its handover: its rows are in the source, which is the
    /// side that is live, and still closed.
    ///
    /// - Returns: Whether it is so.
    /// - Throws: ``MigrationError``.
    func isHalfBack() throws(MigrationError) -> Bool {
        guard position.liveSide == .source else { return false }
        return try replayed() != nil
    }
}
