import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The seconds of the write freeze mean the same wherever they are told.
@Suite(.postgres, .database)
struct FreezeFigureTests {
    private func seconds(_ run: CutoverRun) -> Double {
        run.json["write_freeze_seconds"].double ?? -1
    }

    @Test func `switch, status, revert and the journal tell the same freeze`() async throws {
        let live = try await LiveSource(TestFolder())
        let idle = try await live.cutover("status")
        #expect(idle.json["write_freeze_seconds"] == .null, "\(idle)")
        #expect(idle.json["writes_blocked"].bool == false, "\(idle)")
        let switched = try await live.flip()
        try #require(switched.status == 0, "\(switched)")
        #expect(seconds(switched) > 0, "\(switched)")
        #expect(seconds(try await live.cutover("status")) == seconds(switched))
        // Said again, it is the freeze of the switch that was done.
        let again = try await live.flip()
        #expect(again.json["already_done"].bool == true, "\(again)")
        #expect(again.json["switched_at"].string == switched.json["switched_at"].string)
        #expect(abs(seconds(again) - seconds(switched)) < 60 && seconds(again) > 0, "\(again)")
        #expect(seconds(try await live.cutover("status")) == seconds(switched))
        let back = try await live.goBack()
        try #require(back.status == 0, "\(back)")
        #expect(seconds(back) > 0, "\(back)")
        #expect(seconds(try await live.cutover("status")) == seconds(back))
        let second = try await live.flip()
        try #require(second.status == 0, "\(second)")
        #expect(seconds(second) > 0, "\(second)")
        #expect(seconds(try await live.cutover("status")) == seconds(second))
        let report = try await live.cutover("report")
        let told = report.json["evidence"]["reverts"].list.first
        #expect(told?["write_freeze_seconds"].double == seconds(back), "\(report)")
    }

    @Test func `a hook that fails has blocked writes twice, and both are counted`() async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let run = try await live.flip(["--hook", "exit 3"])
        try await live.requireUndone(run, toggles)
        let steps = Dictionary(
            run.json["steps"].list.map { ($0["name"].string ?? "", $0["seconds"].double ?? 0) }
        ) { $1 }
        // The steps between the fence and the handover, and those of the way back.
        let there = (steps["drained"] ?? 0) + (steps["switched"] ?? 0)
        let back = (steps["replayed"] ?? 0) + (steps["handed-back"] ?? 0)
        #expect(there > 0 && back > 0, "\(run)")
        #expect(seconds(run) >= there + back, "\(run)")
        #expect(seconds(try await live.cutover("status")) == seconds(run))
    }

    @Test func `a way back that was killed counts from the moment that it blocked writes`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let killed = try await live.goBack([], ["CUTOVER_FAILPOINT": "reverse-committed"])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let status = try await live.cutover("status")
        #expect(status.json["writes_blocked"].bool == true, "\(status)")
        #expect(status.json["next"].string?.contains("cutover revert finishes") == true)
        let blocked = seconds(status)
        #expect(blocked > 0, "\(status)")
        let back = try await live.goBack()
        try #require(back.status == 0, "\(back)")
        #expect(seconds(back) > blocked, "\(back)")
        let after = try await live.cutover("status")
        #expect(after.json["writes_blocked"].bool == false, "\(after)")
        #expect(seconds(after) == seconds(back), "\(after)")
    }

    @Test func `an answer that comes late counts in the freeze that the target keeps, too`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let proxy = try ServerProxy(to: live.cutover.target)
        defer { proxy.end() }
        let program = try await live.halted(at: "handover-written", target: proxy.url)
        // The commit comes late, and so does its answer.
        proxy.set(.delayed(milliseconds: 1_500))
        program.send(SIGCONT)
        let isOver = try await eventually(within: .seconds(60)) {
            try await psql(live.cutover.target, "SELECT live_side FROM cutover.position")
                .contains("target")
        }
        try #require(isOver, "\(program.words)")
        proxy.set(.open)
        let run = CutoverRun(await program.end())
        try #require(run.status == 0, "\(run)")
        #expect(seconds(run) >= 1.5, "\(run)")
        let kept = try await psql(
            live.cutover.target,
            "SELECT freeze_seconds FROM cutover.position"
        )
        let stored = Double(kept.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        #expect(stored == seconds(run), "\(kept) \(run)")
    }

    @Test func `a switch that was killed behind the handover is finished with its own freeze`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let killed = try await live.flip(dying: "handed-over")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let status = try await live.cutover("status")
        #expect(status.json["phase"].string == "switched", "\(status)")
        #expect(seconds(status) > 0, "\(status)")
        let run = try await live.flip()
        try #require(run.status == 0, "\(run)")
        #expect(seconds(run) == seconds(status), "\(run)")
    }
}
