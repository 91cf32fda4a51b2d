import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Locks and lost files on either way: who is in the way is named, and where the application works.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct StandingTests {
    @Test func `a way back lets writes pass while it waits, and names who holds a table`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let holder = try await TargetHolder(live.cutover.target, "orders_inbox", "ROW EXCLUSIVE")
        let ended = Flag()
        let target = live.cutover.target
        let writing = Task {
            // The application gives a lock up long before it once was given.
            let words = """
                SET lock_timeout = '6s'; UPDATE orders_inbox SET status = status
                WHERE order_number = (SELECT min(order_number) FROM orders_inbox)
                """
            var writes = 0
            repeat {
                _ = try await psql(target, words)
                writes += 1
            } while !ended.isSet
            return writes
        }
        let refused = try await live.goBack()
        ended.set()
        #expect(try await writing.value > 0)
        #expect(refused.status == 69 && refused.code == "target_failed", "\(refused)")
        let error = refused.json["error"]
        #expect(error["message"].string?.contains("pid \(holder.pid)") == true, "\(refused)")
        #expect(error["kept"].string?.contains("goes on working on PostgreSQL") == true)
        #expect(error["remedy"].string?.contains("terminate_backend(\(holder.pid))") == true)
        #expect(try await live.targetTakesWrites())
        try await holder.release()
        #expect(try await live.goBack().status == 0)
    }

    @Test func `a lock behind the replay is told with both sides closed and the next command`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        try #require(try await live.flip().status == 0)
        let program = try await live.halted(at: "reverse-committed", [], verb: "revert")
        let holder = try await TargetHolder(live.cutover.target, "workflow_controls")
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 69 && run.code == "target_failed", "\(run)")
        let error = run.json["error"]
        let message = error["message"].string ?? ""
        #expect(message.contains("pid \(holder.pid)"), "\(run)")
        #expect(message.contains("both sides refuse writes"), "\(run)")
        #expect(error["kept"].string?.contains("has every row") == true, "\(run)")
        #expect(error["remedy"].string?.contains("cutover revert") == true, "\(run)")
        try await holder.release()
        #expect(try await live.goBack().status == 0)
        try await live.requireOnSource(toggles)
    }

    @Test func `a lock in the commit that hands over ends within the budget, with its holder`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(
            at: "handing-over",
            ["--flag-cache", "0", "--freeze-budget", "20"]
        )
        let holder = try await TargetHolder(live.cutover.target, "cutover.position")
        program.send(SIGCONT)
        // It ends although nobody lets go of the lock.
        let run = CutoverRun(await program.end())
        let reason = run.json["reason"].string ?? ""
        #expect(reason.contains("pid \(holder.pid)"), "\(run)")
        #expect(reason.contains("longer than its budget"), "\(run)")
        try await holder.release()
        try await live.requireUndone(run, toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `a file that is lost behind the handover is told with the side that takes writes`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let program = try await live.halted(at: "handed-over")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: live.path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Data(repeating: 7, count: Int(size)))
        try file.close()
        for name in ["-wal", "-shm"] {
            try? Data(repeating: 7, count: 4_096)
                .write(to: URL(fileURLWithPath: live.path + name), options: [])
        }
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status != 0, "\(run)")
        let error = run.json["error"]
        let message = error["message"].string ?? ""
        #expect(message.contains("the application works on PostgreSQL"), "\(run)")
        #expect(error["kept"].string?.contains("PostgreSQL takes writes") == true, "\(run)")
        #expect(try await live.targetTakesWrites())
    }
}

/// Something that has come to pass.
private final class Flag: @unchecked Sendable {
    // @unchecked because the lock guards its only property.
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }

    func set() { lock.withLock { value = true } }
}
