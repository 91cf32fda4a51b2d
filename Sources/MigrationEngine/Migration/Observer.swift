import Foundation
import Synchronization

/// Who is told how a run goes.
///
/// Both closures are called on the engine's threads and must return at once.
public struct Observer: Sendable {
    /// Takes the newest progress; at most ten times a second.
    public let progress: @Sendable (Progress) -> Void
    /// Takes a line of the log.
    public let log: @Sendable (LogLine) -> Void

    /// Makes an observer.
    ///
    /// - Parameters:
    ///   - progress: Takes the newest progress.
    ///   - log: Takes a line of the log.
    public init(
        progress: @escaping @Sendable (Progress) -> Void = { _ in },
        log: @escaping @Sendable (LogLine) -> Void = { _ in }
    ) {
        self.progress = progress
        self.log = log
    }
}

extension Observer {
    /// Tells a line of the log that is information.
    ///
    /// - Parameters:
    ///   - stage: The part of the engine that speaks.
    ///   - message: The text.
    func tell(_ stage: String, _ message: String) {
        log(
            LogLine(
                time: Date().timeIntervalSince1970,
                level: .info,
                stage: stage,
                message: message
            )
        )
    }
}

/// A wish to stop, which any thread can state and the engine's threads look at between rows.
public final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var wisher: String?
        var actions: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Makes a wish that was not stated yet.
    public init() {}

    /// Whether it was stated.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Who stated it, in words; the operator, when it was not said.
    package var wisher: String { state.withLock { $0.wisher } ?? "the operator" }

    /// States the wish; running statements of the server are stopped.
    public func cancel() { cancel(by: nil) }

    /// States the wish, and who has it; running statements of the server are stopped.
    ///
    /// - Parameter wisher: Who wants it, in words, such as `SIGTERM`; nil is the operator.
    package func cancel(by wisher: String?) {
        let actions = state.withLock { state in
            if !state.isCancelled { state.wisher = wisher }
            state.isCancelled = true
            return Array(state.actions.values)
        }
        for action in actions { action() }
        FailpointPlan.noteStop()
    }

    /// Takes the wish as heard: what is done because of it must not be stopped by it.
    package func renew() { state.withLock { $0.isCancelled = false } }

    /// Runs work during which an action is ready to be called by ``cancel()``.
    ///
    /// - Parameters:
    ///   - action: What stops the work; called at once when the wish was stated before.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    package func whileRunning<Value, Failure: Error>(
        _ action: @escaping @Sendable () -> Void,
        _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let key = listen(action)
        defer { forget(key) }
        return try work()
    }

    /// Has an action called by ``cancel()`` until it is forgotten.
    ///
    /// - Parameter action: What stops some work; called at once when the wish was stated before.
    /// - Returns: The number by which it is forgotten.
    package func listen(_ action: @escaping @Sendable () -> Void) -> Int {
        let (key, isLate) = state.withLock { state in
            state.next += 1
            state.actions[state.next] = action
            return (state.next, state.isCancelled)
        }
        if isLate { action() }
        return key
    }

    /// Forgets an action: its work is done.
    ///
    /// - Parameter key: Its number.
    package func forget(_ key: Int) {
        state.withLock { _ = $0.actions.removeValue(forKey: key) }
    }

    /// Stops the caller if the wish was stated.
    ///
    /// - Parameters:
    ///   - stage: The stage that stops.
    ///   - kept: What it leaves behind.
    /// - Throws: ``MigrationError`` of code `interrupted`.
    package func check(_ stage: String, kept: MigrationError.Kept) throws(MigrationError) {
        guard isCancelled else { return }
        throw MigrationError(
            .interrupted,
            "stopped on request",
            place: .init(stage),
            kept: kept,
            remedy: "run the same command again: it goes on where it stopped"
        )
    }
}
