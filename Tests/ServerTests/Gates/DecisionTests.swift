import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Signatures and overrides, and what `switch` makes of them.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct DecisionTests {
    private func actions(_ live: LiveSource) async throws -> String {
        try await sqlite3(
            live.path + ".cutover/journal.db",
            "SELECT action, before, after FROM action WHERE action LIKE 'gate %' ORDER BY id;"
        )
    }

    @Test func `a closed gate keeps the switch from beginning, and each is named`() async throws {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let before = try await live.toggles()
        let refused = try await live.flip()
        #expect(refused.status == 1 && refused.code == "gate_closed", "\(refused)")
        let error = refused.json["error"]
        for name in ["rehearsal", "team_notified", "code_ready"] {
            #expect(error["message"].string?.contains(name) == true, "\(refused)")
            #expect(error["remedy"].string?.contains("\(name): cutover ") == true, "\(refused)")
        }
        #expect(try await live.toggles() == before)
        #expect(try await live.leftovers().isEmpty)
        #expect(try await live.sourceTakesWrites())
        try await live.sign()
        // One taken back is enough to close it again.
        let unsigned = try await live.check("--unsign", "team_notified", "--by", "Ada")
        #expect(unsigned.status == 1, "\(unsigned)")
        #expect(try await live.flip().code == "gate_closed")
        let signed = try await live.check("--sign", "team_notified", "--by", "Ada")
        #expect(signed.status == 0, "\(signed)")
        let switched = try await live.flip()
        try #require(switched.status == 0, "\(switched)")
        let after = try await live.check()
        #expect(after.status == 1, "\(after)")
        let names = after.json["gates"].list.map { $0["name"].string }
        #expect(names == ["source_fence", "live_run"], "\(after)")
        // Said again, the switch is finished: that needs no gate.
        #expect(try await live.flip().status == 0)
        #expect(try await actions(live).contains("gate withdraw team_notified||by Ada"))
    }

    @Test func `what a killed switch left is undone before its gates are looked at`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        let killed = try await live.flip(dying: "fenced")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        _ = try await live.check("--unsign", "tests_done")
        let refused = try await live.flip()
        #expect(refused.code == "gate_closed", "\(refused)")
        #expect(try await live.toggles() == before)
        #expect(try await live.leftovers().isEmpty)
        #expect(try await live.sourceTakesWrites())
    }

    @Test func `signatures and overrides are in the journal with who, when and why`()
        async throws
    {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let signed = try await live.check(
            "--sign",
            "team_notified",
            "--sign",
            "tests_done",
            "--by",
            "Ada",
            "--note",
            "told at 9"
        )
        let gate = signed.json["gates"].named("tests_done")
        #expect(gate["state"].string == "open", "\(gate)")
        #expect(gate["decision"]["by"].string == "Ada", "\(gate)")
        #expect(gate["decision"]["note"].string == "told at 9", "\(gate)")
        #expect(gate["decision"]["is_override"].bool == false, "\(gate)")
        #expect(signed.json["gates"].named("code_ready")["state"].string == "closed")
        let phrase = "override rehearsal"
        let passed = try await live.check(
            "--override",
            "rehearsal",
            "--by",
            "Bob",
            "--note",
            "no time",
            "--confirm",
            phrase
        )
        let rehearsal = passed.json["gates"].named("rehearsal")
        #expect(rehearsal["state"].string == "closed", "\(rehearsal)")
        #expect(rehearsal["decision"]["is_override"].bool == true, "\(rehearsal)")
        #expect(
            try await actions(live) == """
                gate sign team_notified||by Ada: told at 9
                gate sign tests_done||by Ada: told at 9
                gate override rehearsal|none|by Bob: no time
                """
        )
    }

    @Test func `a wrong phrase, a missing name and a gate that loses rows are refused`()
        async throws
    {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let wrong = try await live.cutover(
            "check",
            "--override",
            "rehearsal",
            "--by",
            "Bob",
            "--note",
            "no time",
            "--confirm",
            "override"
        )
        #expect(wrong.status == 64, "\(wrong)")
        for name in ["live_run", "copied", "tables", "schema_unchanged", "target_identity"] {
            let refused = try await live.cutover(
                "check",
                "--override",
                name,
                "--by",
                "Bob",
                "--note",
                "x",
                "--confirm",
                "override \(name)"
            )
            #expect(refused.status == 64, "\(name): \(refused)")
        }
        for options in [
            ["--sign", "all"], ["--override", "rehearsal", "--by", "Bob"],
            ["--sign", "lag", "--by", "Bob"], ["--sign", "no_such", "--by", "Bob"],
            ["--unsign", "tests_done"],
            [
                "--override", "tests_done", "--by", "B", "--note", "x", "--confirm",
                "override tests_done",
            ],
            ["--override", "lag", "--by", "B", "--note", "x", "--confirm", "override lag"],
        ] {
            let refused = try await live.cutover("check", options)
            #expect(refused.status == 64, "\(options): \(refused)")
        }
        let readOnly = try await live.cutover("check", "--read-only", "--sign", "all", "--by", "B")
        #expect(readOnly.code == "read_only", "\(readOnly)")
        #expect(try await actions(live).isEmpty)
    }

    @Test func `gates are looked at and signed while another process follows`() async throws {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let follower = try StartedProgram(
            BuiltProducts.cutover,
            live.cutover.arguments("follow")
        )
        let isFollowing = try await eventually {
            try await live.cutover("status").json["is_running"].bool == true
        }
        try #require(isFollowing)
        try await live.write(1)
        try await live.sign()
        let status = try await live.cutover("status")
        #expect(status.json["gates"].named("team_notified")["state"].string == "open", "\(status)")
        follower.send(SIGTERM)
        _ = await follower.end()
        let switched = try await live.flip()
        #expect(switched.status == 0, "\(switched)")
    }

    @Test func `signing all leaves alone what is signed, signing by name signs it again`()
        async throws
    {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        _ = try await live.check("--sign", "tests_done", "--by", "Ada", "--note", "all green")
        let all = try await live.check("--sign", "all", "--by", "Bob")
        let kept = all.json["gates"].named("tests_done")["decision"]
        #expect(kept["by"].string == "Ada" && kept["note"].string == "all green", "\(all)")
        let new = all.json["gates"].named("team_notified")["decision"]
        #expect(new["by"].string == "Bob", "\(all)")
        let count = try await actions(live).split(separator: "\n").count
        _ = try await live.check("--sign", "all", "--by", "Bob")
        #expect(try await actions(live).split(separator: "\n").count == count)
        let again = try await live.check("--sign", "tests_done", "--by", "Cleo")
        let named = again.json["gates"].named("tests_done")["decision"]
        #expect(named["by"].string == "Cleo", "\(again)")
        #expect(try await actions(live).contains("gate sign tests_done||by Cleo"))
    }
}
