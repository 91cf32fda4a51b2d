import Foundation

/// How `cutover` ended, and what it printed for machines.
public struct CutoverRun: Sendable, CustomStringConvertible {
    /// The exit status and the texts.
    public let program: ProgramRun
    /// The one JSON object of standard output; `null` when there is none.
    public let json: JSON

    /// Reads how a run of `cutover … --json` ended.
    ///
    /// - Parameter program: The ended program.
    public init(_ program: ProgramRun) {
        self.program = program
        json = (try? JSON(program.stdout)) ?? .null
    }

    /// The exit status.
    public var status: Int32 { program.status }
    /// The error's code, when there is an error.
    public var code: String? { json["error"]["code"].string }
    /// The tables of a report of `migrate` or `verify`.
    public var tables: JSON { json["tables"] }

    /// What a failed expectation shows.
    public var description: String {
        "status \(status)\n\(program.stdout.prefix(4_000))\n\(program.stderr.prefix(4_000))"
    }
}

/// The built `cutover` between two databases.
public struct CutoverCommand: Sendable {
    /// The SQLite file.
    public var source: String
    /// The PostgreSQL database.
    public var target: String
    /// Variables set on top of ours.
    public var environment: [String: String?] = [:]

    /// Names the two sides.
    ///
    /// - Parameters:
    ///   - source: The SQLite file.
    ///   - target: The PostgreSQL database.
    public init(source: String, target: String) {
        self.source = source
        self.target = target
    }

    /// The arguments of a verb with `--json`.
    ///
    /// - Parameters:
    ///   - verb: The verb.
    ///   - options: Its options.
    /// - Returns: The arguments.
    public func arguments(_ verb: String, _ options: [String] = []) -> [String] {
        [verb, "--source", source, "--target", target, "--json"] + options
    }

    /// Runs a verb with `--json`.
    ///
    /// - Parameters:
    ///   - verb: The verb.
    ///   - options: Its options.
    /// - Returns: How it ended.
    /// - Throws: An error when it cannot be started.
    public func callAsFunction(_ verb: String, _ options: String...) async throws -> CutoverRun {
        try await self(verb, options)
    }

    /// Runs a verb with `--json`.
    ///
    /// - Parameters:
    ///   - verb: The verb.
    ///   - options: Its options.
    /// - Returns: How it ended.
    /// - Throws: An error when it cannot be started.
    public func callAsFunction(_ verb: String, _ options: [String]) async throws -> CutoverRun {
        let outcome = try await run(
            BuiltProducts.cutover,
            arguments(verb, options),
            environment: environment
        )
        return CutoverRun(outcome)
    }
}
