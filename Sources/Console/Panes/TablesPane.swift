import MigrationEngine

/// Any table of either side, page by page in the order of its key.
struct TablesPane: Pane {
    let id = PaneID.tables

    func content(_ model: Model) -> PaneContent {
        PaneContent(
            title: "Tables in \(Words.product(model.side))",
            body: body(model),
            footer: footer(model),
            listShare: 28
        )
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let opened = model.detail, opened.id == id else {
            guard let table = model.browsing.tables.value?.tables.first(where: { $0.name == id })
            else { return nil }
            if model.layout.kind == .wide, let rows = model.browsing.rows.value, rows.table == id,
                rows.side == model.side
            {
                return PaneContent(title: id, body: self.table(rows), footer: state(rows, model))
            }
            let facts: [Line] = [
                [Span("columns  ", .textMuted), Span(Figures.count(table.columns))],
                [Span("rows     ", .textMuted), Span(estimate(table))],
                [],
                [Span("Enter shows its rows.", .textMuted)],
            ]
            return PaneContent(title: id, body: .lines(facts))
        }
        guard let rows = model.browsing.rows.value, rows.table == id else {
            if let error = model.browsing.rows.error {
                return PaneContent(title: id, body: .failed(error))
            }
            return PaneContent(title: id, body: .loading("the rows of \(id)"))
        }
        if let key = opened.row, let row = rows.rows.first(where: { $0.key.text == key }) {
            return PaneContent(title: "\(id) > \(key)", body: cells(row, rows.columns))
        }
        return PaneContent(title: id, body: table(rows), footer: state(rows, model))
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let page = model.browsing.tables.value else {
            if let error = model.browsing.tables.error { return .failed(error) }
            return .loading("the tables of \(Words.product(model.side))")
        }
        guard !page.tables.isEmpty else {
            return .empty([[Span("There is no table on this side.")]])
        }
        return .table(
            Table(
                columns: [
                    .init("TABLE"), .init("COLUMNS", 8, .right), .init("ROWS, ABOUT", 14, .right),
                ],
                rows: page.tables.map { table in
                    Table.Row(
                        id: table.name,
                        Span(table.name),
                        Span(Figures.count(table.columns), .textMuted),
                        Span(estimate(table))
                    )
                }
            )
        )
    }

    private func estimate(_ table: TableEntry) -> String {
        table.estimatedRows.map { Figures.count($0) } ?? "-"
    }

    private func table(_ page: TableRowsPage) -> PaneContent.Body {
        guard !page.rows.isEmpty else { return .empty([[Span("This table has no row.")]]) }
        let columns = page.columns.enumerated().map { index, name in
            let texts = page.rows.lazy.prefix(200).map { Self.line($0.values[index]) }
            let width = max(min(Width.cells(name), 16), Table.width(of: texts, 4...28))
            // The first columns are the ones that tell rows apart.
            return Table.Column(name, width, rank: index)
        }
        var table = Table(
            columns: columns,
            rows: page.rows.map { row in
                let values = row.values
                return Table.Row(id: row.key.text) {
                    values.map { value in
                        [Span(Self.line(value), value == nil ? .textMuted : .text)]
                    }
                }
            }
        )
        table.rest = .init(
            isBefore: page.edges.hasMoreBefore,
            isBehind: page.nextKey != nil
        )
        return .table(table)
    }

    private func cells(_ row: TableRowsPage.Row, _ columns: [String]) -> PaneContent.Body {
        var table = Table(
            columns: [.init("COLUMN", Table.width(of: columns, 8...30)), .init("VALUE")],
            rows: zip(columns, row.values).map { column, value in
                let shown = Span(Self.line(value), value == nil ? .textMuted : .text)
                return Table.Row(
                    id: column,
                    cells: [[Span(column, .textMuted)], [shown, Self.cut(value)]]
                )
            }
        )
        table.taken = 1
        return .table(table)
    }

    /// That a value goes on behind what was read of it.
    private static func cut(_ value: String?) -> Span {
        let most = LiveReader.shownCharacters
        return (value?.unicodeScalars.count ?? 0) < most
            ? Span("") : Span("… (the first \(Figures.count(most)) characters)", .textMuted)
    }

    private func state(_ page: TableRowsPage, _ model: Model) -> [Line] {
        var words = "\(Figures.rows(page.rows.count, "row")) read"
        if page.edges.hasMoreBefore { words += ", more above" }
        words += page.nextKey == nil ? ", the end of the table" : ", more below"
        // Most tables have more columns than fit beside each other.
        let columns = Figures.rows(page.columns.count, "column")
        return [[Span(words, .textMuted), Span("   Enter: a row with its \(columns)", .textMuted)]]
    }

    private func footer(_ model: Model) -> [Line] {
        guard let page = model.browsing.tables.value else { return [] }
        return Words.source(
            model.browsing.tables,
            side: page.side,
            count: Figures.rows(page.tables.count, "table"),
            model: model
        )
    }

    private static func line(_ value: String?) -> String { value ?? "NULL" }
}
