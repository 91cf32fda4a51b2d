import ArgumentParser
import MigrationEngine

/// Catalog and census of the source.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what the source declares and what is really stored in it."
    )

    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schema: place)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Inspection.run(options, observer: observer, cancellation: cancellation).report
        }
        try Output(common).result(report) { Self.text(report) }
    }

    private static func text(_ report: InspectReport) -> String {
        var lines = [
            "source: \(report.source.path), \(report.source.sizeBytes) bytes, "
                + "journal mode \(report.source.journalMode)"
        ]
        for table in report.tables {
            lines.append("")
            lines.append("\(SafeText.visible(table.name)): \(table.rows) rows")
            var columns = TextTable(["  COLUMN", "DECLARED", "STORED", "SHAPES", "PROBLEMS"])
            for column in table.columns {
                columns.add([
                    "  " + SafeText.visible(column.name), SafeText.visible(column.declaredType),
                    stored(column.storage),
                    column.shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                        .joined(separator: ", "),
                    column.problems.map { "\($0.kind) \($0.rows)" }.joined(separator: ", "),
                ])
            }
            lines.append(columns.text)
        }
        for orphan in report.orphans where orphan.rows > 0 {
            lines.append(
                "\(orphan.table): \(orphan.rows) rows without a row in \(orphan.references)"
            )
        }
        return lines.joined(separator: "\n")
    }

    private static func stored(_ storage: InspectReport.Storage) -> String {
        [
            ("integer", storage.integer), ("real", storage.real), ("text", storage.text),
            ("blob", storage.blob), ("null", storage.null),
        ].filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
