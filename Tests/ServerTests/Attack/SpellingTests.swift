import TestSupport
import Testing

/// Names and keys in two Unicode spellings: the same to a reader and to Swift, and to neither
/// database.
@Suite(.postgres, .database)
struct SpellingTests {
    private static let short = "\u{e9}"
    private static let long = "e\u{301}"

    private static let script = """
        CREATE TABLE "\(short)" ("\(short)" TEXT PRIMARY KEY, "\(long)" INTEGER UNIQUE,
            "quote""\u{301}" TEXT DEFAULT 'it''\u{301}s \\\u{301}');
        INSERT INTO "\(short)" ("\(short)", "\(long)") VALUES ('\(short)', 1), ('\(long)', 2);
        CREATE TABLE "\(long)" ("\(long)" TEXT PRIMARY KEY,
            "\(short)" TEXT REFERENCES "\(short)" ("\(short)"), n INTEGER);
        CREATE INDEX "by \(short)" ON "\(long)" ("\(short)");
        CREATE INDEX "by \(long)" ON "\(long)" ("\(long)");
        CREATE VIEW "view \(short)" AS SELECT "\(short)" FROM "\(short)";
        CREATE VIEW "view \(long)" AS SELECT "\(long)" FROM "\(short)";
        INSERT INTO "\(long)" VALUES ('\(short)', '\(long)', 1), ('\(long)', '\(short)', 2),
            ('x\(short)', NULL, 'bad'), ('x\(long)', NULL, 'worse');
        CREATE TABLE pairs ("\(long)" TEXT, "\(short)" TEXT, n INTEGER,
            PRIMARY KEY ("\(short)", "\(long)")) WITHOUT ROWID;
        INSERT INTO pairs VALUES ('\(short)', '\(long)', 1), ('\(long)', '\(short)', 2),
            ('\(short)', '\(short)', 3);
        """

    private func migrated() async throws -> (command: CutoverCommand, folder: TestFolder) {
        let folder = try TestFolder()
        let path = folder.file("spellings.db")
        _ = try await sqlite3(path, Self.script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate", "--max-quarantined", "2")
        #expect(run.status == 0, "\(run)")
        #expect(run.tables.list.map { $0["target_rows"].int } == [2, 2, 3], "\(run)")
        #expect(run.tables.list.map { $0["quarantined_rows"].int } == [0, 2, 0])
        return (cutover, folder)
    }

    @Test func `names in two spellings stay two names, with the rows of each`() async throws {
        let (cutover, folder) = try await migrated()
        func hex(_ column: String) -> String { "encode(\"\(column)\"::bytea, 'hex')" }
        let rows = try await psql(
            TestDatabase.url,
            """
            SELECT \(hex(Self.short)), "\(Self.long)" FROM "\(Self.short)" ORDER BY 2;
            SELECT \(hex(Self.long)), \(hex(Self.short)), n FROM "\(Self.long)" ORDER BY n;
            SELECT \(hex(Self.long)), \(hex(Self.short)), n FROM pairs ORDER BY n;
            SELECT count(DISTINCT relname::text::bytea) FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relname ~ '^(by|view) ';
            """
        )
        #expect(
            rows == """
                c3a9|1
                65cc81|2
                c3a9|65cc81|1
                65cc81|c3a9|2
                c3a9|65cc81|1
                65cc81|c3a9|2
                c3a9|c3a9|3
                4
                """
        )
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(exists(folder.path))
    }

    @Test func `a quote with a mark behind it is quoted in names and texts`() async throws {
        let (_, folder) = try await migrated()
        let text = try await psql(
            TestDatabase.url,
            """
            INSERT INTO "\(Self.short)" ("\(Self.short)") VALUES ('new');
            SELECT DISTINCT "quote""\u{301}" FROM "\(Self.short)";
            """
        )
        #expect(text.utf8.elementsEqual("it'\u{301}s \\\u{301}".utf8))
        #expect(exists(folder.path))
    }

    @Test func `verify names the row of the key's own bytes`() async throws {
        let (cutover, folder) = try await migrated()
        for (key, number) in [(Self.short, "1"), (Self.long, "2")] {
            let row = try await cutover("verify", "--table", Self.long, "--key", key)
            #expect(row.status == 0, "\(row)")
            #expect(row.json["cells"].list.last?["source"].string == number, "\(row)")
        }
        _ = try await psql(
            TestDatabase.url,
            "UPDATE \"\(Self.long)\" SET n = 3 WHERE \"\(Self.long)\" = '\(Self.long)';"
        )
        let verified = try await cutover("verify")
        let samples = verified.tables.list.flatMap { $0["samples"].list }
        #expect(samples.count == 1, "\(verified)")
        #expect(samples.first?["key"].string?.utf8.elementsEqual(Self.long.utf8) == true)
        #expect(exists(folder.path))
    }

    @Test func `rows in quarantine keep the bytes of their keys, and come back by them`()
        async throws
    {
        let (cutover, folder) = try await migrated()
        let kept = "SELECT encode(key_bytes, 'hex') FROM cutover.quarantine ORDER BY id;"
        #expect(
            try await psql(TestDatabase.url, kept) == "030000000378c3a9\n03000000047865cc81"
        )
        let replayed = try await cutover("quarantine", "replay", "2", "--set", "n=7")
        #expect(replayed.status == 0, "\(replayed)")
        let (table, column) = (Self.long, Self.long)
        let arrived = "SELECT encode(\"\(column)\"::bytea, 'hex') FROM \"\(table)\" WHERE n = 7;"
        #expect(try await psql(TestDatabase.url, arrived) == "7865cc81")
        let verified = try await cutover("verify")
        #expect(verified.json["quarantined_rows"].int == 1, "\(verified)")
        #expect(verified.tables.list.allSatisfy { $0["status"].string == "equal" }, "\(verified)")
        #expect(exists(folder.path))
    }
}
