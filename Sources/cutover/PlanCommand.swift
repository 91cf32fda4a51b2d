import ArgumentParser
import MigrationEngine

/// The decisions of the mapping.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what each table, column and constraint becomes, and why."
    )

    @Flag(help: "Print the DDL only.")
    var sql = false
    @Option(help: "How the schema is made: auto, derive, plan, or existing (asks the target).")
    var mode = "auto"
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try ModeOption.validate(mode)
    }

    func run() throws {
        let options = try common.options(schema: place)
        let mode = mode
        let schema = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Inspection.plan(options, mode: mode, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(PlanReport(schema)) { sql ? schema.ddl : Self.text(schema) }
        // The tables that stand there cannot be filled as they are.
        if schema.decisions.contains(where: { $0.subject == "refused" }) { throw ExitCode(1) }
    }

    private static func text(_ schema: TargetSchema) -> String {
        let dropped = schema.decisions.filter { $0.outcome == .dropped }
        var lines = [
            "mode \(schema.mode.rawValue), \(Count.text(schema.tables.count, "table"))",
            totals(schema.decisions),
        ]
        if !dropped.isEmpty {
            lines += ["", "dropped"]
            lines += dropped.map { decision in
                let place = [decision.table, decision.column].compactMap { $0 }
                    .joined(separator: ".")
                return SafeText.visible("  \(decision.subject) of \(place): \(decision.reason)")
            }
        }
        var table = ""
        for decision in schema.decisions {
            if decision.table != table {
                table = decision.table
                lines += ["", SafeText.visible(table)]
            }
            let subject = [decision.column, decision.subject].compactMap { $0 }
                .joined(separator: " ")
            let change =
                decision.target.isEmpty || decision.target == decision.source
                ? decision.source : "\(decision.source) → \(decision.target)"
            let outcome = decision.outcome.rawValue
            let padding = String(repeating: " ", count: max(0, 10 - outcome.count))
            lines.append(
                SafeText.visible("  \(outcome)\(padding)  \(subject): \(change)")
            )
            let confidence = decision.confidence.map { " (confidence \($0.rawValue))" } ?? ""
            lines.append(SafeText.visible("              \(decision.reason)\(confidence)"))
        }
        return lines.joined(separator: "\n")
    }

    private static func totals(_ decisions: [TargetSchema.Decision]) -> String {
        let outcomes: [TargetSchema.Decision.Outcome] = [.kept, .translated, .changed, .dropped]
        return Count.text(decisions.count, "decision") + ": "
            + outcomes.map { outcome in
                "\(decisions.count { $0.outcome == outcome }) \(outcome.rawValue)"
            }.joined(separator: ", ")
    }
}
