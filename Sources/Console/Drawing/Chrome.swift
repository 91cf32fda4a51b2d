/// The fixed lines around the panes.
enum Chrome {
    /// Draws everything for a model.
    ///
    /// - Parameter model: The state of the console.
    /// - Returns: The picture.
    static func draw(_ model: Model) -> Frame {
        let layout = model.layout
        var frame = Frame(size: model.size)
        guard layout.kind != .tooSmall else {
            drawTooSmall(model, into: &frame)
            return frame
        }
        let model = model.drawable
        drawHeader(model, into: &frame)
        drawTabs(model, layout, into: &frame)
        // What is asked of the operator is never held back.
        let body = model.heldView?.drawable ?? model
        Panes.pane(body.pane).draw(body, in: layout, into: &frame)
        drawMessage(model, layout, into: &frame)
        drawHints(model, layout, into: &frame)
        draw(model.overlay, model, into: &frame)
        return frame
    }

    private static func draw(_ overlay: Overlay?, _ model: Model, into frame: inout Frame) {
        switch overlay {
        case .help(let first, let over, _):
            draw(over, model, into: &frame)
            HelpOverlay.draw(model, first: first, into: &frame)
        case .confirm(let question) where question.concernsRun && model.hasSteps:
            // The steps go on while the question is open: it stands among them.
            RunningOverlay.draw(model, question: question, into: &frame)
        case .confirm(let question): ConfirmOverlay.draw(question, model, into: &frame)
        case .wizard(let wizard): WizardOverlay.draw(wizard, model, into: &frame)
        case .palette(let palette): PaletteOverlay.draw(palette, model, into: &frame)
        case .themes(let picker): ThemesOverlay.draw(picker, model, into: &frame)
        case .columns(let picker): ColumnsOverlay.draw(picker, model, into: &frame)
        case .running: RunningOverlay.draw(model, into: &frame)
        case .outcome(let first): OutcomeOverlay.draw(model, first: first, into: &frame)
        case .decision(let entry): DecisionOverlay.draw(entry, model, into: &frame)
        case .answer(let answer, let first):
            AnswerOverlay.draw(answer, first: first, model, into: &frame)
        case nil: break
        }
    }

    // MARK: - The line of truth

    private static func drawHeader(_ model: Model, into frame: inout Frame) {
        let identity = model.identity
        // While nobody can write, the whole line says so.
        let look: StyleKey = model.freezeSeconds == nil ? .header : .headerFrozen
        frame.fill(Rect(x: 0, y: 0, width: model.size.columns, height: 1), look)
        let mode: Span =
            model.isReadOnly ? Span("[RO]", .headerReadOnly) : Span("[RW]", look)
        let live = liveWords(model, look)
        // Beside the words on the lag it would say the same once more.
        let activity = Span(model.isOnlyFollowed ? "" : "  " + model.activity, look)
        let environment = Span(
            " \(Width.clip(identity.environment.uppercased(), to: 10)) ",
            badge(identity.environment)
        )
        let names = "\(identity.sourceName) \(identity.glyphs.arrow) \(identity.targetName)"
        // The blanks around the names are four.
        let taken = cells([environment, mode, activity] + live) + 4
        var right = truth(model, look)
        if taken + Width.cells(names) + cells(right) > model.size.columns, !model.hasShortLag {
            // No blank is worth a letter of a name.
            right = truth(model, look, isPadded: false)
        }
        let rightWidth = cells(right)
        let start = model.size.columns - rightWidth
        let room = start - taken
        // A few letters of a name tell nothing; who is live and whether writes pass stays longest.
        let place =
            room < 4 ? Span("  ", look) : Span("  \(Width.clip(names, to: room))  ", look)
        let isNarrow = cells([environment, mode] + live) + 4 > start
        let left = [environment, place] + (isNarrow ? [] : [mode]) + live + [activity]
        frame.put(left, x: 0, y: 0, width: max(0, start))
        frame.put(right, x: start, y: 0, width: rightWidth)
    }

    private static func cells(_ line: Line) -> Int {
        line.reduce(0) { $0 + Width.cells($1.text) }
    }

    /// Who takes the application's writes, in words; nothing for a run that is not live.
    private static func liveWords(_ model: Model, _ look: StyleKey) -> Line {
        guard model.phase != nil else { return [] }
        switch model.writer {
        case .nobody: return [Span("  WRITES BLOCKED", look)]
        case .side(let side): return [Span("  \(Words.product(side)) LIVE", look)]
        }
    }

    /// What is wrong, how old the data is, and the time: this part is never cut.
    private static func truth(_ model: Model, _ look: StyleKey, isPadded: Bool = true) -> Line {
        var line: Line = [Span(" ", look)]
        if let seconds = model.freezeSeconds {
            let budget = model.freezeBudget.map { " of \(Figures.seconds($0))" } ?? ""
            line.append(Span("FROZEN \(Figures.took(seconds))\(budget)", look))
            if let words = model.downWords { line.append(Span("  \(words)", look)) }
        } else {
            if let heldAt = model.heldAt {
                line.append(Span("HELD \(Figures.duration(model.now - heldAt))", .statusWarn))
                line.append(Span("  ", look))
            }
            if model.refreshSeconds == .infinity {
                line.append(Span("REFRESH OFF", .statusWarn))
                line.append(Span("  ", look))
            }
            if let stale = model.staleSeconds {
                line.append(Span("STALE \(Figures.duration(stale))", .statusWarn))
                line.append(Span("  ", look))
            }
            // As wide whatever the figures are: what stands beside it must not move.
            var verdict = model.verdict
            let width = model.widthOfVerdict
            if model.isOnlyFollowed, isPadded, Width.cells(verdict.text) < width {
                verdict.text = Width.pad(verdict.text, to: width, .right)
            }
            line.append(verdict)
        }
        let clock = Figures.clock(model.now)
        let time = model.clockInterval > 1 ? String(clock.prefix(5)) : clock
        line.append(Span("  \(time)Z ", look))
        return line
    }

    /// The look of the environment's word; the word itself tells it, too.
    private static func badge(_ environment: String) -> StyleKey {
        switch environment.uppercased() {
        case "PROD", "PRODUCTION": .headerProd
        case "STAGING", "STAGE", "TEST": .headerStaging
        default: .headerDev
        }
    }

    // MARK: - Tabs, message, hints

    private static func drawTabs(_ model: Model, _ layout: Layout, into frame: inout Frame) {
        let columns = layout.size.columns
        let line = Tabs.line(model.pane, columns: columns)
        frame.put(line, x: 0, y: layout.tabs.y, width: columns)
        for (pane, x, width) in Tabs.places(in: line) {
            frame.offer(.pane(pane), at: Rect(x: x, y: layout.tabs.y, width: width, height: 1))
        }
        guard layout.kind == .compact else { return }
        let rule = String(repeating: model.identity.glyphs.rule, count: model.size.columns)
        frame.put(rule, x: 0, y: 2, .border)
    }

    private static func drawMessage(_ model: Model, _ layout: Layout, into frame: inout Frame) {
        let y = layout.message.y
        let columns = model.size.columns
        let standing = Standing.line(model, columns: columns / 2)
        let taken = standing.isEmpty ? 0 : cells(standing) + 1
        let width = columns - 2 - taken
        frame.put(standing, x: columns - taken, y: y, width: taken)
        if let prompt = model.prompt {
            frame.put(
                [
                    Span("filter: ", .prompt),
                    Span(Width.tail(prompt, to: width - 9), .text), Span("_", .prompt),
                ],
                x: 1,
                y: y,
                width: width
            )
        } else if let notice = model.notice {
            // A box may stand above the row, and what it asks is not to be covered.
            let rows = model.overlay == nil ? messageRows : 1
            draw(notice, above: y, rows: rows, width: width, into: &frame)
        } else if !model.list.filter.isEmpty {
            frame.put(
                [
                    Span("filter ", .prompt),
                    Span(Width.clip(model.list.filter, to: max(1, width - 22)), .match),
                    Span("  Esc clears it"),
                ],
                x: 1,
                y: y,
                width: width
            )
        } else if model.leaving != nil {
            frame.put(
                "waiting until what runs has stopped",
                x: 1,
                y: y,
                .statusWarn,
                width: width
            )
        } else if case .nobody = model.writer, model.overlay != .running {
            frame.put(
                "writes are blocked on both sides",
                x: 1,
                y: y,
                .statusBad,
                width: width
            )
        }
    }

    /// The rows that a message takes at most where no box is open.
    private static let messageRows = 5

    /// What is too long for its row goes on above it, over the pane's last rows: the end of a
    /// message is what to do next.
    private static func draw(
        _ notice: Model.Notice,
        above y: Int,
        rows: Int,
        width: Int,
        into frame: inout Frame
    ) {
        var lines = Width.wrap(notice.text, to: width)
        if lines.count > rows {
            let rest = lines[(rows - 1)...].joined(separator: " ")
            lines[(rows - 1)...] = [Width.clip(rest, to: width)]
        }
        let first = y - lines.count + 1
        for (offset, line) in lines.enumerated() {
            // The last row has other words at its end.
            if first + offset < y {
                let row = Rect(x: 0, y: first + offset, width: frame.size.columns, height: 1)
                frame.fill(row, .text)
            }
            frame.put(line, x: 1, y: first + offset, notice.style, width: width)
        }
    }

    private static func drawHints(_ model: Model, _ layout: Layout, into frame: inout Frame) {
        let shown = shownHints(model)
        frame.put(Hint.line(shown), x: 0, y: layout.hints.y, width: model.size.columns)
        for (hint, x, width) in Hint.places(shown) {
            guard let spot = hint.spot else { continue }
            frame.offer(spot, at: Rect(x: x, y: layout.hints.y, width: width, height: 1))
        }
    }

    /// The keys that work now, cut to the width by leaving out whole hints; the help always stays.
    ///
    /// - Parameter model: The state of the console.
    /// - Returns: The line, with a blank before each hint.
    static func hints(_ model: Model) -> Line {
        Hint.line(shownHints(model))
    }

    private static func shownHints(_ model: Model) -> [Hint] {
        let over = overlayHints(model)
        let hints = over.isEmpty ? paneHints(model) : over
        return Hint.fitted(hints, columns: model.size.columns)
    }

    private static func paneHints(_ model: Model) -> [Hint] {
        let hints = actionHints(model)
        let steps = model.actionOfSteps
        guard model.hasSteps, !hints.contains(where: { $0.action == steps }) else { return hints }
        return [Hint(model.key(steps), "steps", "what is under way", rank: 0)] + hints
    }

    private static func actionHints(_ model: Model) -> [Hint] {
        Actions.actions(in: model.pane)
            .filter { $0.rank != nil && $0.refusal(in: model) == nil }
            // Of following only one key is named; x does the same.
            .filter {
                $0.id != .cancel || model.operation?.kind != .follow || model.stopsProof
                    || model.stopsErrand
            }
            .sorted { ($0.rank ?? 0) < ($1.rank ?? 0) }
            .compactMap { action in
                guard let key = model.keymap.keys(of: action).first else { return nil }
                let stays = action.id == .help || action.id == .quit
                var hint = Hint(
                    key.label,
                    action.words(in: model).name,
                    rank: stays ? 0 : 1 + (action.rank ?? 0)
                )
                hint.action = action.id
                return hint
            }
    }

    private static func overlayHints(_ model: Model) -> [Hint] {
        switch model.overlay {
        case .help: return HelpOverlay.hints(model)
        case .confirm(let question):
            guard case .phrase = question.kind else {
                return [Hint("y", question.yes), Hint("n", question.no), Hint("Esc", question.no)]
            }
            return [
                Hint("Tab", "cancel or continue"), Hint("Enter", "choose"), Hint("Esc", "cancel"),
            ]
        case .wizard(let wizard): return WizardOverlay.hints(wizard, model)
        case .palette:
            return [Hint("Tab", "complete"), Hint("Enter", "do it"), Hint("Esc", "close")]
        case .themes:
            return [Hint("j/k", "look"), Hint("Enter", "keep"), Hint("Esc", "as it was")]
        case .columns: return ColumnsOverlay.hints
        case .running: return RunningOverlay.hints(model)
        case .outcome: return OutcomeOverlay.hints(model)
        case .decision(let entry): return DecisionOverlay.hints(entry)
        case .answer(let answer, _): return AnswerOverlay.hints(answer, model)
        case nil: break
        }
        return model.prompt == nil ? [] : [Hint("Enter", "filter"), Hint("Esc", "cancel")]
    }

    // MARK: - Too small

    /// On a screen that shows nothing else, this is what must be known.
    private static func freeze(_ model: Model) -> Span? {
        model.freezeSeconds.map { Span("WRITES BLOCKED \(Figures.took($0))", .headerFrozen) }
    }

    private static func drawTooSmall(_ model: Model, into frame: inout Frame) {
        let size = model.size
        let least = Layout.minimum
        let identity = model.identity
        let lines: [Span] = [
            Span("\(size.columns)x\(size.rows) is too small (min \(least.columns)x\(least.rows))"),
            Span("\(identity.environment) \(model.activity)", .textStrong),
            freeze(model) ?? model.verdict,
            Span(
                model.overlay == nil && model.prompt == nil
                    ? "Resize, or \(model.key(.quit)) to quit."
                    : "Resize: the question stays open.",
                .textMuted
            ),
        ]
        for (y, line) in lines.enumerated() {
            frame.put(line.text, x: 1, y: y + (size.rows > 6 ? 1 : 0), line.style)
        }
    }
}
