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
}
