/// How many colours the terminal has.
enum ColourDepth: Int, Sendable, CaseIterable {
    case mono
    case eight
    case sixteen
    case full
    /// Every colour by red, green and blue.
    case direct

    /// The depth for a number of colours.
    init(colours: Int) {
        self =
            switch colours {
            case 65_536...: .direct
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
    case rgb(red: Int, green: Int, blue: Int)

    /// A colour as web pages write it, `#rrggbb`; nil when it is not one.
    init?(hexadecimal word: String) {
        let digits = word.dropFirst()
        guard word.hasPrefix("#"), digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit),
            let value = Int(digits, radix: 16)
        else { return nil }
        self = .rgb(red: value >> 16, green: value >> 8 & 0xff, blue: value & 0xff)
    }

    /// Red, green and blue, 0 to 255 each; nil for the terminal's own colour.
    var components: (red: Int, green: Int, blue: Int)? {
        switch self {
        case .standard: nil
        case .palette(let index): Self.components(index)
        case .rgb(let red, let green, let blue): (red, green, blue)
        }
    }

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

    /// What curses calls the colour on a terminal of a depth, or nil for the terminal's own.
    ///
    /// A terminal with direct colours counts red, green and blue in one number, whose first eight
    /// values are the colours of its palette.
    func index(depth: ColourDepth) -> Int? {
        guard let own = components, depth != .mono else { return nil }
        if depth == .direct {
            if case .palette(let index) = self, index < 8 { return index }
            return max(8, own.red << 16 | own.green << 8 | own.blue)
        }
        if case .palette(let index) = self, depth == .full || index < 16 {
            return depth == .eight ? index % 8 : index
        }
        let entries = depth == .full ? 16..<256 : 0..<16
        let near = Self.nearest(red: own.red, green: own.green, blue: own.blue, in: entries)
        return depth == .eight ? near % 8 : near
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
