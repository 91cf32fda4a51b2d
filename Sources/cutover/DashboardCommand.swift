import ArgumentParser
import MigrationEngine

/// Shows the application's own figures.
struct DashboardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Shows the application's figures, read on either side."
    )

    @OptionGroup var choice: SideOption
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let options = try common.options(schema: place)
        let page = try Operations.dashboard(
            options: options,
            side: try choice.side.side(options)
        )
        try Output(common).result(page) { Self.text(page, CellText(common)) }
    }

    /// The figures for people.
    ///
    /// - Parameters:
    ///   - page: The figures.
    ///   - cell: How values become text.
    /// - Returns: The lines.
    static func text(_ page: DashboardPage, _ cell: CellText) -> String {
        var table = TextTable(["FIGURE", "VALUE", "NOTE"], rightAligned: [1])
        for figure in page.figures {
            table.add([
                cell.text(figure.name), figure.value.map { cell.text($0) } ?? "unknown",
                cell.printable(figure.note ?? ""),
            ])
        }
        return "dashboard of the \(page.side.rawValue)\n\(table.text)"
    }
}
