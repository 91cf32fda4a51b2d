import ArgumentParser
import MigrationEngine

/// What both sides have, for people.
struct ComparisonText {
    private let cell: CellText

    init(_ cell: CellText) { self.cell = cell }

    /// Prints one thing on both sides; ends with status 1 when they differ in it or neither has it.
    ///
    /// - Parameters:
    ///   - page: The page for `--json`.
    ///   - comparison: What both sides have; nothing is printed without one.
    ///   - title: What it is, before the table.
    ///   - common: The common options.
    /// - Throws: `ExitCode`, or the encoder's error.
    static func put(
        _ page: some Encodable,
        _ comparison: SideComparison?,
        title: String,
        _ common: CommonOptions
    ) throws {
        guard let comparison else { return }
        try Output(common).result(page) {
            "\(title)\n" + ComparisonText(CellText(common)).text(comparison)
        }
        if comparison.isDifferent || comparison.lines.isEmpty { throw ExitCode(1) }
    }

    /// A comparison as a table, with what it comes to below.
    ///
    /// - Parameter comparison: What both sides have.
    /// - Returns: The lines.
    func text(_ comparison: SideComparison) -> String {
        var table = TextTable(["PART", "WHAT", "SQLITE", "POSTGRESQL", "BOTH SIDES"])
        for line in comparison.lines {
            table.add([
                line.part, cell.text(line.name), cell.text(line.source), cell.text(line.target),
                line.verdict.words,
            ])
        }
        let notes = [
            comparison.summary, comparison.waiting,
            comparison.sourceError.map { "SQLite cannot be read: \($0)" },
            comparison.targetError.map { "PostgreSQL cannot be read: \($0)" },
        ].compactMap { $0.map(cell.printable) }
        return (comparison.lines.isEmpty ? "" : table.text + "\n") + notes.joined(separator: "\n")
    }
}
