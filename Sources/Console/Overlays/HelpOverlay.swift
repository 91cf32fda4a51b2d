import Foundation

/// The keys of the pane or of what lies over it, written by the tables of actions and hints.
enum HelpOverlay {
    /// The cells of the keys.
    private static let keyWidth = 17

    /// A part of the help: what it is called, and each key.
    private struct Section {
        var heading: Line?
        var entries: [Entry]
    }

    /// A key with the lines that explain it.
    private struct Entry {
        var lines: [Line]
        /// What it is called elsewhere: who looks for that finds it, too.
        var names: [String] = []

        /// Whether it holds a text, wherever its lines break.
        func holds(_ text: String) -> Bool {
            let shown = lines.map { $0.map(\.text).joined() }
            return (shown.joined(separator: " ") + " " + names.joined(separator: " "))
                .singlyBlanked.range(of: text.singlyBlanked, options: .caseInsensitive) != nil
        }
    }

    /// The lines of the help.
    ///
    /// - Parameters:
    ///   - pane: The pane that is explained.
    ///   - model: The state, for the reasons why an action is off.
    ///   - width: The cells of a line.
    /// - Returns: Every action of the pane, group by group.
    static func lines(for pane: PaneID, in model: Model, width: Int = 500) -> [Line] {
        lines(sections(for: pane, in: model, width: width))
    }

    private static func sections(for pane: PaneID, in model: Model, width: Int) -> [Section] {
        let actions = Actions.actions(in: pane)
        return Action.Group.allCases.compactMap { group in
            let members = actions.filter { $0.group == group }
            guard !members.isEmpty else { return nil }
            return Section(
                heading: [Span(group.rawValue, .columnHeader)],
                entries: members.map { entry(for: $0, in: model, width: width) }
            )
        }
    }

    private static func lines(_ sections: [Section]) -> [Line] {
        sections.enumerated().flatMap { offset, section in
            (offset == 0 ? [] : [[]]) + (section.heading.map { [$0] } ?? [])
                + section.entries.flatMap(\.lines)
        }
    }

    /// The keys over it.
    static func hints(_ model: Model) -> [Hint] {
        let search = search(model)
        if search?.isTyped == true { return [Hint("Enter", "keep"), Hint("Esc", "all")] }
        return [
            Hint("\(model.key(.down))/\(model.key(.up))", "scroll"),
            Hint("\(model.key(.first))/\(model.key(.last))", "first/last", rank: 2),
            Hint(model.key(.filter), "search", rank: 1),
            Hint("Esc", search == nil ? "close" : "all", rank: 0),
        ]
    }

    /// Draws the help over the pane.
    static func draw(_ model: Model, first: Int, into frame: inout Frame) {
        OverlayBox.draw(
            lines(model),
            title: title(model),
            first: first,
            model,
            into: &frame
        )
    }

    /// The line that stands on top when the help is scrolled to its end.
    static func lastFirst(in model: Model) -> Int {
        OverlayBox.lastFirst(lines(model).count, in: model)
    }

    private static func search(_ model: Model) -> HelpSearch? {
        if case .help(_, _, let search?) = model.overlay { search } else { nil }
    }

    private static func title(_ model: Model) -> String {
        let head = "Help: \(subject(model))"
        guard let search = search(model) else { return head }
        let room = OverlayBox.width(model) - Width.cells(head) - 8
        let typed = Width.tail(search.text, to: max(1, room))
        return "\(head)   \(model.key(.filter))\(typed)\(search.isTyped ? "_" : "")"
    }

    private static func subject(_ model: Model) -> String {
        switch model.overlay {
        case .help(_, over: .wizard(let wizard), _):
            wizard.kind == .cutOver ? "the questions before a cutover" : "the questions before R"
        case .help(_, over: .running, _): "the steps"
        case .help(_, over: .outcome, _): "the outcome"
        case .help(_, over: .answer, _): "the answer"
        case .help(_, over: .decision, _): "the question"
        default: model.pane.title
        }
    }

    private static func lines(_ model: Model) -> [Line] {
        guard let search = search(model), search.text.contains(where: { $0 != " " }) else {
            return lines(sections(model))
        }
        let found = sections(model).compactMap { section -> Section? in
            let entries = section.entries.filter { $0.holds(search.text) }
            return entries.isEmpty ? nil : Section(heading: section.heading, entries: entries)
        }
        guard !found.isEmpty else {
            // What to do is not cut off by a long text.
            let text = Width.clip(search.text, to: max(4, OverlayBox.width(model) - 38))
            return [[Span("nothing here holds \"\(text)\"; Esc shows all", .textMuted)]]
        }
        return lines(found)
    }

    private static func sections(_ model: Model) -> [Section] {
        let width = OverlayBox.width(model)
        guard case .help(_, over: let over?, _) = model.overlay else {
            return sections(for: model.pane, in: model, width: width)
        }
        switch over {
        case .wizard(let wizard):
            return [
                keys(WizardOverlay.hints(wizard, model), width),
                Section(entries: explained(wizard, model, width)),
            ]
        case .running: return [keys(RunningOverlay.hints(model), width)]
        case .outcome: return [keys(OutcomeOverlay.hints(model), width)]
        case .decision(let entry): return [keys(DecisionOverlay.hints(entry), width)]
        case .answer(let answer, _): return [keys(AnswerOverlay.hints(answer, model), width)]
        case .help, .confirm, .palette, .themes, .columns:
            return sections(for: model.pane, in: model, width: width)
        }
    }

    /// What the questions are about, in a few sentences.
    private static func explained(_ wizard: Wizard, _ model: Model, _ width: Int) -> [Entry] {
        let texts =
            wizard.kind == .cutOver
            ? [
                "1 the gates: each must be open, waiting or overridden. What waits is waited for "
                    + "by the cutover itself.",
                "2 what will happen: every step with its figures. Nothing has happened yet.",
                "3 the phrase: typed letter by letter within two minutes. A gate that closes "
                    + "meanwhile leads back to step 1.",
                "While it runs, \(model.key(.cancel)) and then y takes everything back, until "
                    + "PostgreSQL is open; behind that \(model.key(.revert)) goes back.",
            ]
            : [
                "1 what will happen: what was written on PostgreSQL comes back, by table.",
                "2 the phrase: typed letter by letter within two minutes.",
            ]
        return texts.map { Entry(lines: Width.wrap($0, to: width).map { [Span($0)] }) }
    }

    private static func keys(_ hints: [Hint], _ width: Int) -> Section {
        Section(
            entries: hints.map { hint in
                let text = hint.help.isEmpty ? hint.name : hint.help
                return Entry(lines: lines(hint.key, text, .text, width), names: [hint.name])
            }
        )
    }

    private static func entry(for action: Action, in model: Model, width: Int) -> Entry {
        let labels = model.keymap.keys(of: action).map(\.label)
        let refusal = action.refusal(in: model)
        let writes = action.changesSomething ? " [w]" : ""
        let lines = lines(
            labels.isEmpty
                ? "\(model.key(.palette))\(action.id.name)" : labels.joined(separator: " "),
            action.words(in: model).help + writes + (refusal.map { " (\($0))" } ?? ""),
            refusal == nil ? .text : .textMuted,
            width
        )
        let names = [action.name, action.words(in: model).name] + action.verbs + action.aliases
        return Entry(lines: lines, names: names)
    }

    /// A key and what it does; what does not fit goes on below its beginning.
    private static func lines(
        _ keys: String,
        _ text: String,
        _ style: StyleKey,
        _ width: Int
    ) -> [Line] {
        Width.wrap(text, to: max(10, width - keyWidth - 1)).enumerated().map { part, text in
            let key = Width.pad(part == 0 ? keys : "", to: keyWidth)
            return [Span(key + " ", .keyHint), Span(text, style)]
        }
    }
}

extension String {
    /// The text with one blank where it has several, as lines that were broken and padded have.
    fileprivate var singlyBlanked: String {
        split(separator: " ").joined(separator: " ")
    }
}
