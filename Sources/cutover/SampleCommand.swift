import ArgumentParser
import Foundation
import MigrationEngine

/// Writes a synthetic database to try everything on.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Write a synthetic ora.db: the same arguments give the same rows.",
        discussion: """
            Persons, companies and orders are invented. An existing file is never overwritten.
            With --hostile a part of the values is such as years of use leave them: text in
            INTEGER columns, dates of many shapes, NUL and broken UTF-8 in text, children without
            parents. `migrate` then ends with status 1 and shows the quarantine at work.
            """
    )

    @Argument(help: "The file to write; it must not exist.", completion: .file())
    var path: String

    @Option(help: "The shape: plan (12 tables) or production (19 tables).")
    var schema: SampleSource.Schema = .production

    @Option(help: "How many orders.")
    var orders = 1_000

    @Option(help: "Another seed gives other rows.")
    var seed: UInt64 = 1

    @Flag(help: "Spoil some values, as years of use do; the same seed spoils the same ones.")
    var hostile = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.options().requireWritable("writing a sample")
        let total = orders
        let onTerminal = isatty(STDERR_FILENO) == 1
        let report = try SampleSource.write(
            path: path,
            schema: schema,
            orders: orders,
            seed: seed,
            isHostile: hostile
        ) { done in
            guard onTerminal else { return }
            Self.tell("\r\(done) of \(total) orders")
        }
        if onTerminal && total >= 10_000 { Self.tell("\r\u{1b}[K") }
        try Output(common).result(report) {
            let seconds = String(format: "%.1f", report.seconds)
            let lines = report.tables.map { "\($0.rows)\t\($0.name)" }
            let odd = hostile ? ["\(report.oddValues) values are odd"] : []
            return
                (lines + odd + [
                    "wrote \(report.rows) rows, \(report.sizeBytes) bytes in \(seconds) s: \(path)"
                ]).joined(separator: "\n")
        }
    }

    private static func tell(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}

extension SampleSource.Schema: ExpressibleByArgument {}
