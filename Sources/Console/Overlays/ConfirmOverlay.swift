/// A question before something is done.
enum ConfirmOverlay {
    /// Draws the question over the pane.
    static func draw(_ question: Confirmation, _ model: Model, into frame: inout Frame) {
        let width = min(72, model.size.columns - 4)
        let lines = lines(question, width: width - 4, cursor: "_")
        let rect = Rect(
            x: (model.size.columns - width) / 2,
            y: max(3, (model.size.rows - lines.count - 2) / 3),
            width: width,
            height: min(lines.count + 2, model.size.rows - 4)
        )
        frame.fill(rect, .dialog)
        frame.box(rect, title: question.title, isFocused: true, glyphs: model.identity.glyphs)
        let inner = rect.inner
        for (offset, line) in lines.prefix(inner.height).enumerated() {
            frame.put(line, x: inner.x + 1, y: inner.y + offset, width: inner.width - 2)
        }
    }

    private static func lines(_ question: Confirmation, width: Int, cursor: String) -> [Line] {
        let text = question.lines.flatMap { Width.wrap($0, to: width) }
        var lines: [Line] = [[]] + text.map { [Span($0, .dialog)] } + [[]]
        if case .phrase(let phrase) = question.kind {
            lines.append([
                Span("Type   ", .dialog), Span(phrase, .dialogDanger),
                Span("   to continue:", .dialog),
            ])
            lines.append([Span("  > ", .prompt), Span(question.typed + cursor, .dialog)])
            lines.append(TypedPhrase.fault(question.typed, of: phrase))
        }
        lines.append(buttons(question))
        return lines
    }

    /// The button with the cursor stands in brackets, so that no colour is needed to see it.
    static func buttons(_ question: Confirmation) -> Line {
        let isContinue = question.isContinueFocused
        let isYesNo = question.kind == .yesNo
        let no = isYesNo ? "n: \(question.no)" : "Cancel"
        let yes = isYesNo ? "y: \(question.yes)" : "Continue"
        let off = question.isMatched ? "" : " (until the phrase matches: off)"
        return [
            Span(isContinue ? "  \(no)  " : "[ \(no) ]", isContinue ? .dialog : .rowSelected),
            Span("   ", .dialog),
            Span(isContinue ? "[ \(yes) ]" : "  \(yes)  ", isContinue ? .rowSelected : .dialog),
            Span(off, .textMuted),
        ]
    }
}
