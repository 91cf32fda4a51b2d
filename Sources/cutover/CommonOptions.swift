import ArgumentParser
import Foundation
import MigrationEngine

/// The options that every verb understands, before or after the verb.
struct CommonOptions: ParsableArguments {
    @Option(help: "The SQLite file. Default: $DATABASE_PATH, else ora.db.")
    var source: String?

    @Option(help: "The PostgreSQL database. Default: $DATABASE_URL, else libpq's variables.")
    var target: String?

    @Option(help: "A built-in profile (ora, generic), a profile's file, or auto.")
    var profile = "auto"

    @Option(help: "The folder for journal, backups and logs. Default: SOURCE.cutover.")
    var runDir: String?

    @Flag(help: "Print exactly one JSON object on standard output.")
    var json = false

    @Flag(help: "Refuse everything that changes something.")
    var readOnly = false

    @Flag(help: "Print and draw without colour.")
    var noColor = false

    @Flag(help: "Print and draw with ASCII characters only.")
    var ascii = false

    /// The options for the engine, with the environment's defaults filled in.
    ///
    /// - Parameter schema: The schema, for a verb that works in the target; nil for the others.
    /// - Returns: The options.
    /// - Throws: ``MigrationError`` of code `configuration` when the profile cannot be read.
    func options(
        schema: SchemaOption? = nil
    ) throws(MigrationError) -> Options {
        try options(schemaNamed: schema?.schema)
    }

    /// The options for the engine, with the environment's defaults filled in.
    ///
    /// - Parameter schema: The schema's name; nil for the default.
    /// - Returns: The options.
    /// - Throws: ``MigrationError`` of code `configuration` when the profile cannot be read.
    func options(schemaNamed schema: String?) throws(MigrationError) -> Options {
        // A name or a file that is wrong must not pass only because this verb has no use for it.
        if profile != "auto" { _ = try Profile.load(profile, catalog: nil) }
        let environment = ProcessInfo.processInfo.environment
        func nonEmpty(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let options = Options(
            source: source ?? nonEmpty("DATABASE_PATH") ?? "ora.db",
            target: target ?? nonEmpty("DATABASE_URL") ?? "",
            profile: profile,
            runDirectory: runDir,
            isReadOnly: readOnly,
            schema: schema ?? "public"
        )
        try options.requireUsableSchema()
        return options
    }
}

/// The schema of the target, for every verb that works in it.
///
/// Apart from the common options, because `demo` and `sample` call the shape of their data so.
struct SchemaOption: ParsableArguments {
    @Option(help: "The schema of the target that holds the tables. Default: public.")
    var schema: String?
}

/// The folder of the application's code, for the verbs that look at the gates.
struct CodeOption: ParsableArguments {
    @Option(
        name: .customLong("code"),
        help: "The folder of the application's code. Default: the profile's, else the last checked."
    )
    var directory: String?
}

/// The order of arguments: common options may stand before the verb, where the parser of a verb
/// does not look.
enum ArgumentOrder {
    private static let withValue = ["--source", "--target", "--profile", "--run-dir", "--schema"]
    private static let flags = ["--json", "--read-only", "--no-color", "--ascii"]

    /// Moves common options that stand before the verb behind it.
    ///
    /// - Parameter arguments: The arguments without the program's name.
    /// - Returns: The same arguments, the verb first.
    static func verbFirst(_ arguments: [String]) -> [String] {
        var moved: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
            if flags.contains(argument) || (withValue.contains(name) && argument.contains("=")) {
                moved.append(argument)
                index += 1
            } else if withValue.contains(argument), index + 1 < arguments.count {
                moved += arguments[index...index + 1]
                index += 2
            } else {
                break
            }
        }
        var rest = Array(arguments[index...])
        // The verbs of a verb: there, too, options may stand in front.
        if let verb = rest.first, ["quarantine", "code"].contains(verb) {
            rest = [verb] + verbFirst(Array(rest.dropFirst()))
        }
        guard let end = rest.firstIndex(of: "--") else { return rest + moved }
        return rest[..<end] + moved + rest[end...]
    }
}
