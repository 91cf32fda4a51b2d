import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What follow says of the rows that it has followed, and verify of those that wait.
@Suite(.postgres, .database)
struct FollowComparisonTests {
    private static let script = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT);
        CREATE TABLE c (id INTEGER PRIMARY KEY, a INT);
        CREATE TABLE k (a INT, b TEXT);
        WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
        INSERT INTO t SELECT i, i, 'b' || i FROM n;
        INSERT INTO c SELECT id, a FROM t;
        INSERT INTO k SELECT a, b FROM t;
        """

    private func verified() async throws -> String {
        try await psql(TestDatabase.url, "SELECT verified_seq FROM cutover.position")
    }

    private func tamper(_ script: String) async throws {
        _ = try await psql(
            TestDatabase.url,
            "SELECT set_config('cutover.writer', run_id, false) FROM cutover.run; \(script)"
        )
    }

    @Test func `follow compares what it has followed, and says how far`() async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await live.write("UPDATE t SET a = a + 1 WHERE id < 10; DELETE FROM c WHERE id < 5;")
        try await live.write("INSERT INTO k VALUES (1, 'one more')")
        let run = try await live.follow()
        #expect((run.json["compared_rows"].int ?? 0) >= 13, "\(run)")
        #expect(run.json["differences"].list.isEmpty)
        let head = try await sqlite3(live.cutover.source, "SELECT max(seq) FROM _cutover_log")
        #expect(try await verified() == head)
    }

    @Test func `rows that differ are named and no switch can pass over them, and data flow on`()
        async throws
    {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await live.write("UPDATE t SET a = a + 1 WHERE id IN (7, 8)")
        try await live.follow()
        let before = try await verified()
        #expect(before != "0")
        try await tamper(
            """
            UPDATE t SET b = 'altered' WHERE id = 7;
            UPDATE cutover.position SET verified_seq = 0;
            """
        )
        try await live.write("INSERT INTO t VALUES (1000, 1, 'new')")
        let run = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(run.status == 1 && run.json["ok"].bool == false, "\(run)")
        #expect(run.json["lag"]["rows"].int == 0)
        let found = try #require(run.json["differences"].list.first)
        #expect(found["table"].string == "t" && found["different"].int == 1, "\(run)")
        #expect(found["keys"].list.first?.string?.contains("7") == true, "\(run)")
        #expect(try await verified() == "0")
        #expect(try await psql(TestDatabase.url, "SELECT b FROM t WHERE id = 1000") == "new")
        let journal = live.cutover.source + ".cutover/journal.db"
        let noted = try await sqlite3(
            journal,
            "SELECT count(*) FROM action WHERE action = 'difference' AND after LIKE 't: %'"
        )
        #expect(noted == "1")
        // Mended in the source, it is mended in the target.
        try await live.write("UPDATE t SET b = 'b7' WHERE id = 7")
        try await live.follow()
        try await live.requireEqual()
    }

    @Test func `rows that wait are no difference and not equal`() async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        try await live.write("UPDATE t SET a = a + 1 WHERE id < 4")
        try await live.write("DELETE FROM k WHERE a = 3")
        let run = try await live.cutover("verify")
        #expect(run.status == 1 && run.json["ok"].bool == false, "\(run)")
        func status(_ run: CutoverRun, _ name: String) -> String? {
            run.tables.list.first { $0["name"].string == name }?["status"].string
        }
        #expect(status(run, "t") == "waiting" && status(run, "k") == "waiting", "\(run)")
        #expect(status(run, "c") == "equal" && run.json["live_side"].string == "source", "\(run)")
        // What no change explains is a difference, whatever else waits.
        try await tamper("UPDATE t SET b = 'x' WHERE id > 40")
        let differs = try await live.cutover("verify")
        #expect(differs.status == 1 && status(differs, "t") == "different", "\(differs)")
        try await tamper("UPDATE t SET b = 'b' || id WHERE id > 40")
        try await live.follow()
        try await live.requireEqual()
    }

    @Test
    func `a virtual table with rows of its own is named, and no matter when the profile skips it`()
        async throws
    {
        let live = try await LiveRun(
            Self.script
                + """
                CREATE VIRTUAL TABLE notes USING fts5(body);
                INSERT INTO notes VALUES ('first');
                CREATE VIRTUAL TABLE found USING fts5(b, content = 't', content_rowid = 'id');
                """
        )
        let profile = live.folder.file("shop.toml")
        try """
        name = "shop"
        [[tables]]
        table = "notes"
        skip = "made anew from the files"
        """.write(toFile: profile, atomically: true, encoding: .utf8)
        func warned(_ run: CutoverRun) -> [String] {
            run.json["warnings"].list.compactMap(\.string).filter { $0.contains("neither seen") }
        }
        let named = try await live.migrate()
        #expect(warned(named).count == 1 && warned(named)[0].hasSuffix(": notes"), "\(named)")
        let phrase = "clean " + (try await psql(TestDatabase.url, "SELECT current_database()"))
        #expect(try await live.cutover("clean", "--confirm", phrase).status == 0)
        _ = try await psql(
            TestDatabase.url,
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
        )
        let skipped = try await live.cutover("migrate", "--live", "--profile", profile)
        #expect(skipped.status == 0 && warned(skipped).isEmpty, "\(skipped)")
    }

    @Test(arguments: ["target-resting"])
    func `a file that vanishes while follow starts is called replaced`(
        _ point: String
    ) async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        let program = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("follow"),
            environment: ["CUTOVER_FAILPOINT": "\(point)=pause"]
        )
        let isHalted = try await eventually(within: .seconds(300)) { program.isHalted }
        try #require(isHalted)
        let source = live.cutover.source
        for suffix in ["", "-wal", "-shm"] where exists(source + suffix) {
            try FileManager.default.moveItem(
                atPath: source + suffix,
                toPath: live.folder.file("aside.db") + suffix
            )
        }
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
    }

    @Test func `a wish to stop is heard at whatever moment it comes`() async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        var numbers = SeededWrites(seed: 3)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGINT, SIGTERM, SIGHUP] {
            let program = try StartedProgram(
                BuiltProducts.cutover,
                live.cutover.arguments("follow")
            )
            let delay = Int32.random(in: 0...120, using: &numbers)
            try await onThread {
                poll(nil, 0, delay)
                program.send(number)
            }
            // Before it is watched it ends the process; from then on it ends the work.
            let end = CutoverRun(await program.end())
            #expect(end.status == 0 || end.status == 128 + number || end.status == 75, "\(end)")
        }
        try await live.follow()
    }
}
