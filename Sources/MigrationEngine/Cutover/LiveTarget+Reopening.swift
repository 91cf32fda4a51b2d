extension LiveTarget {
    /// Whether a table of the run refuses the writes of others.
    ///
    /// - Returns: True when one does.
    /// - Throws: ``TargetError``.
    func isClosed() throws(TargetError) -> Bool {
        try target.query(
            """
            SELECT EXISTS (SELECT FROM (\(Self.tables)) t JOIN pg_trigger g ON g.tgrelid = t.id
                WHERE g.tgname = 'cutover_fence')
            """,
            [.text(run)]
        ).first == "t"
    }

    /// Lets everybody write again when a way back that was killed has closed the tables; they are
    /// not touched when they are open.
    ///
    /// - Returns: Whether they were closed.
    /// - Throws: ``TargetError``.
    @discardableResult
    func reopen() throws -> Bool {
        guard try isClosed() else { return false }
        try target.transaction {
            try target.execute("SET LOCAL lock_timeout = '30s'")
            try open()
            try target.execute(RunState.completePosition)
            try target.query(
                "UPDATE cutover.position SET closed_at = NULL WHERE run_id = $1",
                [.text(run)]
            )
        }
        return true
    }
}
