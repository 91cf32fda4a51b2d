import MigrationEngine

/// The orders of one side, newest or oldest first.
struct OrdersPane: Pane {
    let id = PaneID.orders

    func content(_ model: Model) -> PaneContent {
        PaneContent(
            title: "Orders in \(Words.product(model.side)), \(model.ordersWords)"
                + model.limitWords(of: id),
            body: body(model),
            footer: footer(model),
            listShare: 50
        )
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let order = model.orders.value?.rows.first(where: { $0.orderNumber == id }) else {
            // The order may have left the page while it was open.
            return model.detail?.id == id
                ? opened(model, id, order: nil, facts: []) : nil
        }
        let facts: [Line] = [
            [Span("date      ", .textMuted), Span(order.orderDate ?? "-")],
            [Span("customer  ", .textMuted), Span(order.customer ?? "-")],
            [Span("status    ", .textMuted), Span(order.status ?? "-")],
            [Span("total     ", .textMuted), Span(amount(order))],
        ]
        guard model.detail?.id == id else {
            if let both = ComparedTable.beside(model.comparing.order, of: id, "Order \(id)", model)
            {
                return both
            }
            let hint: Line = [
                Span("Enter compares both sides: items, fields, history.", .textMuted)
            ]
            return PaneContent(title: "Order \(id)", body: .lines(facts + [[], hint]))
        }
        return opened(model, id, order: order, facts: facts)
    }

    /// What Enter opens: both sides as soon as they were read, until then the items of one.
    private func opened(
        _ model: Model,
        _ id: String,
        order: OrderRow?,
        facts: [Line]
    ) -> PaneContent {
        ComparedTable.content(
            model.comparing.order,
            of: id,
            title: "Order \(id)",
            until: items(model, of: order),
            facts: facts,
            glyphs: model.identity.glyphs
        )
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let page = model.orders.value else {
            if let error = model.orders.error { return .failed(error) }
            return .loading("the orders of \(Words.product(model.side))")
        }
        guard !page.rows.isEmpty else {
            if let searching = searching(model, page) { return .empty([searching]) }
            let filter = model.list.filter
            if let status = model.comparing.statuses[.orders] {
                let more = filter.isEmpty ? "" : " and matches \"\(filter)\""
                return .nothing("No order has the status \(status)\(more)")
            }
            return filter.isEmpty
                ? .empty([[Span("There is no order on this side.")]])
                : .nothing("No number, customer or status matches \"\(filter)\"")
        }
        var table = table(page.rows)
        table.rest = .init(
            isBefore: page.edges.hasMoreBefore,
            isBehind: page.nextKey != nil
        )
        return .table(table)
    }

    /// How far a search is that no index helps; nil when there is none.
    private func searching(_ model: Model, _ page: OrdersPage) -> Line? {
        guard model.orderWalk.isLongSearch, page.edges.unfinished != nil else { return nil }
        let looked = "\(Figures.rows(page.edges.lookedAt, "order")) looked at"
        let goesOn = "\(model.key(.pageDown)) goes on"
        guard model.orders.isLoading || model.orderWalk.isStopped else {
            return [Span("\(looked) so far; \(goesOn)", .textMuted)]
        }
        guard model.orderWalk.isStopped else {
            return [
                Span("searching ...", .statusRun),
                Span("   \(looked); \(model.key(.back)) stops it", .textMuted),
            ]
        }
        let keys = "\(goesOn), \(model.key(.refresh)) begins again"
        return [Span("stopped", .statusWarn), Span("   \(looked); \(keys)", .textMuted)]
    }

    private func table(_ orders: [OrderRow]) -> Table {
        let number = Table.width(of: orders.lazy.map(\.orderNumber), 8...14)
        let date = Table.width(of: orders.lazy.map { Words.minute($0.orderDate) }, 10...16)
        let status = Table.width(of: orders.lazy.map { $0.status ?? "" }, 8...17)
        return Table(
            columns: [
                .init("ORDER", number), .init("DATE", date), .init("CUSTOMER"),
                .init("ITEMS", 5, .right, rank: 1), .init("TOTAL", 10, .right),
                .init("STATUS", status),
            ],
            rows: orders.map(row),
            least: 8
        )
    }

    private func row(_ order: OrderRow) -> Table.Row {
        Table.Row(id: order.orderNumber) {
            [
                [Span(order.orderNumber)],
                [Span(Words.minute(order.orderDate), .textMuted)],
                [Span(order.customer ?? "-")],
                [Span(order.items.map { Figures.count($0) } ?? "-")],
                [Span(amount(order))],
                [Span(order.status ?? "-")],
            ]
        }
    }

    private func amount(_ order: OrderRow) -> String {
        order.totalCents.map { Figures.amount($0) } ?? "-"
    }

    private func items(_ model: Model, of order: OrderRow?) -> PaneContent.Body {
        guard let items = model.orderItems.value else {
            if let error = model.orderItems.error { return .failed(error) }
            return .loading("the items")
        }
        guard !items.isEmpty else {
            // Of an order that is not here it would be said as if it were.
            let isHere = order != nil
            return .empty([
                [
                    Span(
                        isHere
                            ? "This order has no item."
                            : "\(Words.product(model.side)) has no item of such an order."
                    )
                ]
            ])
        }
        return .table(
            Table(
                columns: [
                    .init("SKU"), .init("LOT", 16), .init("QUANTITY", 9, .right),
                    .init("KIND", 9, rank: 1),
                ],
                rows: items.enumerated().map { number, item in
                    Table.Row(
                        id: "\(number)",
                        Span(item.sku),
                        Span(item.lot ?? "-", .textMuted),
                        Span(Figures.count(Int(item.quantity))),
                        Span(item.kind, .textMuted)
                    )
                },
                least: 10
            )
        )
    }

    private func footer(_ model: Model) -> [Line] {
        guard let page = model.orders.value else { return [] }
        let lines = Words.source(
            model.orders,
            side: page.side,
            count: "\(Figures.rows(page.rows.count, "order"))\(page.restWords)",
            model: model
        )
        guard !page.rows.isEmpty, let searching = searching(model, page) else { return lines }
        return lines + [searching]
    }
}
