import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Another session holds a table of the target while a switch has not blocked writes yet.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct TargetLockTests {
    private static let table = "workflow_controls"

    private func requireNamed(_ text: String?, _ holder: TargetHolder) {
        let text = text ?? ""
        #expect(text.contains("pid \(holder.pid) (nightly-report"), "\(text)")
        #expect(text.contains("ACCESS EXCLUSIVE on \(Self.table)"), "\(text)")
        #expect(text.contains("LOCK TABLE"), "\(text)")
        // A query can hold what stands in a row.
        #expect(!text.contains("customer") && !text.contains(", 0815"), "\(text)")
    }

    @Test func `a lock that is there before the switch ends it with its holder's name`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let holder = try await TargetHolder(live.cutover.target, Self.table)
        let run = try await live.flip()
        #expect(run.status == 69 && run.code == "target_failed", "\(run)")
        requireNamed(run.json["error"]["message"].string, holder)
        let remedy = run.json["error"]["remedy"].string ?? ""
        #expect(remedy.contains("pg_terminate_backend(\(holder.pid))"), "\(run)")
        // A gate that cannot be looked at because of it says the same.
        let gate = try await live.gate("toggles")
        #expect(gate["state"].string == "closed", "\(gate)")
        requireNamed(gate["reason"].string, holder)
        try await holder.release()
        try await live.requireOnSource(toggles)
        #expect(try await live.flip().status == 0)
    }

    @Test func `status does not wait for a lock on our own tables`() async throws {
        let live = try await LiveSource(TestFolder())
        let holder = try await TargetHolder(live.cutover.target, "cutover.run")
        let status = try await live.cutover("status")
        let notes = status.json["notes"].list.compactMap(\.string).joined(separator: "; ")
        #expect(notes.contains("pid \(holder.pid) (nightly-report"), "\(status)")
        try await holder.release()
        #expect(try await live.cutover("status").json["phase"].string == "following")
    }

    @Test func `a copy given once more and a clean name the holder of the lock they wait for`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let holder = try await TargetHolder(live.cutover.target, Self.table)
        let copying = try await live.cutover("migrate", "--live", "--max-quarantined", "1000")
        let phrase = "clean \(try await live.database())"
        let cleaning = try await live.cutover("clean", "--confirm", phrase)
        for run in [copying, cleaning] {
            #expect(run.status == 69, "\(run)")
            requireNamed(run.json["error"]["message"].string, holder)
        }
        try await holder.release()
        let flipped = try await live.flip()
        #expect(flipped.status == 0, "\(flipped)")
    }

    @Test func `a lock that comes behind the gates ends in an undo with its holder's name`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: "toggles-off")
        let holder = try await TargetHolder(live.cutover.target, Self.table)
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        requireNamed(run.json["reason"].string, holder)
        #expect(run.json["write_freeze_seconds"].double == 0, "\(run)")
        try await holder.release()
        try await live.requireUndone(run, toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `a wish to stop is heard while the lock is waited for, and is no failure`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: "toggles-off")
        let target = live.cutover.target
        let holder = try await TargetHolder(target, Self.table)
        program.send(SIGCONT)
        let waits = try await eventually {
            let count = try await psql(
                target,
                """
                SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cutover switch'
                    AND datname = current_database() AND wait_event_type = 'Lock'
                """
            )
            return count != "0" || program.isGone
        }
        try #require(waits)
        program.send(SIGINT)
        let run = CutoverRun(await program.end())
        try await holder.release()
        try await live.requireAborted(run, toggles)
        try await live.requireWholeAndClean()
    }

    @Test func `a switch that the operator ends is aborted, not failed`() async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: "fenced")
        program.send(SIGINT)
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        try await live.requireAborted(run, toggles)
        let logs = URL(fileURLWithPath: live.path + ".cutover/log")
        let files = try FileManager.default.contentsOfDirectory(
            at: logs,
            includingPropertiesForKeys: nil
        )
        let lines = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        #expect(lines.contains("aborted by the operator"), "\(lines)")
        #expect(!lines.lowercased().contains("error"), "\(lines)")
    }
}

extension LiveSource {
    /// Undone because the operator asked for it.
    func requireAborted(
        _ run: CutoverRun,
        _ before: String,
        by wisher: String = "the operator"
    ) async throws {
        #expect(run.status == 75 && run.json["outcome"].string == "undone", "\(run)")
        #expect(run.json["is_aborted"].bool == true, "\(run)")
        let reason = run.json["reason"].string ?? ""
        #expect(reason.hasPrefix("aborted by \(wisher)"), "\(run)")
        try await requireOnSource(before)
    }
}

/// A session of somebody else that holds a table of the target, until it is told to let go.
final class TargetHolder: @unchecked Sendable {
    // @unchecked because the connection is used by one thread at a time: it is made on one, and
    // released on another one later.
    private let connection: TargetConnection
    let pid: Int32

    private struct Held: @unchecked Sendable {
        let connection: TargetConnection
    }

    init(
        _ target: String,
        _ table: String,
        _ mode: String = "ACCESS EXCLUSIVE",
        doing work: String = ""
    ) async throws {
        connection = try await onThread {
            let connection = try TargetConnection(TargetAddress(target), purpose: "test")
            try connection.execute("SET application_name = 'nightly-report'; BEGIN")
            // What is held for is the newest statement, which is what others are told.
            try connection.execute(work)
            try connection.execute(
                "LOCK TABLE \(table) IN \(mode) MODE; SELECT 'customer 0815', 0815"
            )
            return Held(connection: connection)
        }.connection
        pid = connection.backendPID
    }

    /// Lets go.
    func release() async throws {
        let held = Held(connection: connection)
        try await onThread { try held.connection.execute("COMMIT") }
    }
}
