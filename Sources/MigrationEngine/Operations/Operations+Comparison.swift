extension Operations {
    /// Reads an order of one side and compares it with the other.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side whose row is listed.
    ///   - order: The order's number.
    /// - Returns: A page of the one order; without rows where that side cannot be read.
    /// - Throws: ``MigrationError`` when neither side can be read.
    package static func compared(
        options: Options,
        side: Side,
        order: String
    ) throws(MigrationError) -> OrdersPage {
        let comparison = try BothSides(options: options).order(order)
        var page = OrdersPage(side: side, rows: [], nextKey: nil)
        if let found = try? orders(options: options, side: side, search: order) {
            page.rows = found.rows.filter { $0.orderNumber == order }
            page.statuses = found.statuses
        }
        page.comparison = comparison
        return page
    }

    /// Reads an article of one side and compares it with the other.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side whose row is listed.
    ///   - sku: The article.
    /// - Returns: A page of the one article; without rows where that side cannot be read.
    /// - Throws: ``MigrationError`` when neither side can be read.
    package static func compared(
        options: Options,
        side: Side,
        sku: String
    ) throws(MigrationError) -> InventoryPage {
        let comparison = try BothSides(options: options).article(sku)
        var page = InventoryPage(side: side, rows: [], nextKey: nil)
        if let found = try? inventory(options: options, side: side, search: sku) {
            page.rows = found.rows.filter { $0.sku == sku }
        }
        page.comparison = comparison
        return page
    }
}
