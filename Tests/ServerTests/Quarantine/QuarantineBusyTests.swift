import Glibc
import TestSupport
import Testing

/// A row cannot be decided about while another process works on the run: the refusal names it.
@Suite(.postgres, .database)
struct QuarantineBusyTests {
    private static let hostile = """
        CREATE TABLE odd (id INTEGER PRIMARY KEY, n INTEGER);
        INSERT INTO odd VALUES (1, 1), (2, 'twelve');
        """

    @Test(.timeLimit(.minutes(30)))
    func `the process that follows is named with its number, and how it lets go`() async throws {
        let folder = try TestFolder()
        let path = folder.file("odd.db")
        _ = try await sqlite3(path, Self.hostile)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        _ = try await cutover("migrate", ["--live"])
        let follower = try StartedProgram(BuiltProducts.cutover, cutover.arguments("follow"))
        let isNamed = try await eventually {
            try await cutover("status").json["process"]["pid"].int == Int(follower.pid)
        }
        try #require(isNamed)
        let refused = try await cutover(
            "quarantine",
            ["accept", "--table", "odd", "--reason", "x"]
        )
        #expect(refused.code == "run_busy", "\(refused)")
        let error = refused.json["error"]
        let message = error["message"].string ?? ""
        #expect(message.contains("cutover follow (pid \(follower.pid)"), "\(refused)")
        #expect(error["remedy"].string?.contains("kill -TERM \(follower.pid)") == true)
        // From a folder that does not know the process, the server tells of it.
        let elsewhere = try await cutover(
            "quarantine",
            ["accept", "--table", "odd", "--reason", "x", "--run-dir", folder.file("elsewhere")]
        )
        let words = elsewhere.json["error"]["message"].string ?? ""
        #expect(elsewhere.code == "run_busy", "\(elsewhere)")
        #expect(words.contains("session ") && words.contains("since"), "\(elsewhere)")
        follower.send(SIGTERM)
        _ = await follower.end()
        let accepted = try await cutover(
            "quarantine",
            ["accept", "--table", "odd", "--reason", "x"]
        )
        #expect(accepted.status == 0, "\(accepted)")
    }
}
