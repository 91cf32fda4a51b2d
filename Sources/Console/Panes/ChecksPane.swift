import MigrationEngine

/// The business checks: what both sides have, and what became of each.
struct ChecksPane: Pane {
    let id = PaneID.checks

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: "Business checks", body: body(model), footer: footer(model))
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let check = model.reconciliation.value?.checks.first(where: { $0.name == id }) else {
            return nil
        }
        let place = model.layout.places(for: model.content, hasDetail: true)
        let width = (place.detail ?? model.layout.body).width - 4
        return PaneContent(
            title: Self.words(id),
            body: .lines(CheckDetail(check, max(20, width), model.identity.glyphs).lines)
        )
    }

    private func body(_ model: Model) -> PaneContent.Body {
        let loadable = model.reconciliation
        guard let report = loadable.value else {
            if let error = loadable.error { return .failed(error) }
            guard !loadable.isLoading else {
                return .loading("the figures of the business on both sides")
            }
            return .empty([
                [
                    Span(model.key(.refresh)),
                    Span(" asks both sides for the figures of the business.", .textMuted),
                ],
                [Span("It reads whole tables, so nothing is asked by itself.", .textMuted)],
            ])
        }
        let checks = model.showsOnlyProblems ? report.problems : report.checks
        guard !checks.isEmpty else {
            return .empty([
                [
                    model.showsOnlyProblems
                        ? Span("Every check holds. f shows all of them.", .statusOK)
                        : Span("The profile names no checks.")
                ]
            ])
        }
        return .table(table(checks, model))
    }

    private func table(_ checks: [ReconciliationReport.Check], _ model: Model) -> Table {
        Table(
            columns: [
                .init("CHECK"), .init("SQLITE", 12, .right), .init("POSTGRESQL", 12, .right),
                .init("VERDICT", 11),
            ],
            rows: checks.map { check in
                Table.Row(
                    id: check.name,
                    Span(Self.words(check.name)),
                    Span(check.source?.figure ?? "-", .sideSQLite),
                    Span(check.target?.figure ?? "-", .sidePostgres),
                    Self.verdict(check.verdict, model.identity.glyphs)
                )
            },
            least: 20
        )
    }

    private func footer(_ model: Model) -> [Line] {
        let loadable = model.reconciliation
        guard let report = loadable.value else { return [] }
        let asked = report.checks.count { $0.verdict != .notApplicable }
        let waiting = report.checks.count { $0.verdict == .waiting }
        let bad = report.problems.count { $0.verdict != .waiting }
        var first: Line = [
            bad > 0
                ? Span("\(bad) of \(asked) checks do not hold", .statusBad)
                : Span("\(asked - waiting) checks hold", .statusOK)
        ]
        if waiting > 0 {
            first.append(Span(", \(waiting) \(waiting == 1 ? "waits" : "wait")", .statusWait))
        }
        if report.sides.count == 1, let side = report.sides.first {
            first.append(Span("   only \(Words.product(side)) was asked", .statusWarn))
        }
        if let loadedAt = loadable.loadedAt {
            first.append(Span("   at \(Figures.clock(loadedAt))Z", .textMuted))
        }
        var lines = [first]
        for (side, error) in [(Side.source, report.sourceError), (.target, report.targetError)] {
            if let error { lines.append([Span("\(Words.product(side)): \(error)", .statusBad)]) }
        }
        if let error = loadable.error {
            lines.append([Span("cannot be asked any more: \(error.message)", .statusBad)])
        } else if loadable.isLoading {
            lines.append([Span("asking both sides again ...", .statusWait)])
        }
        return lines
    }

    /// A verdict with its sign.
    static func verdict(
        _ verdict: ReconciliationReport.Verdict,
        _ glyphs: Glyphs
    ) -> Span {
        switch verdict {
        case .good: Span("\(glyphs.ok) good", .statusOK)
        case .inherited: Span("\(glyphs.ok) as before", .statusOK)
        case .movedOn: Span("\(glyphs.run) moved on", .statusRun)
        case .uncompared: Span("\(glyphs.wait) one side", .statusWait)
        case .notApplicable: Span("\(glyphs.wait) not here", .textMuted)
        case .waiting: Span("\(glyphs.wait) waits", .statusWait)
        case .differs: Span("\(glyphs.bad) DIFFERS", .statusBad)
        case .violated: Span("\(glyphs.bad) VIOLATED", .statusBad)
        case .failed: Span("\(glyphs.warn) FAILED", .statusWarn)
        }
    }

    /// A check's name as people write it.
    private static func words(_ name: String) -> String {
        name.split(separator: "_").joined(separator: " ")
    }
}

/// What Enter opens: what was found, what it means, and what to do.
private struct CheckDetail {
    private let check: ReconciliationReport.Check
    private let width: Int
    private let glyphs: Glyphs

    init(_ check: ReconciliationReport.Check, _ width: Int, _ glyphs: Glyphs) {
        self.check = check
        self.width = width
        self.glyphs = glyphs
    }

    var lines: [Line] {
        var lines: [Line] = [[ChecksPane.verdict(check.verdict, glyphs)]]
        lines += block(nil, check.reason)
        lines += block("must hold", check.title)
        if !check.samples.isEmpty {
            lines += [[], [Span("found", .textMuted)]] + check.samples.flatMap(sample)
        }
        lines += block("otherwise", check.meaning)
        if let remedy = check.remedy { lines += block("do", remedy) }
        return lines
    }

    private func sample(_ sample: ReconciliationReport.Sample) -> [Line] {
        let key = wrapped(sample.key, indent: 2, .textStrong)
        guard sample.source != sample.target else {
            return key + wrapped(sample.source ?? "", indent: 4, .text)
        }
        return key + wrapped("SQLite: \(sample.source ?? "-")", indent: 4, .sideSQLite)
            + wrapped("PostgreSQL: \(sample.target ?? "-")", indent: 4, .sidePostgres)
    }

    private func block(_ heading: String?, _ text: String) -> [Line] {
        let title: [Line] = heading.map { [[], [Span($0, .textMuted)]] } ?? []
        return title + wrapped(text, indent: heading == nil ? 0 : 2, .text)
    }

    private func wrapped(_ text: String, indent: Int, _ style: StyleKey) -> [Line] {
        guard !text.isEmpty else { return [] }
        let blank = String(repeating: " ", count: indent)
        return Width.wrap(Width.safe(text), to: max(10, width - indent)).map {
            [Span(blank + $0, style)]
        }
    }
}
