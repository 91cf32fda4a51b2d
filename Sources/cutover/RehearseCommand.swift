import ArgumentParser
import Foundation
import MigrationEngine

/// The whole way on a copy and a private server, timed.
struct RehearseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Goes the whole way on a copy and a private server; predicts the write freeze.",
        discussion: """
            Copies the source, migrates the copy into a private PostgreSQL with simulated traffic, \
            follows, switches, goes back and compares, twice. The source is only read, once. The \
            real target, if --target names one, is only asked how fast it answers. The result is \
            kept in the run's folder as evidence for the gate "rehearsal".
            """
    )

    @Option(help: "How often the way is gone.")
    var runs = 2
    @Option(help: "Writes a second of the simulated application.")
    var trafficRate = 100.0
    @Option(help: "Seconds to follow before the switch.")
    var duration = 5.0
    @Option(help: "Seconds that the simulated workers may act on an old toggle.")
    var flagCache = 1.0
    @Option(help: "Keep copies, backups and journals in this folder, which must not exist.")
    var keep: String?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...20).contains(runs) else { throw ValidationError("--runs must be from 1 to 20") }
        guard trafficRate > 0, trafficRate <= 100_000 else {
            throw ValidationError("--traffic-rate must be above 0 and at most 100000")
        }
        guard duration >= 0, duration <= 86_400 else {
            throw ValidationError("--duration must be from 0 to 86400")
        }
        guard flagCache > 0, flagCache <= 3_600 else {
            throw ValidationError("--flag-cache must be above 0 and at most 3600")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let settings = Rehearsal.Settings(
            runs: runs,
            trafficRate: trafficRate,
            duration: duration,
            flagCache: flagCache,
            keep: keep
        )
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Rehearsal.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) { Self.text(report) }
        if let keep { Output.message("kept: \(keep)") }
        if !report.ok { throw ExitCode(1) }
    }

    static func text(_ report: RehearsalReport) -> String {
        var table = TextTable(
            ["RUN", "MIGRATE", "COPY", "VERIFY", "FREEZE", "DRAINED", "WRITES", "LOST", "REVERT"],
            rightAligned: Set(1...8)
        )
        for (number, run) in report.runs.enumerated() {
            table.add([
                "\(number + 1) \(run.ok ? "ok" : "failed")",
                VerifyText.seconds(run.migrateSeconds), VerifyText.seconds(run.copySeconds),
                VerifyText.seconds(run.verifySeconds), seconds(run.writeFreezeSeconds),
                String(run.drainedChanges), String(run.committedWrites), String(run.lostWrites),
                VerifyText.seconds(run.revertSeconds),
            ])
        }
        var lines = [table.text, ""]
        lines += report.runs.compactMap(\.reason).map { "failed: \(SafeText.visible($0))" }
        lines += [
            "source:       \(report.rows) rows, \(report.sourceBytes >> 20) MiB",
            "measured on:  \(report.machine.processors) processors, "
                + "\(report.machine.memoryBytes >> 30) GiB, \(report.machine.system)",
            "migrate:      \(span(report.predictedMigrateSeconds))",
            "of it copy:   \(span(report.predictedCopySeconds))",
            "write freeze: \(span(report.predictedFreezeSeconds))",
        ]
        lines += report.notes.map { "note: \(SafeText.visible($0))" }
        lines.append(
            report.ok
                ? "rehearsed: there and back \(report.runs.count) times, nothing was lost"
                : "not rehearsed: see above; the real source is as it was"
        )
        return lines.joined(separator: "\n")
    }

    static func span(_ span: RehearsalReport.Span?) -> String {
        guard let span else { return "unknown" }
        return "\(seconds(span.low)) to \(seconds(span.high)) expected"
    }
    /// A freeze is short: hundredths tell something.
    static func seconds(_ value: Double) -> String { String(format: "%.2f s", value) }
}
