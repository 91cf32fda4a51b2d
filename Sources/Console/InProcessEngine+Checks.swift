package import MigrationEngine

extension ConsoleEngine {
    /// Runs the business checks; an engine that knows of none has no report.
    ///
    /// - Parameter observer: Who is told how far it is.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    package func reconcile(observer: Observer) throws -> ReconciliationReport {
        ReconciliationReport.none
    }
}

extension InProcessEngine {
    /// See ``ConsoleEngine``.
    package func reconcile(observer: Observer) throws -> ReconciliationReport {
        // The screen must not wait for writes: what waits is shown as that.
        try Reconciliation.run(options, .init(wait: 1), observer: observer)
    }
}
