import ArgumentParser
import Foundation
import MigrationEngine

/// What the target could do better, and what fails on it.
struct AdviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise",
        abstract: "Finds what is slow, missing, unused or failing on PostgreSQL; runs none of it.",
        discussion: """
            Each finding has its evidence and, where one helps, the statement to run. Slow statements \
            are explained and never executed; what writes is not explained. Exit status 1 when \
            something is a fault: connections that run out, rows without their parent, statements \
            of the application that the target refuses. Advice alone is status 0.
            """
    )

    @Option(help: "Milliseconds in the mean from which a statement is slow.")
    var slowMs = 100.0
    @Option(help: "Rows from which a table is large.")
    var largeRows = 10_000
    @Option(help: "Days of counting before an index is called unused.")
    var unusedAfter = 7.0
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard slowMs >= 0, slowMs.isFinite else {
            throw ValidationError("--slow-ms must not be negative")
        }
        guard largeRows >= 0 else { throw ValidationError("--large-rows must not be negative") }
        guard (0...3_650).contains(unusedAfter) else {
            throw ValidationError("--unused-after must be from 0 to 3650")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let settings = Advice.Settings(
            slowMilliseconds: slowMs,
            largeRows: largeRows,
            unusedAfterDays: unusedAfter
        )
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Advice.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) { Self.text(report, CellText(common)) }
        if !report.ok { throw ExitCode(1) }
    }

    /// The findings for people.
    static func text(_ report: AdviceReport, _ cell: CellText) -> String {
        var lines = ["\(cell.printable(report.target)), PostgreSQL \(report.version)", ""]
        lines += findings(report.findings, unknown: report.unknown, cell)
        let faults = report.findings.count { $0.severity == .fault }
        lines.append(
            report.findings.isEmpty
                ? "nothing was found" : "\(report.findings.count) found, \(faults) of them faults"
        )
        return lines.joined(separator: "\n")
    }

    /// Findings with their evidence, and what could not be known.
    static func findings(
        _ findings: [AdviceReport.Finding],
        unknown: [AdviceReport.Unknown],
        _ cell: CellText
    ) -> [String] {
        var lines: [String] = []
        for finding in findings {
            let mark = finding.severity == .fault ? "FAULT " : "advice"
            lines.append("\(mark)  \(finding.name): \(cell.printable(finding.subject))")
            lines.append("        \(cell.printable(finding.reason))")
            lines += finding.plan.map { "          | \(cell.printable($0))" }
            lines.append("        → \(cell.printable(finding.remedy))")
            if let statement = finding.statement {
                lines.append("        \(cell.printable(statement))")
            }
            lines.append("")
        }
        var rest = unknown
        while let first = rest.first {
            // What keeps several from being known is said once.
            let alike = rest.filter { ($0.reason, $0.remedy) == (first.reason, first.remedy) }
            let names = alike.map(\.name)
            rest.removeAll { names.contains($0.name) }
            let reason = cell.printable(first.reason)
            lines.append("unknown  \(names.joined(separator: ", ")): \(reason)")
            if let remedy = first.remedy { lines.append("        → \(cell.printable(remedy))") }
        }
        return lines
    }
}
