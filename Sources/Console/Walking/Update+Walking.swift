import MigrationEngine

extension Model {
    /// Orders that one question reads, and those that are here at most.
    static let (ordersOfPage, ordersHere) = (200, 1_000)
    /// Articles that one question reads, and those that are here at most.
    static let (articlesOfPage, articlesHere) = (1_000, 2_000)

    /// How near the cursor may come to an end of the rows that are here.
    private var margin: Int { max(1, layout.body.height) }

    // MARK: - The ends of a list

    /// Goes to an end of the list; of a long one that is not here, it is read.
    mutating func go(to end: Walk<String>.End) -> [Command] {
        let isEnd = end == .end
        switch pane {
        case .orders where detail == nil:
            guard let page = orders.value, isEnd ? page.nextKey != nil : page.edges.hasMoreBefore
            else { break }
            orderWalk.landing = end
            return walkOrders(to: isEnd ? .last : .first)
        case .inventory where detail == nil:
            guard let page = inventory.value,
                isEnd ? page.nextKey != nil : page.edges.hasMoreBefore
            else { break }
            stockWalk.landing = end
            return walkStock(to: isEnd ? .last : .first)
        case .tables:
            guard let detail, detail.row == nil, let page = browsing.rows.value,
                isEnd ? page.nextKey != nil : page.edges.hasMoreBefore
            else { break }
            browsing.rowWalk.landing = isEnd ? .end : .beginning
            return walkRows(of: detail.id, to: isEnd ? .last : .first)
        default: break
        }
        return move(to: isEnd ? Int.max : 0)
    }

    /// Reads on where the cursor has come near the end of the rows that are here.
    mutating func walkOn() -> [Command] {
        switch pane {
        case .orders where detail == nil:
            guard let page = orders.value,
                let place = orderWalk.next(in: page, cursor: list.index, margin: margin),
                !(orders.isLoading && orderWalk.place == place), orderWalk.landing == nil
            else { return [] }
            orderWalk.isStopped = false
            return walkOrders(to: place)
        case .inventory where detail == nil && list.sort == nil:
            guard let page = inventory.value,
                let place = stockWalk.next(in: page, cursor: list.index, margin: margin),
                !(inventory.isLoading && stockWalk.place == place), stockWalk.landing == nil
            else { return [] }
            return walkStock(to: place)
        case .tables:
            guard let detail, detail.row == nil, let page = browsing.rows.value,
                page.table == detail.id,
                let place = browsing.rowWalk.next(in: page, cursor: detail.index, margin: margin),
                !(browsing.rows.isLoading && browsing.rowWalk.place == place),
                browsing.rowWalk.landing == nil
            else { return [] }
            return walkRows(of: detail.id, to: place)
        default: return []
        }
    }

    // MARK: - Questions

    /// Reads orders.
    mutating func walkOrders(to place: PagePlace<String>, limit: Int? = nil) -> [Command] {
        orderWalk.place = place
        let search = lists[.orders]?.filter ?? ""
        let status = comparing.statuses[.orders]
        if orderWalk.searchingSince == nil, !search.isEmpty || status != nil {
            orderWalk.searchingSince = now
        }
        return [
            .loadOrders(
                ticket: orders.ask(now: now),
                side: side,
                search: search,
                limit: limit ?? Self.ordersOfPage,
                status: status,
                at: place,
                order: ordersOrder
            )
        ]
    }

    /// Shows the orders from the other end of their key; the database gives them so.
    mutating func reverseOrders() -> [Command] {
        ordersOrder = ordersOrder.reversed
        list.selected = nil
        list.index = 0
        forgetRows(of: .orders)
        notify("orders: \(ordersWords)")
        return reload()
    }

    /// Which orders come first, in words.
    var ordersWords: String {
        ordersOrder == .newestFirst ? "newest first" : "oldest first"
    }

    /// Reads articles.
    mutating func walkStock(to place: PagePlace<String>, limit: Int? = nil) -> [Command] {
        stockWalk.place = place
        return [
            .loadInventory(
                ticket: inventory.ask(now: now),
                side: side,
                search: lists[.inventory]?.filter ?? "",
                level: comparing.statuses[.inventory],
                at: place,
                limit: limit ?? Self.articlesOfPage
            )
        ]
    }

    /// Reads rows of a table.
    mutating func walkRows(of table: String, to place: PagePlace<TableKey>) -> [Command] {
        browsing.rowWalk.place = place
        let ticket = browsing.rows.ask(now: now)
        return [.browse(.rows(ticket: ticket, side: side, table: table, at: place))]
    }

    // MARK: - Answers

    /// What came of a page that was asked for.
    private struct Taken<Page> {
        /// The page as it was read; nil when it could not be.
        var page: Page?
        /// The end that the cursor was to go to.
        var landing: Walk<String>.End?
        /// By how many places the rows that stay have moved toward the end.
        var shift: Int
    }

    /// Takes a page in, into its place among the rows that are here.
    ///
    /// - Parameters:
    ///   - result: The page, or why there is none.
    ///   - ticket: The question that it answers.
    ///   - rows: The rows that are here.
    ///   - walk: How they are walked through.
    ///   - most: The rows that may be here.
    ///   - isSame: Whether two pages are of one list.
    /// - Returns: What came of it; nil for the answer to an earlier question.
    private mutating func take<Page: WalkedPage & Sendable>(
        _ result: Result<Page, MigrationError>,
        ticket: Int,
        into rows: WritableKeyPath<Model, Loadable<Page>>,
        walk: WritableKeyPath<Model, Walk<Page.Key>>,
        most: Int,
        isSame: (Page, Page) -> Bool
    ) -> Taken<Page>? {
        guard ticket == self[keyPath: rows].ticket else { return nil }
        var taken = Taken<Page>(page: try? result.get(), landing: nil, shift: 0)
        let (before, place) = (self[keyPath: rows].value, self[keyPath: walk].place)
        let merged = result.map { page in
            guard var merged = before, isSame(merged, page) else { return page }
            taken.shift = merged.take(page, at: place, most: most)
            return merged
        }
        self[keyPath: rows].take(merged, ticket: ticket, now: now)
        switch self[keyPath: walk].landing {
        case .beginning: taken.landing = .beginning
        case .end: taken.landing = .end
        case nil: break
        }
        self[keyPath: walk].landing = nil
        return taken
    }

    /// Takes orders in, and goes on when they are not enough.
    mutating func takeOrders(
        _ result: Result<OrdersPage, MigrationError>,
        ticket: Int
    ) -> [Command] {
        let taken = take(
            result,
            ticket: ticket,
            into: \.orders,
            walk: \.orderWalk,
            most: Self.ordersHere,
            isSame: { $0.side == $1.side }
        )
        guard let taken else { return [] }
        keepStatuses()
        guard let page = taken.page else {
            orderWalk.searchingSince = nil
            return []
        }
        orderWalk.answered(isUnfinished: page.edges.unfinished != nil, now: now)
        settle(.orders, landing: taken.landing, shift: taken.shift)
        return pane == .orders && !orderWalk.isStopped ? walkOn() : []
    }

    /// Takes articles in; the other side is asked for the same ones.
    mutating func takeInventory(
        _ result: Result<InventoryPage, MigrationError>,
        ticket: Int
    ) -> [Command] {
        let taken = take(
            result,
            ticket: ticket,
            into: \.inventory,
            walk: \.stockWalk,
            most: Self.articlesHere,
            isSame: { $0.side == $1.side }
        )
        guard let taken else { return [] }
        // A part of a list cannot be sorted.
        if inventory.value?.isPart == true { lists[.inventory]?.sort = nil }
        guard taken.page != nil else { return [] }
        settle(.inventory, landing: taken.landing, shift: taken.shift)
        return pane == .inventory ? compareStock() + walkOn() : []
    }

    /// Takes rows of a table in.
    mutating func takeRows(
        _ result: Result<TableRowsPage, MigrationError>,
        ticket: Int
    ) -> [Command] {
        let taken = take(
            result,
            ticket: ticket,
            into: \.browsing.rows,
            walk: \.browsing.rowWalk,
            most: Self.browsedRows,
            isSame: { $0.table == $1.table && $0.side == $1.side }
        )
        guard let taken, taken.page != nil, detail?.row == nil, let detail else { return [] }
        let last = max(0, (browsing.rows.value?.rows.count ?? 0) - 1)
        let landing = taken.landing
        let index = landing == .end ? last : landing == .beginning ? 0 : detail.index + taken.shift
        self.detail?.index = min(max(0, index), last)
        return walkOn()
    }

    /// Puts the cursor where it belongs after rows came to an end of the list.
    private mutating func settle(_ pane: PaneID, landing: Walk<String>.End?, shift: Int) {
        var list = lists[pane] ?? ListState()
        switch landing {
        case .beginning:
            list.index = 0
            list.selected = nil
        case .end:
            list.index = Int.max
            list.selected = nil
        case nil: list.index = max(0, list.index + (list.selected == nil ? shift : 0))
        }
        lists[pane] = list
        guard self.pane == pane else { return }
        keepSelection()
        guard landing != nil, let rows = table?.rows, rows.indices.contains(self.list.index)
        else { return }
        self.list.selected = rows[self.list.index].id
    }

    // MARK: - Searching

    /// Whether rows are being looked for that no index finds.
    var isSearching: Bool {
        pane == .orders && detail == nil && orders.isLoading && orderWalk.searchingSince != nil
            && orderWalk.isLongSearch && !orderWalk.isStopped
    }

    /// Goes on with a search that was left, unless it was stopped.
    mutating func goOnSearching() -> [Command] {
        orders.isLoading || orderWalk.isStopped ? [] : walkOn()
    }

    /// Ends a search where it is; what was found stays.
    mutating func stopSearching() -> [Command] {
        orderWalk.isStopped = true
        notify("the search is stopped; \(key(.pageDown)) goes on, \(key(.refresh)) begins again")
        return []
    }

    /// Forgets the rows, because the question is another one now.
    mutating func forgetRows(of pane: PaneID) {
        switch pane {
        case .orders:
            orders.reset()
            orderWalk = Walk()
        case .inventory:
            inventory.reset()
            stockWalk = Walk()
        default: break
        }
    }

    /// Whether a list is not read again by itself: to search it anew takes long.
    var isReadOnRequest: Bool { pane == .orders && orderWalk.isLongSearch }

    /// Whether only a part of the list is here.
    var isListPart: Bool {
        switch pane {
        case .orders: detail == nil && orders.value?.isPart == true
        case .inventory: detail == nil && inventory.value?.isPart == true
        case .tables: detail != nil && detail?.row == nil && browsing.rows.value?.isPart == true
        default: false
        }
    }

    /// Shows all orders again, at the one that was found.
    ///
    /// - Returns: What is read; nil when there is no such order.
    mutating func walkToFound() -> [Command]? {
        guard pane == .orders, let page = orders.value, let row = selectedRow,
            list.selected != nil || page.rows.count == 1,
            let index = page.rows.firstIndex(where: { $0.orderNumber == row.id }),
            page.edges.keys.indices.contains(index)
        else { return nil }
        let key = page.edges.keys[index]
        list.filter = ""
        comparing.statuses[.orders] = nil
        forgetRows(of: .orders)
        list.selected = row.id
        list.index = 0
        return walkOrders(to: .from(key))
    }
}
