import Dispatch

/// Copies a chunk once more when the server ended its transaction for the sake of another one.
///
/// Two transactions that wait for each other, or that could not have run one after the other, are
/// nobody's mistake: the server ends one of them, and the same rows pass a moment later.
struct ChunkRetry: Sendable {
    /// How often a chunk is tried, the first time included.
    static let attempts = 8
    /// The longest wait behind the first attempt, in milliseconds; doubled behind each other one.
    private static let firstWait = 25

    let cancellation: Cancellation
    /// Told before each further attempt: its number, and the error that it follows.
    let noting: @Sendable (Int, TargetError) -> Void

    /// Runs work whose transaction is rolled back when it throws.
    ///
    /// - Parameter work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws the last time; ``TableCopy/Failure/cancelled`` when the wish to
    ///   stop came while it waited.
    func run<Value>(
        _ work: () throws(TableCopy.Failure) -> Value
    ) throws(TableCopy.Failure) -> Value {
        for attempt in 1..<Self.attempts {
            do throws(TableCopy.Failure) {
                return try work()
            } catch {
                guard case .target(let cause) = error, cause.isLostRace else { throw error }
                noting(attempt + 1, cause)
                try wait(behind: attempt)
            }
        }
        return try work()
    }

    /// Waits for a time that grows and differs between threads, so that they do not meet again.
    private func wait(behind attempt: Int) throws(TableCopy.Failure) {
        let longest = Self.firstWait << (attempt - 1)
        let time = Int.random(in: longest / 2...longest)
        let wake = DispatchSemaphore(value: 0)
        let stop: @Sendable () -> Void = { wake.signal() }
        cancellation.whileRunning(stop) { _ = wake.wait(timeout: .now() + .milliseconds(time)) }
        if cancellation.isCancelled { throw .cancelled }
    }
}

extension TargetError {
    /// Whether the transaction was rolled back for the sake of another one: a deadlock, or an order
    /// of transactions that cannot be.
    var isLostRace: Bool { sqlState == "40P01" || sqlState == "40001" }
}
