/// What came of an errand, or a command for another terminal.
enum AnswerOverlay {
    /// Draws it.
    static func draw(_ answer: Answer, first: Int, _ model: Model, into frame: inout Frame) {
        OverlayBox.draw(
            lines(answer, model),
            title: answer.title,
            first: first,
            model,
            into: &frame
        )
    }

    /// The keys over it.
    static func hints(_ answer: Answer, _ model: Model) -> [Hint] {
        var hints = [Hint("Enter", "close", "close the answer", rank: 0)]
        hints.append(Hint(model.key(.copyName), "copy", "copy what is to be taken along"))
        if lastFirst(answer, model) > 0 {
            let keys = "\(model.key(.down))/\(model.key(.up))"
            hints.append(Hint(keys, "scroll", rank: 3))
        }
        return hints + [Hint(model.key(.help), "help", "this help", rank: 2)]
    }

    /// The line that stands on top when it is scrolled to its end.
    static func lastFirst(_ answer: Answer, _ model: Model) -> Int {
        OverlayBox.lastFirst(lines(answer, model).count, in: model)
    }

    private static func lines(_ answer: Answer, _ model: Model) -> [Line] {
        var page = WrappedText(width: OverlayBox.width(model))
        for line in answer.lines {
            let indent = line.prefix { $0 == " " }.count
            page.add(line, indent: 0, hanging: min(indent, 16))
        }
        return page.text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { [Span(String($0), .dialog)] }
    }
}
