import MigrationEngine

/// What both sides have, as a table: one line a value.
enum ComparedTable {
    /// The cells that its four columns need, with a box around them.
    static let leastWidth = 76

    /// What Enter opens: both sides as soon as they were read, until then what one side has.
    ///
    /// - Parameters:
    ///   - loadable: The comparison.
    ///   - subject: What is open; a comparison of something else is not shown.
    ///   - title: The title, without the sides.
    ///   - one: What one side has.
    ///   - facts: Lines about it, below.
    ///   - glyphs: The signs.
    /// - Returns: The content of the detail.
    static func content(
        _ loadable: Model.Loadable<SideComparison>,
        of subject: String,
        title: String,
        until one: @autoclosure () -> PaneContent.Body,
        facts: [Line],
        glyphs: Glyphs
    ) -> PaneContent {
        let footer = footer(loadable, glyphs: glyphs)
        guard let comparison = loadable.value, comparison.subject == subject,
            !comparison.lines.isEmpty
        else { return PaneContent(title: title, body: one(), footer: facts + footer) }
        return PaneContent(
            title: "\(title) on both sides",
            body: .table(table(comparison, glyphs: glyphs)),
            footer: footer,
            leastWidth: leastWidth
        )
    }

    /// What Enter would open, beside the list of a wide screen; nil before it was read.
    ///
    /// - Parameters:
    ///   - loadable: The comparison.
    ///   - subject: The row under the cursor.
    ///   - title: The title, without the sides.
    ///   - model: The state of the console.
    /// - Returns: The content.
    static func beside(
        _ loadable: Model.Loadable<SideComparison>,
        of subject: String,
        _ title: String,
        _ model: Model
    ) -> PaneContent? {
        guard model.layout.kind == .wide, let comparison = loadable.value,
            comparison.subject == subject, !comparison.lines.isEmpty
        else { return nil }
        return PaneContent(
            title: "\(title) on both sides",
            body: .table(table(comparison, glyphs: model.identity.glyphs)),
            footer: footer(loadable, glyphs: model.identity.glyphs)
        )
    }

    /// The table of a comparison.
    ///
    /// - Parameters:
    ///   - comparison: What both sides have.
    ///   - glyphs: The signs.
    /// - Returns: A line a row; the parts are told apart by their names.
    static func table(_ comparison: SideComparison, glyphs: Glyphs) -> Table {
        let names = comparison.lines.map(name)
        let verdicts = comparison.lines.map { verdict($0.verdict, glyphs) }
        return Table(
            columns: [
                .init("WHAT", Table.width(of: names, 12...30)),
                .init("SQLITE"), .init("POSTGRESQL"),
                .init("BOTH SIDES", Table.width(of: verdicts.lazy.map(\.text), 10...22)),
            ],
            rows: comparison.lines.enumerated().map { number, line in
                Table.Row(
                    id: "\(number)",
                    Span(names[number], line.part == "field" ? .text : .textStrong),
                    Span(line.source ?? "-", .sideSQLite),
                    Span(line.target ?? "-", .sidePostgres),
                    verdicts[number]
                )
            },
            least: 10
        )
    }

    /// What the comparison comes to, and what could not be read.
    ///
    /// - Parameters:
    ///   - loadable: The comparison.
    ///   - glyphs: The signs.
    /// - Returns: Lines for the footer.
    static func footer(
        _ loadable: Model.Loadable<SideComparison>,
        glyphs: Glyphs
    ) -> [Line] {
        guard let comparison = loadable.value else {
            guard let error = loadable.error else {
                return [[Span("both sides are being read ...", .statusWait)]]
            }
            return [[Span("both sides cannot be compared: \(error.message)", .statusBad)]]
        }
        let read = loadable.loadedAt.map { "   read \(Figures.clock($0))Z" } ?? ""
        var lines: [Line] = [[summary(comparison, glyphs), Span(read, .textMuted)]]
        if let waiting = comparison.waiting { lines.append([Span(waiting, .statusWait)]) }
        let errors = [
            (Side.source, comparison.sourceError), (Side.target, comparison.targetError),
        ]
        for (side, error) in errors {
            guard let error else { continue }
            lines.append([Span("\(Words.product(side)) cannot be read: \(error)", .statusBad)])
        }
        return lines
    }

    /// A verdict with its sign.
    static func verdict(_ verdict: SideComparison.Verdict, _ glyphs: Glyphs) -> Span {
        switch verdict {
        case .equal: Span("\(glyphs.ok) equal", .diffSame)
        case .differs: Span("\(glyphs.bad) DIFFERS", .diffChanged)
        case .onlySource, .onlyTarget: Span("\(glyphs.bad) \(verdict.words)", .diffChanged)
        case .waits: Span("\(glyphs.wait) \(verdict.words)", .statusWait)
        case .movedOn: Span("\(glyphs.run) \(verdict.words)", .statusRun)
        case .unknown: Span("\(glyphs.wait) unknown", .statusWait)
        }
    }

    /// A verdict with its sign, for a narrow column.
    static func short(_ verdict: SideComparison.Verdict, _ glyphs: Glyphs) -> Span {
        switch verdict {
        case .onlySource, .onlyTarget: Span("\(glyphs.bad) ONE SIDE", .diffChanged)
        case .waits: Span("\(glyphs.wait) waits", .statusWait)
        case .equal, .differs, .movedOn, .unknown: Self.verdict(verdict, glyphs)
        }
    }

    private static func summary(_ comparison: SideComparison, _ glyphs: Glyphs) -> Span {
        if comparison.isDifferent {
            return Span("\(glyphs.bad) \(comparison.summary)", .statusBad)
        }
        let isSure = comparison.lines.allSatisfy { $0.verdict == .equal }
        return isSure && !comparison.lines.isEmpty
            ? Span("\(glyphs.ok) \(comparison.summary)", .statusOK)
            : Span("\(glyphs.wait) \(comparison.summary)", .statusWait)
    }

    private static func name(_ line: SideComparison.Line) -> String {
        line.part == "formula" ? "= \(line.name)" : line.name
    }
}
