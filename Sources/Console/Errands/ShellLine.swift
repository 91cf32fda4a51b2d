import MigrationEngine

/// A line of the palette as a shell would read it.
struct ShellLine: Equatable, Sendable {
    /// Its words, without their quotes and without any password.
    let words: [String]
    /// Whether a word had a password, which is left out.
    let hadPassword: Bool

    /// Reads a line; nil when a quote is not closed.
    ///
    /// - Parameter line: What was typed. `'…'` is taken as it stands, and `\\` takes the letter
    ///   behind it as it is; nothing is expanded.
    init?(_ line: String) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = line[...]
        while let letter = rest.popFirst() {
            switch letter {
            case quote: quote = nil
            case "\\" where quote != "'":
                guard let next = rest.popFirst() else { return nil }
                word = (word ?? "") + String(next)
            case "'", "\"":
                // Inside of the other quotes it is a letter.
                word = (word ?? "") + (quote == nil ? "" : String(letter))
                quote = quote ?? letter
            case " " where quote == nil:
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(letter)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        let clean = words.map(Self.withoutPassword)
        hadPassword = clean != words
        self.words = clean
    }

    /// The line, so that a shell reads exactly these words.
    var text: String { words.map(SafeText.shellWord).joined(separator: " ") }

    private static func withoutPassword(_ word: String) -> String {
        guard let place = word.firstRange(of: /:\/\/.*:.*@|password\s*=/)?.lowerBound else {
            return word
        }
        // `--target=URL` is one word.
        let equals = word.hasPrefix("--") ? word[..<place].firstIndex(of: "=") : nil
        let option = equals.map { String(word[...$0]) } ?? ""
        // What cannot be read as an address may hold a password all the same.
        guard let address = try? TargetAddress(String(word.dropFirst(option.count))) else {
            return option + "URL"
        }
        return option + address.withoutPassword
    }
}
