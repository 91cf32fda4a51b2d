import TestSupport
import Testing

/// A key of one integer and a rowid of the same number are two rows.
@Suite(.postgres, .database)
struct RowidKeyTests {
    private func migrated(_ script: String) async throws -> (TestFolder, CutoverCommand, CutoverRun)
    {
        let folder = try TestFolder()
        let path = folder.file("keys.db")
        _ = try await sqlite3(path, script)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        return (folder, cutover, try await cutover("migrate"))
    }

    private static let twins = """
        CREATE TABLE t (k BYTE PRIMARY KEY);
        INSERT INTO t (rowid, k) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL), (12, NULL),
            (5, 12), (6, 13), (13, NULL), (19, 4);
        """

    @Test func `a row without a key is not taken for the one in quarantine`() async throws {
        let (folder, cutover, run) = try await migrated(Self.twins)
        #expect(run.tables.named("t")["target_rows"].int == 6, "\(run)")
        #expect(run.tables.named("t")["quarantined_rows"].int == 3)
        #expect(try await cutover("verify").tables.named("t")["status"].string == "equal")
        let id = try await psql(
            TestDatabase.url,
            "SELECT id FROM cutover.quarantine WHERE key_text = 'k 4';"
        )
        let replayed = try await cutover("quarantine", ["replay", id, "--set", "k=four"])
        #expect(replayed.status == 0, "\(replayed)")
        #expect(try await cutover("verify").tables.named("t")["status"].string == "equal")
        #expect(exists(folder.path))
    }

    @Test func `a lost row is not excused by the key of another`() async throws {
        let (folder, cutover, run) = try await migrated(
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            INSERT INTO parent VALUES (1);
            CREATE TABLE t (k INT PRIMARY KEY, p INTEGER REFERENCES parent);
            INSERT INTO t (rowid, k, p) VALUES (1, 4, 99), (4, NULL, 1), (5, NULL, 98);
            """
        )
        #expect(run.tables.named("t")["quarantined_rows"].int == 2, "\(run)")
        _ = try await psql(
            TestDatabase.url,
            "INSERT INTO parent VALUES (99); DELETE FROM t; INSERT INTO t VALUES (4, 99);"
        )
        let verify = try await cutover("verify", ["--table", "t"])
        #expect(verify.tables.named("t")["status"].string == "different", "\(verify)")
        #expect(verify.tables.named("t")["missing"].int == 1, "\(verify)")
        #expect(exists(folder.path))
    }

    @Test func `a rowid of an earlier version is still found`() async throws {
        let (folder, cutover, run) = try await migrated(
            """
            CREATE TABLE t (n INTEGER);
            INSERT INTO t VALUES (1), ('bad'), (3);
            """
        )
        #expect(run.tables.named("t")["quarantined_rows"].int == 1, "\(run)")
        _ = try await psql(
            TestDatabase.url,
            "UPDATE cutover.quarantine SET key_bytes = substring(key_bytes FROM 2);"
        )
        #expect(try await cutover("verify").tables.named("t")["status"].string == "equal")
        let shown = try await cutover("quarantine", ["show", "1"])
        #expect(shown.json["source"].string == "unchanged", "\(shown)")
        let replayed = try await cutover("quarantine", ["replay", "1", "--set", "n=2"])
        #expect(replayed.status == 0, "\(replayed)")
        #expect(try await cutover("verify").tables.named("t")["status"].string == "equal")
        #expect(exists(folder.path))
    }
}
