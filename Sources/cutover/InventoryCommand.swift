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
        let page = try Operations.inventory(
            options: options,
            side: try choice.side.side(options),
            search: search,
            level: status,
            limit: limit,
            after: after
        )
        try Output(common).result(page) { Self.text(page, CellText(common)) }
    }

    /// The page for people.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - cell: How values become text.
    /// - Returns: The lines.
    static func text(_ page: InventoryPage, _ cell: CellText) -> String {
        var table = TextTable(
            ["SKU", "NAME", "ON HAND", "REORDER AT", "LEVEL"],
            rightAligned: [2, 3]
        )
        for row in page.rows {
            table.add([
                cell.text(row.sku), cell.text(row.name),
                row.level == "unknown" ? "?" : cell.number(row.onHand),
                cell.number(row.reorderPoint), cell.text(row.level),
            ])
        }
        return "inventory in the \(page.side.rawValue)\n\(table.text)"
            + cell.continuation(page.nextKey, isEmpty: page.rows.isEmpty)
    }
}
