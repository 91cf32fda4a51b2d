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
        guard depth < Self.deepest else { return false }
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
        while let byte = next {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = next else { return false }
                place += 1
                if escaped == UInt8(ascii: "u") {
                    for _ in 0..<4 {
                        guard let digit = next, ASCII.isHexadecimal(digit) else { return false }
                        place += 1
                    }
                } else if !Self.escapes.contains(escaped) {
                    return false
                }
            default: continue
            }
        }
        return false
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
