import Foundation
import TestSupport
import Testing

/// An application that works makes a watch without an alarm.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct WatchGreenTests {
    /// The application's workers on one side, beside a test.
    private func workers(_ live: LiveSource, on side: String) throws -> StartedProgram {
        try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments(
                "traffic",
                ["--side", side, "--rate", "20", "--flag-cache", "0"]
            ),
            environment: live.cutover.variables
        )
    }

    @Test func `beside the workers of the demo nothing is bad for half a minute`() async throws {
        let live = try await LiveSource(try TestFolder(), orders: 400)
        let before = try workers(live, on: "source")
        let path = live.path
        let largest = try await sqlite3(path, "SELECT max(id) FROM orders_inbox")
        let isWorking = "SELECT max(id) > \(largest) + 20 FROM orders_inbox"
        _ = try await eventually { try await sqlite3(path, isWorking) == "1" || before.isGone }
        before.send(SIGINT)
        #expect(await before.end().status == 0)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")

        let after = try workers(live, on: "target")
        let target = live.cutover.target
        // Each worker that is on has begun its work here: then its table says so.
        let isAtWork = """
            SELECT count(*) FROM workflow_controls
            WHERE enabled AND last_run_at > now() AT TIME ZONE 'UTC' - interval '2 minutes'
            """
        try #require(await eventually { try await psql(target, isAtWork) == "4" })
        let hasSynced = """
            SELECT count(*) FROM sync_watermark WHERE
                last_sync_timestamp > to_char(now() AT TIME ZONE 'UTC' - interval '10 minutes',
                    'YYYY-MM-DD"T"HH24:MI:SS')
            """
        try #require(await eventually { try await psql(target, hasSynced) != "0" })
        let run = try await live.cutover("watch", "--interval", "5", "--duration", "30")
        after.send(SIGINT)
        #expect(await after.end().status == 0)
        let looks = run.program.stdout.split(separator: "\n")
        #expect(looks.count >= 2, "\(run)")
        for look in try looks.map({ try JSON(String($0)) }) {
            // How quick a machine is that runs every test at once, says nothing.
            for found in look["criteria"].list where found["name"].string != "probes" {
                #expect(found["state"].string != "bad", "\(found)")
            }
            for name in [
                "workflows", "jobs", "watermarks", "new_orders", "old_file", "sequences",
            ] {
                let found = look["criteria"].named(name)
                #expect(found["state"].string == "good", "\(found)")
            }
        }
    }
}
