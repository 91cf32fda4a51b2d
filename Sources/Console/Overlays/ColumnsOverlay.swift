/// The list of columns, over the list that shows them.
enum ColumnsOverlay {
    /// Draws the list at the right edge, so that the choice is seen beside it.
    static func draw(_ picker: ColumnPicker, _ model: Model, into frame: inout Frame) {
        let choice = model.columnChoice
        let nameWidth = Table.width(of: choice.map(\.title), 12...30)
        let width = min(model.size.columns - 4, nameWidth + 8)
        let seen = Scrolling.window(
            count: choice.count,
            height: max(1, model.size.rows - 8),
            cursor: picker.index
        )
        let rect = Rect(
            x: model.size.columns - width - 2,
            y: 3,
            width: width,
            height: seen.count + 2
        )
        frame.fill(rect, .dialog)
        frame.box(rect, title: "Columns", isFocused: true, glyphs: model.identity.glyphs)
        let inner = rect.inner
        for (offset, index) in seen.enumerated() {
            let isSelected = index == picker.index
            let row = Rect(x: inner.x, y: inner.y + offset, width: inner.width, height: 1)
            if isSelected { frame.fill(row, .rowSelected) }
            frame.put(
                [
                    Span(choice[index].isShown ? "[x] " : "[ ] ", .textStrong),
                    Span(choice[index].title, choice[index].isShown ? .text : .textMuted),
                ],
                x: inner.x + 1,
                y: row.y,
                width: inner.width - 2,
                override: isSelected ? .rowSelected : nil
            )
            frame.offer(.entry(index), at: row)
        }
        guard let rest = Scrolling.rest(of: choice.count, outside: seen) else { return }
        frame.put(" \(rest.text) ", x: rect.x + 2, y: rect.maxY - 1, .title, width: width - 4)
    }

    /// The keys over it.
    static let hints = [
        Hint("Space", "show or hide"), Hint("a", "all"), Hint("Enter", "keep"),
        Hint("Esc", "as it was"),
    ]
}
