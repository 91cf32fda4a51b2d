/// Brings rows of PostgreSQL, as binary COPY sends them, into the canonical form.
///
/// - SeeAlso: <https://www.postgresql.org/docs/current/sql-copy.html> (Binary Format)
struct TargetCanonicalizer: Sendable {
    let rules: [EqualityRule]
    /// Columns of which the server sends large values by their checksum; see ``TableComparison``.
    var summed: Set<Int> = []

    /// The bytes in front of the first row.
    static let headerLength = 19

    /// Fills a row from a message.
    ///
    /// - Parameters:
    ///   - row: Gets the cells.
    ///   - message: The message.
    ///   - start: Where the row begins in it.
    /// - Returns: False when the message is the end of the stream.
    @inline(__always)
    func fill(_ row: CanonicalRow, _ message: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard message.bigEndian(start, as: Int16.self) >= 0 else { return false }
        row.reset()
        var offset = start + 2
        let isSummed = !summed.isEmpty
        for index in rules.indices {
            let rule = rules[index]
            let length = Int(message.bigEndian(offset, as: Int32.self))
            offset += 4
            guard length >= 0 else {
                row.null()
                continue
            }
            let value = UnsafeRawBufferPointer(rebasing: message[offset..<offset + length])
            offset += length
            if isSummed, summed.contains(index) {
                perhapsSummed(row, value, rule)
            } else {
                cell(row, value, rule)
            }
        }
        return true
    }

    /// A value behind 0, or behind 1 its size and its SHA-256.
    private func perhapsSummed(
        _ row: CanonicalRow,
        _ bytes: UnsafeRawBufferPointer,
        _ rule: EqualityRule
    ) {
        guard bytes[0] == 1 else {
            return cell(row, UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), rule)
        }
        row.large(
            rule == .bytes ? .bytes : .text,
            size: Int(bytes.bigEndian(1, as: Int64.self)),
            sum: UnsafeRawBufferPointer(rebasing: bytes.dropFirst(9))
        )
    }

    @inline(__always)
    private func cell(_ row: CanonicalRow, _ bytes: UnsafeRawBufferPointer, _ rule: EqualityRule) {
        switch rule {
        case .integer:
            switch bytes.count {
            case 8: row.integer(bytes.bigEndian(as: Int64.self))
            case 4: row.integer(Int64(bytes.bigEndian(as: Int32.self)))
            default: row.integer(Int64(bytes.bigEndian(as: Int16.self)))
            }
        case .double: row.double(Double(bitPattern: bytes.bigEndian(as: UInt64.self)))
        case .text, .textForm, .address: row.bytes(.text, bytes)
        case .bytes: row.bytes(.bytes, bytes)
        case .boolean: row.boolean(bytes[0] != 0)
        case .timestamp: Self.timestamp(row, bytes.bigEndian(as: Int64.self))
        case .date: Self.date(row, bytes.bigEndian(as: Int32.self))
        case .numeric: row.string(.numeric, Self.numeric(bytes))
        case .single: row.double(Double(Float(bitPattern: bytes.bigEndian(as: UInt32.self))))
        case .instant: Self.timestamp(row, bytes.bigEndian(as: Int64.self))
        case .clock: Self.clock(row, bytes.bigEndian(as: Int64.self))
        case .uuid: Self.uuid(row, bytes)
        case .json:
            if let form = JSONForm.canonical(Array(bytes)) {
                row.string(.text, form)
            } else {
                row.bytes(.foreign, bytes)
            }
        case .padded:
            var count = bytes.count
            while count > 0, bytes[count - 1] == UInt8(ascii: " ") { count -= 1 }
            row.bytes(.text, UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }

    /// Writes a time of day as `HH:MM:SS.ffffff`.
    private static func clock(_ row: CanonicalRow, _ microseconds: Int64) {
        withUnsafeTemporaryAllocation(byteCount: 15, alignment: 1) { text in
            writeClock(microseconds, text, 0)
            row.bytes(.timestamp, UnsafeRawBufferPointer(text))
        }
    }

    private static func writeClock(
        _ microseconds: Int64,
        _ text: UnsafeMutableRawBufferPointer,
        _ start: Int
    ) {
        let seconds = Int(microseconds / 1_000_000)
        writeDigits(seconds / 3_600, 2, text, start)
        text[start + 2] = UInt8(ascii: ":")
        writeDigits(seconds / 60 % 60, 2, text, start + 3)
        text[start + 5] = UInt8(ascii: ":")
        writeDigits(seconds % 60, 2, text, start + 6)
        text[start + 8] = UInt8(ascii: ".")
        writeDigits(Int(microseconds % 1_000_000), 6, text, start + 9)
    }

    /// Writes 16 bytes as the five groups of a UUID.
    private static func uuid(_ row: CanonicalRow, _ bytes: UnsafeRawBufferPointer) {
        let digits = Array("0123456789abcdef".utf8)
        withUnsafeTemporaryAllocation(byteCount: 36, alignment: 1) { text in
            var place = 0
            for (index, byte) in bytes.prefix(16).enumerated() {
                if [4, 6, 8, 10].contains(index) {
                    text[place] = UInt8(ascii: "-")
                    place += 1
                }
                text[place] = digits[Int(byte >> 4)]
                text[place + 1] = digits[Int(byte & 15)]
                place += 2
            }
            row.bytes(.text, UnsafeRawBufferPointer(text))
        }
    }

    /// Writes an instant as `YYYY-MM-DD HH:MM:SS.ffffff`.
    private static func timestamp(_ row: CanonicalRow, _ microseconds: Int64) {
        guard microseconds != .max, microseconds != .min else {
            return row.string(.timestamp, microseconds < 0 ? "-infinity" : "infinity")
        }
        let days = (Double(microseconds) / 86_400_000_000).rounded(.down)
        var day = Int64(days)
        // The double may round across midnight; the remainder puts it right.
        var rest = microseconds - day * 86_400_000_000
        if rest < 0 { (day, rest) = (day - 1, rest + 86_400_000_000) }
        if rest >= 86_400_000_000 { (day, rest) = (day + 1, rest - 86_400_000_000) }
        withUnsafeTemporaryAllocation(byteCount: 26, alignment: 1) { text in
            writeDay(Int(day), text)
            text[10] = UInt8(ascii: " ")
            writeClock(rest, text, 11)
            row.bytes(.timestamp, UnsafeRawBufferPointer(text))
        }
    }

    private static func date(_ row: CanonicalRow, _ days: Int32) {
        guard days != .max, days != .min else {
            return row.string(.date, days < 0 ? "-infinity" : "infinity")
        }
        withUnsafeTemporaryAllocation(byteCount: 10, alignment: 1) { text in
            writeDay(Int(days), text)
            row.bytes(.date, UnsafeRawBufferPointer(text))
        }
    }

    /// Writes a day as `YYYY-MM-DD`, counted from the Julian day as PostgreSQL itself does.
    /// - SeeAlso: `j2date` in PostgreSQL's `datetime.c`
    private static func writeDay(_ days: Int, _ text: UnsafeMutableRawBufferPointer) {
        let julian = days + 2_451_545
        let shifted = julian + 32_044
        let century = (4 * shifted + 3) / 146_097
        let inCentury = shifted - 146_097 * century / 4
        let year = (4 * inCentury + 3) / 1_461
        let inYear = inCentury - 1_461 * year / 4
        let month = (5 * inYear + 2) / 153
        writeDigits(100 * century + year - 4_800 + month / 10, 4, text, 0)
        text[4] = UInt8(ascii: "-")
        writeDigits(month + 3 - 12 * (month / 10), 2, text, 5)
        text[7] = UInt8(ascii: "-")
        writeDigits(inYear - (153 * month + 2) / 5 + 1, 2, text, 8)
    }

    @inline(__always)
    private static func writeDigits(
        _ value: Int,
        _ count: Int,
        _ text: UnsafeMutableRawBufferPointer,
        _ start: Int
    ) {
        var rest = value.magnitude
        for index in stride(from: start + count - 1, through: start, by: -1) {
            text[index] = UInt8(48 + rest % 10)
            rest /= 10
        }
    }

    /// Writes a number from its digits to the base of 10,000.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) -> String {
        let count = Int(bytes.bigEndian(0, as: Int16.self))
        let weight = Int(bytes.bigEndian(2, as: Int16.self))
        let sign = bytes.bigEndian(4, as: UInt16.self)
        switch sign {
        case 0xc000: return "NaN"
        case 0xd000: return "Infinity"
        case 0xf000: return "-Infinity"
        default: break
        }
        let groups = (0..<count).map { place in
            String(Int(bytes.bigEndian(8 + 2 * place, as: Int16.self)) + 10_000).dropFirst()
        }
        // The weight is the place of the first group in front of the point, from 0.
        let whole =
            groups.prefix(max(0, weight + 1)).joined()
            + String(repeating: "0000", count: max(0, weight + 1 - count))
        let fraction =
            String(repeating: "0000", count: max(0, -weight - 1))
            + groups.dropFirst(max(0, weight + 1)).joined()
        let plain = DecimalText.trimmed(whole + "." + fraction)
        return sign == 0x4000 && plain != "0" ? "-" + plain : plain
    }
}
