/// Numbers with their noun.
package enum Count {
    /// A number and its noun in the singular or the plural.
    ///
    /// - Parameters:
    ///   - number: The number.
    ///   - noun: The noun in the singular, whose plural ends in s.
    /// - Returns: Such as `1 row` or `2 rows`.
    package static func text(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
