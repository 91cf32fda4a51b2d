/// The log's growth: what both sides hold equal need not be kept.
extension FollowSession {
    /// Fewer changes are not worth a write of the source.
    static let pruneAbove = 20_000
    /// Changes that go in one transaction of the source, so that no writer waits long.
    static let pruneAtOnce = 5_000
    /// How long the application is waited for; it goes first.
    private static let pruneMilliseconds: Int32 = 20

    /// Forgets changes that the target holds and that `verify` has seen, in short transactions of
    /// the source; does nothing while the application writes.
    ///
    /// - Returns: How many are gone.
    /// - Throws: ``SourceError`` or ``TargetError``.
    @discardableResult
    func prune() throws -> Int {
        let verified = try target.query(
            "SELECT verified_seq FROM cutover.position WHERE run_id = $1",
            [.text(run.id)]
        ).integer
        guard let verified else { return 0 }
        let bound = min(position.seq, verified)
        guard try ChangeLog.count(before: bound, source) > Self.pruneAbove else { return 0 }
        do throws(SourceError) {
            let writer = try SourceConnection(
                path: options.source,
                access: .readWrite,
                busyMilliseconds: Self.pruneMilliseconds
            )
            // It writes nothing but the log, which a trigger keeps from everybody else.
            try writer.disableTriggers()
            var gone = 0
            while !cancellation.isCancelled {
                let count = try ChangeLog.prune(before: bound, most: Self.pruneAtOnce, writer)
                gone += count
                if count < Self.pruneAtOnce { break }
            }
            return gone
        } catch {
            // The next time will do; a file that may not be written is written by nobody else.
            guard error.isBusy || error.primaryCode == 8 else { throw error }
            return 0
        }
    }
}
