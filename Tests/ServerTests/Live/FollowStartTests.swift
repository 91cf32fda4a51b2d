import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The first moments of `follow`.
@Suite(.postgres, .database)
struct FollowStartTests {
    @Test func `a connection that is lost before it follows is made anew`() async throws {
        let live = try await LiveRun("CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT);")
        try await live.migrate()
        try await live.write("INSERT INTO t (b) VALUES ('one'), ('two')")
        let program = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("follow", ["--until-lag-below", "1"]),
            environment: live.cutover.dying(at: "session-connected=pause").variables
        )
        let isThere = try await eventually(within: .seconds(300)) {
            program.isHalted || program.isGone
        }
        try #require(isThere && program.isHalted, "\(program.words)")
        _ = try await psql(
            TestDatabase.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                + "current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'cut%'"
        )
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 0 && run.json["applied_changes"].int == 2, "\(run)")
        try await live.requireEqual()
    }

    @Test func `a server that never answered ends it at once`() async throws {
        let live = try await LiveRun("CREATE TABLE t (id INTEGER PRIMARY KEY);")
        try await live.migrate()
        var nowhere = live.cutover
        nowhere.target = "postgresql://nobody@127.0.0.1:1/nothing"
        let run = try await nowhere("follow", "--until-lag-below", "1")
        #expect(run.status == 69 && run.code == "target_unavailable", "\(run)")
    }
}
