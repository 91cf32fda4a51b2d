import ArgumentParser
import MigrationEngine

/// Capture and catch-up until stopped.
struct FollowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Applies the source's writes to the target until stopped.",
        discussion: """
            Goes on from a run that migrate --live began. Stopped or killed at any moment, the \
            same command goes on where it stopped: the source logs its writes meanwhile. A lost \
            server and a locked source are waited for.
            """
    )

    @Option(help: "End when fewer than this many changes wait.")
    var untilLagBelow: Int?
    @Option(help: "End after this many seconds.")
    var duration: Double?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard untilLagBelow ?? 1 >= 1 else {
            throw ValidationError("--until-lag-below must be at least 1")
        }
        guard duration ?? 0 >= 0 else { throw ValidationError("--duration must not be negative") }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let settings = Follow.Settings(untilLagBelow: untilLagBelow, duration: duration)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Follow.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) { Self.text(report) }
        if !report.ok { throw ExitCode(1) }
    }

    static func text(_ report: FollowReport) -> String {
        var lines = [
            "applied:  \(report.appliedChanges) changes, \(report.writtenRows) rows written",
            "waiting:  \(report.lag.rows) changes",
        ]
        if report.quarantinedRows > 0 {
            lines.append(
                "quarantine: \(report.quarantinedRows) rows did not fit: cutover quarantine list"
            )
        }
        if report.comparedRows > 0 { lines.append("compared: \(report.comparedRows) rows") }
        lines += report.differences.map { found in
            SafeText.visible(
                "differs:  \(found.table): \(found.missing) missing, \(found.extra) extra, "
                    + "\(found.different) different (\(found.keys.joined(separator: ", "))); "
                    + "see cutover verify --table \(found.table)"
            )
        }
        lines += report.waited.map { "\($0.reason) (\($0.times) attempts)" }
        lines.append("the source goes on logging its writes; go on with: cutover follow")
        return lines.joined(separator: "\n")
    }
}
