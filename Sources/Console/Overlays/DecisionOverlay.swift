/// A decision that is being typed: who, and why.
enum DecisionOverlay {
    /// Draws it in a box of its own.
    static func draw(_ entry: DecisionEntry, _ model: Model, into frame: inout Frame) {
        let pause = model.operation?.kind == .follow ? " " + Model.pauseWords : ""
        let explained = Width.wrap(explanation + pause, to: OverlayBox.width(model)).map {
            [Span($0)]
        }
        let muted = explained.map { $0.map { Span($0.text, .textMuted) } }
        let asked = lines(entry, width: OverlayBox.width(model))
        OverlayBox.draw([[]] + asked + muted, title: "Accept", model, into: &frame)
    }

    private static let explanation =
        "What is accepted is in SQLite and not in PostgreSQL. Name and reason are kept with the "
        + "rows, in the journal and in the report. Esc accepts nothing."

    /// The question and the field.
    static func lines(_ entry: DecisionEntry, width: Int) -> [Line] {
        let typed = Width.tail(entry.typed, to: width - 5)
        return [
            [Span(entry.question, .textStrong)],
            [
                Span("  > ", .prompt), Span(typed, entry.isProposed ? .textMuted : .dialog),
                Span("_", .prompt),
                Span(entry.isProposed ? "   Enter takes it, a letter begins anew" : "", .textMuted),
            ],
            entry.field == .phrase ? TypedPhrase.fault(entry.typed, of: entry.phrase) : [],
        ]
    }

    /// The keys while it is typed.
    static func hints(_ entry: DecisionEntry) -> [Hint] {
        guard entry.field != .consent else {
            return [
                Hint("y", "sign", "sign every one of these", rank: 0),
                Hint("n", "no", "sign none of them", rank: 0),
                Hint("F1", "help", "this help", rank: 2),
            ]
        }
        let isNote = entry.field == .note && entry.typed.isEmpty
        return [
            Hint("Enter", "go on", rank: 0), Hint("Esc", "back", rank: 0),
        ] + (isNote ? [Hint("BkSp", "name", "another name", rank: 3)] : []) + [
            Hint("C-u", "clear", "empty the field", rank: 3),
            Hint("F1", "help", "this help", rank: 2),
        ]
    }
}
