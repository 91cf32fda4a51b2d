import MigrationEngine
import TestSupport
import Testing

/// A source made by a script, migrated, and asked on both sides by the shells.
struct BothSides {
    let folder: TestFolder
    let source: String
    let run: CutoverRun

    /// Makes and migrates.
    init(_ script: String, _ options: String...) async throws {
        folder = try TestFolder()
        source = folder.file("source.db")
        _ = try await sqlite3(source, script)
        run = try await CutoverCommand(source: source, target: TestDatabase.url)("migrate", options)
    }

    /// What the source answers, NULL as `∅`.
    func inSource(_ script: String) async throws -> [String] {
        Self.lines(try await sqlite3(source, ".nullvalue ∅\n" + script))
    }

    /// What the target answers, NULL as `∅`.
    func inTarget(_ script: String) async throws -> [String] {
        Self.lines(try await psql(TestDatabase.url, "\\pset null ∅\n" + script))
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Runs a statement that must fail, and gives what the target says.
    func refusal(_ script: String) async throws -> String? {
        let outcome = try await TestSupport.run(
            "psql",
            [
                "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-f", "-",
                TestDatabase.url,
            ],
            stdin: script
        )
        return outcome.status == 0 ? nil : outcome.stderr
    }

    /// Whether two lines of values are the same: numbers by value, truth values as 0 and 1.
    static func isSame(_ source: String, _ target: String) -> Bool {
        let left = source.split(separator: "|", omittingEmptySubsequences: false)
        let right = target.split(separator: "|", omittingEmptySubsequences: false)
        return left.count == right.count && zip(left, right).allSatisfy(isSameValue)
    }

    private static func isSameValue(_ source: Substring, _ target: Substring) -> Bool {
        if source == target { return true }
        if target == "t" || target == "f" { return source == (target == "t" ? "1" : "0") }
        // The shell of SQLite prints fifteen digits.
        guard source.contains(".") || target.contains(".") || source.contains("e"),
            let left = Double(source), let right = Double(target)
        else { return false }
        return left == right || abs(left - right) <= 1e-14 * max(abs(left), abs(right))
    }

    /// Compares two answers line by line.
    static func expectSame(
        _ source: [String],
        _ target: [String],
        _ comment: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(source.count == target.count, "\(comment)", sourceLocation: location)
        for (left, right) in zip(source, target) where !isSame(left, right) {
            Issue.record(
                "\(comment): SQLite gives \(left), PostgreSQL \(right)",
                sourceLocation: location
            )
        }
    }

    /// Warnings of the run about a thing that was not carried over.
    func warnings(about object: String) -> [String] {
        run.json["warnings"].list.compactMap(\.string).filter { $0.contains(object) }
    }
}
