import TestSupport
import Testing

/// A replay into tables that stood already reads values by the rules of the copy.
@Suite(.postgres, .database)
struct ExistingReplayTests {
    @Test func `what the copy would take, a replay takes as well`() async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: folder.file("app.db"), target: TestDatabase.url)
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE account (id TEXT PRIMARY KEY NOT NULL, made TEXT, seen TEXT, price TEXT,
                ok INTEGER);
            INSERT INTO account VALUES
                ('00112233445566778899aabbccddeeff', '2026-01-02 03:04:05+00',
                    '2026-01-02 03:04:05.123456+00', '1.5', 0),
                ('00112233-4455-6677-8899-AABBCCDDEE00', '2026-01-02T03:04:05Z', '2026-01-02', '7',
                    0);
            CREATE TABLE entry (id INTEGER PRIMARY KEY, account TEXT REFERENCES account);
            INSERT INTO entry VALUES (1, '00112233445566778899aabbccddeeff'),
                (2, '00112233-4455-6677-8899-AABBCCDDEE00');
            """
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE TABLE account (id uuid PRIMARY KEY, made timestamptz(0), seen timestamptz(6),
                price numeric(10,2), ok integer CONSTRAINT positive CHECK (ok > 0));
            CREATE TABLE entry (id bigint PRIMARY KEY, account uuid REFERENCES account);
            """
        )
        let run = try await cutover("migrate", "--mode", "existing", "--max-quarantined", "4")
        #expect(run.status == 0, "\(run)")
        #expect(try await psql(TestDatabase.url, "SELECT count(*) FROM entry;") == "0")
        _ = try await psql(TestDatabase.url, "ALTER TABLE account DROP CONSTRAINT positive;")
        let replayed = try await cutover("quarantine", "replay", "--all")
        #expect(replayed.status == 0, "\(replayed)")
        #expect(replayed.json["replayed"].int == 4)
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
    }
}
