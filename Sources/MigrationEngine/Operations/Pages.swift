/// An order, as the operator's list shows it.
public struct OrderRow: Codable, Sendable, Equatable {
    /// The order's number.
    public var orderNumber: String
    /// The date as stored.
    @ExplicitNull public var orderDate: String?
    /// The customer, by the best name that is known.
    @ExplicitNull public var customer: String?
    /// The status as stored.
    @ExplicitNull public var status: String?
    /// The number of items.
    @ExplicitNull public var items: Int?
    /// The total in cents.
    @ExplicitNull public var totalCents: Int64?
}

/// The two orders in which the key gives the list of orders page by page.
package enum OrdersOrder: Sendable, Equatable {
    case newestFirst
    case oldestFirst

    /// The other one.
    package var reversed: OrdersOrder { self == .newestFirst ? .oldestFirst : .newestFirst }
}

/// One page of orders, newest first unless it was asked for otherwise.
public struct OrdersPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The orders.
    public var rows: [OrderRow]
    /// The key to continue after; nil on the last page.
    ///
    /// A search that took long stops with fewer rows than asked for, even none, and a key.
    @ExplicitNull public var nextKey: String?
    /// The statuses that an order can have: those of the profile.
    public var statuses: [String] = []
    /// The one order on both sides, when it was asked for.
    public var comparison: SideComparison?
    /// How the page lies in the list.
    package var edges = PageEdges<String>()

    private enum CodingKeys: String, CodingKey {
        case side
        case rows
        case nextKey
        case statuses
        case comparison
    }
}

extension OrdersPage: WalkedPage {}

/// An item of an order.
public struct OrderItem: Codable, Sendable, Equatable {
    /// The article.
    public var sku: String
    /// The lot, if one is stored.
    @ExplicitNull public var lot: String?
    /// The number of units.
    public var quantity: Int64
    /// Where it was found: `ordered` or `shipped`.
    public var kind: String
}

/// The stock of an article.
public struct InventoryRow: Codable, Sendable, Equatable {
    /// The article.
    public var sku: String
    /// Its name, if one is stored.
    @ExplicitNull public var name: String?
    /// The units on hand.
    public var onHand: Int64
    /// The units below which it is to be ordered.
    @ExplicitNull public var reorderPoint: Int64?
    /// The alert level: `normal`, `low` or `critical`.
    public var level: String
    /// The days for which the units on hand last; nil when it is not known how many leave a day.
    @ExplicitNull public var daysLeft: Int? = nil
}

/// One page of articles.
public struct InventoryPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The articles, by their SKU.
    public var rows: [InventoryRow]
    /// The key to continue after; nil on the last page.
    @ExplicitNull public var nextKey: String?
    /// What both sides have on hand, when it was asked for.
    public var sides: StockComparison?
    /// The one article on both sides, when it was asked for.
    public var comparison: SideComparison?
    /// How the page lies in the list.
    package var edges = PageEdges<String>()

    private enum CodingKeys: String, CodingKey {
        case side
        case rows
        case nextKey
        case sides
        case comparison
    }
}

extension InventoryPage: WalkedPage {}

/// A movement of stock.
public struct InventoryTransaction: Codable, Sendable, Equatable {
    /// The date as stored.
    @ExplicitNull public var date: String?
    /// The kind as stored, for example `Receive`.
    public var type: String
    /// The units.
    public var quantity: Int64
    /// Notes.
    @ExplicitNull public var notes: String?
}

/// A workflow's toggle.
public struct WorkflowRow: Codable, Sendable, Equatable {
    /// The workflow's name.
    public var name: String
    /// Whether it is on.
    public var enabled: Bool
    /// When it was last changed, as stored.
    @ExplicitNull public var lastUpdated: String?
    /// Who changed it.
    @ExplicitNull public var updatedBy: String?
    /// When the workflow last ran, as stored; nil when the table does not tell.
    @ExplicitNull public var lastRunAt: String?
    /// When its worker last said that it lives, as stored; nil when the table does not tell.
    @ExplicitNull public var heartbeatAt: String? = nil
    /// How often it runs, in seconds; nil when the profile does not say.
    @ExplicitNull public var intervalSeconds: Double? = nil
    /// What runs; nil when the profile does not say.
    @ExplicitNull public var script: String? = nil
}

/// All workflows of a side.
public struct WorkflowsPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The workflows.
    public var workflows: [WorkflowRow]
}

/// One figure of the dashboard.
public struct DashboardFigure: Codable, Sendable, Equatable {
    /// The metric's name, for example `pending_uploads`.
    public var name: String
    /// Its value as text; nil when it is unknown.
    @ExplicitNull public var value: String?
    /// Why it is unknown.
    @ExplicitNull public var note: String?
}

/// The figures of both sides.
package struct DashboardSides: Sendable {
    /// What a side says.
    package var pages: [Side: DashboardPage] = [:]
    /// Why a side says nothing.
    package var errors: [Side: MigrationError] = [:]
    /// What a difference is, when a write that one side has may explain it; nil when none does.
    package var explanation: SideComparison.Verdict?
    /// That write, in words.
    package var waiting: String?

    /// Nothing was read yet.
    package init() {}
}

/// The dashboard of a side.
public struct DashboardPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The figures, in the profile's order.
    public var figures: [DashboardFigure]
}
