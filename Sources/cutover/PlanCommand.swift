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
    @Option(help: "How the schema is made: auto, derive or plan.")
    var mode = "auto"
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard ["auto", "derive", "plan"].contains(mode) else {
            throw ValidationError("--mode must be auto, derive or plan")
        }
    }

    func run() throws {
        let options = common.options()
        let mode = mode
        let schema = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Inspection.run(options, observer: observer, cancellation: cancellation)
                .schema(mode: mode, schema: options.schema)
        }
        try Output(common).result(PlanReport(schema)) { sql ? schema.ddl : Self.text(schema) }
    }

    private static func text(_ schema: TargetSchema) -> String {
        var lines = ["mode \(schema.mode.rawValue), \(schema.tables.count) tables", ""]
        var table = TextTable(["TABLE", "COLUMN", "SUBJECT", "OUTCOME", "TARGET", "REASON"])
        for decision in schema.decisions {
            table.add(
                [
                    decision.table, decision.column ?? "", decision.subject,
                    decision.outcome.rawValue, decision.target, decision.reason,
                ].map { SafeText.visible($0) }
            )
        }
        lines.append(table.text)
        return lines.joined(separator: "\n")
    }
}
