import Foundation
import TestSupport
import Testing

/// A console on a live run, and both sides of it.
struct LiveConsole: Sendable {
    /// The terminal with the console in it.
    let terminal: TmuxDriver
    /// The SQLite file.
    let source: String
    /// The target, past whatever stands between it and the console; nil for that of a demo.
    let target: String?
    /// The options that name both sides.
    let options: [String]

    /// The database, which the phrases name.
    var database: String {
        guard let target else { return "ora" }
        return URLComponents(string: target)?.path.split(separator: "/").last.map(String.init) ?? ""
    }

    // MARK: - Opening

    /// Lends a demo whose source is kept, with workers that write.
    ///
    /// - Parameters:
    ///   - columns: The width of the terminal.
    ///   - rows: Its height.
    ///   - body: Gets the console.
    /// - Throws: The body's error.
    static func withDemo(
        columns: Int,
        rows: Int,
        _ body: @concurrent @Sendable (LiveConsole) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        let kept = folder.file("kept")
        try await TmuxDriver.withTerminal(columns: columns, rows: rows) { terminal in
            try await terminal.start([
                BuiltProducts.cutover, "demo", "--orders", "100", "--flag-cache", "1", "--keep",
                kept,
            ])
            try await terminal.wait(for: TerminalTests.tabs[0])
            let console = LiveConsole(
                terminal: terminal,
                source: kept + "/ora.db",
                target: nil,
                options: []
            )
            try await body(console)
        }
        withExtendedLifetime(folder) {}
    }

    /// Lends a console on a small sample and an empty database, or on a live run of both.
    ///
    /// - Parameters:
    ///   - isMigrated: Whether the run was begun before the console opens.
    ///   - line: Another way to the database, for the console alone.
    ///   - database: The database; nil makes one.
    ///   - words: More options of the console.
    ///   - environment: Variables of the console.
    ///   - body: Gets the console.
    /// - Throws: The body's error.
    static func withPair(
        isMigrated: Bool = false,
        target line: String? = nil,
        database: String? = nil,
        _ words: [String] = [],
        environment: [String: String?] = [:],
        _ body: @concurrent @Sendable (LiveConsole) async throws -> Void
    ) async throws {
        guard let database else {
            try await TestServer.withDatabase(beside: true) { url in
                try await withPair(
                    isMigrated: isMigrated,
                    target: line,
                    database: url,
                    words,
                    environment: environment,
                    body
                )
            }
            return
        }
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        let sample = ["sample", source, "--schema", "production", "--orders", "40"]
        try await cutover(sample)
        if isMigrated {
            let sides = ["--source", source, "--target", database]
            try await cutover(["migrate", "--live"] + sides)
            try await openGates(sides)
        }
        let options = ["--source", source, "--target", line ?? database]
        try await TmuxDriver.withTerminal(environment: environment) { terminal in
            try await terminal.start([BuiltProducts.cutover, "console"] + options + words)
            try await terminal.wait(for: TerminalTests.tabs[0])
            let console = LiveConsole(
                terminal: terminal,
                source: source,
                target: database,
                options: options
            )
            try await body(console)
        }
        withExtendedLifetime(folder) {}
    }

    /// Signs what persons sign, and says that there was no rehearsal.
    private static func openGates(_ sides: [String]) async throws {
        let note = ["--by", "a test", "--note", "a test"]
        let words = [
            ["--sign", "all"], ["--override", "rehearsal", "--confirm", "override rehearsal"],
        ]
        for word in words {
            // Its status tells of the gates that are still closed.
            _ = try await run(BuiltProducts.cutover, ["check"] + word + note + sides)
        }
    }

    private static func cutover(_ words: [String]) async throws {
        let ended = try await run(BuiltProducts.cutover, words)
        guard ended.status == 0 else {
            throw ProgramFailed(description: "\(words): \(ended.status)\n\(ended.stderr)")
        }
    }

    // MARK: - Keys

    /// Begins a live run by keys and waits until it is followed.
    func begin() async throws {
        try await terminal.press("B")
        try await terminal.wait(for: "Migrate live")
        try await terminal.press("y")
        try await follow()
        try await Self.openGates(options)
    }

    /// Signs and overrides by keys what a new run has closed.
    func openGates() async throws {
        try await terminal.press("c")
        try await terminal.wait(for: "step 1 of 3", "CLOSED", "rehearsal")
        try await terminal.wait(until: "the gates") { !$0.contains("looking at the gates") }
        try await terminal.press("S")
        try await terminal.wait(for: "Who signs all that persons decide?")
        try await terminal.type("Ada")
        try await terminal.press("Enter")
        try await terminal.wait(for: "Ada signs every one of these")
        try await terminal.press("y")
        try await terminal.wait(for: "signed by Ada", "1 closed")
        try await terminal.press("g", "o")
        try await terminal.wait(for: "Ada overrides rehearsal. Why is it passed", "> _")
        try await terminal.type("a test")
        try await terminal.press("Enter")
        try await terminal.wait(for: "Type override rehearsal")
        try await terminal.type("override rehearsal")
        try await terminal.press("Enter")
        try await terminal.wait(for: "rehearsal was overridden by Ada", "0 closed")
        try await terminal.press("Escape")
        try await terminal.wait(for: "the cutover was not begun; this stays: ")
    }

    /// Waits until the run is followed and nothing waits.
    func follow() async throws {
        // On a wide screen a sign stands between the bracket and the word.
        try await terminal.wait(for: "SQLite LIVE", "following]", "applied")
    }

    /// Goes through the questions of a key and types a phrase, with Enter.
    func type(_ phrase: String, after key: String) async throws {
        try await terminal.press(key)
        if key == "c" {
            try await terminal.wait(for: "step 1 of 3")
            try await terminal.wait(until: "the gates") { !$0.contains("looking at the gates") }
            try await terminal.press("Enter")
        }
        try await terminal.wait(for: "what will happen")
        try await terminal.press("Enter")
        try await terminal.wait(for: "Nothing has happened yet")
        try await terminal.type(phrase)
        try await terminal.wait(for: "> \(phrase)_")
        try await terminal.press("Enter")
    }

    // MARK: - Both sides

    /// Whether the application can write the source.
    func sourceTakesWrites() async -> Bool {
        let write = ".timeout 60000\nUPDATE sync_watermark SET updated_at = updated_at;"
        do {
            _ = try await sqlite3(source, write)
            return true
        } catch {
            #expect("\(error)".contains("writes blocked"))
            return false
        }
    }

    /// Whether the application can write the target.
    func targetTakesWrites() async throws -> Bool {
        do {
            _ = try await psql(
                try #require(target),
                "UPDATE sync_watermark SET updated_at = updated_at;"
            )
            return true
        } catch {
            #expect("\(error)".contains("writes blocked"))
            return false
        }
    }

    /// The toggles of the source.
    func toggles() async throws -> [String] {
        try await sqlite3(
            source,
            ".timeout 60000\nSELECT workflow_name, enabled FROM workflow_controls ORDER BY 1;"
        ).split(separator: "\n").map(String.init)
    }

    /// The toggles of the target in the same form.
    func targetToggles() async throws -> [String] {
        try await psql(
            try #require(target),
            """
            SELECT workflow_name || '|' || enabled::int FROM workflow_controls
            ORDER BY workflow_name COLLATE "C"
            """
        ).split(separator: "\n").map(String.init)
    }

    /// What a cutover has left in the source; nothing beside the capture when all is well.
    func leftovers() async throws -> String {
        try await sqlite3(
            source,
            """
            .timeout 60000
            SELECT name FROM sqlite_schema WHERE name LIKE '\\_cutover\\_fence%' ESCAPE '\\'
                OR name = '_cutover_saved';
            """
        )
    }
}
