import MigrationEngine

/// The stock of one side.
struct InventoryPane: Pane {
    let id = PaneID.inventory

    func content(_ model: Model) -> PaneContent {
        PaneContent(
            title: "Inventory in \(Words.product(model.side))",
            body: body(model),
            footer: footer(model)
        )
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        let row = model.inventory.value?.rows.first { $0.sku == id }
        let facts: [Line] =
            row.map { row in
                [
                    [Span("name      ", .textMuted), Span(row.name ?? "-")],
                    [Span("on hand   ", .textMuted), Span(Figures.count(Int(row.onHand)))],
                    [
                        Span("reorder   ", .textMuted),
                        Span(Figures.count(row.reorderPoint.map { Int($0) })),
                    ],
                    [Words.level(row.level, glyphs: model.identity.glyphs)],
                ]
            } ?? []
        guard model.detail?.id == id else {
            guard row != nil else { return nil }
            let hint: Line = [Span("Enter lists its movements.", .textMuted)]
            return PaneContent(title: "SKU \(id)", body: .lines(facts + [[], hint]))
        }
        return PaneContent(title: "SKU \(id)", body: transactions(model), footer: facts)
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let page = model.inventory.value else {
            if let error = model.inventory.error { return .failed(error) }
            return .loading("the stock of \(Words.product(model.side))")
        }
        guard !page.rows.isEmpty else {
            let filter = model.list.filter
            return .empty([
                [
                    Span(
                        filter.isEmpty
                            ? "There is no article on this side."
                            : "No article matches \"\(filter)\"; Esc shows all."
                    )
                ]
            ])
        }
        return .table(
            Table(
                columns: [
                    .init("SKU", 12), .init("NAME"), .init("ON HAND", 10, .right),
                    .init("REORDER", 10, .right, rank: 1), .init("LEVEL", 10),
                ],
                rows: page.rows.map { row in
                    Table.Row(
                        id: row.sku,
                        Span(row.sku),
                        Span(row.name ?? "-"),
                        Span(Figures.count(Int(row.onHand))),
                        Span(Figures.count(row.reorderPoint.map { Int($0) }), .textMuted),
                        Words.level(row.level, glyphs: model.identity.glyphs)
                    )
                }
            )
        )
    }

    private func transactions(_ model: Model) -> PaneContent.Body {
        guard let movements = model.transactions.value else {
            if let error = model.transactions.error { return .failed(error) }
            return .loading("the movements")
        }
        guard !movements.isEmpty else { return .empty([[Span("This article never moved.")]]) }
        return .table(
            Table(
                columns: [
                    .init("DATE", 16), .init("TYPE", 12), .init("QUANTITY", 9, .right),
                    .init("NOTES", nil, rank: 0),
                ],
                rows: movements.enumerated().map { number, movement in
                    Table.Row(
                        id: "\(number)",
                        Span(movement.date ?? "-", .textMuted),
                        Span(movement.type),
                        Span(Figures.count(Int(movement.quantity))),
                        Span(movement.notes ?? "", .textMuted)
                    )
                },
                least: 0
            )
        )
    }

    private func footer(_ model: Model) -> [Line] {
        guard let page = model.inventory.value else { return [] }
        let low = page.rows.count { $0.level != "normal" }
        return Words.source(
            model.inventory,
            side: page.side,
            count: "\(Figures.rows(page.rows.count, "article")), \(low) low",
            model: model
        )
    }
}
