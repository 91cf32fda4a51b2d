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
    /// Pages of a file that is copied in a moment, and so held after the first restart.
    private static let fewPages: Int32 = 16_384
    /// How long another process may keep the source locked without a pause.
    private static let patience = Duration.seconds(60)

    private let source: SourceConnection
    private let destination: SourceConnection
    private let held: (Duration) -> Void

    /// Prepares a copy.
    ///
    /// - Parameters:
    ///   - source: The live file, opened for reading.
    ///   - destination: An empty database, opened for writing.
    ///   - held: Told how long writers had to wait, when they had to.
    package init(
        from source: SourceConnection,
        to destination: SourceConnection,
        held: @escaping (Duration) -> Void = { _ in }
    ) {
        self.source = source
        self.destination = destination
        self.held = held
    }

    /// Copies all pages.
    ///
    /// In WAL mode a read transaction pins one snapshot, so writers go on and the copy never
    /// restarts. In rollback mode the lock is given back between steps. A copy that writers made
    /// start again too often holds the source for the rest, during which they wait.
    ///
    /// - Parameter progress: Called after each step with the share that is done; returns false to
    ///   stop.
    /// - Returns: False when it was stopped.
    /// - Throws: ``SourceError``.
    package func run(progress: (Double) -> Bool) throws(SourceError) -> Bool {
        let mode = try source.first("PRAGMA journal_mode")
        let isWAL = mode == .string("wal")
        if isWAL { try pin() }
        let (isComplete, holding) = try copyPages(isPinned: isWAL, progress: progress)
        if isWAL || holding != nil { try source.execute("COMMIT") }
        if let holding { held(holding.duration(to: .now)) }
        return isComplete
    }

    /// Begins a read transaction, which keeps what is read as it is.
    private func pin() throws(SourceError) {
        try source.execute("BEGIN")
        do throws(SourceError) {
            // Any read pins the snapshot; one row is there to be read in a damaged file as well.
            _ = try source.integer("SELECT rootpage FROM sqlite_schema LIMIT 1")
        } catch {
            try? source.execute("ROLLBACK")
            throw error
        }
    }

    /// The share that is done.
    private static func share(_ backup: OpaquePointer, _ remaining: Int32) -> Double {
        let total = max(1, sqlite3_backup_pagecount(backup))
        return remaining == Int32.max ? 0 : max(0, 1 - Double(remaining) / Double(total))
    }

    /// Whether a lock of another process is in the way, which may be gone in a moment.
    private func isBusy(_ code: Int32) -> Bool {
        code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED
    }

    /// Copies; also tells since when the source is held.
    private func copyPages(
        isPinned: Bool,
        progress: (Double) -> Bool
    ) throws(SourceError) -> (isComplete: Bool, holding: ContinuousClock.Instant?) {
        guard let backup = sqlite3_backup_init(destination.handle, "main", source.handle, "main")
        else {
            throw destination.error(sqlite3_errcode(destination.handle), sql: nil)
        }
        var remaining = Int32.max
        var restarts = 0
        var isStopped = false
        var code = SQLITE_OK
        var moved = ContinuousClock.now
        var holding: ContinuousClock.Instant?
        while !isStopped {
            if !isPinned, holding == nil, restarts > 0,
                restarts >= Self.restartsBeforeHolding
                    || sqlite3_backup_pagecount(backup) <= Self.fewPages
            {
                // When a writer is in the way, the next step waits for it.
                if (try? pin()) != nil { holding = .now }
            }
            let isFirst = remaining == Int32.max
            let pages = isFirst ? Self.pagesInFirstStep : Self.pagesAStep
            code = sqlite3_backup_step(backup, pages)
            if isBusy(code) {
                // SQLite has already waited the busy timeout.
                guard moved.duration(to: .now) < Self.patience else { break }
                restarts += 1
                isStopped = !progress(Self.share(backup, remaining))
                continue
            }
            guard code == SQLITE_OK else { break }
            moved = .now
            let left = sqlite3_backup_remaining(backup)
            // A step that went on where the last one ended leaves less by its pages.
            if !isPinned, !isFirst, left > max(0, remaining - pages) { restarts += 1 }
            remaining = left
            isStopped = !progress(Self.share(backup, remaining))
        }
        let finish = sqlite3_backup_finish(backup)
        if isStopped { return (false, holding) }
        guard code == SQLITE_DONE else {
            // Corruption and a full disk are reported by the step, not by the end.
            throw SourceError(
                resultCode: code == SQLITE_OK ? finish : code,
                message: String(cString: sqlite3_errstr(code)),
                sql: nil
            )
        }
        guard finish == SQLITE_OK else { throw destination.error(finish, sql: nil) }
        return (true, holding)
    }
}
