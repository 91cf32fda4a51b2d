/// What `theme show` prints: every meaning with its look.
package struct ThemeSample: Codable, Sendable {
    /// One meaning.
    package struct Entry: Codable, Sendable {
        /// The key, as a theme's file has it.
        package var key: String
        /// The colour of the letters: a number of the xterm palette, or nil for the terminal's own.
        package var foreground: Int?
        /// The colour of the ground.
        package var background: Int?
        /// What is set of bold, dim, italic, underline and reverse.
        package var attributes: [String]
    }

    /// The theme's name.
    package var name: String
    /// Its line about itself.
    package var about: String
    /// `dark` or `light`.
    package var appearance: String
    /// The contrast that it promises; 0 where the terminal decides.
    package var contrast: Double
    /// Every meaning.
    package var styles: [Entry]

    /// Reads a theme as it looks on 256 colours.
    ///
    /// - Parameters:
    ///   - name: The name of a theme, or the path of a file.
    ///   - library: Where it is looked for.
    /// - Throws: An error with `message` when it cannot be read.
    package init(_ name: String, in library: ThemeLibrary) throws {
        let theme = try library.load(name, depth: .full)
        self.name = theme.name
        about = theme.about
        appearance = theme.isLight ? "light" : "dark"
        contrast = theme.contrast
        styles = StyleKey.allCases.map { key in
            let style = theme[key]
            return Entry(
                key: key.rawValue,
                foreground: style.foreground,
                background: style.background,
                attributes: style.names
            )
        }
    }

    /// The sample as lines, each key in its own look where colours are wanted.
    ///
    /// - Parameter isColoured: Whether escape sequences may be written.
    /// - Returns: The lines.
    package func lines(isColoured: Bool) -> [String] {
        let head = ["\(name): \(about) (\(appearance))", ""]
        return head
            + styles.map { entry in
                let name = Width.pad(entry.key, to: 20)
                let shown = isColoured ? "\u{1b}[\(entry.sequence)m \(name) \u{1b}[0m" : name
                let colours = [
                    "fg \(entry.foreground.map(String.init) ?? "default")",
                    "bg \(entry.background.map(String.init) ?? "default")",
                ]
                return "\(shown)  " + (colours + entry.attributes).joined(separator: " ")
            }
    }
}

extension ThemeSample.Entry {
    fileprivate var sequence: String {
        let codes = ["bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7"]
        return
            (["0"] + attributes.compactMap { codes[$0] }
            + (foreground.map { ["38;5;\($0)"] } ?? [])
            + (background.map { ["48;5;\($0)"] } ?? [])).joined(separator: ";")
    }
}

extension Style {
    /// What is set, as a theme's file names it.
    fileprivate var names: [String] {
        [
            ("bold", isBold), ("dim", isDim), ("italic", isItalic), ("underline", isUnderlined),
            ("reverse", isReversed),
        ].filter(\.1).map(\.0)
    }
}
