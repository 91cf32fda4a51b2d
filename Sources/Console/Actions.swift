import MigrationEngine

/// Everything the operator can do, and nothing else: one list.
///
/// The dispatcher, the hints of the last row, the help and read-only mode all read this table, so
/// none of them can say something else than the others.
struct Action: Sendable {
    /// What is done; ``Model/perform(_:)`` does it.
    enum ID: Hashable, Sendable {
        case up
        case down
        case pageUp
        case pageDown
        case first
        case last
        case open
        case back
        case nextPane
        case previousPane
        case show(PaneID)
        case filter
        case onlyProblems
        case level
        case toggleSide
        case status
        case refresh
        case migrate
        case migrateLive
        case follow
        case cutOver
        case revert
        case verify
        case cancel
        case toggleWorkflow
        case disableAllWorkflows
        case enableAllWorkflows
        case applyToggleSet
        case saveToggleSet
        case undo
        case acceptRows
        case replayRows
        case help
        case theme
        case palette
        case sort
        case reverseSort
        case copyName
        case copyRow
        case export
        case mark
        case columns
        case zoom
        case mouse
        case hold
        case slower
        case faster
        case redraw
        case suspend
        case reloadSettings
        case quit
        case quitNow
        /// A verb of the command line that the engine does beside what runs.
        case errand(Errand)
        /// A verb of the command line that belongs into a shell.
        case shell(ShellVerb)
    }

    /// The part of the help that an action stands in.
    enum Group: String, CaseIterable, Sendable {
        case run = "RUN"
        case list = "LIST"
        case move = "MOVE"
        case global = "GLOBAL"
        case panes = "PANES"
        case typed = "TYPED"
    }

    let id: ID
    /// The name in the hints: a word or two.
    let name: String
    let keys: [Key]
    /// The line in the help.
    let help: String
    let group: Group
    /// The panes in which it works.
    let panes: Set<PaneID>
    /// The place in the hints, from the left; nil keeps it out of them.
    let rank: Int?
    /// Whether it writes to a side: then read-only mode refuses it.
    let changesSomething: Bool
    /// The verbs of the command line that it is, with the option where one makes another verb of it.
    let verbs: [String]
    /// What other people call it.
    let aliases: [String]
    /// The name and the help where the state gives them other words; nil leaves those of the table.
    let wording: @Sendable (Model) -> (name: String, help: String)?
    /// Why it cannot be done now, or nil.
    let disabledReason: @Sendable (Model) -> String?

    init(
        _ id: ID,
        _ name: String,
        _ keys: [Key],
        _ help: String,
        _ group: Group,
        in panes: Set<PaneID> = Set(PaneID.allCases),
        rank: Int? = nil,
        changesSomething: Bool = false,
        verbs: [String] = [],
        aliases: [String] = [],
        wording: @escaping @Sendable (Model) -> (name: String, help: String)? = { _ in nil },
        unless disabledReason: @escaping @Sendable (Model) -> String? = { _ in nil }
    ) {
        self.id = id
        self.name = name
        self.keys = keys
        self.help = help
        self.group = group
        self.panes = panes
        self.rank = rank
        self.changesSomething = changesSomething
        self.verbs = verbs
        self.aliases = aliases
        self.wording = wording
        self.disabledReason = disabledReason
    }

    /// The name and the help for a state.
    ///
    /// - Parameter model: The state of the console.
    /// - Returns: Those of the table, unless the state has other words.
    func words(in model: Model) -> (name: String, help: String) {
        wording(model) ?? (name, help)
    }

    /// Why the action is refused in a model, or nil when it can be done.
    ///
    /// - Parameter model: The state of the console.
    /// - Returns: The reason in words.
    func refusal(in model: Model) -> String? {
        if changesSomething, model.isReadOnly {
            let name = words(in: model).name
            // Without the option it is the file that says so, for as long as the console is open.
            let file = "take read_only = true out of config.toml"
            let mend =
                model.identity.isReadOnly
                ? "start without --read-only" + (model.isReadOnlyBySettings ? " and \(file)" : "")
                : "\(file) and start again"
            return "read-only: \(name) changes something; \(mend)"
        }
        return disabledReason(model)
    }
}

/// The table.
enum Actions {
    /// The actions of a pane, in the order of the table.
    static func actions(in pane: PaneID) -> [Action] {
        all.filter { $0.panes.contains(pane) }
    }

    static let all: [Action] =
        moves + panes + lists + marks + quarantining + columns + runs + toggles + undo
        + cutover + screen + mouse + globals + typed

    /// Panes whose rows can be opened.
    static let withDetail: Set<PaneID> = [
        .migrate, .verify, .orders, .inventory, .log, .dashboard, .quarantine, .tables, .code,
        .watch, .checks,
    ]

    private static let moves: [Action] = [
        Action(.up, "up", [.character("k"), .up], "row up", .move),
        Action(.down, "down", [.character("j"), .down], "row down", .move),
        Action(.pageUp, "page up", [.pageUp, .control("b"), .control("u")], "page up", .move),
        Action(
            .pageDown,
            "page down",
            [.pageDown, .control("f"), .control("d")],
            "page down",
            .move
        ),
        Action(.first, "first", [.character("g"), .home], "first row", .move),
        Action(.last, "last", [.character("G"), .end], "last row", .move),
        Action(
            .open,
            "open",
            [.enter],
            "open the row",
            .move,
            in: withDetail,
            rank: 0,
            unless: { model in
                if model.detail != nil {
                    return model.canOpenRow ? nil : "it is open"
                }
                return model.selectedRow == nil ? "no row is selected" : nil
            }
        ),
        Action(
            .back,
            "back",
            [.escape],
            "back, clear the filter, then the marks",
            .move,
            rank: 1,
            unless: { model in
                model.detail == nil && model.list.filter.isEmpty && model.marks.isEmpty
                    && model.comparing.statuses[model.pane] == nil ? "nothing is open" : nil
            }
        ),
    ]

    private static let panes: [Action] =
        [
            Action(.nextPane, "next", [.tab, .right, .character("l")], "next pane", .panes),
            Action(
                .previousPane,
                "previous",
                [.backTab, .left, .character("h")],
                "previous pane",
                .panes
            ),
        ]
        + PaneID.allCases.map { pane in
            let digit = Key.character(pane.key)
            // The other function keys are the operator's to give.
            let function: [Key] = pane.rawValue <= 7 ? [.function(pane.rawValue)] : []
            let keys = [digit] + function + (pane == .log ? [.character("L")] : [])
            return Action(
                .show(pane),
                pane.title.lowercased(),
                keys,
                pane.title,
                .panes,
                verbs: verbs[pane] ?? [],
                aliases: pane == .tables ? ["browse"] : pane == .workflows ? ["toggles"] : []
            )
        }

    /// The verbs whose answer a pane is.
    private static let verbs: [PaneID: [String]] = [
        .overview: ["status"], .workflows: ["workflows"], .orders: ["orders"],
        .inventory: ["inventory"], .dashboard: ["dashboard"], .quarantine: ["quarantine"],
        .code: ["code"], .watch: ["watch"], .checks: ["reconcile"],
    ]

    private static let lists: [Action] = [
        Action(
            .filter,
            "filter",
            [.character("/")],
            "filter the rows",
            .list,
            in: Set(PaneID.allCases).subtracting([.overview]),
            rank: 5,
            unless: { $0.detail == nil ? nil : "close the detail first" }
        ),
        Action(
            .onlyProblems,
            "problems",
            [.character("f")],
            "only what is not in order, or all",
            .list,
            in: [.verify, .code, .watch, .checks],
            rank: 4
        ),
        Action(
            .level,
            "level",
            [.character("v")],
            "least level that is shown",
            .list,
            in: [.log],
            rank: 4
        ),
        Action(
            .toggleSide,
            "side",
            [.character("o")],
            "the other side: SQLite or PostgreSQL",
            .list,
            in: [.orders, .inventory, .tables],
            rank: 4
        ),
        Action(
            .status,
            "status",
            [.character("f")],
            "only the next status, at last all again",
            .list,
            in: [.orders, .inventory],
            rank: 4,
            wording: { model in
                model.pane == .inventory
                    ? ("level", "only the next level, at last all again") : nil
            },
            unless: { model in
                if model.detail != nil { return "close the detail first" }
                return model.selectableStatuses.isEmpty ? "no status is known yet" : nil
            }
        ),
        Action(
            .refresh,
            "refresh",
            [.character("r"), .control("r")],
            "read again now",
            .list,
            in: Set(PaneID.allCases).subtracting([.migrate, .verify, .log]),
            rank: 6
        ),
    ]

    private static let runs: [Action] = [
        Action(
            .migrate,
            "migrate",
            [.character("m")],
            "copy everything, then verify",
            .run,
            in: [.overview, .migrate],
            rank: 3,
            changesSomething: true,
            verbs: ["migrate"],
            unless: {
                $0.whyLive ?? $0.whyBusy ?? $0.whyUnreadable ?? $0.earlier?.obstacle
            }
        ),
        Action(
            .verify,
            "verify",
            [.character("V")],
            "compare every cell of both sides",
            .run,
            in: [.overview, .migrate, .verify],
            rank: 4,
            verbs: ["verify"],
            unless: { $0.whyNotComparable }
        ),
        Action(
            .cancel,
            "stop",
            [.character("x")],
            "stop what runs: a copy can be resumed, a cutover is undone",
            .run,
            rank: 2,
            wording: { model in
                if model.stopsProof {
                    return (
                        "stop the proof", "stop the proof of the code; nothing was changed by it"
                    )
                }
                if model.stopsErrand, let noun = model.errand?.errand.noun {
                    return ("stop the \(noun)", "stop the \(noun); what runs goes on")
                }
                return model.beside == nil
                    ? nil
                    : ("stop comparing", "stop the comparison; what is followed goes on")
            },
            unless: { $0.whyNotStoppable }
        ),
    ]

    private static let globals: [Action] = [
        Action(
            .theme,
            "theme",
            [.character("T")],
            "choose a theme; the screen shows it at once",
            .global,
            rank: 8,
            verbs: ["theme"]
        ),
        Action(
            .reloadSettings,
            "settings",
            [.character(",")],
            "read config.toml again: keys, theme, refresh",
            .global,
            aliases: ["reload"]
        ),
        Action(.redraw, "redraw", [.control("l")], "draw the whole screen again", .global),
        Action(.suspend, "suspend", [.control("z")], "back to the shell; fg returns", .global),
        Action(
            .help,
            "help",
            [.character("?")],
            "this help",
            .global,
            rank: 9,
            verbs: ["help"]
        ),
        Action(
            .quit,
            "quit",
            [.character("q")],
            "close the detail, or quit",
            .global,
            rank: 10
        ),
        Action(
            .quitNow,
            "leave",
            [.character("Q"), .control("c")],
            "quit; asks while something runs",
            .global
        ),
    ]
}
