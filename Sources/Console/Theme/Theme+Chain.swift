/// How a theme is made of its files.
extension Theme {
    /// Makes the theme of a chain of files for a terminal.
    ///
    /// - Parameters:
    ///   - name: The theme's name.
    ///   - chain: Its files, its own first and `base` last.
    ///   - depth: The colours of the terminal.
    /// - Throws: ``ThemeFile/Problem`` when a colour's name is in no palette of the chain.
    init(
        _ name: String,
        chain: [ThemeFile],
        depth: ColourDepth
    ) throws(ThemeFile.Problem) {
        // The child's palette wins, also for styles that only its parents state.
        var palette: [String: Colour] = [:]
        var glyphs: [String: String] = [:]
        for file in chain.reversed() {
            palette.merge(file.palette) { $1 }
            glyphs.merge(file.glyphs) { $1 }
        }
        let resolver = Resolver(chain: chain, palette: palette, depth: depth)
        let text = try resolver.style(.text, fallback: Style())
        var styles: [StyleKey: Style] = [:]
        for key in StyleKey.allCases { styles[key] = try resolver.style(key, fallback: text) }
        self.init(
            name: name,
            about: chain.first?.about ?? "",
            isLight: chain.first?.isLight ?? false,
            contrast: chain.first?.contrast ?? 0,
            glyphs: glyphs,
            styles: styles
        )
    }

    /// Looks styles up along a chain of files.
    private struct Resolver {
        let chain: [ThemeFile]
        let palette: [String: Colour]
        let depth: ColourDepth

        /// The first file of the chain that speaks of a key decides; colours it leaves out are
        /// those of plain text.
        func style(_ key: StyleKey, fallback: Style) throws(ThemeFile.Problem) -> Style {
            guard let entry = entry(key) else { return fallback }
            let isFull = depth == .full || depth == .direct
            let foreground = isFull ? entry.foreground : entry.foreground16 ?? entry.foreground
            let background = isFull ? entry.background : entry.background16 ?? entry.background
            return Style(
                foreground: try index(foreground, key, otherwise: fallback.foreground),
                background: try index(background, key, otherwise: fallback.background),
                isBold: entry.attributes["bold"] ?? false,
                isDim: entry.attributes["dim"] ?? false,
                isItalic: entry.attributes["italic"] ?? false,
                isUnderlined: entry.attributes["underline"] ?? false,
                isReversed: entry.attributes["reverse"] ?? false
            )
        }

        private func index(
            _ ink: ThemeFile.Ink?,
            _ key: StyleKey,
            otherwise: Int?
        ) throws(ThemeFile.Problem) -> Int? {
            switch ink {
            case nil: return otherwise
            case .colour(let colour): return colour.index(depth: depth)
            case .named(let name):
                guard let colour = palette[name] else {
                    throw ThemeFile.Problem(
                        message: "style \"\(key.rawValue)\": no palette has a colour \"\(name)\""
                    )
                }
                return colour.index(depth: depth)
            }
        }

        private func entry(_ key: StyleKey) -> ThemeFile.Entry? {
            for file in chain {
                if let entry = file.entries[key] { return entry }
            }
            // Along the dots: `status.bad` falls back to `status`.
            var parts = key.rawValue.split(separator: ".").dropLast()
            while !parts.isEmpty {
                if let shorter = StyleKey(rawValue: parts.joined(separator: ".")) {
                    return entry(shorter)
                }
                parts = parts.dropLast()
            }
            return nil
        }
    }
}
