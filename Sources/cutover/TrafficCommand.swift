import ArgumentParser
import Foundation
import MigrationEngine

/// Simulated workers that write, to try a cutover under load.
struct TrafficCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic",
        abstract: "Simulated workers writing to the source, or to the target after the switch.",
        discussion: """
            For a database of `cutover sample` only: the workers alter and delete orders. Five \
            workers read their toggles in workflow_controls as the real ones do, one ignores them, \
            and one connection merely keeps the file open. Ctrl-C ends with the report.
            """
    )

    /// Where the workers write.
    enum TrafficSide: String, ExpressibleByArgument, CaseIterable {
        case source
        case target
    }

    @Option(help: "The side to write: source or target.")
    var side = TrafficSide.source
    @Option(help: "Writes a second of all workers together.")
    var rate = 20.0
    @Option(help: "Seconds to work. Default: until stopped.")
    var duration: Double?
    @Option(help: "Another seed gives other operations.")
    var seed: UInt64 = 1
    @Option(help: "Seconds for which a worker believes the toggle it read, give or take 22 %.")
    var flagCache = 45.0
    @Option(
        help: "Add each committed write to this file, a line of JSON each.",
        completion: .file()
    )
    var ledger: String?
    @Flag(help: "Write nothing, only keep the source open as the web application does.")
    var holdOnly = false
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard rate > 0, rate <= 100_000 else {
            throw ValidationError("--rate must be above 0 and at most 100000")
        }
        guard duration ?? 1 > 0 else { throw ValidationError("--duration must be above 0") }
        guard flagCache >= 0 else { throw ValidationError("--flag-cache must not be negative") }
    }

    func run() throws {
        let options = try common.options(schema: place)
        if !holdOnly { try options.requireWritable("traffic") }
        let settings = Traffic.Settings(
            rate: rate,
            seed: seed,
            flagCache: .seconds(flagCache),
            isIdle: holdOnly
        )
        let traffic = try Traffic(
            side == .source
                ? .source(path: options.source)
                : .target(options.target, schema: options.schema),
            settings: settings,
            ledger: TrafficLedger(path: ledger, isKept: false)
        )
        let seconds = duration
        let report = try LongWork.run(common) { _, cancellation throws(MigrationError) in
            traffic.start()
            Self.watch(traffic, seconds, cancellation)
            return traffic.stop()
        }
        if let failure = traffic.ledger.failure {
            Output.message("warning: the ledger could not be written to its end: \(failure)")
        }
        try Output(common).result(report) { Self.text(report) }
    }

    /// Prints a line each second until the time is over or the operator stops the work.
    private static func watch(
        _ traffic: Traffic,
        _ seconds: Double?,
        _ cancellation: Cancellation
    ) {
        let clock = ContinuousClock()
        let end = seconds.map { clock.now + .seconds($0) }
        var next = clock.now + .seconds(1)
        var before = 0
        let woken = DispatchSemaphore(value: 0)
        let wake: @Sendable () -> Void = { _ = woken.signal() }
        cancellation.whileRunning(wake) {
            while !cancellation.isCancelled {
                let until = end.map { min($0, next) } ?? next
                let left = (until - clock.now) / .seconds(1)
                _ = woken.wait(timeout: .now() + max(0, left))
                if let end, clock.now >= end { return }
                guard clock.now >= next else { continue }
                next += .seconds(1)
                let report = traffic.report
                let failed = report.errors.values.reduce(0, +)
                Output.message(
                    "traffic: \(report.writes - before) writes/s, \(report.writes) in all, "
                        + "\(failed) refused, \(report.skippedCycles) cycles skipped"
                )
                before = report.writes
            }
        }
    }

    /// The report for people.
    private static func text(_ report: TrafficReport) -> String {
        var table = TextTable(
            ["WORKER", "TOGGLE", "WRITES", "CYCLES", "SKIPPED", "EMPTY", "REFUSED"],
            rightAligned: [2, 3, 4, 5, 6]
        )
        for worker in report.workers {
            table.add(
                [worker.name, worker.obeysToggle ? "read" : "ignored"]
                    + [
                        worker.writes, worker.cycles, worker.skippedCycles, worker.emptyCycles,
                        worker.failedCycles,
                    ].map(String.init)
            )
        }
        func counts(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", ")
        }
        var lines = [table.text, "", "writes: \(counts(report.operations))"]
        if !report.errors.isEmpty { lines.append("refused: \(counts(report.errors))") }
        if let error = report.lastError {
            lines.append("the last refusal: \(SafeText.visible(error))")
        }
        let rate = String(format: "%.1f", report.rate)
        let pause = String(format: "%.2f", report.longestPauseSeconds)
        lines.append("longest time without a commit: \(pause) s")
        lines.append(
            "\(report.writes) writes to the \(report.side.rawValue) in "
                + "\(VerifyText.seconds(report.seconds)), \(rate)/s"
        )
        return lines.joined(separator: "\n")
    }
}
