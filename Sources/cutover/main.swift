import ArgumentParser
import Foundation
import MigrationEngine

struct CommonOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object.")
    var json = false
}

struct Cutover: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cutover",
        subcommands: [ServerCommand.self, SampleCommand.self]
    )
}

do {
    var command = try Cutover.parseAsRoot()
    try command.run()
} catch let error as MigrationError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(error.exitStatus)
} catch {
    Cutover.exit(withError: error)
}
