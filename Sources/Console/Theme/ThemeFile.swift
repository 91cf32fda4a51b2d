import TOMLKit

/// A theme as its file states it, before inheritance and before the terminal's depth.
struct ThemeFile: Equatable, Sendable {
    /// What a file says about one key; what it leaves out comes from further up.
    struct Entry: Equatable, Sendable {
        var foreground: Ink?
        var background: Ink?
        var foreground16: Ink?
        var background16: Ink?
        var attributes: [String: Bool] = [:]
    }

    /// A colour, or the name of one in the palette of this file, a child or a parent.
    ///
    /// A theme that only changes the palette of its parent is the usual case, so that a name is
    /// looked up when the whole chain is known.
    enum Ink: Equatable, Sendable {
        case colour(Colour)
        case named(String)
    }

    /// A file that cannot be used, in words for the operator.
    struct Problem: Error, Equatable {
        let message: String
    }

    var name = ""
    var about = ""
    var isLight = false
    var contrast = 4.5
    var parent: String?
    var entries: [StyleKey: Entry] = [:]
    var palette: [String: Colour] = [:]
    /// Signs that take the place of the Unicode ones, by the names in ``Glyphs``.
    var glyphs: [String: String] = [:]
    /// Keys that mean nothing here: a warning, because a theme must never stop an operator.
    var unknownKeys: [String] = []

    /// Reads a file.
    ///
    /// - Parameter toml: The text of the file.
    /// - Throws: ``Problem`` with line and column when it is not TOML, or a colour has no meaning.
    init(toml: String) throws(Problem) {
        let table = try Self.table(toml)
        name = table["name"]?.string ?? ""
        about = table["about"]?.string ?? ""
        isLight = table["appearance"]?.string == "light"
        contrast = table["contrast"]?.double ?? table["contrast"]?.int.map(Double.init) ?? 4.5
        parent = table["inherits"]?.string
        if let colours = table["palette"]?.table {
            for key in colours.keys {
                guard case .colour(let colour)? = Self.ink(colours[key]) else {
                    throw Problem(message: "palette \"\(key)\" is no colour")
                }
                palette[key] = colour
            }
        }
        if let signs = table["glyph"]?.table {
            for key in signs.keys {
                guard let sign = signs[key]?.string, Width.cells(sign) == 1,
                    Width.safe(sign) == sign
                else {
                    throw Problem(message: "glyph \"\(key)\" is not one sign of one cell")
                }
                if Glyphs.names.contains(key) {
                    glyphs[key] = sign
                } else {
                    unknownKeys.append("glyph.\(key)")
                }
            }
        }
        for key in table.keys where !Self.sections.contains(key) { unknownKeys.append(key) }
        guard let style = table["style"]?.table else { return }
        for key in style.keys {
            guard let meaning = StyleKey(rawValue: key) else {
                unknownKeys.append(key)
                continue
            }
            guard let fields = style[key]?.table else {
                throw Problem(message: "style \"\(key)\" is not a table such as { fg = 250 }")
            }
            entries[meaning] = try Self.entry(fields, key: key)
        }
    }

    private static func table(_ toml: String) throws(Problem) -> TOMLTable {
        do {
            return try TOMLTable(string: toml)
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw Problem(message: "line \(begin.line), column \(begin.column): not TOML")
        } catch {
            throw Problem(message: "not TOML")
        }
    }

    private static let sections: Set = [
        "name", "about", "appearance", "inherits", "contrast", "palette", "style", "glyph",
    ]

    private static func entry(_ fields: TOMLTable, key: String) throws(Problem) -> Entry {
        var entry = Entry()
        for field in fields.keys {
            switch field {
            case "fg": entry.foreground = try colour(fields[field], key)
            case "bg": entry.background = try colour(fields[field], key)
            case "fg16": entry.foreground16 = try colour(fields[field], key)
            case "bg16": entry.background16 = try colour(fields[field], key)
            case "bold", "dim", "italic", "underline", "reverse":
                entry.attributes[field] = fields[field]?.bool ?? false
            default: throw Problem(message: "style \"\(key)\" has an unknown field \"\(field)\"")
            }
        }
        return entry
    }

    private static func colour(
        _ value: (any TOMLValueConvertible)?,
        _ key: String
    ) throws(Problem) -> Ink {
        guard let ink = ink(value) else {
            throw Problem(message: "style \"\(key)\" has a colour that is none")
        }
        return ink
    }

    private static func ink(_ value: (any TOMLValueConvertible)?) -> Ink? {
        if let number = value?.int, (0...255).contains(number) { return .colour(.palette(number)) }
        guard let word = value?.string, !word.isEmpty else { return nil }
        if word == "default" { return .colour(.standard) }
        if let index = names.firstIndex(of: word) { return .colour(.palette(index)) }
        if word.hasPrefix("#") { return Colour(hexadecimal: word).map { .colour($0) } }
        return .named(word)
    }

    private static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
        "bright-magenta", "bright-cyan", "bright-white",
    ]
}
