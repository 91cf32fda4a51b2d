import Foundation
import TestSupport
import Testing

/// Tables that the application's own migrations made are filled, and are afterwards as they were.
@Suite(.postgres, .database)
struct ExistingTablesTests {
    private static let pairs: [(ExistingSchemas.Pair, [String])] = [
        (ExistingSchemas.django, ["shop_customer", "shop_order"]),
        (ExistingSchemas.rails, ["teams", "players"]),
        (ExistingSchemas.prisma, ["User", "Post"]),
        (ExistingSchemas.alembic, ["device"]),
    ]

    private func prepare(
        _ pair: ExistingSchemas.Pair,
        _ folder: TestFolder
    ) async throws -> CutoverCommand {
        let source = folder.file("app.db")
        _ = try await sqlite3(source, pair.source)
        _ = try await psql(TestDatabase.url, pair.target)
        return CutoverCommand(source: source, target: TestDatabase.url)
    }

    /// Everything in the catalog that a run could change and must not.
    private func structure() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2;
            SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal
            ORDER BY 1, 2;
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1;
            SELECT table_name, column_name, data_type, column_default, is_identity, is_nullable
            FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2;
            """
        )
    }

    @Test(arguments: pairs)
    func `tables of a framework are filled, verified, and keep their structure`(
        pair: ExistingSchemas.Pair,
        tables: [String]
    ) async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(pair, folder)
        let before = try await structure()

        let migrated = try await cutover("migrate", "--mode", "existing")
        try #require(migrated.status == 0, "\(migrated)")
        #expect(migrated.json["mode"].string == "existing")
        #expect(migrated.tables.list.compactMap { $0["name"].string }.sorted() == tables.sorted())
        for table in migrated.tables.list {
            #expect(table["target_rows"] == table["source_rows"], "\(table)")
            #expect((table["source_rows"].int ?? 0) > 0)
        }
        #expect(try await structure() == before)

        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.list.allSatisfy { $0["status"].string == "equal" })
    }

    @Test func `no trigger of the application acts for a copied row`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(ExistingSchemas.django, folder)
        let migrated = try await cutover("migrate", "--mode", "existing")
        try #require(migrated.status == 0, "\(migrated)")
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM audit;") == "0")
        _ = try await psql(
            TestDatabase.url,
            """
            INSERT INTO shop_order (customer_id, placed, note, kind)
            VALUES (1, now(), 'new', 'web');
            """
        )
        #expect(try await psql(TestDatabase.url, "SELECT what FROM audit;") == "noted")
    }

    @Test func `sequences of existing tables go on above every id ever issued`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(ExistingSchemas.django, folder)
        try #require(try await cutover("migrate", "--mode", "existing").status == 0)
        let next = try await psql(
            TestDatabase.url,
            """
            INSERT INTO shop_order (customer_id, placed, note, kind)
            VALUES (1, now(), 'new', 'web') RETURNING id;
            """
        )
        // Order 500 was deleted in the source; its id is not given a second time.
        #expect(next == "501")
    }

    @Test func `each side keeps its own record of migrations`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(ExistingSchemas.django, folder)
        let migrated = try await cutover("migrate", "--mode", "existing")
        try #require(migrated.status == 0, "\(migrated)")
        let rows = "SELECT count(*) FROM django_migrations;"
        #expect(try await psql(TestDatabase.url, rows) == "1")
        let warnings = migrated.json["warnings"].list.compactMap(\.string)
        #expect(warnings.contains { $0.contains("django_migrations") }, "\(warnings)")
        #expect(warnings.contains { $0.contains("\"audit\"") }, "\(warnings)")
        let aside = try await cutover("verify").json["aside"].list.compactMap(\.string)
        #expect(aside.contains { $0.contains("django_migrations") }, "\(aside)")
    }

    @Test func `stored times are instants in UTC, whatever zone the database has`() async throws {
        let folder = try TestFolder()
        _ = try await psql(
            TestDatabase.url,
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', "
                + "current_database(), 'Europe/Berlin'); END $$;"
        )
        let cutover = try await prepare(ExistingSchemas.django, folder)
        try #require(try await cutover("migrate", "--mode", "existing").status == 0)
        let times = try await psql(
            TestDatabase.url,
            """
            SELECT joined AT TIME ZONE 'UTC' FROM shop_customer WHERE id = 1;
            SELECT placed AT TIME ZONE 'UTC' FROM shop_order WHERE id = 1;
            """
        )
        #expect(times == "2025-10-15 04:50:27.5\n2025-10-15 02:50:27")
    }

    @Test func `verify finds one changed cell in each of the target's own types`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(ExistingSchemas.django, folder)
        try #require(try await cutover("migrate", "--mode", "existing").status == 0)
        let changes = [
            ("joined", "joined + interval '1 microsecond'"), ("settings", "'{\"a\": 0}'"),
            ("ref", "gen_random_uuid()"), ("balance", "balance + 0.01"),
            ("is_active", "NOT is_active"),
        ]
        for (row, (column, value)) in changes.enumerated() {
            _ = try await psql(
                TestDatabase.url,
                "UPDATE shop_customer SET \(column) = \(value) WHERE id = \(row + 10);"
            )
        }
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        let samples = verified.tables.named("shop_customer")["samples"].list
        #expect(samples.compactMap { $0["column"].string } == changes.map(\.0), "\(samples)")
    }

    @Test func `a value that the target would alter is kept in quarantine with its reason`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await prepare(ExistingSchemas.django, folder)
        _ = try await sqlite3(
            cutover.source,
            """
            UPDATE shop_customer SET balance = 1.005 WHERE id = 11;
            UPDATE shop_customer SET joined = 'tomorrow' WHERE id = 12;
            UPDATE shop_customer SET ref = 'no uuid' WHERE id = 13;
            UPDATE shop_customer SET settings = '{"a": ' WHERE id = 14;
            UPDATE shop_customer SET joined = '2025-02-30 00:00:00' WHERE id = 15;
            UPDATE shop_customer SET is_active = 2 WHERE id = 16;
            UPDATE shop_customer SET referrer_id = NULL;
            DELETE FROM shop_order WHERE customer_id BETWEEN 11 AND 16;
            """
        )
        let migrated = try await cutover(
            "migrate",
            "--mode",
            "existing",
            "--max-quarantined",
            "6"
        )
        try #require(migrated.status == 0, "\(migrated)")
        let kept = try await psql(
            TestDatabase.url,
            "SELECT key_text, column_name FROM cutover.quarantine ORDER BY key_text;"
        )
        #expect(
            kept == """
                id 11|balance
                id 12|joined
                id 13|ref
                id 14|settings
                id 15|joined
                id 16|is_active
                """
        )
    }

    @Test func `an orphan with a UUID for its key is found again in the source`() async throws {
        let folder = try TestFolder()
        let spellings = [
            "'00000000000000000000000000000001'", "x'00000000000000000000000000000002'",
            "'ABCDEF00-0000-0000-0000-000000000003'",
        ]
        let rows = spellings.map { "(\($0), 9)" }.joined(separator: ", ")
        let pair = ExistingSchemas.Pair(
            source: """
                CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
                CREATE TABLE c (id char(32) PRIMARY KEY, p INTEGER REFERENCES p (id));
                INSERT INTO c VALUES \(rows), ('00000000000000000000000000000004', 1);
                """,
            target: """
                CREATE TABLE p (id bigint PRIMARY KEY);
                CREATE TABLE c (id uuid PRIMARY KEY, p bigint REFERENCES p (id));
                """
        )
        let cutover = try await prepare(pair, folder)
        let migrated = try await cutover(
            "migrate",
            "--mode",
            "existing",
            "--max-quarantined",
            "3"
        )
        #expect(migrated.status == 0, "\(migrated)")
        #expect(migrated.tables.named("c")["quarantined_rows"].int == 3)
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM c;") == "1")
    }

    @Test func `orphans go to quarantine, and cyclic keys stand again and hold`() async throws {
        let folder = try TestFolder()
        let cutover = try await prepare(ExistingSchemas.rails, folder)
        // The captain of team 50 is missing, so team 50 is; so its players are.
        _ = try await sqlite3(cutover.source, "UPDATE teams SET captain_id = 999 WHERE id = 50;")
        let before = try await structure()
        let migrated = try await cutover("migrate", "--mode", "existing")
        #expect(migrated.status == 1, "\(migrated)")
        #expect(migrated.tables.named("teams")["quarantined_rows"].int == 1)
        #expect(migrated.tables.named("players")["quarantined_rows"].int == 4)
        #expect(try await structure() == before)
        let orphans = try await psql(
            TestDatabase.url,
            """
            SELECT count(*) FROM players p LEFT JOIN teams t ON t.id = p.team_id
            WHERE t.id IS NULL;
            """
        )
        #expect(orphans == "0")
    }
}
