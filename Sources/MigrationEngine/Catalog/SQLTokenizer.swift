/// Cuts SQL into tokens as SQLite does; blanks and comments are left out.
///
/// - SeeAlso: <https://www.sqlite.org/lang_keywords.html>,
///   <https://www.sqlite.org/lang_comment.html>
struct SQLTokenizer {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ sql: String) { bytes = Array(sql.utf8) }

    /// Cuts a text into tokens.
    ///
    /// - Parameter sql: Any text; what SQLite would refuse becomes a token of kind `illegal`.
    /// - Returns: The tokens, in order.
    static func tokens(of sql: String) -> [SQLToken] {
        var tokenizer = SQLTokenizer(sql)
        var tokens: [SQLToken] = []
        while let token = tokenizer.next() { tokens.append(token) }
        return tokens
    }

    private func byte(_ ahead: Int = 0) -> UInt8? {
        let index = position + ahead
        return index < bytes.count ? bytes[index] : nil
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private mutating func next() -> SQLToken? {
        skipBlanks()
        guard let first = byte() else { return nil }
        switch first {
        case UInt8(ascii: "'"): return quoted(until: first, .string)
        case UInt8(ascii: "\""): return quoted(until: first, .doubleQuoted)
        case UInt8(ascii: "`"): return quoted(until: first, .quoted)
        case UInt8(ascii: "["): return bracketed()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case UInt8(ascii: "."):
            if let following = byte(1), following.isDigit { return number() }
            return symbol()
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            return byte(1) == UInt8(ascii: "'") ? blob() : word()
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "#"),
            UInt8(ascii: "$"):
            return parameter()
        default:
            return first.isNamePart ? word() : symbol()
        }
    }

    private mutating func skipBlanks() {
        while let current = byte() {
            if current.isBlank {
                position += 1
            } else if current == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                while let inside = byte(), inside != UInt8(ascii: "\n") { position += 1 }
            } else if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                skipBlockComment()
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment() {
        position += 2
        while let inside = byte() {
            if inside == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
    }

    private mutating func quoted(until quote: UInt8, _ kind: SQLToken.Kind) -> SQLToken {
        let start = position
        var content: [UInt8] = []
        position += 1
        while let current = byte() {
            position += 1
            if current == quote {
                guard byte() == quote else {
                    let text = String(decoding: content, as: UTF8.self)
                    return SQLToken(kind: kind, text: text, range: start..<position)
                }
                position += 1
            }
            content.append(current)
        }
        return illegal(from: start)
    }

    private mutating func bracketed() -> SQLToken {
        let start = position
        while let current = byte() {
            position += 1
            if current == UInt8(ascii: "]") {
                let text = string(start + 1..<position - 1)
                return SQLToken(kind: .quoted, text: text, range: start..<position)
            }
        }
        return illegal(from: start)
    }

    private mutating func number() -> SQLToken {
        let start = position
        if byte() == UInt8(ascii: "0"),
            byte(1) == UInt8(ascii: "x") || byte(1) == UInt8(ascii: "X"),
            let digit = byte(2), digit.isHexDigit
        {
            position += 2
            while let digit = byte(), digit.isHexDigit { position += 1 }
        } else {
            skipDigits()
            if byte() == UInt8(ascii: ".") {
                position += 1
                skipDigits()
            }
            skipExponent()
        }
        if let following = byte(), following.isNamePart {
            while let part = byte(), part.isNamePart { position += 1 }
            return illegal(from: start)
        }
        return SQLToken(kind: .number, text: string(start..<position), range: start..<position)
    }

    private mutating func skipDigits() {
        while let digit = byte(), digit.isDigit { position += 1 }
    }

    private mutating func skipExponent() {
        guard byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") else { return }
        let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
        guard let digit = byte(1 + sign), digit.isDigit else { return }
        position += 1 + sign
        skipDigits()
    }

    private mutating func blob() -> SQLToken {
        let start = position
        position += 2
        while let digit = byte(), digit.isHexDigit { position += 1 }
        guard byte() == UInt8(ascii: "'"), (position - start).isMultiple(of: 2) else {
            return illegal(from: start)
        }
        position += 1
        let digits = string(start + 2..<position - 1)
        return SQLToken(kind: .blob, text: digits, range: start..<position)
    }

    private mutating func parameter() -> SQLToken {
        let start = position
        position += 1
        while let part = byte(), part.isNamePart { position += 1 }
        return SQLToken(kind: .parameter, text: string(start..<position), range: start..<position)
    }

    private mutating func word() -> SQLToken {
        let start = position
        while let part = byte(), part.isNamePart { position += 1 }
        return SQLToken(kind: .word, text: string(start..<position), range: start..<position)
    }

    private mutating func symbol() -> SQLToken {
        let start = position
        for symbol in Self.longSymbols where matches(symbol) {
            position += symbol.utf8.count
            return SQLToken(kind: .symbol, text: symbol, range: start..<position)
        }
        position += 1
        let text = string(start..<position)
        let kind: SQLToken.Kind = Self.shortSymbols.contains(text) ? .symbol : .illegal
        return SQLToken(kind: kind, text: text, range: start..<position)
    }

    private func matches(_ symbol: String) -> Bool {
        symbol.utf8.enumerated().allSatisfy { byte($0.offset) == $0.element }
    }

    private mutating func illegal(from start: Int) -> SQLToken {
        SQLToken(kind: .illegal, text: string(start..<position), range: start..<position)
    }

    // longest first, as the first match wins
    private static let longSymbols = [
        "->>", "->", "==", "<=", "<>", "<<", ">=", ">>", "!=", "||",
    ]
    private static let shortSymbols: Set<String> = [
        "-", "(", ")", ";", "+", "*", "/", "%", "=", "<", ">", ",", "&", "|", "~", ".",
    ]
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isHexDigit: Bool {
        isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
    fileprivate var isBlank: Bool {
        self == 0x20 || (0x09...0x0a).contains(self) || self == 0x0c || self == 0x0d
    }
    fileprivate var isNamePart: Bool {
        isDigit || (0x41...0x5a).contains(self) || (0x61...0x7a).contains(self)
            || self == UInt8(ascii: "_") || self == UInt8(ascii: "$") || self >= 0x80
    }
}
