import Foundation

/// The application's own code: what in it speaks SQLite, and whether it would work on the target.
///
/// The code is read, never run. Only ``fix(_:_:write:observer:cancellation:)`` with `write` and
/// ``adapter(_:_:write:cancellation:)`` write files, and nothing writes to either database.
public enum Code {
    /// Reads a folder.
    ///
    /// - Parameters:
    ///   - folder: The application's folder.
    ///   - observer: Is told of the work.
    ///   - cancellation: Stops it.
    /// - Returns: The statements as they stand, and the findings.
    /// - Throws: ``MigrationError``.
    public static func scan(
        _ folder: String,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> CodeReport {
        let start = ContinuousClock.now
        let scanned = try read(folder, try CodeReader(cancellation, observer))
        let files = scanned.files.map { file in
            CodeReport.File(
                path: file.path,
                role: file.role,
                statements: file.statements.map { $0.reported() },
                findings: file.findings
            )
        }
        var report = CodeReport(
            files,
            readFiles: scanned.readFiles,
            seconds: start.secondsToNow
        )
        // Nothing was proven: what can be said is that nothing was found.
        report.ok = files.allSatisfy { $0.findings.allSatisfy { $0.severity != "error" } }
        return report
    }

    /// Proves every statement of a folder on the target, and keeps the result for the gate `code`.
    ///
    /// - Parameters:
    ///   - folder: The application's folder.
    ///   - options: The target.
    ///   - observer: Is told of the work.
    ///   - cancellation: Stops it.
    /// - Returns: What became of each statement, and the findings.
    /// - Throws: ``MigrationError``.
    public static func check(
        _ folder: String,
        _ options: Options,
        observer: Observer,
        cancellation: Cancellation
    ) throws(MigrationError) -> CodeReport {
        let start = ContinuousClock.now
        let reader = try CodeReader(cancellation, observer)
        let scanned = try read(folder, reader)
        let proven = try CodeCheck(options, observer, cancellation)
            .run(scanned, reader, CodeMeaning(of: folder, options))
        let report = CodeReport(
            proven.files.map(\.report),
            readFiles: scanned.readFiles,
            seconds: start.secondsToNow
        )
        let record = CodeRecord(
            at: Journal.moment(Date().timeIntervalSince1970),
            folder: absolute(folder),
            files: scanned.fingerprint,
            target: proven.target,
            schema: options.schema,
            schemaDigest: proven.schemaDigest,
            ok: report.ok,
            totals: report.totals
        )
        try record.keep(options)
        return report
    }

    static func read(
        _ folder: String,
        _ reader: CodeReader
    ) throws(MigrationError) -> ScannedCode {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw MigrationError(
                .usage,
                "this is no folder",
                place: .init("code", path: folder),
                remedy: "give the folder of the application's code"
            )
        }
        var scanned = try reader.ask(ScannedCode.self, ["scan", absolute(folder)])
        for index in scanned.files.indices {
            scanned.files[index].holdUpWhenUnread(absolute(folder))
        }
        return scanned
    }

    static func absolute(_ folder: String) -> String {
        URL(fileURLWithPath: folder).standardizedFileURL.path
    }
}

extension ScannedCode.File {
    /// Makes an error of what could not be looked into: what it says to the database is not known.
    ///
    /// A link that leads out of the folder stays a warning: it is somebody else's code.
    ///
    /// - Parameter folder: The application's folder.
    fileprivate mutating func holdUpWhenUnread(_ folder: String) {
        var status = stat()
        findings = findings.map { finding in
            guard finding.rule == "left-out", finding.severity != "error",
                lstat("\(folder)/\(path)", &status) != 0 || status.st_mode & S_IFMT != S_IFLNK
            else { return finding }
            return CodeFinding(
                line: finding.line,
                column: finding.column,
                rule: finding.rule,
                severity: "error",
                message: finding.message,
                suggestion: finding.suggestion
            )
        }
    }

    /// Why nothing of it is known; nil when it was read.
    var unreadReason: String? {
        findings.first {
            ["unparsed", "unreadable", "left-out"].contains($0.rule) && $0.severity == "error"
        }?.message
    }
}

extension ScannedCode.Statement {
    /// The statement as a report has it, with nothing proven.
    func reported() -> CodeReport.Statement {
        let shown = variants.first
        let open = variants.first { !$0.holes.isEmpty }
        return CodeReport.Statement(
            line: line,
            column: column,
            call: call,
            state: open == nil ? .read : .dynamic,
            before: shown.map(\.shownText) ?? "",
            reason: open.map { variant in
                "not known before the program runs: "
                    + variant.holes.map(\.source).joined(separator: ", ")
            }
        )
    }
}

extension ScannedCode.Variant {
    /// The text with its unknown parts in braces.
    var shownText: String {
        var sources = holes.map(\.source)[...]
        return text.reduce(into: "") { shown, character in
            shown += character == "\0" ? "{\(sources.popFirst() ?? "?")}" : String(character)
        }
    }
}

extension ContinuousClock.Instant {
    /// The seconds since this moment.
    var secondsToNow: Double {
        let passed = ContinuousClock.now - self
        return Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
    }
}
