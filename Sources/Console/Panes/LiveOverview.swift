import MigrationEngine

/// The overview of a live run: where it stands, who is live, how far behind, what is next.
extension OverviewPane {
    /// The steps as a line above the phases of a copy that logs the source's writes.
    func drawSteps(_ model: Model, _ phase: CutoverPhase, y: Int, into frame: inout Frame) {
        let line = Steps.line(
            phase,
            isFailing: model.operation?.kind == .cutOver && model.cutover.shown.hasFailed,
            width: model.size.columns - 2,
            glyphs: model.identity.glyphs
        )
        frame.put(line, x: 1, y: y, width: model.size.columns - 2)
    }

    /// Draws the overview of a run that is followed, cut over or watched.
    func drawLive(_ model: Model, in layout: Layout, into frame: inout Frame) {
        guard let phase = model.phase else { return }
        let isMedium = layout.kind == .medium
        var body = layout.body
        drawSteps(model, phase, y: body.y, into: &frame)
        body.y += isMedium ? 1 : 2
        body.height -= isMedium ? 1 : 2
        let edge = isMedium ? 2 : 0
        let now = standing(model)
        let first = now.count + edge + (isMedium ? 0 : 1)
        put(
            "Cutover",
            now,
            isMedium,
            Rect(x: 0, y: body.y, width: body.width, height: first),
            model,
            &frame
        )
        body.y += first
        body.height -= first
        // What is wrong takes the rows it needs, up to a third.
        let problems = wrong(model, width: body.width - 4)
        let isWatched = phase.targetTakesWrites && model.operation == nil
        let middleTitle = isWatched ? "Written on PostgreSQL" : "Gates"
        let middleLines = isWatched ? writtenTables(model) : gates(model)
        let heads = isMedium ? 2 : 1
        let wrongRows = min(max(2, body.height / 3), problems.count + heads)
        let rest = body.height - wrongRows
        // In a box of its own beside it the sides need their rows, too.
        let most = max(heads + 1, rest / 2)
        let gateRows = min(most, max(isMedium ? 9 : 0, middleLines.count + heads))
        let left = isMedium ? body.width * 58 / 100 : body.width
        put(
            middleTitle,
            fitted(middleLines, gateRows - heads),
            isMedium,
            Rect(x: 0, y: body.y, width: left, height: gateRows),
            model,
            &frame
        )
        if isMedium {
            let place = Rect(x: left, y: body.y, width: body.width - left, height: gateRows)
            put("Sides", sides(model), true, place, model, &frame)
        }
        let middle = body.y + gateRows
        put(
            "What is wrong",
            fitted(problems, wrongRows - heads),
            isMedium,
            Rect(x: 0, y: middle, width: body.width, height: wrongRows),
            model,
            &frame
        )
        let last = Rect(
            x: 0,
            y: middle + wrongRows,
            width: body.width,
            height: body.height - gateRows - wrongRows
        )
        put("Recent", recent(model), isMedium, last, model, &frame)
    }

    private func put(
        _ title: String,
        _ lines: [Line],
        _ isBoxed: Bool,
        _ rect: Rect,
        _ model: Model,
        _ frame: inout Frame
    ) {
        guard rect.height > (isBoxed ? 2 : 1) else { return }
        var inner = rect.inner
        if isBoxed {
            frame.box(rect, title: title, isFocused: false, glyphs: model.identity.glyphs)
        } else {
            inner = Rect(x: rect.x, y: rect.y, width: rect.width, height: rect.height - 1)
            if title != "Cutover" {
                frame.put(title.uppercased(), x: rect.x + 1, y: rect.y, .title)
                inner.y += 1
            }
        }
        for (offset, line) in lines.prefix(max(0, inner.height)).enumerated() {
            frame.put(line, x: inner.x + 1, y: inner.y + offset, width: inner.width - 2)
        }
    }

    private func fitted(_ lines: [Line], _ height: Int) -> [Line] {
        guard lines.count > height, height > 1 else { return lines }
        let rest = Scrolling.rest(of: lines.count, outside: 0..<(height - 1)).map { [$0] } ?? []
        return lines.prefix(height - 1) + [rest]
    }

    // MARK: - Where it stands

    private func standing(_ model: Model) -> [Line] {
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
                    Span(" takes the application's writes"),
                ]
            )
        }
    }

    private func lag(_ model: Model) -> Line {
        guard let lag = model.lag else { return [Span("not known yet", .statusWait)] }
        var line: Line = [
            Span(Figures.rows(lag.rows), lag.rows > 2_000 ? .statusWarn : .statusOK)
        ]
        if lag.rows > 0, let seconds = lag.seconds {
            line.append(Span(", the oldest \(Figures.took(seconds)) old"))
        }
        if let waiting = model.waitingFor {
            return line + [Span("   \(waiting)", .statusWarn)]
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
        return [Span("\(Figures.rows(written.writes, "write")) since the switch", .sidePostgres)]
    }

    /// Where PostgreSQL was written since the switch: what a way back would bring along.
    private func writtenTables(_ model: Model) -> [Line] {
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
        switch model.cutover.outcome {
        case .switched(let report):
            let seconds = Figures.hundredths(report.writeFreezeSeconds)
            return Span("\(glyphs.ok) switched; writes were blocked for \(seconds)", .statusOK)
        case .undone(let report):
            return Span("\(glyphs.warn) undone: \(report.reason ?? "")", .statusWarn)
        case .reverted(let report):
            return Span(
                "\(report.ok ? glyphs.ok : glyphs.bad) reverted; "
                    + "\(Figures.rows(report.replayedChanges, "change")) came back",
                report.ok ? .statusOK : .statusBad
            )
        case .failed(let kind, let error):
            return Span("\(glyphs.bad) the \(kind.noun) failed: \(error.message)", .statusBad)
        case nil: return nil
        }
    }

    private func copy(_ model: Model) -> Span? {
        if let verified = model.verification, let at = model.verifiedAt {
            let tables = Figures.rows(verified.tables.count, "table")
            return verified.ok
                ? Span("\(tables) equal when copied, at \(Figures.clock(at))Z", .textMuted)
                : nil
        }
        return model.cutover.status.value?.verdict.map { Span($0, .textMuted) }
    }

    // MARK: - Gates

    private func gates(_ model: Model) -> [Line] {
        let glyphs = model.identity.glyphs
        let gates = model.gates
        guard !gates.isEmpty else {
            if let error = model.cutover.gates.error {
                return [[Span(error.message, .statusBad)]]
            }
            if model.cutover.gates.isLoading { return [[Span("looking ...", .statusWait)]] }
            return [[Span("this run has no gates that were looked at", .statusWait)]]
        }
        let closed = gates.filter(\.blocks) + gates.filter { $0.state == .waiting }
        return [Steps.counts(gates)]
            + closed.map { gate in
                let state = Steps.state(gate, glyphs: glyphs)
                return [
                    Span(Width.pad(state.text, to: 10), state.style),
                    Span(Width.pad(gate.name, to: 18) + " ", .textStrong),
                    Span(gate.reason, .textMuted),
                ]
            }
    }
}
