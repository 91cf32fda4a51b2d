/// The conversions that make a date or an instant.
extension ValueConverter {
    private static let microsecondsADay: Int64 = 86_400_000_000
    /// Days from 2000-01-01 back to 1970-01-01.
    private static let daysOfEpoch: Int64 = 10_957

    /// The instant that a number counts to from 1970.
    static func instant(_ value: Value, perSecond unit: Int64) -> SourceValue? {
        let microseconds: Int64
        switch value {
        case .stored(.integer(let number)):
            guard let exact = scaled(number, by: 1_000_000 / unit) else { return nil }
            microseconds = exact
        case .stored(.real(let number)):
            guard let rounded = rounded(number * Double(1_000_000 / unit)) else { return nil }
            microseconds = rounded
        case .decimal(let digits):
            guard let decimal = DecimalDigits(digits), decimal.numeric?.scale == 0,
                let number = decimal.integer,
                let exact = scaled(number, by: 1_000_000 / unit)
            else { return nil }
            microseconds = exact
        default: return nil
        }
        return text(microseconds - daysOfEpoch * microsecondsADay)
    }

    private static func scaled(_ number: Int64, by factor: Int64) -> Int64? {
        let (product, overflows) = number.multipliedReportingOverflow(by: factor)
        // Far beyond the years that are taken, and far from the ends of the range.
        return overflows || product.magnitude > 1 << 60 ? nil : product
    }

    private static func rounded(_ number: Double) -> Int64? {
        abs(number) < 1e18 ? Int64(number.rounded()) : nil
    }

    /// The instant of a Julian day, to the millisecond, which is how SQLite reads it.
    ///
    /// - SeeAlso: `setRawDateNumber` in SQLite's `date.c`
    static func julian(_ value: Value) -> SourceValue? {
        let day: Double
        switch value {
        case .stored(.integer(let number)): day = Double(number)
        case .stored(.real(let number)): day = number
        default: return nil
        }
        guard day >= 0, day < 5_373_484.5 else { return nil }
        let milliseconds = Int64(day * 86_400_000 + 0.5)
        // 2000-01-01 begins at Julian day 2451544.5.
        return text((milliseconds - 211_813_444_800_000) * 1_000)
    }

    /// Text with an offset as the same instant in UTC.
    static func inUTC(_ bytes: [UInt8]) -> SourceValue? {
        guard let time = bytes.withUnsafeBytes({ TimeText($0) }), let offset = time.offsetMinutes,
            offset != 0
        else { return nil }
        return text(time.microsecondsFrom2000 - Int64(offset) * 60_000_000)
    }

    /// `M/D/YYYY` as `YYYY-MM-DD`.
    static func date(_ bytes: [UInt8]) -> SourceValue? {
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, (1...2).contains(parts[0].count), (1...2).contains(parts[1].count),
            parts[2].count == 4
        else { return nil }
        let zero = [UInt8(ascii: "0")]
        let dash = [UInt8(ascii: "-")]
        let text =
            parts[2] + dash + (zero + parts[0]).suffix(2) + dash + (zero + parts[1]).suffix(2)
        let isDate = text.withUnsafeBytes { TimeText($0)?.hasTime == false }
        return isDate ? .text(Array(text)) : nil
    }

    /// Writes an instant as `YYYY-MM-DD HH:MM:SS`, with a fraction when it has one.
    ///
    /// - Parameter microseconds: Microseconds from 2000-01-01.
    /// - Returns: The text, nil outside of the years 0001 to 9999.
    static func text(_ microseconds: Int64) -> SourceValue? {
        guard isInCalendar(microseconds) else { return nil }
        let days =
            (microseconds >= 0 ? microseconds : microseconds - microsecondsADay + 1)
            / microsecondsADay
        let rest = microseconds - days * microsecondsADay
        let (year, month, day) = civil(days)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = rest / 1_000_000
        var text = String("000\(year)".suffix(4)) + "-" + two(month) + "-" + two(day) + " "
        text += two(seconds / 3_600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60)
        if rest % 1_000_000 != 0 {
            var fraction = String(String(1_000_000 + rest % 1_000_000).dropFirst())
            while fraction.last == "0" { fraction.removeLast() }
            text += "." + fraction
        }
        return .string(text)
    }

    /// Whether an instant lies in the years 0001 to 9999.
    ///
    /// - Parameter microseconds: Microseconds from 2000-01-01.
    /// - Returns: True when it does.
    static func isInCalendar(_ microseconds: Int64) -> Bool {
        // 0001-01-01 and 10000-01-01, in days from 2000-01-01.
        microseconds >= -730_119 * microsecondsADay && microseconds < 2_921_940 * microsecondsADay
    }

    /// The day of the calendar, counted in years that begin in March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let isNextYear = month >= 10
        return (
            era * 400 + yearOfEra + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3, day
        )
    }
}
