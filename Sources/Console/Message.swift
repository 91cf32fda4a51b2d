import MigrationEngine

/// What happened: everything that can change the model.
enum Message: Sendable {
    case key(Key)
    /// A click, or a step of the wheel.
    case pointer(Pointer)
    case resized(Size)
    /// The time, in seconds since 1970.
    case tick(Double)
    case signal(Int32)
    /// The terminal is gone.
    case inputClosed
    /// The shell continued the process after Ctrl-Z.
    case resumed
    case progress(Progress)
    case log(LogLine)
    case migrated(Result<MigrateReport, MigrationError>)
    case verified(Result<VerifyReport, MigrationError>)
    /// How far the comparison beside a live run is.
    case comparing(Progress)
    /// What the comparison beside a live run has found.
    case verifiedBeside(Result<VerifyReport, MigrationError>)
    case followed(Result<FollowReport, MigrationError>)
    case cutOver(Result<SwitchReport, MigrationError>)
    case reverted(Result<RevertReport, MigrationError>)
    case status(ticket: Int, Result<RunStatus, MigrationError>)
    /// PostgreSQL has not answered a look for a few seconds; the look still waits.
    case unanswered(ticket: Int)
    case gates(ticket: Int, Result<[Gate], MigrationError>)
    case written(ticket: Int, Result<WrittenSince, MigrationError>)
    case holders(ticket: Int, Result<[FileHolders.Holder], MigrationError>)
    /// What a person's word was taken for, or why it was not.
    case decided(Decision, Result<Decision.Outcome, MigrationError>)
    case earlier(Result<EarlierRun, MigrationError>)
    case earlierLog(Result<EarlierLog, MigrationError>)
    case counted(Result<VerifyReport, MigrationError>)
    case sides(ticket: Int, Result<[SideFacts], MigrationError>)
    case workflows(ticket: Int, Result<WorkflowsPage, MigrationError>)
    case orders(ticket: Int, Result<OrdersPage, MigrationError>)
    case orderItems(ticket: Int, Result<[OrderItem], MigrationError>)
    case inventory(ticket: Int, Result<InventoryPage, MigrationError>)
    case transactions(ticket: Int, Result<[InventoryTransaction], MigrationError>)
    case code(ticket: Int, Result<CodeListing, MigrationError>)
    case watch(ticket: Int, Result<WatchListing, MigrationError>)
    case reconciled(ticket: Int, Result<ReconciliationReport, MigrationError>)
    /// The saved sets of toggles were read.
    case toggleSets(ticket: Int, Result<[ToggleSet], MigrationError>)
    /// The toggles were saved under a name, or were not.
    case toggleSetSaved(name: String, failure: MigrationError?)
    /// Toggles were switched, or none was; some had the value already, which somebody else gave them.
    case toggled(
        [Workflows.Toggle],
        already: [Workflows.Toggle] = [],
        failure: MigrationError?
    )
    case browsed(BrowsingMessage)
    case compared(ComparingMessage)
    /// Rows in quarantine were tried again.
    case replayed(Result<ReplayReport, MigrationError>)
    /// What came of an errand.
    case answered(Errand, Result<Answer, MigrationError>)
    /// A file that the operator asked for was written, or was not.
    case fileWritten(path: String, what: String, failure: MigrationError?)
    /// The file of settings was read, because it changed or because the operator asked.
    case settings(Result<ConsoleSettings, ConsoleSettings.Problem>, isAsked: Bool)
}

/// What the model wants done; ``Dispatcher`` does it.
enum Command: Equatable, Sendable {
    case migrate
    case migrateLive
    case verify
    /// Compares one table.
    case verifyTable(String)
    /// Compares beside what runs; nil compares all tables.
    case verifyBeside(table: String?)
    case cancelBeside
    case follow
    case cutOver
    case revert
    /// Stops what runs; nil is the operator's own wish.
    case cancel(by: String? = nil)
    /// The gates cost most of a look: they are looked at as long as nothing newer is known of them.
    case loadStatus(ticket: Int, withGates: Bool = false)
    case loadGates(ticket: Int)
    case loadWritten(ticket: Int)
    case loadHolders(ticket: Int)
    case decide(Decision)
    case loadEarlier
    case loadEarlierLog
    case count
    case loadSides(ticket: Int)
    case loadWorkflows(ticket: Int, side: Side)
    case loadOrders(
        ticket: Int,
        side: Side,
        search: String,
        limit: Int,
        status: String? = nil,
        at: PagePlace<String> = .first,
        order: OrdersOrder = .newestFirst
    )
    case loadOrderItems(ticket: Int, side: Side, orderNumber: String)
    case loadInventory(
        ticket: Int,
        side: Side,
        search: String,
        level: String? = nil,
        at: PagePlace<String> = .first,
        limit: Int = Model.articlesOfPage
    )
    case loadTransactions(ticket: Int, side: Side, sku: String)
    case loadCode(ticket: Int)
    /// Stops the proof of the code.
    case cancelCode
    case loadWatch(ticket: Int)
    case reconcile(ticket: Int)
    case loadToggleSets(ticket: Int)
    case saveToggleSet(side: Side, name: String)
    /// Switches workflows, all of them or none.
    case setWorkflows(side: Side, [Workflows.Toggle])
    /// Reads the file of settings when it has changed, or in any case when it was asked for.
    case loadSettings(isAsked: Bool)
    case browse(BrowsingCommand)
    case compare(ComparingCommand)
    /// Does an errand beside what runs.
    case errand(Errand)
    case cancelErrand
    /// Tries rows in quarantine again.
    case replay([Int64])
    /// Writes a file that is not there yet.
    case write(String, path: String, what: String)
    /// Writes what the screen shows.
    case dump(path: String)
    /// Sends the terminal something that is not shown.
    case writeToTerminal(String)
    case useTheme(String)
    /// Makes a theme the one of the settings.
    case keepTheme(String)
    /// Makes the choice of a list's columns the one of the settings.
    case keepColumns(PaneID, hidden: [String])
    /// Takes the mouse from the terminal, or gives it back.
    case setMouse(Bool)
    case repaint
    case suspend
}

/// What lies over the panes.
indirect enum Overlay: Equatable, Sendable {
    /// The keys, and what they are drawn over.
    case help(first: Int, over: Overlay? = nil, search: HelpSearch? = nil)
    case confirm(Confirmation)
    case palette(Palette)
    case themes(ThemePicker)
    case columns(ColumnPicker)
    /// The questions before a cutover or a way back.
    case wizard(Wizard)
    /// The steps of the one that is under way.
    case running
    /// How it came out.
    case outcome(first: Int)
    /// What came of an errand, or a command for another terminal.
    case answer(Answer, first: Int)
    /// Who accepts rows in quarantine, and why.
    case decision(DecisionEntry)
}

/// A question before something is done.
struct Confirmation: Equatable, Sendable {
    /// What has to be done to say yes.
    enum Kind: Equatable, Sendable {
        /// `y` or `n`.
        case yesNo
        /// The phrase, typed letter by letter.
        case phrase(String)
    }

    /// What a yes does.
    enum Consequence: Equatable, Sendable {
        case migrate
        case migrateLive
        case cancel
        case quit
        case setWorkflow(name: String, isEnabled: Bool)
        /// All toggles, with what the question says that it changes.
        case setAllWorkflows(isEnabled: Bool, [Workflows.Toggle])
        /// A set, with what the question says that it changes.
        case applyToggleSet(String, [Workflows.Toggle])
        case saveToggleSet(String)
        /// The way back, with what the question says that it changes.
        case undoToggles([Workflows.Toggle])
        /// Rows in quarantine are tried again.
        case replay([Int64])
    }

    var title: String
    /// What will change, in words.
    var lines: [String]
    var kind: Kind
    var consequence: Consequence
    var typed = ""
    /// The cursor starts on Cancel: Enter alone never does anything.
    var isContinueFocused = false

    /// Whether it is about what runs, and not about something that would begin.
    var concernsRun: Bool { consequence == .cancel || consequence == .quit }

    /// What yes means, in a word.
    var yes: String {
        switch consequence {
        case .cancel: title.lowercased()
        case .quit: "quit"
        default: "yes"
        }
    }

    /// What no means, in a word or two.
    var no: String { concernsRun ? "go on" : "cancel" }

    /// Whether the phrase stands there, or none is asked for.
    var isMatched: Bool {
        guard case .phrase(let phrase) = kind else { return true }
        return typed == phrase
    }
}
