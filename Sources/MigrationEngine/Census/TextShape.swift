/// A shape that only a closer look finds, see <doc:Census>; `inspect` counts them, `migrate` does not.
package enum CloseShape: Int, Sendable, CaseIterable {
    case utcZ
    case utcOffset
    case slashDate
    case dateOutOfRange
    case integerText
    case decimalText
    case leadingZero
    case truthWord
    case uuid
    case jsonObject
    case jsonArray
    case blankPadded
    case negativeZero

    /// The name in reports.
    package var name: String {
        switch self {
        case .utcZ: "utc_z"
        case .utcOffset: "utc_offset"
        case .slashDate: "slash_date"
        case .dateOutOfRange: "date_out_of_range"
        case .integerText: "integer_text"
        case .decimalText: "decimal_text"
        case .leadingZero: "leading_zero"
        case .truthWord: "truth_word"
        case .uuid: "uuid"
        case .jsonObject: "json_object"
        case .jsonArray: "json_array"
        case .blankPadded: "blank_padded"
        case .negativeZero: "negative_zero"
        }
    }
}

/// Tells the shapes of one text by its length and first byte, and looks closer only then.
enum TextShape {
    /// Finds the shapes of a text.
    ///
    /// - Parameters:
    ///   - bytes: The text, not empty.
    ///   - found: Called with each shape.
    @inline(__always)
    static func look(_ bytes: UnsafeRawBufferPointer, _ found: (CloseShape) -> Void) {
        let first = bytes[0]
        if first == 0x20 || bytes[bytes.count - 1] == 0x20 { found(.blankPadded) }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."):
            lookAtNumber(bytes, found)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            switch JSONText.kind(bytes) {
            case .object: found(.jsonObject)
            case .array: found(.jsonArray)
            case nil: break
            }
        default:
            if bytes.count <= 5, isTruth(bytes) { found(.truthWord) }
        }
        if bytes.count == 36, isUUID(bytes) { found(.uuid) }
    }

    // MARK: - Numbers and dates

    private static func lookAtNumber(
        _ bytes: UnsafeRawBufferPointer,
        _ found: (CloseShape) -> Void
    ) {
        guard bytes.count <= 400 else { return }
        if isDateLike(bytes) {
            if isOutOfRange(bytes) { found(.dateOutOfRange) }
        } else if isSlashDate(bytes) {
            found(.slashDate)
        } else {
            lookAtDigits(bytes, found)
        }
    }

    private static func lookAtDigits(
        _ bytes: UnsafeRawBufferPointer,
        _ found: (CloseShape) -> Void
    ) {
        let hasSign = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+")
        let start = hasSign ? 1 : 0
        var digits = 0
        var points = 0
        for index in start..<bytes.count {
            if ASCII.isDigit(bytes[index]) {
                digits += 1
            } else if bytes[index] == UInt8(ascii: "."), points == 0 {
                points = 1
            } else {
                return
            }
        }
        guard digits > 0 else { return }
        found(points == 0 ? .integerText : .decimalText)
        if bytes[start] == UInt8(ascii: "0"), start + 1 < bytes.count,
            ASCII.isDigit(bytes[start + 1])
        {
            found(.leadingZero)
        }
    }

    /// Whether digits, `-`, two digits, `-` and two digits stand at the start, with or without sign.
    private static func isDateLike(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let dash = UInt8(ascii: "-")
        var index = bytes[0] == dash || bytes[0] == UInt8(ascii: "+") ? 1 : 0
        let start = index
        while index < bytes.count, ASCII.isDigit(bytes[index]) { index += 1 }
        guard index - start >= 4, index - start <= 7, index + 6 <= bytes.count else {
            return false
        }
        return bytes[index] == dash && ASCII.isDigit(bytes[index + 1])
            && ASCII.isDigit(bytes[index + 2]) && bytes[index + 3] == dash
            && ASCII.isDigit(bytes[index + 4]) && ASCII.isDigit(bytes[index + 5])
    }

    /// Whether the day of a date does not exist, or lies outside of the years 0001 to 9999.
    private static func isOutOfRange(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 10 else { return true }
        return TimeText(UnsafeRawBufferPointer(rebasing: bytes[..<10])) == nil
    }

    /// `M/D/YYYY` and `D/M/YYYY`, with or without a time behind it.
    private static func isSlashDate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        for limit in [2, 2, 4] {
            let start = index
            while index < bytes.count, ASCII.isDigit(bytes[index]) { index += 1 }
            guard index - start >= (limit == 4 ? 4 : 1), index - start <= limit else {
                return false
            }
            if limit == 4 { break }
            guard index < bytes.count, bytes[index] == UInt8(ascii: "/") else { return false }
            index += 1
        }
        return index == bytes.count || bytes[index] == UInt8(ascii: " ")
    }

    // MARK: - Words

    private static let truths = ["true", "false", "yes", "no", "on", "off", "t", "f", "y", "n"]
        .map { Array($0.utf8) }

    private static func isTruth(_ bytes: UnsafeRawBufferPointer) -> Bool {
        truths.contains { word in
            word.count == bytes.count && zip(word, bytes).allSatisfy { $0 == $1 | 0x20 }
        }
    }

    private static func isUUID(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: ASCII.isHexadecimal(byte)
            }
        }
    }
}
