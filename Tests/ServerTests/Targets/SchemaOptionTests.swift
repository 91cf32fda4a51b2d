import Foundation
import TestSupport
import Testing

/// Another schema than `public`, made where it is missing.
@Suite(.postgres, .database)
struct SchemaOptionTests {
    @Test func `two sources go into two schemas of one database, each with its own run`()
        async throws
    {
        let folder = try TestFolder()
        var commands: [CutoverCommand] = []
        for name in ["one", "two"] {
            let source = folder.file("\(name).db")
            _ = try await sqlite3(
                source,
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t (v) VALUES ('\(name)');"
            )
            let cutover = CutoverCommand(source: source, target: TestDatabase.url)
            let migrated = try await cutover("migrate", "--schema", "app \(name)")
            try #require(migrated.status == 0, "\(migrated)")
            commands.append(cutover)
        }
        #expect(try await targetSchemas() == ["app one", "app two", "cutover"] + ["public"])
        let rows = try await psql(
            TestDatabase.url,
            "SELECT (SELECT v FROM \"app one\".t), (SELECT v FROM \"app two\".t);"
        )
        #expect(rows == "one|two")
        // The first run is not hidden by the second one.
        let first = commands[0]
        #expect(try await first("verify", "--schema", "app one").status == 0)
        #expect(try await first("status", "--schema", "app one").json["phase"].string == "done")
        let again = try await first("migrate", "--schema", "app one")
        #expect(again.status == 0, "\(again)")
        #expect(again.json["already_done"] == .bool(true))
        #expect(try await first("verify", "--schema", "app two").status == 1)
    }

    @Test(arguments: ["pg_own", "information_schema", "cutover", "cutover_dry_run", "PG_x", ""])
    func `a schema that is not the application's is refused`(name: String) async throws {
        let folder = try TestFolder()
        let source = folder.file("app.db")
        _ = try await sqlite3(source, "CREATE TABLE t (id INTEGER PRIMARY KEY);")
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        for verb in ["migrate", "plan", "verify"] {
            let refused = try await cutover(verb, "--schema=\(name)")
            #expect(refused.status == 64, "\(refused)")
            #expect(refused.code == "usage")
        }
        #expect(try await targetSchemas() == ["public"])
    }

    @Test func `the option may stand before the verb`() async throws {
        let folder = try TestFolder()
        let source = folder.file("app.db")
        _ = try await sqlite3(source, "CREATE TABLE t (id INTEGER PRIMARY KEY);")
        let outcome = try await run(
            BuiltProducts.cutover,
            ["--schema", "elsewhere", "plan", "--source", source, "--json"]
        )
        #expect(outcome.status == 0)
        #expect(try JSON(outcome.stdout)["schema"].string == "elsewhere")
    }
}
