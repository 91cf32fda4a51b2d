/// Text that may stand on the screen, and how many cells it takes.
///
/// Names and values of a database are hostile until shown otherwise: an escape sequence in a
/// customer's name must not reach the terminal, nor may an invisible character move the columns.
/// Every character that has no safe picture of a known width is replaced by one that has.
enum Width {
    /// One character as it is shown.
    struct Glyph: Equatable {
        /// What goes to the terminal: one base, with at most four marks over it.
        let text: String
        /// 1 or 2 cells.
        let cells: Int
    }

    /// Replaces what has no picture of its own.
    static let replacement = Glyph(text: "\u{FFFD}", cells: 1)

    /// The characters of a text as they are shown.
    ///
    /// - Parameter text: Any text.
    /// - Returns: Glyphs that hold neither control characters nor anything invisible.
    static func glyphs(_ text: String) -> [Glyph] {
        if isPlain(text) { return text.utf8.map(plainGlyph) }
        var result: [Glyph] = []
        result.reserveCapacity(text.utf8.count)
        for character in text {
            if let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7f {
                result.append(plainGlyph(ascii))
            } else {
                append(character, to: &result)
            }
        }
        return result
    }

    /// Whether a text is of printable ASCII alone, which is shown as it is: one cell a byte.
    ///
    /// Nearly every text is, and to look at each of its characters would cost more than the rest of
    /// the drawing.
    ///
    /// - Parameter text: Any text.
    /// - Returns: Whether it is safe, and as wide as it has bytes.
    static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
    }

    /// The picture of a printable ASCII character.
    ///
    /// - Parameter byte: The character.
    /// - Returns: Its glyph.
    static func plainGlyph(_ byte: UInt8) -> Glyph { plainGlyphs[Int(byte & 0x7f)] }

    private static let plainGlyphs = (0..<0x80).map {
        Glyph(text: String(Unicode.Scalar(UInt8($0))), cells: 1)
    }

    /// The number of cells that a text takes once it is safe.
    ///
    /// - Parameter text: Any text.
    /// - Returns: Its cells.
    static func cells(_ text: String) -> Int {
        isPlain(text) ? text.utf8.count : glyphs(text).reduce(0) { $0 + $1.cells }
    }

    /// A text without anything that could move or fool the screen.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The safe text, not cut.
    static func safe(_ text: String) -> String {
        isPlain(text) ? text : glyphs(text).map(\.text).joined()
    }

    /// Cuts a text to a number of cells, with a mark where something was cut off.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - width: The cells there are.
    /// - Returns: Safe text of at most that many cells; never half of a wide character.
    static func clip(_ text: String, to width: Int) -> String {
        guard width > 0 else { return "" }
        if isPlain(text) {
            guard text.utf8.count > width else { return text }
            return String(decoding: text.utf8.prefix(width - 1), as: UTF8.self) + "~"
        }
        let glyphs = glyphs(text)
        guard glyphs.reduce(0, { $0 + $1.cells }) > width else {
            return glyphs.map(\.text).joined()
        }
        var result = ""
        var used = 0
        for glyph in glyphs {
            guard used + glyph.cells <= width - 1 else { break }
            result += glyph.text
            used += glyph.cells
        }
        return result + "~"
    }

    /// Cuts the beginning off a text that is being typed: its end is where the next letter comes.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - width: The cells there are.
    /// - Returns: Safe text of at most that many cells, with a mark where something was cut off.
    static func tail(_ text: String, to width: Int) -> String {
        guard width > 0 else { return "" }
        guard cells(text) > width else { return safe(text) }
        var kept: [Glyph] = []
        var used = 0
        for glyph in glyphs(text).reversed() {
            guard used + glyph.cells <= width - 1 else { break }
            kept.append(glyph)
            used += glyph.cells
        }
        return "~" + kept.reversed().map(\.text).joined()
    }

    /// Cuts or fills a text to exactly a number of cells.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - width: The cells to fill.
    ///   - alignment: The side on which the text stands.
    /// - Returns: Safe text of exactly that many cells.
    static func pad(_ text: String, to width: Int, _ alignment: Alignment = .left) -> String {
        let clipped = clip(text, to: width)
        let filling = String(repeating: " ", count: max(0, width - cells(clipped)))
        return alignment == .left ? clipped + filling : filling + clipped
    }

    /// Breaks a text into lines between its words.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - width: The cells of a line.
    /// - Returns: Safe lines; a word that is longer than a line is cut by whoever puts it.
    static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in safe(text).split(separator: " ") {
            if let last = lines.last, cells(last) + 1 + cells(String(word)) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// The side on which a text stands in its column.
    enum Alignment {
        case left
        case right
    }

    private static func append(_ character: Character, to result: inout [Glyph]) {
        var scalars = character.unicodeScalars.makeIterator()
        guard let base = scalars.next() else { return }
        guard let picture = picture(of: base), base.value >= 0x20 else {
            // A line break of two characters is one for Swift, and two on the screen.
            for scalar in character.unicodeScalars {
                result.append(Self.picture(of: scalar) ?? replacement)
            }
            return
        }
        var text = picture.text
        var cells = picture.cells
        var marks = 0
        while let scalar = scalars.next() {
            // What joins, colours or varies a picture has no width that all terminals agree on.
            guard let width = markWidth(scalar) else { break }
            guard marks < 4, cells + width <= 2 else { break }
            text.unicodeScalars.append(scalar)
            cells += width
            marks += 1
        }
        result.append(Glyph(text: text, cells: cells))
    }

    /// A base character, or what stands for it; nil when it cannot stand alone.
    private static func picture(of scalar: Unicode.Scalar) -> Glyph? {
        switch scalar.value {
        case 0..<0x20:
            return Unicode.Scalar(0x2400 + scalar.value).map { Glyph(text: String($0), cells: 1) }
        case 0x7f: return Glyph(text: "\u{2421}", cells: 1)
        case 0xad: return Glyph(text: "-", cells: 1)
        case 0x20..<0x7f: return Glyph(text: String(scalar), cells: 1)
        // Lines, blocks, and the signs of the screen itself: narrow on every terminal.
        case 0xb7, 0x2190...0x2193, 0x2500...0x259f, 0x25b2, 0x25b4, 0x25b8, 0x2713, 0x2717:
            return Glyph(text: String(scalar), cells: 1)
        case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800: return nil  // letters without a picture
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned, .nonspacingMark, .enclosingMark, .spacingMark:
            return nil
        case .spaceSeparator:
            return scalar.value == 0x3000
                ? Glyph(text: "\u{3000}", cells: 2) : Glyph(text: " ", cells: 1)
        default:
            // A half of a flag, or a tint without its face.
            if (0x1f1e6...0x1f1ff).contains(scalar.value) { return nil }
            if (0x1f3fb...0x1f3ff).contains(scalar.value) { return nil }
            return Glyph(text: String(scalar), cells: isWide(scalar) ? 2 : 1)
        }
    }

    /// The cells a mark adds to its base, or nil when it must not be shown.
    private static func markWidth(_ scalar: Unicode.Scalar) -> Int? {
        switch scalar.value {
        case 0xfe00...0xfe0f, 0xe0100...0xe01ef, 0x034f, 0x20e3: return nil
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: 0
        case .spacingMark: 1
        default: nil
        }
    }

    /// Whether a character takes two cells, as the C library and the terminals have it.
    /// - SeeAlso: <https://www.unicode.org/reports/tr11/> (East Asian Width W and F)
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        guard value >= 0x1100 else { return false }
        if scalar.properties.isEmojiPresentation { return true }
        return wide.contains { $0.contains(value) }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf,
        0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
        0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x16fe4, 0x17000...0x18cff,
        0x18d00...0x18d08, 0x1aff0...0x1b2ff, 0x1f200...0x1f202, 0x1f210...0x1f23b,
        0x1f240...0x1f248, 0x1f250...0x1f251, 0x1f260...0x1f265, 0x20000...0x2fffd,
        0x30000...0x3fffd,
    ]
}
