/// What a simulated worker is, as data.
struct TrafficRole: Sendable {
    /// The worker's name.
    let name: String
    /// Whether it reads its toggle; one that does not goes on whatever the toggles say.
    var obeysToggle = true
    /// Its share of the writes, among all shares.
    let share: Int
    /// Whether its connections heed foreign keys in SQLite, where each one decides that itself.
    let enforcesForeignKeys: Bool
    /// What it does, each as likely as its weight.
    let operations: [TrafficOperation]
}

/// One kind of cycle of a worker: what it does in one transaction.
struct TrafficOperation: Sendable {
    let name: String
    let weight: Int
    /// False for what PostgreSQL's foreign keys do not let pass.
    var isForBothSides = true
    let steps: [TrafficStep]
}

/// One statement of a cycle.
enum TrafficStep: Sendable {
    /// Chooses a row; its columns are values of the cycle, and without a row the cycle ends.
    case pick(TrafficSQL)
    case write(TrafficWrite)
}

/// A statement that writes, and the rows that it may change.
struct TrafficWrite: Sendable {
    /// Rows that a statement may change, found before and after it.
    struct Rows: Sendable {
        let table: String
        let condition: TrafficSQL

        init(_ table: String, _ condition: String) {
            self.table = table
            self.condition = TrafficSQL(condition)
        }
    }

    let kind: TrafficKind
    let source: TrafficSQL
    /// The statement that the application has on PostgreSQL.
    let target: TrafficSQL
    let touches: [Rows]
    /// The column that the database fills in, and the name of its value in the cycle.
    var returning: (column: String, name: String)?
}
