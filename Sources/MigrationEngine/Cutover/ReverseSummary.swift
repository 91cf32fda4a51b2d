/// What came back from PostgreSQL into the source.
public struct ReverseSummary: Codable, Sendable, Equatable {
    /// The entries of the log that it answers.
    public var changes = 0
    /// The tables that were written on PostgreSQL.
    public var tables: [Table] = []
    /// Rows of the quarantine that PostgreSQL's application wrote under the same key: its row is
    /// in the source now.
    public var overwritten: [Overwritten] = []
    /// What the operator should know.
    public var notes: [String] = []
    /// Whether the rows were back already, because an earlier attempt ended behind its commit.
    public var wasReplayed = false

    /// A table.
    public struct Table: Codable, Sendable, Equatable {
        /// The table, as the source spells it.
        public var name: String
        /// The entries of the log.
        public var changes: Int
        /// Whether all its rows were compared, because an entry named no key.
        public var isWhole: Bool
        /// Rows that were made on PostgreSQL.
        public var inserted = 0
        /// Rows that were changed on PostgreSQL.
        public var updated = 0
        /// Rows that were deleted on PostgreSQL.
        public var deleted = 0
        /// Rows that are as they were.
        public var unchanged = 0
        /// Cells of rows of the source that keep their bytes.
        public var cellsKept = 0
        /// Cells that were written.
        public var cellsWritten = 0
        /// Keys of rows that were made, the first ones in their order.
        public var insertedKeys: [String] = []
        /// Keys of rows that were changed, the first ones in their order.
        public var updatedKeys: [String] = []
        /// Keys of rows that were deleted, the first ones in their order.
        public var deletedKeys: [String] = []
        /// What the operator should know.
        public var notes: [String] = []

        /// The most keys of each kind.
        static let samples = 20
    }

    /// A row of the quarantine whose key PostgreSQL's application wrote.
    public struct Overwritten: Codable, Sendable, Equatable {
        /// The table, as the quarantine spells it.
        public var table: String
        /// The key, as hexadecimal digits.
        public var key: String
    }

    /// Rows that were made, changed or deleted.
    public var rows: Int { tables.reduce(0) { $0 + $1.inserted + $1.updated + $1.deleted } }
}

/// A value or a row that the source cannot hold as PostgreSQL has it.
struct Unrepresentable: Sendable, Equatable {
    var table: String
    var column: String?
    var key: String
    var reason: String

    var words: String {
        "\(table)\(column.map { ".\($0)" } ?? "") (\(key)): \(reason)"
    }
}

/// What a replay has found so far, for one table.
final class ReverseTally {
    var table: ReverseSummary.Table
    var overwritten: [ReverseSummary.Overwritten] = []
    private(set) var problems: [Unrepresentable] = []
    private(set) var problemCount = 0
    private var counts: [String: Int] = [:]
    /// Keys of rows that verify reads in another way than they were written.
    var misread: [[SourceValue]] = []

    init(_ name: String, changes: Int, isWhole: Bool) {
        table = ReverseSummary.Table(name: name, changes: changes, isWhole: isWhole)
    }

    func refuse(_ column: String?, _ key: String, _ reason: String) {
        problemCount += 1
        guard problems.count < 20 else { return }
        problems.append(.init(table: table.name, column: column, key: key, reason: reason))
    }

    /// Counts something that is said once, with its number in front.
    func note(_ words: String) { counts[words, default: 0] += 1 }

    func inserted(_ key: String) {
        table.inserted += 1
        Self.sample(key, &table.insertedKeys)
    }

    func updated(_ key: String) {
        table.updated += 1
        Self.sample(key, &table.updatedKeys)
    }

    func deleted(_ key: String) {
        table.deleted += 1
        Self.sample(key, &table.deletedKeys)
    }

    /// Keeps the first keys in their order, whatever order they come in: numbers by their value.
    private static func sample(_ key: String, _ keys: inout [String]) {
        let isFull = keys.count == ReverseSummary.Table.samples
        if isFull, let last = keys.last, !isBefore(key, last) { return }
        if isFull { keys.removeLast() }
        keys.insert(key, at: keys.firstIndex { isBefore(key, $0) } ?? keys.count)
    }

    private static func isBefore(_ left: String, _ right: String) -> Bool {
        (left.utf8.count, left) < (right.utf8.count, right)
    }

    /// The table with its notes.
    var summary: ReverseSummary.Table {
        var table = table
        table.notes = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return table
    }
}
