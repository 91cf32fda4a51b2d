import CTerminal
import Glibc

/// The terminal while the console has it.
///
/// Stays on the main thread: curses is not made for threads, and so this is not `Sendable`.
final class Screen {
    /// Why there is no screen.
    enum Refusal: Error, Equatable {
        case notATerminal
        case dumb
        case unknown(term: String)
        case system(errno: Int32)
    }

    /// What the terminal can show.
    let depth: ColourDepth
    /// Whether text beyond ASCII can be shown.
    let isUTF8: Bool
    /// Whether this machine does not know the terminal, so that it is treated as an xterm.
    let isFallback: Bool

    private var shown: Frame?
    private var pairs: [[Int]: Int32] = [:]
    private var isStopped = false
    /// A mouse event of which more is to come.
    private var sequence: MouseSequence?

    /// Takes the terminal.
    ///
    /// - Parameter logPath: Where standard error goes while the screen is up.
    /// - Throws: ``Refusal`` when there is no terminal that could show a screen.
    init(logPath: String?) throws(Refusal) {
        ct_guard()
        switch Int(ct_start(logPath)) {
        case CT_OK: break
        case CT_ERR_NOT_A_TTY: throw .notATerminal
        case CT_ERR_DUMB: throw .dumb
        case CT_ERR_UNKNOWN:
            throw .unknown(term: getenv("TERM").map { String(cString: $0) } ?? "")
        default: throw .system(errno: errno)
        }
        depth = ColourDepth(colours: Int(ct_colours()))
        isUTF8 = ct_is_utf8() != 0
        isFallback = ct_is_fallback() != 0
    }

    deinit { stop() }

    /// The size now.
    var size: Size {
        var rows: Int32 = 0
        var columns: Int32 = 0
        ct_size(&rows, &columns)
        return Size(columns: Int(columns), rows: Int(rows))
    }

    /// Gives the terminal back; the second time does nothing.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        ct_stop()
    }

    /// Stops the process as Ctrl-Z does, until the shell continues it.
    func suspend() {
        ct_suspend()
        repaint()
    }

    /// Sends characters that are not shown, such as those for the clipboard.
    ///
    /// - Parameter text: What the terminal is told; never anything of a database.
    func write(_ text: String) {
        ct_raw(text)
    }

    /// Takes the mouse from the terminal, or gives it back.
    func setMouse(_ isOn: Bool) {
        ct_set_mouse(isOn ? 1 : 0)
    }

    /// Makes the next frame be sent whole.
    func repaint() {
        shown = nil
        ct_repaint()
    }

    /// Waits for a key, a message or a signal.
    ///
    /// - Parameter milliseconds: The longest wait, or nil to wait until something happens.
    /// - Returns: What happened, or nil.
    func wait(milliseconds: Int?) -> ScreenEvent? {
        let event = ct_wait(Int32(clamping: milliseconds ?? -1))
        switch ct_kind(UInt32(event.kind)) {
        case CT_CHAR: return character(event.code)
        case CT_KEY: return special(event.code)
        case CT_RESIZE: return .resized(size)
        case CT_WAKE: return .wake
        case CT_SIGNAL: return .signal(event.code)
        case CT_EOF: return .closed
        default: return nil
        }
    }

    /// Sends the rows of a frame that differ from those on the screen.
    ///
    /// - Parameters:
    ///   - frame: What the screen shall show.
    ///   - theme: How each meaning looks.
    func show(_ frame: Frame, theme: Theme) {
        let before = shown?.size == frame.size ? shown : nil
        if before == nil { ct_erase() }
        for y in 0..<frame.size.rows where before.map({ $0.row(y) != frame.row(y) }) ?? true {
            put(row: frame.row(y), y: y, theme: theme)
        }
        ct_present()
        shown = frame
    }

    /// What the terminal shows in a cell, as far as curses knows: for tests of what was drawn.
    ///
    /// - Parameters:
    ///   - x: The column.
    ///   - y: The row.
    /// - Returns: The sign and its look; nil outside of the screen.
    func cell(x: Int, y: Int) -> Shown? {
        var cell = ct_cell()
        guard ct_read(Int32(y), Int32(x), &cell) != 0 else { return nil }
        let text = withUnsafeBytes(of: &cell.utf8) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Shown(
            text: text,
            attributes: cell.attributes,
            foreground: Int(cell.foreground),
            background: Int(cell.background)
        )
    }

    /// A cell of the terminal.
    struct Shown: Equatable {
        var text: String
        var attributes: Int32
        var foreground: Int
        var background: Int

        /// What a cell of a frame has to become.
        ///
        /// - Parameters:
        ///   - text: The sign.
        ///   - style: Its look.
        init(_ text: String, _ style: Style) {
            self.init(
                text: text,
                attributes: style.attributes,
                foreground: style.foreground ?? -1,
                background: style.background ?? -1
            )
        }

        fileprivate init(text: String, attributes: Int32, foreground: Int, background: Int) {
            self.text = text
            self.attributes = attributes
            self.foreground = foreground
            self.background = background
        }
    }

    private func put(row: ArraySlice<Frame.Cell>, y: Int, theme: Theme) {
        var x = row.startIndex
        while x < row.endIndex {
            let first = row[x]
            var text = first.text
            var cells = first.width
            var next = x + max(1, first.width)
            // Plain cells of one style go together; everything else is measured by itself.
            while first.isPlain, next < row.endIndex, row[next].isPlain,
                row[next].style == first.style, cells < 500
            {
                text += row[next].text
                cells += 1
                next += 1
            }
            let style = theme[first.style]
            ct_put(
                Int32(y),
                Int32(x - row.startIndex),
                text,
                Int32(cells),
                pair(style),
                style.attributes
            )
            x = next
        }
    }

    private func pair(_ style: Style) -> Int32 {
        let key = [style.foreground ?? -1, style.background ?? -1]
        if let known = pairs[key] { return known }
        let pair = ct_pair(Int32(style.foreground ?? -1), Int32(style.background ?? -1))
        pairs[key] = pair
        return pair
    }

    /// A character: a key, or a part of what the mouse did.
    private func character(_ code: Int32) -> ScreenEvent? {
        switch sequence?.take(Int(code)) {
        case .more: return nil
        case .done(let pointer):
            sequence = nil
            return pointer.map(ScreenEvent.pointer)
        case .broken, nil:
            sequence = nil
            return Self.key(character: code).map(ScreenEvent.key)
        }
    }

    private func special(_ code: Int32) -> ScreenEvent? {
        switch ct_key(UInt32(code)) {
        case CT_MOUSE, CT_MOUSE_OLD:
            sequence = MouseSequence(isOld: ct_key(UInt32(code)) == CT_MOUSE_OLD)
            return nil
        default:
            sequence = nil
            return Self.key(special: code).map(ScreenEvent.key)
        }
    }

    private static func key(character code: Int32) -> Key? {
        switch code {
        case 8, 127: .backspace
        case 9: .tab
        case 10, 13: .enter
        case 27: .escape
        case 0..<32:
            Key.control(Character(Unicode.Scalar(UInt8(code) + 96)))
        default: Unicode.Scalar(UInt32(code)).map { Key.character(Character($0)) }
        }
    }

    private static func key(special code: Int32) -> Key? {
        switch ct_key(UInt32(code)) {
        case CT_UP: .up
        case CT_DOWN: .down
        case CT_LEFT: .left
        case CT_RIGHT: .right
        case CT_HOME: .home
        case CT_END: .end
        case CT_PAGE_UP: .pageUp
        case CT_PAGE_DOWN: .pageDown
        case CT_ENTER: .enter
        case CT_BACKSPACE: .backspace
        case CT_DELETE: .delete
        case CT_BACK_TAB: .backTab
        case CT_PASTE_BEGIN: .pasteBegin
        case CT_PASTE_END: .pasteEnd
        default: code >= 64 && code < 76 ? .function(Int(code) - 63) : nil
        }
    }
}

/// What the wait of the screen ended with.
enum ScreenEvent: Equatable {
    case key(Key)
    case pointer(Pointer)
    case resized(Size)
    case wake
    case signal(Int32)
    case closed
}

extension Frame.Cell {
    /// Whether the cell holds one character that every C library measures alike.
    fileprivate var isPlain: Bool {
        width == 1 && text.utf8.count == 1
    }
}

extension Style {
    fileprivate var attributes: Int32 {
        var all = 0
        if isBold { all |= CT_BOLD }
        if isDim { all |= CT_DIM }
        if isItalic { all |= CT_ITALIC }
        if isUnderlined { all |= CT_UNDERLINE }
        if isReversed { all |= CT_REVERSE }
        return Int32(all)
    }
}
