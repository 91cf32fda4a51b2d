import Foundation

/// A value that is given to a query.
enum LiveValue: Equatable {
    case integer(Int64)
    case text(String)

    /// Reads a text as the kind of value that a column holds.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - kind: The column's kind.
    init?(_ text: String, as kind: LiveShape.Kind) {
        switch kind {
        case .integer:
            guard let integer = Int64(text) else { return nil }
            self = .integer(integer)
        case .boolean, .text: self = .text(text)
        }
    }
}

/// What stored text says, for columns in which anything may be stored.
enum StoredText {
    /// Reads a toggle.
    ///
    /// - Parameter text: What is stored: a number, or a word of either database.
    /// - Returns: Whether it is on.
    static func isOn(_ text: String?) -> Bool {
        guard let text else { return false }
        if let number = Double(text) { return number != 0 }
        return ["t", "true", "yes", "on", "y"].contains(text.lowercased())
    }

    /// Reads a whole number.
    ///
    /// - Parameter text: What is stored.
    /// - Returns: The number, or nil when it is none.
    static func integer(_ text: String?) -> Int64? {
        guard let text else { return nil }
        if let integer = Int64(text) { return integer }
        guard let number = Double(text), let integer = Int64(exactly: number.rounded()) else {
            return nil
        }
        return integer
    }

    /// Reads an amount.
    ///
    /// - Parameters:
    ///   - text: What is stored.
    ///   - cents: The cents of one unit.
    /// - Returns: The amount in cents, or nil when it is no number or too large.
    static func cents(_ text: String?, unit cents: Int64) -> Int64? {
        guard let text else { return nil }
        if let integer = Int64(text) {
            let (product, isTooLarge) = integer.multipliedReportingOverflow(by: cents)
            return isTooLarge ? nil : product
        }
        return Double(text).flatMap { Int64(exactly: ($0 * Double(cents)).rounded()) }
    }

    /// Reads a JSON list of items.
    ///
    /// - Parameter text: What is stored.
    /// - Returns: Its entries, or nil when it is no such list.
    static func list(_ text: String?) -> [Any]? {
        guard let text, !text.isEmpty else { return nil }
        let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        if let list = value as? [Any] { return list }
        return (value as? [String: Any])?["items"] as? [Any]
    }
}
