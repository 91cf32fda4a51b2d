import Foundation
import MigrationEngine
import TestSupport
import Testing

/// A rehearsal beside the real live run, and the plan of the real switch.
@Suite(.postgres, .database, .timeLimit(.minutes(30)))
struct RehearseBesideTests {
    private static let short = [
        "--runs", "1", "--duration", "1", "--flag-cache", "0.3", "--traffic-rate", "80",
    ]

    /// Everything of both sides that an action could change.
    private struct Sides: Equatable {
        var source: String
        var target: String

        init(_ live: LiveSource) async throws {
            source = try await sqlite3(live.path, ".dump")
            let dump = try await run("pg_dump", ["--no-owner", "-d", live.cutover.target])
            try #require(dump.status == 0, "\(dump.stderr)")
            target = dump.stdout.split(separator: "\n")
                .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
                .joined(separator: "\n")
        }
    }

    @Test func `beside a live run it changes neither side, and the run goes on`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.write(1)
        let before = try await Sides(live)
        let toggles = try await live.toggles()
        let run = try await live.cutover("rehearse", Self.short)
        try #require(run.status == 0, "\(run)")
        #expect(try await Sides(live) == before)
        // The real target was asked how fast it answers.
        #expect((run.json["target"]["round_trip_seconds"].double ?? 0) > 0, "\(run)")
        #expect(run.json["source_fingerprint"].string?.count == 16)
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        #expect(try await live.targetToggles() == toggles)
    }

    @Test func `in the middle of a real cutover the copy has the toggles' earlier values`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let killed = try await live.flip(dying: "toggles-off")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let before = try await Sides(live)
        let keep = live.folder.file("kept")
        let run = try await live.cutover("rehearse", Self.short + ["--keep", keep])
        try #require(run.status == 0, "\(run)")
        #expect(try await Sides(live) == before)
        // The copy came back from its own switch with the values of before the real one.
        let rested = try await sqlite3(
            keep + "/run-1/source.db",
            "SELECT enabled FROM workflow_controls WHERE workflow_name = 'orders-cleanup';"
        )
        #expect(rested == "0")
        let isOn = try await sqlite3(
            keep + "/run-1/source.db",
            "SELECT count(*) > 0 FROM workflow_controls WHERE enabled = 1;"
        )
        #expect(isOn == "1")
    }

    @Test func `a dry run of the switch says each action and changes nothing`() async throws {
        let live = try await LiveSource(TestFolder())
        try await live.write(1)
        let file = live.folder.file("env")
        let environment = "DB_PASSWORD=secret\nUSE_POSTGRES=false\n"
        try environment.write(toFile: file, atomically: true, encoding: .utf8)
        let seen = live.folder.file("seen")
        let before = try await Sides(live)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: live.path))
        // No phrase is asked for.
        let run = try await live.cutover(
            "switch",
            ["--dry-run", "--env-file", file, "--hook", "touch \(seen)", "--flag-cache", "55"]
        )
        try #require(run.status == 0, "\(run)")
        #expect(run.json["dry_run"].bool == true)
        let steps = run.json["steps"].list
        #expect(
            steps.compactMap { $0["name"].string } == [
                "following", "pausing", "fenced", "drained", "verified", "switched",
                "environment", "hook", "canary", "canary-hook", "toggles", "keys",
                "closed-copy",
            ]
        )
        let words = steps.flatMap {
            [$0["action"].string ?? ""] + $0["details"].list.compactMap(\.string)
        }
        let said = words.joined(separator: "\n")
        for phrase in [
            "toggle orders-cleanup: off, and stays so", "wait 55.0 s", "changes wait",
            "line 2: USE_POSTGRES=false becomes USE_POSTGRES=true", "command: touch",
            "CUTOVER_PHASE=switch", "CUTOVER_PHASE=canary", "the live side becomes: target",
        ] {
            #expect(said.contains(phrase), "\(phrase) in \(said)")
        }
        #expect(!said.contains("secret"))
        #expect((run.json["lag"]["rows"].int ?? 0) > 0)
        #expect(try await Sides(live) == before)
        #expect(try Data(contentsOf: URL(fileURLWithPath: live.path)) == bytes)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == environment)
        #expect(!exists(seen))
        // And the real one does just that.
        let flipped = try await live.flip(["--env-file", file, "--hook", "touch \(seen)"])
        try #require(flipped.status == 0, "\(flipped)")
        let done = flipped.json["steps"].list.compactMap { $0["name"].string }
        #expect(done == steps.compactMap { $0["name"].string })
    }

    @Test func `a dry run behind the handover says that nothing would be done`() async throws {
        let live = try await LiveSource(TestFolder())
        let flipped = try await live.flip()
        try #require(flipped.status == 0, "\(flipped)")
        let run = try await live.cutover("switch", "--dry-run", "--read-only")
        try #require(run.status == 0, "\(run)")
        #expect(run.json["steps"].list.isEmpty, "\(run)")
        let notes = run.json["warnings"].list.compactMap(\.string)
        #expect(notes.contains { $0.contains("already") }, "\(notes)")
    }
}
