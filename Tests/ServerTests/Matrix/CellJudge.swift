import Foundation
import TestSupport

/// What one side holds in one cell, as its own shell tells it.
struct Cell: Hashable, Sendable {
    /// The storage class in SQLite, the type's name in PostgreSQL.
    var type: String
    /// The bytes: of the value in SQLite, of its text in PostgreSQL; nil for NULL.
    var bytes: [UInt8]?
    /// The bits of a real, as sixteen hexadecimal digits.
    var bits: String?

    /// The bytes as text.
    var text: String { String(decoding: bytes ?? [], as: UTF8.self) }
}

/// Says by the documented rules, and without any code of the engine, when two cells are equal.
///
/// Both sides are brought into one canonical text that depends on the target's type only.
enum CellJudge {
    /// What the cell of SQLite must be in a column of PostgreSQL.
    ///
    /// - Parameters:
    ///   - cell: The cell.
    ///   - type: The column's type, as `pg_type` names it.
    /// - Returns: The canonical text, or nil when the type cannot hold the value.
    static func canonical(source cell: Cell, in type: String) -> String? {
        guard cell.type != "null" else { return "NULL" }
        switch (type, cell.type) {
        case ("int2", "integer"), ("int4", "integer"), ("int8", "integer"): return cell.text
        case ("bool", "integer"): return ["0": "false", "1": "true"][cell.text]
        case ("float8", "real"): return cell.bits
        case ("float8", "integer"):
            guard let value = Int64(cell.text), Int64(exactly: Double(value)) == value else {
                return nil
            }
            return Double(value).hexadecimal
        case ("numeric", "integer"): return cell.text
        case ("numeric", "real"):
            guard let value = cell.bits.flatMap(Double.init(hexadecimal:)), value.isFinite else {
                return nil
            }
            return plainDecimal("\(value)")
        case ("text", "text"), ("varchar", "text"), ("bpchar", "text"), ("json", "text"),
            ("bytea", "blob"):
            return cell.bytes.map(hexadecimal)
        case ("date", "text"): return cell.text
        case ("timestamp", "text"), ("timestamptz", "text"): return moment(cell.text)
        case ("uuid", "text"): return cell.text.lowercased()
        default: return nil
        }
    }

    /// What the cell of PostgreSQL is.
    ///
    /// - Parameter cell: The cell.
    /// - Returns: The canonical text.
    static func canonical(target cell: Cell) -> String {
        guard let bytes = cell.bytes else { return "NULL" }
        switch cell.type {
        case "float8": return Double(cell.text)?.hexadecimal ?? cell.text
        case "numeric": return plainDecimal(cell.text)
        case "text", "varchar", "bpchar", "json": return hexadecimal(bytes)
        case "bytea": return String(cell.text.dropFirst(2))
        case "timestamp", "timestamptz": return moment(cell.text) ?? cell.text
        default: return cell.text
        }
    }

    /// A date and time of any spelling in UTC with all digits of its fraction, nil when it is none.
    private static func moment(_ text: String) -> String? {
        let shape =
            /(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?/
        guard let found = text.wholeMatch(of: shape) else { return nil }
        let (_, year, month, day, hour, minute, second, fraction, zone) = found.output
        var parts = DateComponents()
        parts.calendar = Calendar(identifier: .gregorian)
        parts.timeZone = TimeZone(secondsFromGMT: offset(zone ?? "Z"))
        (parts.year, parts.month, parts.day) = (Int(year), Int(month), Int(day))
        (parts.hour, parts.minute) = (Int(hour ?? "0"), Int(minute ?? "0"))
        parts.second = Int(second ?? "0")
        guard let date = parts.date else { return nil }
        var digits = String(fraction ?? "")
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(Int(date.timeIntervalSince1970)).\(digits)"
    }

    private static func offset(_ zone: Substring) -> Int {
        guard zone != "Z" else { return 0 }
        let digits = zone.dropFirst().filter { $0 != ":" }
        let minutes = (Int(digits.prefix(2)) ?? 0) * 60 + (Int(digits.dropFirst(2)) ?? 0)
        return (zone.hasPrefix("-") ? -60 : 60) * minutes
    }

    /// A decimal number without exponent and without zeros at either end.
    static func plainDecimal(_ text: String) -> String {
        var parts = text.lowercased().split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts.removeLast()) ?? 0 : 0
        let isNegative = text.hasPrefix("-")
        let halves = parts[0].drop { $0 == "-" || $0 == "+" }
            .split(separator: ".", omittingEmptySubsequences: false)
        var digits = String(halves[0]) + (halves.count > 1 ? halves[1] : "")
        var point = halves[0].count + exponent
        if point < 0 { (digits, point) = (String(repeating: "0", count: -point) + digits, 0) }
        if point > digits.count {
            digits += String(repeating: "0", count: point - digits.count)
        }
        let whole = digits.prefix(point).drop { $0 == "0" }
        var rest = digits.dropFirst(point)
        while rest.hasSuffix("0") { rest.removeLast() }
        let number = (whole.isEmpty ? "0" : whole) + (rest.isEmpty ? "" : "." + rest)
        return isNegative && number != "0" ? "-" + number : String(number)
    }
}

/// Bytes as hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes of hexadecimal digits.
func bytes(hexadecimal digits: some StringProtocol) -> [UInt8] {
    let values = digits.utf8.map { UInt8($0 < 58 ? $0 - 48 : ($0 | 32) - 87) }
    return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
}

extension Double {
    /// The bits as sixteen hexadecimal digits.
    var hexadecimal: String {
        let digits = String(bitPattern, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Makes a number from the digits of its bits.
    ///
    /// - Parameter digits: The digits.
    init?(hexadecimal digits: String) {
        guard let bits = UInt64(digits, radix: 16) else { return nil }
        self.init(bitPattern: bits)
    }
}
