import Foundation
import TestSupport
import Testing

/// The folders of the repository that the tests of `code` read.
enum CodePlaces {
    /// The folder of all tests.
    static var tests: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }
    /// The sample application.
    static var sample: String { tests + "/Fixtures/ora-app" }
    /// The tests of the reader, in Python.
    static var readerTests: String { tests + "/ReaderTests" }
    /// Debian's Python, which has Flask and both drivers as packages.
    static let python = "/usr/bin/python3"
}

/// A copy of an application, and `cutover code` on it.
struct CodeFolder {
    let folder: TestFolder
    let application: String
    let command: CutoverCommand

    /// Copies the sample application.
    ///
    /// - Throws: The system's error.
    init() throws {
        try self.init(copying: CodePlaces.sample)
    }

    /// Makes an application of one file.
    ///
    /// - Parameter source: The file's text; `sqlite3` and a cursor `c` come before it.
    /// - Throws: The system's error.
    init(file source: String) throws {
        try self.init(copying: nil)
        let start = "import sqlite3\nc = sqlite3.connect('x.db').cursor()\n"
        try write("a.py", start + source)
    }

    private init(copying: String?) throws {
        folder = try TestFolder()
        application = folder.file("application")
        command = CutoverCommand(source: folder.file("ora.db"), target: TestDatabase.url)
        if let copying {
            try FileManager.default.copyItem(atPath: copying, toPath: application)
        } else {
            try FileManager.default.createDirectory(
                atPath: application,
                withIntermediateDirectories: true
            )
        }
    }

    /// Writes a file of the application.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - text: Its text.
    /// - Throws: The system's error.
    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(application)/\(name)"))
    }

    /// Reads a file of the application.
    ///
    /// - Parameter name: Its name.
    /// - Returns: Its text.
    /// - Throws: The system's error.
    func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(application)/\(name)", encoding: .utf8)
    }

    /// Runs a verb of `code`.
    ///
    /// - Parameters:
    ///   - verb: The verb.
    ///   - options: Its options.
    /// - Returns: How it ended.
    /// - Throws: An error when it cannot be started.
    func code(_ verb: String, _ options: String...) async throws -> CutoverRun {
        let shared = ["--source", command.source, "--target", command.target, "--json"]
        let outcome = try await run(
            BuiltProducts.cutover,
            ["code", verb, application] + shared + options
        )
        return CutoverRun(outcome)
    }

    /// Runs the application's own tests.
    ///
    /// - Parameter environment: The variables that choose the database.
    /// - Returns: How they ended.
    /// - Throws: An error when they cannot be started.
    func ownTests(_ environment: [String: String?]) async throws -> ProgramRun {
        try await run(
            "sh",
            ["-c", #"cd "$1" && exec "$2" -B -W ignore "$3""#, "sh", folder.path]
                + [CodePlaces.python, application + "/tests/test_app.py"],
            environment: environment
        )
    }
}
