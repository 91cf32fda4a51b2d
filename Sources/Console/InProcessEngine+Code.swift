package import MigrationEngine

extension ConsoleEngine {
    /// Proves the application's code; an engine that knows of none has an empty listing.
    ///
    /// - Parameters:
    ///   - observer: Who is told how far it is.
    ///   - cancellation: The wish to stop.
    /// - Returns: Files, statements and findings.
    /// - Throws: ``MigrationError``.
    package func code(observer: Observer, cancellation: Cancellation) throws -> CodeListing {
        CodeListing()
    }
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func code(observer: Observer, cancellation: Cancellation) throws -> CodeListing {
        try Code.listing(options, observer: observer, cancellation: cancellation)
    }
}
