import Glibc

/// Moments that an application stored, in UTC.
enum StoredTime {
    /// Reads a moment.
    ///
    /// - Parameter text: A day, or a day with its time; a zone other than UTC is counted in.
    /// - Returns: Seconds since 1970, or nil when the text is no moment.
    static func seconds(_ text: String) -> Double? {
        guard
            let match = text.wholeMatch(
                of:
                    #/
                    (\d{4})-(\d\d)-(\d\d)
                    (?:[\ T] (\d\d):(\d\d) (?: :(\d\d) (?:\.\d+)? )? (Z|[+-]\d\d(?::?\d\d)?)? )?
                    /#
            )
        else { return nil }
        func number(_ text: Substring?) -> Int32 { text.flatMap { Int32($0) } ?? 0 }
        var parts = tm()
        parts.tm_year = number(match.1) - 1_900
        parts.tm_mon = number(match.2) - 1
        parts.tm_mday = number(match.3)
        parts.tm_hour = number(match.4)
        parts.tm_min = number(match.5)
        parts.tm_sec = number(match.6)
        guard (0..<12).contains(parts.tm_mon), (1...31).contains(parts.tm_mday) else { return nil }
        return Double(timegm(&parts)) - offset(match.7)
    }

    private static func offset(_ zone: Substring?) -> Double {
        guard let zone, zone != "Z" else { return 0 }
        let digits = zone.dropFirst().filter(\.isNumber)
        let minutes = (Double(digits.prefix(2)) ?? 0) * 60 + (Double(digits.dropFirst(2)) ?? 0)
        return (zone.first == "-" ? -60 : 60) * minutes
    }

    /// An age in the largest unit that still says enough.
    ///
    /// - Parameter seconds: The age; a moment that is still to come has none.
    /// - Returns: For example `00:37`, `12h` or `2d`.
    static func age(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds > -60 else { return "-" }
        switch max(0, seconds) {
        case ..<3_600: return Figures.duration(max(0, seconds))
        case ..<172_800: return "\(Int(seconds / 3_600))h"
        default: return "\(Int(min(seconds / 86_400, 9_999)))d"
        }
    }
}
