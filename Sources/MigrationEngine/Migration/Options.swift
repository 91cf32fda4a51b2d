import Foundation

/// What every command needs to know: the two sides, the profile, and the folder of the run.
public struct Options: Sendable {
    /// The SQLite file.
    public var source: String
    /// The connection string of the target; empty for libpq's own variables.
    public var target: String
    /// The built-in profile's name or the path of a profile.
    public var profile: String
    /// The folder beside the source that holds journal, backups and logs.
    public var runDirectory: String
    /// Whether everything that changes something is refused.
    public var isReadOnly: Bool
    /// The schema of the target that receives the tables.
    public var schema: String
    /// The folder of the application's code, where one is named.
    public var codeDirectory: String?

    /// Makes options.
    ///
    /// - Parameters:
    ///   - source: The SQLite file.
    ///   - target: The connection string of the target.
    ///   - profile: The profile's name or path.
    ///   - runDirectory: The folder of the run; `<source>.cutover` when nil.
    ///   - isReadOnly: Whether changes are refused.
    ///   - schema: The schema of the target.
    public init(
        source: String,
        target: String,
        profile: String = "auto",
        runDirectory: String? = nil,
        isReadOnly: Bool = false,
        schema: String = "public"
    ) {
        self.source = source
        self.target = target
        self.profile = profile
        self.runDirectory = runDirectory ?? source + ".cutover"
        self.isReadOnly = isReadOnly
        self.schema = schema
    }

    /// Refuses a schema that is PostgreSQL's own or ours.
    ///
    /// - Throws: ``MigrationError`` of code `usage`.
    package func requireUsableSchema() throws(MigrationError) {
        let own = [RunState.schema, RunState.dryRunSchema, "information_schema"]
        let reason: String
        if schema.isEmpty {
            reason = "the schema's name is empty"
        } else if schema.utf8.count > TargetName.maximumBytes {
            reason = "the schema's name is longer than the 63 bytes that PostgreSQL keeps"
        } else if schema.utf8.contains(0) {
            reason = "the schema's name holds a NUL"
        } else if own.contains(schema.lowercased()) || schema.lowercased().hasPrefix("pg_") {
            reason = "the schema \"\(schema)\" is PostgreSQL's own or cutover's"
        } else {
            return
        }
        throw MigrationError(
            .usage,
            reason,
            place: .init("start"),
            remedy: "give another one with --schema NAME; the default is public"
        )
    }

    /// Refuses an action under `--read-only`.
    ///
    /// - Parameter action: What was asked for, as a verb.
    /// - Throws: ``MigrationError`` of code `readOnly`.
    package func requireWritable(_ action: String) throws(MigrationError) {
        guard isReadOnly else { return }
        throw MigrationError(
            .readOnly,
            "\(action) changes something, and --read-only was given",
            place: .init("start"),
            remedy: "run the command without --read-only"
        )
    }
}
