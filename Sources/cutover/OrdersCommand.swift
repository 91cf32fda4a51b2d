import ArgumentParser
import MigrationEngine

/// Lists orders, newest first.
struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "Lists orders of either side, newest first."
    )

    @OptionGroup var choice: SideOption
    @Option(help: "Part of the order's number or the customer's name.")
    var search: String?
    @Option(help: "Only orders with this status.")
    var status: String?
    @Option(help: "Compare this order on both sides: items, fields, history.")
    var order: String?
    @Option(help: "The most orders to list, up to 1000.")
    var limit = 50
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
        if let order { return try compare(order, options) }
        let page = try Operations.orders(
            options: options,
            side: try choice.side.side(options),
            search: search,
            status: status,
            limit: limit,
            after: after
        )
        try Output(common).result(page) { Self.text(page, CellText(common)) }
        guard let status, page.rows.isEmpty, after == nil, search == nil, !common.json else {
            return
        }
        let known = try known(page, options).map(SafeText.visible)
        Output.message(
            "no order has the status \"\(SafeText.visible(status))\""
                + (known.isEmpty ? "" : "; there are: \(known.joined(separator: ", "))")
        )
    }

    /// The statuses that the profile names; where it names none, those of the newest orders.
    private func known(_ page: OrdersPage, _ options: Options) throws -> [String] {
        guard page.statuses.isEmpty else { return page.statuses }
        let newest = try Operations.orders(options: options, side: page.side, limit: 1_000)
        return Set(newest.rows.compactMap(\.status)).sorted()
    }

    /// One order on both sides; status 1 when they differ in it.
    private func compare(_ number: String, _ options: Options) throws {
        // Which side is live may be unknown while one of them is down.
        let side = (try? choice.side.side(options)) ?? .target
        let page = try Operations.compared(options: options, side: side, order: number)
        let title = "order \(CellText(common).text(number))"
        try ComparisonText.put(page, page.comparison, title: title, common)
    }

    /// The page for people.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - cell: How values become text.
    /// - Returns: The lines.
    static func text(_ page: OrdersPage, _ cell: CellText) -> String {
        var table = TextTable(
            ["ORDER", "DATE", "CUSTOMER", "STATUS", "ITEMS", "TOTAL"],
            rightAligned: [4, 5]
        )
        for row in page.rows {
            table.add([
                cell.text(row.orderNumber), cell.text(row.orderDate), cell.text(row.customer),
                cell.text(row.status), cell.number(row.items), cell.amount(row.totalCents),
            ])
        }
        return "orders in the \(page.side.rawValue)\n\(table.text)"
            + cell.continuation(page.nextKey, isEmpty: page.rows.isEmpty)
    }
}
