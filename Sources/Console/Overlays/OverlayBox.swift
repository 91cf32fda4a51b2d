/// A box over the panes with lines in it, as wide as they need and the screen allows.
enum OverlayBox {
    /// Draws the box and the lines that fit.
    ///
    /// - Parameters:
    ///   - lines: The lines.
    ///   - title: What stands on the upper edge.
    ///   - first: The line on top.
    ///   - model: The state of the console.
    ///   - frame: The picture.
    static func draw(
        _ lines: [Line],
        title: String,
        first: Int = 0,
        _ model: Model,
        into frame: inout Frame
    ) {
        let rect = rect(lines.count, model)
        if model.layout.kind == .compact {
            // Where hardly anything is left beside the box, single letters would only disturb.
            let whole = Rect(x: 0, y: rect.y, width: model.size.columns, height: rect.height)
            frame.fill(whole, .text)
        }
        frame.fill(rect, .dialog)
        frame.box(rect, title: title, isFocused: true, glyphs: model.identity.glyphs)
        let inner = rect.inner
        let top = min(first, max(0, lines.count - inner.height))
        let seen = top..<min(lines.count, top + max(0, inner.height))
        for (offset, line) in lines[seen].enumerated() {
            frame.put(line, x: inner.x + 1, y: inner.y + offset, width: inner.width - 2)
        }
        guard let rest = Scrolling.rest(of: lines.count, outside: seen) else { return }
        // On the lower edge: no line gives way to it.
        frame.put(
            " \(rest.text) ",
            x: rect.x + 2,
            y: rect.maxY - 1,
            .title,
            width: rect.width - 4
        )
    }

    /// The cells of a line in the box.
    static func width(_ model: Model) -> Int { outerWidth(model) - 4 }

    /// The lines that the box can hold.
    static func room(_ model: Model) -> Int { model.size.rows - top(model) - 4 }

    /// The line that stands on top when the box is scrolled to its end.
    static func lastFirst(_ count: Int, in model: Model) -> Int {
        max(0, count - rect(count, model).inner.height)
    }

    /// Longer lines than this are hard to follow back to their beginning.
    private static func outerWidth(_ model: Model) -> Int { min(150, model.size.columns - 4) }

    /// Below the line of truth, the tabs and the line of steps; above the message and the hints.
    private static func top(_ model: Model) -> Int { model.layout.kind == .compact ? 4 : 3 }

    private static func rect(_ count: Int, _ model: Model) -> Rect {
        let width = outerWidth(model)
        let top = top(model)
        let room = model.size.rows - top - 2
        let height = min(count + 2, room)
        return Rect(
            x: (model.size.columns - width) / 2,
            y: top + max(0, (room - height) / 3),
            width: width,
            height: height
        )
    }
}
