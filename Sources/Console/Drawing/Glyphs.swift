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

    let ok: String
    let bad: String
    let warn: String
    let wait: String
    let run: String
    let barDone: String
    let barRest: String
    let rule: String
    let divider: String
    let arrow: String
    let box: Box
    let focusedBox: Box

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
        )
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
        )
    )
}
