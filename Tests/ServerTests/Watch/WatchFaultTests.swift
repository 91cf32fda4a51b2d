import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Faults that hide: a table that is locked or gone, an opening of the old file between two looks,
/// an alarm that nobody can look at for a while.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct WatchFaultTests {
    @Test func `a locked table and one that is gone are alarms`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        let holder = try await HeldSession(
            target,
            "LOCK TABLE orders_inbox IN ACCESS EXCLUSIVE MODE"
        )
        try await watch.requireAlarm("probes", ["got no answer"], after: watch.looks.count)
        holder.letGo()
        _ = try await psql(target, "ALTER TABLE orders_inbox RENAME TO orders_elsewhere")
        try await watch.requireAlarm("tables", ["orders_inbox"], after: watch.looks.count)
        let orders = try #require(watch.looks.last)["criteria"].named("new_orders")
        #expect(orders["state"].string == "unknown", "\(orders)")
        #expect(orders["remedy"].string?.contains("cutover migrate") == false, "\(orders)")
        _ = try await psql(target, "ALTER TABLE orders_elsewhere RENAME TO orders_inbox")
        try await watch.requireEnd(of: "tables")
        // What the session does that was there before says nothing about new ones.
        let database = try await live.database()
        let other = TestDatabase.url.replacing("/\(database)?", with: "/postgres?")
        _ = try await psql(other, "ALTER DATABASE \(database) ALLOW_CONNECTIONS false")
        try await watch.requireAlarm(
            "server",
            ["no new connection is taken"],
            after: watch.looks.count
        )
        _ = try await psql(other, "ALTER DATABASE \(database) ALLOW_CONNECTIONS true")
        try await watch.requireEnd(of: "server")
        #expect(await watch.stop() == 1)
    }

    @Test func `the old file is watched between two looks, and good when it is put back`()
        async throws
    {
        let live = try await LiveSource.switched()
        let watch = try await WatchRun(live)
        let count = watch.looks.count
        // The fence refuses it; whoever tries goes on with the old file all the same.
        _ = try? await sqlite3(live.path, "UPDATE orders_inbox SET id = id")
        try await watch.requireAlarm("old_file_holders", [], after: count)
        try await watch.requireEnd(of: "old_file_holders")
        // Our own looks open it, too, and read only.
        for _ in 0..<3 { try await watch.requireEnd(of: "old_file_holders") }

        for companion in ["-wal", "-shm"] { unlink(live.path + companion) }
        try Data("not the closed file".utf8).write(to: URL(fileURLWithPath: live.path))
        try await watch.requireAlarm("old_file", [], after: watch.looks.count)
        // A look that was under way knows only that it was written.
        @Sendable func told() -> String {
            watch.looks.last?["criteria"].named("old_file")["remedy"].string ?? ""
        }
        try #require(
            await eventually { told().contains("first stop what writes the file; then put") }
        )
        let remedy = told()
        #expect(remedy.contains("the way back is open again then"), "\(remedy)")
        #expect(!remedy.contains("cutover revert"), "\(remedy)")
        let command = try #require(remedy.firstRange(of: "for s in ")?.lowerBound)
        let end = try #require(remedy.firstRange(of: " (SHA-256")?.lowerBound)
        let shell = try await run("/bin/sh", ["-c", String(remedy[command..<end])])
        #expect(shell.status == 0, "\(shell)")
        try await watch.requireEnd(of: "old_file")
        #expect(await watch.stop() == 1)
    }

    @Test func `a switch under a watch is no opening by strangers`() async throws {
        let live = try await LiveSource(try TestFolder(), orders: 30)
        let watch = try await WatchRun(live)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        try await watch.requireEnd(of: "old_file_holders")
        try await watch.requireEnd(of: "old_file")
        for look in watch.looks {
            let found = look["criteria"].named("old_file_holders")
            #expect(found["state"].string != "bad", "\(found)")
        }
        await watch.stop()
    }

    @Test func `an alarm that cannot be looked at has not ended`() async throws {
        let proxy = try ServerProxy(to: TestDatabase.url)
        defer { proxy.end() }
        let live = try await LiveSource.switched(target: proxy.url)
        let set = "SELECT setval(pg_get_serial_sequence('orders_inbox', 'id'), "
        _ = try await psql(TestDatabase.url, set + "1)")
        let watch = try await WatchRun(live)
        let first = try await watch.requireAlarm("sequences", ["orders_inbox.id"], after: 0)
        #expect(
            first["remedy"].string?.contains("(SELECT max(id) FROM public.orders_inbox)") == true
        )
        proxy.set(.refused)
        try await watch.requireAlarm("server", [], after: watch.looks.count)
        proxy.set(.open)
        let count = watch.looks.count
        let looks = try await watch.looks(until: "bad", "sequences", after: count)
        let again = try #require(
            looks.last { $0["criteria"].named("sequences")["state"].string == "bad" }
        )
        let since = again["criteria"].named("sequences")["bad_since"].string
        #expect(since == first["bad_since"].string)
        // A journal that takes nothing ends no watch.
        let journal = live.path + ".cutover/journal.db"
        _ = try await sqlite3(
            journal,
            "CREATE TRIGGER full BEFORE INSERT ON watch BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        try #require(await eventually { watch.program.words.contains("this look is not kept") })
        let kept = watch.looks.count
        try #require(await eventually { watch.looks.count > kept })
        _ = try await sqlite3(journal, "DROP TRIGGER full")
        _ = try await psql(TestDatabase.url, set + "(SELECT max(id) FROM orders_inbox))")
        try await watch.requireEnd(of: "sequences")
        await watch.stop()
        let actions = try await sqlite3(
            journal,
            "SELECT action FROM action WHERE after LIKE 'sequences:%' ORDER BY id"
        )
        #expect(actions.split(separator: "\n") == ["watch.alarm", "watch.alarm.end"])
    }

    @Test func `ids are judged by what the sequence gives next`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        // None of these is a fault: one falls, one goes in tens.
        _ = try await psql(
            target,
            """
            CREATE TABLE falling (id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY -1));
            INSERT INTO falling DEFAULT VALUES; INSERT INTO falling DEFAULT VALUES;
            CREATE TABLE tens (id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY 10));
            INSERT INTO tens DEFAULT VALUES; INSERT INTO tens VALUES (5);
            """
        )
        try await watch.requireEnd(of: "sequences")
        _ = try await psql(
            target,
            """
            CREATE SEQUENCE free_ids;
            CREATE TABLE loose (id int DEFAULT nextval('free_ids')); INSERT INTO loose VALUES (7);
            CREATE TABLE narrow (id smallint GENERATED BY DEFAULT AS IDENTITY);
            SELECT setval(pg_get_serial_sequence('narrow', 'id'), 32767);
            """
        )
        try await watch.requireAlarm(
            "sequences",
            ["loose.id: next id 1, and 7 is taken", "narrow.id: next id 32768"],
            after: watch.looks.count
        )
        #expect(await watch.stop() == 1)
    }

    @Test func `the application's transactions are counted, and ours are not`() async throws {
        let live = try await LiveSource.switched()
        let target = live.cutover.target
        let watch = try await WatchRun(live)
        for _ in 0..<25 { _ = try await psql(target, "UPDATE sync_watermark SET id = id") }
        @Sendable func counted() -> Int? {
            let words = watch.looks.last?["criteria"].named("transactions")["reason"].string
            let match = words?.firstMatch(of: /0 of (\d+) transactions rolled back/)
            return match.flatMap { Int($0.1) }
        }
        try #require(await eventually { counted() ?? 0 >= 25 }, "\(watch.looks.last ?? .null)")
        // It does not sink, however often is looked.
        let count = watch.looks.count
        try #require(await eventually { watch.looks.count > count + 3 })
        #expect(try #require(counted()) >= 25)
        #expect(try #require(counted()) < 200, "\(watch.looks.last ?? .null)")
        await watch.stop()
    }

    @Test func `an own slow statement is seen although others are hidden`() async throws {
        let server = try await onThread { () throws -> LocalServer in
            try LocalServer.temporary(settings: "shared_preload_libraries = 'pg_stat_statements'")
        }
        try await onThread { try server.createDatabase("counted") }
        let url = server.url(database: "counted")
        let live = try await LiveSource.switched(target: url)
        _ = try await psql(
            url,
            """
            CREATE EXTENSION pg_stat_statements;
            CREATE ROLE shop LOGIN; GRANT USAGE ON SCHEMA public, cutover TO shop;
            GRANT SELECT ON ALL TABLES IN SCHEMA public, cutover TO shop;
            GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, cutover TO shop;
            """
        )
        let own = url.replacing("user=postgres", with: "user=shop")
        let watch = try await WatchRun(live, target: own)
        _ = try await psql(own, "SELECT pg_sleep(0.4), 'the slow one' AS slow")
        let found = try await watch.requireAlarm(
            "statements",
            ["SELECT pg_sleep(", "of other users cannot be seen"],
            after: watch.looks.count
        )
        #expect(try #require(found["value"].double) >= 400, "\(found)")
        // What we ask is marked, so that it is none of the application's.
        let marked = "SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '/* cutover */%'"
        #expect(try await psql(url, marked) == "t")
        await watch.stop()
        try await onThread { try server.stop() }
    }
}
