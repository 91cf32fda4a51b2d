import ArgumentParser

/// The root of all verbs.
struct Cutover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cutover",
        abstract: "Takes a live SQLite database to PostgreSQL, every cell verified.",
        discussion: """
            Before or behind each verb: --source FILE, --target URL, --profile NAME|FILE, \
            --run-dir DIR, --json, --read-only, --no-color, --ascii.

            Exit status: 0 all done and verified, 1 differences, quarantined rows, a closed gate or \
            a switch undone, 64 usage, 65 source data, 66 source file, 69 target unavailable, 70 our bug, 74 input/output, \
            75 interrupted and resumable, 78 configuration.
            """,
        version: "0.1.0",
        subcommands: [
            MigrateCommand.self, VerifyCommand.self, InspectCommand.self, PlanCommand.self,
            BackupCommand.self, StatusCommand.self, WorkflowsCommand.self, OrdersCommand.self,
            InventoryCommand.self, DashboardCommand.self, DemoCommand.self, SampleCommand.self,
            ServerCommand.self, ConsoleCommand.self, QuarantineCommand.self,
            FollowCommand.self, SwitchCommand.self, RevertCommand.self,
            CleanCommand.self,
            TrafficCommand.self, CheckCommand.self, ReportCommand.self, ThemeCommand.self,
            RehearseCommand.self, CodeCommand.self, WatchCommand.self,
            ReconcileCommand.self, AdviseCommand.self,
        ],
        defaultSubcommand: ConsoleCommand.self
    )

    /// The words that can stand first.
    static var verbs: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    }
}
