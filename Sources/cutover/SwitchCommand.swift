import ArgumentParser
import Foundation
import MigrationEngine

/// Pause, fence, drain, verify, switch, restore the toggles.
struct SwitchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switch",
        abstract: "Hands the application over to PostgreSQL, or leaves everything as it was.",
        discussion: """
            Turns the workflows off, waits until the last worker has seen it, blocks the source's \
            writes, applies and compares what is left, opens the target, switches the environment \
            file, runs the hook and gives each workflow its earlier toggle back. Whatever fails \
            before the target is open undoes all of it. Needs a live run: cutover migrate --live. \
            A switch that was killed is undone or finished by the next one.
            """
    )

    @Option(help: "Seconds that writes may be blocked.")
    var freezeBudget = 30.0
    @Option(help: "Seconds that workers may act on an old toggle.")
    var flagCache = 55.0
    @Option(help: "The environment file in which the profile's variable is switched.")
    var envFile: String?
    @Option(help: "A shell command that is run once the target is open; non-zero goes back.")
    var hook: String?
    @Option(help: "The workflow that is turned on first. Default: the first that was on.")
    var canary: String?
    @Option(help: "The phrase cut over DATABASE, where nobody can be asked.")
    var confirm: String?
    @Flag(help: "Say each action with its figures, and do none of them.")
    var dryRun = false
    @OptionGroup var code: CodeOption
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard freezeBudget > 0, freezeBudget <= 3_600 else {
            throw ValidationError("--freeze-budget must be above 0 and at most 3600")
        }
        guard flagCache >= 0, flagCache <= 3_600 else {
            throw ValidationError("--flag-cache must be from 0 to 3600")
        }
    }

    func run() throws {
        var given = try common.options(schema: place)
        given.codeDirectory = code.directory
        let options = given
        let settings = Switch.Settings(
            freezeBudget: freezeBudget,
            flagCache: flagCache,
            environmentFile: envFile,
            hook: hook,
            canary: canary
        )
        if dryRun {
            let plan = try Switch.plan(options, settings)
            try Output(common).result(plan) { SwitchPlanText.text(plan) }
            if !plan.ok { throw ExitCode(1) }
            return
        }
        try Phrase.require(try Phrase.of("cut over", options), given: confirm, common)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Switch.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) {
            Self.text(report) + "\nnext: \(NextStep.after(report))"
        }
        if report.isAborted == true { throw ExitCode(75) }
        if !report.ok { throw ExitCode(1) }
    }

    static func text(_ report: SwitchReport) -> String {
        var table = TextTable(["STEP", "TOOK", "OUTCOME"], rightAligned: [1])
        for step in report.steps {
            // What the operator has ended has not failed.
            let isEnded = report.isAborted == true && step.outcome == "failed"
            table.add([
                step.name, RehearseCommand.seconds(step.seconds),
                isEnded ? "aborted" : step.outcome,
            ])
        }
        var lines = report.steps.isEmpty ? [] : [table.text, ""]
        lines += report.holders.map {
            "still holding the source open: \($0.pid) \(SafeText.visible($0.command))"
        }
        lines += report.togglesRestored.map {
            "toggle \(SafeText.visible($0.name)): \($0.enabled ? "on" : "off"), as before"
        }
        lines += report.warnings.map { "note: \(SafeText.visible($0))" }
        lines.append(report.summary)
        return lines.joined(separator: "\n")
    }
}
