import MigrationEngine

/// What happened, newest first.
struct LogPane: Pane {
    let id = PaneID.log

    func content(_ model: Model) -> PaneContent {
        let lines = shown(model)
        let levels = model.leastLevel == .info ? "all levels" : "\(model.leastLevel) and worse"
        let earlier = lines.count { Model.isEarlier($0.number) }
        let before = earlier > 0 ? ", \(earlier) from before, with their date" : ""
        let count = Figures.rows(lines.count, "line")
        let footer: [Line] = [[Span("\(count)\(before), \(levels), newest first", .textMuted)]]
        guard !lines.isEmpty else {
            let text = model.log.isEmpty ? "Nothing happened yet." : "No line of this level."
            return PaneContent(title: "Log", body: .empty([[Span(text)]]), footer: footer)
        }
        let table = Table(
            columns: [
                .init("TIME", earlier > 0 ? 15 : 9, earlier > 0 ? .right : .left),
                .init("LEVEL", 5), .init("STAGE", 10, rank: 1), .init("MESSAGE"),
            ],
            rows: lines.map { number, line in
                Table.Row(id: "\(number)") {
                    [
                        [Span(Model.time(of: line, number: number), .textMuted)],
                        [Words.level(line.level)],
                        [Span(line.stage, .textMuted)],
                        [Span(line.message, Model.isEarlier(number) ? .textMuted : .text)],
                    ]
                }
            }
        )
        return PaneContent(title: "Log", body: .table(table), footer: footer)
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let number = Int(id), model.log.indices.contains(number - model.droppedLines) else {
            return nil
        }
        let line = model.log[number - model.droppedLines]
        let head: Line = [
            Words.level(line.level),
            Span(" \(line.stage) \(Model.time(of: line, number: number))", .textMuted),
            Span(Model.isEarlier(number) ? ", before this console was opened" : "", .textMuted),
        ]
        let place = model.layout.places(for: model.content, hasDetail: true).detail
        let text = Width.wrap(line.message, to: (place ?? model.layout.body).width - 4)
        return PaneContent(title: "Line", body: .lines([head, []] + text.map { [Span($0)] }))
    }

    /// The lines of the level that is asked for; what the operator did is always among them.
    private func shown(_ model: Model) -> [(number: Int, line: LogLine)] {
        model.log.enumerated().reversed()
            .filter { isShown($0.element.level, least: model.leastLevel) }
            .map { ($0.offset + model.droppedLines, $0.element) }
    }

    private func isShown(_ level: LogLine.Level, least: LogLine.Level) -> Bool {
        switch least {
        case .info: true
        case .warning: level != .info
        case .error, .audit: level == .error || level == .audit
        }
    }
}
