/// An order, as the operator's list shows it.
public struct OrderRow: Codable, Sendable, Equatable {
    /// The order's number.
    public var orderNumber: String
    /// The date as stored.
    public var orderDate: String?
    /// The customer, by the best name that is known.
    public var customer: String?
    /// The status as stored.
    public var status: String?
    /// The number of items.
    public var items: Int?
    /// The total in cents.
    public var totalCents: Int64?
}

/// One page of orders, newest first.
public struct OrdersPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The orders.
    public var rows: [OrderRow]
    /// The key to continue after; nil on the last page.
    ///
    /// A search that took long stops with fewer rows than asked for, even none, and a key.
    public var nextKey: String?
}

/// An item of an order.
public struct OrderItem: Codable, Sendable, Equatable {
    /// The article.
    public var sku: String
    /// The lot, if one is stored.
    public var lot: String?
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
    public var name: String?
    /// The units on hand.
    public var onHand: Int64
    /// The units below which it is to be ordered.
    public var reorderPoint: Int64?
    /// The alert level: `normal`, `low` or `critical`.
    public var level: String
}

/// One page of articles.
public struct InventoryPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The articles, by their SKU.
    public var rows: [InventoryRow]
    /// The key to continue after; nil on the last page.
    public var nextKey: String?
}

/// A movement of stock.
public struct InventoryTransaction: Codable, Sendable, Equatable {
    /// The date as stored.
    public var date: String?
    /// The kind as stored, for example `Receive`.
    public var type: String
    /// The units.
    public var quantity: Int64
    /// Notes.
    public var notes: String?
}

/// A workflow's toggle.
public struct WorkflowRow: Codable, Sendable, Equatable {
    /// The workflow's name.
    public var name: String
    /// Whether it is on.
    public var enabled: Bool
    /// When it was last changed, as stored.
    public var lastUpdated: String?
    /// Who changed it.
    public var updatedBy: String?
    /// When the workflow last ran, as stored; nil when the table does not tell.
    public var lastRunAt: String?
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
    public var value: String?
    /// Why it is unknown.
    public var note: String?
}

/// The dashboard of a side.
public struct DashboardPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The figures, in the profile's order.
    public var figures: [DashboardFigure]
}

// A synthesized encoder leaves out what is nil; scripts find every key of the contract instead,
// with null for what is unknown.

extension OrderRow {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(orderNumber, forKey: .orderNumber)
        try container.encode(orderDate, forKey: .orderDate)
        try container.encode(customer, forKey: .customer)
        try container.encode(status, forKey: .status)
        try container.encode(items, forKey: .items)
        try container.encode(totalCents, forKey: .totalCents)
    }
}

extension OrdersPage {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(side, forKey: .side)
        try container.encode(rows, forKey: .rows)
        try container.encode(nextKey, forKey: .nextKey)
    }
}

extension OrderItem {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sku, forKey: .sku)
        try container.encode(lot, forKey: .lot)
        try container.encode(quantity, forKey: .quantity)
        try container.encode(kind, forKey: .kind)
    }
}

extension InventoryRow {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sku, forKey: .sku)
        try container.encode(name, forKey: .name)
        try container.encode(onHand, forKey: .onHand)
        try container.encode(reorderPoint, forKey: .reorderPoint)
        try container.encode(level, forKey: .level)
    }
}

extension InventoryPage {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(side, forKey: .side)
        try container.encode(rows, forKey: .rows)
        try container.encode(nextKey, forKey: .nextKey)
    }
}

extension WorkflowRow {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(enabled, forKey: .enabled)
        try container.encode(lastUpdated, forKey: .lastUpdated)
        try container.encode(updatedBy, forKey: .updatedBy)
        try container.encode(lastRunAt, forKey: .lastRunAt)
    }
}

extension DashboardFigure {
    /// Encodes every field, null when unknown.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: The encoder's error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(note, forKey: .note)
    }
}
