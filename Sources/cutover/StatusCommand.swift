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
        if !report.isSound { throw ExitCode(1) }
    }

    static func text(_ report: RunStatus) -> String {
        var lines = alarm(report)
        lines += [
            "phase:       \(report.phase)\(report.isUnfollowed ? nobody : "")",
            "source:      \(report.source)",
            "target:      \(report.target)",
            "live side:   \(liveSide(report))",
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
                        ? "writes have been blocked for \(VerifyText.seconds(seconds))"
                        : "none, writes pass; the last one took \(VerifyText.seconds(seconds))")
            )
        } else if CutoverPhase(rawValue: report.phase) != nil, !report.writesBlocked {
            lines.append("freeze:      none, writes pass")
        }
        lines += gates(report)
        lines += report.workflows.map { workflow in
            let name = SafeText.visible(workflow.name)
            return "workflow:    \(name): \(state(workflow.enabledSource)) in SQLite, "
                + "\(state(workflow.enabledTarget)) in PostgreSQL"
        }
        lines += report.notes.map { "note:        \(SafeText.visible($0))" }
        if let next = report.next { lines.append("next:        \(SafeText.visible(next))") }
        return lines.joined(separator: "\n")
    }

    private static let nobody = ", but nobody follows: the writes are logged and wait"

    /// What comes before everything else.
    private static func alarm(_ report: RunStatus) -> [String] {
        guard let alarm = report.lostTarget ?? report.alarm else { return [] }
        let strays = report.sourceFence?.strayWrites ?? []
        let mark = report.blockage == nil ? "WARNING:     " : "BLOCKED:     "
        return [mark + SafeText.visible(alarm)]
            + strays.map { table in
                let keys = table.sampleKeys.joined(separator: "; ")
                return "stray:       \(SafeText.visible(table.table)): "
                    + "\(Count.text(table.rows, "row")) \(SafeText.visible(keys))"
            }
    }

    /// Which side takes the application's writes.
    private static func liveSide(_ report: RunStatus) -> String {
        if report.isUndecided {
            return "unknown: SQLite is closed, and PostgreSQL does not answer"
        }
        guard !report.writesBlocked else { return "none: writes are blocked on both sides" }
        return switch report.liveSide {
        case .source: "SQLite takes the application's writes"
        case .target: "PostgreSQL takes the application's writes"
        case nil: "unknown"
        }
    }

    /// How many gates keep the switch from beginning, and which.
    private static func gates(_ report: RunStatus) -> [String] {
        guard !report.gates.isEmpty else { return [] }
        let closed = report.gates.filter(\.blocks)
        let waiting = report.gates.filter { $0.state == .waiting && !$0.blocks }
        let open = report.gates.count - closed.count - waiting.count
        var lines = [
            "gates:       \(closed.count) closed, \(waiting.count) waiting, \(open) open of those that "
                + "are quickly looked at; cutover check looks at all"
        ]
        if !closed.isEmpty {
            let names = closed.prefix(3).map { SafeText.visible($0.name) }.joined(separator: ", ")
            let more = closed.count > 3 ? " and \(closed.count - 3) more" : ""
            lines.append("             closed: \(names)\(more); see cutover check")
        }
        return lines
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
