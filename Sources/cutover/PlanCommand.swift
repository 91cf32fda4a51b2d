import ArgumentParser
import Console
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
        try Output(common).result(PlanReport(schema)) { sql ? schema.ddl : PlanText.text(schema) }
        // The tables that stand there cannot be filled as they are.
        if schema.decisions.contains(where: { $0.subject == "refused" }) { throw ExitCode(1) }
    }
}
