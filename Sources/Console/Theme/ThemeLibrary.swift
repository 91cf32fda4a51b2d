import Foundation
import Themes

/// The themes there are: those in the binary, and files named by their path.
enum ThemeLibrary {
    /// The names that can be chosen; `base` only gives what others leave out.
    static var names: [String] { Themes.all.map(\.name).filter { $0 != "base" } }

    /// Loads a theme for a terminal.
    ///
    /// - Parameters:
    ///   - name: The name of a built-in theme, or the path of a file.
    ///   - depth: The colours of the terminal.
    /// - Returns: The theme, with a style for every key.
    /// - Throws: ``ThemeFile/Problem`` when there is no such theme, or it cannot be read.
    static func load(_ name: String, depth: ColourDepth) throws(ThemeFile.Problem) -> Theme {
        // Without colours only attributes can tell states apart, and that is what `mono` is for.
        // A name that does not exist is said all the same.
        if depth == .mono { _ = try file(name) }
        let name = depth == .mono ? "mono" : name
        var chain = [try file(name)]
        var visited: Set = [name]
        while let parent = chain.last?.parent {
            guard visited.insert(parent).inserted else {
                throw ThemeFile.Problem(message: "theme \"\(name)\" inherits from itself")
            }
            chain.append(try file(parent))
        }
        if !visited.contains("base") { chain.append(try file("base")) }
        return theme(name, chain: chain, depth: depth)
    }

    /// The text of a built-in theme.
    static func builtIn(_ name: String) -> String? {
        Themes.all.first { $0.name == name }.map { String(decoding: $0.toml, as: UTF8.self) }
    }

    private static func file(_ name: String) throws(ThemeFile.Problem) -> ThemeFile {
        if let text = builtIn(name) { return try ThemeFile(toml: text) }
        guard name.contains("/") || name.hasSuffix(".toml"),
            let bytes = FileManager.default.contents(atPath: name)
        else {
            throw ThemeFile.Problem(
                message: "there is no theme \"\(name)\"; there are \(names.joined(separator: ", "))"
            )
        }
        return try ThemeFile(toml: String(decoding: bytes, as: UTF8.self))
    }

    private static func theme(_ name: String, chain: [ThemeFile], depth: ColourDepth) -> Theme {
        let own = chain[0]
        let text = resolve(.text, chain: chain, depth: depth, fallback: Style())
        var styles: [StyleKey: Style] = [:]
        for key in StyleKey.allCases {
            styles[key] = resolve(key, chain: chain, depth: depth, fallback: text)
        }
        return Theme(
            name: name,
            about: own.about,
            isLight: own.isLight,
            contrast: own.contrast,
            styles: styles
        )
    }

    /// The first file of the chain that speaks of a key decides; colours it leaves out are those
    /// of plain text.
    private static func resolve(
        _ key: StyleKey,
        chain: [ThemeFile],
        depth: ColourDepth,
        fallback: Style
    ) -> Style {
        guard let entry = entry(key, chain: chain) else { return fallback }
        let isFull = depth == .full
        let foreground = isFull ? entry.foreground : entry.foreground16 ?? entry.foreground
        let background = isFull ? entry.background : entry.background16 ?? entry.background
        return Style(
            foreground: foreground.map { $0.index(depth: depth) } ?? fallback.foreground,
            background: background.map { $0.index(depth: depth) } ?? fallback.background,
            isBold: entry.attributes["bold"] ?? false,
            isDim: entry.attributes["dim"] ?? false,
            isItalic: entry.attributes["italic"] ?? false,
            isUnderlined: entry.attributes["underline"] ?? false,
            isReversed: entry.attributes["reverse"] ?? false
        )
    }

    private static func entry(_ key: StyleKey, chain: [ThemeFile]) -> ThemeFile.Entry? {
        for file in chain {
            if let entry = file.entries[key] { return entry }
        }
        // Along the dots: `status.bad` falls back to `status`.
        var parts = key.rawValue.split(separator: ".").dropLast()
        while !parts.isEmpty {
            if let shorter = StyleKey(rawValue: parts.joined(separator: ".")) {
                return entry(shorter, chain: chain)
            }
            parts = parts.dropLast()
        }
        return nil
    }
}
