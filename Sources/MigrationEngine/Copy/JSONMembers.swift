/// Finds JSON objects that name a member twice: `jsonb` keeps the last one only.
///
/// Text that is no JSON is left to the server, which refuses it.
struct JSONMembers {
    private let bytes: UnsafeRawBufferPointer

    /// Whether some object of a text names a member twice.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: Whether one does; false for what is no JSON.
    static func areRepeated(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Two members of one object are parted by a comma.
        guard bytes.contains(UInt8(ascii: "{")), bytes.contains(UInt8(ascii: ",")) else {
            return false
        }
        return JSONMembers(bytes: bytes).hasRepeated()
    }

    /// The names of an object so far; nil stands for an array.
    private typealias Level = Set<[UInt8]>?

    private func hasRepeated() -> Bool {
        var levels: [Level] = []
        var place = 0
        // Whether the next string of the innermost object is a name.
        var isName = false
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "{"):
                levels.append(.some([]))
                isName = true
            case UInt8(ascii: "["):
                levels.append(nil)
                isName = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard levels.popLast() != nil else { return false }
                isName = false
            case UInt8(ascii: ","): isName = levels.last?.map { _ in true } ?? false
            case UInt8(ascii: "\""):
                guard let end = end(ofString: place) else { return false }
                if isName, !levels.isEmpty {
                    guard let name = Self.plain(bytes[place + 1..<end]) else { return false }
                    let isNew = levels[levels.count - 1]?.insert(name).inserted
                    if isNew == false { return true }
                }
                isName = false
                place = end
            default: break
            }
            place += 1
        }
        return false
    }

    /// The place of the quote that ends a string.
    private func end(ofString start: Int) -> Int? {
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): return place
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        return nil
    }

    /// The characters of a string, whichever way they are escaped; nil when an escape is none.
    private static func plain(_ content: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        guard content.contains(UInt8(ascii: "\\")) else { return Array(content) }
        var units: [UInt16] = []
        var rest = Array(String(decoding: content, as: UTF8.self).utf16)[...]
        while let unit = rest.popFirst() {
            guard unit == 0x5C else {
                units.append(unit)
                continue
            }
            guard let escape = rest.popFirst() else { return nil }
            switch escape {
            case 0x62: units.append(0x08)
            case 0x66: units.append(0x0C)
            case 0x6E: units.append(0x0A)
            case 0x72: units.append(0x0D)
            case 0x74: units.append(0x09)
            case 0x75:
                let digits = String(decoding: rest.prefix(4), as: UTF16.self)
                guard digits.utf8.count == 4, let value = UInt16(digits, radix: 16) else {
                    return nil
                }
                units.append(value)
                rest = rest.dropFirst(4)
            default: units.append(escape)
            }
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
