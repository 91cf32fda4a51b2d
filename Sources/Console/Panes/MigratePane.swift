import MigrationEngine

/// The copy, table by table.
struct MigratePane: Pane {
    private static let barWidth = 8

    let id = PaneID.migrate

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: "Migrate", body: body(model), footer: footer(model))
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let table = model.shownProgress?.tables.first(where: { $0.name == id }) else {
            return nil
        }
        let facts: [(String, String)] = [
            ("rows in SQLite", Figures.count(table.sourceRows)),
            ("committed", Figures.count(table.copiedRows)),
            ("in quarantine", Figures.count(table.quarantinedRows)),
            ("compared", Figures.count(table.verifiedRows)),
            ("rows a second", table.rowsPerSecond.map { Figures.rate($0) } ?? "-"),
            ("ETA", table.remainingSeconds.map { Figures.duration($0) } ?? "-"),
        ]
        var lines: [Line] = [[state(table, model)]]
        lines += facts.map { [Span(Width.pad($0.0, to: 16), .textMuted), Span($0.1)] }
        if table.quarantinedRows > 0 {
            lines += [
                [], [Span("rows and reasons, in the target:", .statusWarn)],
                [Span("SELECT * FROM cutover.quarantine", .textStrong)],
            ]
        }
        return PaneContent(title: table.name, body: .lines(lines))
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let progress = model.shownProgress, !progress.tables.isEmpty else {
            if let failure = model.failure { return .failed(failure) }
            if model.operation?.kind == .migrate { return .loading("the catalog of the source") }
            if let unreadable = model.unreadable { return .failed(unreadable) }
            if model.isCounting { return .loading("the rows of both sides") }
            return .empty([
                [Span("Nothing was copied since the console was opened.")],
                [
                    Span(
                        "\(model.key(.migrate)) copies every table, then compares every cell.",
                        .textMuted
                    )
                ],
                [
                    Span(
                        "\(model.key(.migrateLive)) does it while the application works on, and "
                            + "follows its writes.",
                        .textMuted
                    )
                ],
            ])
        }
        return .table(table(progress, model))
    }

    private func table(_ progress: Progress, _ model: Model) -> Table {
        let widest = Figures.count(progress.sourceRows).count
        let figures = max(7, widest)
        var table = Table(
            columns: [
                .init("TABLE"), .init("SOURCE", figures, .right), .init("COPIED", figures, .right),
                .init("PROGRESS", Self.barWidth, rank: 1), .init("", 4, .right, rank: 2),
                .init("RATE/s", 7, .right), .init("STATE", 9), .init("ETA", 6, .right),
            ],
            rows: progress.tables.map { row($0, model) }
        )
        table.total = total(progress, model)
        // On 80 columns a long name fits while the figures are short, and the bar always stays.
        table.least = max(16, 42 - 2 * figures)
        return table
    }

    private func row(_ table: TableProgress, _ model: Model) -> Table.Row {
        let fraction = fraction(table)
        return Table.Row(
            id: table.name,
            cells: [
                [Span(table.name)], [Span(Figures.count(table.sourceRows))],
                [Span(Figures.count(table.copiedRows))],
                Words.bar(fraction, width: Self.barWidth, glyphs: model.identity.glyphs),
                [Span(fraction.map { Figures.percent($0) } ?? "", .textMuted)],
                [Span(table.rowsPerSecond.map { Figures.rate($0) } ?? "-", .textMuted)],
                [state(table, model)],
                [Span(table.remainingSeconds.map { Figures.duration($0) } ?? "-", .textMuted)],
            ]
        )
    }

    private func total(_ progress: Progress, _ model: Model) -> Table.Row {
        let isKnown = progress.tables.contains { $0.sourceRows != nil }
        let rows = progress.sourceRows
        let done = progress.tables.reduce(0) { $0 + $1.copiedRows + $1.quarantinedRows }
        let fraction = rows > 0 ? Double(done) / Double(rows) : (isKnown ? 1 : nil)
        let rate = progress.tables.compactMap(\.rowsPerSecond).reduce(0, +)
        let eta = model.operation == nil ? nil : progress.remainingSeconds
        // Of a copy that is there the line of truth says what became of it.
        let state = model.figuresOfThen == nil ? model.activity : "copied"
        return Table.Row(
            id: "",
            cells: [
                [Span("TOTAL", .textStrong)], [Span(Figures.count(rows), .textStrong)],
                [Span(Figures.count(progress.copiedRows), .textStrong)],
                Words.bar(fraction, width: Self.barWidth, glyphs: model.identity.glyphs),
                [Span(fraction.map { Figures.percent($0) } ?? "", .textMuted)],
                [Span(rate > 0 ? Figures.rate(rate) : "-", .textMuted)], [Span(state)],
                [Span(eta.map { Figures.duration($0) } ?? "-", .textMuted)],
            ]
        )
    }

    private func state(_ table: TableProgress, _ model: Model) -> Span {
        let isRunning = model.operation?.kind == .migrate
        var table = table
        // A comparison made after the copy knows better than the copy.
        let verdict = model.verification?.tables.first { $0.name == table.name }
        if !isRunning, let verdict, [.equal, .different, .copied, .ready].contains(table.state) {
            table.quarantinedRows = verdict.quarantinedRows
            table.state = verdict.status == .equal ? .equal : .different
        }
        return Words.state(table, isRunning: isRunning, glyphs: model.identity.glyphs)
    }

    /// The share that is done: a row in quarantine is done, too.
    private func fraction(_ table: TableProgress) -> Double? {
        guard let rows = table.sourceRows else { return nil }
        guard rows > 0 else { return table.state == .waiting ? 0 : 1 }
        return Double(table.copiedRows + table.quarantinedRows) / Double(rows)
    }

    private func footer(_ model: Model) -> [Line] {
        if let failure = model.failure, model.progress?.tables.isEmpty == false {
            return [
                [Span(failure.message, .statusBad)],
                [Span("kept: \(failure.kept)", .textMuted)],
                [Span("next: \(model.remedy(of: failure))", .textStrong)],
            ]
        }
        if let run = model.shownEarlierRun {
            return [Words.earlier(run), model.figuresOfThen ?? counted(model)]
        }
        guard let progress = model.progress else { return [] }
        var line: Line = [Span(times(progress, model))]
        let quarantined = model.quarantinedRows
        line.append(
            quarantined > 0
                ? Span("   \(Figures.rows(quarantined)) in quarantine", .statusWarn)
                : Span("   no row in quarantine", .textMuted)
        )
        let isOver = model.figuresOfThen != nil
        if !progress.activity.isEmpty, !isOver {
            line.append(Span("   \(progress.activity)", .textMuted))
        }
        if let then = model.figuresOfThen { return [line, then] }
        if model.verification != nil, model.operation?.kind != .migrate {
            return [line, [Span(model.comparedWords, .textMuted)]]
        }
        return [line]
    }

    /// How long the copy takes or took, and how long its source has been followed since.
    private func times(_ progress: Progress, _ model: Model) -> String {
        let running = model.operation.map { Figures.duration(model.now - $0.startedAt) }
        guard model.operation?.kind != .migrate else { return "copying for \(running ?? "")" }
        let took = Figures.duration(progress.elapsedSeconds)
        let copied = model.report == nil ? "ended after \(took)" : "copied in \(took)"
        guard model.operation?.kind == .follow, let running else { return copied }
        return "\(copied)   following for \(running)"
    }

    /// Where the figures of an earlier run come from.
    private func counted(_ model: Model) -> Line {
        if model.isCounting {
            return [Span("the rows of both sides are being counted", .statusRun)]
        }
        guard let countedAt = model.countedAt else {
            return [Span("the figures are those of its report", .textMuted)]
        }
        return [Span("the rows were counted at \(Figures.clock(countedAt))Z", .textMuted)]
    }
}
