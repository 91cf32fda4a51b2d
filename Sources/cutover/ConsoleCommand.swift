import ArgumentParser
import Console
import Foundation
import MigrationEngine

/// The console; without a terminal the status.
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Opens the console; without a terminal prints the status."
    )

    @Option(help: "A theme's name or file.")
    var theme: String?
    @Option(help: "A folder of themes that go before the built-in ones.")
    var themesDir: String?
    @Option(help: "Record the screen in a file (asciicast) that is not there yet.")
    var record: String?
    @Option(help: "Write the keys with their times to a new file, without typed text.")
    var logKeys: String?
    @Flag(help: "Print the status as lines instead of opening the console.")
    var plain = false
    @Flag(help: "With --plain: go on, and print each line of the status that changes.")
    var watch = false
    @Option(help: "Seconds between two looks of --watch.")
    var interval = 2.0
    @OptionGroup var cutover: CutoverOptions
    @OptionGroup var code: CodeOption
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0.2...3_600).contains(interval) else {
            throw ValidationError("--interval must be from 0.2 to 3600 seconds")
        }
    }

    func run() throws {
        var given = try common.options(schema: place)
        given.codeDirectory = code.directory
        let options = given
        if let record { try Self.requireNew(record, "record into", "--record") }
        if let logKeys { try Self.requireNew(logKeys, "write the keys to", "--log-keys") }
        guard !plain, !common.json, Console.isPossible else {
            if !plain, !common.json, Console.isDumb {
                Output.message(
                    "note: this terminal cannot place its cursor (TERM=dumb): "
                        + "the status instead of the console"
                )
            }
            if watch, !common.json {
                return try PlainWatch(options: options, interval: interval).run()
            }
            let status = try RunStatus.read(options)
            try Output(common).result(status) { StatusCommand.text(status) }
            if !status.isSound { throw ExitCode(1) }
            return
        }
        let target = try TargetAddress(options.target)
        var configuration = Console.Configuration(
            engine: InProcessEngine(
                options: options,
                cutover: cutover.settings(),
                author: NSUserName()
            ),
            sourceName: URL(fileURLWithPath: options.source).lastPathComponent,
            targetName: target.database
        )
        configuration.cutover = cutover.settings()
        configuration.isReadOnly = options.isReadOnly
        configuration.themeName = theme
        configuration.recordPath = record
        configuration.keyLogPath = logKeys
        configuration.themes = ThemeLibrary(folder: themesDir)
        configuration.noColor = common.noColor
        configuration.ascii = common.ascii
        let status = Console.run(configuration)
        if status != 0 { throw ExitCode(status) }
    }

    /// Refuses to write over a file, before anything is drawn.
    private static func requireNew(_ path: String, _ use: String, _ option: String) throws {
        guard access(path, F_OK) == 0 else { return }
        throw MigrationError(
            .usage,
            "the file to \(use) is there already",
            place: .init("console", path: path),
            remedy: "give \(option) the name of a new file, or move that one away"
        )
    }
}
