/// The list of columns, over the list that shows them.
enum ColumnsOverlay {
    /// Draws the list.
    static func draw(_ picker: ColumnPicker, _ model: Model, into frame: inout Frame) {
        let choice = model.columnChoice
        let box = ListBox(
            title: "Columns",
            lines: choice.map { column in
                [
                    Span(column.isShown ? "[x] " : "[ ] ", .textStrong),
                    Span(column.title, column.isShown ? .text : .textMuted),
                ]
            },
            index: picker.index,
            width: Table.width(of: choice.map(\.title), 12...30) + 4
        )
        box.draw(model, into: &frame)
    }

    /// The keys over it.
    static let hints = [
        Hint("Space", "show or hide"), Hint("a", "all"), Hint("Enter", "keep"),
        Hint("Esc", "as it was"),
    ]
}
