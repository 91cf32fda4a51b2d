import Foundation

/// Tables that somebody has opened behind our back.
extension LiveTarget {
    /// The tables of the run, as the source spells them, that anybody can write.
    ///
    /// - Returns: The names, in order.
    /// - Throws: ``TargetError``.
    func openTables() throws(TargetError) -> [String] {
        try target.query(
            """
            SELECT t.source FROM (\(Self.tables)) t WHERE NOT EXISTS (
                SELECT FROM pg_trigger g WHERE g.tgrelid = t.id
                    AND g.tgname = 'cutover_fence' AND g.tgenabled = 'A')
            ORDER BY 1
            """,
            [.text(run)]
        ).rows.compactMap { $0[0] }
    }
}

extension FollowSession {
    /// Notes tables that were open to others: what they wrote is in no log, so that only a new
    /// comparison of every cell can tell.
    ///
    /// - Parameter live: The target, before its tables are closed again.
    /// - Throws: ``MigrationError`` or ``TargetError``.
    func noteOpenTables(_ live: LiveTarget) throws {
        let open = try live.openTables()
        guard !open.isEmpty else { return }
        let words = "others could write the target's tables since: \(GateWords.list(open))"
        tracker.log(.warning, "target", words)
        try journal.action("target found open", before: GateWords.list(open), after: "closed again")
        try journal.distrust(words, of: run.id)
    }
}

extension Journal {
    /// Takes the newest comparison's word away until there is another one.
    ///
    /// - Parameters:
    ///   - reason: Why it does not hold any more.
    ///   - run: The run.
    /// - Throws: ``MigrationError`` of code `fileFailed`.
    func distrust(_ reason: String, of run: String) throws(MigrationError) {
        try write { connection throws(SourceError) in
            try connection.prepare(
                "INSERT INTO verification (run_id, at, ok, verdict) VALUES (?, ?, 0, ?)"
            ).run([.string(run), .real(Date().timeIntervalSince1970), .string(reason)])
        }
    }
}
