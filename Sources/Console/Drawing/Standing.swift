/// What holds until it is over or undone, at the right end of the line of messages.
enum Standing {
    /// The words for a state.
    ///
    /// - Parameters:
    ///   - model: The state of the console.
    ///   - columns: The cells there are; what is named later is left out first.
    /// - Returns: The words with two blanks between them, and one at the end.
    static func line(_ model: Model, columns: Int) -> Line {
        var line: Line = []
        var used = 0
        for part in parts(model) {
            let width = Width.cells(part.text) + 2
            guard used + width <= columns else { continue }
            used += width
            line += [Span("  "), part]
        }
        return line
    }

    private static func parts(_ model: Model) -> Line {
        var parts: Line = []
        if model.pane == .workflows, let seconds = model.undoSeconds {
            let left = max(0, Int(seconds.rounded(.up)))
            parts.append(Span("\(model.key(.undo)) undoes it: \(left) s", .prompt))
        }
        if let running = model.errand {
            let state =
                running.isCancelling ? "stopping" : Figures.duration(model.now - running.startedAt)
            parts.append(Span("\(running.errand.rawValue) \(state)", .statusRun))
        }
        if !model.marks.isEmpty {
            parts.append(Span("\(Figures.count(model.marks.count)) marked", .rowMarked))
        }
        if model.isZoomed { parts.append(Span("zoomed", .textMuted)) }
        if model.isMouseOn { parts.append(Span("mouse on", .textMuted)) }
        return parts
    }
}
