import ArgumentParser
import MigrationEngine

/// Removes everything of ours from both sides.
struct CleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Removes every _cutover_* object of the source and the target's schema cutover.",
        discussion: """
            Proves that the source's schema is as it was before. What is in quarantine, and the \
            way back after a switch, are lost with the schema: the phrase is asked for.
            """
    )

    @Option(help: "The phrase clean DATABASE, where nobody can be asked.")
    var confirm: String?
    @Flag(help: "Pass the point of no return: the application stays on PostgreSQL.")
    var final = false
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schema: place)
        let phrase = try Phrase.of("clean", options)
        try Phrase.require(phrase, given: confirm, common)
        let isFinal = final
        let report = try LongWork.run(common) { _, _ throws(MigrationError) in
            try Clean.run(options, isFinal: isFinal)
        }
        try Output(common).result(report) { Self.text(report) }
    }

    static func text(_ report: CleanReport) -> String {
        let removed = "source: \(report.removedFromSource.count) objects removed"
        var lines = [
            report.sourceStaysClosed
                ? "\(removed); \(report.keptInSource.count) stay: the triggers that block its "
                    + "writes, because the application has left it for good"
                : "\(removed), its schema is as before"
        ]
        lines += report.changedByApplication.map {
            "  the application's own change since: \(SafeText.visible($0))"
        }
        lines.append(
            report.removedFromTarget
                ? "target: schema cutover removed; the tables stay"
                : report.wasCopy
                    ? "target: left alone, the file is a copy of one that a run has"
                    : "target: there was no schema cutover"
        )
        lines += report.restored.map { "  put back: \(SafeText.visible($0))" }
        if let at = report.finalAt {
            lines.append(
                "handed over for good at \(at): the point of no return is passed. PostgreSQL is the "
                    + "only side; keep the SQLite file as an archive"
            )
        }
        return lines.joined(separator: "\n")
    }
}
