/// The size of the screen in cells.
struct Size: Equatable, Sendable {
    var columns: Int
    var rows: Int
}

/// A part of the screen.
struct Rect: Equatable, Sendable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    /// The first column to the right of the rectangle.
    var maxX: Int { x + width }
    /// The first row below the rectangle.
    var maxY: Int { y + height }

    /// Whether a cell lies in it.
    func contains(x: Int, y: Int) -> Bool {
        x >= self.x && x < maxX && y >= self.y && y < maxY
    }

    /// The rectangle without a border of one cell.
    var inner: Rect {
        Rect(x: x + 1, y: y + 1, width: max(0, width - 2), height: max(0, height - 2))
    }
}

/// A piece of text in one style.
struct Span: Equatable, Sendable {
    var text: String
    var style: StyleKey

    init(_ text: String, _ style: StyleKey = .text) {
        self.text = text
        self.style = style
    }
}

/// A line of text in several styles.
typealias Line = [Span]

/// One picture of the screen: cells of text, each with the meaning of its look.
///
/// Drawing is pure: the panes fill a frame, the tests compare it as text, and only ``Screen``
/// knows that there is a terminal.
struct Frame: Equatable, Sendable {
    /// One cell; a wide character leaves the cell after it empty.
    struct Cell: Equatable, Sendable {
        var text: String
        var style: StyleKey
        /// 1, or 2 for a wide character, or 0 for the cell behind one.
        var width: Int
    }

    let size: Size
    private(set) var cells: [Cell]
    /// What a click reaches, the uppermost last.
    private var spots: [(place: Rect, spot: Spot)] = []

    init(size: Size, style: StyleKey = .text) {
        self.size = size
        cells = Array(
            repeating: Cell(text: " ", style: style, width: 1),
            count: max(0, size.columns) * max(0, size.rows)
        )
    }

    /// Two pictures are the same when they look alike.
    static func == (left: Frame, right: Frame) -> Bool {
        left.size == right.size && left.cells == right.cells
    }

    /// Says what a click on a part of the picture means.
    mutating func offer(_ spot: Spot, at place: Rect) {
        spots.append((place, spot))
    }

    /// What stands at a cell and can be clicked; nil for all the rest.
    func spot(x: Int, y: Int) -> Spot? {
        spots.last { $0.place.contains(x: x, y: y) }?.spot
    }

    /// The cells of one row.
    func row(_ y: Int) -> ArraySlice<Cell> {
        cells[(y * size.columns)..<((y + 1) * size.columns)]
    }

    /// Puts text, cut at the width that is given and at the edge of the frame.
    ///
    /// - Parameters:
    ///   - text: Any text; it is made safe here, so nothing else can reach the screen.
    ///   - x: The first column.
    ///   - y: The row.
    ///   - style: The meaning of the text.
    ///   - width: The cells there are, or nil for the rest of the row.
    /// - Returns: The column after the text.
    @discardableResult
    mutating func put(
        _ text: String,
        x: Int,
        y: Int,
        _ style: StyleKey = .text,
        width: Int? = nil
    ) -> Int {
        guard y >= 0, y < size.rows else { return x }
        let limit = min(size.columns, x + (width ?? size.columns))
        var column = x
        if x >= 0, Width.isPlain(text), text.utf8.count <= limit - x {
            for byte in text.utf8 {
                set(Width.plainGlyph(byte), x: column, y: y, style)
                column += 1
            }
            return column
        }
        for glyph in Width.glyphs(Width.clip(text, to: limit - x)) where column >= 0 {
            guard column + glyph.cells <= limit else { break }
            set(glyph, x: column, y: y, style)
            column += glyph.cells
        }
        return column
    }

    /// Puts a line of spans.
    ///
    /// - Parameters:
    ///   - line: The spans, one after the other.
    ///   - x: The first column.
    ///   - y: The row.
    ///   - width: The cells there are.
    ///   - override: A style for the whole line, such as that of the selected row.
    mutating func put(_ line: Line, x: Int, y: Int, width: Int, override: StyleKey? = nil) {
        var column = x
        for span in line where column < x + width {
            column = put(
                span.text,
                x: column,
                y: y,
                override ?? span.style,
                width: x + width - column
            )
        }
    }

    /// Fills a rectangle with one character.
    mutating func fill(_ rect: Rect, _ style: StyleKey, with character: Character = " ") {
        let text = String(character)
        for y in max(0, rect.y)..<max(0, min(rect.maxY, size.rows)) {
            for x in max(0, rect.x)..<max(0, min(rect.maxX, size.columns)) {
                set(Width.Glyph(text: text, cells: 1), x: x, y: y, style)
            }
        }
    }

    /// Draws a box with a title; a focused one has double lines, so that colour is not needed.
    mutating func box(_ rect: Rect, title: String, isFocused: Bool, glyphs: Glyphs) {
        guard rect.width >= 2, rect.height >= 2 else { return }
        let line = isFocused ? glyphs.focusedBox : glyphs.box
        let style: StyleKey = isFocused ? .borderFocus : .border
        let across = String(repeating: line.horizontal, count: rect.width - 2)
        put(line.topLeft + across + line.topRight, x: rect.x, y: rect.y, style, width: rect.width)
        put(
            line.bottomLeft + across + line.bottomRight,
            x: rect.x,
            y: rect.maxY - 1,
            style,
            width: rect.width
        )
        for y in (rect.y + 1)..<(rect.maxY - 1) {
            put(line.vertical, x: rect.x, y: y, style)
            put(line.vertical, x: rect.maxX - 1, y: y, style)
        }
        guard !title.isEmpty, rect.width > 6 else { return }
        put(" \(title) ", x: rect.x + 2, y: rect.y, .title, width: rect.width - 4)
    }

    /// The frame as lines of text, without blanks at their ends: what the golden files hold.
    var text: String {
        (0..<size.rows)
            .map { y in
                var line = row(y).filter { $0.width > 0 }.map(\.text).joined()
                while line.last == " " { line.removeLast() }
                return line
            }
            .joined(separator: "\n")
    }

    /// Puts a question mark in every cell whose text is not ASCII.
    mutating func replaceBeyondASCII() {
        for index in cells.indices where !cells[index].text.utf8.allSatisfy({ $0 < 0x80 }) {
            let isWide = cells[index].width == 2
            cells[index].text = "?"
            cells[index].width = 1
            guard isWide else { continue }
            cells[index + 1].text = "?"
            cells[index + 1].width = 1
        }
    }

    private mutating func set(_ glyph: Width.Glyph, x: Int, y: Int, _ style: StyleKey) {
        let index = y * size.columns + x
        clearWide(at: index)
        if glyph.cells == 2 { clearWide(at: index + 1) }
        cells[index] = Cell(text: glyph.text, style: style, width: glyph.cells)
        if glyph.cells == 2 { cells[index + 1] = Cell(text: "", style: style, width: 0) }
    }

    /// Leaves no half of a wide character behind when one of its cells is overwritten.
    private mutating func clearWide(at index: Int) {
        if cells[index].width == 0, index > 0 {
            cells[index - 1] = Cell(text: " ", style: cells[index - 1].style, width: 1)
        } else if cells[index].width == 2 {
            cells[index + 1] = Cell(text: " ", style: cells[index].style, width: 1)
        }
    }
}
