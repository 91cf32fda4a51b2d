import ArgumentParser
import MigrationEngine

/// Backup, schema, copy, keys, verify.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Copies the source into the target and verifies every cell.",
        discussion: """
            The source is not written, unless --live installs the log of its writes. Interrupted at any moment, the same command goes on where \
            it stopped; when all is done already, it compares both sides and writes nothing. Rows \
            that do not fit are kept in cutover.quarantine. With --mode existing the tables are \
            those that the application's own migrations made; keys and triggers rest until all \
            rows are there.
            """
    )

    @Option(help: "How the schema is made: auto, derive, plan, or existing (stands there already).")
    var mode = "auto"
    @Flag(help: "Log the source's writes first, so that follow and switch go on from here.")
    var live = false
    @Flag(help: "Go the whole way into a throw-away schema, then drop it.")
    var dryRun = false
    @Option(help: "Threads that copy, index and compare. Default: one a core, four at most.")
    var jobs: Int?
    @Flag(help: "Do not compare both sides at the end.")
    var noVerify = false
    @Option(help: "What happens to a row that does not fit: quarantine or stop.")
    var onBadRow = "quarantine"
    @Option(help: "How many quarantined rows still count as success.")
    var maxQuarantined = 0
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try ModeOption.validate(mode)
        guard ["quarantine", "stop"].contains(onBadRow) else {
            throw ValidationError("--on-bad-row must be quarantine or stop")
        }
        guard jobs ?? 1 >= 1, jobs ?? 1 <= 64 else {
            throw ValidationError("--jobs must be from 1 to 64")
        }
        guard !(live && dryRun) else {
            throw ValidationError("--live and --dry-run exclude each other")
        }
        guard maxQuarantined >= 0 else {
            throw ValidationError("--max-quarantined must not be negative")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let settings = Migration.Settings(
            mode: mode,
            jobs: jobs,
            verifies: !noVerify,
            stopsAtBadRow: onBadRow == "stop",
            maximumQuarantined: maxQuarantined,
            isDryRun: dryRun,
            isLive: live
        )
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Migration.run(options, settings, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) {
            MigrateText.text(report) + NextStep.line(after: report, isLive: live)
        }
        if !report.ok { throw ExitCode(1) }
    }
}

/// The report of `migrate` for people.
enum MigrateText {
    static func text(_ report: MigrateReport) -> String {
        var table = TextTable(
            ["TABLE", "SOURCE", "TARGET", "QUARANTINED", "VERIFY"],
            rightAligned: [1, 2, 3]
        )
        let verdicts = Dictionary(
            (report.verify?.tables ?? []).map { ($0.name, $0.status.rawValue) }
        ) { first, _ in first }
        for row in report.tables {
            table.add([
                SafeText.visible(row.name), String(row.sourceRows), String(row.targetRows),
                String(row.quarantinedRows), verdicts[row.name] ?? "not verified",
            ])
        }
        var lines = [table.text, ""]
        lines += report.quarantine.map { reason in
            let column = reason.column.map { ", column \($0)" } ?? ""
            let place = SafeText.visible("\(reason.table)\(column): \(reason.reason)")
            return "quarantine: \(Count.text(reason.rows, "row")) of \(place)"
        }
        lines += cascades(report)
        if let states = report.states { lines.append("quarantine: \(states)") }
        if !report.quarantine.isEmpty, report.isDryRun != true {
            lines.append("  each with its key and values: cutover quarantine list")
        }
        lines += report.conversions.map { count in
            let place = SafeText.visible("\(count.table), column \(count.column)")
            return "converted: \(Count.text(count.cells, "cell")) of \(place): \(count.conversion)"
        }
        lines += report.skipped.map { skipped in
            SafeText.visible(
                "skipped: \(Count.text(skipped.rows, "row")) of \(skipped.table): "
                    + skipped.reason
            )
        }
        let entries = Count.text(report.ledger.entries.count, "object")
        lines.append("ledger of \(entries), column types apart: \(report.ledger.summary)")
        lines += LedgerText.findings(report.ledger)
        lines += report.warnings.map { "note: \(SafeText.visible($0))" }
        if let verify = report.verify { lines += VerifyText.problems(verify) }
        let phases = report.phases.map { "\($0.name) \(VerifyText.seconds($0.seconds))" }
        lines.append("backup: \(report.backup.path)")
        if !phases.isEmpty { lines.append("phases: \(phases.joined(separator: ", "))") }
        if report.alreadyDone == true {
            lines.append(
                "already done by run \(report.runId ?? ""), which ended "
                    + "\(report.finishedAt ?? ""); nothing was written"
            )
        }
        if report.isDryRun == true {
            lines.append("dry run: its schema is dropped, nothing is left in the target")
        }
        let outcome =
            report.ok
            ? (report.verify == nil ? "all rows arrived; not verified" : report.arrival)
            : "done with findings: \(report.findings)"
        lines.append("\(outcome) (mode \(report.mode), \(VerifyText.seconds(report.seconds)))")
        return lines.joined(separator: "\n")
    }

    /// Rows whose parents are in quarantine, apart from those that have none in the source.
    private static func cascades(_ report: MigrateReport) -> [String] {
        let keys = report.verify?.foreignKeys ?? []
        var seen: [[String]] = []
        return keys.compactMap { key in
            let pair = [key.table, key.references]
            guard !seen.contains(pair) else { return nil }
            seen.append(pair)
            let end = ": no such row in \"\(key.references)\""
            let gone = report.quarantine
                .filter { $0.table == key.table && $0.reason.hasSuffix(end) }
                .reduce(0) { $0 + $1.rows }
            let first = keys.filter { [$0.table, $0.references] == pair }
                .reduce(0) { $0 + $1.sourceOrphans }
            guard gone > first else { return nil }
            return SafeText.visible(
                "quarantine: \(key.table) → \(key.references): \(Count.text(first, "row")) "
                    + "without a parent in the source, \(gone - first) more lost the parent to "
                    + "quarantine"
            )
        }
    }
}

extension MigrateReport {
    private var acceptedRows: Int { tables.reduce(0) { $0 + $1.acceptedRows } }
    private var waitingRows: Int { tables.reduce(0) { $0 + $1.quarantinedRows } - acceptedRows }

    /// What has become of rows that did not fit, once the operator has decided about some.
    fileprivate var states: String? {
        let edited = verify?.editedRows ?? 0
        guard acceptedRows + edited > 0 else { return nil }
        return "\(waitingRows) waiting, \(acceptedRows) accepted, \(edited) in the target with "
            + "values that the operator chose"
    }

    /// Why the command ends with status 1.
    fileprivate var findings: String {
        var found: [String] = []
        let allowed = verify?.maxQuarantined ?? 0
        if waitingRows > allowed {
            found.append(
                (waitingRows == 1 ? "1 row waits" : "\(waitingRows) rows wait")
                    + " in quarantine, \(allowed) are allowed"
            )
        }
        let failed = ledger.count(.failed)
        if failed > 0 {
            found.append("\(Count.text(failed, "line")) of the ledger failed in the target")
        }
        let tables = (verify?.tables ?? []).filter { $0.status.isProblem }
        if !tables.isEmpty {
            found.append("not equal: " + tables.prefix(5).map(\.name).joined(separator: ", "))
        }
        return SafeText.visible(found.isEmpty ? "see above" : found.joined(separator: "; "))
    }

    /// How a verified run ended, in words.
    fileprivate var arrival: String {
        let quarantined = tables.reduce(0) { $0 + $1.quarantinedRows }
        guard quarantined > 0 else { return "all rows arrived, equal" }
        let accepted = tables.reduce(0) { $0 + $1.acceptedRows }
        let known = accepted > 0 ? "\(accepted) accepted" : "which are allowed"
        return "equal apart from \(quarantined) rows in quarantine, \(known)"
    }
}
