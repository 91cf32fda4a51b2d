import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Behind the point of no return every verb says that it is passed, when, and what that means.
@Suite(.postgres, .database)
struct FinalTests {
    private let words = "handed over for good at "

    @Test func `behind the point of no return every verb says so and what can be done`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let phrase = "clean \(try await live.database())"
        let cleaned = try await live.cutover("clean", "--final", "--confirm", phrase)
        try #require(cleaned.status == 0, "\(cleaned)")
        let kept = cleaned.json["kept_in_source"].list.compactMap(\.string)
        #expect(kept.count > 50 && kept.allSatisfy { $0.hasPrefix("_cutover_fence") }, "\(cleaned)")
        let at = try #require(cleaned.json["final_at"].string)
        #expect(cleaned.json["switched_at"].string ?? "9" <= at, "\(cleaned)")

        let status = try await live.cutover("status")
        #expect(status.json["phase"].string == "final", "\(status)")
        #expect(status.json["live_side"].string == "target", "\(status)")
        #expect(status.json["final_at"].string == at, "\(status)")
        #expect(status.json["next"].string?.contains("archive") == true, "\(status)")

        for refused in [
            try await live.goBack(), try await live.flip(), try await live.cutover("follow"),
            try await live.cutover("migrate", "--live"), try await live.cutover("verify"),
        ] {
            #expect(refused.status == 78 && refused.code == "not_live", "\(refused)")
            let error = refused.json["error"]
            #expect(error["message"].string?.contains(words + at) == true, "\(refused)")
            #expect(error["remedy"].string?.contains("archive") == true, "\(refused)")
        }
        let plain = try await live.cutover("clean", "--confirm", phrase)
        #expect(plain.status == 1 && plain.code == "gate_closed", "\(plain)")
        let said = plain.json["error"]
        #expect(said["message"].string?.contains(words + at) == true, "\(plain)")
        #expect(said["remedy"].string?.contains("revert") == false, "\(plain)")
        let gates = try await live.check().json["gates"].list
        #expect(gates.count == 1, "\(gates)")
        #expect(gates.first?["reason"].string?.contains(words + at) == true, "\(gates)")
        let report = try await live.cutover("report")
        let unknown = report.json["evidence"]["unknown"].list.compactMap(\.string)
        #expect(unknown.count == 1 && unknown[0].contains(words + at), "\(unknown)")
        #expect(report.json["evidence"]["run"]["live_side"].string == "target")
        // The live views are those of PostgreSQL.
        let orders = try await live.cutover("orders", "--side", "live", "--limit", "1")
        #expect(orders.json["side"].string == "target", "\(orders)")
        #expect(try await live.targetTakesWrites())
        #expect(!(try await live.sourceTakesWrites()))
        // Said again, it is the same moment.
        let again = try await live.cutover("clean", "--final", "--confirm", phrase)
        #expect(again.status == 0 && again.json["final_at"].string == at, "\(again)")
    }

    @Test func `in words it tells what stays in the file and why`() async throws {
        let live = try await LiveSource(TestFolder())
        try #require(try await live.flip().status == 0)
        let phrase = "clean \(try await live.database())"
        let sides = ["--source", live.path, "--target", live.cutover.target]
        let cleaned = try await run(
            BuiltProducts.cutover,
            ["clean"] + sides + ["--final", "--confirm", phrase]
        )
        #expect(cleaned.status == 0, "\(cleaned)")
        #expect(cleaned.stdout.contains(" stay: the triggers that block its writes"), "\(cleaned)")
        #expect(!cleaned.stdout.contains("schema is as before"), "\(cleaned)")
        #expect(cleaned.stdout.contains("point of no return is passed"), "\(cleaned)")
        let status = try await run(BuiltProducts.cutover, ["status"] + sides)
        #expect(status.stdout.contains(words), "\(status)")
    }

    @Test func `after a switch migrate says that PostgreSQL is live, and writes nothing`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let again = try await live.cutover("migrate", "--live")
        #expect(again.status == 0 && again.json["already_done"].bool == true, "\(again)")
        let ended = try #require(again.json["finished_at"].string)
        #expect(ended.hasSuffix("Z") && again.json["run_id"].string != nil, "\(again)")
        let notes = again.json["warnings"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains("nothing was compared now") }, "\(notes)")
        try #require(try await live.flip().status == 0)
        let switched = try await live.cutover("status").json["switched_at"].string
        for options in [["--live"], []] {
            let refused = try await live.cutover("migrate", options)
            #expect(refused.status == 78 && refused.code == "not_live", "\(refused)")
            let error = refused.json["error"]
            let words = "PostgreSQL is live since \(switched ?? "?")"
            #expect(error["message"].string?.contains(words) == true, "\(refused)")
            #expect(error["remedy"].string?.contains("cutover revert") == true, "\(refused)")
        }
        #expect(try await live.targetTakesWrites())
    }

    @Test(arguments: ["toggles-off", "handed-over"])
    func `migrate behind a killed switch takes up no copy that is done`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let killed = try await live.flip(dying: point)
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let isOnTarget = point == "handed-over"
        let run = try await live.cutover("migrate", "--live")
        #expect(run.status == (isOnTarget ? 78 : 0), "\(run)")
        #expect(try await live.targetTakesWrites() == isOnTarget)
        #expect(try await live.flip().status == 0)
        #expect(try await live.targetTakesWrites())
    }
}
