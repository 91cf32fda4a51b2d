import TOMLKit

/// The text of a profile, so that what is wrong in it is named with its line and column.
struct ProfileDocument {
    /// The file, or a built-in profile's name.
    let path: String
    /// The whole text.
    let text: String

    /// One step on the way to a value: a key, or a place in an array of tables.
    enum Step: Equatable {
        case key(String)
        case index(Int)
    }

    /// Parses the text.
    ///
    /// - Returns: The outermost table.
    /// - Throws: ``MigrationError`` of code `configuration` with line and column.
    func parse() throws(MigrationError) -> ProfileTable {
        do {
            return ProfileTable(try TOMLTable(string: text), path: [], document: self)
        } catch {
            guard let error = error as? TOMLParseError else {
                throw failure("the profile cannot be read: \(error)", at: [])
            }
            throw failure(
                "the profile is not TOML: \(SafeText.visible(error.description))",
                line: error.source.begin.line,
                column: error.source.begin.column
            )
        }
    }

    /// Says what is wrong with a value.
    ///
    /// - Parameters:
    ///   - message: What is wrong.
    ///   - path: The way to the value.
    /// - Returns: The error, with the line and column of the value's key.
    func failure(_ message: String, at path: [Step]) -> MigrationError {
        let position = position(of: path)
        return failure(message, line: position?.line, column: position?.column)
    }

    private func failure(_ message: String, line: Int?, column: Int?) -> MigrationError {
        let row = line.map { "line \($0), column \(column ?? 1)" }
        return MigrationError(
            .configuration,
            message,
            place: .init("profile", path: path, row: row),
            remedy: "correct the profile"
                + (row.map { " at \($0)" } ?? "") + ", or use --profile auto, ora or generic"
        )
    }

    /// Finds where a key was written.
    ///
    /// TOMLKit's tables do not remember it, so the lines are read again: headers, and keys that
    /// begin a line. For a key inside an inline table the position is that of the line's own key.
    ///
    /// - Parameter path: The way to the value.
    /// - Returns: Line and column from 1, or nil when the key does not begin a line.
    func position(of path: [Step]) -> (line: Int, column: Int)? {
        var section: [Step] = []
        var counts: [String: Int] = [:]
        var fence: String?
        var best: (line: Int, column: Int, depth: Int)?
        // Swift takes CR and LF together for one character.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (number, line) in lines.enumerated() {
            if let open = fence {
                if line.contains(open) { fence = nil }
                continue
            }
            let content = line.drop { $0 == " " || $0 == "\t" }
            let column = line.distance(from: line.startIndex, to: content.startIndex) + 1
            var found: [Step]?
            if content.hasPrefix("[") {
                section = Self.section(of: content, counts: &counts)
                found = section
            } else if let equals = content.firstIndex(of: "="), !content.hasPrefix("#") {
                found = section + Self.keys(content[..<equals])
                fence = Self.openFence(content[content.index(after: equals)...])
            }
            guard let found, !found.isEmpty, path.starts(with: found) || found.starts(with: path)
            else { continue }
            let depth = min(found.count, path.count)
            if depth > best?.depth ?? 0 { best = (number + 1, column, depth) }
        }
        return best.map { ($0.line, $0.column) }
    }

    private static func section(of header: Substring, counts: inout [String: Int]) -> [Step] {
        let isArray = header.hasPrefix("[[")
        let names = keys(header.drop { $0 == "[" }.prefix { $0 != "]" })
        var steps: [Step] = []
        var name = ""
        for (offset, step) in names.enumerated() {
            steps.append(step)
            name += "\(step)"
            let isLast = offset == names.count - 1
            if isArray, isLast {
                counts[name, default: 0] += 1
                // Arrays inside begin anew with each element.
                for inner in counts.keys where inner != name && inner.hasPrefix(name) {
                    counts[inner] = 0
                }
            }
            if let count = counts[name], count > 0 { steps.append(.index(count - 1)) }
        }
        return steps
    }

    private static func keys(_ text: Substring) -> [Step] {
        var keys: [Step] = []
        var word = ""
        var quote: Character?
        for character in text {
            switch character {
            case "\"", "'":
                if quote == character { quote = nil } else { quote = quote ?? character }
            case "." where quote == nil:
                keys.append(.key(word))
                word = ""
            case " " where quote == nil, "\t" where quote == nil: continue
            default: word.append(character)
            }
        }
        return keys + [.key(word)]
    }

    private static func openFence(_ value: Substring) -> String? {
        for fence in ["\"\"\"", "'''"] {
            let parts = value.split(separator: fence, omittingEmptySubsequences: false)
            if parts.count % 2 == 0 { return fence }
        }
        return nil
    }
}
