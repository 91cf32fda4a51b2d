import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The next step that a verb names is one that works.
@Suite(.postgres, .database, .timeLimit(.minutes(60)))
struct NextStepTests {
    private func next(_ live: CutoverCommand) async throws -> String {
        let status = try await live("status")
        return try #require(status.json["next"].string, "\(status)")
    }

    private func words(_ cutover: CutoverCommand, _ arguments: String...) async throws -> String {
        try await run(
            BuiltProducts.cutover,
            arguments + ["--source", cutover.source, "--target", cutover.target]
        ).stdout
    }

    @Test func `status never sends to a switch while a gate may be closed`() async throws {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let closed = try await next(live.cutover)
        #expect(closed.hasPrefix("cutover check says what opens the gates"), "\(closed)")
        #expect(!closed.contains("cutover switch"), "\(closed)")
        try await live.sign()
        let open = try await next(live.cutover)
        #expect(open.hasPrefix("cutover check, then cutover switch"), "\(open)")
    }

    @Test func `with rows in quarantine every next step leads to them`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .production, orders: 40)
        _ = try await sqlite3(
            path,
            """
            UPDATE workflow_controls SET enabled = 'perhaps'
            WHERE workflow_name = 'orders-cleanup';
            """
        )
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let migrated = try await cutover("migrate", "--live")
        try #require(migrated.status == 1, "\(migrated)")
        let gates = try await cutover("check").json["gates"]
        for name in ["toggles", "verified", "quarantine"] {
            let gate = gates.named(name)
            #expect(gate["state"].string == "closed", "\(gate)")
            #expect(gate["remedy"].string?.contains("quarantine list") == true, "\(gate)")
        }
        #expect(try await next(cutover).hasPrefix("cutover quarantine list"))
        let list = try await words(cutover, "quarantine", "list")
        #expect(list.contains("next: cutover quarantine show 1"), "\(list)")
        let replayed = try await words(cutover, "quarantine", "replay", "--all")
        #expect(replayed.contains("next: cutover quarantine show 1"), "\(replayed)")
        let accepted = try await words(
            cutover,
            "quarantine",
            "accept",
            "--all",
            "--reason",
            "a test"
        )
        #expect(accepted.contains("next: cutover verify"), "\(accepted)")
        let decided = try await cutover("check").json["gates"].named("verified")
        #expect(decided["remedy"].string?.contains("what was decided") == true, "\(decided)")
    }

    @Test func `behind clean the next step is not a migrate that refuses`() async throws {
        let live = try await LiveSource(TestFolder())
        let phrase = "clean \(try await live.database())"
        try #require(try await live.cutover("clean", "--confirm", phrase).status == 0)
        let told = try await next(live.cutover)
        #expect(told.contains("cutover migrate refuses that"), "\(told)")
        #expect(try await live.cutover("migrate").code == "target_not_empty")
        // What it names works.
        let elsewhere = try await live.cutover("migrate", "--schema", "fresh")
        #expect(elsewhere.status == 0, "\(elsewhere)")
    }

    @Test func `behind a foreign file that was closed the next step leads back to the closed one`()
        async throws
    {
        let live = try await LiveSource(TestFolder())
        let older = try await live.copy("older.db")
        try #require(try await live.flip().status == 0)
        try await live.publish(older)
        let said = try await words(
            live.cutover,
            "switch",
            "--confirm",
            "cut over \(try await live.database())"
        )
        #expect(said.contains("next: the application goes on working on PostgreSQL"), "\(said)")
        #expect(!said.contains("cutover follow"), "\(said)")
        #expect(said.contains("put the closed one back with: "), "\(said)")
    }

    @Test func `a signature that was recorded is told, whatever the gates say`() async throws {
        let live = try await LiveSource(TestFolder(), isSigned: false)
        let signed = try await live.cutover(
            "check",
            ["--sign", "team_notified", "--by", "somebody"]
        )
        #expect(signed.status == 1, "\(signed)")
        let told = signed.program.stderr
        #expect(told.contains("recorded: team_notified signed by somebody"), "\(signed)")
        #expect(told.contains("exit status is that of all gates"), "\(signed)")
    }

    @Test func `a recording goes into no file that is there`() async throws {
        let folder = try TestFolder()
        let cutover = CutoverCommand(source: folder.file("a.db"), target: TestDatabase.url)
        let path = folder.file("taken.cast")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        let refused = try await cutover("console", "--record", path)
        #expect(refused.status == 64 && refused.code == "usage", "\(refused)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
    }
}
