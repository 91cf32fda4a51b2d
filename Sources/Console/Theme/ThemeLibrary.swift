import Foundation
import Themes

/// The themes there are: files of the operator's folders, those in the binary, and any file by
/// its path.
package struct ThemeLibrary: Sendable {
    /// Where themes are looked for before those in the binary, the first folder first.
    private let folders: [String]

    /// Only what is in the binary.
    static let builtIn = ThemeLibrary(folders: [])

    /// A library that looks in folders first.
    ///
    /// - Parameter folders: Folders with files `NAME.toml`; one that is not there has none.
    init(folders: [String]) { self.folders = folders }

    /// The library of a process.
    ///
    /// - Parameters:
    ///   - folder: `--themes-dir`.
    ///   - environment: The variables of the process.
    package init(
        folder: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        folders =
            (folder.map { [$0] } ?? [])
            + ConfigurationPath.folders(environment).map { $0 + "/themes" }
    }

    /// The names that can be chosen; `base` only gives what others leave out.
    package var names: [String] {
        let built = Themes.all.map(\.name).filter { $0 != "base" }
        let own = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
                .filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
        }
        var seen = Set(built).union(["base"])
        return built + own.filter { seen.insert($0).inserted }
    }

    /// A line about each theme; one that cannot be read has none.
    var abouts: [String: String] {
        names.reduce(into: [:]) { abouts, name in
            // Its own file tells: its parents are read when it is chosen, however many there are.
            abouts[name] = (try? file(name))?.about
        }
    }

    /// Loads a theme for a terminal.
    ///
    /// - Parameters:
    ///   - name: The name of a theme, or the path of a file.
    ///   - depth: The colours of the terminal.
    /// - Returns: The theme, with a style for every key.
    /// - Throws: ``ThemeFile/Problem`` when there is no such theme, or it cannot be read.
    func load(_ name: String, depth: ColourDepth) throws(ThemeFile.Problem) -> Theme {
        // Without colours only attributes can tell states apart, and that is what `mono` is for.
        // A name that does not exist is said all the same.
        if depth == .mono { _ = try file(name) }
        let name = depth == .mono ? "mono" : name
        return try Theme(name, chain: chain(name), depth: depth)
    }

    /// The files that a theme is made of, its own first and `base` last.
    func chain(_ name: String) throws(ThemeFile.Problem) -> [ThemeFile] {
        var chain = [try file(name)]
        var visited: Set = [name]
        while let parent = chain.last?.parent {
            guard visited.insert(parent).inserted else {
                throw ThemeFile.Problem(message: "theme \"\(name)\" inherits from itself")
            }
            chain.append(try file(parent))
        }
        if !visited.contains("base") { chain.append(try file("base")) }
        return chain
    }

    /// The text of a built-in theme.
    static func builtInText(_ name: String) -> String? {
        Themes.all.first { $0.name == name }.map { String(decoding: $0.toml, as: UTF8.self) }
    }

    private func file(_ name: String) throws(ThemeFile.Problem) -> ThemeFile {
        for folder in folders where !name.contains("/") {
            let path = "\(folder)/\(name).toml"
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            return try Self.parsed(String(decoding: bytes, as: UTF8.self), name: path)
        }
        if let text = Self.builtInText(name) { return try Self.parsed(text, name: name) }
        guard name.contains("/") || name.hasSuffix(".toml") else {
            throw ThemeFile.Problem(
                message: "there is no theme \"\(name)\"; there are \(names.joined(separator: ", "))"
            )
        }
        guard let bytes = FileManager.default.contents(atPath: name) else {
            throw ThemeFile.Problem(message: "the theme's file \(name) cannot be read")
        }
        return try Self.parsed(String(decoding: bytes, as: UTF8.self), name: name)
    }

    private static func parsed(
        _ text: String,
        name: String
    ) throws(ThemeFile.Problem) -> ThemeFile {
        do throws(ThemeFile.Problem) {
            return try ThemeFile(toml: text)
        } catch {
            throw ThemeFile.Problem(message: "theme \(name): \(error.message)")
        }
    }
}
