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

    @Test func `a statement becomes what means the same`() async throws {
        // The first check of a user makes the transpiler's environment.
        let folder = try CodeFolder(file: "c.execute('SELECT 1')\n")
        let checked = try await folder.code("check")
        #expect(checked.json["totals"]["prepared"].int == 1, "\(checked)")
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/root") + "/.cache"
        let found = try FileManager.default.contentsOfDirectory(atPath: cache + "/cutover")
            .filter { $0.hasPrefix("sqlglot-") }
        let newest = try #require(found.sorted().last)
        try await tests("\(cache)/cutover/\(newest)/bin/python", "test_convert")
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
