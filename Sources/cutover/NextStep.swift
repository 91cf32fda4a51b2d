import MigrationEngine

/// What the operator does next, after a verb has said what it did.
enum NextStep {
    /// The next step after a switch, or after one that was undone.
    static func after(_ report: SwitchReport) -> String {
        if report.outcome == .switched, !report.ok {
            return
                "the application goes on working on PostgreSQL; do with the SQLite file what the "
                + "notes above say, and cutover status tells when the way back is open again"
        }
        if report.isAborted == true {
            return "cutover switch begins again; cutover follow keeps PostgreSQL close meanwhile"
        }
        guard report.ok else {
            return "mend the reason, then cutover switch again; cutover follow keeps PostgreSQL "
                + "close meanwhile"
        }
        return "cutover watch looks at the first hour, cutover reconcile at the figures of the "
            + "business; cutover revert goes back with every row written there"
    }

    /// The next step after a way back.
    static func after(_ report: RevertReport) -> String {
        report.ok
            ? "cutover follow lets PostgreSQL follow again; cutover verify compares first, then "
                + "cutover switch hands over another time"
            : "cutover verify --table NAME compares a table that is named above"
    }

    /// A line with the next step after rows in quarantine were tried again.
    static func line(after report: ReplayReport) -> String {
        guard let refused = report.rows.first(where: { $0.outcome == "refused" }) else {
            return "\nnext: cutover verify compares what is there now; cutover quarantine list "
                + "shows what still waits"
        }
        return "\nnext: cutover quarantine show \(refused.id), then cutover quarantine replay "
            + "\(refused.id) --set COLUMN=VALUE, or cutover quarantine accept \(refused.id) "
            + "--reason WHY"
    }

    /// A line with the next step after the loss of rows was accepted.
    static func line(after report: AcceptReport) -> String {
        report.waiting > 0
            ? "\nnext: cutover quarantine list shows the rows that wait"
            : "\nnext: cutover verify, which counts what was decided; then cutover status"
    }

    /// A line with the next step after a list of rows in quarantine; empty when none waits.
    static func line(after page: QuarantinePage) -> String {
        guard page.groups.contains(where: { $0.waiting > 0 }) else { return "" }
        let id = page.rows.first { $0.state == .waiting }.map { "\($0.id)" } ?? "ID"
        return "\nnext: cutover quarantine show \(id), then cutover quarantine replay \(id), with "
            + "--set COLUMN=VALUE where a value does not fit, or cutover quarantine accept \(id) "
            + "--reason WHY"
    }

    /// A line with the next step after a copy; empty where nothing is left to do.
    static func line(after report: MigrateReport, isLive: Bool) -> String {
        guard report.isDryRun != true else { return "" }
        let quarantined = report.tables.reduce(0) { $0 + $1.quarantinedRows - $1.acceptedRows }
        if !report.ok, quarantined > 0 {
            return "\nnext: cutover quarantine list, then replay or accept the rows"
        }
        guard report.ok else { return "\nnext: cutover verify names what differs" }
        guard isLive else { return "" }
        return "\nnext: cutover follow applies what the application writes; cutover check says "
            + "when cutover switch may begin"
    }

    /// A line with the next step after a comparison; empty when both sides are equal.
    static func line(after report: VerifyReport) -> String {
        guard !report.ok else { return "" }
        if let table = report.tables.first(where: { $0.status == .different }) {
            let name = SafeText.visible(table.name)
            guard !report.countsOnly else {
                return "\nnext: cutover verify --table \(name) names the rows"
            }
            return "\nnext: cutover verify --table \(name) --key KEY shows a row cell by cell; "
                + "in a live run let cutover follow catch up first"
        }
        if report.tables.contains(where: { $0.status == .waiting }) {
            return "\nnext: cutover status says what is waited for"
        }
        if report.tables.contains(where: { $0.quarantinedRows > $0.acceptedRows }) {
            return "\nnext: cutover quarantine list, then replay or accept the rows"
        }
        return "\nnext: see the findings above; a table that nobody planned is copied by a new "
            + "cutover migrate into an empty database"
    }

    /// A line with the next step where nothing was found.
    private static let otherFolder =
        "\nnext: name the folder that holds the application's Python"

    /// A line with the next step after the code was read.
    static func line(after report: CodeReport, scanning folder: String) -> String {
        report.totals.files == 0
            ? otherFolder
            : "\nnext: cutover code check \(SafeText.shellWord(folder)) proves each statement on the target"
    }

    /// A line with the next step after the code was proven.
    static func line(after report: CodeReport, of folder: String) -> String {
        let folder = SafeText.shellWord(folder)
        if report.ok { return "\nnext: cutover check --code \(folder) reads the gate `code`" }
        if report.totals.statements == 0, report.totals.errors == 0 { return otherFolder }
        if report.totals.converted > 0 {
            return "\nnext: cutover code fix \(folder) shows the edits, with --write it makes them"
        }
        return "\nnext: mend what is named above, then cutover code check \(folder)"
    }

    /// A line with the next step after a fix.
    static func line(after report: CodeFixReport, of folder: String) -> String {
        let folder = SafeText.shellWord(folder)
        let fixed = report.files.contains { $0.state == "fixed" }
        let refused = report.files.count { $0.state == "refused" }
        let mend =
            "mend the lines that are named, or have a person review what nobody can prove (# cutover: "
            + "reviewed), then cutover code fix \(folder)"
        if fixed, !report.written {
            let rest = refused == 0 ? "" : "; of the refused files \(mend)"
            return "\nnext: cutover code fix \(folder) --write makes these edits\(rest)"
        }
        guard refused == 0 else { return "\nnext: \(mend) --write" }
        if fixed {
            return "\nnext: cutover code adapter \(folder) --write makes pg_utils.py, then cutover "
                + "code check \(folder)"
        }
        return "\nnext: cutover code check \(folder)"
    }

    /// A line with the next step after the adapter.
    static func line(after report: CodeAdapterReport, of folder: String) -> String {
        let folder = SafeText.shellWord(folder)
        if report.written, !report.onSqlite.isEmpty {
            return
                "\nnext: cutover code fix \(folder) --write; the application's tests only after it"
        }
        return report.written
            ? "\nnext: cutover code check \(folder), then the application's own tests with "
                + "USE_POSTGRES=true"
            : "\nnext: cutover code adapter \(folder) --write writes them"
    }
}
