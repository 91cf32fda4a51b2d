import Foundation

/// How a value is spelled in the source.
enum StoredShape: Hashable {
    /// As the storage class itself has it: numbers as numbers, text as text.
    case plain(StorageClass)
    /// A date, or a date and time, as text.
    case moment(MomentShape)
    /// Seconds or milliseconds since 1970.
    case epoch(perSecond: Int64, StorageClass)
    /// A Julian day.
    case julianDay
    /// `M/D/YYYY`, with or without zeros in front.
    case slashDate(isPadded: Bool)
    /// A time of day: with seconds or not, and so many digits of fraction.
    case clock(hasSeconds: Bool, digits: Int)
    /// A number as text, with so many digits behind the point at least.
    case digits(fraction: Int)
    /// One of the words for true and false, in the given letters.
    case word(pair: Int, Letters)
    /// A UUID as text.
    case uuid(isUpper: Bool, hasHyphens: Bool)

    /// The letters of a word.
    enum Letters: Hashable {
        case lower
        case upper
        case capital
    }

    /// A date and time as text.
    struct MomentShape: Hashable {
        var isDateOnly = false
        var isJoinedByT = false
        var hasSeconds = true
        /// Digits of fraction.
        var digits = 0
        var zone = Zone.none

        /// What stands at the end.
        enum Zone: Hashable {
            case none
            case z
            case offset(minutes: Int)
        }
    }

    private static let words = [
        ("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("on", "off"),
    ]

    // MARK: - Reading

    /// Tells how a stored value is spelled.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - rule: The rule of its column.
    ///   - conversions: What the run does with the column's values.
    init?(_ value: SourceValue, _ rule: EqualityRule, _ conversions: [Conversion]) {
        switch (value, rule) {
        case (.null, _): return nil
        case (.integer, .timestamp), (.integer, .instant), (.integer, .date),
            (.real, .timestamp), (.real, .instant), (.real, .date):
            if conversions.contains(.epochSeconds) {
                self = .epoch(perSecond: 1, value.storageClass)
            } else if conversions.contains(.epochMillis) {
                self = .epoch(perSecond: 1_000, value.storageClass)
            } else if conversions.contains(.julianDay) {
                self = .julianDay
            } else {
                return nil
            }
        case (.text(let bytes), _): self.init(text: bytes, rule)
        default: self = .plain(value.storageClass)
        }
    }

    private init?(text bytes: [UInt8], _ rule: EqualityRule) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch rule {
        case .timestamp, .instant, .date:
            if let match = text.wholeMatch(of: /([0-9]{1,2})\/([0-9]{1,2})\/[0-9]{4}/) {
                let isPadded = match.1.count == 2 && match.2.count == 2
                // 10/15/2025 says nothing of zeros.
                guard match.1.hasPrefix("0") || match.2.hasPrefix("0") || !isPadded else {
                    return nil
                }
                self = .slashDate(isPadded: isPadded)
                return
            }
            guard let time = bytes.withUnsafeBytes({ TimeText($0) }) else { return nil }
            self = .moment(MomentShape(time, endsWithZ: bytes.last == UInt8(ascii: "Z")))
        case .clock:
            self = .clock(hasSeconds: bytes.count > 5, digits: max(0, bytes.count - 9))
        case .boolean:
            let lowered = text.lowercased()
            guard let pair = Self.words.firstIndex(where: { $0.0 == lowered || $0.1 == lowered })
            else { return nil }
            let isUpper = text == text.uppercased()
            self = .word(
                pair: pair,
                text == lowered ? .lower : (isUpper ? .upper : .capital)
            )
        case .uuid:
            self = .uuid(
                isUpper: text != text.lowercased(),
                hasHyphens: bytes.contains(UInt8(ascii: "-"))
            )
        case .integer, .numeric, .double, .single:
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            self = .digits(fraction: parts.count == 2 ? parts[1].utf8.count : 0)
        default: self = .plain(.text)
        }
    }

    // MARK: - Writing

    /// Spells a value.
    ///
    /// - Parameter value: The value.
    /// - Returns: What may be stored for it, the best first; whether it reads back as the value is
    ///   for the caller to see.
    func spelled(_ value: TargetValue) -> [SourceValue] {
        switch (self, value) {
        case (.plain(let kind), _): Self.plain(value, kind)
        case (.moment(let shape), .moment(let microseconds)): shape.spelled(microseconds)
        case (.moment(var shape), .day(let days)):
            {
                shape.digits = 0
                return shape.spelled(days * 86_400_000_000)
            }()
        case (.epoch(let unit, let kind), .moment(let microseconds)):
            Self.epoch(microseconds, unit, kind)
        case (.epoch(let unit, let kind), .day(let days)):
            Self.epoch(days * 86_400_000_000, unit, kind)
        case (.julianDay, .moment(let microseconds)): [Self.julian(microseconds)]
        case (.julianDay, .day(let days)): [Self.julian(days * 86_400_000_000)]
        case (.slashDate(let isPadded), .day(let days)):
            Self.slashed(days * 86_400_000_000, isPadded)
        case (.slashDate(let isPadded), .moment(let microseconds)):
            Self.slashed(microseconds, isPadded)
        case (.clock(let hasSeconds, let digits), .clock(let microseconds)):
            Self.clock(microseconds, hasSeconds, digits)
        case (.digits(let fraction), _): Self.digits(value, fraction)
        case (.word(let pair, let letters), .boolean(let truth)):
            [Self.word(truth ? Self.words[pair].0 : Self.words[pair].1, letters)]
        case (.uuid(let isUpper, let hasHyphens), .uuid(let bytes)):
            [Self.uuid(bytes, isUpper, hasHyphens)]
        default: []
        }
    }

    private static func plain(_ value: TargetValue, _ kind: StorageClass) -> [SourceValue] {
        switch (value, kind) {
        case (.integer(let number), .integer): [.integer(number)]
        case (.integer(let number), .real): Double(exactly: number).map { [.real($0)] } ?? []
        case (.double(let number), .real): [.real(number)]
        case (.double(let number), .integer): Int64(exactly: number).map { [.integer($0)] } ?? []
        case (.boolean(let truth), .integer): [.integer(truth ? 1 : 0)]
        case (.number(let digits, _), .integer): Int64(digits).map { [.integer($0)] } ?? []
        case (.number(let digits, _), .real): Double(digits).map { [.real($0)] } ?? []
        case (.text(let bytes), .text): [.text(bytes)]
        case (.text(let bytes), .blob): [.blob(bytes)]
        case (.text(let bytes), .integer):
            Int64(String(decoding: bytes, as: UTF8.self)).map { [.integer($0)] } ?? []
        case (.text(let bytes), .real):
            Double(String(decoding: bytes, as: UTF8.self)).map { [.real($0)] } ?? []
        case (.bytes(let bytes), .blob), (.uuid(let bytes), .blob): [.blob(bytes)]
        default: []
        }
    }

    private static let daysOfEpoch: Int64 = 10_957

    private static func epoch(
        _ microseconds: Int64,
        _ unit: Int64,
        _ kind: StorageClass
    ) -> [SourceValue] {
        let (sum, overflows) = microseconds.addingReportingOverflow(daysOfEpoch * 86_400_000_000)
        guard !overflows else { return [] }
        let factor = 1_000_000 / unit
        let real = SourceValue.real(Double(sum) / Double(factor))
        guard sum % factor == 0 else { return [real] }
        let whole = SourceValue.integer(sum / factor)
        return kind == .real ? [real, whole] : [whole, real]
    }

    private static func julian(_ microseconds: Int64) -> SourceValue {
        // 2000-01-01 began at Julian day 2451544.5.
        .real((Double(microseconds) / 1_000 + 211_813_444_800_000) / 86_400_000)
    }

    private static func slashed(_ microseconds: Int64, _ isPadded: Bool) -> [SourceValue] {
        guard case .text(let bytes)? = ValueConverter.text(microseconds) else { return [] }
        let parts = String(decoding: bytes.prefix(10), as: UTF8.self).split(separator: "-")
        let shown = parts.map { part in isPadded ? String(part) : String(Int(part) ?? 0) }
        guard shown.count == 3 else { return [] }
        return [.string("\(shown[1])/\(shown[2])/\(parts[0])")]
    }

    private static func clock(
        _ microseconds: Int64,
        _ hasSeconds: Bool,
        _ digits: Int
    ) -> [SourceValue] {
        guard (0..<86_400_000_000).contains(microseconds),
            case .text(let bytes)? = ValueConverter.text(microseconds)
        else { return [] }
        let time = String(decoding: bytes.dropFirst(11).prefix(8), as: UTF8.self)
        let short: [SourceValue] =
            hasSeconds || microseconds % 60_000_000 != 0 ? [] : [.string(String(time.prefix(5)))]
        return short
            + [.string(time + MomentShape.fraction(microseconds % 1_000_000, digits))]
    }

    private static func digits(_ value: TargetValue, _ fraction: Int) -> [SourceValue] {
        let plain: String
        switch value {
        case .integer(let number): plain = String(number)
        case .number(let digits, _): plain = digits
        case .double(let number): plain = DecimalText.plain(number)
        default: return []
        }
        let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts[0].last?.isNumber == true else { return [] }
        let behind = parts.count == 2 ? String(parts[1]) : ""
        let zeros = String(repeating: "0", count: max(0, fraction - behind.utf8.count))
        return [.string(parts[0] + (behind + zeros == "" ? "" : "." + behind + zeros))]
    }

    private static func word(_ word: String, _ letters: Letters) -> SourceValue {
        switch letters {
        case .lower: .string(word)
        case .upper: .string(word.uppercased())
        case .capital: .string(word.prefix(1).uppercased() + word.dropFirst())
        }
    }

    private static func uuid(_ bytes: [UInt8], _ isUpper: Bool, _ hasHyphens: Bool) -> SourceValue {
        let plain = bytes.hexadecimal
        let digits = isUpper ? plain.uppercased() : plain
        guard hasHyphens else { return .string(digits) }
        let ends = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)]
        let groups = ends.map { String(digits.dropFirst($0.0).prefix($0.1)) }
        return .string(groups.joined(separator: "-"))
    }
}

extension StoredShape.MomentShape {
    init(_ time: TimeText, endsWithZ: Bool) {
        isDateOnly = !time.hasTime
        isJoinedByT = time.isJoinedByT
        hasSeconds = time.hasSeconds
        digits = time.fractionDigits
        zone =
            time.offsetMinutes.map { endsWithZ ? .z : .offset(minutes: $0) } ?? .none
    }

    /// Spells an instant in this shape, then with as much more as it takes to keep all of it.
    func spelled(_ microseconds: Int64) -> [SourceValue] {
        guard microseconds.magnitude < 1 << 60 else { return [] }
        var local = microseconds
        if case .offset(let minutes) = zone { local += Int64(minutes) * 60_000_000 }
        guard case .text(let bytes)? = ValueConverter.text(local) else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        let (day, time) = (text.prefix(10), text.dropFirst(11).prefix(8))
        var spellings: [String] = []
        if isDateOnly { spellings.append(String(day)) }
        if !hasSeconds, !isDateOnly, time.hasSuffix("00") {
            spellings.append(day + joint + time.prefix(5) + suffix)
        }
        // Below a second there is something in PostgreSQL's own clock, whatever the column had.
        let rest = ((local % 1_000_000) + 1_000_000) % 1_000_000
        spellings.append(day + joint + time + Self.fraction(rest, digits) + suffix)
        return spellings.map { .string($0) }
    }

    private var joint: String { isJoinedByT ? "T" : " " }

    private var suffix: String {
        switch zone {
        case .none: ""
        case .z: "Z"
        case .offset(let minutes):
            (minutes < 0 ? "-" : "+") + InstantText.two(abs(minutes) / 60) + ":"
                + InstantText.two(abs(minutes) % 60)
        }
    }

    /// A fraction of at least so many digits; six, when that would lose some.
    static func fraction(_ microseconds: Int64, _ digits: Int) -> String {
        let six = String(String(1_000_000 + microseconds).dropFirst())
        let most = digits < 6 && !six.dropFirst(digits).allSatisfy { $0 == "0" } ? 6 : digits
        guard most > 0 else { return "" }
        return "." + six.prefix(most) + String(repeating: "0", count: max(0, most - 6))
    }

    /// The same shape without a fraction.
    var whole: Self {
        var shape = self
        shape.digits = 0
        return shape
    }
}
