import ArgumentParser
import Console
import Foundation
import MigrationEngine

/// The whole way on synthetic data and a private server, with nothing to set up.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows the whole way: sample data, a private PostgreSQL, the console.",
        discussion: """
            Everything is in a temporary folder and is gone at the end, unless --keep names a \
            folder for it. The status is that of the last run in the console: 1 when its cutover \
            was undone, 75 when it was ended on request.
            """
    )

    @Option(help: "The shape of the sample: plan (12 tables) or production (19 tables).")
    var schema: SampleSource.Schema = .production
    @Option(help: "How many orders.")
    var orders = 20_000
    @Flag(help: "Go the whole way without the console and report.")
    var headless = false
    @Option(help: "Keep sample, backups and journal in this folder, which must not exist.")
    var keep: String?
    @Option(help: "The console's theme.")
    var theme: String?
    @Option(help: "Writes a second of the workers. Default: 20; 100 with --headless.")
    var rate: Double?
    @Flag(help: "A plain migration without workers: nothing writes, there is nothing to cut over.")
    var still = false
    @OptionGroup var cutover: CutoverOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...50_000_000).contains(orders) else {
            throw ValidationError("--orders must be from 0 to 50000000")
        }
        guard rate.map({ $0 > 0 && $0 <= 100_000 }) ?? true else {
            throw ValidationError("--rate must be above 0 and at most 100000")
        }
        guard !(still && headless) else {
            throw ValidationError("--still is for the console: leave out --headless")
        }
        guard common.source == nil, common.target == nil, common.runDir == nil else {
            throw ValidationError("the demo makes both sides: leave out --source and --target")
        }
    }

    func run() throws {
        guard !common.readOnly else {
            throw MigrationError(
                .readOnly,
                "the demo migrates, and --read-only was given",
                place: .init("demo"),
                remedy: "run the demo without --read-only"
            )
        }
        let folder = try DemoFolder(keep: keep)
        defer { folder.remove() }
        let hasConsole = !headless && !common.json && Console.isPossible
        try hasConsole ? runConsole(folder) : runHeadless(folder)
    }

    private func runHeadless(_ folder: DemoFolder) throws {
        let (schema, orders, rate) = (schema, orders, rate ?? 100)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Demo.run(
                in: folder.path,
                schema: schema,
                orders: orders,
                rate: rate,
                observer: observer,
                cancellation: cancellation
            )
        }
        try Output(common).result(report) {
            [
                MigrateText.text(report.migrate), "",
                CheckText.text(report.live.check, CellText(common)), "",
                SwitchCommand.text(report.live.switch), "",
                RevertCommand.text(report.live.revert), "", Self.text(report.live),
            ].joined(separator: "\n")
        }
        if !report.ok { throw ExitCode(1) }
    }

    private static func text(_ live: LiveDemo.Report) -> String {
        """
        \(live.committedWrites) writes were committed by the simulated workers; missing after the \
        switch: \(live.lostAfterSwitch.count), after the way back: \(live.lostAfterRevert.count)
        """
    }

    /// Seconds that the workers of a demo may act on an old toggle: nobody wants to watch 55.
    private static let flagCache = 5.0

    /// Workers that have seen a toggle before the cutover goes on.
    private func traffic(_ settings: Switch.Settings) -> Traffic.Settings {
        Traffic.Settings(
            rate: rate ?? 20,
            flagCache: .milliseconds(Int(settings.flagCache * 600))
        )
    }

    private func runConsole(_ folder: DemoFolder) throws {
        Output.message("making a sample of \(orders) orders and a private server")
        let (schema, orders) = (schema, orders)
        // Interrupted before the console is up, the demo must still remove its folder.
        let sides = try LongWork.run(common) { _, cancellation throws(MigrationError) in
            let sides = try Demo.prepare(in: folder.path, schema: schema, orders: orders)
            try cancellation.check("demo", kept: .untouched)
            return sides
        }
        let settings = cutover.settings(flagCache: Self.flagCache)
        var configuration = Console.Configuration(
            engine: InProcessEngine(
                options: sides.options,
                cutover: settings,
                whenCopied: { try LiveDemo.sign($0) },
                author: NSUserName()
            ),
            sourceName: "ora.db",
            targetName: "ora",
            environment: "DEMO"
        )
        configuration.farewell =
            keep == nil
            ? "the demo is over: its two databases and its folder are gone"
            : "the demo is over: its PostgreSQL is gone, there is nothing to go on with"
        configuration.themeName = theme
        configuration.noColor = common.noColor
        configuration.ascii = common.ascii
        configuration.cutover = settings
        configuration.startAction = still ? .migrate : .migrateLive
        // The workers write before the copy begins, and all along on the side that is live.
        let workers = still ? nil : LiveTraffic(sides.options, settings: traffic(settings))
        workers?.start()
        let status = Console.run(configuration)
        workers?.stop()
        try sides.server.stop()
        if keep != nil { Output.message("kept: \(folder.path)") }
        if status != 0 { throw ExitCode(status) }
    }
}

/// The folder of a demo: temporary, or kept when the operator named one.
struct DemoFolder {
    let path: String
    private let isKept: Bool

    init(keep: String?) throws(MigrationError) {
        isKept = keep != nil
        path = keep ?? TemporaryPath(prefix: "cutover-demo-").make()
        guard mkdir(path, 0o700) == 0 else {
            throw MigrationError(
                .fileFailed,
                "the demo's folder cannot be made",
                place: .init("demo", path: path),
                remedy: "give a folder that does not exist with --keep DIR",
                cause: .system(errno: errno, call: "mkdir")
            )
        }
    }

    /// Removes the folder unless it is kept.
    func remove() {
        if !isKept { try? FileManager.default.removeItem(atPath: path) }
    }
}
