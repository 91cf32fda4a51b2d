import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What `status` tells of a live run: who takes writes, what counts of a comparison, and what next.
@Suite(.postgres, .database)
struct LiveStatusTests {
    @Test func `the live side, the time of the switch and the next step are always told`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        func told() async throws -> JSON {
            let run = try await live.cutover("status")
            try #require(run.status == 0, "\(run)")
            #expect(run.json["next"].string?.isEmpty == false, "\(run)")
            return run.json
        }
        let first = try await told()
        #expect(first["live_side"].string == "source" && first["switched_at"] == .null)
        #expect(first["phase"].string == "following" && first["process"] == .null)
        #expect(first["next"].string?.contains("cutover switch") == true, "\(first)")
        #expect(first["gates"].list.count > 10)
        let switched = try await live.flip()
        try #require(switched.status == 0, "\(switched)")
        let second = try await told()
        #expect(second["live_side"].string == "target", "\(second)")
        #expect(second["switched_at"].string?.hasSuffix("Z") == true, "\(second)")
        #expect(second["next"].string?.contains("cutover revert") == true, "\(second)")
        try #require(try await live.goBack().status == 0)
        let third = try await told()
        #expect(third["live_side"].string == "source", "\(third)")
    }

    @Test func `a verdict from before a switch or a way back does not count as one of now`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let first = try await live.cutover("status")
        #expect(first.json["verified"].bool == true, "\(first)")
        #expect(first.json["verified_before"] == .null, "\(first)")
        // A comparison and a switch of the same second are told apart by none of their times.
        _ = try await sqlite3(
            live.path + ".cutover/journal.db",
            """
            UPDATE run SET ended_at = ended_at - 60;
            UPDATE verification SET at = at - 60;
            """
        )
        try #require(try await live.flip().status == 0)
        let second = try await live.cutover("status")
        #expect(second.json["verified"] == .null, "\(second)")
        #expect(second.json["verified_before"].string?.hasPrefix("the switch of ") == true)
        #expect(second.json["verdict"].string?.contains("before the switch of ") == true)
        #expect(second.json["verified_at"].string != nil, "\(second)")
        try #require(try await live.goBack().status == 0)
        let third = try await live.cutover("status")
        #expect(third.json["verified"] == .null, "\(third)")
        #expect(third.json["verified_before"].string?.hasPrefix("the revert of ") == true)
        let verdict = third.json["verdict"].string ?? ""
        #expect(verdict.hasPrefix("nothing was compared since the revert of "), "\(third)")
        #expect(verdict.hasSuffix("found both sides equal"), "\(third)")
        _ = try await sqlite3(
            live.path + ".cutover/journal.db",
            "UPDATE outcome SET at = at - 60;"
        )
        _ = try await psql(
            live.cutover.target,
            "UPDATE cutover.position SET switched_at = switched_at - interval '60 s'"
        )
        try await live.follow()
        let verified = try await live.cutover("verify")
        #expect(verified.status == 0, "\(verified)")
        let fourth = try await live.cutover("status")
        #expect(fourth.json["verified"].bool == true, "\(fourth)")
        #expect(fourth.json["verified_before"] == .null, "\(fourth)")
    }

    @Test func `a process that follows is named, and the switch says how to stop it`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let follower = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("follow")
        )
        let isNamed = try await eventually {
            try await live.cutover("status").json["process"]["pid"].int == Int(follower.pid)
        }
        try #require(isNamed)
        let status = try await live.cutover("status")
        #expect(status.json["process"]["verb"].string == "follow", "\(status)")
        let next = status.json["next"].string ?? ""
        #expect(next.contains("kill -TERM \(follower.pid)"), "\(status)")
        let refused = try await live.flip()
        #expect(refused.status == 78 && refused.code == "run_busy", "\(refused)")
        let error = refused.json["error"]
        let message = error["message"].string ?? ""
        #expect(message.contains("cutover follow, pid \(follower.pid)"), "\(refused)")
        #expect(message.contains("--source"), "\(refused)")
        #expect(error["remedy"].string?.contains("Ctrl-C") == true, "\(refused)")
        // It is no process of the application.
        let gate = try await live.gate("file_holders")
        let own = "our own cutover follow (pid \(follower.pid))"
        #expect(gate["reason"].string?.contains(own) == true, "\(gate)")
        #expect(gate["reason"].string?.contains("must obey") == false, "\(gate)")
        let plan = try await live.cutover("switch", "--dry-run")
        let holder = plan.json["holders"].list.first { $0["pid"].int == Int(follower.pid) }
        #expect(holder?["verb"].string == "follow", "\(plan)")
        follower.send(SIGTERM)
        _ = await follower.end()
        let after = try await live.cutover("status")
        #expect(after.json["process"] == .null, "\(after)")
    }
}
