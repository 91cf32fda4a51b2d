import Synchronization

/// How long a server may keep silent while this thread looks at it.
///
/// The server's own time limits are worth nothing once the server halts: nobody is left who would
/// end the statement. Who looks again and again therefore counts the seconds on this side, too, for
/// connecting as for every question, and hears a wish to stop meanwhile.
package final class TargetPatience: Sendable {
    /// What counts for the connections of this thread; nil where a server may take its time, as while
    /// it builds an index.
    @TaskLocal static var current: TargetPatience?

    /// How often a wish to stop is looked for, in milliseconds.
    static let pace: Int32 = 50

    /// After how long a question without an answer is told, long before nobody waits any more.
    ///
    /// Longer than a look waits for another session's lock, whose end is an answer.
    package static let noticed = Duration.seconds(4)

    private struct State {
        var unansweredSince: ContinuousClock.Instant?
        var isSilent = false
        var isTold = false
    }

    /// After how many seconds the server ends a statement by itself.
    let statementSeconds: Int
    private let cancellation: Cancellation
    private let whenUnanswered: @Sendable () -> Void
    private let state = Mutex(State())

    /// Makes a patience, which lasts for one look or for many.
    ///
    /// - Parameters:
    ///   - statementSeconds: After how many seconds the server ends a statement by itself.
    ///   - cancellation: The wish to stop.
    ///   - whenUnanswered: Is told once of a question that has had no answer for four seconds.
    package init(
        statementSeconds: Int,
        _ cancellation: Cancellation = Cancellation(),
        whenUnanswered: @escaping @Sendable () -> Void = {}
    ) {
        self.statementSeconds = statementSeconds
        self.cancellation = cancellation
        self.whenUnanswered = whenUnanswered
    }

    /// Runs a look whose questions are bounded; one inside another has the bounds of the outer.
    ///
    /// Who met silence once does not wait again in the same look.
    ///
    /// - Parameter work: The look.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    package func look<Value, Failure: Error>(
        _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard Self.current == nil else { return try work() }
        state.withLock { $0.isSilent = false }
        let result = Self.$current.withValue(self) { () -> Result<Value, Failure> in
            do throws(Failure) {
                return .success(try work())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// A question that is put now.
    ///
    /// - Returns: Until when its answer is waited for.
    /// - Throws: ``TargetError`` when the server was silent before in this look.
    func begin() throws(TargetError) -> ContinuousClock.Instant {
        let now = ContinuousClock.now
        let isSilent = state.withLock { state in
            state.unansweredSince = state.unansweredSince ?? now
            return state.isSilent
        }
        if isSilent { throw silence() }
        // Its own limit first: that answer says more.
        return now.advanced(by: .seconds(statementSeconds + 2))
    }

    /// The server has answered.
    func end() { state.withLock { $0 = State() } }

    /// Looks whether waiting for an answer goes on.
    ///
    /// - Parameter deadline: Until when it is waited for.
    /// - Throws: ``TargetError`` when it does not.
    func check(_ deadline: ContinuousClock.Instant) throws(TargetError) {
        if cancellation.isCancelled {
            // What was not waited for says nothing about the server.
            state.withLock { $0.unansweredSince = nil }
            throw TargetError(text: "stopped on request")
        }
        let now = ContinuousClock.now
        let isNews = state.withLock { state in
            guard !state.isTold, let since = state.unansweredSince,
                since.duration(to: now) >= Self.noticed
            else { return false }
            state.isTold = true
            return true
        }
        if isNews { whenUnanswered() }
        guard now >= deadline else { return }
        state.withLock { $0.isSilent = true }
        throw silence()
    }

    private func silence() -> TargetError {
        let seconds = state.withLock { $0.unansweredSince?.secondsToNow ?? 0 }
        return TargetError(silentFor: Int(seconds))
    }
}
