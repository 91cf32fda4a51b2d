package import MigrationEngine

extension ConsoleEngine {
    /// Proves the application's code; an engine that knows of none has an empty listing.
    ///
    /// - Parameter observer: Who is told how far it is.
    /// - Returns: Files, statements and findings.
    /// - Throws: ``MigrationError``.
    package func code(observer: Observer) throws -> CodeListing { CodeListing() }
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func code(observer: Observer) throws -> CodeListing {
        try Code.listing(options, observer: observer, cancellation: Cancellation())
    }
}
