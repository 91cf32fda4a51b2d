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
        try orders(
            search: search,
            status: status,
            limit: limit,
            at: after.map { .after($0) } ?? .first
        )
    }

    /// Reads the orders of some place in the list, wherever that is.
    ///
    /// - Parameters:
    ///   - search: A part of the number or of the customer's names.
    ///   - status: A status as stored.
    ///   - limit: The most rows of the page.
    ///   - place: Where in the list.
    ///   - order: Which end of the key the list begins with.
    ///   - patience: How long a search goes on before it gives back what it has; nil for the
    ///     reader's own.
    /// - Returns: The page with the keys of its rows.
    /// - Throws: ``MigrationError``.
    package func orders(
        search: String? = nil,
        status: String? = nil,
        limit: Int = 50,
        at place: PagePlace<String>,
        order: OrdersOrder = .newestFirst,
        patience: Duration? = nil
    ) throws(MigrationError) -> OrdersPage {
        try read("orders") { session throws(LiveFailure) in
            let (view, relation) = try session.choose(session.profile.orders, "orders")
            let query = try OrdersQuery(
                session: session,
                view: view,
                relation: relation,
                search: search.flatMap { $0.isEmpty ? nil : $0 },
                status: status.flatMap { $0.isEmpty ? nil : $0 },
                order: order
            )
            if place == .first, let order = try query.exact() {
                var page = OrdersPage(side: side, rows: [order.row], nextKey: nil)
                page.edges.keys = [order.key]
                page.statuses = view.statuses
                return page
            }
            var walk = OrdersWalk(
                query: query,
                place: place,
                limit: max(1, min(limit, Self.largestPage)),
                sliceRows: sliceRows
            )
            try walk.go(until: ContinuousClock.now + (patience ?? searchBudget))
            var page = walk.page(of: side)
            page.statuses = view.statuses
            return page
        }
    }
}

/// Fills a page slice by slice, so that no read transaction lasts.
private struct OrdersWalk {
    let query: OrdersQuery
    let place: PagePlace<String>
    let limit: Int
    let sliceRows: Int
    private var rows: [OrdersQuery.KeyedRow] = []
    private var unfinished: String?
    private var lookedAt = 0

    init(query: OrdersQuery, place: PagePlace<String>, limit: Int, sliceRows: Int) {
        self.query = query
        self.place = place
        self.limit = limit
        self.sliceRows = sliceRows
    }

    mutating func go(until end: ContinuousClock.Instant) throws(LiveFailure) {
        let isBackward = place.isBackward
        var bound: OrdersQuery.Bound?
        if let key = place.key {
            bound = .init(key: try query.key(key), isIncluded: place.includesKey)
        }
        while true {
            let boundary =
                query.needsSlices
                ? try query.boundary(beyond: bound, isBackward: isBackward, sliceRows) : nil
            // One more than asked for tells whether there is a next page.
            rows += try query.rows(
                beyond: bound,
                to: boundary,
                isBackward: isBackward,
                limit: limit + 1 - rows.count
            )
            guard rows.count <= limit, let boundary else { return }
            lookedAt += sliceRows
            guard ContinuousClock.now <= end else {
                unfinished = boundary
                return
            }
            bound = .init(key: try query.key(boundary), isIncluded: false)
        }
    }

    func page(of side: Side) -> OrdersPage {
        let hasMore = rows.count > limit
        let kept = place.isBackward ? rows.prefix(limit).reversed() : Array(rows.prefix(limit))
        var page = OrdersPage(side: side, rows: kept.map(\.row))
        page.edges.keys = kept.map(\.key)
        page.edges.unfinished = unfinished
        page.edges.lookedAt = lookedAt
        switch place {
        case .first, .after, .from:
            page.nextKey = hasMore ? kept.last?.key : unfinished
            page.edges.hasMoreBefore = place != .first
        case .before, .last:
            // What stands behind these rows is known to whoever asked for those before them.
            page.nextKey = place == .last ? nil : place.key
            page.edges.hasMoreBefore = hasMore || unfinished != nil
        }
        return page
    }
}
