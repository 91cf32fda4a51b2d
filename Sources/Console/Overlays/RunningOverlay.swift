import MigrationEngine

/// The steps of a cutover or a way back under way, with its clocks and the key that stops it.
enum RunningOverlay {
    private static let barWidth = 20

    /// Draws the steps, and the question whether to stop them among them: no box covers them.
    static func draw(_ model: Model, question: Confirmation? = nil, into frame: inout Frame) {
        guard let kind = model.operation?.kind, kind.mustFinish else { return }
        let names =
            "\(model.identity.sourceName) \(model.identity.glyphs.arrow) "
            + model.identity.targetName
        let title = kind == .cutOver ? "Cut over \(names)" : "Revert \(names)"
        let way = question.map { asked($0, model) } ?? stopping(model, kind)
        let head = headline(model) + heldUp(model) + way + [[]]
        let steps = steps(model, kind)
        // Where not all of it fits, the step under way is seen.
        let begun = model.cutover.shown.steps.count
        let hidden = max(0, head.count + steps.count - OverlayBox.room(model))
        let kept = hidden > 0 ? steps.dropFirst(min(hidden, max(0, begun - 1))) : steps[...]
        OverlayBox.draw(head + kept, title: title, model, into: &frame)
    }

    private static func asked(_ question: Confirmation, _ model: Model) -> [Line] {
        let text = question.lines.flatMap { Width.wrap($0, to: OverlayBox.width(model)) }
        return [[Span("\(question.title)?", .dialogDanger)]]
            + text.map { [Span($0, .textStrong)] } + [ConfirmOverlay.buttons(question)]
    }

    /// The keys over it.
    static func hints(_ model: Model) -> [Hint] {
        let isOff = model.whyFinal != nil || model.operation?.isCancelling == true
        let abort = Hint(
            "\(model.key(.cancel)), then y",
            "ABORT",
            "take it all back: writes pass again, every toggle as it was",
            rank: 0
        )
        return (isOff ? [] : [abort])
            + [
                Hint("Esc", "look around", "close the steps; they go on"),
                Hint(PaneID.keys, "pane", "another pane in their place", rank: 3),
                Hint(model.key(.help), "help", "this help", rank: 2),
            ]
    }

    // MARK: - What must be known at one glance

    private static func headline(_ model: Model) -> [Line] {
        switch model.writer {
        case .nobody:
            let seconds = model.freezeSeconds ?? 0
            var line: Line = [Span(" WRITES BLOCKED  \(Figures.took(seconds))", .dialogDanger)]
            guard let budget = model.freezeBudget else {
                line.append(Span(" ", .dialogDanger))
                return [line]
            }
            line.append(Span(" of \(Figures.seconds(budget)) ", .dialogDanger))
            line.append(Span("  ", .dialog))
            let glyphs = model.identity.glyphs
            line += Words.bar(seconds / max(0.1, budget), width: barWidth, glyphs: glyphs)
            return [line]
        case .side(let side):
            let style: StyleKey = side == .source ? .sideSQLite : .sidePostgres
            let product = Span(Words.product(side), style)
            guard let left = model.countdownSeconds else {
                return [[product, Span(" takes the application's writes.")]]
            }
            return [
                [product, Span(" takes the writes: none is blocked yet.")],
                countdown(left, model),
            ]
        }
    }

    private static func countdown(_ left: Double, _ model: Model) -> Line {
        guard left > 0 else {
            return [Span("No worker acts on an old toggle any more; what is left is brought over.")]
        }
        let whole = max(0.1, model.cutover.settings.flagCache)
        return [
            Span("Workers may act on an old toggle for \(Figures.duration(left)) more  ")
        ] + Words.bar(1 - left / whole, width: barWidth, glyphs: model.identity.glyphs)
    }

    /// That the server does not answer, over what the operator can do about it.
    private static func heldUp(_ model: Model) -> [Line] {
        guard let words = model.heldUp else { return [] }
        return Width.wrap(words, to: OverlayBox.width(model)).map { [Span($0, .statusBad)] }
    }

    // MARK: - The steps

    private static func steps(_ model: Model, _ kind: Model.Operation.Kind) -> [Line] {
        let begun = model.cutover.shown.steps
        let glyphs = model.identity.glyphs
        let elapsed = max(0, model.now - (model.cutover.stepAt ?? model.now))
        let isAborted = model.operation?.isCancelling == true
        var lines = begun.map { step in line(step, elapsed, isAborted: isAborted, glyphs) }
        // Once something failed, what was to come does not come.
        guard !model.cutover.shown.hasFailed else {
            let isBack = begun.contains { $0.name == "target-closed" }
            return lines
                + (isBack ? [] : [[Span("\(glyphs.run) undoing everything", .statusWarn)]])
        }
        let names = Set(begun.map(\.name))
        lines += expected(model, kind).filter { !names.contains($0) }.map { name in
            [
                Span("\(glyphs.wait) \(Width.pad(name, to: 17))", .statusWait),
                Span(Width.pad("", to: 9)), Span(words(name), .textMuted),
            ]
        }
        return lines
    }

    private static func line(
        _ step: CutoverProgress.Step,
        _ elapsed: Double,
        isAborted: Bool,
        _ glyphs: Glyphs
    ) -> Line {
        let name = Width.pad(step.name, to: 17)
        let time = Width.pad(
            step.seconds.map { Figures.hundredths($0) } ?? Figures.took(elapsed),
            to: 8,
            .right
        )
        let sign: Span =
            switch step.outcome {
            case "done": Span("\(glyphs.ok) ", .statusOK)
            case "running": Span("\(glyphs.run) ", .statusRun)
            default:
                isAborted
                    ? Span("\(glyphs.warn) ", .statusWarn) : Span("\(glyphs.bad) ", .statusBad)
            }
        let style: StyleKey = step.outcome == "running" ? .textStrong : .dialog
        // What the operator stopped has not failed.
        let end: Span =
            step.outcome != "failed"
            ? Span(words(step.name), .textMuted)
            : isAborted ? Span("stopped by you", .statusWarn) : Span("FAILED", .statusBad)
        return [sign, Span(name, style), Span("\(time) ", .dialog), end]
    }

    private static func expected(_ model: Model, _ kind: Model.Operation.Kind) -> [String] {
        let settings = model.cutover.settings
        let hook = settings.hook == nil ? [] : ["hook"]
        guard kind == .cutOver else {
            if model.cutover.knownPhase?.wayBack == .undo { return [] }
            return [
                "target-closed", "replayed", "environment-back", "handed-back", "verified",
                "source-open",
            ] + hook
        }
        let environment = settings.environmentFile == nil ? [] : ["environment"]
        let copy = settings.keepsCopy ? ["closed-copy"] : []
        return ["following", "pausing", "fenced", "drained", "verified", "switched"]
            + environment + hook + canary(model) + ["toggles", "keys"] + copy
    }

    /// The steps of the workflow that goes on first; none where none was on.
    private static func canary(_ model: Model) -> [String] {
        let settings = model.cutover.settings
        // While they are paused the value that was put by tells which were on.
        let on = (model.cutover.status.value?.workflows ?? []).filter {
            $0.saved ?? ($0.enabledSource == true)
        }
        let names = on.map(\.name)
        guard let first = settings.canary ?? names.first, names.contains(first) else { return [] }
        return ["canary"] + (settings.hook == nil ? [] : ["canary-hook"])
    }

    /// What a step does, in words.
    static func words(_ step: String) -> String {
        switch step {
        case "following": "comes close to the source"
        case "pausing": "toggles off; waits for the last worker"
        case "fenced": "blocks the writes of SQLite"
        case "drained": "applies the last changes"
        case "verified": "compares what changed"
        case "switched": "PostgreSQL takes the writes"
        case "environment": "switches the environment file"
        case "hook", "canary-hook": "your command"
        case "canary": "one workflow on"
        case "toggles": "each toggle as it was"
        case "keys": "foreign keys are checked"
        case "closed-copy": "a copy of the closed SQLite is kept"
        case "target-closed": "blocks the writes of PostgreSQL"
        case "replayed": "brings its rows into SQLite"
        case "environment-back": "what the switch put into files"
        case "handed-back": "PostgreSQL follows again"
        case "source-open": "SQLite takes the writes"
        default: ""
        }
    }

    // MARK: - How to stop it

    private static func stopping(_ model: Model, _ kind: Model.Operation.Kind) -> [Line] {
        if let reason = model.whyFinal {
            return Width.wrap(reason, to: OverlayBox.width(model)).map { [Span($0, .statusWarn)] }
        }
        let isUndone = model.operation?.isCancelling == true || model.cutover.shown.hasFailed
        // A cutover is undone without PostgreSQL, a way back is not.
        if isUndone, kind == .revert, model.heldUp != nil {
            let words =
                "It is undone as soon as PostgreSQL answers or its connections end: let the "
                + "server go on, or stop it."
            return Width.wrap(words, to: OverlayBox.width(model)).map { [Span($0, .statusWarn)] }
        }
        if isUndone {
            return [[Span("It is being undone: wait until writes pass again.", .statusWarn)]]
        }
        let words =
            kind == .cutOver
            ? "aborts: writes pass, toggles as they were, SQLite stays live."
            : "stops: PostgreSQL stays live."
        return [
            [
                Span("\(model.key(.cancel))", .keyHint), Span(", then "), Span("y", .keyHint),
                Span(" \(words)"),
            ]
        ]
    }
}
