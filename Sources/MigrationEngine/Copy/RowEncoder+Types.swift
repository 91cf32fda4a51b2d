/// The types that only a profile asks for, away from the path of all other values.
extension RowEncoder {
    func rare(_ value: Int64, as type: TargetType, to buffer: ByteBuffer) -> String? {
        switch type {
        case .real:
            guard let exact = Float(exactly: value) else {
                return "an integer that a real cannot hold exactly"
            }
            Self.append(exact, to: buffer)
        case .decimal(let precision, let scale):
            return append(NumericWire(value), precision, scale, to: buffer)
        default: return "an integer where \(type.sql) is expected"
        }
        return nil
    }

    func rare(_ value: Double, as type: TargetType, to buffer: ByteBuffer) -> String? {
        switch type {
        case .real:
            let narrow = Float(value)
            guard Double(narrow) == value else { return "a real of more digits than real holds" }
            Self.append(narrow, to: buffer)
        case .decimal(let precision, let scale):
            if value == 0, value.sign == .minus { return "negative zero, which numeric has not" }
            guard let numeric = NumericWire(value) else { return "infinite" }
            return append(numeric, precision, scale, to: buffer)
        default: return "a real where \(type.sql) is expected"
        }
        return nil
    }

    private static func append(_ value: Float, to buffer: ByteBuffer) {
        buffer.append(Int32(4))
        buffer.append(value.bitPattern)
    }

    /// The server would round a number with more digits behind the point than the column has.
    func append(
        _ value: NumericWire,
        _ precision: Int,
        _ scale: Int,
        to buffer: ByteBuffer
    ) -> String? {
        guard value.scale <= scale else { return "more than \(scale) digits behind the point" }
        guard value.wholeDigits <= precision - scale else {
            return "more than \(precision - scale) digits in front of the point"
        }
        value.append(to: buffer)
        return nil
    }

    func rare(
        text bytes: UnsafeRawBufferPointer,
        as type: TargetType,
        to buffer: ByteBuffer
    ) -> String? {
        switch type {
        case .timestamptz:
            guard let time = TimeText(bytes) else { return "not a date or a date and time" }
            // SQLite's own clock is UTC, and so is a time that says nothing else.
            let instant =
                time.microsecondsFrom2000 - Int64(time.offsetMinutes ?? 0) * 60_000_000
            guard ValueConverter.isInCalendar(instant) else {
                return "a time beyond the years 0001 to 9999 in UTC"
            }
            buffer.append(Int32(8))
            buffer.append(instant)
            return nil
        case .time:
            guard let time = ClockText(bytes) else { return "not a time HH:MM:SS" }
            buffer.append(Int32(8))
            buffer.append(time.microseconds)
            return nil
        case .uuid: return append(uuid: bytes, to: buffer)
        case .char(let limit):
            if bytes.count > limit && Self.characters(bytes) > limit {
                return "longer than \(limit) characters"
            }
            return append(plain: bytes, to: buffer)
        case .json: return append(plain: bytes, to: buffer)
        case .jsonb: return append(jsonb: bytes, to: buffer)
        default: return "text where \(type.sql) is expected"
        }
    }

    func rare(
        blob bytes: UnsafeRawBufferPointer,
        as type: TargetType,
        to buffer: ByteBuffer
    ) -> String? {
        guard type == .uuid else { return "a blob where \(type.sql) is expected" }
        guard bytes.count == 16 else { return "a blob that is not the 16 bytes of a UUID" }
        buffer.append(Int32(16))
        buffer.append(bytes)
        return nil
    }

    private func append(uuid bytes: UnsafeRawBufferPointer, to buffer: ByteBuffer) -> String? {
        let reason = "not a UUID of five groups of hexadecimal digits"
        guard bytes.count == 36 else { return reason }
        var high: UInt8?
        let start = buffer.count
        buffer.append(Int32(16))
        for index in 0..<36 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard bytes[index] == UInt8(ascii: "-") else { break }
                continue
            }
            guard let digit = Self.hexadecimalDigit(bytes[index]) else { break }
            if let first = high {
                buffer.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return buffer.count == start + 20 ? nil : reason
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }

    /// The server looks whether it is JSON; in the binary form a version stands in front.
    /// - SeeAlso: `jsonb_recv` in PostgreSQL's `jsonb.c`
    private func append(jsonb bytes: UnsafeRawBufferPointer, to buffer: ByteBuffer) -> String? {
        if TextBytes.containsNUL(bytes) { return "text with a NUL, which text cannot hold" }
        if !TextBytes.isUTF8(bytes) { return "text that is not valid UTF-8" }
        guard bytes.count < 1 << 28 else { return "longer than 256 MiB" }
        if JSONMembers.areRepeated(bytes) {
            return "a JSON object that names a member twice, of which jsonb keeps only the last"
        }
        buffer.append(Int32(bytes.count + 1))
        buffer.append(UInt8(1))
        buffer.append(bytes)
        return nil
    }
}

/// A time of day written as text: `HH:MM[:SS[.f…]]`, every part real, no hour 24.
struct ClockText: Equatable {
    /// Microseconds since midnight.
    let microseconds: Int64

    /// Takes text apart.
    ///
    /// Fails when it is anything else, or finer than a microsecond.
    ///
    /// - Parameter bytes: The text.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 5, bytes.count <= 30 else { return nil }
        // A time is what stands behind a day.
        let whole = Array("2000-01-01 ".utf8) + bytes
        guard let time = whole.withUnsafeBytes({ TimeText($0) }), time.offsetMinutes == nil else {
            return nil
        }
        microseconds = time.microsecondsFrom2000
    }
}
