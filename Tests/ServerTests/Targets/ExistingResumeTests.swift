import Foundation
import TestSupport
import Testing

/// A killed run into existing tables leaves what is needed to put them back, and does so.
@Suite(.postgres, .database)
struct ExistingResumeTests {
    private func prepare(_ folder: TestFolder) async throws -> CutoverCommand {
        let source = folder.file("app.db")
        _ = try await sqlite3(
            source,
            ExistingSchemas.django.source + """
                WITH RECURSIVE n (i) AS (SELECT 501 UNION ALL SELECT i + 1 FROM n WHERE i < 250000)
                INSERT INTO shop_order SELECT i, 1 + i % 300, '2025-10-15 04:50:27', 'n' || i,
                    NULL, 'web' FROM n;
                """
        )
        _ = try await psql(TestDatabase.url, ExistingSchemas.django.target)
        return CutoverCommand(source: source, target: TestDatabase.url)
    }

    private func structure() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT conname, convalidated, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1;
            SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1;
            """
        )
    }

    private func hasBegun() async throws -> Bool {
        let found = try await psql(
            TestDatabase.url,
            "SELECT to_regclass('cutover.checkpoint') IS NOT NULL;"
        )
        guard found == "t" else { return false }
        return try await psql(
            TestDatabase.url,
            "SELECT count(*) > 0 FROM cutover.checkpoint;"
        ) == "t"
    }

    @Test(arguments: [SIGKILL, SIGINT])
    func `a stopped run into existing tables goes on and puts keys and triggers back`(
        signal: Int32
    ) async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(folder)
        let before = try await structure()
        let first = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("migrate", ["--mode", "existing", "--jobs", "1"])
        )
        #expect(try await eventually(within: .seconds(60)) { try await hasBegun() })
        first.send(signal)
        let ended = await first.end()
        #expect(ended.status == (signal == SIGKILL ? 128 + SIGKILL : 75), "\(ended)")
        let names =
            "SELECT string_agg(tgname || tgenabled::text, ',' ORDER BY tgname) "
            + "FROM pg_trigger WHERE NOT tgisinternal;"
        // Stopped in order, the tables are whole at once; killed, the next run mends them.
        let expected =
            signal == SIGKILL
            ? "notedD,noted_alwaysD,noted_offD"
            : "notedO,noted_alwaysA,noted_offD"
        #expect(try await psql(TestDatabase.url, names) == expected)

        let again = try await cutover("migrate")
        try #require(again.status == 0, "\(again)")
        #expect(again.json["mode"].string == "existing")
        #expect(again.json["warnings"].list.contains { $0.string?.contains("went on") == true })
        #expect(try await structure() == before)
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM audit;") == "0")
        let left = "SELECT count(*) FROM cutover.altered WHERE restored_at IS NULL;"
        #expect(try await psql(TestDatabase.url, left) == "0")
    }

    @Test(arguments: ["existing", "derive"])
    func `a dry run that is interrupted leaves nothing`(mode: String) async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(folder)
        let first = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("migrate", ["--mode", mode, "--dry-run", "--jobs", "1"])
        )
        #expect(try await eventually(within: .seconds(60)) { try await hasBegun() })
        first.send(SIGINT)
        let ended = await first.end()
        #expect(ended.status == 75, "\(ended)")
        #expect(try await targetSchemas() == ["public"])
        let rows = "SELECT (SELECT count(*) FROM shop_order), (SELECT count(*) FROM shop_customer);"
        #expect(try await psql(TestDatabase.url, rows) == "0|0")
    }

    @Test func `a dry run that was killed is removed by the next run`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(folder)
        let first = try StartedProgram(
            BuiltProducts.cutover,
            cutover.arguments("migrate", ["--mode", "existing", "--dry-run", "--jobs", "1"])
        )
        #expect(try await eventually(within: .seconds(60)) { try await hasBegun() })
        first.send(SIGKILL)
        #expect(await first.end().status == 128 + SIGKILL)
        #expect(try await targetSchemas() == ["cutover", "cutover_dry_run", "public"])
        let migrated = try await cutover("migrate", "--mode", "existing")
        try #require(migrated.status == 0, "\(migrated)")
        #expect(try await targetSchemas() == ["cutover", "public"])
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM cutover.run;") == "1")
    }
}
