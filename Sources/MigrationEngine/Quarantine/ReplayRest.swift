/// Lets triggers and rules rest while rows are replayed, and puts them back before the commit.
///
/// A replayed row is one that the application wrote long ago: a trigger that counts or changes rows
/// was not asked when it was written by the copy, and must not be now. As in the copy, those that
/// are on are turned off one by one, so that each comes back as it was, and everything that the
/// server itself enforces goes on: foreign keys, deferrable keys, checks. The role `replica` would
/// leave those out too, which is why it is not used.
///
/// All of it is part of the transaction of the rows: a replay that is killed leaves nothing behind.
struct ReplayRest {
    private let target: TargetConnection
    private let actors: [ExistingCatalog.Actor]

    /// Begins, in the caller's transaction, before its first row.
    ///
    /// - Parameters:
    ///   - tables: The tables that get rows; those that the user may not change are left alone.
    ///   - schema: Their schema.
    ///   - target: The connection.
    /// - Throws: ``TargetError``.
    init(
        _ tables: [ReplayTable],
        schema: String,
        _ target: TargetConnection
    ) throws(TargetError) {
        self.target = target
        // A writer that holds a table for long must not keep the operator waiting unseen. A key
        // that waits for the end of the transaction would end it for all rows, not for its own.
        try target.execute("SET LOCAL lock_timeout = '30s'; SET CONSTRAINTS ALL IMMEDIATE")
        let known = try ExistingCatalog.actors(target, schema: schema)
        actors = tables.filter(\.isOwned).sorted { $0.oid < $1.oid }
            .flatMap { known[$0.oid] ?? [] }
        for actor in actors { try target.execute("ALTER TABLE \(actor.table) \(actor.disable)") }
    }

    /// Puts everything back as it was.
    ///
    /// - Throws: ``TargetError``.
    func end() throws(TargetError) {
        for actor in actors { try target.execute("ALTER TABLE \(actor.table) \(actor.enable)") }
    }
}
