import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A file that is not there any more, and what verify says when PostgreSQL is live.
@Suite(.postgres, .database)
struct CutoverPlaceTests {
    @Test(arguments: ["toggles-off", "drained"])
    func `a file that vanishes on the way is called replaced, and undone when it is back`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: point)
        let aside = live.folder.file("aside.db")
        func move(_ from: String, _ to: String) throws {
            for suffix in ["", "-wal", "-shm"] where exists(from + suffix) {
                try FileManager.default.moveItem(atPath: from + suffix, toPath: to + suffix)
            }
        }
        try move(live.path, aside)
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 65 && run.code == "source_replaced", "\(run)")
        #expect(!exists(live.path))
        try move(aside, live.path)
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        try await live.requireOnSource(toggles)
    }

    @Test func `when PostgreSQL is live, verify says so and what was written there waits`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        func status(_ run: CutoverRun, _ name: String) -> String? {
            run.tables.list.first { $0["name"].string == name }?["status"].string
        }
        let first = try await live.cutover("verify")
        #expect(first.status == 1 && first.json["live_side"].string == "target", "\(first)")
        // The toggles are on there and off here, by design.
        #expect(status(first, "workflow_controls") == "waiting", "\(first)")
        #expect(status(first, "orders_inbox") == "equal", "\(first)")
        _ = try await psql(
            live.cutover.target,
            """
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending')
            """
        )
        let second = try await live.cutover("verify")
        #expect(status(second, "orders_inbox") == "waiting", "\(second)")
        #expect(status(second, "inventory_current") == "equal", "\(second)")
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        #expect(try await live.cutover("verify").status == 0)
    }

    @Test func `next ids that the switch will set wait, and are no difference`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.write(1)
        try await live.follow()
        // As a switch that is undone leaves it: every row is there, and the next ids are not set.
        _ = try await psql(
            live.cutover.target,
            "SELECT setval(pg_get_serial_sequence('orders_inbox', 'id'), 3, true)"
        )
        let run = try await live.cutover("verify")
        #expect(run.status == 1, "\(run)")
        let table = run.tables.list.first { $0["name"].string == "orders_inbox" }
        #expect(table?["status"].string == "waiting", "\(run)")
        #expect(table?["sequence"]["waits"].bool == true, "\(run)")
        let said = try await TestSupport.run(
            BuiltProducts.cutover,
            ["verify", "--source", live.path, "--target", live.cutover.target]
        ).stdout
        #expect(said.contains("wait to be set") && !said.contains("the sides differ"), "\(said)")
        try await live.follow()
        #expect(try await live.cutover("verify").status == 0)
    }
}
