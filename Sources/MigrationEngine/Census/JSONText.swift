/// Whether a text is one whole JSON object or array, as PostgreSQL's `json` takes it.
///
/// - SeeAlso: <https://www.rfc-editor.org/rfc/rfc8259>
struct JSONText {
    /// What a text is.
    enum Kind {
        case object
        case array
    }

    /// Deeper nesting is not looked into, and is not called JSON.
    private static let deepest = 512

    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var isBinary = false
    private var isTooDeep = false

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Judges a text; reads it only when its first byte says object or array.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: What it is, nil for all other texts.
    static func kind(_ bytes: UnsafeRawBufferPointer) -> Kind? {
        guard let first = bytes.first, first == open.object || first == open.array,
            let last = bytes.last, [0x7d, 0x5d, 0x20, 0x0a, 0x0d, 0x09].contains(last)
        else { return nil }
        var text = JSONText(bytes)
        guard text.value(depth: 0) else { return nil }
        text.skipBlanks()
        guard text.place == bytes.count else { return nil }
        return first == open.object ? .object : .array
    }

    /// Whether PostgreSQL takes a text as JSON of any kind; nesting that is too deep to be looked
    /// into is taken for JSON.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - isBinary: Whether it is for `jsonb`, which decodes escapes: no NUL, no half characters.
    /// - Returns: Whether it is.
    static func isJSON(_ bytes: UnsafeRawBufferPointer, isBinary: Bool) -> Bool {
        var text = JSONText(bytes)
        text.isBinary = isBinary
        let isValue = text.value(depth: 0)
        if text.isTooDeep { return true }
        text.skipBlanks()
        return isValue && text.place == bytes.count
    }

    private static let open = (object: UInt8(ascii: "{"), array: UInt8(ascii: "["))

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            place += 1
        }
    }

    private mutating func value(depth: Int) -> Bool {
        guard depth < Self.deepest else {
            isTooDeep = true
            return false
        }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return members(depth)
        case UInt8(ascii: "["): return elements(depth)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func members(_ depth: Int) -> Bool {
        place += 1
        skipBlanks()
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            skipBlanks()
            guard string() else { return false }
            skipBlanks()
            guard take(UInt8(ascii: ":")), value(depth: depth + 1) else { return false }
            skipBlanks()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func elements(_ depth: Int) -> Bool {
        place += 1
        skipBlanks()
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            guard value(depth: depth + 1) else { return false }
            skipBlanks()
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    private mutating func string() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        // The first half of a character of two escapes has been read.
        var isHalf = false
        while let byte = next {
            place += 1
            if isHalf, byte != UInt8(ascii: "\\") || next != UInt8(ascii: "u") { return false }
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return false }
                place += 1
                if escaped == UInt8(ascii: "u") {
                    guard let code = codeUnit() else { return false }
                    guard isBinary else { continue }
                    guard code != 0, (0xdc00..<0xe000).contains(code) == isHalf else {
                        return false
                    }
                    isHalf = (0xd800..<0xdc00).contains(code)
                } else if !Self.escapes.contains(escaped) {
                    return false
                }
            default: continue
            }
        }
        return false
    }

    private mutating func codeUnit() -> Int? {
        var code = 0
        for _ in 0..<4 {
            guard let digit = next, ASCII.isHexadecimal(digit) else { return nil }
            code = code << 4 | Int(digit & 0xf) + (digit > 0x39 ? 9 : 0)
            place += 1
        }
        return code
    }

    private static let escapes = Array("\"\\/bfnrt".utf8)

    private mutating func word(_ word: StaticString) -> Bool {
        for offset in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[offset]) {
            return false
        }
        return true
    }

    private mutating func number() -> Bool {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), !digits() { return false }
        if take(UInt8(ascii: ".")), !digits() { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = place
        while let byte = next, ASCII.isDigit(byte) { place += 1 }
        return place > start
    }
}

/// Questions about single bytes.
enum ASCII {
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    @inline(__always)
    static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
    }
}
