import Foundation
import MigrationEngine
import TOMLKit

/// What the operator's own file says about the console.
package struct ConsoleSettings: Equatable, Sendable {
    /// Which theme.
    enum ThemeWish: Equatable, Sendable {
        case one(String)
        /// One each for dark and light terminals.
        case pair(dark: String, light: String)

        /// The name for a terminal.
        func name(isLight: Bool) -> String {
            switch self {
            case .one(let name): name
            case .pair(let dark, let light): isLight ? light : dark
            }
        }
    }

    /// A file that cannot be used, in words for the operator.
    package struct Problem: Error, Equatable {
        /// What is wrong and where.
        package let message: String
    }

    var theme: ThemeWish?
    /// Seconds between two readings of a live list.
    var refreshSeconds = 2.0
    /// Whether the console takes the mouse from the terminal.
    var takesMouse = false
    /// Columns that are left out of the lists.
    var hiddenColumns: [PaneID: Set<String>] = [:]
    var isASCII = false
    var isReadOnly = false
    var keymap = Keymap.standard

    /// What holds without a file.
    package static let standard = ConsoleSettings()

    private init() {}

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - toml: Its text.
    ///   - path: How it is called in a problem.
    /// - Throws: ``Problem`` with line and column: the file holds as a whole or not at all.
    init(toml: String, path: String) throws(Problem) {
        let table: TOMLTable
        do {
            table = try TOMLTable(string: toml)
        } catch let error as TOMLParseError {
            let place = error.source.begin
            let words = SafeText.visible(error.description)
            throw Problem(
                message: "\(path):\(place.line):\(place.column): this is not TOML: \(words)"
            )
        } catch {
            throw Problem(message: "\(path): not TOML")
        }
        let reader = Reader(text: toml, path: path)
        for key in table.keys {
            switch key {
            case "theme": theme = try reader.theme(table[key])
            case "refresh_seconds":
                let seconds = table[key]?.double ?? table[key]?.int.map(Double.init)
                guard let seconds, (0.5...60).contains(seconds) else {
                    throw reader.problem([key], "must be a number from 0.5 to 60")
                }
                refreshSeconds = seconds
            case "mouse": takesMouse = try reader.flag(table[key], key)
            case "ascii": isASCII = try reader.flag(table[key], key)
            case "read_only": isReadOnly = try reader.flag(table[key], key)
            case "hidden_columns": hiddenColumns = try reader.columns(table[key], key)
            case "keys": keymap = try reader.keymap(table[key])
            default: throw reader.problem([key], "means nothing here")
            }
        }
    }

    /// The path of the file, if there is one.
    ///
    /// - Parameter environment: The variables of the process.
    /// - Returns: The first `config.toml` in the folders for such files.
    package static func path(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String? {
        ConfigurationPath.folders(environment).map { $0 + "/config.toml" }
            .first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Reads the operator's file.
    ///
    /// - Parameter path: Its path.
    /// - Returns: What it says.
    /// - Throws: ``Problem``.
    package static func read(_ path: String) throws(Problem) -> ConsoleSettings {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Problem(message: "\(path) cannot be read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(message: "\(path) is not UTF-8")
        }
        return try ConsoleSettings(toml: text, path: path)
    }

    /// Reads values and says where one is wrong.
    private struct Reader {
        let text: String
        let path: String

        func problem(_ keys: [String], _ message: String) -> Problem {
            let place = TOMLPosition.find(keys, in: text)
                .map { ":\($0.line):\($0.column)" }
            return Problem(
                message: "\(path)\(place ?? ""): \(keys.joined(separator: ".")) \(message)"
            )
        }

        func flag(_ value: (any TOMLValueConvertible)?, _ key: String) throws(Problem) -> Bool {
            guard let flag = value?.bool else { throw problem([key], "must be true or false") }
            return flag
        }

        func theme(_ value: (any TOMLValueConvertible)?) throws(Problem) -> ThemeWish {
            if let name = value?.string, !name.isEmpty { return .one(name) }
            guard let pair = value?.table, let dark = pair["dark"]?.string,
                let light = pair["light"]?.string, pair.keys.count == 2
            else {
                throw problem(["theme"], "must be a name, or { dark = NAME, light = NAME }")
            }
            return .pair(dark: dark, light: light)
        }

        func columns(
            _ value: (any TOMLValueConvertible)?,
            _ key: String
        ) throws(Problem) -> [PaneID: Set<String>] {
            guard let table = value?.table else { throw problem([key], "must be a table") }
            var hidden: [PaneID: Set<String>] = [:]
            for name in table.keys {
                guard let pane = Actions.panesOfLists.first(where: { $0.settingsName == name })
                else { throw problem([key, name], "is no list whose columns can be chosen") }
                let titles = table[name]?.array.map { $0.compactMap(\.string) }
                guard let titles, titles.count == table[name]?.array?.count else {
                    throw problem([key, name], "must be a list of columns")
                }
                hidden[pane] = Set(titles)
            }
            return hidden
        }

        func keymap(_ value: (any TOMLValueConvertible)?) throws(Problem) -> Keymap {
            guard let table = value?.table else { throw problem(["keys"], "must be a table") }
            var wishes: [String: [String]] = [:]
            for action in table.keys {
                if let key = table[action]?.string {
                    wishes[action] = [key]
                } else if let list = table[action]?.array {
                    let labels = list.compactMap(\.string)
                    guard labels.count == list.count else {
                        throw problem(["keys", action], "must be a key or a list of keys")
                    }
                    wishes[action] = labels
                } else {
                    throw problem(["keys", action], "must be a key or a list of keys")
                }
            }
            do throws(Keymap.Problem) {
                return try Keymap(wishes)
            } catch {
                throw problem(["keys", error.action], error.message)
            }
        }
    }
}
