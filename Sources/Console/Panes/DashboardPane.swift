import MigrationEngine

/// The application's own figures, both sides beside each other.
struct DashboardPane: Pane {
    let id = PaneID.dashboard

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: "Dashboard", body: body(model), footer: footer(model))
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let sides = model.browsing.dashboards.value else { return nil }
        var lines: [Line] = []
        for side in Side.allCases {
            guard let figure = sides.pages[side]?.figures.first(where: { $0.name == id }) else {
                continue
            }
            lines.append(Words.side(side, model.identity))
            lines.append([Span("  \(figure.value.map(Figures.grouped) ?? "unknown")", .textStrong)])
            if let note = figure.note { lines.append([Span("  \(note)", .textMuted)]) }
            lines.append([])
        }
        return PaneContent(title: Self.words(id), body: .lines(lines))
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let sides = model.browsing.dashboards.value else {
            if let error = model.browsing.dashboards.error { return .failed(error) }
            return .loading("the application's figures on both sides")
        }
        guard let first = Side.allCases.compactMap({ sides.pages[$0] }).first else {
            return sides.errors[model.identity.liveSide].map { .failed($0) }
                ?? .empty([[Span("The profile names no figures.")]])
        }
        return .table(
            Table(
                columns: [
                    .init("FIGURE"), .init("SQLITE", 14, .right), .init("POSTGRESQL", 14, .right),
                    .init("BOTH SIDES", 10),
                ],
                rows: first.figures.map { row($0.name, sides, model.identity.glyphs) },
                least: 20
            )
        )
    }

    private func row(_ name: String, _ sides: DashboardSides, _ glyphs: Glyphs) -> Table.Row {
        let values = Side.allCases.map { side in
            sides.pages[side]?.figures.first { $0.name == name }?.value
        }
        let verdict: Span =
            switch (values[0], values[1]) {
            case (let source?, let target?) where source == target:
                Span("\(glyphs.ok) same", .diffSame)
            case (.some, .some):
                switch sides.explanation {
                case .waits: Span("\(glyphs.wait) waits", .statusWait)
                case .movedOn: Span("\(glyphs.run) moved on", .statusRun)
                default: Span("\(glyphs.warn) DIFFER", .diffChanged)
                }
            default: Span("\(glyphs.wait) unknown", .statusWait)
            }
        return Table.Row(
            id: name,
            Span(Self.words(name)),
            Span(values[0].map(Figures.grouped) ?? "-", .sideSQLite),
            Span(values[1].map(Figures.grouped) ?? "-", .sidePostgres),
            verdict
        )
    }

    private func footer(_ model: Model) -> [Line] {
        let loadable = model.browsing.dashboards
        guard let sides = loadable.value else { return [] }
        var line = Words.side(model.identity.liveSide, model.identity)
        if let readAt = loadable.loadedAt {
            line.append(Span("   read \(Figures.clock(readAt))Z", .textMuted))
        }
        let waiting: [Line] = sides.waiting.map { [[Span($0, .statusWait)]] } ?? []
        return [line] + waiting
            + Side.allCases.compactMap { side in
                sides.errors[side].map {
                    [Span("\(Words.product(side)): \($0.message)", .statusBad)]
                }
            }
    }

    /// A figure's name as people write it.
    private static func words(_ name: String) -> String {
        name.split(separator: "_").joined(separator: " ")
    }
}
