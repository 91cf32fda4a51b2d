import Foundation
import TestSupport
import Testing

/// Toggles that somebody sets while a switch has them put by would be lost: they are refused.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct PausedToggleTests {
    @Test(arguments: ["toggles-off", "handed-over"])
    func `a toggle is not set while a switch has it put by`(point: String) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: point)
        for verb in ["enable", "disable"] {
            let run = try await live.cutover("workflows", verb, "xml-import", "--by", "op")
            #expect(run.code == "run_busy", "\(run)")
            #expect(
                run.json["error"]["message"].string?.contains("paused the workflows") == true,
                "\(run)"
            )
        }
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        try await live.requireOnTarget(toggles)
        let after = try await live.cutover("workflows", "disable", "xml-import", "--by", "op")
        #expect(after.status == 0, "\(after)")
    }
}
