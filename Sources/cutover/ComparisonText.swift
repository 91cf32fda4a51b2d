import MigrationEngine

/// What both sides have, for people.
struct ComparisonText {
    private let cell: CellText

    init(_ cell: CellText) { self.cell = cell }

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
