/// The cells of values that are rarer than the ones on the straight way.
extension SourceCanonicalizer {
    /// Fills a cell with a value that was read.
    ///
    /// - Parameters:
    ///   - row: Gets the cell.
    ///   - value: The value.
    ///   - rule: The rule of its column.
    static func fill(_ row: CanonicalRow, _ value: SourceValue, _ rule: EqualityRule) {
        switch value {
        case .null: return row.null()
        case .integer(let number):
            if fill(row, integer: number, rule) { return }
        case .real(let number):
            if fill(row, real: number, rule) { return }
        case .text(let bytes): return bytes.withUnsafeBytes { fill(row, text: $0, rule) }
        case .blob(let bytes):
            if rule == .bytes { return bytes.withUnsafeBytes { row.bytes(.bytes, $0) } }
            if rule == .uuid, bytes.count == 16 { return row.string(.text, grouped(bytes)) }
        }
        row.string(.foreign, "\(value.storageClass.rawValue) \(value.display)")
    }

    private static func fill(
        _ row: CanonicalRow,
        integer number: Int64,
        _ rule: EqualityRule
    ) -> Bool {
        switch rule {
        case .integer: row.integer(number)
        case .boolean:
            guard number == 0 || number == 1 else { return false }
            row.boolean(number == 1)
        case .double:
            guard let double = Double(exactly: number) else { return false }
            row.double(double)
        case .single:
            guard let single = Float(exactly: number) else { return false }
            row.double(Double(single))
        case .numeric: row.string(.numeric, String(number))
        case .textForm, .padded: row.string(.text, String(number))
        case .json: return json(row, String(number))
        default: return false
        }
        return true
    }

    private static func fill(_ row: CanonicalRow, real number: Double, _ rule: EqualityRule) -> Bool
    {
        switch rule {
        case .double, .single: row.double(number)
        case .numeric: row.string(.numeric, DecimalText.plain(number))
        case .textForm, .padded: row.string(.text, String(number))
        case .json: return json(row, String(number))
        default: return false
        }
        return true
    }

    /// A number is JSON as it is written.
    private static func json(_ row: CanonicalRow, _ number: String) -> Bool {
        guard let text = JSONForm.canonical(Array(number.utf8)) else { return false }
        row.string(.text, text)
        return true
    }

    /// Fills a cell with a text.
    ///
    /// - Parameters:
    ///   - row: Gets the cell.
    ///   - bytes: The text.
    ///   - rule: The rule of its column.
    static func fill(_ row: CanonicalRow, text bytes: UnsafeRawBufferPointer, _ rule: EqualityRule)
    {
        switch rule {
        case .text, .textForm, .address: return row.bytes(.text, bytes)
        case .timestamp: return timestamp(row, bytes)
        case .date: return date(row, bytes)
        case .padded: return row.bytes(.text, unpadded(bytes))
        case .instant:
            if let text = InstantText.inUTC(unabridged(bytes)) {
                return text.withUnsafeBytes { timestamp(row, $0) }
            }
        case .clock:
            if let text = InstantText.clock(Array(bytes)) { return row.string(.timestamp, text) }
        case .uuid:
            if let text = lowered(Array(bytes)) { return row.string(.text, text) }
        case .json:
            if let text = JSONForm.canonical(Array(bytes)) { return row.string(.text, text) }
        default: break
        }
        row.string(.foreign, "text \(SourceValue.text(Array(bytes.prefix(200))).display)")
    }

    /// Text without the blanks at its end.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: What is left of it.
    static func unpadded(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var count = bytes.count
        while count > 0, bytes[count - 1] == UInt8(ascii: " ") { count -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[..<count])
    }

    /// A time whose offset is written in full: nothing in front of it, hours, a colon, minutes.
    private static func unabridged(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let all = Array(bytes)
        let mark = all.lastIndex { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        if all.suffix(2).elementsEqual(" Z".utf8) { return all.dropLast(2) + Array("Z".utf8) }
        guard let mark, mark >= 16 else { return all }
        let digits = all[(mark + 1)...].filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 2 || digits.count == 4 else { return all }
        var time = all[..<mark]
        if time.last == UInt8(ascii: " ") { time.removeLast() }
        let minutes = digits.count == 4 ? Array(digits[2...]) : Array("00".utf8)
        return time + [all[mark]] + digits[..<2] + Array(":".utf8) + minutes
    }

    /// The five groups of a UUID in lower case, nil when it is none.
    private static func lowered(_ bytes: [UInt8]) -> String? {
        if bytes.count == 32 {
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            let isHexadecimal = text.utf8.allSatisfy {
                (48...57).contains($0) || (97...102).contains($0)
            }
            return isHexadecimal ? grouped(Array(text)) : nil
        }
        let groups = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        let isHexadecimal = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || (48...57).contains(byte) || (97...102).contains(byte)
        }
        return groups.map(\.count) == [8, 4, 4, 4, 12] && isHexadecimal ? text : nil
    }

    /// The 16 bytes of a UUID as its five groups.
    private static func grouped(_ bytes: [UInt8]) -> String {
        grouped(Array(bytes.hexadecimal))
    }

    private static func grouped(_ digits: [Character]) -> String {
        let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        return ends.map { String(digits[$0.0..<$0.1]) }.joined(separator: "-")
    }
}
