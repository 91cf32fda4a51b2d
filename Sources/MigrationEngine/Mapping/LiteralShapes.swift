/// Text that SQLite's numeric affinity takes for a number.
struct NumericText {
    /// The number as a constant.
    let expression: SQLExpression

    /// Reads a number.
    ///
    /// - Parameter text: Text; nil unless all of it, but for blanks around it, is a decimal
    ///   number.
    init?(_ text: String) {
        let blanks: Set<Unicode.Scalar> = [" ", "\t", "\n", "\u{0B}", "\u{0C}", "\r"]
        let scalars = text.unicodeScalars.drop { blanks.contains($0) }
        let end = scalars.lastIndex { !blanks.contains($0) }
        guard let end else { return nil }
        let trimmed = String(scalars[...end])
        var cursor = TokenCursor(trimmed)
        if !cursor.takeSymbol("-") { _ = cursor.takeSymbol("+") }
        guard let token = cursor.advance(), token.kind == .number, cursor.isAtEnd,
            !token.text.lowercased().hasPrefix("0x"),
            token.range.lowerBound == trimmed.utf8.count - token.text.utf8.count
        else { return nil }
        let unsigned = trimmed.hasPrefix("+") ? String(trimmed.dropFirst()) : trimmed
        if let integer = Int64(unsigned) {
            expression = .integer(integer)
        } else if let real = Double(unsigned.hasSuffix(".") ? unsigned + "0" : unsigned),
            real.isFinite
        {
            // Numeric affinity stores a whole number as an integer.
            expression = Int64(exactly: real).map { .integer($0) } ?? .real(real)
        } else {
            return nil
        }
    }
}

/// Texts that are a date or a time of day on it, in the one spelling that sorts by time.
enum DateShape {
    /// Whether a text is `YYYY-MM-DD`, a real day of the years 1 to 9999.
    ///
    /// - Parameter text: The text.
    /// - Returns: True for a real day.
    static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2d, bytes[7] == 0x2d,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10])
        else { return false }
        return year > 0 && (1...12).contains(month) && day > 0 && day <= days(month, year)
    }

    /// Whether a text is `YYYY-MM-DD HH:MM:SS`, a real second.
    ///
    /// - Parameter text: The text.
    /// - Returns: True for a real second.
    static func isTimestamp(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 19, bytes[10] == 0x20, bytes[13] == 0x3a, bytes[16] == 0x3a,
            isDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19])
        else { return false }
        return hour < 24 && minute < 60 && second < 60
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2:
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
                ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
