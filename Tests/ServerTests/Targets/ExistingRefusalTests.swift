import Foundation
import TestSupport
import Testing

/// What does not match is refused before a row is written, with everything that is missing.
@Suite(.postgres, .database)
struct ExistingRefusalTests {
    private func prepare(
        _ folder: TestFolder,
        source: String,
        target: String
    ) async throws -> CutoverCommand {
        let path = folder.file("app.db")
        _ = try await sqlite3(path, source)
        _ = try await psql(TestDatabase.url, target)
        return CutoverCommand(source: path, target: TestDatabase.url)
    }

    @Test func `what one side lacks is refused with all of its names`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: """
                CREATE TABLE a (id INTEGER PRIMARY KEY, gone TEXT);
                CREATE TABLE lost (id INTEGER PRIMARY KEY);
                INSERT INTO a VALUES (1, 'x');
                """,
            target: "CREATE TABLE a (id bigint PRIMARY KEY, must text NOT NULL);"
        )
        let refused = try await cutover("migrate", "--mode", "existing")
        #expect(refused.status == 78, "\(refused)")
        #expect(refused.code == "configuration")
        let message = refused.json["error"]["message"].string ?? ""
        for name in ["a.gone", "lost", "a.must"] { #expect(message.contains(name), "\(message)") }
        #expect(refused.json["error"]["remedy"].string?.contains("profile") == true)
        #expect(try await targetSchemas() == ["public"])

        let plan = try await cutover("plan", "--mode", "existing")
        #expect(plan.status == 1)
        let reasons = plan.json["decisions"].list.filter { $0["subject"].string == "refused" }
        #expect(reasons.count == 3, "\(reasons)")
        #expect(plan.json["mode"].string == "existing")
    }

    @Test func `tables that hold rows are refused with their counts`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);",
            target: "CREATE TABLE a (id bigint PRIMARY KEY); INSERT INTO a VALUES (7), (8);"
        )
        for option in ["--no-verify", "--dry-run"] {
            let refused = try await cutover("migrate", "--mode", "existing", option)
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.code == "target_not_empty")
            #expect(refused.json["error"]["message"].string?.contains("\"a\" (2 rows)") == true)
            #expect(refused.json["error"]["remedy"].string?.contains("TRUNCATE") == true)
        }
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM a;") == "2")
        #expect(try await targetSchemas() == ["public"])
    }

    @Test func `tables of another owner are refused when their triggers would have to rest`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: """
                CREATE TABLE a (id INTEGER PRIMARY KEY);
                CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id));
                """,
            target: """
                CREATE TABLE a (id bigint PRIMARY KEY);
                CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a (id));
                DO $$ BEGIN
                    CREATE ROLE guest_of_tables;
                EXCEPTION WHEN duplicate_object THEN
                END $$;
                GRANT SELECT, INSERT ON a, b TO guest_of_tables;
                DO $$ BEGIN
                    EXECUTE format('GRANT CREATE ON DATABASE %I TO guest_of_tables',
                        current_database());
                END $$;
                """
        )
        var guest = cutover
        guest.environment = ["PGOPTIONS": "-c role=guest_of_tables"]
        let refused = try await guest("migrate", "--mode", "existing")
        #expect(refused.status == 69, "\(refused)")
        #expect(refused.code == "target_permission")
        #expect(refused.json["error"]["message"].string?.contains("ownership of \"b\"") == true)
        #expect(try await targetSchemas() == ["public"])
        _ = try await psql(
            TestDatabase.url,
            """
            DO $$ BEGIN
                EXECUTE format('REVOKE ALL ON DATABASE %I FROM guest_of_tables',
                    current_database());
            END $$;
            """
        )
    }

    @Test func `a dry run fills copies of the tables and leaves the tables alone`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(
            folder,
            source: ExistingSchemas.rails.source
                + "UPDATE players SET fee = 1.005 WHERE id = 3;",
            target: ExistingSchemas.rails.target
        )
        let dry = try await cutover("migrate", "--mode", "existing", "--dry-run")
        #expect(dry.status == 1, "\(dry)")
        #expect(dry.json["dry_run"] == .bool(true))
        let reasons = dry.json["quarantine"].list
        #expect(reasons.first?["column"].string == "fee", "\(reasons)")
        #expect(dry.tables.named("players")["target_rows"].int == 199)
        #expect(try await targetSchemas() == ["public"])
        let left = try await psql(
            TestDatabase.url,
            "SELECT (SELECT count(*) FROM players), nextval('players_id_seq');"
        )
        #expect(left == "0|1")
    }
}
