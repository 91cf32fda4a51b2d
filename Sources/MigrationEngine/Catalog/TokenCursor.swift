/// A text of SQL and a place in it, for parsers that read token by token.
struct TokenCursor {
    private let source: [UInt8]
    private let tokens: [SQLToken]
    private(set) var index = 0

    /// Starts at the first token of a text.
    ///
    /// - Parameter sql: The text.
    init(_ sql: String) {
        source = Array(sql.utf8)
        tokens = SQLTokenizer.tokens(of: sql)
    }

    /// The token at the cursor, nil at the end.
    var current: SQLToken? { token(0) }

    /// Whether all tokens were read.
    var isAtEnd: Bool { index >= tokens.count }

    /// Looks at a token without moving.
    ///
    /// - Parameter ahead: How many tokens after the cursor.
    /// - Returns: The token, or nil beyond the end.
    func token(_ ahead: Int) -> SQLToken? {
        let place = index + ahead
        return tokens.indices.contains(place) ? tokens[place] : nil
    }

    /// Whether keywords stand at the cursor, one after the other.
    ///
    /// - Parameter keywords: Keywords in upper case.
    /// - Returns: True when all of them stand there.
    func sees(_ keywords: String...) -> Bool {
        keywords.enumerated().allSatisfy { token($0.offset)?.isKeyword($0.element) == true }
    }

    /// Whether a symbol stands at the cursor.
    ///
    /// - Parameter symbol: The symbol.
    /// - Returns: True when it stands there.
    func seesSymbol(_ symbol: String) -> Bool { current?.isSymbol(symbol) == true }

    /// Moves to the next token.
    ///
    /// - Returns: The token passed over.
    @discardableResult
    mutating func advance() -> SQLToken? {
        let token = current
        if token != nil { index += 1 }
        return token
    }

    /// Passes over keywords if all of them stand at the cursor.
    ///
    /// - Parameter keywords: Keywords in upper case.
    /// - Returns: Whether they stood there.
    mutating func take(_ keywords: String...) -> Bool {
        guard keywords.enumerated().allSatisfy({ token($0.offset)?.isKeyword($0.element) == true })
        else { return false }
        index += keywords.count
        return true
    }

    /// Passes over a symbol if it stands at the cursor.
    ///
    /// - Parameter symbol: The symbol.
    /// - Returns: Whether it stood there.
    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard seesSymbol(symbol) else { return false }
        index += 1
        return true
    }

    /// Passes over a name.
    ///
    /// - Returns: The name without quotes, or nil when no name stands there.
    mutating func takeName() -> String? {
        guard let name = current?.name else { return nil }
        index += 1
        return name
    }

    /// Passes over a pair of parentheses and what stands between.
    ///
    /// - Returns: What stands between them as written, trimmed, or nil, without moving, when no
    ///   balanced pair starts here.
    mutating func takeParenthesised() -> String? {
        guard seesSymbol("(") else { return nil }
        var depth = 0
        for place in index..<tokens.count {
            if tokens[place].isSymbol("(") { depth += 1 }
            if tokens[place].isSymbol(")") { depth -= 1 }
            guard depth > 0 else {
                let inside = index + 1..<place
                index = place + 1
                return text(inside)
            }
        }
        return nil
    }

    /// Moves on until a token outside of parentheses stops it, at the latest at a closing
    /// parenthesis that was not opened on the way.
    ///
    /// - Parameter stop: Whether to stop before this token.
    mutating func skip(until stop: (SQLToken) -> Bool) {
        var depth = 0
        while let token = current {
            if depth == 0, stop(token) || token.isSymbol(")") { return }
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            index += 1
        }
    }

    /// Goes back to an earlier place.
    ///
    /// - Parameter index: An earlier value of ``index``.
    mutating func rewind(to index: Int) { self.index = index }

    /// The source text that some tokens span, as written, comments inside included.
    ///
    /// - Parameter range: Indexes of tokens.
    /// - Returns: The text without blanks around it.
    func text(_ range: Range<Int>) -> String {
        guard let first = range.first, let last = range.last else { return "" }
        let bytes = source[tokens[first].range.lowerBound..<tokens[last].range.upperBound]
        return String(decoding: bytes, as: UTF8.self)
    }
}
