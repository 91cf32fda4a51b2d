/// A date or a date and time written as text, taken apart.
///
/// Accepts `YYYY-MM-DD`, alone or followed by a blank or `T` and `HH:MM[:SS[.f…]]`, and then `Z`
/// or an offset. Every part must be real: no 30 February, no hour 24.
struct TimeText: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0
    var microsecond = 0
    var hasTime = false
    var hasSeconds = false
    var fractionDigits = 0
    var isJoinedByT = false
    /// `Z` counts as an offset of 0; nil when no zone is written.
    var offsetMinutes: Int?

    /// Takes text apart.
    ///
    /// Fails when it is anything else, or finer than a microsecond.
    ///
    /// - Parameter bytes: The text.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 10, bytes.count <= 40 else { return nil }
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.digits(bytes, 0, 4), let month = Self.digits(bytes, 5, 2),
            let day = Self.digits(bytes, 8, 2), year >= 1, (1...12).contains(month),
            day >= 1, day <= Self.days(in: month, of: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        guard bytes.count > 10 else { return }
        guard readTime(bytes) else { return nil }
    }

    private mutating func readTime(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isJoinedByT = bytes[10] == UInt8(ascii: "T")
        guard isJoinedByT || bytes[10] == UInt8(ascii: " "), bytes.count >= 16,
            bytes[13] == UInt8(ascii: ":"), let hour = Self.digits(bytes, 11, 2), hour < 24,
            let minute = Self.digits(bytes, 14, 2), minute < 60
        else { return false }
        hasTime = true
        self.hour = hour
        self.minute = minute
        var index = 16
        if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
            guard let second = Self.digits(bytes, 17, 2), second < 60 else { return false }
            self.second = second
            hasSeconds = true
            index = 19
            guard readFraction(bytes, &index) else { return false }
        }
        return index == bytes.count || readZone(bytes, index)
    }

    private mutating func readFraction(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Bool
    {
        guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { return true }
        index += 1
        var weight = 100_000
        while index < bytes.count, let digit = Self.digits(bytes, index, 1) {
            guard weight > 0 || digit == 0 else { return false }
            microsecond += digit * weight
            weight /= 10
            fractionDigits += 1
            index += 1
        }
        return fractionDigits > 0
    }

    private mutating func readZone(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        switch bytes[start] {
        case UInt8(ascii: "Z"):
            offsetMinutes = 0
            return bytes.count == start + 1
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard bytes.count == start + 6, bytes[start + 3] == UInt8(ascii: ":"),
                let hours = Self.digits(bytes, start + 1, 2), hours < 16,
                let minutes = Self.digits(bytes, start + 4, 2), minutes < 60
            else { return false }
            let total = hours * 60 + minutes
            offsetMinutes = bytes[start] == UInt8(ascii: "-") ? -total : total
            return true
        default: return false
        }
    }

    /// Days from 2000-01-01, which is where PostgreSQL counts from.
    var daysFrom2000: Int {
        // Counting years from March puts the leap day at a year's end.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 730_425
    }

    /// Microseconds from 2000-01-01 00:00:00, without regard to a zone.
    var microsecondsFrom2000: Int64 {
        let seconds = daysFrom2000 * 86_400 + hour * 3_600 + minute * 60 + second
        return Int64(seconds) * 1_000_000 + Int64(microsecond)
    }

    /// The shape that the census counts.
    var shape: ColumnCensus.Shape? {
        if !hasTime { return .date }
        if offsetMinutes != nil { return .timestampZone }
        if isJoinedByT { return .timestampT }
        guard hasSeconds else { return nil }
        return fractionDigits == 0 ? .timestamp : .timestampFraction
    }

    private static func digits(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ count: Int
    ) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for index in start..<start + count {
            let digit = Int(bytes[index]) - 48
            guard digit >= 0, digit <= 9 else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
