import Glibc
import MigrationEngine

/// Everything the screen shows: a value that only ``Model/update(_:)`` changes.
///
/// The time, too, comes in as a message, so that the same messages give the same screen.
struct Model: Sendable {
    /// What the two sides are; only the side that is live changes while the console runs.
    struct Identity: Equatable, Sendable {
        var environment = "PROD"
        var sourceName = ""
        var targetName = ""
        var isReadOnly = false
        var liveSide = Side.source
        var glyphs = Glyphs.unicode
        /// What becomes of the two sides when the console ends, where they do not stay: the demo's.
        var farewell: String?
        /// How another process is told of the same run.
        var options: [CommandOption] = []
        /// Whether the target is given with a password, which the options leave out.
        var hasPassword = false
    }

    /// A long run of the engine.
    struct Operation: Equatable, Sendable {
        enum Kind: String, Sendable {
            case migrate
            case verify
            case follow
            case cutOver = "cut over"
            case revert

            /// What it is called in a sentence.
            var noun: String {
                switch self {
                case .migrate: "copy"
                case .verify: "verification"
                case .follow: "catch-up"
                case .cutOver: "cutover"
                case .revert: "way back"
                }
            }

            /// Whether leaving before its end could leave writes blocked.
            var mustFinish: Bool { self == .cutOver || self == .revert }
        }

        var kind: Kind
        var startedAt: Double
        var isCancelling = false
        /// Whether the copy logs the source's writes.
        var isLive = false
        /// The only table that is compared; nil compares all.
        var table: String?
    }

    /// A list that was read, is being read, or could not be read.
    struct Loadable<Value: Sendable>: Sendable {
        var value: Value?
        /// When the value was read.
        var loadedAt: Double?
        /// When it was asked for last.
        var askedAt: Double?
        var error: MigrationError?
        var isLoading = false
        /// Answers to an earlier question are dropped.
        var ticket = 0
    }

    /// Where the operator is in a list.
    struct ListState: Equatable, Sendable {
        /// The row's identity, so that the cursor stays on it when rows come and go.
        var selected: String?
        var index = 0
        var filter = ""
        /// What the rows are sorted by; nil leaves them as they came.
        var sort: Sort?
        var marks = Marks()

        /// A column to sort by.
        struct Sort: Equatable, Sendable {
            var column: String
            var isDescending = false
        }
    }

    /// What was opened with Enter.
    struct Detail: Equatable, Sendable {
        var id: String
        var index = 0
        /// A row of it that is opened in turn.
        var row: String?
        /// The row whose values are shown whole, in as many lines as they need.
        var value: String?
        var marks = Marks()
    }

    /// A text that is shown above the hints for a while.
    struct Notice: Equatable, Sendable {
        var text: String
        var style: StyleKey
        var until: Double
    }

    /// Why the console ends.
    enum Leaving: Equatable, Sendable {
        case asked
        case signal(Int32)
        case terminalGone

        /// Who wants the end, when it is not the operator at the keyboard.
        var wisher: String? {
            switch self {
            case .asked, .signal(SIGINT): nil
            case .signal(SIGHUP), .terminalGone: "the loss of its terminal (SIGHUP)"
            case .signal(SIGTERM): "SIGTERM"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    /// How the console ends.
    struct Exit: Equatable, Sendable {
        var status: Int32
        /// What is printed once the terminal is given back.
        var message: String
    }

    /// Lines of the log that are kept for the screen; the file keeps all.
    static let logCapacity = 2_000

    var identity: Identity
    var size: Size
    /// Seconds since 1970.
    var now: Double
    var themeName = "harbor-dark"
    /// Everything that may ask for a theme; the file of settings is one of them.
    var themeChoice = ThemeChoice()
    /// The keys of the actions.
    var keymap = Keymap.standard
    /// Seconds between two readings of a live list.
    var refreshSeconds = ConsoleSettings.standard.refreshSeconds
    /// Whether the file of settings has said, since the start, that nothing may be changed.
    var isReadOnlyBySettings = false
    var themeNames: [String] = []
    /// A line about each theme.
    var themeAbouts: [String: String] = [:]

    var pane = PaneID.overview
    var lists: [PaneID: ListState] = [:]
    var detail: Detail?
    /// Whether the box that the keys go to is alone.
    var isZoomed = false
    /// Columns that are left out of the panes' lists.
    var hiddenColumns: [PaneID: Set<String>] = [:]
    /// Columns that are left out of the rows of a table, by its name.
    var hiddenInTables: [String: Set<String>] = [:]
    /// Whether the console has the mouse.
    var isMouseOn = false
    /// Whether the file of settings wants it to.
    var mouseInSettings = false
    var overlay: Overlay?
    /// The text in the filter's prompt, while it is typed.
    var prompt: String?
    var notice: Notice?
    /// When the last key of a paste that has not ended came; nil while nothing is pasted.
    var pastedAt: Double?
    /// Since when the operator holds the screen still.
    var heldAt: Double?
    /// What it showed then: one at most, as a value cannot hold itself.
    var held: [Model] = []
    /// Whether a row was opened since then.
    var isOpenedSinceHeld = false
    var showsOnlyProblems = false
    var leastLevel = LogLine.Level.info
    /// The side that orders and inventory show.
    var side: Side

    var operation: Operation?
    /// The comparison that goes on beside a live run.
    var beside: Operation?
    /// What is done beside it for a line of the palette.
    var errand: RunningErrand?
    /// Whether rows in quarantine are being decided about.
    var isDecidingRows = false
    /// What is decided as soon as following has paused for it.
    var awaitedDecision: Command?
    /// Whether following has paused for a decision, and goes on behind it.
    var isFollowingPaused = false
    /// Why that comparison ended early.
    var comparisonFailure: MigrationError?
    var progress: Progress?
    var progressAt: Double?
    /// How far a verification is that runs by itself; the copy's figures stay as they were.
    var comparison: Progress?
    /// The last phase of the copy that was not an end.
    var lastPhase = Progress.Phase.starting
    var report: MigrateReport?
    var verification: VerifyReport?
    var verifiedAt: Double?
    /// When this console changed something on the live side.
    var changedAt: Double?
    /// What an earlier run left; nil until it was read.
    var earlier: EarlierRun?
    /// Why a side could not be read when the console asked what is there.
    var unreadable: MigrationError?
    /// The counts of both sides, taken when the console found an earlier run.
    var counts: VerifyReport?
    var countedAt: Double?
    var isCounting = false
    /// Why the last run ended early.
    var failure: MigrationError?
    /// The action that goes on with the copy that ended early.
    var stoppedCopy: Action.ID?
    /// Newest last.
    var log: [LogLine] = []
    /// How many lines were dropped from the front: a line's number stays the same.
    ///
    /// Those that stood in the log before this console was opened have numbers below -1.
    var droppedLines = 0
    /// When this console was opened.
    let openedAt: Double

    /// What is known of a live run.
    var cutover = CutoverState()

    var sides = Loadable<[SideFacts]>()
    var workflows = Loadable<WorkflowsPage>()
    /// The saved sets of toggles.
    var toggleSets = Loadable<[ToggleSet]>()
    var orders = Loadable<OrdersPage>()
    var orderItems = Loadable<[OrderItem]>()
    var inventory = Loadable<InventoryPage>()
    var transactions = Loadable<[InventoryTransaction]>()
    var code = Loadable<CodeListing>()
    /// Whether the operator has stopped the proof of the code that is under way.
    var isProofStopping = false
    /// Which orders come first.
    var ordersOrder = OrdersOrder.newestFirst
    /// How the lists are walked through of which only a part is here.
    var orderWalk = Walk<String>()
    var stockWalk = Walk<String>()
    /// The criteria of the first hour; once they were looked at, the console goes on watching.
    var watch = Loadable<WatchListing>()
    var reconciliation = Loadable<ReconciliationReport>()
    /// What the panes show that look at any application.
    var browsing = Browsing()
    /// What the panes of orders and stock show of both sides.
    var comparing = Comparing()
    /// What is read for the row under the cursor of a wide screen.
    var peek: Peek?
    /// Toggles that were sent and not answered yet.
    var togglesInFlight = 0
    /// What was switched a moment ago.
    var undo = UndoHistory()

    /// What the pane shows, while a picture is drawn.
    var drawn: Drawn?

    /// Why the console ends as soon as nothing runs any more.
    var leaving: Leaving?
    /// Set when the console is to end now.
    var exit: Exit?

    init(identity: Identity, size: Size, now: Double) {
        self.identity = identity
        self.size = size
        self.now = now
        openedAt = now
        side = identity.liveSide
    }

    /// Where everything stands.
    var layout: Layout { Layout(size: size, isZoomed: isZoomed) }

    /// The state of the list of the pane that is shown.
    var list: ListState {
        get { lists[pane] ?? ListState() }
        set { lists[pane] = newValue }
    }

    /// The filter of the pane that is shown; while it is typed, a local list follows each key.
    var filter: String {
        guard let prompt, !pane.isSearchedByEngine else { return list.filter }
        return prompt
    }

    /// The progress of what runs, or ran last.
    var currentProgress: Progress? {
        beside != nil || operation?.kind == .verify ? comparison : progress
    }

    /// Whether both sides are being compared.
    var isVerifying: Bool {
        beside != nil || operation?.kind == .verify
            || (operation?.kind == .migrate && lastPhase == .verify)
    }

    /// Whether something runs that leaving would cut off.
    var isBusy: Bool {
        operation != nil || beside != nil || errand != nil || isDecidingRows
            || togglesInFlight > 0
    }

    /// Whether leaving is asked about: to stop following costs nothing.
    var asksBeforeLeaving: Bool {
        togglesInFlight > 0 || beside != nil || errand != nil || isDecidingRows
            || operation.map { $0.kind != .follow } == true
    }
}

/// The panes, in the order of their tabs.
enum PaneID: Int, CaseIterable, Sendable {
    case overview = 1
    case migrate
    case verify
    case workflows
    case orders
    case inventory
    case log
    case dashboard
    case quarantine
    case tables
    case code
    case watch
    case checks

    /// The name on the tab.
    var title: String {
        switch self {
        case .overview: "Overview"
        case .migrate: "Migrate"
        case .verify: "Verify"
        case .workflows: "Workflows"
        case .orders: "Orders"
        case .inventory: "Inventory"
        case .log: "Log"
        case .dashboard: "Dashboard"
        case .quarantine: "Quarantine"
        case .tables: "Tables"
        case .code: "Code"
        case .watch: "Watch"
        case .checks: "Checks"
        }
    }

    /// The key of the tab: a digit, as long as there are digits.
    var key: Character {
        switch self {
        case .code: "C"
        case .watch: "W"
        case .checks: "F"
        default: Character(String(rawValue % 10))
        }
    }

    /// The keys of all tabs, as a hint names them.
    static var keys: String {
        let digits = allCases.map(\.key).filter(\.isNumber)
        let ends = [digits.first, digits.last].compactMap { $0.map { String($0) } }
        let letters = allCases.map(\.key).filter { !$0.isNumber }.map { String($0) }
        return ([ends.joined(separator: "-")] + letters).joined(separator: ",")
    }

    /// Whether a filter is a question to the database instead of a look through the rows here.
    var isSearchedByEngine: Bool { self == .orders || self == .inventory }
}
