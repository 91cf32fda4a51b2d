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
    @Option(
        parsing: .unconditionalSingleValue,
        help: "With --table: show this row cell by cell. Once for each column of its primary key."
    )
    var key: [String] = []
    @Option(help: "How many differences of a table are named.")
    var samples: Int?
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
        guard samples ?? 1 >= 0, samples ?? 1 <= 10_000 else {
            throw ValidationError("--samples must be from 0 to 10000")
        }
        guard key.isEmpty || table != nil else {
            throw ValidationError("--key needs --table")
        }
        guard key.isEmpty || !countsOnly else {
            throw ValidationError("--key and --counts-only exclude each other")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        if let table, !key.isEmpty { return try showRow(options, table) }
        let settings = Verification.Settings(
            table: table,
            countsOnly: countsOnly,
            jobs: jobs,
            samples: samples ?? 20
        )
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Verification.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) {
            VerifyText.text(report, samples: samples ?? 5) + NextStep.line(after: report)
        }
        if !report.ok { throw ExitCode(1) }
    }

    private func showRow(_ options: Options, _ table: String) throws {
        let key = key
        let report = try Background("engine") { () throws(MigrationError) in
            try Verification.row(options, table: table, key: key)
        }.value()
        try Output(common).result(report) { RowText.text(report) }
        if !report.ok { throw ExitCode(1) }
    }
}

/// The report of `verify` for people.
enum VerifyText {
    static func text(_ report: VerifyReport, samples: Int) -> String {
        var table = TextTable(
            ["TABLE", "SQLITE", "POSTGRES", "QUARANTINED", "DIGEST", "STATUS"],
            rightAligned: [1, 2, 3]
        )
        for row in report.tables {
            table.add([
                SafeText.visible(row.name), row.sourceRows.map(String.init) ?? "absent",
                row.targetRows.map(String.init) ?? "absent", quarantined(row),
                digests(row), row.status.rawValue,
            ])
        }
        let aside = (report.aside ?? []).map { "not compared: \(SafeText.visible($0))" }
        let lines = [table.text, ""] + aside + problems(report, samples: samples)
        let outcome = report.verdict
        let scope = report.countsOnly ? ", rows only counted" : ""
        return (lines + ["\(outcome)\(scope) (\(seconds(report.seconds)))"])
            .joined(separator: "\n")
    }

    private static func quarantined(_ row: VerifyReport.Table) -> String {
        let known = [
            row.acceptedRows > 0 ? "\(row.acceptedRows) accepted" : nil,
            row.editedRows > 0 ? "\(row.editedRows) edited" : nil,
        ].compactMap { $0 }
        let count = String(row.quarantinedRows)
        return known.isEmpty ? count : "\(count) (\(known.joined(separator: ", ")))"
    }

    private static func digests(_ table: VerifyReport.Table) -> String {
        guard let source = table.digest?.prefix(8), let target = table.targetDigest?.prefix(8)
        else { return "-" }
        return source == target ? "\(source) = \(target)" : "\(source) # \(target)"
    }

    /// What is wrong, a line each.
    static func problems(_ report: VerifyReport, samples: Int = 5) -> [String] {
        var lines: [String] = []
        for table in report.tables {
            let name = SafeText.visible(table.name)
            if table.status == .skipped {
                lines.append("\(name): \(SafeText.visible(table.note ?? "skipped"))")
            } else if table.status.isProblem {
                lines.append(
                    "\(name): \(table.status.rawValue): \(table.missing) missing, "
                        + "\(table.extra) extra, \(table.different) different"
                        + (table.note.map { "; \(SafeText.visible($0))" } ?? "")
                )
            }
            for sample in table.samples.prefix(samples) {
                let values = sample.column.map { column in
                    " \(column): \(sample.source ?? "NULL") | \(sample.target ?? "NULL")"
                }
                lines.append(
                    SafeText.visible("  \(sample.kind) \(sample.key)\(values ?? "")")
                )
            }
            if let sequence = table.sequence, !sequence.ok, sequence.waits != true {
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

/// The report of `verify --key` for people.
enum RowText {
    static func text(_ report: RowReport) -> String {
        let key = report.key.map { "\($0.column) \($0.value)" }.joined(separator: ", ")
        var lines = [SafeText.visible("\(report.table): \(key)"), ""]
        if !report.cells.isEmpty { lines += [cells(report), ""] }
        for entry in report.quarantine {
            let column = entry.column.map { "column \($0): " } ?? ""
            let state = entry.sqlState.map { " (\($0))" } ?? ""
            lines.append(
                SafeText.visible(
                    "quarantine \(entry.id), \(entry.state.rawValue): "
                        + "\(column)\(entry.reason)\(state)"
                )
            )
        }
        return (lines + [report.verdict]).joined(separator: "\n")
    }

    private static func cells(_ report: RowReport) -> String {
        var table = TextTable(["", "COLUMN", "STORED", "SQLITE", "TYPE", "POSTGRES", "RULE"])
        for cell in report.cells {
            table.add([
                cell.equal ? "=" : "#", SafeText.visible(cell.column),
                cell.storageClass ?? "-", value(cell.source, inRow: report.inSource),
                SafeText.visible(cell.targetType), value(cell.target, inRow: report.inTarget),
                cell.rule,
            ])
            if let edited = cell.edited {
                table.add(["", "", "chosen", SafeText.visible(edited), "", "", ""])
            }
            guard let source = cell.sourceBits, let target = cell.targetBits else { continue }
            table.add(["", "", "bits", source, "bits", target, ""])
        }
        return table.text
    }

    private static func value(_ text: String?, inRow: Bool) -> String {
        inRow ? text.map(SafeText.visible) ?? "NULL" : "(no row)"
    }
}
