package import MigrationEngine

/// What the console needs of the engine: blocking calls, made on the console's own threads.
///
/// The console never touches a connection. Long runs have one thread, everything that is read for
/// the screen has another, so that a slow list never holds up a copy nor a copy a list.
package protocol ConsoleEngine: BrowsingEngine, ComparingEngine {
    /// Copies everything and verifies it.
    ///
    /// - Parameters:
    ///   - observer: Who is told of the progress.
    ///   - cancellation: The wish to stop.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    func migrate(observer: Observer, cancellation: Cancellation) throws -> MigrateReport

    /// Copies everything and verifies it; the source's writes are logged from before the copy on.
    ///
    /// - Parameters:
    ///   - observer: Who is told of the progress.
    ///   - cancellation: The wish to stop.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    func migrateLive(observer: Observer, cancellation: Cancellation) throws -> MigrateReport

    /// Applies the source's writes until stopped.
    ///
    /// - Parameters:
    ///   - observer: Who is told of the progress.
    ///   - cancellation: The wish to stop, which is an ordinary end.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    func follow(observer: Observer, cancellation: Cancellation) throws -> FollowReport

    /// Hands the application over, or leaves everything as it was.
    ///
    /// - Parameters:
    ///   - observer: Who is told of the progress.
    ///   - cancellation: The wish to stop, which undoes it.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    func cutOver(observer: Observer, cancellation: Cancellation) throws -> SwitchReport

    /// Goes back to the source with everything that was written on the target.
    ///
    /// - Parameters:
    ///   - observer: Who is told of the progress.
    ///   - cancellation: The wish to stop.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    func revert(observer: Observer, cancellation: Cancellation) throws -> RevertReport

    /// Where the run stands, whoever drives it.
    ///
    /// - Parameters:
    ///   - withGates: Whether the gates are looked at, too, as far as that is quick.
    ///   - whenUnanswered: Is told once PostgreSQL has not answered for a few seconds.
    /// - Returns: The status.
    /// - Throws: ``MigrationError``.
    func status(
        withGates: Bool,
        whenUnanswered: @escaping @Sendable () -> Void
    ) throws -> RunStatus

    /// The conditions of the cutover, each with its evidence.
    ///
    /// - Returns: All of them.
    /// - Throws: ``MigrationError``.
    func gates() throws -> [Gate]

    /// What was written on the target since the switch.
    ///
    /// - Returns: The writes by table.
    /// - Throws: ``MigrationError``.
    func written() throws -> WrittenSince

    /// Signs a gate that a person decides.
    ///
    /// - Parameters:
    ///   - gate: The gate's name; nil for all that persons decide.
    ///   - author: Who signs.
    /// - Returns: The gates that were signed; none when all were signed before.
    /// - Throws: ``MigrationError``.
    func sign(gate: String?, by author: String) throws -> [String]

    /// Lets the cutover begin although a gate is closed.
    ///
    /// - Parameters:
    ///   - gate: The gate's name.
    ///   - author: Who takes it upon himself.
    ///   - note: Why.
    /// - Throws: ``MigrationError``.
    func override(gate: String, by author: String, note: String) throws

    /// Compares both sides.
    ///
    /// - Parameters:
    ///   - table: The only table; nil for all.
    ///   - observer: Who is told of the progress.
    ///   - cancellation: The wish to stop.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    func verify(
        table: String?,
        observer: Observer,
        cancellation: Cancellation
    ) throws -> VerifyReport

    /// What an earlier run left in the target.
    ///
    /// - Returns: What there is.
    /// - Throws: ``MigrationError``.
    func earlierRun() throws -> EarlierRun

    /// The end of the run's log; see the extension for engines without a folder.
    ///
    /// - Returns: The last lines, oldest first.
    /// - Throws: ``MigrationError``.
    func earlierLog() throws -> EarlierLog

    /// The application's processes that hold the source open; see the extension.
    ///
    /// - Returns: The processes by number.
    func holders() -> [FileHolders.Holder]

    /// Counts the rows of both sides.
    ///
    /// - Parameter cancellation: The wish to stop.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    func counts(cancellation: Cancellation) throws -> VerifyReport

    /// What the two sides are.
    ///
    /// - Returns: Facts for the overview, in words.
    /// - Throws: ``MigrationError``.
    func sides() throws -> [SideFacts]

    /// The orders of some place in the list.
    ///
    /// - Parameters:
    ///   - side: The side to read.
    ///   - search: Text to look for; empty for all.
    ///   - status: The only status; nil for all.
    ///   - place: Where in the list.
    ///   - order: Which end of the key the list begins with.
    ///   - limit: The number of orders at most.
    /// - Returns: One page; a search that takes long gives what it has, and where it goes on.
    /// - Throws: ``MigrationError``.
    func orders(
        side: Side,
        search: String,
        status: String?,
        at place: PagePlace<String>,
        order: OrdersOrder,
        limit: Int
    ) throws -> OrdersPage

    /// The items of one order.
    ///
    /// - Parameters:
    ///   - side: The side to read.
    ///   - orderNumber: The order.
    /// - Returns: Its items.
    /// - Throws: ``MigrationError``.
    func orderItems(side: Side, orderNumber: String) throws -> [OrderItem]

    /// The stock of some place in the list, by SKU.
    ///
    /// - Parameters:
    ///   - side: The side to read.
    ///   - search: Text to look for; empty for all.
    ///   - level: The only alert level; nil for all.
    ///   - place: Where in the list.
    ///   - limit: The number of articles at most.
    /// - Returns: One page.
    /// - Throws: ``MigrationError``.
    func inventory(
        side: Side,
        search: String,
        level: String?,
        at place: PagePlace<String>,
        limit: Int
    ) throws -> InventoryPage

    /// Proves the application's code on the target; see the extension for engines without any.
    ///
    /// - Parameters:
    ///   - observer: Who is told how far it is.
    ///   - cancellation: The wish to stop.
    /// - Returns: Files, statements and findings.
    /// - Throws: ``MigrationError``.
    func code(observer: Observer, cancellation: Cancellation) throws -> CodeListing

    /// Looks once more at every criterion of success; see the extension for engines without.
    ///
    /// - Parameter observer: Who is told of alarms.
    /// - Returns: What was found, with the looks before it.
    /// - Throws: ``MigrationError``.
    func watch(observer: Observer) throws -> WatchListing

    /// Runs the business checks on both sides; see the extension for engines without any.
    ///
    /// - Parameter observer: Who is told how far it is.
    /// - Returns: What was found.
    /// - Throws: ``MigrationError``.
    func reconcile(observer: Observer) throws -> ReconciliationReport

    /// The movements of one article, newest first.
    ///
    /// - Parameters:
    ///   - side: The side to read.
    ///   - sku: The article.
    /// - Returns: Its movements.
    /// - Throws: ``MigrationError``.
    func transactions(side: Side, sku: String) throws -> [InventoryTransaction]

    /// The workflows' toggles.
    ///
    /// - Parameter side: The side to read.
    /// - Returns: All of them.
    /// - Throws: ``MigrationError``.
    func workflows(side: Side) throws -> WorkflowsPage

    /// Switches workflows, all of them or none.
    ///
    /// - Parameters:
    ///   - side: The side that is live.
    ///   - toggles: The workflows with their new values.
    /// - Returns: Those that had the value already.
    /// - Throws: ``MigrationError``; then every toggle has the value that it had.
    func setWorkflows(side: Side, _ toggles: [Workflows.Toggle]) throws -> [Workflows.Toggle]

    /// The saved sets of toggles; see the extension for engines without a folder.
    ///
    /// - Returns: The sets, by name.
    /// - Throws: ``MigrationError``.
    func toggleSets() throws -> [ToggleSet]

    /// Saves the toggles of a side under a name.
    ///
    /// - Parameters:
    ///   - side: The side that is live.
    ///   - name: The set's name.
    /// - Throws: ``MigrationError``.
    func saveToggleSet(side: Side, name: String) throws

    /// Writes into the journal what the operator did.
    ///
    /// - Parameters:
    ///   - action: What was done.
    ///   - before: What was there before.
    ///   - after: What is there now.
    /// - Throws: ``MigrationError``.
    func record(action: String, before: String, after: String) throws

    /// Does an errand beside whatever runs; see the extension for engines without any.
    ///
    /// - Parameters:
    ///   - errand: What is wanted.
    ///   - observer: Who is told what is logged.
    ///   - cancellation: The wish to stop.
    /// - Returns: What came of it.
    /// - Throws: ``MigrationError``.
    func answer(
        _ errand: Errand,
        observer: Observer,
        cancellation: Cancellation
    ) throws -> Answer

    /// How another process is told of the same run, without a password; see the extension.
    var commandOptions: [CommandOption] { get }

    /// Whether the target is given with a password; see the extension.
    var hasPassword: Bool { get }
}

/// What one side is, in words: file and size, or server, version and database.
package struct SideFacts: Sendable, Equatable {
    /// The side.
    package let side: Side
    /// One fact a line, the name first.
    package let facts: [String]

    /// States what a side is.
    ///
    /// - Parameters:
    ///   - side: The side.
    ///   - facts: One fact a line.
    package init(side: Side, facts: [String]) {
        self.side = side
        self.facts = facts
    }
}
