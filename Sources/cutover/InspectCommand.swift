import ArgumentParser
import Console
import MigrationEngine

/// Catalog and census of the source.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what the source declares and what is really stored in it.",
        discussion: """
            Damaged files too: what can be read is shown, and what cannot be is named. The exit \
            status is 65 then.
            """
    )

    @Option(
        help: """
            The schema that the tables are to stand in: it counts for the names that are shown. \
            The target is not asked. Default: public.
            """
    )
    var schema: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schemaNamed: schema)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Inspector.run(options, observer: observer, cancellation: cancellation)
        }
        let ascii = common.ascii
        try Output(common).result(report) { InspectText(report, ascii: ascii).text }
        if !report.integrity.ok { throw ExitCode(65) }
    }
}
