import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What falls over while it follows: nothing is lost, and the same command goes on.
@Suite(.postgres, .database)
struct FollowFaultTests {
    private static let script = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT UNIQUE, b TEXT);
        CREATE TABLE c (id INTEGER PRIMARY KEY, t INT REFERENCES t ON DELETE CASCADE);
        WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO t SELECT i, i, 'b' || i FROM n;
        INSERT INTO c SELECT id, id FROM t;
        """

    /// Some writes of every kind, one transaction each.
    private static func work(_ round: Int) -> String {
        """
        PRAGMA foreign_keys = ON;
        INSERT INTO t (a, b) VALUES (\(1_000 + round), 'new');
        INSERT INTO c (t) VALUES (last_insert_rowid());
        UPDATE t SET b = 'changed \(round)' WHERE id % 50 = \(round % 50);
        REPLACE INTO t (a, b) VALUES (\(1 + round % 300), 'replaced \(round)');
        DELETE FROM t WHERE id = \(round);
        BEGIN; UPDATE t SET a = -1 WHERE id = \(200 + round % 50);
        UPDATE t SET b = 'twice' WHERE id = \(200 + round % 50); ROLLBACK;
        """
    }

    @Test(arguments: [
        "target-resting", "batch-written:2", "position-moved:3", "batch-committed:2", "any:5",
        "any:12",
    ])
    func `kill -9 while it follows, then the same command again`(point: String) async throws {
        let live = try await LiveRun(Self.script, batch: 5)
        try await live.migrate()
        for round in 1...8 { try await live.write(Self.work(round)) }
        let killed = try await live.cutover.dying(at: point)("follow", ["--until-lag-below", "1"])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        try await live.write(Self.work(9))
        try await live.follow()
        try await live.requireEqual()
    }

    @Test(arguments: ["captured", "target-resting", "backup-named", "run-done", "chunk-committed"])
    func `kill -9 of a live migration, then the same command again`(point: String) async throws {
        let live = try await LiveRun(Self.script)
        let options = ["--live", "--max-quarantined", "10"]
        let killed = try await live.cutover.dying(at: point)("migrate", options)
        try #require(killed.status == 128 + SIGKILL, "\(killed)")
        try await live.write(Self.work(1))
        try await live.migrate()
        try await live.write(Self.work(2))
        try await live.follow()
        try await live.requireEqual()
    }

    @Test func `killed at random with an application that writes on`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["CUTOVER_TEST_KILLS"].flatMap { Int($0) } ?? 6
        var random = SeededWrites(seed: 5)
        let live = try await LiveRun(Self.script, batch: 9)
        try await live.migrate()
        let source = live.cutover.source
        let writer = Task {
            var round = 0
            while !Task.isCancelled {
                round += 1
                let work = Self.work(round)
                try await onThread {
                    let application = try SourceConnection(path: source, access: .readWrite)
                    try application.execute("PRAGMA synchronous = OFF")
                    try application.execute(work)
                }
            }
        }
        for _ in 0..<kills {
            let seconds = "0.\(Int.random(in: 100...900, using: &random))"
            let run = try await TestSupport.run(
                "timeout",
                ["-s", "KILL", seconds, BuiltProducts.cutover] + live.cutover.arguments("follow"),
                environment: live.cutover.environment
            )
            #expect(run.status == 128 + SIGKILL || run.status == 137, "\(run)")
        }
        writer.cancel()
        try await writer.value
        try await live.follow()
        try await live.requireEqual()
    }

    @Test func `sessions that an administrator ends are made anew`() async throws {
        let live = try await LiveRun(Self.script, batch: 5)
        try await live.migrate()
        let program = try await live.startFollowing()
        for round in 1...5 {
            try await live.write(Self.work(round))
            _ = try await psql(
                TestDatabase.url,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                    + "current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'cut%'"
            )
            try await requireApplied(live)
        }
        let end = try await live.stop(program)
        #expect(end.status == 0 && (end.json["reconnects"].int ?? 0) >= 1, "\(end)")
        // A session may die after its last batch and before the next ids: the next run sets them.
        try await live.follow()
        try await live.requireEqual()
    }

    /// Waits until nothing waits.
    private func requireApplied(_ live: LiveRun) async throws {
        let (source, url) = (live.cutover.source, TestDatabase.url)
        let isApplied = try await eventually(within: .seconds(60)) {
            let head = try await sqlite3(source, "SELECT max(seq) FROM _cutover_log")
            return try await psql(url, "SELECT seq FROM cutover.position") == head
        }
        try #require(isApplied)
    }

    @Test func `a line that is cut, slow or silent is outlasted`() async throws {
        let proxy = try ServerProxy(to: TestDatabase.url)
        defer { proxy.end() }
        let live = try await LiveRun(Self.script, batch: 5, target: proxy.url)
        try await live.migrate()
        let program = try await live.startFollowing()
        try await live.write(Self.work(1))
        try await requireApplied(live)
        proxy.cut()
        try await live.write(Self.work(2))
        try await requireApplied(live)
        proxy.set(.delayed(milliseconds: 30))
        try await live.write(Self.work(3))
        try await requireApplied(live)
        // Silent in the middle of a batch, then cut: the old session holds the claim until then.
        proxy.set(.stalled)
        try await live.write(Self.work(4))
        #expect(try await eventually { try await Self.isWaiting() })
        proxy.set(.open)
        try await requireApplied(live)
        proxy.set(.refused)
        try await live.write(Self.work(5))
        #expect(try await eventually { proxy.connections == 0 })
        proxy.set(.open)
        try await requireApplied(live)
        let end = try await live.stop(program)
        #expect(end.status == 0 && (end.json["reconnects"].int ?? 0) >= 2, "\(end)")
        try await live.requireEqual()
    }

    private static func isWaiting() async throws -> Bool {
        try await psql(
            TestDatabase.url,
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cutover follow' "
                + "AND wait_event = 'ClientRead' AND datname = current_database()"
        ) != "0"
    }

    @Test func `a server that falls over is waited for`() async throws {
        let server = try await onThread { try LocalServer.temporary() }
        try await onThread { try server.createDatabase("live") }
        let live = try await LiveRun(Self.script, batch: 5, target: server.url(database: "live"))
        try await live.migrate()
        let program = try await live.startFollowing()
        let url = live.cutover.target
        for round in 1...3 {
            try await live.write(Self.work(round))
            let pid = try await psql(
                url,
                "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'cutover%' UNION ALL "
                    + "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() LIMIT 1"
            )
            // The server ends all sessions and starts anew from its log.
            kill(try #require(Int32(pid)), SIGKILL)
            let source = live.cutover.source
            #expect(
                try await eventually(within: .seconds(60)) {
                    let head = try await sqlite3(source, "SELECT max(seq) FROM _cutover_log")
                    let asked = try await TestSupport.run(
                        "psql",
                        ["-XqAt", "-d", url, "-c", "SELECT seq FROM cutover.position"]
                    )
                    return asked.stdout.trimmingCharacters(in: .newlines) == head
                }
            )
        }
        let end = try await live.stop(program)
        #expect(end.status == 0, "\(end)")
        try await live.requireEqual()
        try await onThread { try server.stop() }
    }

    @Test(arguments: ["WAL", "DELETE"])
    func `a source that another process locks is waited for`(mode: String) async throws {
        let live = try await LiveRun(Self.script + "PRAGMA journal_mode = \(mode);", batch: 5)
        try await live.migrate()
        let program = try await live.startFollowing()
        let source = live.cutover.source
        try await onThread {
            let application = try SourceConnection(path: source, access: .readWrite)
            try application.execute("BEGIN EXCLUSIVE; INSERT INTO t (a) VALUES (9999)")
            // Readers of a file with a write-ahead log pass; others wait until they say so.
            let end = ContinuousClock.now + .seconds(mode == "DELETE" ? 900 : 7)
            while ContinuousClock.now < end, !program.words.contains("waiting: another process") {
                poll(nil, 0, 50)
            }
            try application.execute("COMMIT")
        }
        try await requireApplied(live)
        let end = try await live.stop(program)
        #expect(end.status == 0, "\(end)")
        if mode == "DELETE" { #expect(!end.json["waited"].list.isEmpty, "\(end)") }
        try await live.requireEqual()
    }

    @Test func `a writer of a file without WAL never starves`() async throws {
        let live = try await LiveRun(Self.script + "PRAGMA journal_mode = DELETE;")
        try await live.migrate()
        let more = """
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO t (a, b) SELECT i + 100000, 'x' FROM n;
            """
        try await live.write(more)
        let program = try await live.startFollowing()
        let source = live.cutover.source
        let longest = try await onThread {
            let application = try SourceConnection(path: source, access: .readWrite)
            try application.execute("PRAGMA synchronous = OFF")
            var longest = Duration.zero
            for round in 0..<300 {
                let started = ContinuousClock.now
                try application.execute("INSERT INTO t (a, b) VALUES (\(5_000 + round), 'y')")
                longest = max(longest, started.duration(to: .now))
            }
            return longest
        }
        #expect(longest < .seconds(3), "a write waited \(longest)")
        try await requireApplied(live)
        let end = try await live.stop(program)
        #expect(end.status == 0, "\(end)")
        try await live.requireEqual()
    }

    @Test func `a second follow is refused and told who holds the run`() async throws {
        let live = try await LiveRun(Self.script)
        try await live.migrate()
        let program = try await live.startFollowing()
        let second = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(second.status == 78 && second.code == "run_busy", "\(second)")
        #expect(second.json["error"]["message"].string?.contains("pid \(program.pid)") == true)
        let third = try await live.cutover("follow", "--run-dir", live.folder.file("other"))
        #expect(third.status == 78 && third.code == "run_busy", "\(third)")
        #expect(try await live.stop(program).status == 0)
    }

    @Test(.enabled(if: SmallDisk.canBeMade))
    func `a full disk of the run folder does not lose a change`() async throws {
        var live = try await LiveRun(Self.script, batch: 5)
        let disk = try await SmallDisk(megabytes: 8)
        live.options = ["--run-dir", disk.path + "/run"]
        try await live.migrate()
        _ = try await run("sh", ["-c", "cat /dev/zero > \(disk.path)/fill; true"])
        for round in 1...3 { try await live.write(Self.work(round)) }
        let full = try await live.cutover("follow", live.options + ["--until-lag-below", "1"])
        #expect(full.status == 0 || full.status == 74, "\(full)")
        try FileManager.default.removeItem(atPath: disk.path + "/fill")
        try await live.follow()
        live.options = []
        try await live.requireEqual()
    }
}
