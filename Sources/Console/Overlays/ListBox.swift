/// A list at the right edge, over a screen that shows what is chosen in it.
struct ListBox {
    var title: String
    /// The rows.
    var lines: [Line]
    /// The row under the cursor.
    var index: Int
    /// The cells of the widest row.
    var width: Int

    /// Draws the list, narrow enough that the pane below is seen.
    func draw(_ model: Model, into frame: inout Frame) {
        let width = min(model.size.columns - 4, self.width + 4)
        let seen = Scrolling.window(
            count: lines.count,
            height: max(1, model.size.rows - 8),
            cursor: index
        )
        let rect = Rect(
            x: model.size.columns - width - 2,
            y: 3,
            width: width,
            height: seen.count + 2
        )
        frame.fill(rect, .dialog)
        frame.box(rect, title: title, isFocused: true, glyphs: model.identity.glyphs)
        let inner = rect.inner
        for (offset, index) in seen.enumerated() {
            let isSelected = index == self.index
            let row = Rect(x: inner.x, y: inner.y + offset, width: inner.width, height: 1)
            if isSelected { frame.fill(row, .rowSelected) }
            frame.put(
                lines[index],
                x: inner.x + 1,
                y: row.y,
                width: inner.width - 2,
                override: isSelected ? .rowSelected : nil
            )
            frame.offer(.entry(index), at: row)
        }
        guard let rest = Scrolling.rest(of: lines.count, outside: seen) else { return }
        frame.put(" \(rest.text) ", x: rect.x + 2, y: rect.maxY - 1, .title, width: width - 4)
    }
}
