import Dispatch
import Synchronization
import Testing

@testable import Console
@testable import MigrationEngine

@Suite struct DispatcherTests {
    /// An engine that waits at a gate, so that a test decides when a call returns.
    private final class GatedEngine: ConsoleEngine {
        let gate = DispatchSemaphore(value: 0)
        let isRunning = DispatchSemaphore(value: 0)
        let changes = Mutex(0)
        let records = Mutex<[String]>([])

        func migrate(observer: Observer, cancellation: Cancellation) throws -> MigrateReport {
            isRunning.signal()
            gate.wait()
            try cancellation.check("copy", kept: .untouched)
            throw Samples.error
        }

        func verify(
            table: String?,
            observer: Observer,
            cancellation: Cancellation
        ) throws -> VerifyReport {
            throw Samples.error
        }

        func migrateLive(
            observer: Observer,
            cancellation: Cancellation
        ) throws -> MigrateReport {
            changes.withLock { $0 += 1 }
            throw Samples.error
        }

        func follow(observer: Observer, cancellation: Cancellation) throws -> FollowReport {
            changes.withLock { $0 += 1 }
            let woken = DispatchSemaphore(value: 0)
            cancellation.whileRunning({ woken.signal() }, { woken.wait() })
            return Samples.followed
        }

        func cutOver(observer: Observer, cancellation: Cancellation) throws -> SwitchReport {
            changes.withLock { $0 += 1 }
            return Samples.switched
        }

        func revert(observer: Observer, cancellation: Cancellation) throws -> RevertReport {
            changes.withLock { $0 += 1 }
            return Samples.reverted
        }

        func status(
            withGates: Bool,
            whenUnanswered: @escaping @Sendable () -> Void
        ) throws -> RunStatus {
            whenUnanswered()
            throw Samples.error
        }

        func dashboards() -> DashboardSides { DashboardSides() }

        func quarantined() throws -> QuarantinePage { throw Samples.error }

        func quarantinedRow(_ id: Int64) throws -> QuarantineDetail { throw Samples.error }

        func accept(rows: [Int64], by author: String, reason: String) throws -> AcceptReport {
            changes.withLock { $0 += 1 }
            return Samples.accepted(rows.count)
        }

        func replay(rows: [Int64]) throws -> ReplayReport {
            changes.withLock { $0 += 1 }
            return Samples.replayed
        }

        func tables(side: Side) throws -> TablesPage { throw Samples.error }

        func rows(
            side: Side,
            table: String,
            at place: PagePlace<TableKey>
        ) throws -> TableRowsPage {
            throw Samples.error
        }

        func gates() throws -> [Gate] { Samples.gates }

        func written() throws -> WrittenSince { Samples.written }

        func sign(gate: String?, by author: String) throws -> [String] {
            changes.withLock { $0 += 1 }
            return gate.map { [$0] } ?? []
        }

        func override(gate: String, by author: String, note: String) throws {
            changes.withLock { $0 += 1 }
        }

        func earlierRun() throws -> EarlierRun { EarlierRun() }

        func counts(cancellation: Cancellation) throws -> VerifyReport { throw Samples.error }

        func sides() throws -> [SideFacts] { [] }

        func comparedOrder(_ number: String) throws -> SideComparison { throw Samples.error }

        func comparedArticle(_ sku: String) throws -> SideComparison { throw Samples.error }

        func comparedStock(_ skus: [String]) throws -> StockComparison { throw Samples.error }

        func orders(
            side: Side,
            search: String,
            status: String?,
            at place: PagePlace<String>,
            order: OrdersOrder,
            limit: Int
        ) throws -> OrdersPage {
            OrdersPage(side: side, rows: [], nextKey: nil)
        }

        func orderItems(side: Side, orderNumber: String) throws -> [OrderItem] { [] }

        func inventory(
            side: Side,
            search: String,
            level: String?,
            at place: PagePlace<String>,
            limit: Int
        ) throws -> InventoryPage {
            InventoryPage(side: side, rows: [])
        }

        func transactions(side: Side, sku: String) throws -> [InventoryTransaction] { [] }

        func workflows(side: Side) throws -> WorkflowsPage {
            WorkflowsPage(side: side, workflows: [])
        }

        func setWorkflows(
            side: Side,
            _ toggles: [Workflows.Toggle]
        ) throws -> [Workflows.Toggle] {
            changes.withLock { $0 += 1 }
            return []
        }

        func record(action: String, before: String, after: String) throws {
            records.withLock { $0.append("\(action): \(before) to \(after)") }
            throw Samples.error
        }
    }

    private static let toggles = [
        Workflows.Toggle(name: "xml-import", enabled: false),
        Workflows.Toggle(name: "orders-cleanup", enabled: true),
    ]

    /// Takes messages as they come, without a pause of a guessed length.
    private func next(from mailbox: Mailbox) async -> Message {
        while true {
            let messages = mailbox.take()
            if let first = messages.first {
                for message in messages.dropFirst() { mailbox.post(message) }
                return first
            }
            await Task.yield()
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a list is read while a copy runs, and a stop reaches the copy`() async {
        let engine = GatedEngine()
        let mailbox = Mailbox()
        let dispatcher = Dispatcher(engine: engine, mailbox: mailbox, isReadOnly: false)
        dispatcher.start(.migrate)
        dispatcher.start(.loadOrders(ticket: 7, side: .target, search: "", limit: 1))
        guard case .orders(7, .success(let page)) = await next(from: mailbox) else {
            Issue.record("the list did not come while the copy ran")
            return
        }
        #expect(page.side == .target)
        dispatcher.start(.cancel())
        engine.gate.signal()
        guard case .migrated(.failure(let error)) = await next(from: mailbox) else {
            Issue.record("the copy did not end")
            return
        }
        #expect(error.code == .interrupted)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a read-only console reaches no function of the engine that writes`() async {
        let engine = GatedEngine()
        let mailbox = Mailbox()
        let dispatcher = Dispatcher(engine: engine, mailbox: mailbox, isReadOnly: true)
        dispatcher.start(.setWorkflows(side: .source, Self.toggles))
        guard case .toggled(_, _, let failure) = await next(from: mailbox) else {
            Issue.record("no answer")
            return
        }
        #expect(failure?.code == .readOnly)
        #expect(engine.changes.withLock { $0 } == 0)
        dispatcher.start(.migrate)
        guard case .migrated(.failure(let error)) = await next(from: mailbox) else {
            Issue.record("no answer")
            return
        }
        #expect(error.code == .readOnly)
        for command in [Command.migrateLive, .follow, .cutOver, .revert] {
            dispatcher.start(command)
            #expect(Self.failure(in: await next(from: mailbox))?.code == .readOnly, "\(command)")
        }
        for kind in [
            Decision.Kind.sign(gate: nil), .override(gate: "rehearsal"), .accept(rows: [1]),
        ] {
            dispatcher.start(.decide(Decision(kind: kind, author: "Ada")))
            #expect(Self.failure(in: await next(from: mailbox))?.code == .readOnly)
        }
        dispatcher.start(.replay([1]))
        #expect(Self.failure(in: await next(from: mailbox))?.code == .readOnly)
        #expect(engine.changes.withLock { $0 } == 0)
    }

    private static func failure(in message: Message) -> MigrationError? {
        switch message {
        case .migrated(.failure(let error)), .followed(.failure(let error)),
            .cutOver(.failure(let error)), .reverted(.failure(let error)):
            error
        case .decided(_, .failure(let error)), .replayed(.failure(let error)): error
        default: nil
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a comparison beside following is answered while following goes on`() async {
        let engine = GatedEngine()
        let mailbox = Mailbox()
        let dispatcher = Dispatcher(engine: engine, mailbox: mailbox, isReadOnly: false)
        dispatcher.start(.follow)
        dispatcher.start(.verifyBeside(table: nil))
        guard case .verifiedBeside(.failure) = await next(from: mailbox) else {
            Issue.record("the comparison waited for the end of following, or ended it")
            return
        }
        dispatcher.start(.cancel())
        guard case .followed(.success) = await next(from: mailbox) else {
            Issue.record("following did not go on")
            return
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `following gives way to a cutover, which begins when it has ended`() async {
        let engine = GatedEngine()
        let mailbox = Mailbox()
        let dispatcher = Dispatcher(engine: engine, mailbox: mailbox, isReadOnly: false)
        dispatcher.start(.follow)
        dispatcher.start(.cutOver)
        guard case .followed(.success) = await next(from: mailbox) else {
            Issue.record("following did not end first")
            return
        }
        guard case .cutOver(.success(let report)) = await next(from: mailbox) else {
            Issue.record("the cutover did not come")
            return
        }
        #expect(report.ok)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a switch is recorded, and one that cannot be recorded warns in the log`() async {
        let engine = GatedEngine()
        let mailbox = Mailbox()
        let dispatcher = Dispatcher(engine: engine, mailbox: mailbox, isReadOnly: false)
        dispatcher.start(.setWorkflows(side: .source, Self.toggles))
        var messages: [Message] = []
        while messages.count < 3 {
            messages += mailbox.take()
            await Task.yield()
        }
        guard case .toggled(Self.toggles, [], nil) = messages[0], case .log(let line) = messages[1],
            case .log = messages[2]
        else {
            Issue.record("other messages came: \(messages)")
            return
        }
        let recorded = ["workflow xml-import: on to off", "workflow orders-cleanup: off to on"]
        #expect(engine.records.withLock { $0 } == recorded)
        #expect(line.level == .warning)
        #expect(line.message.contains("xml-import was not recorded"))
    }

    @Test func `only the newest progress waits in the mailbox`() {
        let mailbox = Mailbox()
        for second in 0..<100 {
            var progress = Progress()
            progress.elapsedSeconds = Double(second)
            mailbox.post(.progress(progress))
        }
        let messages = mailbox.take()
        #expect(messages.count == 1)
        guard case .progress(let progress)? = messages.first else { return }
        #expect(progress.elapsedSeconds == 99)
        #expect(mailbox.take().isEmpty)
    }
}
