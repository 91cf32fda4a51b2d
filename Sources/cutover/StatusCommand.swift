import ArgumentParser
import MigrationEngine

/// Where the run stands.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says where the run stands; reads only."
    )

    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let report = try RunStatus.read(try common.options(schema: place))
        try Output(common).result(report) { Self.text(report) }
        if report.blockage != nil { throw ExitCode(1) }
    }

    static func text(_ report: RunStatus) -> String {
        var lines = report.blockage.map { ["BLOCKED:     \($0)"] } ?? []
        lines += [
            "phase:       \(report.phase)",
            "source:      \(report.source)",
            "target:      \(report.target)",
            "tables:      \(report.tables.map { "\($0.done) of \($0.total) copied" } ?? "unknown")",
            "rows:        \(report.copiedRows.map { "\($0) copied" } ?? "unknown")",
            "quarantined: \(quarantined(report))",
            "verified:    \(verified(report))",
        ]
        if let rows = report.lag.rows {
            let age = report.lag.seconds.map { ", the oldest \(VerifyText.seconds($0)) old" } ?? ""
            lines.append("lag:         \(rows) changes wait\(rows > 0 ? age : "")")
        }
        if let seconds = report.writeFreezeSeconds {
            lines.append(
                "freeze:      "
                    + (report.writesBlocked
                        ? "writes are blocked since \(VerifyText.seconds(seconds))"
                        : "writes were blocked for \(VerifyText.seconds(seconds))")
            )
        }
        lines += report.workflows.map { workflow in
            let name = SafeText.visible(workflow.name)
            return "workflow:    \(name): \(state(workflow.enabledSource)) in SQLite, "
                + "\(state(workflow.enabledTarget)) in PostgreSQL"
        }
        lines += report.notes.map { "note:        \(SafeText.visible($0))" }
        if let next = report.next { lines.append("next:        \(SafeText.visible(next))") }
        return lines.joined(separator: "\n")
    }

    private static func quarantined(_ report: RunStatus) -> String {
        guard let rows = report.quarantinedRows else { return "unknown" }
        let accepted = rows - (report.waitingRows ?? rows)
        return Count.text(rows, "row") + (accepted > 0 ? ", \(accepted) of them accepted" : "")
    }

    private static func verified(_ report: RunStatus) -> String {
        guard let ok = report.verified else { return report.verdict ?? "not yet" }
        let time = report.verifiedAt.map { " at \($0)" } ?? ""
        return (report.verdict ?? (ok ? "equal" : "not equal")) + time
    }

    private static func state(_ enabled: Bool?) -> String {
        enabled.map { $0 ? "on" : "off" } ?? "unknown"
    }
}
