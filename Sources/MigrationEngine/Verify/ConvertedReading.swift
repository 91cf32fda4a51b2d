/// Reads a value of the source as the mapping of its column changes it: the conversions once more,
/// by code of their own.
struct ConvertedReading: Sendable {
    private let conversions: [Conversion]
    /// The most characters that the target's column takes.
    private let length: Int?
    /// Whether the run had the server read the column from text, so that text can be a number.
    private let readsNumbers: Bool

    init?(_ conversions: [Conversion], length: Int?, readsNumbers: Bool = false) {
        guard !conversions.isEmpty || readsNumbers else { return nil }
        self.conversions = conversions
        self.length = length
        self.readsNumbers = readsNumbers
    }

    /// Whether there are conversions.
    var converts: Bool { !conversions.isEmpty }

    /// What is known of a value on the way through the conversions.
    private enum Reading {
        case value(SourceValue)
        /// A decimal number without zeros that say nothing.
        case number(String)
    }

    /// Fills a cell with the converted value of the current row.
    ///
    /// - Parameters:
    ///   - row: Gets the cell.
    ///   - statement: A statement that stands on a row.
    ///   - column: The column of the statement.
    ///   - rule: The rule of the target's column.
    func fill(
        _ row: CanonicalRow,
        _ statement: SourceStatement,
        _ column: Int,
        _ rule: EqualityRule
    ) {
        var reading = Reading.value(statement.value(column))
        for conversion in conversions {
            if conversion == .numberAsText {
                if case .value(.real(let number)) = reading {
                    let cast = Array(statement.bytes(column))
                    guard let same = Double(String(decoding: cast, as: UTF8.self)),
                        same.bitPattern == number.bitPattern || same == number
                    else {
                        guard number.isInfinite else { continue }
                        reading = .value(.text(cast))
                        continue
                    }
                    reading = .value(.text(cast))
                } else if case .value(.integer(let number)) = reading {
                    reading = .value(.string("\(number)"))
                }
            } else {
                reading = changed(reading, conversion)
            }
        }
        switch reading {
        case .value(.text(let bytes)) where readsNumbers:
            if bytes.withUnsafeBytes({ NumberText.fill(row, $0, rule) }) { return }
            SourceCanonicalizer.fill(row, .text(bytes), rule)
        case .value(let value): SourceCanonicalizer.fill(row, value, rule)
        case .number(let digits): Self.fill(row, number: digits, rule)
        }
    }

    private func changed(_ reading: Reading, _ conversion: Conversion) -> Reading {
        switch (conversion, reading) {
        case (.epochSeconds, _): Self.time(reading, unit: 1_000_000) ?? reading
        case (.epochMillis, _): Self.time(reading, unit: 1_000) ?? reading
        case (.julianDay, .value(.integer(let day))): Self.julian(Double(day)) ?? reading
        case (.julianDay, .value(.real(let day))): Self.julian(day) ?? reading
        case (.blobAsText, .value(.blob(let bytes))):
            String(validating: bytes, as: UTF8.self) == nil ? reading : .value(.text(bytes))
        case (_, .value(.text(let bytes))): Self.text(bytes, conversion, length) ?? reading
        default: reading
        }
    }

    private static func text(
        _ bytes: [UInt8],
        _ conversion: Conversion,
        _ length: Int?
    ) -> Reading? {
        switch conversion {
        case .emptyAsNull: return bytes.isEmpty ? .value(.null) : nil
        case .trim:
            let blanks: Set<UInt8> = [32, 9, 10, 11, 12, 13]
            let start = bytes.drop { blanks.contains($0) }
            return .value(.text(start.reversed().drop { blanks.contains($0) }.reversed()))
        case .stripNUL: return .value(.text(bytes.split(separator: 0).flatMap { $0 }))
        case .replaceInvalidUTF8: return .value(.text(WellFormed.text(bytes)))
        case .trueFalseWords: return truth(bytes).map { .value(.integer($0)) }
        case .offsetToUTC: return InstantText.folded(bytes).map { .value(.string($0)) }
        case .slashDate: return day(bytes).map { .value(.string($0)) }
        case .decimalText: return number(bytes).map { .number($0) }
        case .truncateToLength:
            guard let length else { return nil }
            let starts = bytes.indices.filter { bytes[$0] & 0xc0 != 0x80 }
            return starts.count <= length ? nil : .value(.text(Array(bytes[..<starts[length]])))
        default: return nil
        }
    }

    private static func truth(_ bytes: [UInt8]) -> Int64? {
        let word = String(decoding: bytes.map { $0 | 0x20 }, as: UTF8.self)
        guard bytes.allSatisfy({ $0 & 0xdf >= 65 && $0 & 0xdf <= 90 }) else { return nil }
        if ["true", "t", "yes", "y", "on"].contains(word) { return 1 }
        return ["false", "f", "no", "n", "off"].contains(word) ? 0 : nil
    }

    private static func day(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let parts = text.wholeMatch(of: /([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4})/),
            let month = Int(parts.1), let day = Int(parts.2)
        else { return nil }
        let written = "\(parts.3)-\(InstantText.two(month))-\(InstantText.two(day))"
        guard let real = InstantText.Day(Array(written.utf8)), real.isReal else { return nil }
        return written
    }

    private static func number(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.wholeMatch(of: /[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)/) != nil else { return nil }
        let plain = DecimalText.trimmed(String(text.drop { $0 == "+" || $0 == "-" }))
        return (text.hasPrefix("-") ? "-" : "") + plain
    }

    // MARK: - Times

    private static func time(_ reading: Reading, unit: Int64) -> Reading? {
        let microseconds: Int64
        switch reading {
        case .value(.integer(let number)):
            guard number.magnitude < 1 << 59 / UInt64(unit) else { return nil }
            microseconds = number * unit
        case .value(.real(let number)):
            let exact = number * Double(unit)
            guard exact.magnitude < 1e18 else { return nil }
            microseconds = Int64(exact.rounded())
        case .number(let digits):
            guard let number = Int64(digits), number.magnitude < 1 << 59 / UInt64(unit) else {
                return nil
            }
            microseconds = number * unit
        default: return nil
        }
        return instant(microseconds)
    }

    /// SQLite counts Julian days in whole milliseconds; 1970 began 2440587.5 days after the first.
    private static func julian(_ day: Double) -> Reading? {
        guard day >= 0, day < 5_373_484.5 else { return nil }
        let milliseconds = Int64(day * 86_400_000 + 0.5) - 210_866_760_000_000
        return instant(milliseconds * 1_000)
    }

    /// An instant, counted from 1970, as text.
    private static func instant(_ microseconds: Int64) -> Reading? {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
        let isBefore = remainder < 0
        let rest = Int(isBefore ? remainder + 86_400_000_000 : remainder)
        guard let day = InstantText.Day(afterEpoch: isBefore ? quotient - 1 : quotient) else {
            return nil
        }
        let minutes = rest / 60_000_000
        var text = "\(day.text) \(InstantText.two(minutes / 60)):\(InstantText.two(minutes % 60))"
        text += ":" + InstantText.two(rest / 1_000_000 % 60)
        let fraction = rest % 1_000_000
        if fraction > 0 {
            let digits = String(repeating: "0", count: 6 - "\(fraction)".count) + "\(fraction)"
            text += "." + String(DecimalText.trimmed("0." + digits).dropFirst(2))
        }
        return .value(.string(text))
    }

    // MARK: - Numbers

    private static func fill(_ row: CanonicalRow, number digits: String, _ rule: EqualityRule) {
        let unsigned = digits == "-0" ? "0" : digits
        switch rule {
        case .numeric: return row.string(.numeric, unsigned)
        case .integer:
            if let number = Int64(unsigned) { return row.integer(number) }
        case .boolean:
            if unsigned == "0" || unsigned == "1" { return row.boolean(unsigned == "1") }
        case .double:
            if let double = Double(digits), DecimalText.plain(double) == digits {
                return row.double(double)
            }
        case .single:
            if let single = Float(digits), single.isFinite,
                DecimalText.plain(shortest: single) == digits
            {
                return row.double(Double(single))
            }
        default: break
        }
        row.string(.foreign, "text \(digits)")
    }
}

/// Text with U+FFFD for every stretch of bytes that begins a character and does not end it.
///
/// - SeeAlso: The Unicode Standard, 3.9, "U+FFFD Substitution of Maximal Subparts"
enum WellFormed {
    /// Replaces what is not UTF-8.
    ///
    /// - Parameter bytes: Any bytes.
    /// - Returns: Valid UTF-8.
    static func text(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let (length, isWhole) = stretch(bytes, index)
            text += isWhole ? Array(bytes[index..<index + length]) : [0xef, 0xbf, 0xbd]
            index += length
        }
        return text
    }

    /// How far the character at a place reaches, and whether it is one.
    private static func stretch(_ bytes: [UInt8], _ start: Int) -> (length: Int, isWhole: Bool) {
        let first = bytes[start]
        let wanted: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch first {
        case 0..<0x80: return (1, true)
        case 0xc2...0xdf: wanted = 2
        case 0xe0...0xef:
            wanted = 3
            if first == 0xe0 { second = 0xa0...0xbf }
            if first == 0xed { second = 0x80...0x9f }
        case 0xf0...0xf4:
            wanted = 4
            if first == 0xf0 { second = 0x90...0xbf }
            if first == 0xf4 { second = 0x80...0x8f }
        default: return (1, false)
        }
        for offset in 1..<wanted {
            let allowed = offset == 1 ? second : 0x80...0xbf
            guard start + offset < bytes.count, allowed.contains(bytes[start + offset]) else {
                return (offset, false)
            }
        }
        return (wanted, true)
    }
}
