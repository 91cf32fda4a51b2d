import ArgumentParser
import Foundation
import MigrationEngine

/// The first hour and after.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Looks at every criterion of success again and again; writes to neither side.",
        discussion: """
            Exit status 0 when no look found anything bad. A criterion that cannot be known is no \
            alarm; its reason says what is missing. With --json one object a look, each in a line.
            """
    )

    @Option(help: "Seconds between two looks, from 1 on.")
    var interval = 10.0
    @Option(help: "End after this many seconds; without it, when stopped.")
    var duration: Double?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard interval >= 1, interval.isFinite else {
            throw ValidationError("--interval must be at least 1")
        }
        guard duration ?? 0 >= 0 else { throw ValidationError("--duration must not be negative") }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let settings = Watch.Settings(interval: interval, duration: duration)
        let output = Output(common)
        let isGood = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            var before: WatchReport?
            return try Watch.run(
                options,
                settings,
                observer: observer,
                cancellation: cancellation
            ) { report throws(MigrationError) in
                let shown = before
                before = report
                do {
                    try output.result(report) { Self.text(report, after: shown) }
                } catch {
                    throw MigrationError(
                        .internal,
                        "the look cannot be written as JSON",
                        place: .init("watch"),
                        remedy: "report it with the log of the run",
                        cause: .text("\(error)")
                    )
                }
            }
        }
        if !isGood { throw ExitCode(1) }
    }

    /// A look for people: everything the first time, then the verdict and what has changed.
    static func text(_ report: WatchReport, after before: WatchReport?) -> String {
        let bad = report.alarms.count
        let unknown = report.criteria.count { $0.state == .unknown }
        let counts =
            "\(report.criteria.count - bad - unknown) good, \(bad) bad, \(unknown) not known"
        guard let before else {
            let server = report.server.map { server in
                "\(SafeText.visible(server.address)), PostgreSQL \(server.version), up since "
                    + server.startedAt
            }
            return
                (["server: \(server ?? "gone")"] + report.criteria.flatMap(lines)
                + ["\(report.at)  \(counts)"]).joined(separator: "\n")
        }
        let states = Dictionary(
            before.criteria.map { ($0.name, $0.state) },
            uniquingKeysWith: { first, _ in first }
        )
        let changed = report.criteria.filter { $0.state != states[$0.name] }
        return (changed.flatMap(lines) + ["\(report.at)  \(counts)"]).joined(separator: "\n")
    }

    private static func lines(_ criterion: WatchReport.Criterion) -> [String] {
        let mark =
            switch criterion.state {
            case .good: "good    "
            case .bad: "BAD     "
            case .unknown: "unknown "
            }
        let reason = SafeText.visible(criterion.reason)
        guard criterion.state != .good, let remedy = criterion.remedy else {
            return ["\(mark) \(criterion.name): \(reason)"]
        }
        return ["\(mark) \(criterion.name): \(reason)", "         → \(SafeText.visible(remedy))"]
    }
}
