import MigrationEngine

/// The rows that did not fit, with the reason of each.
struct QuarantinePane: Pane {
    let id = PaneID.quarantine

    func content(_ model: Model) -> PaneContent {
        PaneContent(
            title: "Quarantine",
            body: body(model),
            footer: footer(model),
            listShare: 62
        )
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        guard let row = model.browsing.quarantine.value?.rows.first(where: { "\($0.id)" == id })
        else { return model.detail?.id == id ? PaneContent(title: id, body: values(model)) : nil }
        var facts: [Line] = [
            [Span("table   ", .textMuted), Span(row.table)],
            [Span("key     ", .textMuted), Span(row.key)],
            [Span("column  ", .textMuted), Span(row.column ?? "the row as a whole")],
            [Span("reason  ", .textMuted), Span(row.reason, .statusWarn)],
            [Span("state   ", .textMuted), state(row, model.identity.glyphs)],
        ]
        if let reason = row.acceptReason {
            facts.append([
                Span("        by \(row.acceptedBy ?? "-"): \(reason)", .textMuted)
            ])
        }
        guard model.detail?.id == id else {
            if model.layout.kind == .wide, let read = model.browsing.quarantineRow.value,
                read.row.id == row.id
            {
                return PaneContent(title: "Row \(id)", body: values(model), footer: facts)
            }
            let hint: Line = [Span("Enter shows its values.", .textMuted)]
            return PaneContent(title: "Row \(id)", body: .lines(facts + [[], hint]))
        }
        return PaneContent(title: "Row \(id)", body: values(model), footer: facts)
    }

    private func body(_ model: Model) -> PaneContent.Body {
        guard let page = model.browsing.quarantine.value else {
            if let error = model.browsing.quarantine.error {
                // Without a run there is nothing that could not fit.
                return error.code == .usage || error.code == .configuration
                    ? .empty([[Span(error.message)], [Span(error.remedy, .textMuted)]])
                    : .failed(error)
            }
            return .loading("the rows in quarantine")
        }
        guard !page.rows.isEmpty else {
            return .empty([[Span("\(model.identity.glyphs.ok) Every row fitted.", .statusOK)]])
        }
        let isWide = model.layout.kind == .wide
        return .table(
            Table(
                columns: [
                    .init("ROW", 6, .right), .init("TABLE", 22), .init("KEY", 16),
                    .init("COLUMN", 18, rank: 1), .init("REASON"), .init("STATE", 10),
                ] + (isWide ? [.init("SINCE", 16)] : []),
                rows: page.rows.map { row in
                    let since: Line = [Span(Words.minute(row.quarantinedAt), .textMuted)]
                    return Table.Row(
                        id: "\(row.id)",
                        cells: [
                            [Span("\(row.id)", .textMuted)],
                            [Span(row.table)],
                            [Span(row.key)],
                            [Span(row.column ?? "-", .textMuted)],
                            [Span(row.reason)],
                            [state(row, model.identity.glyphs)],
                        ] + (isWide ? [since] : [])
                    )
                },
                least: 18
            )
        )
    }

    private func state(_ row: QuarantineRow, _ glyphs: Glyphs) -> Span {
        switch row.state {
        case .waiting: Span("\(glyphs.warn) WAITING", .statusWarn)
        case .accepted: Span("\(glyphs.ok) accepted", .statusSkip)
        case .replayed: Span("\(glyphs.ok) replayed", .statusOK)
        }
    }

    private func values(_ model: Model) -> PaneContent.Body {
        guard let detail = model.browsing.quarantineRow.value else {
            if let error = model.browsing.quarantineRow.error { return .failed(error) }
            return .loading("the values")
        }
        let glyphs = model.identity.glyphs
        var table = Table(
            columns: [
                .init("COLUMN", 22), .init("STORED AS", 9), .init("VALUE"),
                .init("BYTES", 8, .right, rank: 1),
            ],
            rows: detail.values.map { value in
                let isGuilty = value.column == detail.row.column
                let shown = Span(value.value ?? "NULL", value.value == nil ? .textMuted : .text)
                // What is no text is seen by its bytes alone.
                let bytes = value.hexadecimal.map { [Span("   x'\($0)'", .statusWarn)] } ?? []
                let rest = value.isCut ? [Span("… (the first 1,000 bytes)", .textMuted)] : []
                return Table.Row(
                    id: value.column,
                    cells: [
                        [
                            Span(isGuilty ? "\(glyphs.bad) " : "", .statusBad),
                            Span(value.column, isGuilty ? .statusBad : .text),
                        ],
                        [Span(value.storageClass, .textMuted)],
                        [shown] + bytes + rest,
                        [Span(Figures.count(value.bytes), .textMuted)],
                    ]
                )
            },
            least: 16
        )
        table.taken = 2
        return .table(table)
    }

    private func footer(_ model: Model) -> [Line] {
        guard let page = model.browsing.quarantine.value, !page.rows.isEmpty else { return [] }
        let waiting = page.groups.reduce(0) { $0 + $1.waiting }
        let all = page.groups.reduce(0) { $0 + $1.rows }
        let part = page.next == nil ? "" : ", the first \(Figures.count(page.rows.count)) here"
        var lines: [Line] = [
            [
                Span("\(Figures.rows(all, "row"))\(part), "),
                Span("\(Figures.count(waiting)) undecided", waiting > 0 ? .statusWarn : .statusOK),
                Span(
                    "   \(model.key(.acceptRows)) accepts, \(model.key(.replayRows)) tries again",
                    .textMuted
                ),
            ]
        ]
        lines += reasons(page, model)
        if let note = page.note { lines.append([Span(note, .statusWarn)]) }
        return lines
    }

    /// The most frequent reasons, each with its table and column, where the screen has room.
    private func reasons(_ page: QuarantinePage, _ model: Model) -> [Line] {
        guard model.layout.hasBoxes, page.groups.count > 1 else { return [] }
        let lines = page.groups.prefix(3).map { group -> Line in
            let place = group.table + (group.column.map { ".\($0)" } ?? "")
            return [
                Span(Width.pad(Figures.count(group.rows), to: 9, .right), .textStrong),
                Span("  \(place): \(group.reason)"),
                Span("   \(Figures.count(group.waiting)) undecided", .textMuted),
            ]
        }
        let more = page.groups.count - lines.count
        guard more > 0 else { return lines }
        return lines + [[Span("and \(Figures.rows(more, "more reason"))", .textMuted)]]
    }
}
