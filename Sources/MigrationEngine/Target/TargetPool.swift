import Foundation
import Synchronization

/// Connections to PostgreSQL that many threads share: at most so many, and who finds none waits.
///
/// It is what `code adapter` gives an application in Python, for Swift. Every call blocks its thread
/// until the server has answered: call it on a thread of your own, or through ``onThread(_:)`` from a
/// task. Who waits longest is served first. A transaction must not ask the pool that it came from
/// for another one: with all connections in such hands nobody would ever give one back, and
/// each of them ends with `pool_exhausted`.
public final class TargetPool: Sendable {
    /// How a pool behaves.
    public struct Settings: Sendable {
        /// The most connections that are open at once, at least one.
        public var size: Int
        /// How long to wait for one.
        public var timeout: Duration
        /// How often a transaction is tried again.
        public var retry: RetryPolicy
        /// The schema in which names are looked up; nil for the server's own setting.
        public var schema: String?
        /// What the connections are for; `pg_stat_activity` and errors name it.
        public var purpose: String
        /// Statements that every new connection begins with.
        package var setup = ""

        /// Makes settings.
        ///
        /// - Parameters:
        ///   - size: The most connections that are open at once.
        ///   - timeout: How long to wait for one.
        ///   - retry: How often a transaction is tried again.
        ///   - schema: The schema in which names are looked up.
        ///   - purpose: What the connections are for.
        public init(
            size: Int = 10,
            timeout: Duration = .seconds(30),
            retry: RetryPolicy = RetryPolicy(),
            schema: String? = nil,
            purpose: String = "application"
        ) {
            self.size = max(1, size)
            self.timeout = timeout
            self.retry = retry
            self.schema = schema
            self.purpose = purpose
        }
    }

    /// What the connections are doing.
    public struct Standing: Sendable, Equatable {
        /// Connections in somebody's hands.
        public var lent: Int
        /// Connections that wait for work.
        public var idle: Int
        /// Threads that wait for a connection.
        public var waiting: Int
    }

    // because libpq allows a connection to move between threads as long as one at a time has it:
    // the pool hands it to one borrower, and takes it back before it hands it on.
    // > https://www.postgresql.org/docs/current/libpq-threading.html
    final class Lent: @unchecked Sendable {
        let connection: TargetConnection
        fileprivate var since = ContinuousClock.now

        fileprivate init(_ connection: TargetConnection) { self.connection = connection }
    }

    private final class Waiter: Sendable {
        let turn = DispatchSemaphore(value: 0)
    }

    private struct State {
        /// Turns that are taken: a connection is open, or being opened, for each.
        var turns = 0
        var idle: [Lent] = []
        var waiting: [Waiter] = []
    }

    let settings: Settings
    let address: TargetAddress
    private let state = Mutex(State())

    /// An idle connection that is older is asked whether it still answers: a firewall may have
    /// dropped it without a word.
    private static let trusted = Duration.seconds(30)

    /// Makes a pool; it connects when it is first asked.
    ///
    /// - Parameters:
    ///   - target: The connection string; empty for libpq's own variables.
    ///   - settings: How it behaves.
    /// - Throws: ``MigrationError`` of code `configuration` when libpq cannot read the string.
    public init(
        _ target: String,
        _ settings: Settings = Settings()
    ) throws(MigrationError) {
        address = try TargetAddress(target)
        self.settings = settings
    }

    /// What the connections are doing now.
    public var standing: Standing {
        state.withLock { state in
            Standing(
                lent: state.turns,
                idle: state.idle.count,
                waiting: state.waiting.count
            )
        }
    }

    /// Closes the idle connections; those in use are closed or kept when they come back.
    public func close() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        // Outside of the lock, because saying good-bye to a server can take its time.
        withExtendedLifetime(idle) {}
    }

    /// Runs work on a thread of its own while the calling task waits, so that no thread of Swift's
    /// cooperative pool is blocked.
    ///
    /// - Parameter work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    public func onThread<Value: Sendable>(
        _ work: @escaping @Sendable (TargetPool) throws(MigrationError) -> Value
    ) async throws(MigrationError) -> Value {
        let result: Result<Value, MigrationError> = await withCheckedContinuation { continuation in
            Thread {
                do throws(MigrationError) {
                    continuation.resume(returning: .success(try work(self)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }.start()
        }
        return try result.get()
    }

    // MARK: - Lending

    /// Lends a connection to the calling thread.
    ///
    /// - Returns: A connection that answered lately, with nothing open on it.
    /// - Throws: ``PoolFailure``: `exhausted`, or `server` when no connection can be made.
    func take() throws(PoolFailure) -> Lent {
        try waitForTurn()
        do throws(PoolFailure) {
            return try working()
        } catch {
            passTurn()
            throw error
        }
    }

    /// Takes a connection back.
    ///
    /// - Parameters:
    ///   - lent: The connection.
    ///   - isSound: Whether it can be lent again; else it is closed.
    func giveBack(_ lent: Lent, isSound: Bool) {
        if isSound {
            lent.since = .now
            state.withLock { $0.idle.append(lent) }
        }
        passTurn()
    }

    private func waitForTurn() throws(PoolFailure) {
        let waiter: Waiter? = state.withLock { state in
            guard state.turns >= settings.size else {
                state.turns += 1
                return nil
            }
            let waiter = Waiter()
            state.waiting.append(waiter)
            return waiter
        }
        guard let waiter else { return }
        let nanoseconds = max(0, settings.timeout.seconds * 1e9)
        let end = DispatchTime.now() + .nanoseconds(Int(min(nanoseconds, 1e18)))
        if waiter.turn.wait(timeout: end) == .success { return }
        let others: Int? = state.withLock { state in
            // Whoever gave a connection back in this very moment has passed the turn to us.
            guard let place = state.waiting.firstIndex(where: { $0 === waiter }) else { return nil }
            state.waiting.remove(at: place)
            return state.waiting.count
        }
        guard let others else { return }
        throw .exhausted(
            size: settings.size,
            waiting: others,
            seconds: settings.timeout.seconds
        )
    }

    /// Passes a turn to whoever waits longest.
    private func passTurn() {
        let next: Waiter? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.turns -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.turn.signal()
    }

    private func working() throws(PoolFailure) -> Lent {
        while let lent = state.withLock({ $0.idle.popLast() }) {
            if lent.since.duration(to: .now) < Self.trusted { return lent }
            if (try? lent.connection.execute("SELECT 1")) != nil { return lent }
        }
        do throws(TargetError) {
            let connection = try TargetConnection(address, purpose: settings.purpose)
            if let schema = settings.schema {
                try connection.execute("SET search_path = \(TargetConnection.quote(schema))")
            }
            if !settings.setup.isEmpty { try connection.execute(settings.setup) }
            return Lent(connection)
        } catch {
            throw .server(error)
        }
    }
}

/// How often a transaction is tried again when the server asks for it, and how long is waited.
public struct RetryPolicy: Sendable, Equatable {
    /// How often it is tried in all, at least once.
    public var attempts: Int
    /// The wait before the second try; each later one is twice as long.
    public var pause: Duration
    /// The longest wait.
    public var longestPause: Duration

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - attempts: How often it is tried in all.
    ///   - pause: The wait before the second try.
    ///   - longestPause: The longest wait.
    public init(
        attempts: Int = 5,
        pause: Duration = .milliseconds(100),
        longestPause: Duration = .seconds(2)
    ) {
        self.attempts = max(1, attempts)
        self.pause = pause
        self.longestPause = longestPause
    }

    /// Nothing is tried twice.
    public static let never = RetryPolicy(attempts: 1)

    /// The wait after a try that failed, shortened at random so that those who met do not meet again.
    func wait(after attempt: Int) -> Duration {
        let full = min(longestPause, pause * Double(1 << min(attempt - 1, 20)))
        return full * Double.random(in: 0.5...1)
    }
}
