import Foundation
import TestSupport
import Testing

/// The binary in a real terminal, with a real PostgreSQL; one test after the other, because each
/// has a server of its own.
@Suite(.serialized, .tmux, .postgres)
struct TerminalTests {
    /// The texts of every pane's tab when it is shown.
    static let tabs = [
        "[1 Overview]", "[2 Migrate]", "[3 Verify]", "[4 Workflows]", "[5 Orders]",
        "[6 Inventory]", "[7 Log]", "[8 Dashboard]", "[9 Quarantine]", "[0 Tables]", "[C Code]",
        "[W Watch]",
    ]
}

/// A demo in a terminal, with its temporary files where they can be counted.
final class Demo: Sendable {
    /// The terminal.
    let terminal: TmuxDriver
    /// The folder for everything temporary.
    let temporary: String
    /// The demo's SQLite file, outside of the temporary folder; nil when it is not kept.
    let source: String?

    private init(_ terminal: TmuxDriver, temporary: String, source: String?) {
        self.terminal = terminal
        self.temporary = temporary
        self.source = source
    }

    /// Starts a demo, waits until its copy is verified, and lends it.
    ///
    /// - Parameters:
    ///   - columns: The width of the terminal.
    ///   - rows: Its height.
    ///   - keepsSource: Whether the sample stays and can be read by other programs.
    ///   - body: Gets the demo.
    /// - Throws: The body's error, or that of a demo that did not come up.
    static func with(
        columns: Int = 80,
        rows: Int = 24,
        keepsSource: Bool = false,
        _ body: @concurrent @Sendable (Demo) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        let temporary = folder.file("temporary")
        try FileManager.default.createDirectory(
            atPath: temporary,
            withIntermediateDirectories: false
        )
        // The account that runs the server makes a folder in it, too.
        chmod(temporary, 0o1777)
        let kept = folder.file("kept")
        try await TmuxDriver.withTerminal(
            columns: columns,
            rows: rows,
            environment: ["TMPDIR": temporary]
        ) { terminal in
            let words = keepsSource ? ["--keep", kept] : []
            try await terminal.start(
                [BuiltProducts.cutover, "demo", "--schema", "plan", "--orders", "300", "--still"]
                    + words
            )
            try await terminal.wait(for: "12 tables equal", "idle", "migrated and verified")
            let source = keepsSource ? "\(kept)/ora.db" : nil
            let demo = Demo(terminal, temporary: temporary, source: source)
            try await body(demo)
            // The server's guard clears up after the demo; then the folder is the test's again.
            try await terminal.close()
            _ = try await eventually(within: .seconds(60)) { demo.processes.isEmpty }
        }
        withExtendedLifetime(folder) {}
    }

    /// Asks the kept source through the `sqlite3` shell.
    ///
    /// - Parameter query: The query.
    /// - Returns: The lines of the answer.
    /// - Throws: ``ProgramFailed``, or an error when the source is not kept.
    func source(_ query: String) async throws -> [String] {
        let path = try #require(source)
        return try await sqlite3(path, query).split(separator: "\n").map(String.init)
    }

    /// What lies in the temporary folder.
    var leftovers: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: temporary)) ?? []
    }

    /// The processes that know the temporary folder, besides the terminal itself.
    var processes: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.filter { Int($0) != nil }.filter { process in
            let place = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(process)/cwd"
            )
            let words = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8))
            return place?.hasPrefix(temporary) == true
                || words?.contains(temporary) == true && words?.hasPrefix("tmux") == false
        }
    }
}

/// A source and a database, and whatever a test does with them before the console opens.
struct Pair: Sendable {
    let folder: TestFolder
    let source: String
    let target: String

    /// Lends a small sample and an empty database.
    ///
    /// - Parameters:
    ///   - isMigrated: Whether the source is copied first.
    ///   - body: Gets both.
    /// - Throws: The body's error.
    static func with(
        isMigrated: Bool = false,
        _ body: @concurrent @Sendable (Pair) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase(beside: true) { url in
            let folder = try TestFolder()
            let pair = Pair(folder: folder, source: folder.file("ora.db"), target: url)
            try await pair.cutover("sample", pair.source, "--schema", "plan", "--orders", "50")
            if isMigrated { try await pair.cutover("migrate") }
            try await body(pair)
        }
    }

    /// The options that name both sides.
    var options: [String] { ["--source", source, "--target", target] }

    /// Runs a verb to its end.
    ///
    /// - Parameter words: The verb and its options.
    /// - Throws: ``ProgramFailed`` when it does not end well.
    func cutover(_ words: String...) async throws {
        let ended = try await run(BuiltProducts.cutover, words + options)
        guard ended.status == 0 else {
            throw ProgramFailed(description: "\(words): \(ended.status)\n\(ended.stderr)")
        }
    }

    /// Opens the console on both in a terminal.
    ///
    /// - Parameters:
    ///   - words: More options.
    ///   - environment: Variables of the terminal.
    ///   - body: Gets the terminal with the console in it.
    /// - Throws: The body's error.
    func withConsole(
        _ words: [String] = [],
        environment: [String: String?] = [:],
        _ body: @concurrent @Sendable (TmuxDriver) async throws -> Void
    ) async throws {
        try await TmuxDriver.withTerminal(environment: environment) { terminal in
            try await terminal.start([BuiltProducts.cutover, "console"] + options + words)
            try await terminal.wait(for: TerminalTests.tabs[0])
            try await body(terminal)
        }
    }
}
