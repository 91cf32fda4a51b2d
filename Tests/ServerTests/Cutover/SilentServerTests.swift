import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A server that answers nothing any more, and breaks no connection either.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct SilentServerTests {
    @Test func `a wish to stop in the pause is carried out although the server answers nothing`()
        async throws
    {
        let live = try await LiveSource(TestFolder(), orders: 60)
        let toggles = try await live.toggles()
        let proxy = try ServerProxy(to: live.cutover.target)
        defer { proxy.end() }
        let program = try await live.halted(at: "toggles-off", target: proxy.url)
        // Something to be applied, so that the server is asked.
        try await live.write(1)
        proxy.set(.stalled)
        #expect(try await live.toggles() != toggles)
        program.send(SIGCONT)
        program.send(SIGINT)
        let isUndone = try await eventually(within: .seconds(30)) {
            try await live.toggles() == toggles
        }
        if !isUndone { program.send(SIGKILL) }
        try #require(isUndone, "\(program.words)")
        let run = CutoverRun(await program.end())
        #expect(run.json["is_aborted"].bool == true, "\(run)")
        #expect(run.json["reason"].string == "aborted by the operator", "\(run)")
        proxy.set(.open)
        #expect(run.status == 75 && run.json["outcome"].string == "undone", "\(run)")
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }

    @Test(arguments: [true, false])
    func `following stops although the server answers nothing`(hasNews: Bool) async throws {
        let live = try await LiveSource(TestFolder(), orders: 60)
        let proxy = try ServerProxy(to: live.cutover.target)
        defer { proxy.end() }
        let target = live.cutover.target
        let applied = "SELECT applied FROM cutover.position"
        var command = live.cutover
        command.target = proxy.url
        let program = try StartedProgram(BuiltProducts.cutover, command.arguments("follow", []))
        try await live.write(1)
        let isFollowed = try await eventually(within: .seconds(60)) {
            try await psql(target, applied) != "0"
        }
        try #require(isFollowed, "\(program.words)")
        proxy.set(.stalled)
        if hasNews { try await live.write(2) }
        program.send(SIGINT)
        let isGone = try await eventually(within: .seconds(60)) { program.isGone }
        if !isGone { program.send(SIGKILL) }
        let run = CutoverRun(await program.end())
        #expect(isGone && run.status == 0, "\(run)")
        proxy.set(.open)
        try await live.requireWholeAndClean()
    }
}
