import Glibc

/// Figures as the screen writes them.
enum Figures {
    /// A count with its thousands apart.
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return number < 0 ? "-" + result : result
    }

    /// A count that may be unknown.
    static func count(_ number: Int?) -> String { number.map { count($0) } ?? "-" }

    /// A figure as a database gave it: a whole number with its thousands apart, all else as it is.
    static func grouped(_ value: String) -> String {
        guard let number = Int(value), String(number) == value else { return value }
        return count(number)
    }

    /// How often something is done.
    static func interval(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }

    /// Minutes and seconds, with hours when there are any.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000_000 else { return "-" }
        let whole = Int(max(0, seconds).rounded())
        let clock = two(whole / 60 % 60) + ":" + two(whole % 60)
        return whole >= 3_600 ? "\(whole / 3_600):" + clock : clock
    }

    /// How long something took: with tenths while they matter.
    static func took(_ seconds: Double) -> String {
        guard seconds < 59.95, seconds >= 0 else { return duration(seconds) }
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// How long writes were blocked: hundredths matter there.
    static func hundredths(_ seconds: Double) -> String {
        guard seconds >= 0, seconds < 59.995 else { return took(max(0, seconds)) }
        let parts = Int((seconds * 100).rounded())
        return "\(parts / 100).\(two(parts % 100)) s"
    }

    /// A number of seconds that somebody chose.
    static func seconds(_ seconds: Double) -> String {
        seconds == seconds.rounded() && seconds < 1e9 ? "\(Int(seconds)) s" : took(seconds)
    }

    /// The time of day in UTC.
    static func clock(_ time: Double) -> String {
        let day = Int(time.rounded(.down)) % 86_400
        let second = day < 0 ? day + 86_400 : day
        return two(second / 3_600) + ":" + two(second / 60 % 60) + ":" + two(second % 60)
    }

    /// The day and the time of day in UTC, with thousandths of a second.
    static func thousandths(_ time: Double) -> String {
        let part = Int(((time - time.rounded(.down)) * 1_000).rounded(.down))
        let digits = String(1_000 + min(999, max(0, part))).dropFirst()
        return moment(time).dropLast() + "." + digits + "Z"
    }

    /// The day and the time of day in UTC.
    static func moment(_ time: Double) -> String {
        var seconds = time_t(time.rounded(.down))
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "-" }
        let day = [Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        return day.map { two($0) }.joined(separator: "-") + " \(clock(time))Z"
    }

    /// A share of one as a whole percentage; 100 only when nothing is left.
    static func percent(_ fraction: Double) -> String {
        let percent = Int((fraction * 100).rounded(.down))
        return "\(min(fraction < 1 ? 99 : 100, max(0, percent)))%"
    }

    /// Cents as an amount.
    static func amount(_ cents: Int64) -> String {
        let whole = count(Int(cents.magnitude / 100))
        return (cents < 0 ? "-" : "") + whole + "." + two(Int(cents.magnitude % 100))
    }

    /// Rows a second, short enough for a column.
    static func rate(_ rowsPerSecond: Double) -> String {
        guard rowsPerSecond.isFinite, rowsPerSecond < 1e15 else { return "-" }
        guard rowsPerSecond >= 999_999.5 else { return count(Int(rowsPerSecond.rounded())) }
        let tenths = Int((rowsPerSecond / 100_000).rounded())
        return "\(count(tenths / 10)).\(tenths % 10)M"
    }

    /// A size in the unit that people read.
    static func bytes(_ bytes: Int) -> String {
        var value = Double(bytes)
        var unit = "B"
        for next in ["kB", "MB", "GB", "TB"] where value >= 1_000 {
            value /= 1_000
            unit = next
        }
        guard unit != "B" else { return "\(bytes) B" }
        let tenths = Int((value * 10).rounded())
        return "\(count(tenths / 10)).\(tenths % 10) \(unit)"
    }

    /// A count with its noun.
    static func rows(_ number: Int, _ noun: String = "row") -> String {
        number == 1 ? "1 \(noun)" : "\(count(number)) \(noun)s"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
