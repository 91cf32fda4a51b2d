import Foundation
import TestSupport
import Testing

/// A PostgreSQL of a test's own, for what one shared by all tests must not be made to do.
final class OwnServer: Sendable {
    /// Where it lives: a folder that the server's account can enter, unlike a private temporary one.
    let path = "/var/tmp/cutover-test-\(UUID().uuidString.prefix(8))"

    deinit {
        // A test that ended early has left it running.
        let process = try? String(contentsOfFile: "\(path)/data/postmaster.pid", encoding: .utf8)
        if let first = process?.split(separator: "\n").first, let pid = Int32(first), pid > 1,
            pid != getpid()
        {
            kill(pid, SIGQUIT)
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Runs one of the verbs of `cutover server`.
    ///
    /// - Parameters:
    ///   - verb: `start`, `stop` or `url`.
    ///   - folder: Where the server lives; nil is ``path``.
    ///   - environment: Variables set on top of ours.
    /// - Returns: How it ended.
    /// - Throws: An error when the program cannot be started.
    func run(
        _ verb: String,
        in folder: String? = nil,
        environment: [String: String?] = [:]
    ) async throws -> ProgramRun {
        try await TestSupport.run(
            BuiltProducts.cutover,
            ["server", verb, "--data", folder ?? path, "--json"],
            environment: environment
        )
    }

    /// Starts it.
    ///
    /// - Returns: The address of its database `postgres`.
    /// - Throws: An expectation when it does not start.
    func start() async throws -> String {
        let started = try await run("start")
        try #require(started.status == 0, "\(started)")
        return try #require(try JSON(started.stdout)["url"].string)
    }

    /// Stops it.
    ///
    /// - Throws: An expectation when it does not stop.
    func stop() async throws {
        let stopped = try await run("stop")
        try #require(stopped.status == 0, "\(stopped)")
    }

    /// Ends it as a power cut does: nothing is written any more, its counters are lost.
    ///
    /// - Throws: An expectation when it does not end.
    func crash() async throws {
        let file = try String(contentsOfFile: "\(path)/data/postmaster.pid", encoding: .utf8)
        let pid = try #require(file.split(separator: "\n").first.flatMap { Int32($0) })
        try #require(pid > 1 && pid != getpid())
        kill(pid, SIGQUIT)
        try #require(await eventually { kill(pid, 0) != 0 })
    }

    /// Sets what takes a restart, and starts it again.
    ///
    /// - Parameter settings: As after `ALTER SYSTEM SET`.
    /// - Returns: The address of its database `postgres`.
    /// - Throws: What `psql` says, or an expectation.
    func restart(with settings: [String]) async throws -> String {
        let url = try await start()
        for setting in settings { _ = try await psql(url, "ALTER SYSTEM SET \(setting)") }
        try await stop()
        return try await start()
    }
}
