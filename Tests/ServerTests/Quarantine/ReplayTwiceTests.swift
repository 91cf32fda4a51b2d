import TestSupport
import Testing

/// A value that an operator chooses is stored or refused, never passed over.
@Suite(.postgres, .database)
struct ReplayTwiceTests {
    @Test func `a value for a row that is there already is refused`() async throws {
        let folder = try TestFolder()
        let path = folder.file("twice.db")
        _ = try await sqlite3(
            path,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); "
                + "INSERT INTO t VALUES (1, 'five'), (2, 'six'), (3, 3);"
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        _ = try await cutover("migrate")
        let first = try await cutover("quarantine", ["replay", "1", "--set", "n=5"])
        #expect(first.status == 0, "\(first)")
        let again = try await cutover("quarantine", ["replay", "2", "1", "--set", "n=6"])
        #expect(again.status == 64, "\(again)")
        #expect(again.json["error"]["message"].string?.hasPrefix("row 1 is in the target") == true)
        let twice = try await cutover(
            "quarantine",
            ["replay", "2", "--set", "n=6", "--set", "N=7"]
        )
        #expect(twice.status == 64, "\(twice)")
        #expect(
            try await psql(TestDatabase.url, "SELECT string_agg(n::text, ' ' ORDER BY id) FROM t;")
                == "5 3"
        )
        // Without a value it is no mistake to name it again.
        #expect(try await cutover("quarantine", ["replay", "1"]).json["already"].int == 1)
        #expect(exists(folder.path))
    }
}
