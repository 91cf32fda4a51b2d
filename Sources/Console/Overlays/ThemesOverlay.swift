/// The list of themes, over a screen that wears the one under the cursor.
enum ThemesOverlay {
    /// Draws the list, narrow enough that the pane below shows the look.
    static func draw(_ picker: ThemePicker, _ model: Model, into frame: inout Frame) {
        let names = model.themeNames
        let abouts = names.map { model.themeAbouts[$0] ?? "" }
        let nameWidth = Table.width(of: names, 8...24)
        let aboutWidth = Table.width(of: abouts, 0...40)
        let width = min(model.size.columns - 4, nameWidth + aboutWidth + 6)
        let seen = Scrolling.window(
            count: names.count,
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
        frame.box(rect, title: "Themes", isFocused: true, glyphs: model.identity.glyphs)
        let inner = rect.inner
        for (offset, index) in seen.enumerated() {
            let isSelected = index == picker.index
            let y = inner.y + offset
            if isSelected {
                frame.fill(Rect(x: inner.x, y: y, width: inner.width, height: 1), .rowSelected)
            }
            frame.put(
                [
                    Span(Width.pad(names[index], to: nameWidth) + " ", .textStrong),
                    Span(abouts[index], .textMuted),
                ],
                x: inner.x + 1,
                y: y,
                width: inner.width - 2,
                override: isSelected ? .rowSelected : nil
            )
            let place = Rect(x: inner.x, y: y, width: inner.width, height: 1)
            frame.offer(.entry(index), at: place)
        }
    }
}
