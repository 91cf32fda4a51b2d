import MigrationEngine

/// The run at a glance: phases, both sides, what is wrong, what happened last.
struct OverviewPane: Pane {
    let id = PaneID.overview

    func content(_ model: Model) -> PaneContent {
        PaneContent(title: "Overview", body: .lines(phases(model)))
    }

    func draw(_ model: Model, in layout: Layout, into frame: inout Frame) {
        let isMedium = layout.hasBoxes
        if model.phase != nil, model.operation?.kind != .migrate {
            drawLive(model, in: layout, into: &frame)
            return
        }
        var body = layout.body
        if let phase = model.phase {
            drawSteps(model, phase, y: body.y, into: &frame)
            body.y += 1
            body.height -= 1
        }
        let left = isMedium ? layout.list.width : body.width / 2 - 1
        let upper = isMedium ? 12 : min(10, body.height / 2 + 1)
        let right = body.width - left
        // What is wrong takes the rows it needs; what happened last keeps some in any case.
        let frameRows = isMedium ? 2 : 1
        let problems = wrong(model, width: body.width - 4)
        let lower = body.height - upper
        let most = lower - (isMedium ? 6 : max(2, lower / 3))
        let wrongRows = min(most, max(problems.count + frameRows, isMedium ? 6 : 3))
        let middle = body.y + upper
        let parts: [(title: String, lines: [Line], rect: Rect)] = [
            ("Phases", phases(model), Rect(x: 0, y: body.y, width: left, height: upper)),
            ("Sides", sides(model), Rect(x: left, y: body.y, width: right, height: upper)),
            (
                "What is wrong", Self.fitted(problems, to: wrongRows - frameRows),
                Rect(x: 0, y: middle, width: body.width, height: wrongRows)
            ),
            (
                "Recent", recent(model),
                Rect(
                    x: 0,
                    y: middle + wrongRows,
                    width: body.width,
                    height: lower - wrongRows
                )
            ),
        ]
        for part in parts {
            var rect = part.rect
            if isMedium {
                let glyphs = model.identity.glyphs
                frame.box(rect, title: part.title, isFocused: false, glyphs: glyphs)
                rect = rect.inner
            } else {
                frame.put(part.title.uppercased(), x: rect.x + 1, y: rect.y, .title)
                rect = Rect(
                    x: rect.x,
                    y: rect.y + 1,
                    width: rect.width - 1,
                    height: rect.height - 1
                )
            }
            put(part.lines, in: rect, into: &frame)
        }
    }

    /// The first lines, and how many others there are.
    private static func fitted(_ lines: [Line], to height: Int) -> [Line] {
        guard lines.count > height, height > 1 else { return lines }
        let rest = Scrolling.rest(of: lines.count, outside: 0..<(height - 1)).map { [$0] } ?? []
        return lines.prefix(height - 1) + [rest]
    }

    private func put(_ lines: [Line], in rect: Rect, into frame: inout Frame) {
        for (offset, line) in lines.prefix(max(0, rect.height)).enumerated() {
            frame.put(line, x: rect.x + 1, y: rect.y + offset, width: rect.width - 2)
        }
    }

    // MARK: - Phases

    private static let phases: [Progress.Phase] = [
        .backup, .census, .schema, .copy, .keys, .verify,
    ]

    private func phases(_ model: Model) -> [Line] {
        guard !model.isReading else {
            return [[Span("reading where the run stands ...", .statusWait)]]
        }
        var lines = Self.phases.map { line(for: $0, model) }
        if let operation = model.operation {
            let elapsed = Figures.duration(model.now - operation.startedAt)
            let eta = model.currentProgress?.remainingSeconds.map {
                "   ETA \(Figures.duration($0))"
            }
            lines.append([Span("elapsed \(elapsed)\(eta ?? "")", .textMuted)])
            lines.append([Span(model.currentProgress?.activity ?? "", .textMuted)])
        } else if let report = model.report {
            lines.append([Span("took \(Figures.took(report.seconds))", .textMuted)])
            if let next = model.nextBehindCopy {
                lines += Width.wrap("next: \(next)", to: 36).map { [Span($0, .textStrong)] }
            }
        } else if let run = model.shownEarlierRun {
            lines += Width.wrap(Words.earlier(run).map(\.text).joined(), to: 36)
                .map { [Span($0, run.isFinished ? .textMuted : .statusWarn)] }
        } else if model.failure == nil, model.verification == nil, model.unreadable == nil,
            model.earlier?.obstacle == nil
        {
            lines.append([
                Span(model.key(.migrate), .keyHint),
                Span(" copies everything, then verifies", .textMuted),
            ])
            lines.append([
                Span(model.key(.migrateLive), .keyHint),
                Span(" does it live: copies, then follows", .textMuted),
            ])
        }
        return lines
    }

    private func line(for phase: Progress.Phase, _ model: Model) -> Line {
        let glyphs = model.identity.glyphs
        let name = Width.pad(phase.rawValue, to: 9)
        switch standing(of: phase, model) {
        case .done:
            let report = model.report ?? model.shownEarlierRun?.report
            let seconds = report?.phases.first { $0.name == phase.rawValue }?.seconds
            let took = seconds.map { Figures.took($0) } ?? ""
            return [
                Span("\(glyphs.ok) ", .statusOK), Span(name), Span("done   \(took)", .statusOK),
            ]
        case .running:
            let share = model.currentProgress?.fraction.map { Figures.percent($0) } ?? ""
            return [
                Span("\(glyphs.run) ", .statusRun), Span(name, .textStrong),
                Span("running \(share)", .statusRun),
            ]
        case .failed:
            let isStopped = model.failure?.code == .interrupted
            return [
                Span("\(glyphs.bad) ", .statusBad), Span(name),
                Span(isStopped ? "STOPPED" : "FAILED", .statusBad),
            ]
        case .unfinished:
            return [
                Span("\(glyphs.warn) ", .statusWarn), Span(name), Span("UNFINISHED", .statusWarn),
            ]
        case .apart:
            return [
                Span("\(glyphs.warn) ", .statusWarn), Span(name), Span("QUARANTINE", .statusWarn),
            ]
        case .unequal:
            return [
                Span("\(glyphs.bad) ", .statusBad), Span(name), Span("DIFFERENT", .statusBad),
            ]
        case .waiting:
            return [
                Span("\(glyphs.wait) ", .statusWait), Span(name), Span("waiting", .statusWait),
            ]
        }
    }

    private enum Standing {
        case waiting
        case running
        case done
        case failed
        case unfinished
        case unequal
        /// Equal but for the rows in quarantine.
        case apart
    }

    private func standing(after report: VerifyReport) -> Standing {
        report.hasOnlyQuarantine ? .apart : (report.ok ? .done : .unequal)
    }

    private func standing(of phase: Progress.Phase, _ model: Model) -> Standing {
        if phase == .verify, let standing = verifyStanding(model) { return standing }
        if model.report != nil { return .done }
        if let run = model.shownEarlierRun { return standing(of: phase, run) }
        guard model.progress != nil else { return .waiting }
        guard let place = place(of: phase, to: model.lastPhase) else {
            return model.operation?.kind == .migrate ? .running : .failed
        }
        return place
    }

    /// What another process did; whether it still does cannot be seen from here.
    private func standing(of phase: Progress.Phase, _ run: EarlierRun.Run) -> Standing {
        guard run.isFinished else { return place(of: phase, to: run.phase) ?? .unfinished }
        guard phase == .verify else { return .done }
        return run.compared.map { standing(after: $0.report) } ?? .waiting
    }

    /// Whether a phase is before or after the one that the run is in; nil when it is that one.
    private func place(of phase: Progress.Phase, to current: Progress.Phase) -> Standing? {
        let now = Self.phases.firstIndex(of: current) ?? -1
        let own = Self.phases.firstIndex(of: phase) ?? 0
        return own == now ? nil : (own < now ? .done : .waiting)
    }

    /// Verification can run by itself, so the order of the phases does not tell how it stands.
    private func verifyStanding(_ model: Model) -> Standing? {
        if model.isVerifying { return .running }
        if let verification = model.verification { return standing(after: verification) }
        guard model.report != nil else { return nil }
        return model.failure == nil ? .waiting : .failed
    }

    // MARK: - Sides

    func sides(_ model: Model) -> [Line] {
        var lines: [Line] = []
        for side in [Side.source, .target] {
            lines.append(Words.side(side, model.identity))
            let facts = model.sides.value?.first { $0.side == side }?.facts ?? []
            lines += facts.prefix(2).map { [Span("  \($0)", .textMuted)] }
        }
        if let error = model.sides.error {
            lines.append([Span(error.message, .statusBad)])
        } else if model.sides.value == nil, model.sides.isLoading {
            lines.append([Span("  asking both sides ...", .statusWait)])
        }
        return lines + counts(model)
    }

    private func counts(_ model: Model) -> [Line] {
        guard !model.isReading else { return [] }
        var lines: [Line] = []
        if let verification = model.compared {
            let source = verification.tables.reduce(0) { $0 + ($1.sourceRows ?? 0) }
            let target = verification.tables.reduce(0) { $0 + ($1.targetRows ?? 0) }
            let isSame = source == target
            // Of a live run they are those of another moment.
            let at = model.isLiveRun ? model.comparedAt.map { " at \($0)" } ?? "" : ""
            lines.append([
                Span("rows ", .textMuted),
                Span(Figures.count(source), .sideSQLite),
                Span(isSame ? " = " : " # ", isSame ? .diffSame : .diffChanged),
                Span(Figures.count(target), .sidePostgres),
                Span(at, .textMuted),
            ])
            if model.isLiveRun, !isSame, verification.ok {
                lines.append([Span("  the others were on their way then", .textMuted)])
            }
        } else if let progress = model.progress, !progress.tables.isEmpty {
            lines.append([
                Span("rows ", .textMuted),
                Span(Figures.count(progress.copiedRows), .sidePostgres),
                Span(" of ", .textMuted),
                Span(Figures.count(progress.sourceRows), .sideSQLite),
            ])
        }
        let quarantined = model.quarantinedRows
        guard quarantined > 0 else { return lines }
        return lines + [[Span(model.quarantineWords, .statusWarn)]]
    }

    // MARK: - What is wrong, and what happened

    func wrong(_ model: Model, width: Int) -> [Line] {
        let glyphs = model.identity.glyphs
        var lines: [Line] = []
        for (number, problem) in model.problems.enumerated() {
            let text = Width.wrap(problem.text, to: width - 2)
            lines += text.enumerated().map { offset, part in
                [Span((offset == 0 ? "\(glyphs.warn) " : "  ") + part, problem.style)]
            }
            if problem.text == model.alarm, let remedy = model.remedyOfAlarm {
                lines += Width.wrap("next: \(remedy)", to: width - 2).map {
                    [Span("  \($0)", .textStrong)]
                }
            }
            guard let error = model.failure ?? model.unreadable,
                problem.text == (model.failure == nil ? model.named(error) : error.message),
                model.problems.firstIndex(of: problem) == number
            else { continue }
            // What is left out for want of room must not be what to do.
            for (text, style) in [
                ("next: \(model.remedy(of: error))", StyleKey.textStrong),
                ("kept: \(error.kept)", .textMuted),
            ] {
                lines += Width.wrap(text, to: width - 2).map { [Span("  \($0)", style)] }
            }
        }
        // What the status notes concerns a live run as it stands now.
        let isLive = model.phase != nil && model.operation?.kind != .migrate
        let noted = isLive ? model.notesOfStatus : []
        let warnings = (noted + (model.report?.warnings ?? [])).flatMap { warning in
            Width.wrap("note: \(warning)", to: width).map { [Span($0, .textMuted)] }
        }
        guard lines.isEmpty else { return lines + warnings }
        if model.phase != nil, model.operation?.kind != .migrate {
            // The comparison was that of the copy; what comes behind it is compared by the switch.
            return [[Span("\(glyphs.ok) nothing that is known", .statusOK)]] + warnings
        }
        if model.isReading {
            return [[Span("nothing is known yet: both sides are being read ...", .statusWait)]]
        }
        guard let verification = model.compared else {
            return [[Span("nothing is known: not verified yet", .statusWait)]] + warnings
        }
        if model.isChangedSince, let verifiedAt = model.verifiedAt {
            let text = "every cell was equal at \(Figures.clock(verifiedAt))Z; changed since"
            return [[Span("\(glyphs.warn) \(text)", .statusWarn)]] + warnings
        }
        let what = verification.countsOnly ? "the counts are" : "every cell is"
        return [[Span("\(glyphs.ok) nothing: \(what) equal", .statusOK)]] + warnings
    }

    func recent(_ model: Model) -> [Line] {
        guard !model.log.isEmpty else { return [[Span("nothing happened yet", .textMuted)]] }
        return model.log.enumerated().suffix(40).reversed().map { offset, line in
            let level = Words.level(line.level)
            let number = offset + model.droppedLines
            let isEarlier = Model.isEarlier(number)
            return [
                Span("\(Model.time(of: line, number: number).dropLast()) ", .textMuted),
                Span(Width.pad(level.text, to: 6), level.style),
                Span(
                    Width.pad(line.stage, to: 9) + " " + line.message,
                    isEarlier ? .textMuted : .text
                ),
            ]
        }
    }
}
