import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A source that is not the one that the run follows is named, and nothing of it is applied.
@Suite(.postgres, .database)
struct SourceReplacedTests {
    private static let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INT UNIQUE, b TEXT);
        CREATE INDEX i ON t (b);
        INSERT INTO t VALUES (1, 1, 'one'), (2, 2, 'two');
        """
    private static let insert = "INSERT INTO t (a, b) SELECT max(a) + 1, 'more' FROM t;"

    /// A live run that has followed some changes, and a copy of its source from before them.
    private func begun(_ script: String = script) async throws -> (LiveRun, older: String) {
        let live = try await LiveRun(script)
        try await live.migrate()
        try await live.write(Self.insert)
        try await live.follow()
        let older = live.folder.file("older.db")
        _ = try await sqlite3(live.cutover.source, "VACUUM INTO '\(older)'")
        try await live.write(Self.insert + Self.insert)
        try await live.follow()
        return (live, older)
    }

    private func put(_ file: String, in place: String, copying: Bool = false) async throws {
        let program = copying ? ["cp", file, place] : ["mv", file, place]
        _ = try await run("sh", ["-c", "rm -f \"$1\"-wal \"$1\"-shm", "sh", place])
        #expect(try await run(program[0], Array(program.dropFirst())).status == 0)
    }

    private func requireReplaced(_ run: CutoverRun, _ live: LiveRun, _ before: String) async throws
    {
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
        #expect(try await live.digest() == before)
    }

    @Test(arguments: [0, 1, 2, 3, 10])
    func `an older copy of the file is refused, however much was written since`(
        writes: Int
    ) async throws {
        let (live, older) = try await begun()
        let before = try await live.digest()
        try await put(older, in: live.cutover.source)
        for _ in 0..<writes { try await live.write(Self.insert) }
        let run = try await live.cutover("follow", "--until-lag-below", "1")
        try await requireReplaced(run, live, before)
    }

    @Test(arguments: [
        "DROP TABLE t;" + script, "DELETE FROM t; DROP TRIGGER _cutover_1_after_insert;",
    ])
    func `another file, or one without its capture, is refused`(change: String) async throws {
        let (live, older) = try await begun()
        let before = try await live.digest()
        if change.hasPrefix("DROP") {
            try FileManager.default.removeItem(atPath: older)
            _ = try await sqlite3(older, Self.script)
            try await put(older, in: live.cutover.source)
            try await requireReplaced(try await live.cutover("follow"), live, before)
        } else {
            try await live.write(change)
            let run = try await live.cutover("follow")
            #expect(run.status == 65 && run.code == "schema_changed", "\(run)")
            #expect(run.json["error"]["message"].string?.contains("after_insert") == true, "\(run)")
            #expect(try await live.digest() == before)
        }
    }

    @Test(arguments: [false, true])
    func `an older copy that is put in place while it follows is named`(copying: Bool) async throws
    {
        let (live, older) = try await begun()
        let before = try await live.digest()
        let program = try await live.startFollowing()
        try await put(older, in: live.cutover.source, copying: copying)
        let end = CutoverRun(await program.end())
        if !copying || end.code == "source_replaced" {
            try await requireReplaced(end, live, before)
        } else {
            #expect(end.status == 65, "\(end)")
            #expect(try await live.digest() == before)
        }
    }

    @Test func `a file that is taken away while it follows is named`() async throws {
        let (live, _) = try await begun()
        let before = try await live.digest()
        let program = try await live.startFollowing()
        try FileManager.default.removeItem(atPath: live.cutover.source)
        try await requireReplaced(CutoverRun(await program.end()), live, before)
    }

    @Test func `an older copy with all that was applied is followed, unless rows were read later`()
        async throws
    {
        let (live, _) = try await begun()
        let copy = live.folder.file("copy.db")
        _ = try await sqlite3(live.cutover.source, "VACUUM INTO '\(copy)'")
        try await live.write(Self.insert)
        try await put(copy, in: live.cutover.source)
        try await live.write(Self.insert)
        try await live.follow()
        try await live.requireEqual()
        // A batch of one change reads its row as later changes left it.
        _ = try await sqlite3(live.cutover.source, "VACUUM INTO '\(copy)'")
        try await live.write(Self.insert + "UPDATE t SET b = 'later'; UPDATE t SET b = 'last';")
        let older = live.folder.file("middle.db")
        var slow = live
        slow.cutover.environment["CUTOVER_BATCH_CHANGES"] = "1"
        let killed = try await slow.cutover.dying(at: "batch-committed:1")("follow")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        _ = try await sqlite3(
            live.cutover.source,
            """
            .dbconfig enable_trigger off
            VACUUM INTO '\(older)'; ATTACH '\(older)' AS o;
            DELETE FROM o._cutover_log WHERE seq > (SELECT max(seq) - 3 FROM o._cutover_log);
            """
        )
        try await put(older, in: live.cutover.source)
        let run = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
    }

    @Test(arguments: [
        ("CREATE TABLE z (a)", "table \"z\" is new"),
        ("ALTER TABLE t ADD COLUMN z", "table \"t\" is changed"),
        ("DROP INDEX i", "index \"i\" is gone"),
        ("ALTER TABLE t RENAME TO z", "table \"t\" is gone"),
        ("ALTER TABLE t RENAME COLUMN a TO z", "table \"t\" is changed"),
        ("DROP TABLE t", "table \"t\" is gone"),
    ])
    func `a change of the schema while it follows is named, and nothing is applied`(
        change: String,
        words: String
    ) async throws {
        let (live, _) = try await begun()
        let before = try await live.digest()
        let program = try await live.startFollowing()
        try await live.write("BEGIN;" + change + "; COMMIT;")
        let end = CutoverRun(await program.end())
        #expect(end.status == 65 && end.code == "schema_changed", "\(end)")
        #expect(end.json["error"]["message"].string?.contains(words) == true, "\(end)")
        #expect(try await live.digest() == before)
        let again = try await live.cutover("follow")
        #expect(again.status == 65 && again.code == "schema_changed", "\(again)")
    }

    @Test func `VACUUM while it follows is no change`() async throws {
        let (live, _) = try await begun()
        let program = try await live.startFollowing()
        try await live.write("VACUUM; ANALYZE;" + Self.insert)
        let source = live.cutover.source
        #expect(
            try await eventually {
                let head = try await sqlite3(source, "SELECT max(seq) FROM _cutover_log")
                return try await psql(TestDatabase.url, "SELECT seq FROM cutover.position") == head
            }
        )
        #expect(try await live.stop(program).status == 0)
        try await live.requireEqual()
    }

    @Test func `what follow needs is asked for by name`() async throws {
        let live = try await LiveRun(Self.script)
        let none = try await live.cutover("follow")
        #expect(none.status == 78 && none.code == "not_live", "\(none)")
        let plain = try await live.cutover("migrate")
        #expect(plain.status == 0, "\(plain)")
        #expect(try await live.cutover("follow").code == "not_live")
    }

    @Test func `clean puts everything back on both sides`() async throws {
        let live = try await LiveRun(
            Self.script + "CREATE TABLE c (t INT REFERENCES t); INSERT INTO c VALUES (1);"
        )
        let before = try await sqlite3(live.cutover.source, ".dump")
        try await live.migrate()
        try await live.write(Self.insert)
        try await live.follow()
        let name = try await psql(TestDatabase.url, "SELECT current_database()")
        let clean = try await live.cutover("clean", "--confirm", "clean \(name)")
        #expect(clean.status == 0, "\(clean)")
        try await live.write("DELETE FROM t WHERE b = 'more'")
        #expect(try await sqlite3(live.cutover.source, ".dump") == before)
        #expect(
            try await psql(
                TestDatabase.url,
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated "
                    + "AND connamespace = 'public'::regnamespace; SELECT count(*) FROM pg_trigger "
                    + "WHERE tgname = 'cutover_fence'; SELECT to_regnamespace('cutover')"
            ) == "1\n0\n"
        )
    }
}
