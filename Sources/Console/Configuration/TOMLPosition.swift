/// Where a key stands in a TOML text; the parser tells it for broken text only.
enum TOMLPosition {
    /// Finds a key.
    ///
    /// - Parameters:
    ///   - path: The names of the tables and the key, from the top.
    ///   - text: The text, which the parser has accepted.
    /// - Returns: Line and column of the key from 1, or nil when it is written in another way, such
    ///   as in a table on one line.
    static func find(_ path: [String], in text: String) -> (line: Int, column: Int)? {
        guard let key = path.last else { return nil }
        let wanted = Array(path.dropLast())
        var table: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let start = line.prefix { $0 == " " || $0 == "\t" }
            let rest = line.dropFirst(start.count)
            if rest.hasPrefix("[") {
                table = names(rest.drop { $0 == "[" }.prefix { $0 != "]" })
                continue
            }
            guard !rest.hasPrefix("#"), let equals = sign(in: rest) else { continue }
            let found = table + names(rest[..<equals])
            // A key whose value is the table that holds the one in question is near enough.
            if found == wanted + [key] || (found == wanted && !wanted.isEmpty) {
                return (number + 1, start.count + 1)
            }
        }
        return nil
    }

    /// The sign between key and value, outside of quotes.
    private static func sign(in line: Substring) -> Substring.Index? {
        var quote: Character?
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "=" {
                return index
            }
        }
        return nil
    }

    /// The names of a dotted key.
    private static func names(_ text: Substring) -> [String] {
        var names = [""]
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open {
                    quote = nil
                } else {
                    names[names.count - 1].append(character)
                }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "." {
                names.append("")
            } else if !character.isWhitespace {
                names[names.count - 1].append(character)
            }
        }
        return names
    }
}
