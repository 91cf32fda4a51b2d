import Foundation
import TestSupport
import Testing

/// The reader's own tests, which are in the reader's language.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct ReaderTests {
    private func tests(
        _ python: String,
        _ module: String,
        _ environment: [String: String?] = [:]
    ) async throws {
        let outcome = try await run(
            "sh",
            ["-c", #"cd "$1" && exec "$2" -B -W ignore -m unittest "$3""#, "sh"]
                + [CodePlaces.readerTests, python, module],
            environment: environment
        )
        #expect(outcome.status == 0, "\(outcome.stderr.suffix(6_000))")
        #expect(!outcome.stderr.contains("Ran 0 tests"))
    }

    @Test func `the scan finds what is there and survives what it is given`() async throws {
        try await tests("python3", "test_scan")
    }

    @Test func `SQL that a function hands on is followed or told`() async throws {
        try await tests("python3", "test_forwards")
    }

    @Test func `a connection that nobody closes is told, one that is closed on each way is not`()
        async throws
    {
        try await tests("python3", "test_closing")
    }

    @Test func `a statement becomes what means the same`() async throws {
        // The first check of a user makes the transpiler's environment.
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        let checked = try await folder.code("check")
        #expect(checked.json["totals"]["prepared"].int == 1, "\(checked)")
        try await tests("\(try transpiler())/bin/python", "test_convert")
    }

    /// The environment that the first check of a user made.
    private func transpiler() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/root") + "/.cache"
        let found = try FileManager.default.contentsOfDirectory(atPath: cache + "/cutover")
            .filter { $0.hasPrefix("sqlglot-") }
        return "\(cache)/cutover/\(try #require(found.sorted().last))"
    }

    @Test func `a statement answers the same on both databases, or the difference was told`()
        async throws
    {
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        let script = try String(
            contentsOfFile: CodePlaces.tests + "/Fixtures/meaning.sql",
            encoding: .utf8
        )
        _ = try await sqlite3(folder.command.source, script)
        let migrated = try await folder.command("migrate", ["--profile", "generic"])
        #expect(migrated.status == 0, "\(migrated)")
        // Makes the transpiler's environment.
        #expect(try await folder.code("check").json["totals"]["prepared"].int == 1)
        let library = try transpiler() + "/lib"
        let python = try #require(
            try FileManager.default.contentsOfDirectory(atPath: library).first {
                $0.hasPrefix("python3")
            }
        )
        for module in ["test_meaning", "test_names"] {
            try await tests(
                CodePlaces.python,
                module,
                [
                    "DATABASE_URL": TestDatabase.url, "USE_POSTGRES": "true",
                    "SOURCE": folder.command.source,
                    "TRANSPILER": "\(library)/\(python)/site-packages",
                ]
            )
        }
    }

    @Test(arguments: ["psycopg", "psycopg2"])
    func `the adapter keeps its promises with both drivers`(driver: String) async throws {
        try await tests(
            CodePlaces.python,
            "test_adapter",
            ["DATABASE_URL": TestDatabase.url, "DB_DRIVER": driver, "USE_POSTGRES": "true"]
        )
    }
}
