import MigrationEngine

/// What the parts of the overview of a live run say.
extension OverviewPane {
    // MARK: - Where it stands

    func standing(_ model: Model) -> [Line] {
        var lines: [Line] = [live(model)]
        if model.phase?.targetTakesWrites == true, model.operation == nil {
            lines.append(labelled("WRITTEN", written(model)))
        } else {
            lines.append(labelled("LAG", lag(model)))
        }
        if let outcome = outcome(model) { lines.append(labelled("LAST", [outcome])) }
        if let compared = copy(model) { lines.append(labelled("COPY", [compared])) }
        for (offset, step) in model.nextSteps.prefix(2).enumerated() {
            lines.append(labelled(offset == 0 ? "NEXT" : "", [Span(step, .textStrong)]))
        }
        return lines
    }

    private func labelled(_ label: String, _ line: Line) -> Line {
        [Span(Width.pad(label, to: 9), .textMuted)] + line
    }

    private func live(_ model: Model) -> Line {
        switch model.writer {
        case .nobody:
            let budget = model.freezeBudget.map { " of \(Figures.seconds($0))" } ?? ""
            let clock = model.freezeSeconds.map { " for \(Figures.took($0))\(budget)" } ?? ""
            return labelled("LIVE", [Span(" nobody: writes are blocked\(clock) ", .dialogDanger)])
        case .side(let side):
            let style: StyleKey = side == .source ? .sideSQLite : .sidePostgres
            return labelled(
                "LIVE",
                [
                    Span("\(Words.product(side)) \(model.identity.name(of: side))", style),
                    model.lostSeconds == nil
                        ? Span(" takes the application's writes")
                        : Span(" has the application and does not answer", .statusBad),
                ]
            )
        }
    }

    private func lag(_ model: Model) -> Line {
        guard let lag = model.lag else { return [Span("not known yet", .statusWait)] }
        var line: Line = [
            Span(
                Figures.rows(lag.rows),
                lag.rows > 2_000 || model.staleStanding != nil || model.silentSeconds != nil
                    ? .statusWarn : .statusOK
            )
        ]
        if lag.rows > 0, let seconds = lag.seconds {
            line.append(Span(", oldest \(Figures.took(seconds))"))
        }
        if let waiting = model.waitingFor {
            return line + [Span("   \(waiting)", .statusWarn)]
        }
        if model.silentSeconds != nil, let at = model.lagReadAt, model.now - at > 5 {
            return line + [Span("   as of \(Figures.clock(at))Z", .statusWarn)]
        }
        if model.isPostponed { return line + [Span("   nobody follows", .statusWarn)] }
        if let live = model.cutover.lag, model.operation?.kind == .follow {
            line.append(
                Span(
                    "   \(Figures.rate(live.changesPerSecond)) changes/s"
                        + "   \(Figures.count(live.appliedChanges)) applied",
                    .textMuted
                )
            )
        }
        return line
    }

    private func written(_ model: Model) -> Line {
        guard let written = model.cutover.written.value else {
            return [Span("not asked yet", .statusWait)]
        }
        let words = "\(Figures.rows(written.writes, "write")) since the switch"
        guard let old = model.oldWritten else { return [Span(words, .sidePostgres)] }
        return [Span(words, .textMuted), Span("   \(old)", .statusWarn)]
    }

    /// Where PostgreSQL was written since the switch: what a way back would bring along.
    func writtenTables(_ model: Model) -> [Line] {
        guard let written = model.cutover.written.value else {
            return [[Span("not asked yet", .statusWait)]]
        }
        guard !written.tables.isEmpty else {
            return [[Span("nothing was written since the switch", .statusWait)]]
        }
        return written.tables.map { table in
            [
                Span(Width.pad(table.name, to: 30)),
                Span(Width.pad(Figures.count(table.writes), to: 9, .right), .sidePostgres),
            ]
        }
    }

    private func outcome(_ model: Model) -> Span? {
        let glyphs = model.identity.glyphs
        switch model.lastOutcome {
        case .switched(let report):
            let seconds = Figures.hundredths(report.writeFreezeSeconds)
            return Span("\(glyphs.ok) switched; writes were blocked for \(seconds)", .statusOK)
        case .undone where model.cutover.isAborted:
            return Span("\(glyphs.warn) aborted by you; everything was put back", .statusWarn)
        case .failed(let kind, _) where model.cutover.isAborted:
            return Span("\(glyphs.warn) the \(kind.noun) was aborted by you", .statusWarn)
        case .undone(let report):
            return Span("\(glyphs.warn) undone: \(report.reason ?? "")", .statusWarn)
        case .reverted(let report):
            return Span(
                "\(report.ok ? glyphs.ok : glyphs.bad) reverted; blocked for "
                    + "\(Figures.hundredths(report.writeFreezeSeconds)); \(report.came)",
                report.ok ? .statusOK : .statusBad
            )
        case .failed(let kind, let error):
            return Span("\(glyphs.bad) the \(kind.noun) failed: \(error.message)", .statusBad)
        case nil: return nil
        }
    }

    private func copy(_ model: Model) -> Span? {
        if let verified = model.verification, model.verifiedAt != nil {
            let tables = Figures.rows(verified.tables.count, "table")
            return verified.ok
                ? Span("\(tables) equal, \(model.comparedSpan.text)", model.comparedSpan.style)
                : nil
        }
        // What the verdict says after its first clause stands in the panes of the copy.
        guard let verdict = model.cutover.status.value?.verdict?.split(separator: ",").first
        else { return nil }
        return Span("\(verdict), \(model.comparedWords)", .textMuted)
    }

    // MARK: - Gates

    /// Why there are no gates to show; nil when there are.
    private func missingGates(_ model: Model) -> [Line]? {
        guard model.gates.isEmpty else { return nil }
        if let error = model.cutover.gates.error { return [[Span(error.message, .statusBad)]] }
        if model.cutover.gates.isLoading || model.cutover.status.isLoading {
            return [[Span("looking ...", .statusWait)]]
        }
        return [[Span("this run has no gates that were looked at", .statusWait)]]
    }

    /// The gates that are closed or wait, for a screen that has room for no others.
    func closedGates(_ model: Model, width: Int) -> [Line] {
        if let missing = missingGates(model) { return missing }
        let gates = model.listedGates
        let shown = gates.filter { $0.state != .open }
        return unseen(model, width) + [Steps.counts(gates)]
            + shown.map { head(of: $0, model) }
    }

    /// Why gates cannot be looked at; what helps against a silent PostgreSQL stands above as next.
    private func unseen(_ model: Model, _ width: Int) -> [Line] {
        model.unseenLines(width: width, isMending: model.silentSeconds == nil)
    }

    /// Every gate with its evidence.
    func allGates(_ model: Model, width: Int) -> [Line] {
        if let missing = missingGates(model) { return missing }
        let gates = model.listedGates
        return unseen(model, width) + [Steps.counts(gates)]
            + gates.flatMap { gate in
                let head = head(of: gate, model)
                let place = Width.cells(head.dropLast().map(\.text).joined())
                let reason = Width.wrap(gate.reason, to: max(10, width - place))
                guard reason.count > 1, gate.state != .open else { return [head] }
                // The second row takes what is left, so that a cut shows.
                let rows = [reason[0], reason.dropFirst().joined(separator: " ")]
                return rows.enumerated().map { part, text in
                    let text = Width.clip(text, to: max(10, width - place))
                    return part == 0
                        ? head.dropLast() + [Span(text, .textMuted)]
                        : [Span(Width.pad("", to: place) + text, .textMuted)]
                }
            }
    }

    private func head(of gate: Gate, _ model: Model) -> Line {
        let state = Steps.state(gate, glyphs: model.identity.glyphs)
        return [
            Span(Width.pad(state.text, to: 12) + " ", state.style),
            Span(Width.pad(gate.name, to: 18) + " ", .textStrong),
            Span(gate.reason, .textMuted),
        ]
    }

    // MARK: - Both sides

    /// The rows of each table on both sides, as they were compared last.
    func bothSides(_ model: Model, width: Int) -> [Line] {
        let known = model.verification ?? model.earlier?.run?.compared?.report
        guard let known else {
            return [[Span("not compared yet", .statusWait)]]
        }
        let when = model.comparedAt.map { "as of \($0)" } ?? "as they were copied"
        let since = model.phase?.targetTakesWrites == true ? "later writes come" : "the lag comes"
        // Where there is little room the sign alone says how a table stands.
        let figures =
            2
            + known.tables.reduce("POSTGRES".count) { widest, table in
                max(
                    widest,
                    Figures.count(table.sourceRows).count,
                    Figures.count(table.targetRows).count
                )
            }
        let state = width < 62 ? 3 : 14
        let name = max(10, min(32, width - 2 * figures - state))
        let head: [Line] = [
            [Span("\(when); \(since) on top", .textMuted)],
            [
                Span(
                    Width.pad("TABLE", to: name) + Width.pad("SQLITE", to: figures, .right)
                        + Width.pad("POSTGRES", to: figures, .right),
                    .columnHeader
                )
            ],
        ]
        return head
            + known.tables.map { table in
                let status = Words.status(table, glyphs: model.identity.glyphs)
                let text = state < 14 ? String(status.text.prefix(1)) : status.text
                return [
                    Span(Width.pad(Width.clip(table.name, to: name - 1), to: name)),
                    Span(
                        Width.pad(Figures.count(table.sourceRows), to: figures, .right),
                        .sideSQLite
                    ),
                    Span(
                        Width.pad(Figures.count(table.targetRows), to: figures, .right),
                        .sidePostgres
                    ), Span("  "), Span(text, status.style),
                ]
            }
    }
}
