package import MigrationEngine

/// What the console reads of an application's data beside its orders and its stock.
package protocol BrowsingEngine: Sendable {
    /// The application's own figures, from both sides.
    ///
    /// - Returns: What each side says, or why it says nothing.
    func dashboards() -> DashboardSides

    /// The rows that did not fit.
    ///
    /// - Returns: The first page of them.
    /// - Throws: ``MigrationError``.
    func quarantined() throws -> QuarantinePage

    /// A row that did not fit, with its values.
    ///
    /// - Parameter id: Its number.
    /// - Returns: The row.
    /// - Throws: ``MigrationError``.
    func quarantinedRow(_ id: Int64) throws -> QuarantineDetail

    /// Accepts that rows are not in the target.
    ///
    /// - Parameters:
    ///   - rows: Their numbers.
    ///   - author: Who accepts it.
    ///   - reason: Why.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    func accept(rows: [Int64], by author: String, reason: String) throws -> AcceptReport

    /// Tries rows again with the target as it is now.
    ///
    /// - Parameter rows: Their numbers.
    /// - Returns: What came of each.
    /// - Throws: ``MigrationError``.
    func replay(rows: [Int64]) throws -> ReplayReport

    /// The tables of a side.
    ///
    /// - Parameter side: The side.
    /// - Returns: Its tables.
    /// - Throws: ``MigrationError``.
    func tables(side: Side) throws -> TablesPage

    /// Rows of some place in a table, in the order of its key.
    ///
    /// - Parameters:
    ///   - side: The side.
    ///   - table: The table.
    ///   - place: Where in the table.
    /// - Returns: One page.
    /// - Throws: ``MigrationError``.
    func rows(side: Side, table: String, at place: PagePlace<TableKey>) throws -> TableRowsPage
}
