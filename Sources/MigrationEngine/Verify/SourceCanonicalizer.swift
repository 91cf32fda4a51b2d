/// Brings stored values of SQLite into the canonical form of a target column.
struct SourceCanonicalizer: Sendable {
    let rules: [EqualityRule]
    /// What the mapping did to each column, nil when it did nothing to any.
    private let readings: [ConvertedReading?]?

    init(rules: [EqualityRule], readings: [ConvertedReading?] = []) {
        self.rules = rules
        self.readings = readings.contains { $0 != nil } ? readings : nil
    }

    /// Fills a row from the current row of a statement.
    @inline(__always)
    func fill(_ row: CanonicalRow, _ statement: SourceStatement, from first: Int) {
        row.reset()
        if let readings { return fill(row, statement, from: first, readings) }
        for index in rules.indices { cell(row, statement, first + index, rules[index]) }
    }

    private func fill(
        _ row: CanonicalRow,
        _ statement: SourceStatement,
        from first: Int,
        _ readings: [ConvertedReading?]
    ) {
        for index in rules.indices {
            if let reading = readings[index], statement.malformedText(first + index) == nil {
                reading.fill(row, statement, first + index, rules[index])
            } else {
                cell(row, statement, first + index, rules[index])
            }
        }
    }

    @inline(__always)
    private func cell(
        _ row: CanonicalRow,
        _ statement: SourceStatement,
        _ column: Int,
        _ rule: EqualityRule
    ) {
        switch (statement.storageClass(column), rule) {
        case (.null, _): row.null()
        case (.integer, .integer): row.integer(statement.integer(column))
        case (.text, _) where statement.malformedText(column) != nil:
            rare(row, statement, column, .bytes)
        case (.text, .text): row.bytes(.text, statement.bytes(column))
        case (.real, .double): row.double(statement.real(column))
        case (.blob, .bytes): row.bytes(.bytes, statement.bytes(column))
        case (.text, .timestamp): Self.timestamp(row, statement.bytes(column))
        case (.text, .date): Self.date(row, statement.bytes(column))
        default: rare(row, statement, column, rule)
        }
    }

    private func rare(
        _ row: CanonicalRow,
        _ statement: SourceStatement,
        _ column: Int,
        _ rule: EqualityRule
    ) {
        switch statement.storageClass(column) {
        case .text:
            let text = statement.malformedText(column) ?? statement.bytes(column)
            Self.fill(row, text: text, rule)
        // The whole of a blob is needed for no other type.
        default: Self.fill(row, statement.start(column), rule)
        }
    }

    /// `YYYY-MM-DD HH:MM:SS.ffffff`, whatever of it was written.
    static func timestamp(_ row: CanonicalRow, _ bytes: UnsafeRawBufferPointer) {
        let whole: StaticString = "0000-00-00 00:00:00.000000"
        withUnsafeTemporaryAllocation(byteCount: whole.utf8CodeUnitCount, alignment: 1) { text in
            text.copyMemory(from: UnsafeRawBufferPointer(start: whole.utf8Start, count: 26))
            var length = bytes.count
            if length > 0, bytes[length - 1] == UInt8(ascii: "Z") {
                length -= 1
            } else if length > 16, isZeroOffset(bytes.suffix(6)) {
                length -= 6
            } else if length > 16, isZeroOffset(bytes.suffix(5)) {
                length -= 5
            }
            // Digits behind the sixth must be zeros, else the target cannot be equal.
            while length > 26, bytes[length - 1] == UInt8(ascii: "0") { length -= 1 }
            guard length == 10 || length == 16 || length == 19 || (length > 20 && length <= 26)
            else { return row.bytes(.foreign, bytes) }
            for index in 0..<length {
                let isDigit = bytes[index] >= 48 && bytes[index] <= 57
                let wanted = text[index]
                if index == 10 {
                    guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") else {
                        return row.bytes(.foreign, bytes)
                    }
                } else if wanted == UInt8(ascii: "0") ? isDigit : bytes[index] == wanted {
                    text[index] = bytes[index]
                } else {
                    return row.bytes(.foreign, bytes)
                }
            }
            row.bytes(.timestamp, UnsafeRawBufferPointer(text))
        }
    }

    /// Whether text is `+00:00` or `-00:00`, with or without the colon.
    private static func isZeroOffset(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        bytes.elementsEqual("+00:00".utf8) || bytes.elementsEqual("-00:00".utf8)
            || bytes.elementsEqual("+0000".utf8) || bytes.elementsEqual("-0000".utf8)
    }

    static func date(_ row: CanonicalRow, _ bytes: UnsafeRawBufferPointer) {
        row.bytes(bytes.count == 10 ? .date : .foreign, bytes)
    }
}

/// Decimal numbers as text without exponent and without zeros that say nothing.
enum DecimalText {
    /// The shortest decimal form of a double.
    static func plain(_ value: Double) -> String {
        guard value.isFinite else { return value < 0 ? "-Infinity" : "Infinity" }
        // Negative zero keeps its sign: numeric has none, so it is equal to nothing there.
        return (value.sign == .minus ? "-" : "") + expanded(value.magnitude.description)
    }

    /// The shortest decimal form of four bytes.
    static func plain(shortest value: Float) -> String {
        (value.sign == .minus ? "-" : "") + expanded(value.magnitude.description)
    }

    /// What Swift prints of a number above zero, without an exponent.
    private static func expanded(_ description: String) -> String {
        var text = description
        if let mark = text.firstIndex(of: "e") {
            let exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = shifted(String(text[..<mark]), by: exponent)
        }
        return trimmed(text)
    }

    /// A decimal number without its exponent.
    static func plain(_ mantissa: String, exponent: Int) -> String {
        trimmed(shifted(mantissa, by: exponent))
    }

    private static func shifted(_ mantissa: String, by exponent: Int) -> String {
        let parts = mantissa.split(separator: ".")
        let whole = String(parts[0])
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        if exponent >= 0 {
            let padded = fraction + String(repeating: "0", count: max(0, exponent - fraction.count))
            return whole + padded.prefix(exponent) + "." + padded.dropFirst(exponent)
        }
        let padded = String(repeating: "0", count: max(0, -exponent - whole.count)) + whole
        let split = padded.count + exponent
        return padded.prefix(max(0, split)) + "." + padded.dropFirst(max(0, split)) + fraction
    }

    /// Removes zeros in front and behind.
    static func trimmed(_ text: String) -> String {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts[0].drop { $0 == "0" }
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        return (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
