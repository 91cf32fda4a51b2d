/// A key as the terminal can tell it.
///
/// A plain terminal cannot tell Ctrl-I from Tab, Ctrl-M from Enter, nor Shift-Enter from Enter.
enum Key: Hashable, Sendable {
    case character(Character)
    case control(Character)
    case function(Int)
    case up
    case down
    case left
    case right
    case home
    case end
    case pageUp
    case pageDown
    case enter
    case escape
    case tab
    case backTab
    case backspace
    case delete
    case pasteBegin
    case pasteEnd

    /// The key as the hints and the help name it.
    var label: String {
        switch self {
        case .character(" "): "Space"
        case .character(let character): String(character)
        case .control(let character): "C-\(character)"
        case .function(let number): "F\(number)"
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backTab: "S-Tab"
        case .backspace: "BkSp"
        case .delete: "Del"
        case .pasteBegin, .pasteEnd: "paste"
        }
    }
}
