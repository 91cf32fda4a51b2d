import Foundation
import MigrationEngine
import TestSupport
import Testing

/// What comes behind a row that did not fit is followed like anything else.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct FollowAfterQuarantineTests {
    @Test(arguments: ["wal", "delete"])
    func `behind a row in quarantine the same follow sees later writes and lets them pass`(
        _ mode: String
    ) async throws {
        let live = try await LiveRun(
            "PRAGMA journal_mode = \(mode); CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);"
                + "INSERT INTO t VALUES (1, 1);"
        )
        try await live.migrate()
        let program = try await live.startFollowing()
        try await live.write("INSERT INTO t VALUES (2, 'word')")
        let isKept = try await eventually(within: .seconds(120)) {
            try await psql(live.cutover.target, "SELECT count(*) FROM cutover.quarantine") == "1"
        }
        try #require(isKept)
        // A statement that still stood on that row would refuse this one, or hide it.
        try await live.write("PRAGMA busy_timeout = 60000; INSERT INTO t VALUES (3, 3)")
        let isThere = try await eventually(within: .seconds(120)) {
            try await psql(live.cutover.target, "SELECT count(*) FROM t WHERE id = 3") == "1"
        }
        #expect(isThere)
        let run = try await live.stop(program)
        #expect(run.status == 0 && run.json["lag"]["rows"].int == 0, "\(run)")
    }

    @Test func `a row that goes into quarantine in the pause undoes the switch until it is decided about`()
        async throws
    {
        let live = try await LiveRun(
            """
            PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
            INSERT INTO t VALUES (1, 1);
            """
        )
        try await live.migrate()
        let signed = try await live.cutover(
            "check",
            ["--sign", "all", "--override", "rehearsal", "--by", "a test"]
                + ["--note", "no rehearsal", "--confirm", "override rehearsal"]
        )
        try #require(signed.status == 0, "\(signed)")
        // Stopped behind the gates and the first catch-up.
        let name = try await psql(live.cutover.target, "SELECT current_database()")
        var command = live.cutover
        command.environment["CUTOVER_FAILPOINT"] = "toggles-off=pause"
        let program = try StartedProgram(
            BuiltProducts.cutover,
            command.arguments("switch", ["--flag-cache", "0", "--confirm", "cut over \(name)"]),
            environment: command.variables
        )
        let isHalted = try await eventually(within: .seconds(120)) {
            let status = try String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8)
            return status.split(separator: ")").last?.hasPrefix(" T") == true
        }
        try #require(isHalted)
        try await live.write("INSERT INTO t VALUES (2, 'word'); INSERT INTO t VALUES (3, 3)")
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        // Nobody has decided about that row: it is not handed over without it.
        #expect(run.status == 1 && run.json["outcome"].string == "undone", "\(run)")
        let reason = run.json["reason"].string ?? ""
        #expect(reason.contains("went into quarantine") && reason.contains("id 2"), "\(run)")
        #expect(run.json["write_freeze_seconds"].double == 0, "\(run)")
        try await live.follow()
        let accepted = try await live.cutover("quarantine", "accept", "--all", "--reason", "a test")
        try #require(accepted.status == 0, "\(accepted)")
        #expect(try await live.cutover("verify").status == 0)
        let again = try await live.cutover(
            "switch",
            "--flag-cache",
            "0",
            "--confirm",
            "cut over \(name)"
        )
        #expect(again.status == 0, "\(again)")
        #expect(try await psql(live.cutover.target, "SELECT count(*) FROM t WHERE id = 3") == "1")
        try await live.requireAccounted()
    }
}
