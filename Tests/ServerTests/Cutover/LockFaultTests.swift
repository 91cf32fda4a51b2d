import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Another process holds the source's lock for ten seconds.
@Suite(.postgres, .database)
struct LockFaultTests {
    private static let seconds: Int32 = 10

    @Test(arguments: ["toggles-off", "target-resting"])
    func `a lock in front of the fence is waited for within the budget`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: point)
        let holder = try await LockHolder(live.path)
        program.send(SIGCONT)
        try await holder.release(after: Self.seconds)
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        // Gates are looked at in between, which may take longer than the lock is held.
        let isSaid = run.program.stderr.contains("waiting to write the source")
        #expect(isSaid || point == "target-resting", "\(run)")
        try await live.requireOnTarget(toggles)
        // The application did not wait for us: the freeze begins behind the lock.
        #expect((run.json["write_freeze_seconds"].double ?? 99) < 9, "\(run)")
    }

    @Test(arguments: ["WAL", "DELETE"])
    func `a source without readers is waited for while writes pass`(
        _ journal: String
    ) async throws {
        let live = try await LiveSource(TestFolder(), journal: journal)
        let toggles = try await live.toggles()
        let program = try await live.halted(at: "toggles-off")
        let (path, seconds) = (live.path, Self.seconds)
        try await onThread {
            let application = try SourceConnection(path: path, access: .readWrite)
            try application.execute(
                """
                BEGIN EXCLUSIVE; INSERT INTO orders_inbox (order_number, order_date, status)
                    VALUES ('LATE', '2026-01-02', 'pending')
                """
            )
            program.send(SIGCONT)
            poll(nil, 0, seconds * 1_000)
            try application.execute("COMMIT")
        }
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        try await live.requireOnTarget(toggles)
        let late = try await psql(
            live.cutover.target,
            "SELECT count(*) FROM orders_inbox WHERE order_number = 'LATE'"
        )
        #expect(late == "1")
    }

    @Test(arguments: ["toggles-off", "drained", "freeze-verified"])
    func `a lock longer than the budget is undone as soon as it is gone`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(
            at: point,
            [
                "--flag-cache", "0", "--freeze-budget", "2",
            ]
        )
        let holder = try await LockHolder(live.path)
        program.send(SIGCONT)
        // The undo needs the lock as well; it says so, and goes on trying.
        let isSaid = try await eventually(within: .seconds(300)) {
            program.words.contains("undo: waiting to write the source")
        }
        #expect(isSaid, "\(program.words)")
        #expect(!program.isGone)
        try holder.release()
        let run = CutoverRun(await program.end())
        try await live.requireUndone(run, toggles)
        try await live.requireWholeAndClean()
    }

    @Test(arguments: ["target-closed", "handed-back"])
    func `a lock on the way back is waited for`(_ point: String) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            "UPDATE inventory_current SET current_quantity = current_quantity - 3"
        )
        let program = try await live.halted(at: point, [], verb: "revert")
        let holder = try await LockHolder(live.path)
        program.send(SIGCONT)
        try await holder.release(after: Self.seconds)
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }
}
