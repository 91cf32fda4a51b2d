/// One token of SQLite's SQL.
struct SQLToken: Sendable, Equatable {
    /// What kind of token it is.
    enum Kind: Sendable, Equatable {
        /// A bare word: a keyword or a name.
        case word
        /// A name in double quotes, which SQLite takes for text where no column fits.
        case doubleQuoted
        /// A name in backticks or brackets.
        case quoted
        /// Text in single quotes.
        case string
        /// A blob literal; `text` is its hexadecimal digits.
        case blob
        /// A number as written.
        case number
        /// A bound parameter.
        case parameter
        /// Punctuation or an operator.
        case symbol
        /// Something that SQLite would refuse.
        case illegal
    }

    /// The kind.
    var kind: Kind
    /// The token's meaning: for quoted names and text without the quotes.
    var text: String
    /// Where it stands in the source, in bytes.
    var range: Range<Int>

    /// Whether it is this keyword, in any case.
    ///
    /// - Parameter keyword: The keyword in upper case.
    /// - Returns: True for the bare word only, never for a quoted name.
    func isKeyword(_ keyword: String) -> Bool {
        kind == .word && text.count == keyword.count && text.uppercased() == keyword
    }

    /// Whether it is this symbol.
    ///
    /// - Parameter symbol: The symbol.
    /// - Returns: True for punctuation spelled like this.
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    /// The token as a name; SQLite takes text in single quotes for a name, too.
    var name: String? {
        switch kind {
        case .word, .doubleQuoted, .quoted, .string: text
        default: nil
        }
    }
}
