/// The way out: everything of ours leaves the source, and the rest is proven to be as before.
extension Capture {
    /// What a removal did.
    package struct Removal: Sendable, Equatable {
        /// The objects that were removed.
        package var removed: [String]
        /// The objects that stay: the fence of a file that was left for good.
        package var kept: [String]
        /// What the application itself changed in its schema since the installation.
        package var changedByApplication: [String]
    }

    /// Removes every object of ours in one transaction.
    ///
    /// - Parameters:
    ///   - path: The source.
    ///   - final: Where the application has gone for good: the fence stays, and says so.
    ///   - busyMilliseconds: How long to wait for a writer of the source.
    /// - Returns: What was removed; nothing when there was nothing.
    /// - Throws: ``MigrationError``; then the file is as it was.
    package static func remove(
        _ path: String,
        final: FinalHandover? = nil,
        busyMilliseconds: Int32 = 10_000
    ) throws(MigrationError) -> Removal {
        let connection = try SourceFile.open(path, stage: "clean", access: .readWrite)
        return try SourceTransaction(connection, path, "clean", busyMilliseconds).run {
            connection throws(SourceError) -> Removal in
            let before = try ApplicationSchema(connection)
            let recorded =
                try read(connection) == nil
                ? before : ApplicationSchema(recordedIn: connection)
            let removed = try removeAll(connection, keepsFence: final != nil)
            try final?.write(connection)
            let after = try ApplicationSchema(connection)
            guard before == after else { throw .changedSchema(before.changes(to: after)) }
            return Removal(
                removed: removed,
                kept: try ours(connection).map(\.name),
                changedByApplication: recorded.changes(to: after)
            )
        }
    }

    /// Drops every object of ours, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - connection: A connection that may write the source.
    ///   - keepsFence: Whether the fence stays.
    /// - Returns: The names of what was dropped.
    /// - Throws: ``SourceError``.
    static func removeAll(
        _ connection: SourceConnection,
        keepsFence: Bool = false
    ) throws(SourceError) -> [String] {
        let objects = try ours(connection).filter { object in
            !(keepsFence && object.name.hasPrefix(SourceFence.table))
        }
        // Triggers first: a table that they name could not be dropped otherwise.
        for type in ["trigger", "view", "index", "table"] {
            for object in objects where object.type == type {
                try connection.execute(
                    "DROP \(type.uppercased()) IF EXISTS main."
                        + SourceConnection.quote(object.name)
                )
            }
        }
        return objects.map(\.name)
    }

    /// Everything of ours in a source.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: Types and names.
    /// - Throws: ``SourceError``.
    package static func ours(
        _ connection: SourceConnection
    ) throws(SourceError) -> [(type: String, name: String)] {
        var objects: [(type: String, name: String)] = []
        try connection.query(
            """
            SELECT type, name FROM main.sqlite_schema WHERE \(ApplicationSchema.isOurs)
            ORDER BY type, name
            """
        ) { row in
            objects.append((row.text(0) ?? "", row.text(1) ?? ""))
        }
        return objects
    }
}
