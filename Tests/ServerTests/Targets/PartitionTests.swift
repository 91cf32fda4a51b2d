import TestSupport
import Testing

/// Partitions of an application's table are no tables of their own.
@Suite(.postgres, .database)
struct PartitionTests {
    @Test func `partitions belong to their parent, and a second run finds it done`() async throws {
        let folder = try TestFolder()
        let path = folder.file("parts.db")
        _ = try await sqlite3(
            path,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 1), (9, 2);"
        )
        _ = try await psql(
            TestDatabase.url,
            """
            CREATE TABLE t (id bigint PRIMARY KEY, a bigint) PARTITION BY RANGE (id);
            CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (5);
            CREATE TABLE t_rest PARTITION OF t DEFAULT;
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let run = try await cutover("migrate", "--mode", "existing")
        #expect(run.status == 0, "\(run)")
        let verified = try await cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.tables.list.compactMap { $0["name"].string } == ["t"])
        let again = try await cutover("migrate", "--mode", "existing")
        #expect(again.status == 0, "\(again)")
        #expect(again.json["already_done"] == .bool(true))
        _ = try await psql(TestDatabase.url, "UPDATE t_low SET a = 7;")
        #expect(try await cutover("verify").status == 1)
        #expect(exists(folder.path))
    }
}
