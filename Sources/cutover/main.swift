import ArgumentParser
import Foundation
import MigrationEngine

// Writing to a reader that went away must be an error value, not the end of the process.
signal(SIGPIPE, SIG_IGN)
// A key on the keyboard is no crash, of which the runtime would write a report for many seconds.
signal(SIGQUIT, SIG_DFL)

let arguments = ArgumentOrder.verbFirst(Array(CommandLine.arguments.dropFirst()))
let output = Output(isJSON: arguments.contains("--json"))
CommandLineSecrets.hide()

if let word = arguments.first, !word.hasPrefix("-"), !Cutover.verbs.contains(word) {
    output.failure(
        MigrationError(
            .usage,
            "there is no verb \"\(SafeText.visible(CommandLineSecrets.redacted(word)))\"",
            place: .init("command line"),
            remedy: "give one of: \(Cutover.verbs.joined(separator: ", "))"
        )
    )
    exit(EX_USAGE)
}

do {
    var command = try Cutover.parseAsRoot(arguments)
    try command.run()
} catch let error as MigrationError {
    output.failure(error)
    exit(error.exitStatus)
} catch let error as ExitCode {
    exit(error.rawValue)
} catch  where Cutover.exitCode(for: error) == .success {
    // Help and version are not failures.
    Cutover.exit(withError: error)
} catch  where Cutover.exitCode(for: error) == .validationFailure && arguments.contains("--json") {
    output.failure(
        MigrationError(
            .usage,
            CommandLineSecrets.redacted(
                NegativeNumbers.message(arguments, Cutover.message(for: error))
                    ?? Cutover.message(for: error)
            ),
            place: .init("command line"),
            remedy: "see cutover help"
        )
    )
    exit(EX_USAGE)
} catch {
    // The parser repeats what it does not understand, which may be an address with a password.
    let full = Cutover.fullMessage(for: error)
    let better = NegativeNumbers.message(arguments, full).map { "Error: \($0)" }
    Output.message(CommandLineSecrets.redacted(better ?? full))
    exit(Cutover.exitCode(for: error).rawValue)
}
