import ArgumentParser
import Foundation
import MigrationEngine

/// The local server: a private PostgreSQL for trying out and rehearsing.
struct ServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Start, stop or find a private PostgreSQL server of this machine.",
        discussion: """
            The server is made from the installed PostgreSQL programs ($CUTOVER_PG_BIN, pg_config, \
            $PATH or /usr/lib/postgresql) in a folder of its own and listens on a Unix socket in \
            that folder only. It is quick and not durable: for rehearsals, not for production.
            """,
        subcommands: [Start.self, Stop.self, URL.self, Status.self]
    )

    /// The folder of the server, the same for all four.
    struct Place: ParsableArguments {
        @Option(
            name: .long,
            help: ArgumentHelp(
                "The folder of the server.",
                discussion: """
                    Default: ~/.local/state/cutover/server; as root, where PostgreSQL's own account \
                    cannot enter that, /var/tmp/cutover-server-0.
                    """
            ),
            completion: .directory
        )
        var data: String?
    }

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start the server, or find it running, and print its address."
        )
        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            let status = try LocalServer.started(data: place.data)
            if let remark = status.note { Output.message(remark) }
            Output.message(status.changed ? "started in \(status.data)" : "was running already")
            try Output(common).result(status) { status.url ?? "" }
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop the server.")
        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            let status = try LocalServer.stopped(data: place.data)
            try Output(common).result(status) { status.changed ? "stopped" : "was not running" }
        }
    }

    struct URL: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "url",
            abstract: "Print the server's address."
        )
        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            let status = try LocalServer.status(data: place.data)
            guard let url = status.url else {
                throw MigrationError(
                    .serverFailed,
                    "the local server does not run",
                    place: .init("local server", path: status.data),
                    remedy: "run `cutover server start`"
                )
            }
            try Output(common).result(status) { url }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether the server runs, and where."
        )
        @OptionGroup var place: Place
        @OptionGroup var common: CommonOptions

        func run() throws {
            let status = try LocalServer.status(data: place.data)
            try Output(common).result(status) {
                let lines = [
                    status.running ? "running" : "stopped", "folder: \(status.data)",
                    "log:    \(status.log)",
                ]
                return (lines + [status.url.map { "url:    \($0)" }].compactMap { $0 })
                    .joined(separator: "\n")
            }
        }
    }
}
