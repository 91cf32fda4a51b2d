import ArgumentParser
import MigrationEngine

/// Lists the application's workflows, or turns one on or off.
struct WorkflowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflows",
        abstract: "Lists the application's workflows, or turns one on or off.",
        usage: """
            cutover workflows [--side SIDE]
            cutover workflows enable NAME
            cutover workflows disable NAME
            """
    )

    /// What is done to a workflow.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case enable
        case disable
    }

    @Argument(help: "enable or disable; nothing lists the workflows.")
    var action: Action?
    @Argument(help: "The workflow's name.")
    var name: String?
    @OptionGroup var choice: SideOption
    @Option(help: "Who turns it on or off, as stored beside the toggle.")
    var by = "cutover"
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (action == nil) == (name == nil) else {
            throw ValidationError("name the workflow: cutover workflows enable NAME")
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        let side = try choice.side.side(options)
        var done = ""
        if let action, let name {
            let isOn = action == .enable
            let before = try Workflows.list(options: options, side: side).workflows
                .first { $0.name == name }
            let row = try Workflows.set(
                options: options,
                side: side,
                name: name,
                enabled: isOn,
                by: by
            )
            try Journal.record(
                options,
                "workflow \(name) in the \(side.rawValue)",
                before: before.map { $0.enabled ? "on" : "off" },
                after: isOn ? "on" : "off"
            )
            let cell = CellText(common)
            done = "\(cell.text(row.name)) is \(isOn ? "on" : "off") in the \(side.rawValue)\n"
            if try LiveSide.current(options) != side {
                Output.message("note: the application reads its toggles on the other side now")
            }
        }
        let page = try Workflows.list(options: options, side: side)
        try Output(common).result(page) { done + Self.text(page, CellText(common)) }
    }

    /// The toggles for people.
    ///
    /// - Parameters:
    ///   - page: The workflows.
    ///   - cell: How values become text.
    /// - Returns: The lines.
    static func text(_ page: WorkflowsPage, _ cell: CellText) -> String {
        var table = TextTable(["WORKFLOW", "STATE", "LAST UPDATED", "UPDATED BY", "LAST RUN"])
        for row in page.workflows {
            table.add([
                cell.text(row.name), row.enabled ? "on" : "off", cell.text(row.lastUpdated),
                cell.text(row.updatedBy), cell.text(row.lastRunAt),
            ])
        }
        return "workflows in the \(page.side.rawValue)\n\(table.text)"
    }
}
