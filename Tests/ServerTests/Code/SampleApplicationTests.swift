import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The whole way of an application: found, proven, brought over, and its own tests on both sides.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct SampleApplicationTests {
    @Test func `the sample application works on SQLite as it stands`() async throws {
        let sample = try CodeFolder()
        try await makeSample(sample.command.source, .production, orders: 120)
        let outcome = try await sample.ownTests(["DATABASE_PATH": "ora.db"])
        #expect(outcome.status == 0, "\(outcome.stderr)")
    }

    @Test(arguments: ["psycopg", "psycopg2"])
    func `after fix and adapter the application's own tests pass on PostgreSQL`(
        driver: String
    ) async throws {
        let sample = try CodeFolder()
        try await makeSample(sample.command.source, .production, orders: 120)
        let migrated = try await sample.command("migrate")
        #expect(migrated.status == 0, "\(migrated)")

        let before = try await sample.code("check")
        #expect(before.status == 1)
        let totals = before.json["totals"]
        #expect(totals["failed"].int == 0, "\(before)")
        #expect(totals["dynamic"].int == 0)
        #expect(totals["prepared"].int == totals["statements"].int)
        #expect((totals["statements"].int ?? 0) > 60)

        let adapter = try await sample.code("adapter", "--write")
        #expect(adapter.status == 0, "\(adapter)")
        #expect(adapter.json["module"].string == "src.services.database.pg_utils")
        // Between the two the application would write to the SQLite file, whatever its environment says.
        let paths = adapter.json["on_sqlite"].list.compactMap(\.string)
        #expect(paths.contains("app.py"), "\(adapter)")
        #expect(!paths.contains { $0.hasSuffix("db_utils.py") })
        let said = try await run(
            BuiltProducts.cutover,
            ["code", "adapter", sample.application, "--write"]
        )
        #expect(said.stdout.contains("still speak SQLite"), "\(said)")
        #expect(said.stdout.contains("next: cutover code fix"), "\(said)")
        let fixed = try await sample.code("fix", "--write")
        #expect(fixed.status == 0, "\(fixed)")
        #expect(try await sample.code("adapter").json["on_sqlite"] == .array([]))

        let after = try await sample.code("check")
        #expect(after.status == 0, "\(after)")
        #expect(after.json["ok"].bool == true)
        #expect(after.json["totals"]["errors"].int == 0)
        #expect(after.json["totals"]["converted"].int == 0, "\(after)")
        #expect(after.json["totals"]["prepared"].int == totals["statements"].int)
        // What is left is for a person: a shell script, paths of the old file, and what may mean
        // something else there.
        let left = Set(
            after.json["files"].list.flatMap { $0["findings"].list }.compactMap {
                $0["rule"].string
            }
        )
        #expect(
            left == [
                "shell-sqlite", "shell-copy", "database-path", "sqlite-layer", "boolean-result",
                "date-text", "group-concat-order", "julianday-fraction", "limit-below-zero",
                "moment-text", "value-kind",
            ]
        )
        let again = try await sample.code("fix", "--write")
        #expect(again.json["files"] == .array([]), "\(again)")

        // Whoever still opens the old file opens nothing.
        try FileManager.default.removeItem(atPath: sample.command.source)
        let outcome = try await sample.ownTests([
            "USE_POSTGRES": "true", "DATABASE_URL": TestDatabase.url, "DB_DRIVER": driver,
            "DATABASE_PATH": nil,
        ])
        #expect(outcome.status == 0, "\(outcome.stderr.suffix(6_000))")
        #expect(!exists(sample.command.source))
    }

    @Test func `fix twice and then adapter leads where adapter and then fix does`() async throws {
        let sample = try CodeFolder()
        try await makeSample(sample.command.source, .production, orders: 20)
        #expect(try await sample.command("migrate").status == 0)
        let path = "src/services/database/db_utils.py"
        let layer = try sample.read(path)
        #expect(try await sample.code("fix", "--write").status == 0)
        let again = try await sample.code("fix", "--write")
        #expect(again.json["files"] == .array([]), "\(again)")
        #expect(try sample.read(path) == layer)

        let between = try await sample.code("check")
        #expect(between.status == 1)
        let rules = between.json["files"].list.flatMap { $0["findings"].list }
            .filter { $0["severity"].string == "error" }.compactMap { $0["rule"].string }
        #expect(Set(rules) == ["adapter-missing"], "\(between)")

        let adapter = try await sample.code("adapter", "--write")
        #expect(adapter.json["module"].string == "src.services.database.pg_utils", "\(adapter)")
        #expect(adapter.json["files"].list.count == 2)
        let after = try await sample.code("check")
        #expect(after.status == 0, "\(after)")
        #expect(try sample.read(path) == layer)
    }

    @Test func `check finds every planted pattern of the sample, and none that is not there`()
        async throws
    {
        let sample = try CodeFolder()
        try await makeSample(sample.command.source, .production, orders: 20)
        #expect(try await sample.command("migrate").status == 0)
        let checked = try await sample.code("check")
        var found: [String] = []
        for file in checked.json["files"].list {
            let path = try #require(file["path"].string)
            let lines = try sample.read(path).components(separatedBy: "\n")
            for finding in file["findings"].list {
                let line = lines[try #require(finding["line"].int) - 1]
                let rule = try #require(finding["rule"].string)
                found.append("\(path)\t\(rule)\t\(line.trimmingCharacters(in: .whitespaces))")
            }
        }
        var listed: [String] = []
        for name in ["planted", "proof"] {
            let text = try String(
                contentsOfFile: "\(CodePlaces.sample).\(name).tsv",
                encoding: .utf8
            )
            listed += text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        }
        #expect(listed.count > 150)
        #expect(found.sorted() == listed.sorted())
        let totals = checked.json["totals"]
        #expect(totals["errors"].int.map { $0 > 100 } == true)
        #expect(totals["findings"].int == found.count)
    }

    @Test func `the switch of the settings takes the database that is named`() async throws {
        let sample = try CodeFolder()
        let shown = try await sample.code("adapter")
        #expect(shown.json["diff"].string?.contains("+++ b/config/database_settings.py") == true)
        #expect(shown.json["files"][0]["state"].string == "missing")
        #expect(throws: (any Error).self) { try sample.read("config/database_settings.py") }
        let written = try await sample.code("adapter", "--write")
        #expect(
            written.json["files"].list.compactMap { $0["path"].string }.sorted() == [
                "config/database_settings.py", "src/services/database/pg_utils.py",
            ]
        )
        let program = "from config.database_settings import db; print(db.__name__)"
        func settings(_ environment: [String: String?]) async throws -> ProgramRun {
            try await run(
                "sh",
                ["-c", #"cd "$1" && exec "$2" -B -c "$3""#, "sh", sample.application]
                    + [CodePlaces.python, program],
                environment: ["DATABASE_URL": nil, "USE_POSTGRES": nil].merging(environment) { $1 }
            )
        }
        let old = try await settings(["USE_POSTGRES": "false"])
        #expect(old.stdout == "src.services.database.db_utils\n", "\(old.stderr)")
        let new = try await settings(["USE_POSTGRES": "true", "DATABASE_URL": TestDatabase.url])
        #expect(new.stdout == "src.services.database.pg_utils\n", "\(new.stderr)")
        let neither = try await settings(["USE_POSTGRES": "true"])
        #expect(neither.status == 1)
        #expect(neither.stderr.contains("DATABASE_URL is not set"))

        let again = try await sample.code("adapter", "--write")
        #expect(again.json["files"][0]["state"].string == "unchanged")
        try sample.write("src/services/database/pg_utils.py", "# mine\n")
        let refused = try await sample.code("adapter", "--write")
        #expect(refused.code == "file_failed")
        #expect(try sample.read("src/services/database/pg_utils.py") == "# mine\n")
    }
}
