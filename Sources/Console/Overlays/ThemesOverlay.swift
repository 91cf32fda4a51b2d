/// The list of themes, over a screen that wears the one under the cursor.
enum ThemesOverlay {
    /// Draws the list.
    static func draw(_ picker: ThemePicker, _ model: Model, into frame: inout Frame) {
        let names = model.themeNames
        let abouts = names.map { model.themeAbouts[$0] ?? "" }
        let nameWidth = Table.width(of: names, 8...24)
        let box = ListBox(
            title: "Themes",
            lines: zip(names, abouts).map { name, about in
                [
                    Span(Width.pad(name, to: nameWidth) + " ", .textStrong),
                    Span(about, .textMuted),
                ]
            },
            index: picker.index,
            width: nameWidth + Table.width(of: abouts, 0...40) + 2
        )
        box.draw(model, into: &frame)
    }
}
