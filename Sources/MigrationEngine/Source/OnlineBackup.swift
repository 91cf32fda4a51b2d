import CSQLite

/// SQLite's online backup: one consistent copy of a file that others may be writing.
///
/// Never a file copy: that would leave the write-ahead log behind.
/// - SeeAlso: <https://www.sqlite.org/c3ref/backup_finish.html>
package struct OnlineBackup: ~Copyable {
    /// Pages copied in one step, between which cancellation and progress are looked at.
    private static let pagesAStep: Int32 = 2_048
    /// A short step shows progress at once, and can be stopped in a small file, too.
    private static let pagesInFirstStep: Int32 = 64
    /// Restarts by other writers after which the source is held for the rest of the copy.
    private static let restartsBeforeHolding = 3

    private let source: SourceConnection
    private let destination: SourceConnection

    /// Prepares a copy.
    ///
    /// - Parameters:
    ///   - source: The live file, opened for reading.
    ///   - destination: An empty database, opened for writing.
    package init(from source: SourceConnection, to destination: SourceConnection) {
        self.source = source
        self.destination = destination
    }

    /// Copies all pages.
    ///
    /// In WAL mode a read transaction pins one snapshot, so writers go on and the copy never
    /// restarts. In rollback mode the lock is given back between steps; a copy that was restarted
    /// too often is finished in one step, during which writers wait.
    ///
    /// - Parameter progress: Called after each step with the share that is done; returns false to
    ///   stop.
    /// - Returns: False when it was stopped.
    /// - Throws: ``SourceError``.
    package func run(progress: (Double) -> Bool) throws(SourceError) -> Bool {
        let mode = try source.first("PRAGMA journal_mode")
        let isWAL = mode == .string("wal")
        if isWAL {
            try source.execute("BEGIN")
            // Any read pins the snapshot; one row is there to be read in a damaged file as well.
            _ = try source.integer("SELECT rootpage FROM sqlite_schema LIMIT 1")
        }
        let isComplete = try copyPages(isPinned: isWAL, progress: progress)
        if isWAL { try source.execute("COMMIT") }
        return isComplete
    }

    private func copyPages(
        isPinned: Bool,
        progress: (Double) -> Bool
    ) throws(SourceError) -> Bool {
        guard let backup = sqlite3_backup_init(destination.handle, "main", source.handle, "main")
        else {
            throw destination.error(sqlite3_errcode(destination.handle), sql: nil)
        }
        var remaining = Int32.max
        var restarts = 0
        var isStopped = false
        var code = SQLITE_OK
        while !isStopped {
            let isFirst = remaining == Int32.max
            let pages = isFirst ? Self.pagesInFirstStep : Self.pagesAStep
            let step = restarts >= Self.restartsBeforeHolding ? -1 : pages
            code = sqlite3_backup_step(backup, step)
            guard code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED else { break }
            if code != SQLITE_OK {
                // Another process writes; SQLite has already waited the busy timeout.
                restarts += 1
                guard restarts <= 2 * Self.restartsBeforeHolding else { break }
                continue
            }
            let left = sqlite3_backup_remaining(backup)
            if !isPinned && left > remaining { restarts += 1 }
            remaining = left
            let total = max(1, sqlite3_backup_pagecount(backup))
            isStopped = !progress(1 - Double(remaining) / Double(total))
        }
        let finish = sqlite3_backup_finish(backup)
        if isStopped { return false }
        guard code == SQLITE_DONE else {
            // Corruption and a full disk are reported by the step, not by the end.
            throw SourceError(
                resultCode: code == SQLITE_OK ? finish : code,
                message: String(cString: sqlite3_errstr(code)),
                sql: nil
            )
        }
        guard finish == SQLITE_OK else { throw destination.error(finish, sql: nil) }
        return true
    }
}
