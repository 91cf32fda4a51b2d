package import MigrationEngine

extension ConsoleEngine {
    /// An engine that knows nothing to watch says so.
    ///
    /// - Parameter observer: Who is told of alarms.
    /// - Returns: Nothing.
    /// - Throws: ``MigrationError`` of code `usage`.
    package func watch(observer: Observer) throws -> WatchListing { throw WatchState.nothing }
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func watch(observer: Observer) throws -> WatchListing {
        let listing = try watching(observer) { watch throws(MigrationError) in
            try watch.listing()
        }
        guard let listing else { throw WatchState.nothing }
        return listing
    }
}
