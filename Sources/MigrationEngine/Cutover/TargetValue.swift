/// A value of PostgreSQL, as it is written back into the source.
enum TargetValue: Equatable {
    case null
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    case text([UInt8])
    case bytes([UInt8])
    /// Microseconds from 2000-01-01.
    case moment(Int64)
    /// Days from 2000-01-01.
    case day(Int64)
    /// Microseconds since midnight.
    case clock(Int64)
    /// A decimal number without exponent and without zeros that say nothing, and the digits behind
    /// the point that PostgreSQL shows.
    case number(String, scale: Int)
    /// 16 bytes.
    case uuid([UInt8])

    /// Reads a field of a binary COPY.
    ///
    /// - Parameters:
    ///   - bytes: The field; nil for NULL.
    ///   - rule: The rule of its column, which tells the type.
    ///   - canonical: The same field in the canonical form, for people.
    init(
        _ bytes: UnsafeRawBufferPointer?,
        _ rule: EqualityRule,
        canonical: @autoclosure () -> String?
    ) {
        guard let bytes else {
            self = .null
            return
        }
        switch rule {
        case .integer:
            switch bytes.count {
            case 8: self = .integer(bytes.bigEndian(as: Int64.self))
            case 4: self = .integer(Int64(bytes.bigEndian(as: Int32.self)))
            default: self = .integer(Int64(bytes.bigEndian(as: Int16.self)))
            }
        case .double: self = .double(Double(bitPattern: bytes.bigEndian(as: UInt64.self)))
        case .single:
            self = .double(Double(Float(bitPattern: bytes.bigEndian(as: UInt32.self))))
        case .boolean: self = .boolean(bytes[0] != 0)
        case .timestamp, .instant: self = .moment(bytes.bigEndian(as: Int64.self))
        case .date:
            let days = Int64(bytes.bigEndian(as: Int32.self))
            // Beyond every calendar, infinity included, there is no spelling.
            self = days.magnitude < 4_000_000 ? .day(days) : .moment(.max)
        case .clock: self = .clock(bytes.bigEndian(as: Int64.self))
        case .numeric:
            self = .number(canonical() ?? "NaN", scale: Int(bytes.bigEndian(6, as: UInt16.self)))
        case .uuid: self = .uuid(Array(bytes))
        case .bytes: self = .bytes(Array(bytes))
        case .padded:
            var count = bytes.count
            while count > 0, bytes[count - 1] == UInt8(ascii: " ") { count -= 1 }
            self = .text(Array(bytes[..<count]))
        case .text, .json, .textForm, .address: self = .text(Array(bytes))
        }
    }

    /// The value as a key of the source, where there is one way only to store it.
    var asKey: SourceValue? {
        switch self {
        case .integer(let number): .integer(number)
        case .double(let number): .real(number)
        case .boolean(let value): .integer(value ? 1 : 0)
        case .text(let bytes): .text(bytes)
        case .bytes(let bytes): .blob(bytes)
        default: nil
        }
    }
}

extension EqualityRule {
    /// Whether a key of this kind is stored in one way only, so that an index finds it.
    var isDirectKey: Bool {
        switch self {
        case .integer, .double, .boolean, .text, .bytes: true
        default: false
        }
    }
}
