import Synchronization
import TestSupport
import Testing

@testable import MigrationEngine

/// `status` tells of this source and this target only, and says when what it tells was found.
@Suite(.postgres, .database)
struct StatusTests {
    private let folder: TestFolder
    private let cutover: CutoverCommand

    init() throws {
        folder = try TestFolder()
        cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
    }

    private func make(_ path: String) async throws {
        _ = try await sqlite3(
            path,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);"
                + "INSERT INTO t VALUES (1, 1), (2, 'two');"
        )
    }

    @Test func `a target that the source did not go into is idle`() async throws {
        try await make(cutover.source)
        #expect(try await cutover("status").json["next"].string == "cutover migrate")
        _ = try await cutover("migrate")
        let status = try await TestServer.withDatabase { [cutover] url in
            var other = cutover
            other.target = url
            return try await other("status")
        }
        #expect(status.json["phase"].string == "idle", "\(status)")
        #expect(status.json["verified"] == .null)
        #expect(status.json["next"].string == "cutover migrate")
        #expect(
            status.json["notes"].list.contains { $0.string?.contains("another target") == true }
        )
        #expect(try await cutover("status").json["phase"].string == "done")
    }

    @Test func `the run of another source is named with its path`() async throws {
        try await make(cutover.source)
        _ = try await cutover("migrate")
        let other = CutoverCommand(source: folder.file("b.db"), target: TestDatabase.url)
        try await make(other.source)
        let status = try await other("status")
        #expect(status.json["phase"].string == "other source", "\(status)")
        #expect(status.json["other_source"].string?.hasSuffix("/a.db") == true)
        #expect(status.json["verified"] == .null)
        let list = try await other("quarantine", "list")
        #expect(list.json["note"].string?.contains("/a.db") == true, "\(list)")
        let shown = try await other("quarantine", "show", "1")
        #expect(shown.json["source"].string == "unknown", "\(shown)")
        let own = try await cutover("quarantine", "list")
        #expect(own.json["note"] == .null)
        #expect(own.json["source"].string?.hasSuffix("/a.db") == true)
    }

    @Test func `rows that a key took out again are not counted as copied`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent);
            CREATE TABLE loose (p INTEGER REFERENCES parent, t TEXT);
            INSERT INTO parent VALUES (1);
            INSERT INTO child VALUES (1, 1), (2, 1), (3, 9), (4, 'bad');
            INSERT INTO loose VALUES (1, 'a'), (9, 'a'), (9, 'a');
            """
        )
        let run = try await cutover("migrate")
        for (table, copied) in [("parent", 1), ("child", 2), ("loose", 1)] {
            #expect(run.tables.named(table)["copied_rows"].int == copied, "\(run)")
        }
        let status = try await cutover("status").json
        #expect(status["copied_rows"].int == 4, "\(status)")
        #expect(status["quarantined_rows"].int == 4)
        let chunks = try await psql(
            TestDatabase.url,
            "SELECT table_name, sum(rows), sum(quarantined) FROM cutover.checkpoint "
                + "GROUP BY 1 ORDER BY 1;"
        )
        #expect(chunks == "child|2|2\nloose|1|2\nparent|1|0")
        let id = try await psql(
            TestDatabase.url,
            "SELECT id FROM cutover.quarantine WHERE key_text = 'id 3';"
        )
        let replayed = try await cutover("quarantine", ["replay", id, "--set", "p=1"])
        #expect(replayed.status == 0, "\(replayed)")
        let after = try await cutover("status").json
        #expect(after["copied_rows"].int == 5, "\(after)")
        #expect(after["quarantined_rows"].int == 3)
    }

    @Test func `the figures of a run that goes on add up behind its keys, too`() async throws {
        _ = try await sqlite3(
            cutover.source,
            """
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent);
            INSERT INTO parent VALUES (1);
            INSERT INTO child VALUES (1, 1), (2, 1), (3, 9), (4, 'bad');
            """
        )
        let options = Options(source: cutover.source, target: TestDatabase.url)
        let seen = Mutex<[Progress.Phase: TableProgress]>([:])
        try await onThread {
            let observer = Observer(progress: { progress in
                let child = progress.tables.first { $0.name == "child" }
                seen.withLock { $0[progress.phase] = child }
            })
            _ = try Migration.run(options, observer: observer)
        }
        let last = try #require(seen.withLock { $0[.done] })
        #expect(last.copiedRows == 2 && last.quarantinedRows == 2, "\(last)")
    }

    @Test func `the newest comparison is told with its time`() async throws {
        try await make(cutover.source)
        _ = try await cutover("migrate")
        let first = try await cutover("status")
        #expect(first.json["verified"] == .bool(false))
        #expect(first.json["next"].string == "cutover quarantine list")
        #expect(first.json["waiting_rows"].int == 1)
        _ = try await cutover("quarantine", "accept", "--all", "--reason", "a test record")
        #expect(try await cutover("verify").status == 0)
        let second = try await cutover("status")
        #expect(second.json["verified"] == .bool(true), "\(second)")
        #expect(second.json["verdict"].string?.contains("1 accepted") == true)
        let time = try #require(second.json["verified_at"].string)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil, "\(time)")
        #expect(second.json["next"].string?.hasPrefix("nothing is left to be done") == true)

        _ = try await psql(TestDatabase.url, "UPDATE t SET n = 7 WHERE id = 1;")
        #expect(try await cutover("verify", "--table", "t").status == 1)
        #expect(try await cutover("status").json["verified"] == .bool(true), "of one table only")
        #expect(try await cutover("verify").status == 1)
        let third = try await cutover("status")
        #expect(third.json["verified"] == .bool(false), "\(third)")
        #expect(third.json["next"].string == "cutover verify names what differs")
    }

    @Test func `without a source the next step is to give one`() async throws {
        let outcome = try await run(
            BuiltProducts.cutover,
            ["status", "--source", folder.file("none.db"), "--target", TestDatabase.url]
        )
        #expect(outcome.stdout.contains("next:        give the SQLite file"), "\(outcome)")
    }
}
