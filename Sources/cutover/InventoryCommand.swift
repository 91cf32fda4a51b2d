import ArgumentParser
import MigrationEngine

/// Lists the stock by article.
struct InventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract: "Lists the stock of either side by article."
    )

    @OptionGroup var choice: SideOption
    @Option(help: "Part of the SKU or of the article's name.")
    var search: String?
    @Option(help: "Only articles with this alert level: normal, low or critical.")
    var status: String?
    @Flag(help: "Say of each article whether the other side has as many on hand.")
    var compare = false
    @Option(help: "Compare this article on both sides: stock, formula, lots, movements.")
    var sku: String?
    @Option(help: "The most articles to list, up to 1000.")
    var limit = 200
    @Option(help: "Go on after this key: the next_key of the page before.")
    var after: String?
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...1_000).contains(limit) else {
            throw ValidationError("--limit must be from 1 to 1000")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        if let sku { return try compare(sku, options) }
        var page = try Operations.inventory(
            options: options,
            side: try choice.side.side(options),
            search: search,
            level: status,
            limit: limit,
            after: after
        )
        if compare { page.sides = try BothSides(options: options).stock(page.rows.map(\.sku)) }
        try Output(common).result(page) { Self.text(page, CellText(common)) }
        guard let sides = page.sides else { return }
        let wrong: [SideComparison.Verdict] = [.differs, .onlySource, .onlyTarget]
        if sides.rows.values.contains(where: { wrong.contains($0.verdict) }) { throw ExitCode(1) }
    }

    /// One article on both sides; status 1 when they differ in it.
    private func compare(_ sku: String, _ options: Options) throws {
        // Which side is live may be unknown while one of them is down.
        let side = (try? choice.side.side(options)) ?? .target
        let page = try Operations.compared(options: options, side: side, sku: sku)
        let title = "article \(CellText(common).text(sku))"
        try ComparisonText.put(page, page.comparison, title: title, common)
    }

    /// The page for people.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - cell: How values become text.
    /// - Returns: The lines.
    static func text(_ page: InventoryPage, _ cell: CellText) -> String {
        let sides = page.sides
        var table = TextTable(
            ["SKU", "NAME", "ON HAND", "REORDER AT", "LEVEL", "DAYS LEFT"]
                + (sides == nil ? [] : ["BOTH SIDES"]),
            rightAligned: [2, 3, 5]
        )
        for row in page.rows {
            let verdict = sides.map { $0.rows[row.sku]?.verdict.words ?? "unknown" }
            table.add(
                [
                    cell.text(row.sku), cell.text(row.name),
                    row.level == "unknown" ? "?" : cell.number(row.onHand),
                    cell.number(row.reorderPoint), cell.text(row.level),
                    cell.number(row.daysLeft),
                ] + [verdict].compactMap { $0 }
            )
        }
        let notes = [
            sides?.waiting, sides?.sourceError.map { "SQLite cannot be read: \($0)" },
            sides?.targetError.map { "PostgreSQL cannot be read: \($0)" },
        ].compactMap { $0.map { "\n\(cell.printable($0))" } }.joined()
        return "inventory in the \(page.side.rawValue)\n\(table.text)"
            + cell.continuation(page.nextKey, isEmpty: page.rows.isEmpty) + notes
    }
}
