import ArgumentParser
import Foundation
import MigrationEngine

/// The figures of the business, on both sides.
struct ReconcileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Runs the profile's business checks on both sides; writes to neither.",
        discussion: """
            Exit status 0 when every check ran, holds, and is the same on both sides. What a \
            profile marks as_source may be older than the move: then both sides must have the same. \
            Checks stand in the profile under [[checks]].
            """
    )

    @Option(help: "The side to read: source, target or both. Default: both.")
    var side: ReconciledSides?
    @Option(help: "Only this check; may be given for several.")
    var check: [String] = []
    @Flag(help: "List the checks instead of running them.")
    var list = false
    @Option(help: "Seconds to wait for writes that are still to be followed.")
    var wait = 10.0
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...3_600).contains(wait) else {
            throw ValidationError("--wait must be from 0 to 3600")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        if list {
            let listing = try Reconciliation.list(options)
            return try Output(common).result(listing) { Self.text(listing) }
        }
        let settings = Reconciliation.Settings(side: side?.one, names: check, wait: wait)
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Reconciliation.run(
                options,
                settings,
                observer: observer,
                cancellation: cancellation
            )
        }
        if side == .both, let error = report.sourceError ?? report.targetError {
            Output.message("one side could not be read: \(SafeText.visible(error))")
        }
        try Output(common).result(report) { ReconciliationText(CellText(common)).text(report) }
        if !report.ok { throw ExitCode(1) }
    }

    private static func text(_ listing: CheckListing) -> String {
        var table = TextTable(["CHECK", "KIND", "EXPECTS", "WHAT HOLDS"])
        for check in listing.checks {
            table.add([
                SafeText.visible(check.name), check.kind, check.expect,
                SafeText.visible(check.title),
            ])
        }
        return "checks of the profile \(SafeText.visible(listing.profile))\n\(table.text)"
    }
}

/// The sides that are reconciled.
enum ReconciledSides: String, ExpressibleByArgument, CaseIterable {
    case source
    case target
    case both

    /// The one side; nil for both.
    var one: Side? {
        switch self {
        case .source: .source
        case .target: .target
        case .both: nil
        }
    }
}

/// The report of `reconcile` for people.
struct ReconciliationText {
    private let cell: CellText

    init(_ cell: CellText) { self.cell = cell }

    func text(_ report: ReconciliationReport) -> String {
        var table = TextTable(["CHECK", "SQLITE", "POSTGRESQL", "VERDICT"], rightAligned: [1, 2])
        for check in report.checks {
            table.add([
                cell.text(check.name), cell.text(check.source?.figure),
                cell.text(check.target?.figure), check.verdict.words,
            ])
        }
        let told = report.checks.filter {
            !$0.verdict.isGood || [.inherited, .movedOn].contains($0.verdict)
        }
        let missing = report.checks.filter { $0.verdict == .notApplicable }.map {
            "not asked: \($0.name): \($0.reason)"
        }
        let notes =
            [
                report.sourceError.map { "SQLite cannot be read: \($0)" },
                report.targetError.map { "PostgreSQL cannot be read: \($0)" },
            ].compactMap { $0.map(cell.printable) } + missing.map(cell.printable)
        return ([table.text, ""] + told.flatMap(lines) + notes + [outcome(report)])
            .joined(separator: "\n")
    }

    private func lines(_ check: ReconciliationReport.Check) -> [String] {
        var lines = [
            "\(check.name): \(check.verdict.words): \(cell.printable(check.reason))",
            "  \(cell.printable(check.title)); otherwise: \(cell.printable(check.meaning))",
        ]
        for sample in check.samples {
            let sides = [
                sample.source.map { "SQLite: \($0)" }, sample.target.map { "PostgreSQL: \($0)" },
            ].compactMap { $0 }
            let words =
                sample.source == sample.target ? sample.source ?? "" : sides.joined(separator: ", ")
            lines.append("  \(cell.printable(sample.key))  \(cell.printable(words))")
        }
        if let remedy = check.remedy { lines.append("  do: \(cell.printable(remedy))") }
        return lines + [""]
    }

    private func outcome(_ report: ReconciliationReport) -> String {
        let asked = report.checks.count { $0.verdict != .notApplicable }
        let bad = report.problems.count
        let time = String(format: "%.1f s", report.seconds)
        guard bad > 0 else {
            let sides = report.sides.count == 2 ? "on both sides" : "on one side"
            let moved = report.checks.count { $0.verdict == .movedOn }
            let alone = report.checks.count { $0.verdict == .uncompared }
            let rest = [
                moved > 0 ? "\(moved) moved on with PostgreSQL since the switch" : nil,
                alone > 0 ? "\(alone) only both sides can tell" : nil,
            ].compactMap { $0.map { ", " + $0 } }.joined()
            return "\(asked - moved - alone) checks hold \(sides)\(rest) (\(time))"
        }
        return "\(bad) of \(asked) checks do not hold (\(time))"
    }
}
