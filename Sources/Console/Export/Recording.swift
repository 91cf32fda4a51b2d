import Foundation

/// What the screen shows, as a file that players of terminal sessions read.
///
/// > The asciicast file format, version 2
///
/// The frames are written, not the bytes of the terminal: what is recorded is what was meant.
final class Recording {
    private let file: FileHandle
    private let startedAt: Double
    private var shown: Frame?

    /// Begins a file that is not there yet.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - size: The size of the screen.
    ///   - now: Seconds since 1970.
    /// - Throws: When the file cannot be made.
    init(path: String, size: Size, now: Double) throws {
        let url = URL(fileURLWithPath: NSString(string: path).expandingTildeInPath)
        let header = Self.header(size, now)
        try Data((header + "\n").utf8).write(to: url, options: .withoutOverwriting)
        file = try FileHandle(forWritingTo: url)
        try file.seekToEnd()
        startedAt = now
    }

    deinit { try? file.close() }

    /// Adds a frame; one that is as the last adds nothing.
    ///
    /// - Parameters:
    ///   - frame: What the screen shows.
    ///   - theme: How each meaning looks, in the colours of the 256-colour palette.
    ///   - now: Seconds since 1970.
    /// - Throws: When the file cannot be written.
    func add(_ frame: Frame, theme: Theme, now: Double) throws {
        guard frame != shown else { return }
        var events = ""
        if let shown, shown.size != frame.size {
            events += event("r", "\(frame.size.columns)x\(frame.size.rows)", now)
        }
        events += event("o", ANSI.text(frame, after: shown, theme: theme), now)
        shown = frame
        try file.write(contentsOf: Data(events.utf8))
    }

    private func event(_ kind: String, _ text: String, _ now: Double) -> String {
        let seconds = max(0, now - startedAt)
        return "[\((seconds * 1_000).rounded() / 1_000), \"\(kind)\", \(Self.literal(text))]\n"
    }

    private static func header(_ size: Size, _ now: Double) -> String {
        "{\"version\": 2, \"width\": \(size.columns), \"height\": \(size.rows), "
            + "\"timestamp\": \(Int(now)), \"title\": \"cutover\", "
            + "\"env\": {\"TERM\": \"xterm-256color\"}}"
    }

    private static func literal(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: (try? encoder.encode(text)) ?? Data("\"\"".utf8), as: UTF8.self)
    }
}

/// A frame as the characters that a 256-colour terminal needs.
enum ANSI {
    /// The rows that differ from an earlier frame.
    ///
    /// - Parameters:
    ///   - frame: What shall be seen.
    ///   - before: What is seen; nil, or one of another size, for nothing.
    ///   - theme: How each meaning looks.
    /// - Returns: The characters; the cursor stays hidden.
    static func text(_ frame: Frame, after before: Frame?, theme: Theme) -> String {
        let before = before?.size == frame.size ? before : nil
        var text = before == nil ? "\u{1b}[?25l\u{1b}[2J" : ""
        for y in 0..<frame.size.rows where before.map({ $0.row(y) != frame.row(y) }) ?? true {
            text += "\u{1b}[\(y + 1);1H"
            var style: StyleKey?
            for cell in frame.row(y) where cell.width > 0 {
                if cell.style != style {
                    text += look(theme[cell.style])
                    style = cell.style
                }
                text += cell.text
            }
            text += "\u{1b}[0m"
        }
        return text
    }

    private static func look(_ style: Style) -> String {
        var codes = ["0"]
        if style.isBold { codes.append("1") }
        if style.isDim { codes.append("2") }
        if style.isItalic { codes.append("3") }
        if style.isUnderlined { codes.append("4") }
        if style.isReversed { codes.append("7") }
        if let colour = style.foreground { codes.append("38;5;\(colour)") }
        if let colour = style.background { codes.append("48;5;\(colour)") }
        return "\u{1b}[\(codes.joined(separator: ";"))m"
    }
}
