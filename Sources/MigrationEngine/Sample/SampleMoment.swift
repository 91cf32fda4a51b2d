/// A second of the sample's time, UTC.
struct SampleMoment: Comparable {
    /// Seconds since 1970.
    var seconds: Int

    /// The moment at which the sample was taken: all else lies before it.
    static let now = SampleMoment(2025, 10, 15, hour: 12)
    /// The end of the day of which the inventory's baseline was counted.
    static let baseline = SampleMoment(2025, 9, 19)

    init(seconds: Int) { self.seconds = seconds }

    init(_ year: Int, _ month: Int, _ day: Int, hour: Int = 0) {
        // Days from the civil calendar, with years that start in March.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        seconds = (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3_600
    }

    static func < (left: SampleMoment, right: SampleMoment) -> Bool {
        left.seconds < right.seconds
    }

    /// Days since 1970.
    var day: Int { seconds / 86_400 }

    /// Whether it counts for the inventory formula: later than the baseline's day.
    var isAfterBaseline: Bool { day > Self.baseline.day }

    func adding(days: Int = 0, seconds more: Int = 0) -> SampleMoment {
        SampleMoment(seconds: seconds + days * 86_400 + more)
    }

    /// The text `YYYY-MM-DD`.
    var date: SourceValue {
        var text = SampleText()
        text.add(date: self)
        return text.value
    }

    /// The text `YYYY-MM-DD HH:MM:SS`.
    var stamp: SourceValue { stamp(separator: UInt8(ascii: " ")) }

    func stamp(separator: UInt8, suffix: String = "") -> SourceValue {
        var text = SampleText()
        text.add(date: self)
        text.add(byte: separator)
        text.add(number: seconds / 3_600 % 24, width: 2)
        text.add(byte: UInt8(ascii: ":"))
        text.add(number: seconds / 60 % 60, width: 2)
        text.add(byte: UInt8(ascii: ":"))
        text.add(number: seconds % 60, width: 2)
        text.add(suffix)
        return text.value
    }

    /// Year, month and day.
    var civil: (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}
