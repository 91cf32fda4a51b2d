/// How many colours the terminal has.
enum ColourDepth: Int, Sendable, CaseIterable {
    case mono
    case eight
    case sixteen
    case full

    /// The depth for a number of colours.
    init(colours: Int) {
        self =
            switch colours {
            case 256...: .full
            case 16...: .sixteen
            case 8...: .eight
            default: .mono
            }
    }
}

/// A colour of a theme: an entry of the xterm palette, or the terminal's own colour.
enum Colour: Equatable, Sendable {
    case standard
    case palette(Int)

    /// Red, green and blue of an entry of the xterm palette, 0 to 255 each.
    static func components(_ index: Int) -> (red: Int, green: Int, blue: Int) {
        switch index {
        case 0..<16: return basic[index]
        case 16..<232:
            let cube = index - 16
            return (steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6])
        default:
            let grey = 8 + 10 * (min(255, index) - 232)
            return (grey, grey, grey)
        }
    }

    /// The nearest entry of the palette.
    ///
    /// - Parameters:
    ///   - red: 0 to 255.
    ///   - green: 0 to 255.
    ///   - blue: 0 to 255.
    ///   - entries: The part of the palette to look in.
    /// - Returns: The index of the entry.
    static func nearest(red: Int, green: Int, blue: Int, in entries: Range<Int>) -> Int {
        var best = entries.lowerBound
        var least = Int.max
        for index in entries {
            let candidate = components(index)
            let distance =
                (candidate.red - red) * (candidate.red - red)
                + (candidate.green - green) * (candidate.green - green)
                + (candidate.blue - blue) * (candidate.blue - blue)
            guard distance < least else { continue }
            least = distance
            best = index
        }
        return best
    }

    /// The palette index on a terminal of a depth, or nil for the terminal's own colour.
    func index(depth: ColourDepth) -> Int? {
        guard case .palette(let index) = self, depth != .mono else { return nil }
        guard depth != .full, index > 15 || depth == .eight else { return index }
        let own = Self.components(index)
        let sixteen =
            index < 16
            ? index : Self.nearest(red: own.red, green: own.green, blue: own.blue, in: 0..<16)
        return depth == .eight ? sixteen % 8 : sixteen
    }

    private static let steps = [0, 95, 135, 175, 215, 255]
    /// The first sixteen entries as xterm ships them; a user's palette may differ.
    private static let basic: [(red: Int, green: Int, blue: Int)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
        (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
        (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ]
}

/// How one meaning looks on the terminal at hand.
struct Style: Equatable, Sendable {
    /// A palette index, or nil for the terminal's own colour.
    var foreground: Int?
    var background: Int?
    var isBold = false
    var isDim = false
    var isItalic = false
    var isUnderlined = false
    var isReversed = false
}
