/// Negative numbers behind an option, which the parser takes for options of their own.
enum NegativeNumbers {
    /// Options whose value may be negative, or is no number at all.
    private static let allowed = ["--key", "--after", "--set-null", "--reason", "--matching"]

    /// What is wrong with a command line that the parser calls one without a value.
    ///
    /// - Parameters:
    ///   - arguments: The arguments.
    ///   - message: What the parser says.
    /// - Returns: What to say instead; nil when no negative number is the matter.
    static func message(_ arguments: [String], _ message: String) -> String? {
        guard message.contains("Missing value for") else { return nil }
        for (option, value) in zip(arguments, arguments.dropFirst()) {
            guard option.hasPrefix("--"), !option.contains("="), message.contains("'\(option)"),
                value.hasPrefix("-"), Double(value) != nil
            else { continue }
            return allowed.contains(option)
                ? "a value that begins with a minus is written with =: \(option)=\(value)"
                : "\(option) must not be negative"
        }
        return nil
    }
}
