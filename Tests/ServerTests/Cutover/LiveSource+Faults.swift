import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A cutover that is halted at a moment, so that something can fall over meanwhile.
extension LiveSource {
    /// Starts a verb and waits until it halts at a moment.
    ///
    /// - Parameters:
    ///   - point: The moment.
    ///   - options: The verb's options.
    ///   - verb: `switch` or `revert`.
    ///   - target: Another address of the target.
    ///   - variables: More variables of its environment.
    /// - Returns: The program, halted.
    /// - Throws: An expectation's error when it ends without coming there.
    func halted(
        at point: String,
        _ options: [String] = ["--flag-cache", "0"],
        verb: String = "switch",
        target: String? = nil,
        variables: [String: String] = [:]
    ) async throws -> StartedProgram {
        let program = try await started(
            at: point,
            options,
            verb: verb,
            target: target,
            variables: variables
        )
        try #require(program.isHalted, "\(program.words)")
        return program
    }

    /// Starts a verb and waits until it halts at a moment or has ended without coming there.
    func started(
        at point: String,
        _ options: [String] = [],
        verb: String = "switch",
        target: String? = nil,
        variables: [String: String] = [:]
    ) async throws -> StartedProgram {
        var command = cutover
        command.target = target ?? command.target
        let words = verb == "switch" ? "cut over" : verb
        let phrase = "\(words) \(try await database())"
        let program = try StartedProgram(
            BuiltProducts.cutover,
            command.arguments(verb, options + ["--confirm", phrase]),
            environment: variables.merging(["CUTOVER_FAILPOINT": "\(point)=pause"]) { $1 }
        )
        let isThere = try await eventually(within: .seconds(300)) {
            program.isHalted || program.isGone
        }
        try #require(isThere, "\(program.words)")
        return program
    }

    /// Sets the clock, as the fence sees it: its times are set the other way.
    func setClock(by hours: Double) async throws {
        let path = path
        try await onThread {
            let connection = try SourceConnection(path: path, access: .readWrite)
            let days = -hours / 24
            try connection.execute(
                """
                UPDATE _cutover_fence SET until = until + \(days), since = since + \(days),
                    earliest = earliest + \(days)
                """
            )
        }
    }

    /// Runs `revert`.
    func goBack(
        _ options: [String] = [],
        _ variables: [String: String] = [:]
    ) async throws
        -> CutoverRun
    {
        var command = cutover
        command.environment.merge(variables) { $1 }
        return try await command(
            "revert",
            ["--confirm", "revert \(try await database())"] + options
        )
    }

    /// Undone: the application works on the source as before.
    func requireUndone(_ run: CutoverRun, _ before: String) async throws {
        #expect(run.status == 1 && run.json["outcome"].string == "undone", "\(run)")
        try await requireOnSource(before)
    }

    /// The source is the one writer, and nothing of the cutover is left in it.
    func requireOnSource(_ before: String) async throws {
        #expect(try await toggles() == before)
        #expect(try await leftovers().isEmpty)
        #expect(try await sourceTakesWrites())
        #expect(!(try await targetTakesWrites()))
    }

    /// The target is the one writer.
    func requireOnTarget(_ before: String) async throws {
        #expect(try await targetToggles() == before)
        #expect(!(try await sourceTakesWrites()))
        #expect(try await targetTakesWrites())
    }

    /// Both sides are equal, and after `clean` the source's schema is that of the beginning.
    func requireWholeAndClean() async throws {
        let followed = try await cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        let phrase = "clean \(try await database())"
        let cleaned = try await cutover("clean", "--confirm", phrase)
        #expect(cleaned.status == 0, "\(cleaned)")
        let ours = try await sqlite3(
            path,
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_cutover%' ESCAPE '\\';"
        )
        #expect(ours == "0")
    }
}

/// A process that holds the source's lock, until it is told to let go.
final class LockHolder: @unchecked Sendable {
    // @unchecked because the connection is used by one thread at a time: it is made on one, and
    // released on another one later.
    private let connection: SourceConnection

    init(_ path: String, doing work: String = "") async throws {
        connection = try await onThread {
            let connection = try SourceConnection(path: path, access: .readWrite)
            try connection.execute("BEGIN IMMEDIATE; \(work)")
            return Held(connection: connection)
        }.connection
    }

    private struct Held: @unchecked Sendable {
        let connection: SourceConnection
    }

    /// Lets go after some seconds, longer than a statement of ours waits.
    func release(after seconds: Int32) async throws {
        let held = Held(connection: connection)
        try await onThread {
            poll(nil, 0, seconds * 1_000)
            try held.connection.execute("COMMIT")
        }
    }

    /// Lets go.
    func release() throws { try connection.execute("COMMIT") }
}

/// A server of a test's own that falls over and is started again.
final class FallingServer: Sendable {
    private let folder: TestFolder
    private let data: String
    private let server: LocalServer
    let url: String

    init() async throws {
        let folder = try TestFolder()
        chmod(folder.path, 0o755)
        self.folder = folder
        let data = folder.file("pg")
        self.data = data
        let server = try await onThread {
            let server = try LocalServer.start(data: data)
            try server.createDatabase("live")
            return server
        }
        self.server = server
        url = server.url(database: "live")
    }

    /// Ends the server without any word to its sessions, as a crash does.
    func crash() async throws {
        let data = data
        let status = try await onThread { try LocalServer.status(data: data) }
        // Its sessions end at once, and what was not written is recovered from its log.
        kill(try #require(status.pid), SIGQUIT)
        let isGone = try await eventually(within: .seconds(120)) {
            try await onThread { !(try LocalServer.status(data: data).running) }
        }
        try #require(isGone)
    }

    /// Starts it again.
    func restart() async throws {
        let data = data
        _ = try await onThread { try LocalServer.start(data: data) }
    }

    /// Stops it for good.
    func end() async throws {
        let server = server
        try await onThread { try server.stop() }
    }
}
