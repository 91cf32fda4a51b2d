import CSQLite

extension SourceConnection {
    /// Runs statements that somebody else wrote, such as a profile: whatever takes too long, or is
    /// not wanted any more, ends with `SQLITE_INTERRUPT`.
    ///
    /// - Parameters:
    ///   - seconds: How long all of them may take.
    ///   - cancellation: The wish to stop, which is heard in the middle of a statement.
    ///   - work: The statements.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    /// - SeeAlso: <https://www.sqlite.org/c3ref/progress_handler.html>
    package func limited<Value, Failure: Error>(
        to seconds: Double,
        _ cancellation: Cancellation = Cancellation(),
        _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let limit = StatementLimit(seconds, cancellation)
        sqlite3_progress_handler(
            handle,
            StatementLimit.steps,
            { place in
                guard let place else { return 0 }
                let limit = Unmanaged<StatementLimit>.fromOpaque(place).takeUnretainedValue()
                return limit.isReached ? 1 : 0
            },
            Unmanaged.passUnretained(limit).toOpaque()
        )
        defer {
            sqlite3_progress_handler(handle, 0, nil, nil)
            withExtendedLifetime(limit) {}
        }
        return try work()
    }
}

/// When a statement must end.
private final class StatementLimit {
    /// Steps of SQLite's machine between two looks: some thousand looks a second.
    static let steps: Int32 = 10_000

    private let end: ContinuousClock.Instant
    private let cancellation: Cancellation

    init(_ seconds: Double, _ cancellation: Cancellation) {
        end = .now.advanced(by: .seconds(seconds))
        self.cancellation = cancellation
    }

    var isReached: Bool { cancellation.isCancelled || ContinuousClock.now >= end }
}
