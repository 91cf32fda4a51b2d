import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A fault is planted behind a switch while the watch runs: red within two looks, named, with its
/// remedy.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct WatchAlarmTests {
    @Test func `an old worker that still has the file is named by pid and command`() async throws {
        let live = try await LiveSource.switched()
        let watch = try await WatchRun(live)
        // A worker that nobody restarted: it goes on with the file it knows.
        let worker = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("traffic", ["--side", "source", "--rate", "5"]),
            environment: live.cutover.variables
        )
        let path = live.path
        try #require(
            await eventually { FileHolders.of(path).contains { $0.pid == worker.pid } }
        )
        let count = watch.looks.count
        let found = try await watch.requireAlarm(
            "old_file_holders",
            ["pid \(worker.pid)", "traffic"],
            after: count
        )
        #expect(found["remedy"].string?.contains("end these processes") == true)
        worker.send(SIGKILL)
        _ = await worker.end()
        try await watch.requireEnd(of: "old_file_holders")
        #expect(await watch.stop() == 1)
    }

    @Test func `a write of the old file, a sequence and a mark are red in the next look`()
        async throws
    {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        _ = try await psql(
            target,
            "SELECT setval(pg_get_serial_sequence('orders_inbox', 'id'), 1)"
        )
        try await watch.requireAlarm(
            "sequences",
            ["orders_inbox.id: next id 2"],
            after: watch.looks.count
        )
        _ = try await psql(
            target,
            """
            UPDATE sync_watermark SET last_sync_timestamp = '2025-10-15T04:58:25.4830000';
            UPDATE workflow_controls SET last_run_at = now() AT TIME ZONE 'UTC' - interval '1 hour'
                WHERE workflow_name = 'xml-import';
            """
        )
        let count = watch.looks.count
        try await watch.requireAlarm("watermarks", ["sync_watermark"], after: count)
        try await watch.requireAlarm("workflows", ["xml-import", "every 300 s"], after: count)
        try await live.openFence("sync_watermark")
        try await watch.requireAlarm("old_file", [], after: watch.looks.count)
        #expect(await watch.stop() == 1)
    }

    @Test func `a job that says for hours that it runs is stuck`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        func begin(_ when: String) async throws {
            _ = try await psql(
                target,
                """
                UPDATE workflows SET status = 'running', last_run_at = \(when)
                    WHERE name = 'weekly_reporter'
                """
            )
        }
        try await begin("now() AT TIME ZONE 'UTC'")
        let count = watch.looks.count
        try #require(
            await eventually {
                watch.looks.count > count + 1
                    && watch.looks.last?["criteria"].named("jobs")["reason"].string
                        == "1 job running, none for too long"
            }
        )
        try await begin("now() AT TIME ZONE 'UTC' - interval '5 hours'")
        let found = try await watch.requireAlarm(
            "jobs",
            ["weekly_reporter: running, begun 5 h ago"],
            after: watch.looks.count
        )
        #expect(found["remedy"].string?.contains("started again") == true)
        try await begin("NULL")
        try #require(
            await eventually {
                watch.looks.last?["criteria"].named("jobs")["reason"].string?
                    .contains("nobody knows since when") == true
            }
        )
        _ = try await psql(target, "UPDATE workflows SET status = 'completed'")
        try await watch.requireEnd(of: "jobs")
        #expect(await watch.stop() == 1)
    }

    @Test func `an orphan and a pool that is full are red in the next look`()
        async throws
    {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        _ = try await psql(
            target,
            """
            SET session_replication_role = replica;
            UPDATE order_items_inbox SET order_inbox_id = 987654321
                WHERE id = (SELECT min(id) FROM order_items_inbox)
            """
        )
        try await watch.requireAlarm(
            "references",
            ["order_items_inbox: 1 row without orders_inbox"],
            after: watch.looks.count
        )
        let database = try await live.database()
        _ = try await psql(target, "ALTER DATABASE \(database) CONNECTION LIMIT 1")
        try await watch.requireAlarm(
            "connections",
            ["of 1 connections of this database"],
            after: watch.looks.count
        )
        _ = try await psql(target, "ALTER DATABASE \(database) CONNECTION LIMIT -1")
        try await watch.requireEnd(of: "connections")
        #expect(await watch.stop() == 1)
    }

    @Test func `a pool that the profile names is full before the server is`() async throws {
        let live = try await LiveSource.switched()
        let profile = try live.profile("[watch]\npool = 1")
        let holder = try await HeldSession(live.cutover.target, "SELECT 1")
        let watch = try await WatchRun(live, ["--profile", profile])
        try await watch.requireAlarm(
            "connections",
            ["1 of 1 connections of the application's pool"],
            after: 0
        )
        holder.letGo()
        try await watch.requireEnd(of: "connections")
        await watch.stop()
    }

    @Test func `a transaction that stays open and the session that waits for it are named`()
        async throws
    {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let profile = try live.profile("[watch]\nlong_seconds = 1\nblocked_seconds = 1")
        let watch = try await WatchRun(live, ["--profile", profile])
        let update = "UPDATE workflow_controls SET updated_by = 'held'"
        let holder = try await HeldSession(target, update)
        let waiter = Task { try await psql(target, update) }
        let isWaiting = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND wait_event_type = 'Lock' AND query_start < now() - interval '1 s'
            """
        try #require(await eventually { try await psql(target, isWaiting) == "1" })
        let count = watch.looks.count
        try await watch.requireAlarm("long_transactions", ["held by a test"], after: count)
        try await watch.requireAlarm("blocked_sessions", [" by "], after: count)
        holder.letGo()
        _ = try await waiter.value
        try await watch.requireEnd(of: "blocked_sessions")
        try await watch.requireEnd(of: "long_transactions")
        #expect(await watch.stop() == 1)
    }

    @Test func `a deadlock and a wave of rollbacks are alarms`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        let refused = (0..<60).map { _ in "SELECT 1/0;" }.joined(separator: "\n")
        _ = try await psql(target, "\\set ON_ERROR_STOP off\n\(refused)")
        let isCounted =
            "SELECT xact_rollback >= 60 FROM pg_stat_database WHERE datname = current_database()"
        try #require(await eventually { try await psql(target, isCounted) == "t" })
        try await watch.requireAlarm(
            "transactions",
            ["transactions rolled back"],
            after: watch.looks.count
        )
        await watch.stop()

        let second = try await WatchRun(live)
        try await Deadlock.make(target)
        let isNoted =
            "SELECT deadlocks > 0 FROM pg_stat_database WHERE datname = current_database()"
        try #require(await eventually { try await psql(target, isNoted) == "t" })
        try await second.requireAlarm(
            "transactions",
            ["1 deadlock"],
            after: second.looks.count
        )
        #expect(await second.stop() == 1)
    }

    @Test func `dead rows that nobody takes away are named with their table`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        _ = try await psql(
            target,
            """
            ALTER TABLE configuration_params SET (autovacuum_enabled = false);
            INSERT INTO configuration_params (category, parameter_name, value)
                SELECT 'dead', 'row ' || g, 'x' FROM generate_series(1, 20000) g;
            DELETE FROM configuration_params WHERE category = 'dead';
            """
        )
        let isCounted =
            "SELECT n_dead_tup > 10000 FROM pg_stat_user_tables WHERE relname = 'configuration_params'"
        try #require(await eventually { try await psql(target, isCounted) == "t" })
        try await watch.requireAlarm(
            "vacuum",
            ["configuration_params"],
            after: watch.looks.count
        )
        _ = try await psql(target, "VACUUM (ANALYZE) configuration_params")
        let isVacuumed =
            "SELECT n_dead_tup < 10000 FROM pg_stat_user_tables WHERE relname = 'configuration_params'"
        try #require(await eventually { try await psql(target, isVacuumed) == "t" })
        try await watch.requireEnd(of: "vacuum")
        await watch.stop()
    }

    @Test func `a server that goes is one alarm, and the watch sees it come back`() async throws {
        let proxy = try ServerProxy(to: TestDatabase.url)
        defer { proxy.end() }
        let live = try await LiveSource.switched(target: proxy.url)
        let watch = try await WatchRun(live)
        let count = watch.looks.count
        proxy.set(.refused)
        try await watch.requireAlarm("server", ["the server cannot be asked"], after: count)
        let gone = try #require(
            watch.looks.last { $0["criteria"].named("server")["state"].string == "bad" }
        )
        let bad = gone["criteria"].list.filter { $0["state"].string == "bad" }
        #expect(bad.compactMap { $0["name"].string } == ["server"], "\(bad)")
        // The file of before is watched on meanwhile.
        #expect(gone["criteria"].named("old_file")["state"].string == "good", "\(gone)")
        proxy.set(.open)
        try await watch.requireEnd(of: "server")
        try await watch.requireEnd(of: "sequences")
        #expect(await watch.stop() == 1)
    }

    @Test func `a server that answers slowly is an alarm of our own probes`() async throws {
        let proxy = try ServerProxy(to: TestDatabase.url)
        defer { proxy.end() }
        let live = try await LiveSource.switched(target: proxy.url)
        let watch = try await WatchRun(live)
        proxy.set(.delayed(milliseconds: 60))
        let found = try await watch.requireAlarm(
            "probes",
            ["our own probes: mean"],
            after: watch.looks.count
        )
        #expect(found["unit"].string == "ms")
        #expect(try #require(found["value"].double) >= 100)
        proxy.set(.open)
        #expect(await watch.stop() == 1)
    }

    @Test func `a database that was never migrated into is not taken for the right one`()
        async throws
    {
        let live = try await LiveSource.switched()
        try await TestServer.withDatabase(beside: true) { other in
            let watch = try await WatchRun(live, target: other)
            try await watch.requireAlarm(
                "server",
                ["another server or database"],
                after: 0
            )
            #expect(await watch.stop() == 1)
        }
    }

    @Test func `a statement that is slow in the mean is named with its text`() async throws {
        let server = try await onThread { () throws -> LocalServer in
            try LocalServer.temporary(settings: "shared_preload_libraries = 'pg_stat_statements'")
        }
        try await onThread { try server.createDatabase("counted") }
        let live = try await LiveSource.switched(target: server.url(database: "counted"))
        let target = live.cutover.target
        _ = try await psql(
            target,
            "CREATE SCHEMA counted; CREATE EXTENSION pg_stat_statements SCHEMA counted"
        )
        let watch = try await WatchRun(live)
        _ = try await watch.looks(until: "good", "statements", after: 0)
        // The statement itself takes its time; nothing here waits for a moment to pass.
        _ = try await psql(target, "SELECT pg_sleep(0.4), 'the slow one' AS slow")
        try await watch.requireAlarm(
            "statements",
            ["ms in the mean of 1: SELECT pg_sleep("],
            after: watch.looks.count
        )
        #expect(await watch.stop() == 1)
        try await onThread { try server.stop() }
    }
}

/// A session that has begun a transaction and keeps it open.
final class HeldSession: Sendable {
    private let isLetGo = Cancellation()
    private let work: Task<Void, any Error>

    /// Opens a session and runs a statement in a transaction.
    init(_ url: String, _ statement: String) async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let isLetGo = isLetGo
        work = Task {
            try await onThread {
                let address = try TargetAddress(url)
                let connection = try TargetConnection(address, purpose: "test")
                try connection.execute("SET application_name = 'held by a test'; BEGIN")
                try connection.execute(statement)
                begin.yield()
                begin.finish()
                let end = DispatchSemaphore(value: 0)
                isLetGo.whileRunning({ end.signal() }) { end.wait() }
                try connection.execute("COMMIT")
            }
        }
        for await _ in begun { break }
    }

    /// Commits and leaves.
    func letGo() { isLetGo.cancel() }

    deinit { isLetGo.cancel() }
}

/// Two transactions that wait for each other.
enum Deadlock {
    static func make(_ url: String) async throws {
        async let first: Void = side(url, own: 1, other: 2)
        async let second: Void = side(url, own: 2, other: 1)
        _ = try await (first, second)
    }

    private static func side(_ url: String, own: Int, other: Int) async throws {
        let address = try TargetAddress(url)
        let held = try await onThread { () throws -> Held in
            let connection = try TargetConnection(address, purpose: "test")
            try connection.execute("BEGIN; SELECT pg_advisory_xact_lock(\(own))")
            return Held(connection)
        }
        let isHeld = """
            SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
                AND objid = \(other) AND database =
                    (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        _ = try await eventually { try await psql(url, isHeld) == "1" }
        // The server ends one of the two; which one is its choice.
        _ = try? await onThread { try held.ask("SELECT pg_advisory_xact_lock(\(other))") }
    }

    /// A connection that goes from thread to thread, one after the other.
    private final class Held: @unchecked Sendable {
        // @unchecked because one thread at a time uses it: each use is awaited.
        private let connection: TargetConnection

        init(_ connection: TargetConnection) { self.connection = connection }

        func ask(_ sql: String) throws { try connection.execute(sql) }
    }
}
