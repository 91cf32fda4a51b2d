extension LiveTarget {
    /// Lets everybody write again when a way back that was killed has closed the tables; they are
    /// not touched when they are open.
    ///
    /// - Throws: ``TargetError``.
    func reopen() throws {
        let closed = try target.query(
            """
            SELECT EXISTS (SELECT FROM (\(Self.tables)) t JOIN pg_trigger g ON g.tgrelid = t.id
                WHERE g.tgname = 'cutover_fence')
            """,
            [.text(run)]
        ).first
        guard closed == "t" else { return }
        try target.transaction {
            try target.execute("SET LOCAL lock_timeout = '30s'")
            try open()
        }
    }
}
