/// Something on the screen that a click reaches.
enum Spot: Equatable, Sendable {
    case pane(PaneID)
    /// The title of a column.
    case column(String)
    /// A row of the pane's list.
    case row(Int)
    /// A row of what was opened.
    case detailRow(Int)
    /// What explains the row under the cursor, and is not opened.
    case explanation
    /// A hint of the pane.
    case action(Action.ID)
    /// A hint of what lies over the pane.
    case key(Key)
    /// An entry of a list that lies over the pane.
    case entry(Int)
}

/// What the mouse did: a press of its left button, or a step of its wheel.
enum Pointer: Hashable, Sendable {
    case click(x: Int, y: Int)
    case wheelUp
    case wheelDown
}
