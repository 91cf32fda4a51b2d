import MigrationEngine
import TestSupport
import Testing

/// Text that is malformed in the database's own encoding.
@Suite(.postgres, .database)
struct MalformedTextTests {
    // Two first halves of a surrogate pair, in the order of bytes of each encoding.
    @Test(arguments: [("UTF-16le", "00d800d8"), ("UTF-16be", "d800d800")])
    func `malformed UTF-16 goes into quarantine as it is stored`(
        encoding: String,
        bytes: String
    ) async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        _ = try await sqlite3(
            path,
            """
            PRAGMA encoding = '\(encoding)';
            CREATE TABLE note (id INTEGER PRIMARY KEY, v TEXT);
            INSERT INTO note VALUES (1, 'ordinary ä 漢 🚚'), (2, CAST(x'\(bytes)' AS TEXT)),
                (4, ''), (5, NULL);
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate")
        #expect(run.status == 1, "\(run)")
        let kept = try await psql(
            TestDatabase.url,
            """
            SELECT key_text, reason, encode(row_values[2], 'hex') FROM cutover.quarantine
            ORDER BY key_text;
            """
        )
        #expect(kept == "id 2|text that is not valid UTF-16|\(bytes)")
        #expect(
            try await psql(TestDatabase.url, "SELECT v FROM note WHERE id = 1;")
                == "ordinary ä 漢 🚚"
        )
        // Equal, apart from a row in quarantine that nobody allowed.
        let verified = try await cutover("verify")
        #expect(verified.status == 1)
        #expect(verified.json["tables"].named("note")["status"].string == "equal")
        #expect(exists(folder.path))
    }
}
