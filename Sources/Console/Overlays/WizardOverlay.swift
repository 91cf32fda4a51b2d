import MigrationEngine

/// The questions before a cutover or a way back.
enum WizardOverlay {
    /// Draws the page that is open.
    static func draw(_ wizard: Wizard, _ model: Model, into frame: inout Frame) {
        let names = wizard.kind == .cutOver ? "Cut over" : "Revert"
        let place = (wizard.pages.firstIndex(of: wizard.page) ?? 0) + 1
        let title = "\(names), step \(place) of \(wizard.pages.count): \(heading(wizard))"
        let (lines, first) = lines(wizard, model)
        OverlayBox.draw(lines, title: title, first: first, model, into: &frame)
    }

    /// The keys of the page.
    static func hints(_ wizard: Wizard, _ model: Model) -> [(key: String, name: String)] {
        if wizard.entry != nil { return [("Enter", "go on"), ("Esc", "back")] }
        switch wizard.page {
        case .gates:
            guard model.gates.indices.contains(wizard.index) else {
                return [("Enter", "go on"), ("r", "look again"), ("Esc", "cancel")]
            }
            let gate = model.gates[wizard.index]
            let decisions =
                gate.kind == .person
                ? [("s", "sign"), ("S", "sign all")]
                : gate.blocks ? [("o", "override")] : [("S", "sign all")]
            return [("Enter", "go on"), ("j/k", "gate")] + decisions
                + [("r", "look again"), ("Esc", "cancel")]
        case .plan:
            return [("Enter", "go on")] + (wizard.kind == .cutOver ? [("BkSp", "gates")] : [])
                + [("Esc", "cancel")]
        case .phrase:
            let isWhole = wizard.typed == wizard.phrase(model.identity)
            return (isWhole ? [("Enter", "begin")] : []) + [("Esc", "cancel")]
        }
    }

    private static func heading(_ wizard: Wizard) -> String {
        switch wizard.page {
        case .gates: "the gates"
        case .plan: "what will happen"
        case .phrase: "the phrase"
        }
    }

    private static func lines(_ wizard: Wizard, _ model: Model) -> ([Line], first: Int) {
        switch wizard.page {
        case .gates: return gates(wizard, model)
        case .plan: return (plan(wizard, model), wizard.index)
        case .phrase: return (phrase(wizard, model), 0)
        }
    }

    // MARK: - The gates

    private static func gates(_ wizard: Wizard, _ model: Model) -> ([Line], first: Int) {
        guard model.cutover.gates.value != nil else {
            if let error = model.cutover.gates.error {
                let lines = error.description.split(separator: "\n").flatMap {
                    Width.wrap(String($0), to: OverlayBox.width(model))
                }
                return ([[]] + lines.map { [Span($0, .statusBad)] } + [[]], 0)
            }
            return ([[], [Span("looking at the gates ...", .statusWait)], []], 0)
        }
        guard !model.gates.isEmpty else {
            return (
                [
                    [], [Span("This run has no gates that were looked at.", .statusWarn)],
                    [Span("The switch still compares every changed row before it hands over.")], [],
                ], 0
            )
        }
        let glyphs = model.identity.glyphs
        var lines: [Line] = [Steps.counts(model.gates), []]
        var first = 0
        for (offset, gate) in model.gates.enumerated() {
            let isSelected = offset == wizard.index
            if isSelected { first = max(0, lines.count - 3) }
            lines += self.lines(of: gate, isSelected: isSelected, glyphs, model)
        }
        if let entry = wizard.entry {
            lines =
                [
                    [Span(entry.question, .textStrong)],
                    [Span("  > ", .prompt), Span(entry.typed, .dialog), Span("_", .prompt)], [],
                ] + lines
            first = 0
        }
        return (lines, first)
    }

    private static func lines(
        of gate: Gate,
        isSelected: Bool,
        _ glyphs: Glyphs,
        _ model: Model
    ) -> [Line] {
        let state = Steps.state(gate, glyphs: glyphs)
        var lines: [Line] = [
            [
                Span(isSelected ? glyphs.run : " ", .prompt),
                Span(Width.pad(state.text, to: 11), state.style),
                Span(gate.name, isSelected ? .textStrong : .dialog),
                Span(gate.kind == .person ? "  (a person signs)" : "", .textMuted),
            ]
        ]
        // An open gate is one line unless the cursor is on it.
        guard isSelected || gate.state != .open else { return lines }
        var texts = [gate.title, gate.reason].filter { !$0.isEmpty }
        if let remedy = gate.remedy { texts.append("next: \(remedy)") }
        if let decision = gate.decision {
            texts.append("\(decision.isOverride ? "overridden" : "signed") by \(decision.by)")
        }
        lines += texts.flatMap { Width.wrap($0, to: OverlayBox.width(model) - 12) }
            .map { [Span(Width.pad("", to: 12)), Span($0, .textMuted)] }
        return lines
    }

    // MARK: - What will happen

    /// The line that stands on top when the page is scrolled to its end.
    static func lastFirst(_ wizard: Wizard, _ model: Model) -> Int {
        OverlayBox.lastFirst(plan(wizard, model).count, in: model)
    }

    private static func plan(_ wizard: Wizard, _ model: Model) -> [Line] {
        wizard.kind == .cutOver ? cutoverPlan(model) : revertPlan(model)
    }

    private static func cutoverPlan(_ model: Model) -> [Line] {
        let (settings, identity) = (model.cutover.settings, model.identity)
        let workflows = model.cutover.status.value?.workflows ?? []
        let on = workflows.filter { $0.enabledSource == true }.map(\.name)
        let toggles =
            workflows.isEmpty
            ? "This application has no workflows to pause."
            : "\(Figures.rows(on.count, "workflow")) of \(workflows.count) go off: "
                + on.joined(separator: ", ")
        var steps: [(String, String)] = [
            ("pause", toggles),
            (
                "wait",
                "\(Figures.seconds(settings.flagCache)) for workers that act on an old toggle; "
                    + "writes still pass"
            ),
            (
                "freeze",
                "writes are blocked, the rest is applied and compared; over "
                    + "\(Figures.seconds(settings.freezeBudget)) it is all undone"
            ),
            ("switch", "PostgreSQL \(identity.targetName) takes the application's writes"),
        ]
        if let file = settings.environmentFile {
            steps.append(("env", "the profile's variable is switched in \(file)"))
        }
        if let hook = settings.hook { steps.append(("hook", "\(hook)   (non-zero goes back)")) }
        let canary = settings.canary ?? on.first
        if let canary { steps.append(("canary", "\(canary) goes on first")) }
        steps.append(("toggles", "each gets its own value back, on PostgreSQL"))
        var lines = self.lines(steps, model)
        lines += [
            [],
            [
                Span("Until the switch x undoes it all; ", .textStrong),
                Span("behind it R goes back with every row."),
            ],
        ]
        return lines
    }

    private static func revertPlan(_ model: Model) -> [Line] {
        let identity = model.identity
        guard model.phase?.wayBack != .undo else {
            return lines(
                [
                    ("undo", "a cutover was stopped on its way: writes pass again"),
                    ("toggles", "each gets the value back that it had"),
                ],
                model
            )
        }
        var lines = self.lines(
            [
                ("freeze", "PostgreSQL's writes are blocked"),
                ("replay", "every row written there comes back into \(identity.sourceName)"),
                ("compare", "each row that came back is read again and compared"),
                ("open", "SQLite takes the application's writes, toggles as on PostgreSQL"),
                ("follow", "PostgreSQL follows SQLite again"),
            ],
            model
        )
        lines.append([])
        if let written = model.cutover.written.value {
            lines.append([
                Span("\(Figures.rows(written.writes, "write"))", .textStrong),
                Span(" on PostgreSQL since the switch:"),
            ])
            lines += written.tables.map { table in
                [
                    Span("  " + Width.pad(table.name, to: 30), .dialog),
                    Span(Width.pad(Figures.count(table.writes), to: 9, .right)),
                ]
            }
        } else if let error = model.cutover.written.error {
            lines.append([Span(error.message, .statusBad)])
        } else {
            lines.append([Span("counting what was written on PostgreSQL ...", .statusWait)])
        }
        return lines
    }

    private static func lines(_ steps: [(String, String)], _ model: Model) -> [Line] {
        steps.flatMap { name, text -> [Line] in
            Width.wrap(text, to: OverlayBox.width(model) - 10).enumerated().map { part, line in
                [Span(Width.pad(part == 0 ? name : "", to: 10), .textStrong), Span(line)]
            }
        }
    }

    // MARK: - The phrase

    private static func phrase(_ wizard: Wizard, _ model: Model) -> [Line] {
        let phrase = wizard.phrase(model.identity)
        let isWhole = wizard.typed == phrase
        let left = wizard.phraseAt.map { max(0, Wizard.patience - (model.now - $0)) }
        let what: String =
            wizard.kind == .cutOver
            ? "PostgreSQL \(model.identity.targetName) becomes the live database."
            : "SQLite \(model.identity.sourceName) becomes the live database again."
        return [
            [], [Span(what, .textStrong)], [],
            [Span("Type   "), Span(" \(phrase) ", .dialogDanger), Span("   to begin:")],
            [
                Span("  > ", .prompt), Span(wizard.typed, .dialog), Span("_", .prompt),
                Span(isWhole ? "   Enter begins" : "", .statusOK),
            ],
            [],
            [
                Span("Nothing has happened yet. Esc cancels.", .textMuted),
                Span(left.map { "   \(Figures.duration($0)) left" } ?? "", .textMuted),
            ],
            [],
        ]
    }
}
