import MigrationEngine

/// The first hour and after: every criterion with its verdict, its figure and its history.
struct WatchPane: Pane {
    let id = PaneID.watch

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: title(model), body: body(model), footer: footer(model))
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let listing = model.watch.value,
            let criterion = listing.report.criteria.first(where: { $0.name == id })
        else { return nil }
        let place = model.layout.places(for: model.content, hasDetail: true)
        let width = (place.detail ?? model.layout.body).width - 4
        return PaneContent(
            title: WatchWords.name(criterion.name),
            body: .lines(WatchDetail(criterion, listing.history, max(20, width), model).lines)
        )
    }

    /// The server by what identifies it, so that nobody watches the wrong one.
    private func title(_ model: Model) -> String {
        guard let report = model.watch.value?.report else { return "Watch" }
        guard let server = report.server else { return "Watch: the server is gone" }
        let system = server.systemIdentifier.map { "system \($0)" } ?? "system not to be read"
        return "Watch of \(server.database), \(system), \(server.address)"
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let listing = model.watch.value else {
            if let error = model.watch.error { return .failed(error) }
            guard model.watch.isLoading || model.watch.askedAt != nil else {
                return .empty([
                    [
                        Span(model.key(.refresh)),
                        Span(" looks at every criterion of success.", .textMuted),
                    ]
                ])
            }
            return .loading("every criterion of success")
        }
        let table = table(listing, model)
        guard !table.rows.isEmpty else {
            return .empty([
                [Span("No alarm. \(model.key(.onlyProblems)) shows every criterion.", .statusOK)]
            ])
        }
        return .table(table)
    }

    private func table(_ listing: WatchListing, _ model: Model) -> Table {
        let glyphs = model.identity.glyphs
        let isWide = model.size.columns >= 110
        let criteria = listing.report.criteria
            .filter { !model.showsOnlyProblems || $0.state != .good }
        return Table(
            columns: [.init("CRITERION", 17), .init("VERDICT", 9), .init("FIGURE", 20)]
                + (isWide ? [.init("WHAT WAS FOUND")] : [])
                + [.init("HISTORY", isWide ? 24 : nil), .init("BAD SINCE", 9, rank: 1)],
            rows: criteria.map { criterion in
                let history = Sparkline.line(
                    listing.history.points(of: criterion.name),
                    limit: criterion.limit,
                    // The newest are the ones to keep where there is no room.
                    width: isWide ? 24 : min(19, model.size.columns - 51),
                    glyphs: glyphs
                )
                return Table.Row(
                    id: criterion.name,
                    cells: [
                        [Span(WatchWords.name(criterion.name))],
                        [WatchWords.verdict(criterion.state, glyphs)],
                        [Span(WatchWords.figure(criterion), .textStrong)],
                    ] + (isWide ? [[Span(criterion.reason, .textMuted)]] : []) + [
                        history, [Span(WatchWords.since(criterion) ?? "", .statusBad)],
                    ]
                )
            },
            least: 19
        )
    }

    private func footer(_ model: Model) -> [Line] {
        guard let report = model.watch.value?.report else { return [] }
        let bad = report.alarms.count
        let unknown = report.criteria.count { $0.state == .unknown }
        var counts: Line = [
            Span("\(report.criteria.count - bad - unknown) good", .statusOK),
            Span(", \(bad) bad", bad == 0 ? .textMuted : .statusBad),
            Span(", \(unknown) not known", .textMuted),
        ]
        if let loadedAt = model.watch.loadedAt {
            counts.append(
                Span(
                    "   looked at \(Figures.clock(loadedAt))Z, every "
                        + Figures.interval(model.watchSeconds),
                    .textMuted
                )
            )
        }
        if let error = model.watch.error {
            return [counts, [Span("cannot be watched any more: \(error.message)", .statusBad)]]
        }
        // Where the detail has no room, the row's words stand here.
        guard model.layout.kind == .compact,
            let row = report.criteria.first(where: { $0.name == model.list.selected })
                ?? shown(report, model)
        else { return [counts] }
        let remedy = row.state == .good ? nil : row.remedy
        return [
            [Span(row.reason)],
            [Span(remedy.map { "\(model.identity.glyphs.arrow) \($0)" } ?? "", .textMuted)],
            counts,
        ]
    }

    /// The criterion under the cursor while nothing was chosen.
    private func shown(_ report: WatchReport, _ model: Model) -> WatchReport.Criterion? {
        let criteria = report.criteria.filter { !model.showsOnlyProblems || $0.state != .good }
        return criteria.indices.contains(model.list.index) ? criteria[model.list.index] : nil
    }
}

/// The criteria as the screen says them.
enum WatchWords {
    /// A criterion's name as people write it.
    static func name(_ name: String) -> String {
        name.split(separator: "_").joined(separator: " ")
    }

    /// A verdict.
    static func verdict(_ state: WatchReport.State, _ glyphs: Glyphs) -> Span {
        switch state {
        case .good: Span("\(glyphs.ok) good", .statusOK)
        case .bad: Span("\(glyphs.bad) BAD", .statusBad)
        case .unknown: Span("\(glyphs.wait) unknown", .statusWait)
        }
    }

    /// A figure with its bound.
    static func figure(_ criterion: WatchReport.Criterion) -> String {
        guard let value = criterion.value else { return "-" }
        let unit = criterion.unit ?? ""
        // What is counted there are faults: `0 / 0 tables` would read as if there were no tables.
        if criterion.limit == 0, unit != "bytes", unit != "share", unit != "seconds" {
            return value == 0 ? "none at fault" : "\(number(value, unit)) at fault"
        }
        let bound = criterion.limit.map { " / \(number($0, unit))" } ?? ""
        switch unit {
        case "bytes", "share": return number(value, unit) + bound
        default: return number(value, unit) + bound + " \(word(unit))"
        }
    }

    private static func word(_ unit: String) -> String { unit == "seconds" ? "s" : unit }

    private static func number(_ value: Double, _ unit: String) -> String {
        switch unit {
        case "bytes": return Figures.bytes(Int(value))
        case "share": return "\(Int((value * 100).rounded())) %"
        default:
            let tenths = (value * 10).rounded() / 10
            return value < 10 && tenths != tenths.rounded()
                ? "\(tenths)" : Figures.count(Int(value.rounded()))
        }
    }

    /// The time of day since which it is bad.
    static func since(_ criterion: WatchReport.Criterion) -> String? {
        criterion.badSince.map { since in
            // `2025-10-14T14:02:07Z` without its day.
            since.count >= 20 ? String(since.dropFirst(11).prefix(8)) + "Z" : since
        }
    }
}

/// What Enter opens: a criterion with its evidence, its remedy and the looks before.
struct WatchDetail {
    private let criterion: WatchReport.Criterion
    private let history: WatchHistory
    private let width: Int
    private let glyphs: Glyphs

    init(
        _ criterion: WatchReport.Criterion,
        _ history: WatchHistory,
        _ width: Int,
        _ model: Model
    ) {
        self.criterion = criterion
        self.history = history
        self.width = width
        glyphs = model.identity.glyphs
    }

    var lines: [Line] {
        let verdict = WatchWords.verdict(criterion.state, glyphs)
        let since = criterion.badSince.map { [Span("  since \($0)", .statusBad)] } ?? []
        var lines: [Line] = [[verdict] + since]
        lines += block(criterion.title, .textMuted)
        lines += block(criterion.reason, .text)
        if criterion.state != .good, let remedy = criterion.remedy {
            lines += block("\(glyphs.arrow) \(remedy)", .textStrong)
        }
        let points = history.points(of: criterion.name)
        lines.append([])
        lines.append(
            Sparkline.line(points, limit: criterion.limit, width: width, glyphs: glyphs)
        )
        let figure = criterion.value == nil ? "" : "\(WatchWords.figure(criterion)); "
        lines.append([
            Span("\(figure)the last \(Figures.rows(points.count, "look"))", .textMuted)
        ])
        return lines
    }

    private func block(_ text: String, _ style: StyleKey) -> [Line] {
        Width.wrap(text, to: width).map { [Span($0, style)] }
    }
}
