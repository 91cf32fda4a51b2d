import ArgumentParser
import MigrationEngine

/// The online backup.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Makes a consistent, checked backup of the live source."
    )

    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options()
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Backup.run(options, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) {
            let rows = report.tables.reduce(0) { $0 + $1.rows }
            return """
                backup:  \(report.path)
                size:    \(report.sizeBytes) bytes, \(rows) rows in \(report.tables.count) tables
                sha256:  \(report.sha256)
                counts:  \(report.rowCountsPath)
                schema:  \(report.schemaPath)
                """
        }
    }
}
