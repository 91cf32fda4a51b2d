extension LiveReader {
    /// The most rows that one page holds.
    static let largestPage = 1_000

    /// Reads a page of orders, newest first.
    ///
    /// A search that is exactly an order's number gives that order alone; any other is looked for
    /// in number and customer, without regard to ASCII case.
    ///
    /// - Parameters:
    ///   - search: A part of the number or of the customer's names.
    ///   - status: A status as stored.
    ///   - limit: The most rows of the page.
    ///   - after: The key that the page before gave.
    /// - Returns: The page.
    /// - Throws: ``MigrationError``.
    package func orders(
        search: String? = nil,
        status: String? = nil,
        limit: Int = 50,
        after: String? = nil
    ) throws(MigrationError) -> OrdersPage {
        try read("orders") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.orders, "orders")
            let query = try OrdersQuery(
                session: session,
                view: view,
                relation: relation,
                search: search.flatMap { $0.isEmpty ? nil : $0 },
                status: status.flatMap { $0.isEmpty ? nil : $0 }
            )
            let limit = max(1, min(limit, Self.largestPage))
            let after = try after.map { text throws(LiveFailure) in try query.key(text) }
            if after == nil, let order = try query.exact() {
                return OrdersPage(
                    side: side,
                    rows: [order],
                    nextKey: nil,
                    statuses: view.statuses
                )
            }
            var page = try page(query, limit: limit, after: after)
            page.statuses = view.statuses
            return page
        }
    }

    /// Fills a page slice by slice, so that no read transaction lasts.
    private func page(
        _ query: OrdersQuery,
        limit: Int,
        after: LiveValue?
    ) throws(LiveFailure) -> OrdersPage {
        var rows: [OrdersQuery.KeyedRow] = []
        var upper = after
        let end = ContinuousClock.now + searchBudget
        while true {
            let lower = query.needsSlices ? try query.boundary(below: upper, sliceRows) : nil
            rows += try query.rows(below: upper, from: lower, limit: limit + 1 - rows.count)
            if rows.count > limit {
                let key = rows[limit - 1].key
                return OrdersPage(side: side, rows: rows.prefix(limit).map(\.row), nextKey: key)
            }
            guard let lower else {
                return OrdersPage(side: side, rows: rows.map(\.row), nextKey: nil)
            }
            if ContinuousClock.now > end {
                return OrdersPage(side: side, rows: rows.map(\.row), nextKey: lower)
            }
            upper = try query.key(lower)
        }
    }
}
