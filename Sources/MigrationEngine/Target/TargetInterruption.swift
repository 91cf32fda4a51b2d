import Dispatch
import Foundation

/// Ends what a connection waits for on a wish to stop, also where the server halts.
///
/// A running statement is stopped by the server, and the connection lives on. A server that halts
/// stops nothing: then the connection is broken, and whoever waited goes on without it.
final class TargetInterruption: Sendable {
    /// How long the server has for the stopping, in seconds.
    private static let patience = 1.0

    private let canceller: TargetCanceller
    private let breaker: @Sendable () -> Void
    private let ended = DispatchSemaphore(value: 0)

    /// Prepares the ending.
    ///
    /// - Parameter connection: The connection, which is not kept.
    init(_ connection: TargetConnection) {
        canceller = connection.canceller()
        breaker = connection.breaker()
    }

    /// States the wish; does not wait, because the caller may be the thread that draws.
    @Sendable func stop() {
        Thread { [self] in canceller.cancel() }.start()
        breakOff(after: Self.patience)
    }

    /// Breaks the connection when the work is not over by then.
    ///
    /// - Parameter seconds: How long the work may take.
    func breakOff(after seconds: Double) {
        Thread { [self] in
            guard ended.wait(timeout: .now() + seconds) == .timedOut else { return }
            breaker()
        }.start()
    }

    /// The work is over: nothing is broken any more.
    func end() { ended.signal() }
}

extension TargetConnection {
    /// Runs work that a wish to stop ends within a moment, whatever the server does.
    ///
    /// - Parameters:
    ///   - cancellation: The wish.
    ///   - work: The work; when it was stopped, the connection may be lost.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    func interruptible<Value, Failure: Error>(
        by cancellation: Cancellation,
        _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let interruption = TargetInterruption(self)
        defer { interruption.end() }
        return try cancellation.whileRunning(interruption.stop, work)
    }

    /// Runs work that ends in time whatever the server does, because its connection is broken then.
    ///
    /// - Parameters:
    ///   - seconds: How long it may take.
    ///   - work: The work; when it took longer, the connection is lost.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    func bounded<Value, Failure: Error>(
        to seconds: Double,
        _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let interruption = TargetInterruption(self)
        defer { interruption.end() }
        interruption.breakOff(after: seconds)
        return try work()
    }
}
