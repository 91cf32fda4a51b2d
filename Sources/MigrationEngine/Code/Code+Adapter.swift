import Foundation

extension Code {
    /// Writes the adapter beside the application's SQLite layer, and the switch between the two.
    ///
    /// - Parameters:
    ///   - folder: The application's folder.
    ///   - options: Whether writing is allowed.
    ///   - isWritten: Whether files are written; without it the report has what would be.
    ///   - cancellation: Stops it before the first file is written.
    /// - Returns: What was written.
    /// - Throws: ``MigrationError`` of code `fileFailed` when a file of that name has other content.
    public static func adapter(
        _ folder: String,
        _ options: Options,
        write isWritten: Bool = true,
        cancellation: Cancellation
    ) throws(MigrationError) -> CodeAdapterReport {
        if isWritten { try options.requireWritable("writing the adapter") }
        let scanned = try read(folder, try CodeReader(cancellation))
        let below = layerFolder(scanned)
        let package = package(scanned)
        let root = absolute(folder)
        let layer = scanned.layers.first ?? "db_utils"
        let importing = package.isEmpty ? "import %@ as db" : "from \(package) import %@ as db"
        let settings = String(decoding: PackageResources.database_settings_py, as: UTF8.self)
            .replacing(
                "from @PACKAGE@ import pg_utils as db",
                with: importing.replacing("%@", with: "pg_utils")
            )
            .replacing(
                "from @PACKAGE@ import @LAYER@ as db",
                with: importing.replacing("%@", with: layer)
            )
        let isPackaged = access(root + "/config/__init__.py", F_OK) == 0
        var wanted = [
            (
                path: below.isEmpty ? "pg_utils.py" : below + "/pg_utils.py",
                text: adapter(namedRows: scanned.namedRows)
            )
        ]
        // Without an SQLite layer there is nothing to switch between.
        if !scanned.layers.isEmpty {
            let name = "database_settings.py"
            wanted.append((path: isPackaged ? "config/" + name : name, text: settings))
        }
        var files: [CodeAdapterReport.File] = []
        // `fix` takes a row_factory out of the files: whatever it was decided by stays decided.
        if FileManager.default.contents(atPath: root + "/" + wanted[0].path)
            == Data(adapter(namedRows: !scanned.namedRows).utf8)
        {
            wanted[0].text = adapter(namedRows: !scanned.namedRows)
        }
        for file in wanted {
            try requireFree(root, file.path, file.text)
        }
        var diff = ""
        for file in wanted {
            let isThere = access(root + "/" + file.path, F_OK) == 0
            if !isThere {
                diff += added(file.path, file.text)
                if isWritten { try write(root + "/" + file.path, file.text) }
            }
            let made = isWritten ? "written" : "missing"
            files.append(.init(path: file.path, state: isThere ? "unchanged" : made))
        }
        return CodeAdapterReport(
            ok: true,
            written: isWritten,
            diff: diff,
            onSqlite: scanned.files.filter {
                $0.speaks == "sqlite" && $0.role.isEmpty && !$0.statements.isEmpty
            }.map(\.path).sorted(),
            module: package.isEmpty ? "pg_utils" : package + ".pg_utils",
            files: files
        )
    }

    /// The adapter, with rows of the kind that the application knows.
    private static func adapter(namedRows: Bool) -> String {
        let text = String(decoding: PackageResources.pg_utils_py, as: UTF8.self)
        let word = namedRows ? "True" : "False"
        return text.replacing("\nNAMED_ROWS = True\n", with: "\nNAMED_ROWS = \(word)\n")
    }

    /// A new file as a unified diff.
    private static func added(_ path: String, _ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return "--- /dev/null\n+++ b/\(path)\n@@ -0,0 +1,\(lines.count) @@\n"
            + lines.map { "+\($0)\n" }.joined()
    }

    private static func requireFree(
        _ root: String,
        _ path: String,
        _ text: String
    ) throws(MigrationError) {
        guard let there = FileManager.default.contents(atPath: root + "/" + path) else { return }
        guard there != Data(text.utf8) else { return }
        throw MigrationError(
            .fileFailed,
            "a file of this name is there, with other content",
            place: .init("code", path: path),
            kept: .other("no file of the application was changed"),
            remedy: "move it away and run the command again; then bring your changes over"
        )
    }

    private static func write(_ path: String, _ text: String) throws(MigrationError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch {
            throw MigrationError(
                .fileFailed,
                "the adapter cannot be written",
                place: .init("code", path: path),
                remedy: "make the folder writable",
                cause: .text("\(error)")
            )
        }
    }
}
