import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The server falls over and comes back in each phase of the way there and back.
@Suite(.postgres, .database)
struct ServerRestartTests {
    private func falling<Value>(
        _ work: (FallingServer, LiveSource) async throws -> Value
    ) async throws -> Value {
        let server = try await FallingServer()
        do {
            let live = try await LiveSource(TestFolder(), orders: 40, target: server.url)
            let value = try await work(server, live)
            try await server.end()
            return value
        } catch {
            try? await server.end()
            throw error
        }
    }

    @Test(arguments: [
        "batch-written", "toggles-off", "fenced", "drained", "freeze-verified", "handing-over",
        "handover-written",
    ])
    func `a server that restarts before the handover undoes it`(_ point: String) async throws {
        try await falling { server, live in
            let toggles = try await live.toggles()
            try await live.write(1)
            let program = try await live.halted(at: point)
            try await server.crash()
            try await server.restart()
            program.send(SIGCONT)
            let run = CutoverRun(await program.end())
            try await live.requireUndone(run, toggles)
            try await live.requireWholeAndClean()
        }
    }

    @Test(arguments: [
        "handed-over", "environment-switched", "hook-done", "canary-on", "toggles-restored",
    ])
    func `a server that restarts behind the handover is waited for`(
        _ point: String
    ) async throws {
        try await falling { server, live in
            let toggles = try await live.toggles()
            let file = live.folder.file("env")
            let program = try await live.halted(
                at: point,
                ["--flag-cache", "0", "--env-file", file, "--hook", "true"]
            )
            try await server.crash()
            program.send(SIGCONT)
            // Gone when it is needed; it comes back while it is waited for.
            #expect(!(try await live.sourceTakesWrites()))
            try await server.restart()
            let run = CutoverRun(await program.end())
            #expect(run.status == 0 && run.json["outcome"].string == "switched", "\(run)")
            try await live.requireOnTarget(toggles)
        }
    }

    @Test(arguments: [
        "target-closed", "reverse-begun", "reverse-table", "reverse-replayed", "reverse-committed",
        "target-resting", "handed-back", "undone",
    ])
    func `a server that restarts on the way back is waited for`(_ point: String) async throws {
        try await falling { server, live in
            let toggles = try await live.toggles()
            try #require(try await live.flip().status == 0)
            _ = try await psql(
                live.cutover.target,
                """
                INSERT INTO orders_inbox (order_number, order_date, status)
                    VALUES ('PG1', '2026-11-23', 'pending');
                UPDATE inventory_current SET current_quantity = current_quantity - 3;
                """
            )
            let program = try await live.halted(at: point, [], verb: "revert")
            try await server.crash()
            program.send(SIGCONT)
            try await server.restart()
            let run = CutoverRun(await program.end())
            #expect(run.status == 0, "\(run)")
            try await live.requireOnSource(toggles)
            let orders = try await sqlite3(
                live.path,
                "SELECT count(*) FROM orders_inbox WHERE order_number = 'PG1';"
            )
            #expect(orders == "1")
            try await live.requireWholeAndClean()
        }
    }
}
