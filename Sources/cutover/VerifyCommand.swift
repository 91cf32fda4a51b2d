import ArgumentParser
import Foundation
import MigrationEngine

/// Every row, every cell, both sides.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compares every row and every cell of both sides; writes to neither."
    )

    @Option(help: "Compare this table only.")
    var table: String?
    @Flag(help: "Count rows instead of comparing them.")
    var countsOnly = false
    @Option(help: "Threads that compare. Default: one a core, four at most.")
    var jobs: Int?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard jobs ?? 1 >= 1, jobs ?? 1 <= 64 else {
            throw ValidationError("--jobs must be from 1 to 64")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let settings = Verification.Settings(table: table, countsOnly: countsOnly, jobs: jobs)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Verification.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) { VerifyText.text(report) }
        if !report.ok { throw ExitCode(1) }
    }
}

/// The report of `verify` for people.
enum VerifyText {
    static func text(_ report: VerifyReport) -> String {
        var table = TextTable(
            ["TABLE", "SQLITE", "POSTGRES", "QUARANTINED", "DIGEST", "STATUS"],
            rightAligned: [1, 2, 3]
        )
        for row in report.tables {
            table.add([
                SafeText.visible(row.name), row.sourceRows.map(String.init) ?? "absent",
                row.targetRows.map(String.init) ?? "absent", String(row.quarantinedRows),
                digests(row), row.status.rawValue,
            ])
        }
        let aside = (report.aside ?? []).map { "not compared: \(SafeText.visible($0))" }
        let lines = [table.text, ""] + aside + problems(report)
        let outcome = report.verdict
        let scope = report.countsOnly ? ", rows only counted" : ""
        return (lines + ["\(outcome)\(scope) (\(seconds(report.seconds)))"])
            .joined(separator: "\n")
    }

    private static func digests(_ table: VerifyReport.Table) -> String {
        guard let source = table.digest?.prefix(8), let target = table.targetDigest?.prefix(8)
        else { return "-" }
        return source == target ? "\(source) = \(target)" : "\(source) # \(target)"
    }

    /// What is wrong, a line each.
    static func problems(_ report: VerifyReport) -> [String] {
        var lines: [String] = []
        for table in report.tables {
            let name = SafeText.visible(table.name)
            if table.status != .equal {
                lines.append(
                    "\(name): \(table.status.rawValue): \(table.missing) missing, "
                        + "\(table.extra) extra, \(table.different) different"
                        + (table.note.map { "; \(SafeText.visible($0))" } ?? "")
                )
            }
            for sample in table.samples.prefix(5) {
                let values = sample.column.map { column in
                    " \(column): \(sample.source ?? "NULL") | \(sample.target ?? "NULL")"
                }
                lines.append(
                    SafeText.visible("  \(sample.kind) \(sample.key)\(values ?? "")")
                )
            }
            if let sequence = table.sequence, !sequence.ok {
                lines.append(
                    "\(name): \(sequence.name) gives \(sequence.nextValue) next, and the highest "
                        + "id is \(sequence.maximum.map { String($0) } ?? "none")"
                )
            }
        }
        for key in report.foreignKeys where key.sourceOrphans + (key.targetOrphans ?? 0) > 0 {
            lines.append(
                "\(key.table) → \(key.references): rows without a parent: "
                    + "\(key.sourceOrphans) in SQLite, \(key.targetOrphans ?? 0) in PostgreSQL"
            )
        }
        return lines
    }

    static func seconds(_ value: Double) -> String { String(format: "%.1f s", value) }
}
