import MigrationEngine

/// The stock of one side.
struct InventoryPane: Pane {
    let id = PaneID.inventory

    func content(_ model: Model) -> PaneContent {
        PaneContent(
            title: "Inventory in \(Words.product(model.side))" + model.limitWords(of: id),
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
                    [Span("days left ", .textMuted), Span(Figures.count(row.daysLeft))],
                    [Words.level(row.level, glyphs: model.identity.glyphs)],
                ]
            } ?? []
        guard model.detail?.id == id else {
            guard row != nil else { return nil }
            if let both = ComparedTable.beside(model.comparing.article, of: id, "SKU \(id)", model)
            {
                return both
            }
            let hint: Line = [
                Span("Enter compares both sides: formula, lots, movements.", .textMuted)
            ]
            return PaneContent(title: "SKU \(id)", body: .lines(facts + [[], hint]))
        }
        // Both sides as soon as they were read, until then the movements of one.
        return ComparedTable.content(
            model.comparing.article,
            of: id,
            title: "SKU \(id)",
            until: transactions(model),
            facts: facts,
            glyphs: model.identity.glyphs
        )
    }

    /// Whether both sides have as many of an article.
    private func verdict(_ row: StockComparison.Row?, _ glyphs: Glyphs) -> Span {
        row.map { ComparedTable.short($0.verdict, glyphs) } ?? Span("-", .textMuted)
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let page = model.inventory.value else {
            if let error = model.inventory.error { return .failed(error) }
            return .loading("the stock of \(Words.product(model.side))")
        }
        guard !page.rows.isEmpty else {
            let filter = model.list.filter
            if let level = model.comparing.statuses[.inventory] {
                return .nothing("No article has the level \(level)")
            }
            return filter.isEmpty
                ? .empty([[Span("There is no article on this side.")]])
                : .nothing("No article matches \"\(filter)\"")
        }
        var table = table(page, model)
        table.rest = .init(
            isBefore: page.edges.hasMoreBefore,
            isBehind: page.nextKey != nil
        )
        return .table(table)
    }

    private static let eachSide: [Table.Column] = [
        .init("SQLITE", 9, .right, rank: 2), .init("POSTGRES", 9, .right, rank: 2),
    ]

    private func table(_ page: InventoryPage, _ model: Model) -> Table {
        let (glyphs, sides) = (model.identity.glyphs, model.comparing.stock.value?.rows ?? [:])
        // Beside the rest there is room for what each side has only on a wide screen.
        let isWide = model.layout.kind == .wide
        return Table(
            columns: [
                .init("SKU", Table.width(of: page.rows.lazy.map(\.sku), 6...12)), .init("NAME"),
                .init("ON HAND", 9, .right),
                .init("REORDER", 8, .right, rank: 1), .init("LEVEL", 10),
                .init("DAYS", 5, .right),
            ] + (isWide ? Self.eachSide : [])
                + [.init("SIDES", 10)],
            rows: page.rows.map { row in
                Table.Row(id: row.sku) {
                    let both = sides[row.sku]
                    let each: [Line] = [
                        [Span(Figures.count(both?.source.map { Int($0) }), .sideSQLite)],
                        [Span(Figures.count(both?.target.map { Int($0) }), .sidePostgres)],
                    ]
                    return [
                        [Span(row.sku)],
                        [Span(row.name ?? "-")],
                        [Span(Figures.count(Int(row.onHand)))],
                        [Span(Figures.count(row.reorderPoint.map { Int($0) }), .textMuted)],
                        [Words.level(row.level, glyphs: glyphs)],
                        [days(row)],
                    ] + (isWide ? each : []) + [[verdict(both, glyphs)]]
                }
            },
            least: 10
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
        let levels = ["critical", "low"].compactMap { level in
            let count = page.rows.count { $0.level == level }
            return count > 0 ? ", \(Figures.count(count)) \(level)" : nil
        }.joined()
        let lines = Words.source(
            model.inventory,
            side: page.side,
            count: "\(Figures.rows(page.rows.count, "article"))\(levels)\(page.restWords)",
            model: model
        )
        return lines + [sides(model)].filter { !$0.isEmpty }
    }

    /// What both sides have on hand, in a line; empty before they were read.
    private func sides(_ model: Model) -> Line {
        let glyphs = model.identity.glyphs
        guard let stock = model.comparing.stock.value else {
            guard let error = model.comparing.stock.error else { return [] }
            return [Span("both sides cannot be compared: \(error.message)", .statusBad)]
        }
        for (side, error) in [(Side.source, stock.sourceError), (.target, stock.targetError)] {
            guard let error else { continue }
            return [Span("\(Words.product(side)) cannot be read: \(error)", .statusBad)]
        }
        let verdicts = stock.rows.values.map(\.verdict)
        let waiting = verdicts.count { $0 == .waits }
        let moved = verdicts.count { $0 == .movedOn }
        let different = verdicts.count { ![.equal, .waits, .movedOn].contains($0) }
        guard different == 0 else {
            let verb = different == 1 ? "DIFFERS" : "DIFFER"
            let words = "\(Figures.rows(different, "article")) \(verb) in what is on hand"
            return [Span("\(glyphs.bad) \(words)", .statusBad)]
        }
        guard moved == 0 else {
            let words = "\(Figures.rows(moved, "article")) moved on since the switch"
            return [Span("\(glyphs.run) \(words); SQLite gets it on the way back", .statusRun)]
        }
        guard waiting == 0 else {
            let words = Figures.rows(waiting, "article") + (waiting == 1 ? " waits" : " wait")
            return [Span("\(glyphs.wait) \(words) to be followed", .statusWait)]
        }
        return [Span("\(glyphs.ok) both sides have the same on hand", .statusOK)]
    }

    /// For how many days an article lasts, in the colours of the application.
    private func days(_ row: InventoryRow) -> Span {
        guard let days = row.daysLeft else { return Span("-", .textMuted) }
        let style: StyleKey = days < 14 ? .statusBad : days < 30 ? .statusWarn : .text
        return Span(Figures.count(days), style)
    }
}
