import MigrationEngine

/// Both sides next to each other: every table of either.
struct VerifyPane: Pane {
    let id = PaneID.verify

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: "Verify", body: body(model), footer: footer(model))
    }

    func detail(_ model: Model, of id: String) -> PaneContent? {
        // What the list shows, never an older comparison behind it.
        guard let compared = model.shownComparison else { return underWay(id, model) }
        guard let table = compared.tables.first(where: { $0.name == id }) else { return nil }
        let title = "\(table.name): differing rows"
        guard !table.samples.isEmpty else {
            return PaneContent(
                title: table.name,
                body: .lines([[status(table, of: compared, model)], []])
                    .with(explanation(table, of: compared, model))
            )
        }
        return PaneContent(
            title: title,
            body: .table(samples(table, isWhole: model.detail?.value != nil)),
            footer: sample(table, model) + explanation(table, of: compared, model)
        )
    }

    /// What is known of a table while both sides are being compared.
    private func underWay(_ id: String, _ model: Model) -> PaneContent? {
        guard let table = model.currentProgress?.tables.first(where: { $0.name == id })
        else { return nil }
        let rows = "\(Figures.count(table.verifiedRows)) of \(Figures.count(table.sourceRows)) rows"
        return PaneContent(
            title: id,
            body: .lines([[Span("being compared: \(rows) so far", .statusRun)]])
        )
    }

    // MARK: - The tables

    private func body(_ model: Model) -> PaneContent.Body {
        if let verification = model.shownComparison {
            let tables = verification.tables.filter { !model.showsOnlyProblems || isProblem($0) }
            guard !tables.isEmpty else {
                return .empty([
                    [Span("No table differs. f shows all of them.", .statusOK)]
                ])
            }
            return .table(table(tables, countsOnly: verification.countsOnly, model))
        }
        if let failure = model.failure, !model.isVerifying { return .failed(failure) }
        if model.isVerifying, let progress = model.currentProgress, !progress.tables.isEmpty {
            return .table(running(progress, model))
        }
        if model.operation?.kind == .verify { return .loading("both sides") }
        if model.isCounting { return .loading("the rows of both sides") }
        return .empty([
            [Span("Nothing was compared yet.")],
            [Span("V compares every cell of both sides; it writes to neither.", .textMuted)],
        ])
    }

    private func isProblem(_ table: VerifyReport.Table) -> Bool {
        table.status.isProblem || table.quarantinedRows > 0
    }

    private func table(
        _ tables: [VerifyReport.Table],
        countsOnly: Bool,
        _ model: Model
    ) -> Table {
        Table(
            columns: columns(tables),
            rows: tables.map { table in
                let difference = difference(table)
                return Table.Row(
                    id: table.name,
                    Span(table.name),
                    Span(table.sourceRows.map { Figures.count($0) } ?? "absent", .sideSQLite),
                    Span(table.targetRows.map { Figures.count($0) } ?? "absent", .sidePostgres),
                    Span(
                        difference.map { Figures.count($0) } ?? "-",
                        difference == 0 ? .diffSame : .diffMissing
                    ),
                    digests(table),
                    countsOnly && !isProblem(table)
                        ? Self.counted(model.identity.glyphs)
                        : Words.status(table, glyphs: model.identity.glyphs)
                )
            }
        )
    }

    /// The rows that are not the same on both sides, in whatever way; of sides that were only
    /// counted, how far the counts are apart.
    private func difference(_ table: VerifyReport.Table) -> Int? {
        let rows = table.missing + table.extra + table.different + table.quarantinedRows
        if rows > 0 { return rows }
        return table.sourceRows.flatMap { source in table.targetRows.map { abs($0 - source) } }
    }

    private func columns(_ tables: [VerifyReport.Table]) -> [Table.Column] {
        let most = tables.map { max($0.sourceRows ?? 0, $0.targetRows ?? 0) }.max() ?? 0
        let width = max(9, Figures.count(most).count)
        return [
            .init("TABLE"), .init("SQLITE", width, .right), .init("POSTGRES", width, .right),
            .init("DIFF", 7, .right), .init("DIGEST", 13, rank: 1), .init("STATUS", 12),
        ]
    }

    /// The first digits of both digests: enough to see by eye whether they agree.
    private func digests(_ table: VerifyReport.Table) -> Span {
        guard let own = table.digest else { return Span("-", .textMuted) }
        let isSame = table.targetDigest.map { $0 == own } ?? (table.status == .equal)
        let other = table.targetDigest ?? (isSame ? own : "?")
        return Span(
            "\(own.prefix(5)) \(isSame ? "=" : "#") \(other.prefix(5))",
            isSame ? .diffSame : .diffChanged
        )
    }

    private func running(_ progress: Progress, _ model: Model) -> Table {
        Table(
            columns: [
                .init("TABLE"), .init("SQLITE", 10, .right), .init("COMPARED", 10, .right),
                .init("STATUS", 12),
            ],
            rows: progress.tables.map { table in
                let isDone = table.state == .equal || table.state == .different
                let state =
                    isDone || table.state == .verifying
                    ? Words.state(table, isRunning: true, glyphs: model.identity.glyphs)
                    : Span("\(model.identity.glyphs.wait) wait", .statusWait)
                return Table.Row(
                    id: table.name,
                    Span(table.name),
                    Span(Figures.count(table.sourceRows), .sideSQLite),
                    Span(Figures.count(table.verifiedRows)),
                    state
                )
            }
        )
    }

    private func footer(_ model: Model) -> [Line] {
        guard let verification = model.shownComparison else { return begun(model) }
        let equal = verification.tables.count { $0.status == .equal && $0.quarantinedRows == 0 }
        var lines: [Line] = [
            [
                Span(
                    "\(Figures.rows(verification.tables.count, "table")): \(equal) "
                        + (verification.countsOnly ? "with equal counts   " : "equal   ")
                ),
                verification.ok && verification.quarantinedRows == 0 ? Span("") : model.verdict,
                Span("   took \(Figures.took(verification.seconds))", .textMuted),
            ]
        ]
        if let then = model.figuresOfThen { lines.append(then) }
        let what = verification.countsOnly ? "only the rows were counted" : "every cell compared"
        // The line above has said when.
        let isDated = model.figuresOfThen != nil
        let time = isDated ? nil : verification.countsOnly ? model.countedAt : model.verifiedAt
        let since = model.isChangedSince ? ", changed since" : ""
        let at = time.map { " at \(Figures.clock($0))Z\(since)" } ?? ""
        let orphans = verification.foreignKeys.reduce(0) { $0 + ($1.targetOrphans ?? 0) }
        lines.append([
            Span("\(what)\(at)   ", .textMuted),
            Span(
                "\(Figures.rows(verification.foreignKeys.count, "foreign key")), "
                    + "\(Figures.rows(orphans, "orphan"))",
                orphans == 0 ? .textMuted : .statusBad
            ),
        ])
        if let failure = model.comparisonFailure ?? model.failure {
            lines.append([Span("the last run: \(failure.message)", .statusBad)])
        }
        return lines
    }

    /// Which comparison it is whose figures come in.
    private func begun(_ model: Model) -> [Line] {
        guard let run = model.beside ?? model.operation, model.isVerifying else { return [] }
        let since = Figures.clock(run.startedAt)
        guard model.beside != nil else {
            return [[Span("being compared since \(since)Z", .textMuted)]]
        }
        let waits = "beside the run; rows on their way are no difference"
        return [[Span("being compared since \(since)Z, \(waits)", .textMuted)]]
    }

    // MARK: - The differing rows

    private func samples(_ table: VerifyReport.Table, isWhole: Bool) -> Table {
        let key = Table.width(of: table.samples.map(\.key), 6...20)
        var samples = Table(
            columns: [
                .init("KEY", key), .init("COLUMN", 14), .init("SQLITE"), .init("POSTGRES"),
            ],
            rows: table.samples.enumerated().map { number, sample in
                var shown = sample
                // A list shows the place where they differ; a row that is opened shows all.
                if !isWhole, let own = sample.source, let other = sample.target {
                    let parts = WholeRow.apart(own, other)
                    (shown.source, shown.target) = (parts.left, parts.right)
                }
                return Table.Row(
                    id: "\(number)",
                    Span(sample.key),
                    Span(sample.column ?? "(whole row)", .textMuted),
                    value(shown.source, sample, absentKind: "extra", .sideSQLite),
                    value(shown.target, sample, absentKind: "missing", .sidePostgres)
                )
            },
            least: 8
        )
        samples.taken = 0
        return samples
    }

    /// The difference under the cursor, with all of its key and values.
    private func sample(_ table: VerifyReport.Table, _ model: Model) -> [Line] {
        guard let detail = model.detail, table.samples.indices.contains(detail.index) else {
            return []
        }
        let sample = table.samples[detail.index]
        return [
            [Span("key       ", .textMuted), Span(sample.key)],
            [
                Span("SQLite    ", .sideSQLite),
                value(sample.source, sample, absentKind: "extra", .text),
            ],
            [
                Span("Postgres  ", .sidePostgres),
                value(sample.target, sample, absentKind: "missing", .text),
            ],
        ]
    }

    private func value(
        _ text: String?,
        _ sample: VerifyReport.Sample,
        absentKind: String,
        _ style: StyleKey
    ) -> Span {
        if sample.kind == absentKind { return Span("(no row)", .diffMissing) }
        if let text { return Span(text, style) }
        return Span(sample.column == nil ? "(row)" : "NULL", .textMuted)
    }

    /// That a table's rows were counted: of what is in them nothing is known.
    private static func counted(_ glyphs: Glyphs) -> Span {
        Span("\(glyphs.wait) counted", .statusWait)
    }

    private func status(
        _ table: VerifyReport.Table,
        of report: VerifyReport,
        _ model: Model
    ) -> Span {
        report.countsOnly && !isProblem(table)
            ? Self.counted(model.identity.glyphs)
            : Words.status(table, glyphs: model.identity.glyphs)
    }

    private func explanation(
        _ table: VerifyReport.Table,
        of report: VerifyReport,
        _ model: Model
    ) -> [Line] {
        var lines: [Line] = [
            report.countsOnly
                ? [
                    Span("no cell was compared; \(model.key(.verify)) compares   "),
                    Span("quarantined \(Figures.count(table.quarantinedRows))"),
                ]
                : [
                    Span(
                        "missing \(Figures.count(table.missing))   "
                            + "extra \(Figures.count(table.extra))   "
                            + "changed \(Figures.count(table.different))   "
                            + "quarantined \(Figures.count(table.quarantinedRows))"
                    )
                ]
        ]
        if let sequence = table.sequence {
            lines.append([
                Span(
                    "next id \(sequence.nextValue), highest \(sequence.maximum ?? 0)",
                    sequence.ok || sequence.waits == true ? .textMuted : .statusBad
                )
            ])
        }
        let digests: [(Side, String?)] = [
            (.source, table.digest), (.target, table.targetDigest),
        ]
        for (side, digest) in digests {
            guard let digest else { continue }
            let name = Width.pad("\(Words.product(side)) digest", to: 17)
            lines.append([Span("\(name) \(digest)", .textMuted)])
        }
        if let note = table.note { lines.append([Span(note, .statusWarn)]) }
        return lines
    }
}

extension Model {
    /// What the list shows: the newest comparison, unless the run that is going on has its own
    /// figures or ended with an error before there was any.
    fileprivate var shownComparison: VerifyReport? {
        guard !isVerifying else { return nil }
        return verification ?? comparisonOfCopy
            ?? (failure == nil && operation == nil ? counts : nil)
    }
}

extension PaneContent.Body {
    /// The lines, and others below them.
    fileprivate func with(_ more: [Line]) -> PaneContent.Body {
        guard case .lines(let lines) = self else { return self }
        return .lines(lines + more)
    }
}
