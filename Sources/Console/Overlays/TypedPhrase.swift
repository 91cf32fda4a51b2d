/// A phrase while it is typed: whether it can still become the one that is asked for.
enum TypedPhrase {
    /// What is wrong with it so far.
    ///
    /// - Parameters:
    ///   - typed: What stands in the field.
    ///   - phrase: What is asked for.
    /// - Returns: A line; an empty one while every letter is right.
    static func fault(_ typed: String, of phrase: String) -> Line {
        guard !phrase.hasPrefix(typed) else { return [] }
        let right = zip(typed, phrase).prefix { $0 == $1 }.count
        let place =
            right == phrase.count ? "it is longer" : "wrong from letter \(right + 1) on"
        return [Span("    this is not the phrase: \(place); C-u clears it", .statusBad)]
    }
}
