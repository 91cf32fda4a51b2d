/// A form of text to which both sides of a column are brought where spellings differ.
///
/// The target writes it itself; the source's side is written here.
enum NormalForm: Sendable, Equatable {
    /// The same instant: `YYYY-MM-DD HH:MM:SS.ffffff` in UTC; a time without offset is UTC.
    case instant
    /// The same 16 bytes, as 36 characters in lower case.
    case uuid
    /// The same number of four bytes.
    case real
    /// The same text, without the blanks that `char(n)` fills up with.
    case padded
    /// The same network address, as its own type writes it.
    case address

    /// Chooses the form for a type that the other rules do not know.
    ///
    /// - Parameter type: The type's name in `pg_type`.
    init?(type: String) {
        switch type {
        case "timestamptz": self = .instant
        case "uuid": self = .uuid
        case "float4": self = .real
        case "bpchar": self = .padded
        case "inet": self = .address
        default: return nil
        }
    }

    /// What the cell holds.
    var tag: CanonicalRow.Tag { self == .instant ? .timestamp : .text }

    /// The column in the SELECT list of the target.
    func selected(_ column: String) -> String {
        switch self {
        case .instant:
            """
            CASE WHEN isfinite(\(column))
                THEN to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
                    || CASE WHEN extract(year FROM \(column) AT TIME ZONE 'UTC') < 0
                        THEN ' BC' ELSE '' END
                ELSE \(column)::text END
            """
        case .uuid: "\(column)::text"
        case .real: "\(column)::float8::text"
        case .padded: "\(column)::text"
        // A cast to text would write the length of the network as well.
        case .address: "CASE WHEN \(column) IS NOT NULL THEN format('%s', \(column)) END"
        }
    }

    /// The rule for people.
    var words: String {
        switch self {
        case .instant: "the same instant to the microsecond, without an offset UTC"
        case .uuid: "the same 16 bytes"
        case .real: "the same number"
        case .padded: "the same text, blanks at its end left out"
        case .address: "the same text as the type writes it"
        }
    }

    /// Writes a value of the source.
    ///
    /// - Returns: Whether it has this form at all.
    func fill(_ row: CanonicalRow, _ statement: SourceStatement, _ column: Int) -> Bool {
        switch (self, statement.storageClass(column)) {
        case (.instant, .text):
            guard let text = Instant(statement.bytes(column))?.text else { return false }
            row.string(tag, text)
        case (.uuid, .text):
            guard let text = Self.uuid(Array(statement.bytes(column))) else { return false }
            row.string(tag, text)
        case (.uuid, .blob):
            let digits = Array(Array(statement.bytes(column)).hexadecimal.utf8)
            guard let text = Self.uuid(digits) else { return false }
            row.string(tag, text)
        case (.real, .integer):
            row.string(tag, Self.whole(Double(statement.integer(column))))
        case (.real, .real):
            row.string(tag, Self.whole(statement.real(column)))
        case (.padded, .text), (.address, .text): row.bytes(tag, statement.bytes(column))
        default: return false
        }
        return true
    }

    private static func uuid(_ bytes: [UInt8]) -> String? {
        let digits = String(decoding: bytes, as: UTF8.self).lowercased()
            .filter { $0 != "-" }
        guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else { return nil }
        var text = ""
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text += "-" }
            text.append(digit)
        }
        return text
    }

    /// A double as PostgreSQL writes it; equal doubles are written alike.
    private static func whole(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// An instant of the source, read field by field.
    private struct Instant {
        let text: String

        init?(_ bytes: UnsafeRawBufferPointer) {
            let all = Array(bytes)
            func number(_ range: Range<Int>) -> Int? {
                guard range.upperBound <= all.count else { return nil }
                return range.reduce(0) { sum, place in
                    guard let sum, (48...57).contains(all[place]) else { return nil }
                    return sum * 10 + Int(all[place] - 48)
                }
            }
            guard all.count >= 10, let year = number(0..<4), let month = number(5..<7),
                let day = number(8..<10), all[4] == 45, all[7] == 45
            else { return nil }
            var seconds = 0
            var fraction = 0
            var place = 10
            if all.count > 10 {
                guard all[10] == 32 || all[10] == 84, all.count >= 16, all[13] == 58,
                    let hour = number(11..<13), let minute = number(14..<16)
                else { return nil }
                seconds = hour * 3_600 + minute * 60
                place = 16
                if place < all.count, all[place] == 58 {
                    guard let second = number(17..<19) else { return nil }
                    seconds += second
                    place = 19
                }
                if place < all.count, all[place] == 46 {
                    var digits = 0
                    place += 1
                    while place < all.count, let digit = number(place..<place + 1) {
                        // What the seventh digit says, the target cannot hold.
                        guard digits < 6 || digit == 0 else { return nil }
                        if digits < 6 { fraction = fraction * 10 + digit }
                        (digits, place) = (digits + 1, place + 1)
                    }
                    guard digits > 0 else { return nil }
                    for _ in min(digits, 6)..<6 { fraction *= 10 }
                }
            }
            guard let offset = Self.offset(Array(all[place...])) else { return nil }
            text = Self.written(
                Self.days(year, month, day) * 86_400 + seconds - offset,
                fraction
            )
        }

        /// The seconds east of UTC.
        private static func offset(_ bytes: [UInt8]) -> Int? {
            let text = String(decoding: bytes, as: UTF8.self).drop { $0 == " " }
            if text.isEmpty || text == "Z" { return 0 }
            guard let match = text.wholeMatch(of: /([-+])(\d\d)(:?(\d\d))?/) else { return nil }
            let hours = Int(match.2) ?? 0
            let minutes = match.4.flatMap { Int($0) } ?? 0
            return (match.1 == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
        }

        /// Days since 1 March of the year 0, by years of 365 days and their leap days.
        private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
            let shifted = month > 2 ? year : year - 1
            let inYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
            return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + inYear
        }

        private static func written(_ seconds: Int, _ fraction: Int) -> String {
            let day = Int((Double(seconds) / 86_400).rounded(.down))
            let rest = seconds - day * 86_400
            // The year whose 1 March is the last one that is not behind the day.
            var year = day / 365
            while days(year, 3, 1) > day { year -= 1 }
            let inYear = day - days(year, 3, 1)
            let shifted = (5 * inYear + 2) / 153
            let month = shifted < 10 ? shifted + 3 : shifted - 9
            let values = [
                (month < 3 ? year + 1 : year, 4), (month, 2),
                (inYear - (153 * shifted + 2) / 5 + 1, 2), (rest / 3_600, 2),
                (rest / 60 % 60, 2), (rest % 60, 2), (fraction, 6),
            ]
            let texts = values.map { value, width in
                let digits = String(value)
                return String(repeating: "0", count: max(0, width - digits.count)) + digits
            }
            return "\(texts[0])-\(texts[1])-\(texts[2]) \(texts[3]):\(texts[4]):\(texts[5])"
                + ".\(texts[6])"
        }
    }
}
