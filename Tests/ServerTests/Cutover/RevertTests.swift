import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The way back, undisturbed and disturbed.
@Suite(.postgres, .database)
struct RevertTests {
    private func revert(
        _ live: LiveSource,
        dying point: String? = nil,
        _ options: [String] = []
    ) async throws -> CutoverRun {
        var command = live.cutover
        if let point { command.environment["CUTOVER_FAILPOINT"] = point }
        let phrase = "revert \(try await live.database())"
        return try await command("revert", ["--confirm", phrase] + options)
    }

    /// What the application writes on PostgreSQL.
    private func writeTarget(_ live: LiveSource) async throws {
        _ = try await psql(
            live.cutover.target,
            """
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending'), ('PG2', '2026-11-23', 'pending');
            UPDATE inventory_current SET current_quantity = current_quantity - 3;
            DELETE FROM shipped_items WHERE id IN (SELECT id FROM shipped_items ORDER BY id LIMIT 2);
            """
        )
    }

    private func requireBack(_ live: LiveSource, toggles: String) async throws {
        #expect(try await live.sourceTakesWrites())
        #expect(!(try await live.targetTakesWrites()))
        #expect(try await live.toggles() == toggles)
        #expect(try await live.leftovers().isEmpty)
        let orders = try await sqlite3(
            live.path,
            "SELECT count(*) FROM orders_inbox WHERE order_number IN ('PG1', 'PG2');"
        )
        #expect(orders == "2")
        // What the test itself wrote to see who takes writes is followed first.
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        let verified = try await live.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
    }

    @Test func `every write made on PostgreSQL comes back, and it can be switched again`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let file = live.folder.file("env")
        try "A=1\n".write(toFile: file, atomically: true, encoding: .utf8)
        try #require(try await live.flip(["--env-file", file]).status == 0)
        try await writeTarget(live)
        let run = try await revert(live)
        try #require(run.status == 0, "\(run)")
        let made = run.json["tables"].list.first { $0["name"].string == "orders_inbox" }
        #expect(made?["inserted"].int == 2, "\(run)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "A=1\n")
        try await requireBack(live, toggles: toggles)
        let again = try await live.flip()
        #expect(again.status == 0 && again.json["outcome"].string == "switched", "\(again)")
        _ = try await psql(
            live.cutover.target,
            "UPDATE orders_inbox SET status = 'shipped' WHERE order_number = 'PG1'"
        )
        #expect(try await revert(live).status == 0)
        let status = try await sqlite3(
            live.path,
            "SELECT status FROM orders_inbox WHERE order_number = 'PG1';"
        )
        #expect(status == "shipped")
    }

    @Test(arguments: [
        "target-closed", "reverse-replayed", "reverse-committed", "handed-back",
    ])
    func `killed on the way back, the next revert finishes it`(_ point: String) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        try await writeTarget(live)
        let killed = try await revert(live, dying: point)
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let sides = (try await live.sourceTakesWrites(), try await live.targetTakesWrites())
        #expect(!sides.0 && !sides.1)
        let run = try await revert(live)
        try #require(run.status == 0, "\(run)")
        try await requireBack(live, toggles: toggles)
    }

    @Test func `a hook that fails takes the application back with what was written meanwhile`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let file = live.folder.file("env")
        let write = """
            psql -q "$CUTOVER_TARGET" -c "INSERT INTO orders_inbox (order_number, order_date, \
            status) VALUES ('PG1', '2026-11-23', 'pending'), ('PG2', '2026-11-23', 'pending')"; \
            exit 3
            """
        let run = try await live.flip(["--env-file", file, "--hook", write])
        #expect(run.status == 1 && run.json["outcome"].string == "undone", "\(run)")
        #expect(run.json["reason"].string?.contains("status 3") == true, "\(run)")
        #expect(access(file, F_OK) != 0)
        try await requireBack(live, toggles: toggles)
    }

    @Test func `behind the point of no return nothing goes back and the source stays closed`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let phrase = "clean \(try await live.database())"
        let refused = try await live.cutover("clean", "--confirm", phrase)
        #expect(refused.status == 1 && refused.code == "gate_closed", "\(refused)")
        for _ in 0..<2 {
            let cleaned = try await live.cutover("clean", "--final", "--confirm", phrase)
            #expect(cleaned.status == 0, "\(cleaned)")
            #expect(!(try await live.sourceTakesWrites()))
        }
        #expect(try await live.targetTakesWrites())
        #expect(try await revert(live).code == "not_live")
    }

    @Test func `clean gives toggles back that a killed cutover has put by`() async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let killed = try await live.flip(dying: "handing-over")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let phrase = "clean \(try await live.database())"
        let cleaned = try await live.cutover("clean", "--confirm", phrase)
        #expect(cleaned.status == 0, "\(cleaned)")
        #expect(try await live.toggles() == toggles)
        let ours = try await sqlite3(
            live.path,
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_cutover%' ESCAPE '\\';"
        )
        #expect(ours == "0")
    }
}
