/// Where everything stands: a pure function of the size.
///
/// Row 0 is the line of truth, row 1 the tabs, the last row the hints and the one above it the
/// message or the prompt. Everything between is the body.
struct Layout: Equatable, Sendable {
    /// How much fits.
    enum Class: Equatable, Sendable {
        /// Below 60x16: the facts that matter, and no keys but quit.
        case tooSmall
        /// One thing at a time; a detail covers its list.
        case compact
        /// From 100x30: boxes; a detail stands beside or below its list where both have room.
        case medium
        /// From 180x40: a detail has its place beside the list whatever the rows are, what the
        /// cursor rests on is read for it, and a row of what was opened stands beside both.
        case wide
    }

    /// The smallest screen that shows panes.
    static let minimum = Size(columns: 60, rows: 16)
    /// The smallest screen on which a detail with both sides fits beside every list.
    static let leastWide = Size(columns: 180, rows: 40)

    let size: Size
    let kind: Class
    /// Whether one box has the whole body.
    let isZoomed: Bool
    /// Whether there are boxes, and room for more than one.
    var hasBoxes: Bool { kind == .medium || kind == .wide }
    /// The line of truth.
    let header: Rect
    let tabs: Rect
    let body: Rect
    /// The list of the pane beside a detail, with its box in a layout with boxes: its least width.
    let list: Rect
    /// The detail beside such a list, or over it.
    let detail: Rect
    let message: Rect
    let hints: Rect

    /// Divides the screen.
    ///
    /// - Parameters:
    ///   - size: Any size, also one that is too small for anything.
    ///   - isZoomed: Whether one box has the whole body.
    init(size: Size, isZoomed: Bool = false) {
        self.size = size
        self.isZoomed = isZoomed
        let columns = max(0, size.columns)
        let rows = max(0, size.rows)
        header = Rect(x: 0, y: 0, width: columns, height: min(1, rows))
        tabs = Rect(x: 0, y: 1, width: columns, height: rows > 1 ? 1 : 0)
        message = Rect(x: 0, y: max(0, rows - 2), width: columns, height: rows > 3 ? 1 : 0)
        hints = Rect(x: 0, y: max(0, rows - 1), width: columns, height: rows > 4 ? 1 : 0)
        let tall = max(0, rows - 4)
        guard columns >= Self.minimum.columns, rows >= Self.minimum.rows else {
            kind = .tooSmall
            body = Rect(x: 0, y: 0, width: columns, height: rows)
            list = body
            detail = body
            return
        }
        guard columns >= 100, rows >= 30 else {
            kind = .compact
            // Row 2 is a rule that parts the tabs from the pane.
            body = Rect(x: 0, y: 3, width: columns, height: tall - 1)
            list = body
            detail = body
            return
        }
        let isWide = columns >= Self.leastWide.columns && rows >= Self.leastWide.rows
        kind = isWide ? .wide : .medium
        body = Rect(x: 0, y: 2, width: columns, height: tall)
        let left = columns * 58 / 100
        list = Rect(x: 0, y: 2, width: left, height: tall)
        detail = Rect(x: left, y: 2, width: columns - left, height: tall)
    }
}
