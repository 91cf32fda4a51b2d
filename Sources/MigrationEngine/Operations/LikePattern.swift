/// Looking for a part of a text, the same way on both sides.
enum LikePattern {
    /// A condition that one of the columns contains the pattern; a value for each column.
    ///
    /// SQLite's LIKE ignores ASCII case and PostgreSQL's does not, hence `lower` on both sides.
    ///
    /// - Parameter columns: The columns in SQL.
    /// - Returns: The condition.
    static func condition(_ columns: [String]) -> String {
        let parts = columns.map {
            "lower(CAST(\($0) AS TEXT)) LIKE lower(CAST(? AS TEXT)) ESCAPE '!'"
        }
        return "(" + parts.joined(separator: " OR ") + ")"
    }

    /// A pattern for texts that contain another.
    ///
    /// - Parameter text: What is looked for.
    /// - Returns: The pattern, in which nothing of the text is a wildcard.
    static func containing(_ text: String) -> String {
        var pattern = "%"
        for character in text where character != "\0" {
            if "%_!".contains(character) { pattern.append("!") }
            pattern.append(character)
        }
        return pattern + "%"
    }
}
