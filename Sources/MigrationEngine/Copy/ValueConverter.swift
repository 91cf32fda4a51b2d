import Foundation

/// Applies the conversions of one column to its values, on their way to the target.
struct ValueConverter: Sendable {
    /// A value on its way.
    enum Value: Equatable {
        case stored(SourceValue)
        /// A decimal number that may have more digits than SQLite's numbers hold: sign, digits and
        /// one point, no blanks.
        case decimal([UInt8])
    }

    private let conversions: [Conversion]
    /// The most characters that the column takes.
    private let length: Int?
    /// The place of the first conversion among those of the table.
    private let firstSlot: Int

    init(_ column: TargetColumn, firstSlot: Int) {
        conversions = column.conversions
        length = column.type.length
        self.firstSlot = firstSlot
    }

    /// The converters of a table.
    ///
    /// - Parameter columns: Its columns.
    /// - Returns: One a column, nil for one without conversions; nil when no column has any.
    static func converters(of columns: [TargetColumn]) -> [ValueConverter?]? {
        guard columns.contains(where: { !$0.conversions.isEmpty }) else { return nil }
        var slot = 0
        return columns.map { column in
            guard !column.conversions.isEmpty else { return nil }
            defer { slot += column.conversions.count }
            return ValueConverter(column, firstSlot: slot)
        }
    }

    /// Converts the value of a column in the current row.
    ///
    /// - Parameters:
    ///   - statement: A statement that stands on a row.
    ///   - index: The column of the statement.
    ///   - tally: Counts the conversions that change something.
    /// - Returns: The value as it is to be encoded.
    func value(
        _ statement: SourceStatement,
        _ index: Int,
        _ tally: ConversionTally?
    ) -> Value {
        var value = Value.stored(statement.value(index))
        for (number, conversion) in conversions.enumerated() {
            let next: Value?
            if conversion == .numberAsText {
                next = Self.text(of: value, statement, index).map { .stored(.text($0)) }
            } else {
                next = apply(conversion, to: value)
            }
            guard let next else { continue }
            value = next
            tally?.note(firstSlot + number)
        }
        return value
    }

    /// SQLite's own spelling of a number that the row stores.
    ///
    /// Fails where it would not read back as the same number: SQLite writes fifteen digits.
    private static func text(
        of value: Value,
        _ statement: SourceStatement,
        _ index: Int
    ) -> [UInt8]? {
        switch value {
        case .stored(.integer(let number)): return Array(String(number).utf8)
        case .stored(.real(let number)) where statement.storageClass(index) == .real:
            // SQLite converts a number whose bytes are asked for as CAST would.
            let bytes = Array(statement.bytes(index))
            let isSame = Double(String(decoding: bytes, as: UTF8.self)) == number
            return isSame || number.isInfinite ? bytes : nil
        default: return nil
        }
    }

    /// Applies one conversion.
    ///
    /// - Parameters:
    ///   - conversion: The conversion; `number_as_text` needs the statement and is not done here.
    ///   - value: The value.
    /// - Returns: The new value, nil when the conversion does not speak of this one.
    func apply(_ conversion: Conversion, to value: Value) -> Value? {
        switch conversion {
        case .epochSeconds: Self.instant(value, perSecond: 1).map { .stored($0) }
        case .epochMillis: Self.instant(value, perSecond: 1_000).map { .stored($0) }
        case .julianDay: Self.julian(value).map { .stored($0) }
        case .blobAsText: Self.decoded(value).map { .stored($0) }
        case .decimalText: Self.decimal(value).map { .decimal($0) }
        case .numberAsText: nil
        default: text(conversion, value).map { .stored($0) }
        }
    }

    /// The conversions of text.
    private func text(_ conversion: Conversion, _ value: Value) -> SourceValue? {
        guard case .stored(.text(let bytes)) = value else { return nil }
        switch conversion {
        case .emptyAsNull: return bytes.isEmpty ? .null : nil
        case .trim: return Self.trimmed(bytes)
        case .offsetToUTC: return Self.inUTC(bytes)
        case .trueFalseWords: return Self.truth(bytes)
        case .stripNUL: return bytes.contains(0) ? .text(bytes.filter { $0 != 0 }) : nil
        case .replaceInvalidUTF8:
            let isValid = bytes.withUnsafeBytes { TextBytes.isUTF8($0) }
            return isValid ? nil : .string(String(decoding: bytes, as: UTF8.self))
        case .slashDate: return Self.date(bytes)
        case .truncateToLength: return truncated(bytes)
        default: return nil
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> SourceValue? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, isBlank(first) || isBlank(last)
        else { return nil }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return .text(Array(bytes[start..<max(start, end)]))
    }

    private static func truth(_ bytes: [UInt8]) -> SourceValue? {
        guard bytes.count <= 5 else { return nil }
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "true", "t", "yes", "y", "on": return .integer(1)
        case "false", "f", "no", "n", "off": return .integer(0)
        default: return nil
        }
    }

    private func truncated(_ bytes: [UInt8]) -> SourceValue? {
        guard let length, bytes.count > length else { return nil }
        var characters = 0
        for (index, byte) in bytes.enumerated() where byte & 0xc0 != 0x80 {
            guard characters == length else {
                characters += 1
                continue
            }
            return .text(Array(bytes[..<index]))
        }
        return nil
    }

    private static func decoded(_ value: Value) -> SourceValue? {
        guard case .stored(.blob(let bytes)) = value,
            bytes.withUnsafeBytes({ TextBytes.isUTF8($0) })
        else { return nil }
        return .text(bytes)
    }

    private static func decimal(_ value: Value) -> [UInt8]? {
        guard case .stored(.text(let bytes)) = value, DecimalDigits(bytes) != nil else {
            return nil
        }
        return bytes
    }
}
