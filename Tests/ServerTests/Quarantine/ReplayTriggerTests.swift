import Foundation
import TestSupport
import Testing

/// No trigger acts for a replayed row, and every key of the server's own still holds.
@Suite(.postgres, .database)
struct ReplayTriggerTests {
    private func states() async throws -> String {
        try await psql(
            TestDatabase.url,
            """
            SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal
            ORDER BY 1, 2;
            SELECT ev_class::regclass, rulename, ev_enabled FROM pg_rewrite
            WHERE rulename <> '_RETURN' ORDER BY 1, 2;
            """
        )
    }

    @Test func `a translated trigger does not count a replayed row, and counts the next one`()
        async throws
    {
        let folder = try TestFolder()
        let path = folder.file("app.db")
        _ = try await sqlite3(
            path,
            """
            CREATE TABLE tally (n INTEGER);
            INSERT INTO tally VALUES (0);
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TRIGGER counted AFTER INSERT ON t BEGIN UPDATE tally SET n = n + 1; END;
            INSERT INTO t VALUES (1, 1), (2, 'twelve');
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        let before = try await states()
        #expect(before.contains("|counted|O"), "\(before)")

        let replayed = try await cutover("quarantine", "replay", "--all", "--set", "n=12")
        #expect(replayed.status == 0, "\(replayed)")
        #expect(try await psql(TestDatabase.url, "SELECT n FROM t WHERE id = 2;") == "12")
        #expect(try await psql(TestDatabase.url, "SELECT n FROM tally;") == "2")
        #expect(try await states() == before)
        #expect(try await cutover("verify").status == 0)
        _ = try await psql(TestDatabase.url, "INSERT INTO t (n) VALUES (3);")
        #expect(try await psql(TestDatabase.url, "SELECT n FROM tally;") == "3")
    }

    private static let source = """
        CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE item (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owner, price, at, ref,
            doc, share);
        INSERT INTO owner VALUES (1, 'one');
        INSERT INTO item VALUES (1, 1, '1.50', '2024-01-01 10:00:00', NULL, '{}', 1),
            (2, 1, '2.50', '2024-01-01 10:00:00.5Z', x'00112233445566778899aabbccddeeff',
                '{"a": 1}', '0.5'),
            (3, 7, 3, '2024-01-02', '00112233445566778899AABBCCDDEEFF', NULL, 0.25),
            (4, 1, '1.005', '2024-01-02', NULL, NULL, NULL);
        """

    /// Row 2 fits as soon as nobody forbids 2.50, row 3 has no parent, row 4 has a digit too many.
    private static let target = """
        CREATE TABLE owner (id bigint PRIMARY KEY, name text);
        CREATE TABLE item (id bigint PRIMARY KEY, owner bigint, price numeric(10,2),
            at timestamptz, ref uuid, doc jsonb, share real,
            CONSTRAINT cheap CHECK (price <> 2.5),
            FOREIGN KEY (owner) REFERENCES owner DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE noted (what text, id bigint);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO noted VALUES (TG_NAME, NEW.id); RETURN NEW; END $$;
        CREATE FUNCTION double() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.price := NEW.price * 2; RETURN NEW; END $$;
        CREATE TRIGGER noted AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION note();
        CREATE TRIGGER always AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE item ENABLE ALWAYS TRIGGER always;
        CREATE TRIGGER off AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE item DISABLE TRIGGER off;
        CREATE TRIGGER doubled BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION double();
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION note();
        CREATE RULE also AS ON INSERT TO item DO ALSO INSERT INTO noted VALUES ('rule', NEW.id);
        """

    private func migrated(_ folder: TestFolder) async throws -> CutoverCommand {
        let path = folder.file("app.db")
        _ = try await sqlite3(path, Self.source)
        _ = try await psql(TestDatabase.url, Self.target)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate", "--mode", "existing")
        #expect(run.status == 1, "\(run)")
        #expect(run.tables.named("item")["quarantined_rows"].int == 3, "\(run)")
        return cutover
    }

    @Test func `rows replayed into existing tables keep their values, and keys keep holding`()
        async throws
    {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        let before = try await states()
        _ = try await psql(TestDatabase.url, "ALTER TABLE item DROP CONSTRAINT cheap;")

        let first = try await cutover("quarantine", "replay", "--all")
        #expect(first.status == 1, "\(first)")
        #expect(first.json["replayed"].int == 1)
        #expect(first.json["refused"].int == 2)
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT key_text, column_name, sql_state FROM cutover.quarantine "
                    + "WHERE replayed_at IS NULL ORDER BY key_text;"
            ) == "id 3||23503\nid 4|price|22000"
        )
        _ = try await psql(TestDatabase.url, "INSERT INTO owner VALUES (7, 'seven');")
        _ = try await sqlite3(cutover.source, "INSERT INTO owner VALUES (7, 'seven');")
        let second = try await cutover("quarantine", "replay", "--all", "--set", "price=3")
        #expect(second.json["replayed"].int == 2, "\(second)")

        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM noted;") == "0")
        #expect(try await states() == before)
        let rows = try await psql(
            TestDatabase.url,
            "SELECT id, price, at AT TIME ZONE 'UTC', ref, doc, share FROM item "
                + "WHERE id > 1 ORDER BY id;"
        )
        #expect(
            rows == """
                2|2.50|2024-01-01 10:00:00.5|00112233-4455-6677-8899-aabbccddeeff|{"a": 1}|0.5
                3|3.00|2024-01-02 00:00:00|00112233-4455-6677-8899-aabbccddeeff||0.25
                4|3.00|2024-01-02 00:00:00|||
                """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.named("item")["status"].string == "equal", "\(verified)")

        _ = try await psql(
            TestDatabase.url,
            "INSERT INTO item (id, owner, price) VALUES (9, 1, 1);"
        )
        #expect(
            try await psql(TestDatabase.url, "SELECT what FROM noted ORDER BY 1;")
                == "always\nlate\nnoted\nrule"
        )
    }

    @Test func `who does not own a table with triggers replays nothing into it`() async throws {
        let folder = try TestFolder()
        let cutover = try await migrated(folder)
        let role = "replayer_" + UUID().uuidString.prefix(8).lowercased()
        _ = try await psql(
            TestDatabase.url,
            """
            ALTER TABLE item DROP CONSTRAINT cheap;
            CREATE ROLE \(role);
            GRANT USAGE ON SCHEMA public TO \(role);
            GRANT ALL ON SCHEMA cutover TO \(role);
            GRANT ALL ON ALL TABLES IN SCHEMA cutover TO \(role);
            GRANT SELECT, INSERT ON owner, item TO \(role);
            """
        )
        var other = cutover
        other.environment["PGOPTIONS"] = "-c role=\(role)"
        let refused = try await other("quarantine", "replay", "--all")
        #expect(refused.json["replayed"].int == 0, "\(refused)")
        #expect(
            refused.json["rows"].list.allSatisfy {
                $0["reason"].string?.contains("owner") == true
            },
            "\(refused)"
        )
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM noted;") == "0")
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM item;") == "1")
        _ = try await psql(TestDatabase.url, "DROP OWNED BY \(role); DROP ROLE \(role);")
    }
}
