import ArgumentParser
import MigrationEngine

/// The evidence bundle.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes the evidence of the run: one JSON, one text, and a hash over it.",
        discussion: """
            Fingerprints, backup, mapping, quarantine, digests, gates with who signed them, what \
            operators did, and how long each step took; no password and no value of any row. The \
            files go into the reports folder beside the source. Without a change the hash is the \
            same again.
            """
    )

    @Option(help: "Compute the hash of a JSON file that report wrote, and compare it.")
    var check: String?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        if let check {
            let verdict = try EvidenceBundle.check(check)
            try Output(common).result(verdict) {
                verdict.ok
                    ? "unchanged: sha256 \(verdict.sha256 ?? "")"
                    : "CHANGED: the file names \(verdict.recordedSha256 ?? "no hash") and has "
                        + "\(verdict.sha256 ?? "no evidence")"
            }
            if !verdict.ok { throw ExitCode(1) }
            return
        }
        let options = try common.options(schema: place)
        let bundle = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try EvidenceBundle.run(options, observer: observer, cancellation: cancellation)
        }
        Output(common).document(bundle.json) {
            let files = bundle.files.map { "written: \(SafeText.visible($0))" }
            return ([bundle.text, ""] + files).joined(separator: "\n")
        }
        if !bundle.isWhole { throw ExitCode(1) }
    }
}
