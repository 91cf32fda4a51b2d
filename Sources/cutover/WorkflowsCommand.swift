import ArgumentParser
import MigrationEngine

/// Lists the application's workflows, or turns them on or off.
struct WorkflowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflows",
        abstract: "Lists the application's workflows, or turns them on or off.",
        usage: """
            cutover workflows [--side SIDE]
            cutover workflows enable NAME ... | --all
            cutover workflows disable NAME ... | --all
            cutover workflows save SET
            cutover workflows apply SET
            cutover workflows sets
            """,
        discussion: """
            Several are changed together or not at all. A saved set holds each workflow's own value \
            and is kept in the folder of the run; apply gives the values back.
            """
    )

    /// What is done to workflows.
    enum Action: String, ExpressibleByArgument, CaseIterable {
        case enable
        case disable
        case save
        case apply
        case sets

        /// Whether it turns workflows that are named.
        var isToggle: Bool { self == .enable || self == .disable }
    }

    @Argument(help: "enable, disable, save, apply or sets; nothing lists the workflows.")
    var action: Action?
    @Argument(help: "The workflows' names, or the name of a set.")
    var names: [String] = []
    @Flag(help: "Every workflow, with enable or disable.")
    var all = false
    @OptionGroup var choice: SideOption
    @Option(help: "Who turns it on or off, as stored beside the toggle.")
    var by = "cutover"
    @OptionGroup var place: SchemaOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        switch action {
        case .enable, .disable:
            guard names.isEmpty == all else {
                throw ValidationError(
                    all
                        ? "give names or --all, not both"
                        : "name the workflow: cutover workflows enable NAME, or --all"
                )
            }
        case .save, .apply:
            guard names.count == 1, !all else {
                throw ValidationError("name one set: cutover workflows save NAME")
            }
        case .sets, nil:
            guard names.isEmpty, !all else {
                throw ValidationError("there is nothing to name here")
            }
        }
    }

    func run() throws {
        let options = try common.options(schema: place)
        if action == .sets { return try list(ToggleSets.all(options: options)) }
        let side = try choice.side.side(options)
        if action == .save {
            return try list([
                try ToggleSets.save(options: options, side: side, name: names[0], by: by)
            ])
        }
        let done = try change(options, side)
        if action != nil, try LiveSide.current(options) != side {
            Output.message("note: the application reads its toggles on the other side now")
        }
        let page = try Workflows.list(options: options, side: side)
        try Output(common).result(page) { done + Self.text(page, CellText(common)) }
    }

    /// Changes toggles, and says what was changed.
    private func change(_ options: Options, _ side: Side) throws(MigrationError) -> String {
        let rows: [WorkflowRow]
        switch action {
        case .enable, .disable:
            let isOn = action == .enable
            let wanted =
                all
                ? try Workflows.list(options: options, side: side).workflows.map(\.name) : names
            rows = try Workflows.change(
                options: options,
                side: side,
                to: wanted.map { Workflows.Toggle(name: $0, enabled: isOn) },
                by: by,
                always: !all
            )
        case .apply:
            rows = try ToggleSets.apply(options: options, side: side, name: names[0], by: by)
        case .save, .sets, nil: return ""
        }
        let cell = CellText(common)
        guard !rows.isEmpty else { return "every toggle has that value already\n" }
        return rows.map {
            "\(cell.text($0.name)) is \($0.enabled ? "on" : "off") in the \(side.rawValue)\n"
        }.joined()
    }

    /// Saved sets of toggles.
    private struct Sets: Encodable {
        let sets: [ToggleSet]
    }

    private func list(_ sets: [ToggleSet]) throws {
        let cell = CellText(common)
        try Output(common).result(Sets(sets: sets)) {
            guard !sets.isEmpty else { return "no set is saved: cutover workflows save NAME" }
            var table = TextTable(["SET", "SAVED", "BY", "FROM", "ON", "OFF"])
            for set in sets {
                func names(_ isOn: Bool) -> String {
                    set.toggles.filter { $0.enabled == isOn }.map { cell.text($0.name) }
                        .joined(separator: " ")
                }
                table.add([
                    cell.text(set.name), set.at, cell.text(set.by), set.side.rawValue, names(true),
                    names(false),
                ])
            }
            return table.text
        }
    }

    /// The toggles for people.
    ///
    /// - Parameters:
    ///   - page: The workflows.
    ///   - cell: How values become text.
    /// - Returns: The lines.
    static func text(_ page: WorkflowsPage, _ cell: CellText) -> String {
        let hasHeartbeat = page.workflows.contains { $0.heartbeatAt != nil }
        var table = TextTable(
            ["WORKFLOW", "STATE", "LAST UPDATED", "UPDATED BY", "LAST RUN"]
                + (hasHeartbeat ? ["HEARTBEAT"] : []) + ["EVERY", "SCRIPT"]
        )
        for row in page.workflows {
            table.add(
                [
                    cell.text(row.name), row.enabled ? "on" : "off", cell.text(row.lastUpdated),
                    cell.text(row.updatedBy), cell.text(row.lastRunAt),
                ] + (hasHeartbeat ? [cell.text(row.heartbeatAt)] : []) + [
                    row.intervalSeconds.map { "\(Int($0)) s" } ?? "-", cell.text(row.script),
                ]
            )
        }
        return "workflows in the \(page.side.rawValue)\n\(table.text)"
    }
}
