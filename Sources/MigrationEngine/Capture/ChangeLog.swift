/// Reads the log of a source's writes.
package enum ChangeLog {
    /// What somebody is told who deletes from the log: a write that is forgotten is lost.
    static let keptMessage =
        "the log of writes is not to be emptied: cutover clean removes it, cutover follow prunes it"

    /// A place in the log.
    package struct Mark: Sendable, Equatable {
        /// The number of a change; 0 in front of the first.
        package var seq: Int64
        /// When it was made, as a julian day.
        package var at: Double?
    }

    /// The newest change.
    ///
    /// - Parameter connection: A connection to the source or a backup of it.
    /// - Returns: The mark; 0 for an empty log.
    /// - Throws: ``SourceError``.
    package static func head(_ connection: SourceConnection) throws(SourceError) -> Mark {
        var mark = Mark(seq: 0, at: nil)
        try connection.query("SELECT seq, at FROM _cutover_log ORDER BY seq DESC LIMIT 1") { row in
            mark = Mark(seq: row.integer(0), at: row.real(1))
        }
        return mark
    }

    /// When a change was made.
    ///
    /// - Parameters:
    ///   - seq: The change.
    ///   - connection: A connection to the source.
    /// - Returns: The julian day; nil when the log does not hold the change any more.
    /// - Throws: ``SourceError``.
    package static func time(
        of seq: Int64,
        _ connection: SourceConnection
    ) throws(SourceError) -> Double? {
        guard
            case .real(let at)? = try connection.first(
                "SELECT at FROM _cutover_log WHERE seq = ?",
                [.integer(seq)]
            )
        else { return nil }
        return at
    }

    /// The changes that wait behind a place.
    ///
    /// - Parameters:
    ///   - seq: The place.
    ///   - connection: A connection to the source.
    /// - Returns: How many there are, and the age of the oldest in seconds.
    /// - Throws: ``SourceError``.
    package static func waiting(
        after seq: Int64,
        _ connection: SourceConnection
    ) throws(SourceError) -> (rows: Int, seconds: Double) {
        var (rows, seconds) = (0, 0.0)
        // Numbers have no gaps: a write that is rolled back takes its number with it.
        try connection.query(
            """
            SELECT (SELECT max(seq) FROM _cutover_log) - seq + 1,
                (julianday('now') - at) * 86400
            FROM _cutover_log WHERE seq > ? ORDER BY seq LIMIT 1
            """,
            [.integer(seq)]
        ) { row in
            (rows, seconds) = (Int(row.integer(0)), max(0, row.real(1)))
        }
        return (rows, seconds)
    }

    /// Whether the log holds a change that was seen before: another or an older file does not.
    ///
    /// - Parameters:
    ///   - mark: The change.
    ///   - connection: A connection to the source.
    /// - Returns: Whether it is there with its time.
    /// - Throws: ``SourceError``.
    package static func holds(
        _ mark: Mark,
        _ connection: SourceConnection
    ) throws(SourceError) -> Bool {
        // A position from before the first row had a number, as `read` has it in the beginning.
        if mark.seq == 0, mark.at == nil { return true }
        return try time(of: mark.seq, connection) == mark.at
    }

    /// Whether no change between two places is gone.
    ///
    /// - Parameters:
    ///   - seq: The place in front of the first change.
    ///   - last: The last change.
    ///   - connection: A connection to the source.
    /// - Returns: Whether all of them are there.
    /// - Throws: ``SourceError``.
    package static func isWhole(
        after seq: Int64,
        through last: Int64,
        _ connection: SourceConnection
    ) throws(SourceError) -> Bool {
        let found = try connection.first(
            "SELECT count(*) FROM _cutover_log WHERE seq > ? AND seq <= ?",
            [.integer(seq), .integer(last)]
        )
        // Numbers have no gaps: a write that is rolled back takes its number with it.
        return found == .integer(last - seq)
    }

    /// How many changes stand in front of a place.
    ///
    /// - Parameters:
    ///   - seq: The place.
    ///   - connection: A connection to the source.
    /// - Returns: The number.
    /// - Throws: ``SourceError``.
    package static func count(
        before seq: Int64,
        _ connection: SourceConnection
    ) throws(SourceError) -> Int {
        // Numbers have no gaps: a write that is rolled back takes its number with it.
        let first = try connection.integer("SELECT min(seq) FROM _cutover_log")
        return Int(max(0, seq - (first ?? seq)))
    }

    /// Forgets changes that the target holds, but never the newest: the next number follows it.
    ///
    /// - Parameters:
    ///   - seq: The first change that stays; its time tells this log from another one.
    ///   - most: The most changes that go at once, so that no writer waits long.
    ///   - connection: A connection that may write the source, and whose triggers are disabled:
    ///     for everybody else the log is kept by one.
    /// - Returns: How many are gone.
    /// - Throws: ``SourceError``.
    package static func prune(
        before seq: Int64,
        most: Int = 10_000,
        _ connection: SourceConnection
    ) throws(SourceError) -> Int {
        try connection.prepare(
            """
            DELETE FROM _cutover_log WHERE seq IN (SELECT seq FROM _cutover_log
                WHERE seq < ? AND seq < (SELECT max(seq) FROM _cutover_log)
                ORDER BY seq LIMIT ?)
            """
        ).run([.integer(seq), .integer(Int64(most))])
        return connection.changes
    }
}
