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
        try keep("the theme", environment) {
            text($0, theme: name)
        } isIn: {
            $0.theme == .one(name)
        }
    }

    /// Writes a choice of columns into the operator's file; every other line stays as it is.
    ///
    /// - Parameters:
    ///   - hidden: The columns that are left out.
    ///   - pane: The list.
    ///   - environment: The variables of the process, which say where the file is.
    /// - Returns: The path of the file.
    /// - Throws: ``Problem`` when the file cannot be written; it is as it was then.
    static func keep(
        hiddenColumns hidden: [String],
        of pane: PaneID,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(Problem) -> String {
        try keep("the columns", environment) {
            text($0, hiddenColumns: hidden, of: pane)
        } isIn: {
            $0.hiddenColumns[pane] == Set(hidden)
        }
    }

    private static func keep(
        _ what: String,
        _ environment: [String: String],
        _ edit: (String) -> String,
        isIn: (ConsoleSettings) -> Bool
    ) throws(Problem) -> String {
        let folders = ConfigurationPath.folders(environment)
        guard let path = path(environment) ?? folders.first.map({ $0 + "/config.toml" }) else {
            throw Problem(message: "there is no folder for settings: HOME is not set")
        }
        let before = FileManager.default.contents(atPath: path)
            .map { String(decoding: $0, as: UTF8.self) }
        let after = edit(before ?? "")
        // What is written must be readable, above all when the file had more in it.
        guard isIn(try ConsoleSettings(toml: after, path: path)) else {
            throw Problem(message: "\(path) says it in a way of its own: change \(what) there")
        }
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // A link to a file elsewhere stays a link.
            let place = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            try Data(after.utf8).write(to: place, options: .atomic)
        } catch {
            throw Problem(message: "\(path) cannot be written: \(what) holds for this time")
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
        let line = "theme = \(quoted(theme))"
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

    /// The text of a file with another choice of columns.
    ///
    /// - Parameters:
    ///   - before: The text now.
    ///   - hidden: The columns that are left out.
    ///   - pane: The list.
    /// - Returns: The text, with the line changed, or a line or a table more.
    static func text(_ before: String, hiddenColumns hidden: [String], of pane: PaneID) -> String {
        let list = hidden.map(quoted).joined(separator: ", ")
        let line = "\(pane.settingsName) = [\(list)]"
        let trimmed = before.hasSuffix("\n") ? String(before.dropLast()) : before
        var lines = trimmed.split(separator: "\n", omittingEmptySubsequences: trimmed.isEmpty)
            .map(String.init)
        guard let place = TOMLPosition.find(["hidden_columns", pane.settingsName], in: before)
        else {
            let head = lines.firstIndex { $0.filter { $0 != " " } == "[hidden_columns]" }
            if let head {
                lines.insert(line, at: head + 1)
            } else {
                lines += (lines.isEmpty ? [] : [""]) + ["[hidden_columns]", line]
            }
            return lines.joined(separator: "\n") + "\n"
        }
        lines[place.line - 1] = line
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
