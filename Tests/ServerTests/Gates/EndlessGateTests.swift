import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A query of a profile that never ends.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct EndlessGateTests {
    /// Writes a profile with such a gate.
    private func profile(_ live: LiveSource, _ more: String = "") throws -> [String] {
        let path = live.folder.file("endless.toml")
        try """
        name = "endless"

        [[gates]]
        name = "endless"
        title = "a query that never ends"
        \(more)

        [[gates.variant]]
        sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

        [[figure]]
        name = "endless"

        [[figure.variant]]
        sqlite = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT max(i) FROM n"
        postgres = "SELECT 1"
        """.write(toFile: path, atomically: true, encoding: .utf8)
        return ["--profile", path]
    }

    @Test func `a gate whose query never ends is closed after its time, and says so`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let run = try await live.cutover("check", try profile(live, "seconds = 1"))
        let gate = run.json["gates"].named("endless")
        #expect(run.status == 1 && gate["state"].string == "closed", "\(run)")
        #expect(gate["reason"].string?.contains("did not end within 1 s") == true, "\(gate)")
        #expect(gate["remedy"].string?.contains("seconds = N") == true, "\(gate)")
        // The others were looked at behind it.
        #expect(run.json["gates"].named("team_notified")["state"].string == "open", "\(run)")
        let refused = try await live.flip(try profile(live, "seconds = 1"))
        #expect(refused.code == "gate_closed", "\(refused)")
        let message = refused.json["error"]["message"].string
        #expect(message?.contains("endless: its query did not end") == true, "\(refused)")
        #expect(try await live.leftovers().isEmpty)
        let wrong = try await live.cutover("check", try profile(live, "seconds = 0"))
        #expect(wrong.status == 78, "\(wrong)")
    }

    @Test func `a figure whose query never ends is unknown`() async throws {
        let live = try await LiveSource(TestFolder())
        let run = try await live.cutover(
            "dashboard",
            try profile(live) + ["--side", "source"]
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.program.stdout.contains("took longer than 10 s"), "\(run)")
    }

    @Test(arguments: [SIGINT, SIGHUP])
    func `a wish to stop is heard in the middle of such a query`(_ number: Int32) async throws {
        let live = try await LiveSource(TestFolder())
        let program = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("check", try profile(live, "seconds = 3600"))
        )
        // All other gates together cost a fraction of these seconds of work.
        let isInside = try await eventually {
            let path = "/proc/\(program.pid)/stat"
            let status = try String(contentsOfFile: path, encoding: .utf8)
            let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 12 && (Int(fields[11]) ?? 0) > 5 * sysconf(Int32(_SC_CLK_TCK))
        }
        try #require(isInside)
        program.send(number)
        let run = CutoverRun(await program.end())
        #expect(run.status == 75 && run.code == "interrupted", "\(run)")
    }
}
