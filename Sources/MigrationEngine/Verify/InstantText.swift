/// Dates and times as text, for the side of the source: carried from digit to digit, as a clock
/// and a calendar do, and not by counting days.
enum InstantText {
    /// Text with an offset as the same instant in UTC; other text as it is.
    ///
    /// - Parameter bytes: A date, or date and time, with or without `Z` or an offset.
    /// - Returns: Text without an offset, nil when the offset leads out of the years 0001 to 9999.
    static func inUTC(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 22, let offset = offset(bytes.suffix(6)) else {
            return bytes
        }
        let local = Array(bytes.dropLast(6))
        guard var day = Day(local), let hour = number(local, 11, 2),
            let minute = number(local, 14, 2)
        else { return bytes }
        var minutes = hour * 60 + minute - offset
        if minutes < 0 {
            minutes += 1_440
            guard day.goBack() else { return nil }
        } else if minutes >= 1_440 {
            minutes -= 1_440
            guard day.goOn() else { return nil }
        }
        let text =
            "\(day.text)\(local[10] == UInt8(ascii: "T") ? "T" : " ")"
            + "\(two(minutes / 60)):\(two(minutes % 60))"
        return Array(text.utf8) + local.dropFirst(16)
    }

    /// Text with an offset other than zero as the same instant in UTC, in one spelling.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: `YYYY-MM-DD HH:MM:SS`, with what counts of a fraction; nil for other text.
    static func folded(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 22, let minutes = offset(bytes.suffix(6)), minutes != 0,
            let utc = inUTC(bytes), let day = Day(utc), Day(bytes)?.isReal == true,
            let clock = clock(Array(utc.dropFirst(11)))
        else { return nil }
        var text = day.text + " " + clock
        while text.hasSuffix("0"), text.contains(".") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// A time of day with seconds and six digits of fraction.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: `HH:MM:SS.ffffff`, nil when it is no time of day.
    static func clock(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 5 || bytes.count == 8 || bytes.count > 9,
            let hour = number(bytes, 0, 2), hour < 24, bytes[2] == UInt8(ascii: ":"),
            let minute = number(bytes, 3, 2), minute < 60
        else { return nil }
        var second = 0
        var fraction: [UInt8] = []
        if bytes.count > 5 {
            guard bytes[5] == UInt8(ascii: ":"), let found = number(bytes, 6, 2), found < 60 else {
                return nil
            }
            second = found
        }
        if bytes.count > 8 {
            guard bytes[8] == UInt8(ascii: ".") else { return nil }
            fraction = Array(bytes.dropFirst(9))
            while fraction.count > 6, fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
            guard fraction.count <= 6, fraction.allSatisfy({ (48...57).contains($0) }) else {
                return nil
            }
        }
        let digits = String(decoding: fraction, as: UTF8.self)
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        return "\(two(hour)):\(two(minute)):\(two(second)).\(digits)\(zeros)"
    }

    /// Minutes of an offset other than zero, written `+HH:MM`.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(bytes)
        guard bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = number(bytes, 1, 2), hours < 16,
            let minutes = number(bytes, 4, 2), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard bytes.count >= start + count else { return nil }
        let digits = bytes[start..<start + count]
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A day of the calendar that knows its neighbours.
    struct Day {
        private(set) var year: Int
        private(set) var month: Int
        private(set) var day: Int

        init?(_ bytes: [UInt8]) {
            guard let year = number(bytes, 0, 4), let month = number(bytes, 5, 2),
                let day = number(bytes, 8, 2), (1...12).contains(month)
            else { return nil }
            (self.year, self.month, self.day) = (year, month, day)
        }

        /// So many days after 1970-01-01, found year by year.
        init?(afterEpoch days: Int64) {
            // 400 years of the calendar always have the same number of days.
            let cycles = days >= 0 ? days / 146_097 : -((146_096 - days) / 146_097)
            var rest = Int(days - cycles * 146_097)
            guard abs(cycles) < 1_000 else { return nil }
            (year, month, day) = (1970 + 400 * Int(cycles), 1, 1)
            while rest >= Self.days(in: year) {
                rest -= Self.days(in: year)
                year += 1
            }
            while rest >= Self.days(in: month, of: year) {
                rest -= Self.days(in: month, of: year)
                month += 1
            }
            day += rest
            guard (1...9999).contains(year) else { return nil }
        }

        /// Goes to the day before; false at the first day of the year 1.
        mutating func goBack() -> Bool {
            day -= 1
            guard day < 1 else { return true }
            month -= 1
            if month < 1 { (year, month) = (year - 1, 12) }
            day = Self.days(in: month, of: year)
            return year >= 1
        }

        /// Goes to the next day; false at the last day of the year 9999.
        mutating func goOn() -> Bool {
            day += 1
            guard day > Self.days(in: month, of: year) else { return true }
            day = 1
            month += 1
            if month > 12 { (year, month) = (year + 1, 1) }
            return year <= 9999
        }

        var text: String {
            String("000\(year)".suffix(4)) + "-" + two(month) + "-" + two(day)
        }

        var isReal: Bool { year >= 1 && day >= 1 && day <= Self.days(in: month, of: year) }

        private static func isLeap(_ year: Int) -> Bool {
            year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
        }

        private static func days(in year: Int) -> Int { isLeap(year) ? 366 : 365 }

        private static func days(in month: Int, of year: Int) -> Int {
            if month == 2 { return isLeap(year) ? 29 : 28 }
            return [4, 6, 9, 11].contains(month) ? 30 : 31
        }
    }
}
