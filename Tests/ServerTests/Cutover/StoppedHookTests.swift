import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Signals that reach a verb while its hook hangs, or while nothing does.
@Suite(.postgres, .database)
struct StoppedHookTests {
    private func hanging(
        _ live: LiveSource,
        trap: String = ""
    ) async throws -> (StartedProgram, [Int32]) {
        let file = live.folder.file("pids")
        let hook = """
            \(trap)[ "$CUTOVER_PHASE" = switch ] || exit 0; echo $$ >> \(file); \
            sleep 1000 & echo $! >> \(file); wait; wait; sleep 1000
            """
        let phrase = "cut over \(try await live.database())"
        let program = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments(
                "switch",
                ["--flag-cache", "0", "--hook", hook, "--confirm", phrase]
            ),
            environment: ["CUTOVER_HOOK_SECONDS": "1200"]
        )
        let pids = { @Sendable () -> [Int32] in
            ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
                .compactMap { Int32($0) }
        }
        let isThere = try await eventually(within: .seconds(300)) {
            pids().count == 2 || program.isGone
        }
        try #require(isThere && pids().count == 2, "\(program.words)")
        return (program, pids())
    }

    private func requireGone(_ pids: [Int32]) async throws {
        let areGone = try await eventually(within: .seconds(60)) {
            pids.allSatisfy { pid in
                let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
                return status?.split(separator: ")").last?.hasPrefix(" Z") ?? true
            }
        }
        #expect(areGone, "\(pids)")
    }

    @Test(arguments: [
        (SIGINT, "the operator"), (SIGTERM, "SIGTERM"),
        (SIGHUP, "the loss of its terminal (SIGHUP)"), (SIGQUIT, "the operator"),
    ])
    func `a signal ends a hook that hangs, and the switch is taken back`(
        _ signal: Int32,
        _ wisher: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let (program, pids) = try await hanging(live)
        program.send(signal)
        let run = CutoverRun(await program.end())
        #expect(run.json["reason"].string?.contains("you asked to stop") == true, "\(run)")
        try await live.requireAborted(run, toggles, by: wisher)
        try await requireGone(pids)
        try await live.requireWholeAndClean()
    }

    @Test func `a second signal ends at once, tells the state and leaves no hook behind`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let (program, pids) = try await hanging(live, trap: "trap '' TERM INT HUP; ")
        program.send(SIGINT)
        let isHeard = try await eventually(within: .seconds(60)) {
            program.words.contains("stopping")
        }
        try #require(isHeard)
        program.send(SIGINT)
        let ended = await program.end()
        #expect(ended.status == 75, "\(ended)")
        // Whichever came first: the second signal, or the end of the hook that the first one asked.
        if ended.stderr.contains("stopped at once") {
            let state = ["PostgreSQL takes", "no side takes", "SQLite takes"]
            #expect(state.contains { ended.stderr.contains($0) }, "\(ended)")
        } else {
            #expect(CutoverRun(ended).json["is_aborted"].bool == true, "\(ended)")
        }
        try await requireGone(pids)
        let back = try await live.goBack()
        #expect(back.status == 0, "\(back)")
        #expect(try await live.sourceTakesWrites())
    }

    @Test func `a result that cannot be written ends with 74`() async throws {
        let live = try await LiveSource(TestFolder())
        let phrase = "cut over \(try await live.database())"
        for (verb, options) in [
            ("status", []), ("verify", []), ("plan", []),
            ("switch", ["--flag-cache", "0", "--confirm", phrase]),
            ("switch", ["--confirm", "no"]),
        ] {
            let ended = try await run(
                "sh",
                ["-c", "exec \"$@\" > /dev/full", "sh", BuiltProducts.cutover]
                    + live.cutover.arguments(verb, options)
            )
            #expect(ended.status == 74, "\(verb): \(ended)")
            #expect(ended.stderr.contains("could not be written"), "\(verb): \(ended)")
        }
        #expect(try await live.targetTakesWrites())
    }

    @Test func `SIGQUIT is a wish to stop, and no crash is reported`() async throws {
        let live = try await LiveSource(TestFolder())
        let program = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("follow"),
            environment: ["SWIFT_BACKTRACE": ""]
        )
        let target = live.cutover.target
        let isThere = try await eventually(within: .seconds(300)) {
            try await psql(
                target,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cutover follow' "
                    + "AND datname = current_database()"
            ) != "0"
        }
        try #require(isThere, "\(program.words)")
        program.send(SIGQUIT)
        let ended = await program.end()
        #expect(ended.status < 128, "\(ended)")
        #expect(!ended.stderr.lowercased().contains("backtrace"), "\(ended)")
    }

    @Test(.enabled(if: SmallDisk.canBeMade))
    func `a live migration that fails says that the capture stays`() async throws {
        let folder = try TestFolder()
        let path = folder.file("shop.db")
        try await makeSample(path, .production, orders: 300)
        let disk = try await SmallDisk(megabytes: 1)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let failed = try await cutover("migrate", ["--live", "--run-dir", disk.path + "/run"])
        #expect(failed.status == 74, "\(failed)")
        let kept = failed.json["error"]["kept"].string ?? ""
        let ours = try await sqlite3(
            path,
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_cutover%' ESCAPE '\\';"
        )
        #expect(ours != "0")
        #expect(kept.contains("the source holds the capture"), "\(failed)")
        #expect(kept.contains("cutover clean"), "\(failed)")
        let phrase = try await psql(cutover.target, "SELECT 'clean ' || current_database()")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let cleaned = try await cutover("clean", ["--confirm", phrase])
        #expect(cleaned.status == 0, "\(cleaned)")
        withExtendedLifetime(disk) {}
    }
}
