/// JSON in one form for all spellings of the same value: what `jsonb` takes for equal is equal.
///
/// Keys are sorted and the last of equal ones wins; numbers are plain decimals; strings are their
/// characters, each with its length in front so that nothing can be taken for something else.
struct JSONForm {
    /// Deeper values are not compared by this form.
    private static let depthLimit = 2_000
    /// PostgreSQL's numbers have fewer digits.
    private static let digitLimit = 200_000

    private let bytes: [UInt8]
    private var place = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Brings JSON into its form.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: The form, nil when it is not JSON.
    static func canonical(_ bytes: [UInt8]) -> String? {
        var form = JSONForm(bytes)
        guard let value = form.value(0) else { return nil }
        form.skipBlanks()
        return form.place == bytes.count ? value : nil
    }

    private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 32 || byte == 9 || byte == 10 || byte == 13 { place += 1 }
    }

    private mutating func take(_ character: UInt8) -> Bool {
        skipBlanks()
        guard current == character else { return false }
        place += 1
        return true
    }

    private mutating func value(_ depth: Int) -> String? {
        guard depth < Self.depthLimit else { return nil }
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return list(depth)
        case UInt8(ascii: "\""): return string().map { "s\($0.utf8.count):\($0)" }
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func word(_ word: String) -> String? {
        guard bytes[place...].starts(with: word.utf8) else { return nil }
        place += word.utf8.count
        return word
    }

    private mutating func list(_ depth: Int) -> String? {
        place += 1
        if take(UInt8(ascii: "]")) { return "[]" }
        var elements: [String] = []
        while true {
            guard let element = value(depth + 1) else { return nil }
            elements.append(element)
            if take(UInt8(ascii: "]")) { return "[" + elements.joined(separator: ",") + "]" }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func object(_ depth: Int) -> String? {
        place += 1
        if take(UInt8(ascii: "}")) { return "{}" }
        // By bytes: Swift takes two spellings of one accented letter for the same text.
        var members: [[UInt8]: String] = [:]
        while true {
            skipBlanks()
            guard current == UInt8(ascii: "\""), let key = string(), take(UInt8(ascii: ":")),
                let member = value(depth + 1)
            else { return nil }
            members[Array(key.utf8)] = member
            if take(UInt8(ascii: "}")) { break }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
        let sorted = members.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let texts = sorted.map { key, member in
            "\(key.count):\(String(decoding: key, as: UTF8.self))=\(member)"
        }
        return "{" + texts.joined(separator: ",") + "}"
    }

    private mutating func number() -> String? {
        let start = place
        let marks: Set<UInt8> = [
            UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"),
        ]
        while let byte = current, (48...57).contains(byte) || marks.contains(byte) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self).lowercased()
        guard text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[-+]?[0-9]+)?/) != nil else {
            return nil
        }
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: "e")
        let exponent = parts.count == 2 ? Int(parts[1]) ?? Int.max : 0
        guard exponent.magnitude < UInt(Self.digitLimit) else { return nil }
        let plain = DecimalText.plain(String(parts[0]), exponent: exponent)
        return isNegative && plain != "0" ? "-" + plain : plain
    }

    private mutating func string() -> String? {
        place += 1
        var text: [UInt8] = []
        while let byte = current {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                text += String(Character(scalar)).utf8
            case 0..<32: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
        UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n",
        UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]

    private mutating func escaped() -> Unicode.Scalar? {
        guard let byte = current else { return nil }
        place += 1
        guard byte == UInt8(ascii: "u") else { return Self.escapes[byte] }
        guard let first = unit() else { return nil }
        guard (0xd800...0xdbff).contains(first) else { return Unicode.Scalar(first) }
        guard current == UInt8(ascii: "\\") else { return nil }
        place += 1
        guard current == UInt8(ascii: "u") else { return nil }
        place += 1
        guard let second = unit(), (0xdc00...0xdfff).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xd800) * 0x400 + (second - 0xdc00))
    }

    private mutating func unit() -> UInt32? {
        guard place + 4 <= bytes.count else { return nil }
        let digits = bytes[place..<place + 4]
        place += 4
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
