import Foundation
import TestSupport
import Testing

/// The same command once more, after all is done.
@Suite(.postgres, .database)
struct SecondRunTests {
    private func migrated(_ folder: TestFolder) async throws -> CutoverCommand {
        let source = folder.file("app.db")
        _ = try await sqlite3(
            source,
            """
            CREATE TABLE parts (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
            INSERT INTO parts (name) VALUES ('axle'), ('bolt');
            """
        )
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let first = try await cutover("migrate")
        try #require(first.status == 0, "\(first)")
        #expect(first.json["already_done"] == .bool(false))
        return cutover
    }

    /// Every row of the target with the transaction that wrote it.
    private func state() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT xmin, * FROM parts ORDER BY id; SELECT xmin, run_id FROM cutover.run;
            SELECT xmin, table_name FROM cutover.checkpoint;
            """
        )
    }

    @Test func `a second run says that all is done, compares, and writes nothing`() async throws {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        let before = try await state()
        let run = try await psql(TestDatabase.url, "SELECT run_id FROM cutover.run;")
        for options in [[], ["--no-verify"], ["--run-dir", folder.file("elsewhere")]] {
            let again = try await cutover("migrate", options)
            #expect(again.status == 0, "\(again)")
            #expect(again.json["ok"] == .bool(true))
            #expect(again.json["already_done"] == .bool(true))
            #expect(again.json["run_id"].string == run)
            #expect(again.json["finished_at"].string?.hasSuffix("Z") == true)
            #expect(again.json["verify"]["ok"] == .bool(true))
            #expect(again.json["backup"]["sha256"].string?.count == 64)
            #expect(again.tables.named("parts")["copied_rows"].int == 2)
        }
        #expect(try await state() == before)
    }

    @Test func `rows that changed since the run are named, and nothing is written`() async throws {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        _ = try await sqlite3(cutover.source, "INSERT INTO parts (name) VALUES ('cog');")
        let before = try await state()
        let again = try await cutover("migrate")
        #expect(again.status == 69, "\(again)")
        #expect(again.code == "target_not_empty")
        #expect(
            again.json["error"]["message"].string?.contains("\"parts\": 1 missing") == true,
            "\(again)"
        )
        let remedy = again.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("cutover verify") && remedy.contains("--schema"))
        #expect(try await state() == before)
    }

    @Test func `a schema that changed since the run is refused with what is new`() async throws {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        _ = try await sqlite3(
            cutover.source,
            "ALTER TABLE parts ADD COLUMN weight REAL; CREATE TABLE more (id INTEGER PRIMARY KEY);"
        )
        let again = try await cutover("migrate")
        #expect(again.status == 69, "\(again)")
        let message = again.json["error"]["message"].string ?? ""
        #expect(message.contains("\"parts.weight\" is new"), "\(message)")
        #expect(message.contains("table \"more\" is new"), "\(message)")
    }

    @Test func `what another source left is refused with its path`() async throws {
        let folder = try TestFolder()
        _ = try await migrated(folder)
        let other = folder.file("other.db")
        _ = try await sqlite3(other, "CREATE TABLE parts (id INTEGER PRIMARY KEY, name TEXT);")
        let refused = try await CutoverCommand(source: other, target: TestDatabase.url)("migrate")
        #expect(refused.status == 69, "\(refused)")
        #expect(refused.json["error"]["message"].string?.contains("app.db") == true)
    }
}
