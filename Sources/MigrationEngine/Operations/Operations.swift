/// The live views of either side, read once.
///
/// Every list is bounded and continued by key. Whoever reads repeatedly holds a ``LiveReader``.
package enum Operations {
    /// Reads a page of orders, newest first.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    ///   - search: A part of the number or of the customer's names.
    ///   - status: A status as stored.
    ///   - limit: The most rows of the page.
    ///   - after: The key that the page before gave.
    /// - Returns: The page.
    /// - Throws: ``MigrationError``.
    package static func orders(
        options: Options,
        side: Side,
        search: String? = nil,
        status: String? = nil,
        limit: Int = 50,
        after: String? = nil
    ) throws(MigrationError) -> OrdersPage {
        try LiveReader(options: options, side: side)
            .orders(search: search, status: status, limit: limit, after: after)
    }

    /// Reads the items of an order.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    ///   - orderNumber: The order's number.
    /// - Returns: What was ordered, then what was shipped.
    /// - Throws: ``MigrationError``.
    package static func orderItems(
        options: Options,
        side: Side,
        orderNumber: String
    ) throws(MigrationError) -> [OrderItem] {
        try LiveReader(options: options, side: side).orderItems(orderNumber: orderNumber)
    }

    /// Reads a page of articles.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    ///   - search: A part of the SKU or of the name.
    ///   - level: An alert level.
    ///   - limit: The most rows of the page.
    ///   - after: The key that the page before gave.
    /// - Returns: The page.
    /// - Throws: ``MigrationError``.
    package static func inventory(
        options: Options,
        side: Side,
        search: String? = nil,
        level: String? = nil,
        limit: Int = 200,
        after: String? = nil
    ) throws(MigrationError) -> InventoryPage {
        try LiveReader(options: options, side: side)
            .inventory(search: search, level: level, limit: limit, after: after)
    }

    /// Reads the movements of an article's stock, newest first.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    ///   - sku: The article.
    ///   - limit: The most rows.
    /// - Returns: The movements.
    /// - Throws: ``MigrationError``.
    package static func transactions(
        options: Options,
        side: Side,
        sku: String,
        limit: Int = 100
    ) throws(MigrationError) -> [InventoryTransaction] {
        try LiveReader(options: options, side: side).transactions(sku: sku, limit: limit)
    }

    /// Reads the figures of the dashboard.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    /// - Returns: The figures; unknown ones with the reason.
    /// - Throws: ``MigrationError``.
    package static func dashboard(
        options: Options,
        side: Side
    ) throws(MigrationError) -> DashboardPage {
        try LiveReader(options: options, side: side).dashboard()
    }
}
