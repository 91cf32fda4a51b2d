import Foundation
import TestSupport
import Testing

/// Alarms about what only a server of one's own can be made to do.
@Suite(.postgres, .timeLimit(.minutes(30)))
struct WatchServerTests {
    @Test func `archiving that never worked and a prepared transaction are named`() async throws {
        let server = OwnServer()
        let url = try await server.restart(with: [
            "max_prepared_transactions = 4", "wal_level = replica", "archive_mode = on",
            "archive_command = 'false'",
        ])
        _ = try await psql(url, "CREATE DATABASE shop")
        let target = url.replacing("/postgres?", with: "/shop?")
        let live = try await LiveSource.switched(target: target)
        let profile = try live.profile("[watch]\nlong_seconds = 1")
        let watch = try await WatchRun(live, ["--profile", profile])

        _ = try await psql(target, "SELECT pg_switch_wal()")
        let hasFailed = "SELECT failed_count > 0 FROM pg_stat_archiver"
        try #require(await eventually { try await psql(target, hasFailed) == "t" })
        try await watch.requireAlarm(
            "backups",
            ["archiving fails", "no log was ever archived"],
            after: watch.looks.count
        )
        _ = try await psql(
            target,
            "BEGIN; UPDATE workflows SET details = 'x'; PREPARE TRANSACTION 'forgotten'"
        )
        let isOld =
            "SELECT count(*) FROM pg_prepared_xacts WHERE prepared < now() - interval '1 s'"
        try #require(await eventually { try await psql(target, isOld) == "1" })
        let found = try await watch.requireAlarm(
            "long_transactions",
            ["prepared transaction forgotten"],
            after: watch.looks.count
        )
        #expect(found["remedy"].string?.contains("ROLLBACK PREPARED") == true)
        _ = try await psql(target, "ROLLBACK PREPARED 'forgotten'")
        try await watch.requireEnd(of: "long_transactions")
        #expect(await watch.stop() == 1)
        try await server.stop()
    }

    @Test func `a crash of the server loses its counters, and is not taken for rollbacks`()
        async throws
    {
        let server = OwnServer()
        let url = try await server.start()
        _ = try await psql(url, "CREATE DATABASE shop")
        let target = url.replacing("/postgres?", with: "/shop?")
        let live = try await LiveSource.switched(target: target)
        func transactions(_ number: Int, ending end: String) async throws {
            _ = try await psql(
                target,
                "DO $$ BEGIN FOR i IN 1..\(number) LOOP PERFORM 1; \(end); END LOOP; END $$"
            )
        }
        try await transactions(5_000, ending: "COMMIT")
        let watch = try await WatchRun(live)
        _ = try await watch.looks(until: "good", "transactions", after: 0)

        // What the watch sees next are the counters of a server that has begun anew: few commits,
        // and so many rollbacks that they would be a fault.
        watch.program.send(SIGSTOP)
        try #require(await eventually { watch.program.isHalted })
        let count = watch.looks.count
        try await server.crash()
        _ = try await server.start()
        try await transactions(30, ending: "ROLLBACK")
        watch.program.send(SIGCONT)
        let wereReset = try await eventually {
            watch.looks.dropFirst(count).contains {
                $0["criteria"].named("transactions")["reason"].string?
                    .contains("counters were reset") == true
            }
        }
        #expect(wereReset, "\(watch.looks.last ?? .null)")
        try await watch.requireEnd(of: "transactions")
        for look in watch.looks.dropFirst(count) {
            let found = look["criteria"].named("transactions")
            #expect(found["state"].string != "bad", "\(found)")
        }
        await watch.stop()
        try await server.stop()
    }
}
