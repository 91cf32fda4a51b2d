import Foundation
import Subprocess

/// How a program ended and what it wrote.
public struct ProgramRun: Sendable {
    /// The exit status, or 128 + the signal that ended it.
    public let status: Int32
    /// What it wrote to standard output.
    public let stdout: String
    /// What it wrote to standard error.
    public let stderr: String
}

/// Runs a program to its end.
///
/// - Parameters:
///   - program: Its absolute path, or a name to be found along PATH.
///   - arguments: The arguments after the name.
///   - environment: Variables set on top of ours; nil removes one.
///   - stdin: What it reads.
/// - Returns: How it ended and what it wrote.
/// - Throws: An error when it cannot be started or writes more than 64 MB.
public func run(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String?] = [:],
    stdin: String = ""
) async throws -> ProgramRun {
    var updates: [Environment.Key: String?] = [:]
    for (name, value) in environment {
        if let key = Environment.Key(rawValue: name) { updates[key] = .some(value) }
    }
    // Through the shell, which takes a path as well as a name.
    let result = try await Subprocess.run(
        .name("sh"),
        arguments: Arguments(["-c", #"exec "$@""#, "sh", program] + arguments),
        environment: .inherit.updating(updates),
        input: .string(stdin),
        output: .string(limit: 64 << 20),
        error: .string(limit: 1 << 20)
    )
    let status: Int32 =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    return ProgramRun(
        status: status,
        stdout: result.standardOutput,
        stderr: result.standardError
    )
}

/// A program of the machine failed in a test.
public struct ProgramFailed: Error, CustomStringConvertible {
    /// What was run and what it said.
    public let description: String

    /// States a failure.
    ///
    /// - Parameter description: What was run and what it said.
    public init(description: String) { self.description = description }
}

/// Asks a SQLite file through the `sqlite3` shell, which shares no code with the engine.
///
/// - Parameters:
///   - path: The file.
///   - script: SQL or dot commands.
/// - Returns: What the shell printed, without the last line break.
/// - Throws: ``ProgramFailed`` when the shell reports an error.
public func sqlite3(_ path: String, _ script: String) async throws -> String {
    try await shell("sqlite3", ["-batch", "-bail", "-init", "/dev/null", path], script)
}

/// The `psql` of a server; Debian's own in PATH is a script that looks for a cluster first.
private let psqlPath: String = {
    let versions = "/usr/lib/postgresql"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
    return names.compactMap { Int($0) }.sorted(by: >).map { "\(versions)/\($0)/bin/psql" }
        .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "psql"
}()

/// Asks a PostgreSQL database through `psql`, which shares no code with the engine.
///
/// - Parameters:
///   - url: The database.
///   - script: SQL or backslash commands.
/// - Returns: What `psql` printed, unaligned and without headers or the last line break.
/// - Throws: ``ProgramFailed`` when `psql` reports an error.
public func psql(_ url: String, _ script: String) async throws -> String {
    try await shell(psqlPath, ["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", url], script)
}

private func shell(
    _ program: String,
    _ arguments: [String],
    _ script: String
) async throws -> String {
    let outcome = try await run(program, arguments, stdin: script)
    guard outcome.status == 0 else {
        throw ProgramFailed(
            description: "\(program) ended with \(outcome.status): \(outcome.stderr)\n\(script)"
        )
    }
    return outcome.stdout.hasSuffix("\n") ? String(outcome.stdout.dropLast()) : outcome.stdout
}
