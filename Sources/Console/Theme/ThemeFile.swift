import TOMLKit

/// A theme as its file states it, before inheritance and before the terminal's depth.
struct ThemeFile: Equatable, Sendable {
    /// What a file says about one key; what it leaves out comes from further up.
    struct Entry: Equatable, Sendable {
        var foreground: Colour?
        var background: Colour?
        var foreground16: Colour?
        var background16: Colour?
        var attributes: [String: Bool] = [:]
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
        let palette = table["palette"]?.table
        guard let style = table["style"]?.table else { return }
        for key in style.keys {
            guard let meaning = StyleKey(rawValue: key) else {
                unknownKeys.append(key)
                continue
            }
            guard let fields = style[key]?.table else {
                throw Problem(message: "style \"\(key)\" is not a table such as { fg = 250 }")
            }
            entries[meaning] = try Self.entry(fields, key: key, palette: palette)
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

    private static func entry(
        _ fields: TOMLTable,
        key: String,
        palette: TOMLTable?
    ) throws(Problem) -> Entry {
        var entry = Entry()
        for field in fields.keys {
            switch field {
            case "fg": entry.foreground = try colour(fields[field], key, palette)
            case "bg": entry.background = try colour(fields[field], key, palette)
            case "fg16": entry.foreground16 = try colour(fields[field], key, palette)
            case "bg16": entry.background16 = try colour(fields[field], key, palette)
            case "bold", "dim", "italic", "underline", "reverse":
                entry.attributes[field] = fields[field]?.bool ?? false
            default: throw Problem(message: "style \"\(key)\" has an unknown field \"\(field)\"")
            }
        }
        return entry
    }

    private static func colour(
        _ value: (any TOMLValueConvertible)?,
        _ key: String,
        _ palette: TOMLTable?
    ) throws(Problem) -> Colour {
        if let number = value?.int, (0...255).contains(number) { return .palette(number) }
        if let word = value?.string {
            if word == "default" { return .standard }
            if let index = names.firstIndex(of: word) { return .palette(index) }
            if let colour = hexadecimal(word) { return colour }
            // A palette's own names are looked up once: an entry may not name another entry.
            if let palette, let named = palette[word] { return try colour(named, key, nil) }
        }
        throw Problem(message: "style \"\(key)\" has a colour that is none")
    }

    private static func hexadecimal(_ word: String) -> Colour? {
        guard word.count == 7, word.hasPrefix("#"), let value = Int(word.dropFirst(), radix: 16)
        else { return nil }
        return .palette(
            Colour.nearest(
                red: value >> 16,
                green: value >> 8 & 0xff,
                blue: value & 0xff,
                in: 16..<256
            )
        )
    }

    private static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
        "bright-magenta", "bright-cyan", "bright-white",
    ]
}
