/// The keys of the pane, written by the table of actions.
enum HelpOverlay {
    /// The lines of the help.
    ///
    /// - Parameters:
    ///   - pane: The pane that is explained.
    ///   - model: The state, for the reasons why an action is off.
    /// - Returns: Every action of the pane, group by group.
    static func lines(for pane: PaneID, in model: Model) -> [Line] {
        let actions = Actions.actions(in: pane)
        var lines: [Line] = []
        for group in Action.Group.allCases {
            let members = actions.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            if !lines.isEmpty { lines.append([]) }
            lines.append([Span(group.rawValue, .columnHeader)])
            lines += members.map { line(for: $0, in: model) }
        }
        return lines
    }

    /// Draws the help over the pane.
    static func draw(_ model: Model, first: Int, into frame: inout Frame) {
        let lines = lines(for: model.pane, in: model)
        let width = min(76, model.size.columns - 4)
        let height = height(of: lines, in: model)
        let rect = Rect(
            x: (model.size.columns - width) / 2,
            y: max(2, (model.size.rows - height) / 2),
            width: width,
            height: height
        )
        frame.fill(rect, .dialog)
        frame.box(
            rect,
            title: "Help: \(model.pane.title)",
            isFocused: true,
            glyphs: model.identity.glyphs
        )
        let inner = rect.inner
        let top = min(first, max(0, lines.count - inner.height))
        let seen = top..<min(lines.count, top + max(0, inner.height))
        for (offset, line) in lines[seen].enumerated() {
            frame.put(line, x: inner.x + 1, y: inner.y + offset, width: inner.width - 2)
        }
        guard let rest = Scrolling.rest(of: lines.count, outside: seen) else { return }
        // On the lower edge: no line of the help gives way to it.
        frame.put(" \(rest.text) ", x: rect.x + 2, y: rect.maxY - 1, .title, width: width - 4)
    }

    /// The line that stands on top when the help is scrolled to its end.
    static func lastFirst(in model: Model) -> Int {
        let lines = lines(for: model.pane, in: model)
        return max(0, lines.count - height(of: lines, in: model) + 2)
    }

    private static func height(of lines: [Line], in model: Model) -> Int {
        min(lines.count + 2, model.size.rows - 4)
    }

    private static func line(for action: Action, in model: Model) -> Line {
        let keys = action.keys.map(\.label).joined(separator: " ")
        let refusal = action.refusal(in: model)
        var line: Line = [
            Span(Width.pad(keys, to: 17) + " ", .keyHint),
            Span(action.help, refusal == nil ? .text : .textMuted),
        ]
        if action.changesSomething { line.append(Span(" [w]", .statusWarn)) }
        if let refusal { line.append(Span("  (\(refusal))", .textMuted)) }
        return line
    }
}
