/// The signs of the console, once in Unicode and once in ASCII.
///
/// Curses' own line characters are not used: in UTF-8 they are sent as switches of the character
/// set, which some terminals get wrong.
struct Glyphs: Equatable, Sendable {
    /// The pieces of a box.
    struct Box: Equatable, Sendable {
        let horizontal: String
        let vertical: String
        let topLeft: String
        let topRight: String
        let bottomLeft: String
        let bottomRight: String
    }

    var ok: String
    var bad: String
    var warn: String
    var wait: String
    var run: String
    var barDone: String
    var barRest: String
    let rule: String
    let divider: String
    var arrow: String
    let box: Box
    let focusedBox: Box
    /// Whether nothing beyond ASCII may be drawn.
    let isASCII: Bool

    /// The signs without those of a theme.
    var plain: Glyphs { isASCII ? .ascii : .unicode }

    /// What a theme may call a sign.
    static let names: Set = [
        "status.ok", "status.bad", "status.warn", "status.wait", "status.run", "bar.done",
        "bar.rest", "arrow",
    ]

    /// These signs with some of a theme's; ASCII stays ASCII.
    ///
    /// - Parameter signs: The theme's, by name.
    /// - Returns: Both together.
    func replacing(_ signs: [String: String]) -> Glyphs {
        var all = self
        for (name, sign) in signs where !isASCII || sign.utf8.count == 1 {
            switch name {
            case "status.ok": all.ok = sign
            case "status.bad": all.bad = sign
            case "status.warn": all.warn = sign
            case "status.wait": all.wait = sign
            case "status.run": all.run = sign
            case "bar.done": all.barDone = sign
            case "bar.rest": all.barRest = sign
            case "arrow": all.arrow = sign
            default: break
            }
        }
        return all
    }

    static let unicode = Glyphs(
        ok: "✓",
        bad: "✗",
        warn: "▲",
        wait: "·",
        run: "▸",
        barDone: "█",
        barRest: "░",
        rule: "─",
        divider: "│",
        arrow: "→",
        box: Box(
            horizontal: "─",
            vertical: "│",
            topLeft: "┌",
            topRight: "┐",
            bottomLeft: "└",
            bottomRight: "┘"
        ),
        focusedBox: Box(
            horizontal: "═",
            vertical: "║",
            topLeft: "╔",
            topRight: "╗",
            bottomLeft: "╚",
            bottomRight: "╝"
        ),
        isASCII: false
    )

    static let ascii = Glyphs(
        ok: "+",
        bad: "x",
        warn: "!",
        wait: ".",
        run: ">",
        barDone: "#",
        barRest: ".",
        rule: "-",
        divider: "|",
        arrow: ">",
        box: Box(
            horizontal: "-",
            vertical: "|",
            topLeft: "+",
            topRight: "+",
            bottomLeft: "+",
            bottomRight: "+"
        ),
        focusedBox: Box(
            horizontal: "=",
            vertical: "|",
            topLeft: "+",
            topRight: "+",
            bottomLeft: "+",
            bottomRight: "+"
        ),
        isASCII: true
    )
}
