import Foundation

/// Compares changed rows while a source is followed, so that `verified_seq` moves on and the log can
/// be pruned however long that lasts.
///
/// A piece at a time, and only when nothing waits: neither catch-up nor the application's writers
/// are kept waiting for more than a moment. A difference does not stop the data; it is told at once,
/// and its rows stay behind `verified_seq`, so that no switch can pass over them.
final class FollowComparison {
    /// Between two pieces: when all is compared, and when there is more.
    private static let interval = (rest: 5.0, more: 1.0)
    /// The part of the time that may go into comparing.
    private static let share = 0.05
    /// Until rows that differed are looked at again.
    private static let patience = 30.0

    private let session: FollowSession
    private let size: Int64
    /// Whether a reader of the source keeps the application's writers waiting.
    private let isExclusive: Bool
    private var comparer: ChangedRows?
    private var next = 0.0
    /// The rows that were compared.
    private(set) var compared = 0
    /// What differs as of the last comparison.
    private(set) var differences: [FollowReport.Difference] = []

    init(_ session: FollowSession) {
        self.session = session
        isExclusive = !session.hasWriteAheadLog
        size = isExclusive ? 1_000 : 5_000
    }

    /// Whether there is a piece to compare and it is time for it.
    ///
    /// - Parameter elapsed: The seconds since the beginning.
    /// - Returns: Whether ``compare(at:)`` would do something.
    func isDue(at elapsed: Double) -> Bool {
        // Without a verification of the copy nobody may say that everything is equal.
        guard elapsed >= next, let first = session.position.verifiedSeq else { return false }
        return first < session.position.seq
    }

    /// Compares the next piece, if it is time and nothing waits.
    ///
    /// - Parameter elapsed: The seconds since the beginning.
    /// - Throws: ``SourceError``, ``TargetError`` or ``MigrationError``.
    func compare(at elapsed: Double) throws {
        guard isDue(at: elapsed), let first = session.position.verifiedSeq else { return }
        let started = ContinuousClock.now
        let rows = try changedRows()
        guard let (found, last) = try read(rows, after: first) else { return }
        let seconds = started.duration(to: .now).seconds
        compared += found.keys
        let isEqual = found.different.isEmpty
        let pause = last < session.position.seq ? Self.interval.more : Self.interval.rest
        next = elapsed + max(isEqual ? pause : Self.patience, seconds / Self.share)
        if isEqual {
            if !differences.isEmpty {
                session.tracker.log(.info, "follow", "the rows that differed are equal now")
            }
            differences = []
            try session.markVerified(last)
        } else {
            note(found.different)
        }
    }

    /// Compares at one moment of both sides: in a transaction of the source that holds nothing new.
    private func read(
        _ rows: ChangedRows,
        after first: Int64
    ) throws -> (ChangedRows.Findings, Int64)? {
        try session.source.execute("BEGIN")
        defer { try? session.source.execute("COMMIT") }
        let head = try ChangeLog.head(session.source).seq
        guard head == session.position.seq else { return nil }
        let last = min(head, first + size)
        // A whole table takes longer than a writer without a write-ahead log may wait.
        if isExclusive, try rows.namesWholeTable(after: first, through: last) { return nil }
        return (try rows.compare(after: first, through: last), last)
    }

    private func changedRows() throws -> ChangedRows {
        if let made = comparer, made.reads(session.target) { return made }
        let rows = try ChangedRows(of: session)
        comparer = rows
        return rows
    }

    private func note(_ tables: [VerifyReport.Table]) {
        let found = tables.map { table in
            FollowReport.Difference(
                table: table.name,
                missing: table.missing,
                extra: table.extra,
                different: table.different,
                keys: table.samples.map(\.key).reduce(into: []) { keys, key in
                    if !keys.contains(key) { keys.append(key) }
                }
            )
        }
        defer { differences = found }
        guard found != differences else { return }
        let words = found.map(\.words).joined(separator: "; ")
        session.tracker.log(.warning, "follow", "rows differ: " + SafeText.visible(words))
        do throws(MigrationError) {
            try session.journal.action("difference", before: nil, after: words)
        } catch {
            session.tracker.log(.warning, "journal", error.message)
        }
    }
}
