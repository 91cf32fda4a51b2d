import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A way back that was killed while no side took writes: every verb says so, and the next finishes.
@Suite(.postgres, .database)
struct HalfRevertTests {
    private func half(_ point: String) async throws -> LiveSource {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        _ = try await psql(
            live.cutover.target,
            """
            INSERT INTO orders_inbox (order_number, order_date, status)
                VALUES ('PG1', '2026-11-23', 'pending'), ('PG2', '2026-11-23', 'pending')
            """
        )
        let killed = try await live.goBack([], ["CUTOVER_FAILPOINT": point])
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let sides = (try await live.sourceTakesWrites(), try await live.targetTakesWrites())
        #expect(!sides.0 && !sides.1)
        return live
    }

    /// Status says it first, with a time, the verb and a next step, and ends with 1.
    private func requireTold(_ live: LiveSource, next: String) async throws {
        // The server takes a moment to see that a process was killed.
        let isTold = try await eventually { try await live.cutover("status").status == 1 }
        #expect(isTold)
        let status = try await live.cutover("status")
        #expect(status.json["writes_blocked"].bool == true, "\(status)")
        #expect(status.json["unfinished"].string == "revert", "\(status)")
        #expect(status.json["blocked_since"].string?.hasSuffix("Z") == true, "\(status)")
        #expect(status.json["next"].string?.contains(next) == true, "\(status)")
        var arguments = live.cutover.arguments("status")
        arguments.removeAll { $0 == "--json" }
        let shown = try await run(BuiltProducts.cutover, arguments)
        #expect(shown.status == 1)
        let first = shown.stdout.split(separator: "\n").first.map(String.init) ?? ""
        #expect(first.contains("both sides refuse writes since 20"), "\(first)")
        #expect(first.contains("an earlier revert did not come to its end"), "\(first)")
    }

    @Test func `before anything came back, switch opens PostgreSQL again`() async throws {
        let live = try await half("target-closed")
        try await requireTold(live, next: "cutover switch takes it back")
        let check = try await live.cutover("check")
        #expect(check.status == 1, "\(check)")
        let reasons = check.json["gates"].list.compactMap { $0["reason"].string }.joined()
        #expect(reasons.contains("an earlier revert did not come to its end"), "\(check)")
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status != 0 && "\(followed)".contains("earlier revert"), "\(followed)")
        let again = try await live.cutover("migrate", "--live")
        #expect(again.status != 0 && "\(again)".contains("earlier revert"), "\(again)")
        let plan = try await live.cutover("switch", "--dry-run")
        #expect(plan.json["steps"].list.map { $0["name"].string } == ["reopened"], "\(plan)")
        let run = try await live.flip()
        #expect(run.status == 0 && run.json["outcome"].string == "switched", "\(run)")
        #expect(run.json["already_done"].bool == false, "\(run)")
        #expect(run.json["write_freeze_seconds"].double ?? 0 > 0, "\(run)")
        #expect(try await live.targetTakesWrites())
        #expect(!(try await live.sourceTakesWrites()))
        let status = try await live.cutover("status")
        #expect(status.status == 0 && status.json["writes_blocked"].bool == false, "\(status)")
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        #expect(try await live.sourceTakesWrites())
    }

    @Test func `behind the replay, switch says that only revert can finish it`() async throws {
        let live = try await half("reverse-committed")
        try await requireTold(live, next: "cutover revert finishes it")
        let run = try await live.flip()
        #expect(run.status == 1 && run.code == "gate_closed", "\(run)")
        #expect("\(run)".contains("only cutover revert can finish it"), "\(run)")
        let sides = (try await live.sourceTakesWrites(), try await live.targetTakesWrites())
        #expect(!sides.0 && !sides.1)
        try await requireFinished(live)
    }

    @Test func `killed behind its handover, the next revert tells what came back`() async throws {
        let live = try await half("handed-back")
        try await requireTold(live, next: "revert")
        try await requireFinished(live)
    }

    private func requireFinished(_ live: LiveSource) async throws {
        let back = try await live.goBack(["--hook", "echo \"$CUTOVER_PHASE\" >> \(live.path).hook"])
        #expect(back.status == 0, "\(back)")
        let made = back.json["tables"].list.first { $0["name"].string == "orders_inbox" }
        #expect(made?["inserted"].int == 2, "\(back)")
        #expect(back.json["replayed_changes"].int ?? 0 >= 2, "\(back)")
        let hook = try String(contentsOfFile: live.path + ".hook", encoding: .utf8)
        #expect(hook == "revert\n")
        #expect(try await live.sourceTakesWrites())
        #expect(!(try await live.targetTakesWrites()))
        #expect(try await live.leftovers().isEmpty)
        let left = try await psql(
            live.cutover.target,
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cutover\\_reverse%'"
        )
        #expect(left == "0")
        try await live.requireWholeAndClean()
    }

    @Test func `a switch that was killed with both sides closed is told the same way`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let killed = try await live.flip(dying: "handing-over")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let isTold = try await eventually { try await live.cutover("status").status == 1 }
        #expect(isTold)
        let status = try await live.cutover("status")
        #expect(status.json["unfinished"].string == "switch", "\(status)")
        let run = try await live.flip()
        #expect(run.status == 0, "\(run)")
        #expect(try await live.targetTakesWrites())
    }

    @Test(arguments: ["toggles-off", "handed-over"])
    func `workflows that a killed switch left off are told, and who turns them on`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let killed = try await live.flip(dying: point)
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let isTold = try await eventually { try await live.cutover("status").status == 1 }
        #expect(isTold)
        let status = try await live.cutover("status")
        #expect(status.json["unfinished"].string == "switch", "\(status)")
        #expect(status.json["blocked_since"].string == nil, "\(status)")
        let words = try await run(
            BuiltProducts.cutover,
            ["status", "--source", live.path, "--target", live.cutover.target]
        )
        #expect(words.stdout.hasPrefix("WARNING:     the workflows are off"), "\(words)")
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        #expect(try await live.toggles() == toggles)
        #expect(try await live.cutover("status").status == 0)
    }
}
