/// What is particular to one application, as data.
///
/// The names are those of the source. Lists of variants are there because the same application is
/// found in more than one shape; the shape that a database has decides which variant is taken.
package struct Profile: Sendable, Equatable {
    /// The profile's name.
    package var name: String
    /// What it is for, in a line.
    package var summary = ""
    /// The table of the application's toggles.
    package var workflows: [Workflows] = []
    /// How often each workflow runs, in seconds, by its name.
    package var intervals: [String: Double] = [:]
    /// The script of each workflow, by its name.
    package var scripts: [String: String] = [:]
    /// Columns that advance while the application works.
    package var watermarks: [Watermark] = []
    /// Tables in which each job says whether it is running.
    package var jobs: [Jobs] = []
    /// From when on a figure of the watch is an alarm.
    package var watch = WatchLimits()
    /// The list of orders.
    package var orders: [Orders] = []
    /// The list of articles.
    package var inventory: [Inventory] = []
    /// The movements of stock.
    package var transactions: [Transactions] = []
    /// The lots of articles.
    package var lots: [Lots] = []
    /// What the stock of an article must come to.
    package var formulas: [Formula] = []
    /// Ways to read how many units of each article leave a day; the first is taken whose columns
    /// are all there.
    package var dailyUse: [Figure.Variant] = []
    /// The dashboard, in its order.
    package var figures: [Figure] = []
    /// The switch in the application's environment.
    package var environment: EnvironmentSwitch?
    /// Conditions of a cutover beside the built-in ones.
    package var gates: [OwnGate] = []
    /// What must hold of the business on either side, and be the same on both.
    package var checks: [Check] = []
    /// The folder of the application's code, absolute.
    package var codeDirectory: String?
    /// Words for the figures, by name.
    package var parameters: [String: String] = [:]
    /// PostgreSQL types that the operator prescribes, by `table.column`.
    package var types: [String: String] = [:]
    /// What the operator prescribes for tables and columns, `types` included.
    package var rules = MappingRules()
    /// The built-in profile whose sections stand where this one has none.
    var base: String?

    /// Makes a profile that names nothing.
    ///
    /// - Parameter name: Its name.
    package init(name: String) { self.name = name }

    /// A table with one toggle a row.
    package struct Workflows: Sendable, Equatable, ProfileVariant {
        /// The shape it belongs to.
        package var shape: String
        /// The table.
        package var table: String
        /// The column with the workflow's name.
        package var name: String
        /// The column with the toggle.
        package var enabled: String
        /// The column that says when the toggle was last changed.
        package var lastUpdated: String?
        /// The column that says who changed it.
        package var updatedBy: String?
        /// The column that says when the workflow last ran.
        package var lastRun: String?
        /// The column that a worker writes to say that it lives.
        package var heartbeat: String?
        /// Workflows that must have a toggle.
        package var names: [String] = []
    }

    /// From when on a figure of the watch is an alarm.
    package struct WatchLimits: Sendable, Equatable {
        /// How long an answer may take in the mean, in milliseconds.
        package var slowMilliseconds = 100.0
        /// How long a transaction may be open, in seconds.
        package var longSeconds = 60.0
        /// How long a session may wait for another, in seconds.
        package var blockedSeconds = 5.0
        /// How many connections the application's pool has; nil when nobody says.
        package var pool: Int?
    }

    /// A column that advances while the application works.
    package struct Watermark: Sendable, Equatable {
        /// The table.
        package var table: String
        /// The column with a time; the newest counts.
        package var column: String
        /// How old it may be, in seconds.
        package var seconds: Double
        /// The workflow that moves it: while that is turned off, it rests.
        package var workflow: String?
        /// The time zone of a time that is stored without one; nil for UTC.
        package var zone: String?
    }

    /// A table in which each job says whether it is running.
    package struct Jobs: Sendable, Equatable {
        /// The table.
        package var table: String
        /// The column with the job's name.
        package var name: String
        /// The column that says how it stands.
        package var state: String
        /// What that column says while it runs.
        package var running: String
        /// The column with the time of its last start.
        package var since: String
        /// How long a job may run, in seconds.
        package var seconds: Double
        /// The time zone of a time that is stored without one; nil for UTC.
        package var zone: String?
    }

    /// A table with one order a row.
    package struct Orders: Sendable, Equatable, ProfileVariant {
        /// The shape it belongs to.
        package var shape: String
        /// The table.
        package var table: String
        /// The unique column that grows with every new order.
        package var key: String
        /// The column with the order's number.
        package var number: String
        /// The column with its date.
        package var date: String?
        /// Columns with the customer's name, the best first.
        package var customer: [String]
        /// The column with its status.
        package var status: String?
        /// The column with its total.
        package var total: String?
        /// What one unit of the total is in cents: 1 or 100.
        package var totalCents: Int64
        /// Where the number of items comes from.
        package var items: ItemCount
        /// Where the items are.
        package var lines: [Lines]
        /// Where it is written what happened to the order.
        package var history: [Event] = []
        /// The statuses that an order can have, in the order of its life.
        package var statuses: [String] = []
    }

    /// Where an order's number of items comes from.
    package enum ItemCount: Sendable, Equatable {
        case unknown
        /// A column of the order.
        case column(String)
        /// The entries of a JSON list in a column of the order.
        case json(String)
        /// Rows of another table, counted, or one of their columns summed.
        case table(name: String, join: String, matches: String, sum: String?)
    }

    /// Items of an order.
    package struct Lines: Sendable, Equatable {
        /// `ordered` or `shipped`.
        package var kind: String
        /// Where they are.
        package var place: Place
        /// The column or JSON key with the article; the first that exists is taken.
        package var sku: [String]
        /// The column or JSON key with the lot.
        package var lot: [String]
        /// The column or JSON key with the units.
        package var quantity: [String]

        /// Where items are.
        package enum Place: Sendable, Equatable {
            /// A table whose `join` column holds the order's `matches` column.
            case table(name: String, join: String, matches: String)
            /// A JSON list in a column of the order.
            case json(column: String)
        }
    }

    /// A table with one article a row.
    package struct Inventory: Sendable, Equatable, ProfileVariant {
        /// The shape it belongs to.
        package var shape: String
        /// The table.
        package var table: String
        /// The unique column with the article.
        package var sku: String
        /// The column with its name.
        package var name: String?
        /// The column with the units on hand.
        package var onHand: String
        /// The column with the units below which it is to be ordered.
        package var reorderPoint: String?
        /// The column with the alert level; without one the thresholds decide.
        package var level: String?
        /// At this number of units or fewer the level is `critical`.
        package var criticalAt: Int64
        /// Below this number of units it is `low`.
        package var lowBelow: Int64
        /// The column that tells how much of it leaves.
        package var use: String?
        /// What stands in that column where one unit leaves a day.
        package var useOfOneADay: Int64 = 1
    }

    /// A table with one movement of stock a row.
    package struct Transactions: Sendable, Equatable, ProfileVariant {
        /// The shape it belongs to.
        package var shape: String
        /// The table.
        package var table: String
        /// A column that orders movements of one day.
        package var key: String?
        /// The column with the date.
        package var date: String
        /// The column with the article.
        package var sku: String
        /// The column with the kind.
        package var type: String
        /// The column with the units.
        package var quantity: String
        /// The column with notes.
        package var notes: String?
    }

    /// A figure of the dashboard.
    package struct Figure: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Ways to read it; the first is taken whose columns are all there.
        package var variants: [Variant]

        /// A way to read a figure.
        package struct Variant: Sendable, Equatable {
            /// The columns that must be there, as `table.column`.
            package var needs: [String]
            /// The query for SQLite.
            package var sqlite: String
            /// The query for PostgreSQL.
            package var postgres: String
        }
    }

    /// How many seconds a query of a profile may take: it may be one that never ends.
    static let querySeconds = 10.0

    /// A condition of a cutover that belongs to the application.
    package struct OwnGate: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// What it asks.
        package var title: String
        /// What to do while it is closed.
        package var remedy: String?
        /// How many seconds its query may take.
        package var seconds = Profile.querySeconds
        /// Queries on the source that find what must not be there.
        ///
        /// The first is taken whose columns are all there. Without any, a person signs the gate.
        package var variants: [Variant]

        /// A query.
        package struct Variant: Sendable, Equatable {
            /// The columns that must be there, as `table.column`.
            package var needs: [String]
            /// The query for SQLite.
            package var sql: String
        }
    }

    /// The variables that tell the application which database to use.
    package struct EnvironmentSwitch: Sendable, Equatable {
        /// The variable.
        package var variable: String
        /// Its value for PostgreSQL.
        package var on: String
        /// Its value for SQLite.
        package var off: String
        /// The variable with the address of PostgreSQL.
        package var address: String?
    }

    /// Every table that the profile names.
    var tables: Set<String> {
        var names = Set(workflows.map(\.table))
        names.formUnion(inventory.map(\.table))
        names.formUnion(transactions.map(\.table))
        for order in orders {
            names.insert(order.table)
            if case .table(let name, _, _, _) = order.items { names.insert(name) }
            for line in order.lines {
                if case .table(let name, _, _) = line.place { names.insert(name) }
            }
            names.formUnion(order.history.map(\.table))
        }
        names.formUnion(lots.map(\.table))
        for needs in figures.flatMap(\.variants).map(\.needs)
            + gates.flatMap(\.variants).map(\.needs)
            + formulas.flatMap(\.parts).map(\.query.needs) + dailyUse.map(\.needs)
        {
            names.formUnion(needs.map { String($0.prefix { $0 != "." }) })
        }
        return names
    }
}

/// One of several descriptions of the same view; the columns that exist decide between them.
protocol ProfileVariant {
    /// The shape that it belongs to.
    var shape: String { get }
    /// Its main table.
    var table: String { get }
    /// Columns without which there is no view.
    var requiredColumns: [String] { get }
    /// Columns that are shown when they exist.
    var optionalColumns: [String] { get }
}

extension Profile.Workflows {
    var requiredColumns: [String] { [name, enabled] }
    var optionalColumns: [String] {
        [lastUpdated, updatedBy, lastRun, heartbeat].compactMap { $0 }
    }
}

extension Profile.Orders {
    var requiredColumns: [String] { [key, number] }
    var optionalColumns: [String] {
        let json: String? = if case .json(let column) = items { column } else { nil }
        return [date, status, total, json].compactMap { $0 } + customer
    }
}

extension Profile.Inventory {
    var requiredColumns: [String] { [sku, onHand] }
    var optionalColumns: [String] { [name, reorderPoint, level, use].compactMap { $0 } }
}

extension Profile.Transactions {
    var requiredColumns: [String] { [date, sku, type, quantity] }
    var optionalColumns: [String] { [key, notes].compactMap { $0 } }
}
