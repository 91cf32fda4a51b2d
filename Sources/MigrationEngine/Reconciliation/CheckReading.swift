import Foundation

/// A line of what a check read.
struct CheckRow: Equatable {
    /// What it is: a key, or the name of a figure.
    var key: String
    /// What is said of it; empty when the key says all.
    var value = ""
    /// The rows that it stands for.
    var weight: Int64 = 1
}

/// What a check read on one side.
struct CheckReading: Equatable {
    /// Figures, which must be the same on both sides.
    var figures: [CheckRow] = []
    /// What was found that should not be, at most ``most``.
    var found: [CheckRow] = []
    /// The rows of all that was found.
    var foundRows: Int64 = 0
    /// The tables that were read, as the source names them.
    var tables: Set<String> = []
    /// What the check asks about, and this database does not have: another shape, or a misspelling.
    var absent: [String] = []

    /// More than these are counted, and not compared one by one.
    static let most = 10_000

    /// Whether everything that was found is here.
    var isWhole: Bool { found.reduce(0) { $0 + $1.weight } == foundRows }

    /// Adds what another reading has.
    mutating func add(_ other: CheckReading) {
        figures += other.figures
        found += other.found
        foundRows += other.foundRows
        tables.formUnion(other.tables)
        absent += other.absent
    }
}

/// Why a check was not read on a side.
enum CheckObstacle: Error, Equatable {
    /// The side does not have what it asks about.
    case lacks(String)
    /// It was asked, and failed.
    case failed(String)
}

/// A value as both databases would write it.
enum CheckValue {
    /// Brings numbers, moments and truth values to one form; everything else stays as it is.
    ///
    /// - Parameter text: What a database wrote.
    /// - Returns: The text to compare.
    static func plain(_ text: String) -> String {
        // Digits behind a zero are an article's number, not a count.
        if let match = text.wholeMatch(of: /(-?)(0|[1-9][0-9]*)(?:\.([0-9]*))?/) {
            let whole = String(match.2)
            let fraction = (match.3.map(String.init) ?? "").replacing(/0+$/, with: "")
            let number = fraction.isEmpty ? whole : "\(whole).\(fraction)"
            return number == "0" ? "0" : "\(match.1)\(number)"
        }
        switch text {
        case "t", "true": return "1"
        case "f", "false": return "0"
        default: return StoredMoment.plain(text)
        }
    }

    /// A cell of a line, such that no other cells make the same line.
    ///
    /// - Parameter text: What a database wrote; nil for NULL.
    /// - Returns: The cell.
    static func cell(_ text: String?) -> String {
        guard let text else { return "NULL" }
        return text == "NULL" ? "'NULL'" : text.replacing("|", with: "\\|")
    }

    /// Writes a whole number of the smallest decimals with its point.
    ///
    /// - Parameters:
    ///   - units: The number's digits, perhaps with a sign.
    ///   - decimals: How many of them stand behind the point.
    /// - Returns: The number.
    static func decimal(_ units: String, decimals: Int) -> String {
        guard decimals > 0 else { return units }
        let isNegative = units.hasPrefix("-")
        let digits = isNegative ? String(units.dropFirst()) : units
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (isNegative ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
