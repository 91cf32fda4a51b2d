import Foundation
package import MigrationEngine
import Synchronization

/// The engine in the console's own process: the same functions that the verbs call.
package final class InProcessEngine: ConsoleEngine {
    let options: Options
    let settings: Migration.Settings
    let cutover: Switch.Settings
    /// What follows a live copy: the demo signs its gates.
    let whenCopied: @Sendable (Options) throws -> Void
    let author: String
    /// One connection a side, kept open between readings; only the reading thread comes here.
    private let readers: Mutex<[Side: LiveReader]> = Mutex([:])
    /// Connections of their own: a side that does not answer must not hold up the other's lists.
    private let both: Mutex<BothSides?> = Mutex(nil)
    /// The watch, with connections of its own; only its thread comes here.
    private let session: Mutex<WatchSession?> = Mutex(nil)

    /// Makes an engine; it connects when it is first asked.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - settings: How a migration goes.
    ///   - cutover: How a cutover goes.
    ///   - whenCopied: What follows a live copy.
    ///   - author: Who switches workflows, as the table records it.
    package init(
        options: Options,
        settings: Migration.Settings = Migration.Settings(),
        cutover: Switch.Settings = Switch.Settings(),
        whenCopied: @escaping @Sendable (Options) throws -> Void = { _ in },
        author: String = "cutover"
    ) {
        self.options = options
        self.settings = settings
        self.cutover = cutover
        self.whenCopied = whenCopied
        self.author = author
    }

    /// See ``ConsoleEngine``.
    package func migrate(
        observer: Observer,
        cancellation: Cancellation
    ) throws -> MigrateReport {
        try Migration.run(options, settings, observer: observer, cancellation: cancellation)
    }

    /// See ``ConsoleEngine``.
    package func verify(
        table: String?,
        observer: Observer,
        cancellation: Cancellation
    ) throws -> VerifyReport {
        try Verification.run(
            options,
            Verification.Settings(table: table, jobs: settings.jobs),
            observer: observer,
            cancellation: cancellation
        )
    }

    /// See ``ConsoleEngine``.
    package func earlierRun() throws -> EarlierRun { try EarlierRun.read(options) }

    /// See ``ConsoleEngine``.
    package func counts(cancellation: Cancellation) throws -> VerifyReport {
        // One thread: nobody waits for it, and the application works on the same machine.
        try Verification.run(
            options,
            Verification.Settings(countsOnly: true, jobs: 1),
            cancellation: cancellation
        )
    }

    /// See ``ConsoleEngine``.
    package func sides() throws -> [SideFacts] {
        // A side that cannot be reached does not hide the other.
        [
            SideFacts(side: .source, facts: Self.facts { try sourceFacts() }),
            SideFacts(side: .target, facts: Self.facts { try targetFacts() }),
        ]
    }

    /// How long a search goes on before the screen says how far it is.
    private static let searchPatience = Duration.milliseconds(150)

    /// See ``ConsoleEngine``.
    package func orders(
        side: Side,
        search: String,
        status: String?,
        at place: PagePlace<String>,
        order: OrdersOrder,
        limit: Int
    ) throws -> OrdersPage {
        try reading(side) { reader throws(MigrationError) in
            try reader.orders(
                search: search,
                status: status,
                limit: limit,
                at: place,
                order: order,
                patience: Self.searchPatience
            )
        }
    }

    /// See ``ConsoleEngine``.
    package func orderItems(side: Side, orderNumber: String) throws -> [OrderItem] {
        try reading(side) { reader throws(MigrationError) in
            try reader.orderItems(orderNumber: orderNumber)
        }
    }

    /// See ``ConsoleEngine``.
    package func inventory(
        side: Side,
        search: String,
        level: String?,
        at place: PagePlace<String>,
        limit: Int
    ) throws -> InventoryPage {
        try reading(side) { reader throws(MigrationError) in
            try reader.inventory(search: search, level: level, limit: limit, at: place)
        }
    }

    /// See ``ConsoleEngine``.
    package func transactions(side: Side, sku: String) throws -> [InventoryTransaction] {
        try reading(side) { reader throws(MigrationError) in
            try reader.transactions(sku: sku, limit: 200)
        }
    }

    /// See ``ConsoleEngine``.
    package func workflows(side: Side) throws -> WorkflowsPage {
        try reading(side) { reader throws(MigrationError) in try reader.workflows() }
    }

    /// See ``ConsoleEngine``.
    package func setWorkflows(
        side: Side,
        _ toggles: [Workflows.Toggle]
    ) throws -> [Workflows.Toggle] {
        let before = try Workflows.exchange(options: options, side: side, toggles, by: author)
            .before
        return toggles.filter { before[$0.name] == $0.enabled }
    }

    /// See ``ConsoleEngine``.
    package func record(action: String, before: String, after: String) throws {
        try Journal.record(options, action, before: before, after: after)
    }

    func reading<Value: Sendable>(
        _ side: Side,
        _ work: (LiveReader) throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        try readers.withLock { readers throws(MigrationError) in
            let reader = readers[side] ?? LiveReader(options: options, side: side)
            readers[side] = reader
            return try work(reader)
        }
    }

    func watching<Value: Sendable>(
        _ observer: Observer,
        _ work: (WatchSession) throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        try session.withLock { session throws(MigrationError) in
            if let session { return try work(session) }
            let begun = try WatchSession(options, observer: observer)
            session = begun
            return try work(begun)
        }
    }

    func comparing<Value: Sendable, Failure: Error>(
        _ work: (BothSides) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try both.withLock { both throws(Failure) in
            let sides = both ?? BothSides(options: options)
            both = sides
            return try work(sides)
        }
    }

    // MARK: - Facts

    private static func facts(_ read: () throws -> [String]) -> [String] {
        do {
            return try read()
        } catch let error as MigrationError {
            return [error.message]
        } catch {
            return ["cannot be read"]
        }
    }

    private func sourceFacts() throws -> [String] {
        let connection = try SourceFile.open(options.source, stage: "overview")
        let tables = try connection.integer(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
                + "ESCAPE '\\' AND NOT coalesce(\(ApplicationSchema.isOurs), 0)"
        )
        let attributes = try FileManager.default.attributesOfItem(atPath: options.source)
        let bytes = (attributes[.size] as? NSNumber)?.intValue ?? 0
        return ["\(Figures.rows(Int(tables ?? 0), "table")), \(Figures.bytes(bytes))"]
    }

    private func targetFacts() throws -> [String] {
        let (connection, address) = try Target.connect(options, stage: "overview")
        let version = connection.serverVersion
        let tables = try connection.query(
            "SELECT count(*) FROM pg_tables WHERE schemaname = "
                + TargetConnection.literal(options.schema)
        )
        let count = Figures.rows(Int(tables.integer ?? 0), "table")
        return [
            "PostgreSQL \(version / 10_000).\(version % 10_000), \(count)",
            "\(address.host):\(address.port)",
        ]
    }
}
