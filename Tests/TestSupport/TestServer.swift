import Foundation
package import MigrationEngine
import Synchronization
public import Testing

/// The one PostgreSQL cluster of a test process: started by the first test that needs it, gone with
/// the process, also after a crash.
public enum TestServer {
    // A task, so that tests in parallel start one server and all wait for it.
    private static let started = Task.detached {
        try await onThread { try LocalServer.temporary() }
    }

    private static let numbers = Mutex(0)

    // Swift Testing starts every test at once. Without a bound a hundred of them ask the server for a
    // database in the same second, and those above its connections fail.
    private static let places = Places(
        max(8, 2 * ProcessInfo.processInfo.activeProcessorCount)
    )

    /// Whether PostgreSQL's programs are installed.
    public static let isInstalled = (try? ServerPrograms.find()) != nil

    /// Whether a missing PostgreSQL is a failure: `CI=true`.
    public static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

    /// The server.
    ///
    /// - Returns: The server, accepting connections.
    /// - Throws: ``MigrationError`` when it did not start.
    package static func shared() async throws -> LocalServer { try await started.value }

    /// Makes an empty database of a new name, lends it, and removes it.
    ///
    /// Waits for one of the places that bound how many tests work at once.
    ///
    /// - Parameters:
    ///   - isBeside: Whether no place is waited for: for suites of which one test runs at a time,
    ///     which would wait behind hundreds of others and make the whole run as long as theirs.
    ///   - body: Gets the database's address.
    /// - Returns: The body's result.
    /// - Throws: The body's error, or ``MigrationError`` of the server.
    public static func withDatabase<Value: Sendable>(
        beside isBeside: Bool = false,
        _ body: @concurrent @Sendable (_ url: String) async throws -> Value
    ) async throws -> Value {
        // Who has a place and waits for another holds up everybody.
        guard !isBeside, TestDatabase.url.isEmpty else { return try await withOwnDatabase(body) }
        await places.enter()
        let result: Result<Value, any Error>
        do {
            result = .success(try await withOwnDatabase(body))
        } catch {
            result = .failure(error)
        }
        await places.leave()
        return try result.get()
    }

    private static func withOwnDatabase<Value: Sendable>(
        _ body: @concurrent @Sendable (_ url: String) async throws -> Value
    ) async throws -> Value {
        let server = try await shared()
        let number = numbers.withLock { last in
            last += 1
            return last
        }
        let name = "test_\(number)"
        try await onThread { try server.createDatabase(name) }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(server.url(database: name)))
        } catch {
            result = .failure(error)
        }
        try await onThread { try server.dropDatabase(name) }
        return try result.get()
    }
}

/// The database of the running test.
public enum TestDatabase {
    /// Its address; empty outside of a test with the trait `.database`.
    @TaskLocal public static var url = ""
}

/// Gives each test an empty PostgreSQL database of its own: ``TestDatabase/url``.
public struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    /// A suite's trait holds for each of its tests.
    public var isRecursive: Bool { true }

    /// Makes the database, runs the test, removes the database.
    ///
    /// - Parameters:
    ///   - test: The test.
    ///   - testCase: Its case; nil for a suite, which needs no database.
    ///   - function: The test's body.
    /// - Throws: The test's error.
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await TestServer.withDatabase { url in
            try await TestDatabase.$url.withValue(url) { try await function() }
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// An empty PostgreSQL database for each test; use it with `.postgres`.
    public static var database: Self { DatabaseTrait() }
}

extension Trait where Self == ConditionTrait {
    /// Disables a test with a sentence where PostgreSQL is missing; with `CI=true` it fails instead.
    public static var postgres: Self {
        .enabled(
            if: TestServer.isInstalled || TestServer.isRequired,
            "needs PostgreSQL: apt-get install postgresql"
        )
    }
}
