import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The whole way of both sample shapes, judged by the engine and without it.
@Suite(.postgres, .database)
struct MigrationSampleTests {
    static let shapes: [(SampleSource.Schema, String, Int)] = [
        (.plan, "plan", 12), (.production, "derive", 19),
    ]

    @Test(arguments: shapes)
    func `both shells read the same rows on both sides`(
        shape: SampleSource.Schema,
        mode: String,
        tables: Int
    ) async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, shape, orders: 2_000)
        let before = try await run("sha256sum", [source]).stdout
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)

        let migrated = try await cutover("migrate")
        try #require(migrated.status == 0, "\(migrated)")
        #expect(migrated.json["ok"] == .bool(true))
        #expect(migrated.json["mode"].string == mode)
        #expect(migrated.tables.list.count == tables)
        for table in migrated.tables.list {
            #expect(table["target_rows"] == table["source_rows"], "\(table)")
            #expect(table["copied_rows"] == table["source_rows"], "\(table)")
            #expect(table["quarantined_rows"].int == 0)
        }
        for table in migrated.json["verify"]["tables"].list {
            #expect(table["status"].string == "equal", "\(table)")
            #expect(table["digest"] == table["target_digest"])
        }
        #expect(migrated.json["verify"]["tables"].list.count == tables)

        let check = try await IndependentCheck(source: source, target: TestDatabase.url)
        #expect(check.source.count == tables)
        #expect(check.source == check.target)
        #expect(check.source["orders_inbox"]?.rows == "2000")

        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.list.allSatisfy { $0["status"].string == "equal" })
        // The source is as it was, and nothing was put beside its rows.
        #expect(try await run("sha256sum", [source]).stdout == before)
    }

    @Test func `the independent check sees one changed cell`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 50)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        #expect(try await cutover("migrate").status == 0)
        _ = try await psql(
            TestDatabase.url,
            """
            UPDATE orders_inbox SET order_number = order_number || ' '
            WHERE id = (SELECT max(id) FROM orders_inbox);
            """
        )
        let check = try await IndependentCheck(source: source, target: TestDatabase.url)
        let differing = check.source.keys.filter { check.source[$0] != check.target[$0] }
        #expect(differing == ["orders_inbox"])
    }

    @Test func `a report names the backup and its checksum`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 20)
        let migrated = try await CutoverCommand(source: source, target: TestDatabase.url)("migrate")
        let backup = migrated.json["backup"]
        let path = try #require(backup["path"].string)
        let sum = try await run("sha256sum", [path]).stdout.prefix(64)
        #expect(backup["sha256"].string == String(sum))
        #expect(try await sqlite3(path, "PRAGMA integrity_check;") == "ok")
        #expect(
            try await sqlite3(path, "SELECT count(*) FROM orders_inbox;") == "20"
        )
        let phases = migrated.json["phases"].list.compactMap { $0["name"].string }
        #expect(phases == ["backup", "census", "schema", "copy", "keys", "verify"])
    }

    @Test func `a dry run goes the whole way and leaves nothing in the target`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .production, orders: 100)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        let dry = try await cutover("migrate", "--dry-run")
        #expect(dry.status == 0, "\(dry)")
        #expect(dry.json["verify"]["ok"] == .bool(true))
        #expect(try await targetSchemas() == ["public"])
        // A real run is not hindered by it.
        let migrated = try await cutover("migrate")
        #expect(migrated.status == 0, "\(migrated)")
        #expect(try await targetSchemas() == ["cutover", "public"])
    }

    @Test func `a dry run beside a finished run leaves that run alone`() async throws {
        let folder = try TestFolder()
        let source = folder.file("ora.db")
        try await makeSample(source, .plan, orders: 30)
        let cutover = CutoverCommand(source: source, target: TestDatabase.url)
        #expect(try await cutover("migrate").status == 0)
        let dry = try await cutover("migrate", "--dry-run")
        #expect(dry.status == 0, "\(dry)")
        #expect(try await targetSchemas() == ["cutover", "public"])
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM cutover.run;") == "1")
        #expect(try await cutover("verify").status == 0)
    }
}

/// The schemas of the test's database, those of PostgreSQL itself left out.
func targetSchemas() async throws -> [String] {
    try await psql(
        TestDatabase.url,
        """
        SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        ORDER BY nspname;
        """
    ).split(separator: "\n").map(String.init)
}
