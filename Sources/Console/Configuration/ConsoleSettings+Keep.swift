import Foundation

extension ConsoleSettings {
    /// Writes a choice of theme into the operator's file; every other line stays as it is.
    ///
    /// - Parameters:
    ///   - name: The theme.
    ///   - environment: The variables of the process, which say where the file is.
    /// - Returns: The path of the file.
    /// - Throws: ``Problem`` when the file cannot be written; it is as it was then.
    static func keep(
        theme name: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(Problem) -> String {
        let folders = ConfigurationPath.folders(environment)
        guard let path = path(environment) ?? folders.first.map({ $0 + "/config.toml" }) else {
            throw Problem(message: "there is no folder for settings: HOME is not set")
        }
        let before = FileManager.default.contents(atPath: path)
            .map { String(decoding: $0, as: UTF8.self) }
        let after = text(before ?? "", theme: name)
        // What is written must be readable, above all when the file had more in it.
        _ = try ConsoleSettings(toml: after, path: path)
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // A link to a file elsewhere stays a link.
            let place = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            try Data(after.utf8).write(to: place, options: .atomic)
        } catch {
            throw Problem(message: "\(path) cannot be written: the theme holds for this time")
        }
        return path
    }

    /// The text of a file with another theme.
    ///
    /// - Parameters:
    ///   - before: The text now.
    ///   - theme: The theme's name.
    /// - Returns: The text, with the line changed or a line more at its beginning.
    static func text(_ before: String, theme: String) -> String {
        let quoted = theme.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let line = "theme = \"\(quoted)\""
        var lines = before.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        let top = lines.firstIndex { $0.drop { $0 == " " }.first == "[" } ?? lines.count
        if let index = lines[..<top].firstIndex(where: { line in
            guard let equals = line.firstIndex(of: "=") else { return false }
            return line[..<equals].filter { $0 != " " } == "theme"
        }) {
            lines[index] = line
        } else {
            lines.insert(line, at: 0)
        }
        let text = lines.joined(separator: "\n")
        return text.hasSuffix("\n") ? text : text + "\n"
    }
}
