import ArgumentParser
import MigrationEngine

/// The application's code.
struct CodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "code",
        abstract: "Reads the application's Python, proves its SQL on the target, brings it over.",
        subcommands: [
            CodeScanCommand.self, CodeCheckCommand.self, CodeFixCommand.self,
            CodeAdapterCommand.self,
        ]
    )
}

/// What speaks SQLite.
struct CodeScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Finds every SQL statement and what in the code speaks SQLite. Needs no target."
    )

    @Argument(help: "The application's folder.")
    var folder: String
    @OptionGroup var common: CommonOptions

    func run() throws {
        let folder = folder
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Code.scan(folder, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) {
            CodeText.report(report) + NextStep.line(after: report, scanning: folder)
        }
        if !report.ok { throw ExitCode(1) }
    }
}

/// What would work.
struct CodeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Has the target plan every statement, as it stands or converted; runs none.",
        discussion: """
            Exit status 0 when every statement is planned as it stands and no finding is an \
            error; 1 also when the folder has no statement at all. Warnings are for a person to \
            read. The source is looked into, too, when it is there: only it knows which columns \
            compare without regard to capitals. The result is kept with the run, for the gate \
            `code` of check and switch.
            """
    )

    @Argument(help: "The application's folder.")
    var folder: String
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schema: place)
        let folder = folder
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Code.check(folder, options, observer: observer, cancellation: cancellation)
        }
        try Output(common).result(report) {
            CodeText.report(report) + NextStep.line(after: report, of: folder)
        }
        if !report.ok { throw ExitCode(1) }
    }
}

/// The code, brought over.
struct CodeFixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fix",
        abstract: "Shows, or with --write makes, the edits of files that are wholly proven.",
        discussion: """
            A file is changed whole or not at all. What is fixed speaks PostgreSQL only: to go \
            back to SQLite, put back the files that the folder named at the end has. The fixed \
            files import pg_utils.py, which `code adapter` writes: fix first, because between the two the \
            application then does not start. The other way round it starts, and works on the SQLite \
            file whatever USE_POSTGRES says. A second fix changes nothing.
            """
    )

    @Argument(help: "The application's folder.")
    var folder: String
    @Flag(help: "Write the files; the ones before are kept in the folder of the run.")
    var write = false
    @Flag(help: "Print the changes as a diff, also with --write.")
    var diff = false
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schema: place)
        let folder = folder
        let write = write
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Code.fix(
                folder,
                options,
                write: write,
                observer: observer,
                cancellation: cancellation
            )
        }
        try Output(common).result(report) {
            CodeText.fix(report, diff: diff || !write) + NextStep.line(after: report, of: folder)
        }
        if !report.ok { throw ExitCode(1) }
    }
}

/// The adapter.
struct CodeAdapterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapter",
        abstract:
            "Shows, or with --write makes, pg_utils.py beside the SQLite layer, and the switch.",
        discussion: """
            As with `code fix`, nothing is written without --write. A file of that name with \
            other content is never written over. The switch, database_settings.py, takes one of \
            the two layers by USE_POSTGRES.
            """
    )

    @Argument(help: "The application's folder.")
    var folder: String
    @Flag(help: "Write the files.")
    var write = false
    @Flag(help: "Print what the files hold as a diff, also with --write.")
    var diff = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options()
        let folder = folder
        let isWritten = write
        let report = try LongWork.run(common) { _, cancellation throws(MigrationError) in
            try Code.adapter(folder, options, write: isWritten, cancellation: cancellation)
        }
        try Output(common).result(report) {
            CodeText.adapter(report, diff: diff || !isWritten)
                + NextStep.line(after: report, of: folder)
        }
    }
}

/// The reports of `code` for people.
enum CodeText {
    static func report(_ report: CodeReport) -> String {
        var lines: [String] = []
        for file in report.files {
            let named = file.findings.map { finding in
                (
                    finding.line, finding.column,
                    [
                        "  \(finding.line):\(finding.column) \(finding.severity) "
                            + "\(finding.rule): \(finding.message)",
                        "      → \(finding.suggestion)",
                    ]
                )
            }
            let told = (named + unnamed(file)).sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            let words = told.flatMap(\.2) + toConvert(file)
            guard !words.isEmpty else { continue }
            lines.append(SafeText.visible(file.path))
            lines += words.map(SafeText.visible)
        }
        if report.totals.statements == 0 {
            lines.append(
                report.totals.files == 0
                    ? "there is no Python, shell or configuration file in this folder: nothing is "
                        + "proven"
                    : "no SQL statement was found in \(Count.text(report.totals.files, "file")): "
                        + "nothing is proven"
            )
        }
        return (lines + [totals(report.totals)]).joined(separator: "\n")
    }

    /// What of a file is not known, and no finding at its place says so.
    private static func unnamed(_ file: CodeReport.File) -> [(Int, Int, [String])] {
        file.statements.filter { statement in
            statement.state == .dynamic
                && !file.findings.contains { $0.rule == "dynamic" && $0.line == statement.line }
        }.map { statement in
            let reason = statement.reason ?? "not known before the program runs"
            return (
                statement.line, statement.column,
                ["  \(statement.line):\(statement.column) dynamic: \(reason)"]
            )
        }
    }

    /// The lines of the statements that a file has to be fixed for.
    private static func toConvert(_ file: CodeReport.File) -> [String] {
        let lines = Set(file.statements.filter { $0.state == .converted }.map(\.line)).sorted()
        guard !lines.isEmpty else { return [] }
        let shown = lines.prefix(fewLines).map(String.init).joined(separator: ", ")
        return [
            "  to be converted by cutover code fix: line\(lines.count == 1 ? "" : "s") \(shown)"
                + (lines.count > fewLines ? ", …" : "")
        ]
    }

    /// How many lines are listed.
    private static let fewLines = 20

    static func fix(_ report: CodeFixReport, diff: Bool) -> String {
        var lines: [String] = []
        for file in report.files {
            if diff, !file.diff.isEmpty {
                lines += file.diff.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { SafeText.visible(String($0)) }
            }
            let reason = file.reason.isEmpty ? "" : ": \(file.reason)"
            let word = file.state == "fixed" && !report.written ? "would be fixed" : file.state
            lines.append(SafeText.visible("\(word): \(file.path)\(reason)"))
        }
        if report.files.isEmpty { lines.append("nothing to fix") }
        if let backup = report.backup { lines.append("the files as they were: \(backup)") }
        return (lines + [totals(report.totals)]).joined(separator: "\n")
    }

    static func adapter(_ report: CodeAdapterReport, diff: Bool) -> String {
        let shown = diff && !report.diff.isEmpty ? [SafeText.visibleLines(report.diff)] : []
        return
            (shown + report.files.map { "\($0.state): \(SafeText.visible($0.path))" }
            + ["the application imports it as \(SafeText.visible(report.module))"]
            + onSqlite(report.onSqlite))
            .joined(separator: "\n")
    }

    /// Whoever ran the application's tests now would write to the file in use.
    private static func onSqlite(_ paths: [String]) -> [String] {
        guard let first = paths.first else { return [] }
        let more = paths.count == 1 ? "" : " and \(Count.text(paths.count - 1, "other file"))"
        return [
            "warning: \(SafeText.visible(first))\(more) still speak SQLite and write to its file, also with "
                + "USE_POSTGRES=true: run nothing of the application before cutover code fix --write"
        ]
    }

    private static func totals(_ totals: CodeReport.Totals) -> String {
        var parts = [
            Count.text(totals.files, "file"), Count.text(totals.statements, "statement"),
        ]
        if totals.prepared + totals.failed > 0 {
            parts.append("\(totals.prepared) of them proven (\(totals.converted) converted)")
            parts.append("\(totals.failed) failed")
        }
        if totals.dynamic > 0 { parts.append("\(totals.dynamic) dynamic") }
        if totals.unplanned > 0 { parts.append("\(totals.unplanned) that no server plans") }
        if totals.reviewed > 0 { parts.append("\(totals.reviewed) reviewed by a person") }
        parts.append(Count.text(totals.errors, "error"))
        parts.append(Count.text(totals.warnings, "warning"))
        return parts.joined(separator: ", ")
    }
}
