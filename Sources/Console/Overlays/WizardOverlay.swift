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

    /// The keys of the page that do something now, each with what it does.
    static func hints(_ wizard: Wizard, _ model: Model) -> [Hint] {
        if let entry = wizard.entry { return DecisionOverlay.hints(entry) }
        let (up, down) = (model.key(.up), model.key(.down))
        let help = Hint(model.key(.help), "help", "this help", rank: 2)
        let cancel = Hint("Esc", "cancel", "close the questions; nothing is changed", rank: 0)
        switch wizard.page {
        case .gates: return gateHints(wizard, model) + [help, cancel]
        case .plan:
            let back = Hint("BkSp", "gates", "back to the gates")
            return [Hint("Enter", "go on", "on to the phrase", rank: 0)]
                + (wizard.kind == .cutOver ? [back] : [])
                + (lastFirst(wizard, model) > 0 ? [Hint("\(down)/\(up)", "scroll", rank: 3)] : [])
                + [help, cancel]
        case .phrase:
            let isWhole = wizard.typed == wizard.phrase(model.identity)
            let begin = Hint("Enter", "begin", "begin what was explained", rank: 0)
            return (isWhole && model.refusal(of: wizard.begins) == nil ? [begin] : [])
                + [
                    Hint("C-u", "clear", "empty the field", rank: 3),
                    Hint("F1", "help", "this help", rank: 2), cancel,
                ]
        }
    }

    /// What can be done about the gates: nothing is offered that would be refused.
    private static func gateHints(_ wizard: Wizard, _ model: Model) -> [Hint] {
        let again = Hint("r", "look again", "look at every gate again", rank: 2)
        guard model.cutover.gates.value != nil else {
            return model.cutover.gates.isLoading ? [] : [again]
        }
        var hints: [Hint] = []
        if model.closedGates.isEmpty {
            hints.append(Hint("Enter", "go on", "on to what will happen", rank: 0))
        }
        let gates = model.listedGates
        if gates.count > 1 {
            let keys = "\(model.key(.down))/\(model.key(.up))"
            hints.append(Hint(keys, "gate", "next gate, last gate", rank: 3))
        }
        guard model.whyNoWord == nil else { return hints + [again] }
        if gates.indices.contains(wizard.index) {
            let gate = gates[wizard.index]
            if gate.kind == .person, gate.state != .open {
                hints.append(Hint("s", "sign", "sign the gate under the cursor"))
            }
            if gate.kind == .machine, gate.blocks {
                hints.append(Hint("o", "override", "pass the closed gate, with a reason"))
            }
        }
        if gates.count(where: { $0.kind == .person && $0.state != .open }) > 1 {
            hints.append(Hint("S", "sign all", "sign all that persons decide"))
        }
        return hints + [again]
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
        case .gates: return GateLines.page(wizard, model)
        case .plan: return (plan(wizard, model), wizard.index)
        case .phrase: return (phrase(wizard, model), 0)
        }
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
        if settings.keepsCopy {
            steps.append(("copy", "one of the closed SQLite file is kept for the way back"))
        }
        var lines = self.lines(steps, model)
        lines += [
            [],
            [
                Span("Until the switch \(model.key(.cancel)) undoes it all; ", .textStrong),
                Span("behind it \(model.key(.revert)) goes back with every row."),
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
                Span(" were logged on PostgreSQL since the switch:"),
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
        let refusal = model.refusal(of: wizard.begins).map {
            Width.wrap("Not now: \($0)", to: OverlayBox.width(model)).map {
                [Span($0, .statusBad)]
            }
        }
        let isWhole = wizard.typed == phrase && refusal == nil
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
            ], TypedPhrase.fault(wizard.typed, of: phrase),
        ] + (refusal ?? []) + [
            [
                Span("Nothing has happened yet. Esc cancels.", .textMuted),
                Span(left.map { "   \(Figures.duration($0)) left" } ?? "", .textMuted),
            ],
            [],
        ]
    }
}
