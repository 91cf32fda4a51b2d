import ArgumentParser
import Foundation
import MigrationEngine

/// Back to SQLite with nothing lost.
struct RevertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Goes back to SQLite; what was written on PostgreSQL comes along.",
        discussion: """
            Before the handover it undoes a cutover. Behind it: blocks PostgreSQL's writes, brings \
            every row that was written there into the SQLite file with the values' original \
            formats, compares them, opens the file for the application and lets PostgreSQL follow \
            it again. A revert that was killed is finished by the next one. Tables that were made \
            on PostgreSQL since the switch do not come along: it is refused until you say of each \
            that it may stay there (--leave-table).
            """
    )

    @Option(help: "A shell command that is run when SQLite takes writes again.")
    var hook: String?
    @Flag(help: "Take rows along that something wrote in the closed SQLite file; list them first.")
    var acceptStrays = false
    @Option(help: "A table made on PostgreSQL since the switch that stays there; repeatable.")
    var leaveTable: [String] = []
    @Flag(help: "Compare all rows of tables whose writes were not logged for a while.")
    var compare = false
    @Option(help: "The phrase revert DATABASE, where nobody can be asked.")
    var confirm: String?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schema: place)
        try Phrase.require(try Phrase.of("revert", options), given: confirm, common)
        let hook = hook
        let wishes = RevertWishes(
            leaving: leaveTable,
            comparing: compare,
            acceptsStrays: acceptStrays
        )
        let report = try LongWork.run(common) { observer, cancellation throws(MigrationError) in
            try Revert.run(
                options,
                hook: hook,
                wishes: wishes,
                observer: observer,
                cancellation: cancellation
            )
        }
        try Output(common).result(report) {
            Self.text(report) + "\nnext: \(NextStep.after(report))"
        }
        if !report.ok { throw ExitCode(1) }
    }

    static func text(_ report: RevertReport) -> String {
        var table = TextTable(
            ["TABLE", "MADE", "CHANGED", "DELETED", "FIRST KEYS MADE"],
            rightAligned: [1, 2, 3]
        )
        for row in report.tables {
            table.add([
                SafeText.visible(row.name), String(row.inserted), String(row.updated),
                String(row.deleted),
                SafeText.visible(row.insertedKeys.prefix(5).joined(separator: "; ")),
            ])
        }
        var lines = report.tables.isEmpty ? [] : [table.text, ""]
        lines += report.tables.flatMap(\.notes).map { "note: \(SafeText.visible($0))" }
        lines += report.notes.map { "note: \(SafeText.visible($0))" }
        lines.append(report.summary)
        let rows = report.tables.reduce(0) { $0 + $1.inserted + $1.updated + $1.deleted }
        if report.replayedChanges != rows {
            let writes = Count.text(report.replayedChanges, "write")
            lines.append("they are what \(writes) on PostgreSQL came to")
        }
        return lines.joined(separator: "\n")
    }
}
