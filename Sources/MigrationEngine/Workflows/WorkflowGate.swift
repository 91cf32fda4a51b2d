import Synchronization

/// Tells a worker whether its workflow is on, without asking the database before each cycle.
///
/// The answer to a toggle is kept for 45 s, give or take ten, or another time that is given. When
/// the toggle cannot be read the last answer holds; when there is none, what was decided beforehand
/// does, and whoever makes a gate must decide it. A workflow without a row may run.
public final class WorkflowGate: Sendable {
    /// What holds for a workflow whose toggle was never read and cannot be.
    public enum FailurePolicy: Sendable {
        /// It runs.
        case run
        /// It does not.
        case stay
    }

    /// The table of the toggles.
    public struct Table: Sendable {
        /// The table.
        public var name: String
        /// The column with the workflow's name, which is the table's key.
        public var workflow: String
        /// The column with the toggle: a boolean, or an integer that is 0 or 1.
        public var enabled: String
        /// The column that says when the toggle was last changed.
        public var lastUpdated: String?
        /// The column that says who changed it.
        public var updatedBy: String?

        /// Names a table.
        ///
        /// - Parameters:
        ///   - name: The table.
        ///   - workflow: The column with the workflow's name.
        ///   - enabled: The column with the toggle.
        ///   - lastUpdated: The column that says when it was changed.
        ///   - updatedBy: The column that says who changed it.
        public init(
            _ name: String,
            workflow: String,
            enabled: String,
            lastUpdated: String? = nil,
            updatedBy: String? = nil
        ) {
            self.name = name
            self.workflow = workflow
            self.enabled = enabled
            self.lastUpdated = lastUpdated
            self.updatedBy = updatedBy
        }
    }

    /// An answer with what it rests on.
    public struct Answer: Sendable {
        /// Whether the workflow is on.
        public let isEnabled: Bool
        /// What it rests on.
        public let basis: Basis

        /// What an answer rests on.
        public enum Basis: Sendable {
            /// The toggle was read just now; nil when the workflow has no row.
            case read(Bool?)
            /// The toggle was read a short while ago.
            case remembered
            /// The toggle cannot be read; this is the last answer.
            case last(MigrationError)
            /// The toggle cannot be read and never was; this was decided beforehand.
            case policy(MigrationError)
        }
    }

    private let pool: TargetPool
    private let table: Table
    private let policy: FailurePolicy
    private let lifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let chance: @Sendable () -> Double
    private let memories = Mutex<[String: ToggleMemory]>([:])

    /// Makes a gate that remembers nothing yet.
    ///
    /// - Parameters:
    ///   - pool: Where the toggles are.
    ///   - table: The table that holds them.
    ///   - policy: What holds for a toggle that was never read and cannot be.
    ///   - lifetime: How long an answer is kept, in the middle.
    public convenience init(
        _ pool: TargetPool,
        _ table: Table,
        whenUnknown policy: FailurePolicy,
        lifetime: Duration = .seconds(45)
    ) {
        self.init(
            pool,
            table,
            whenUnknown: policy,
            lifetime: lifetime,
            now: { .now },
            chance: { .random(in: -1...1) }
        )
    }

    /// Makes a gate with a clock and a chance of its own, for tests.
    ///
    /// - Parameters:
    ///   - pool: Where the toggles are.
    ///   - table: The table that holds them.
    ///   - policy: What holds for a toggle that was never read and cannot be.
    ///   - lifetime: How long an answer is kept, in the middle.
    ///   - now: The time.
    ///   - chance: From -1, the shortest lifetime, to 1, the longest.
    package init(
        _ pool: TargetPool,
        _ table: Table,
        whenUnknown policy: FailurePolicy,
        lifetime: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        chance: @escaping @Sendable () -> Double
    ) {
        self.pool = pool
        self.table = table
        self.policy = policy
        self.lifetime = lifetime
        self.now = now
        self.chance = chance
    }

    /// Tells whether a workflow may begin a cycle; it blocks only when the toggle has to be read.
    ///
    /// - Parameter workflow: The workflow.
    /// - Returns: Whether it may, and what that rests on.
    public func answer(_ workflow: String) -> Answer {
        let memory = memories.withLock { $0[workflow] ?? ToggleMemory() }
        if let known = memory.known, memory.holds(at: now()) {
            return Answer(isEnabled: known, basis: .remembered)
        }
        do throws(MigrationError) {
            let stored = try read(workflow)
            memories.withLock {
                $0[workflow, default: ToggleMemory()]
                    .keep(stored ?? true, at: now(), for: lifetime, chance: chance())
            }
            return Answer(isEnabled: stored ?? true, basis: .read(stored))
        } catch {
            if let known = memory.known { return Answer(isEnabled: known, basis: .last(error)) }
            return Answer(isEnabled: policy == .run, basis: .policy(error))
        }
    }

    /// Tells whether a workflow may begin a cycle.
    ///
    /// - Parameter workflow: The workflow.
    /// - Returns: Whether it may.
    public func isEnabled(_ workflow: String) -> Bool { answer(workflow).isEnabled }

    /// Turns a workflow on or off; what was remembered of it is forgotten.
    ///
    /// - Parameters:
    ///   - workflow: The workflow; one without a row gets one.
    ///   - isEnabled: Whether it is on.
    ///   - author: Who says so.
    /// - Throws: ``MigrationError``.
    public func set(
        _ workflow: String,
        _ isEnabled: Bool,
        by author: String = "system"
    ) throws(MigrationError) {
        var row: [(String, PoolValue)] = [
            (table.workflow, .text(workflow)),
            // Both a boolean and an integer column take these words.
            (table.enabled, .text(isEnabled ? "1" : "0")),
        ]
        if let column = table.updatedBy { row.append((column, .text(author))) }
        if let column = table.lastUpdated { row.append((column, .now)) }
        let upsert = Upsert(table: table.name, row: row, key: [table.workflow])
        _ = try pool.transaction(isIdempotent: true) { transaction throws(MigrationError) in
            try transaction.update(upsert.sql, upsert.values)
        }
        memories.withLock { _ = $0.removeValue(forKey: workflow) }
    }

    /// Reads the toggle; nil when the workflow has no row.
    private func read(_ workflow: String) throws(MigrationError) -> Bool? {
        let sql = """
            SELECT \(TargetConnection.quote(table.enabled)) FROM \(TargetConnection.quote(table.name))
            WHERE \(TargetConnection.quote(table.workflow)) = $1
            """
        let rows = try pool.transaction(isReadOnly: true, isIdempotent: true) {
            transaction throws(MigrationError) in try transaction.query(sql, [.text(workflow)])
        }
        return rows.first.map { StoredText.isOn($0.values[0]) }
    }
}
