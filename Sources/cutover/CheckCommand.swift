import ArgumentParser
import Foundation
import MigrationEngine

/// All gates of the cutover, each with its evidence; signatures and overrides.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says whether a switch may begin: every gate with its evidence and remedy.",
        usage: """
            cutover check
            cutover check --sign NAME|all --by WHO [--note TEXT]
            cutover check --override NAME --by WHO --note WHY [--confirm "override NAME"]
            cutover check --unsign NAME
            """,
        discussion: """
            Reads both sides and writes to neither, also while a process follows. What persons \
            decide is signed by name; a gate that the engine finds closed can be overridden, some \
            cannot. Both are kept in the journal of the run. Exit status 1 when a gate is closed.
            """
    )

    @Option(help: "Sign this gate, or all that a person signs; may be given for several.")
    var sign: [String] = []
    @Option(help: "Take the signature or override of this gate back.")
    var unsign: String?
    @Option(help: "Let the switch begin although this gate is closed.")
    var override: String?
    @Option(help: "Who signs or overrides.")
    var by: String?
    @Option(help: "A note; for an override it says why.")
    var note: String?
    @Option(help: "The phrase override NAME, where nobody can be asked.")
    var confirm: String?
    @OptionGroup var code: CodeOption
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        func isSaid(_ text: String?) -> Bool {
            text?.contains { !$0.isWhitespace } == true
        }
        if !sign.isEmpty || override != nil, !isSaid(by) {
            throw ValidationError("--by must say who")
        }
        if override != nil, !isSaid(note) {
            throw ValidationError("--note must say why the gate is overridden")
        }
    }

    func run() throws {
        var options = try common.options(schema: place)
        options.codeDirectory = code.directory
        let asked = options
        for line in try decide(asked) { Output.message(line) }
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try CutoverCheck.run(asked, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) { CheckText.text(report, CellText(common)) }
        if !report.ok { throw ExitCode(1) }
    }

    /// Writes words down, and says so: the exit status speaks of all gates, not of them.
    private func decide(_ options: Options) throws -> [String] {
        var kept: [String] = []
        let end = "; the exit status is that of all gates"
        if let unsign {
            try CutoverCheck.withdraw(options, unsign, by: by ?? NSUserName())
            kept.append("recorded: the word on \(SafeText.visible(unsign)) is taken back\(end)")
        }
        let author = SafeText.visible(by ?? "")
        if !sign.isEmpty {
            let names = sign.contains("all") ? nil : sign
            let signed = try CutoverCheck.sign(options, names, by: by ?? "", note: note)
            kept.append(
                signed.isEmpty
                    ? "nothing is left to be signed"
                    : "recorded: \(signed.joined(separator: ", ")) signed by \(author)\(end)"
            )
        }
        if let override {
            try CutoverCheck.requireOverridable(override, options)
            try Phrase.require("override \(override)", given: confirm, common)
            try CutoverCheck.override(options, override, by: by ?? "", note: note ?? "")
            kept.append("recorded: \(override) overridden by \(author)\(end)")
        }
        return kept
    }
}

/// What `check` prints for people.
enum CheckText {
    /// The gates, grouped by what they say, and the next step.
    static func text(_ report: CheckReport, _ cell: CellText) -> String {
        let groups: [(String, [Gate])] = [
            ("CLOSED", report.gates.filter(\.blocks)),
            ("OVERRIDDEN", report.gates.filter { $0.state == .closed && !$0.blocks }),
            ("WAITING", report.gates.filter { $0.state == .waiting }),
            ("OPEN", report.gates.filter { $0.state == .open }),
        ]
        let width = report.gates.map(\.name.count).max() ?? 0
        var lines: [String] = []
        let unseen = UnseenGates.groups(of: report.gates)
        let seen = Set(UnseenGates.others(of: report.gates).map(\.name))
        for (title, all) in groups where !all.isEmpty {
            lines.append("\(title) (\(all.count))")
            // One cause is said once, and not for every gate that it closes.
            if title == "CLOSED" { lines += unseen.flatMap { text($0) } }
            let gates = all.filter { seen.contains($0.name) }
            // What many have in common is said once.
            let reasons = Dictionary(grouping: gates, by: \.reason)
            let common = reasons.first { $0.value.count > 3 }?.key
            if let common { lines.append("  (*) \(SafeText.visible(common))") }
            for gate in gates {
                let name = gate.name.padding(toLength: width, withPad: " ", startingAt: 0)
                let indent = String(repeating: " ", count: width + 4)
                guard gate.reason != common || gate.remedy != nil else {
                    lines.append("  \(name)  \(gate.title) (*)")
                    continue
                }
                lines.append("  \(name)  \(gate.title)")
                lines.append("\(indent)\(SafeText.visible(gate.reason))")
                if let decision = gate.decision, decision.isOverride {
                    let why = decision.note.map { ": \(SafeText.visible($0))" } ?? ""
                    let who = SafeText.visible(decision.by)
                    lines.append("\(indent)overridden by \(who) at \(decision.at)\(why)")
                } else if let remedy = gate.remedy {
                    lines.append("\(indent)do: \(SafeText.visible(remedy))")
                }
            }
            lines.append("")
        }
        let troubles = AdviseCommand.findings(report.findings, unknown: report.unknown, cell)
        if !troubles.isEmpty {
            lines += ["KNOWN TROUBLES, they close no gate"] + troubles.map { "  \($0)" }
            lines.append("")
        }
        lines.append("next: \(SafeText.visible(report.next))")
        return lines.joined(separator: "\n")
    }

    /// Gates that one cause keeps from being looked at.
    private static func text(_ unseen: UnseenGates) -> [String] {
        let names = unseen.gates.map(\.name)
        let rows = names.reduce(into: [""]) { rows, name in
            let word = name + (name == names.last ? "" : ", ")
            if rows[rows.count - 1].count + word.count > 76 { rows.append("") }
            rows[rows.count - 1] += word
        }
        return ["  \(SafeText.visible(unseen.words()))"]
            + rows.map { "    " + SafeText.visible($0).trimmingCharacters(in: .whitespaces) }
            + ["    do: \(SafeText.visible(unseen.obstacle.remedy))"]
    }
}
