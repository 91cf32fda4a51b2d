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
        case .textForm: row.string(.text, String(number))
        default: return false
        }
        return true
    }

    private static func fill(_ row: CanonicalRow, real number: Double, _ rule: EqualityRule) -> Bool
    {
        switch rule {
        case .double, .single: row.double(number)
        case .numeric: row.string(.numeric, DecimalText.plain(number))
        case .textForm: row.string(.text, String(number))
        default: return false
        }
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
        case .text, .textForm: return row.bytes(.text, bytes)
        case .timestamp: return timestamp(row, bytes)
        case .date: return date(row, bytes)
        case .padded: return row.bytes(.text, unpadded(bytes))
        case .instant:
            if let text = InstantText.inUTC(Array(bytes)) {
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

    /// The five groups of a UUID in lower case, nil when it is none.
    private static func lowered(_ bytes: [UInt8]) -> String? {
        let groups = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        let isHexadecimal = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || (48...57).contains(byte) || (97...102).contains(byte)
        }
        return groups.map(\.count) == [8, 4, 4, 4, 12] && isHexadecimal ? text : nil
    }

    /// The 16 bytes of a UUID as its five groups.
    private static func grouped(_ bytes: [UInt8]) -> String {
        let digits = Array(bytes.hexadecimal)
        let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)]
        return ends.map { String(digits[$0.0..<$0.1]) }.joined(separator: "-")
    }
}
