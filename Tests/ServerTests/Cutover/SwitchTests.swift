import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The switch, undisturbed and disturbed.
@Suite(.postgres, .database)
struct SwitchTests {
    @Test func `the application is handed over, and every toggle is as before`() async throws {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        try await live.write(1)
        #expect(!(try await live.targetTakesWrites()))
        let file = live.folder.file("env")
        try "A=1\nUSE_POSTGRES=false\n".write(toFile: file, atomically: true, encoding: .utf8)
        let seen = live.folder.file("seen")
        let run = try await live.flip([
            "--env-file", file,
            "--hook", "echo \"$CUTOVER_PHASE $CUTOVER_WORKFLOW $CUTOVER_SOURCE\" >> \(seen)",
        ])
        try #require(run.status == 0, "\(run)")
        #expect(run.json["outcome"].string == "switched")
        #expect(!(try await live.sourceTakesWrites()))
        #expect(try await live.targetTakesWrites())
        #expect(try await live.targetToggles() == before)
        let environment = try String(contentsOfFile: file, encoding: .utf8)
        #expect(environment == "A=1\nUSE_POSTGRES=true\n")
        let hooks = try String(contentsOfFile: seen, encoding: .utf8)
        #expect(hooks.hasPrefix("switch  \(live.path)\n"), "\(hooks)")
        let orders = try await psql(
            live.cutover.target,
            "SELECT count(*) FROM orders_inbox WHERE order_number = '91'"
        )
        #expect(orders.trimmingCharacters(in: .whitespacesAndNewlines) == "1")
        // Said again, nothing is done.
        let again = try await live.flip()
        #expect(again.status == 0 && again.json["steps"].list.isEmpty, "\(again)")
    }

    @Test func `foreign keys and triggers that rested hold again`() async throws {
        let live = try await LiveSource(TestFolder())
        let count = """
            SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated
                AND connamespace = 'public'::regnamespace
            """
        #expect(try await psql(live.cutover.target, count).contains("0"))
        let run = try await live.flip()
        try #require(run.status == 0, "\(run)")
        let keys = try await psql(live.cutover.target, count)
        let resting = try await psql(
            live.cutover.target,
            "SELECT count(*) FROM cutover.resting WHERE validate IS NOT NULL"
        )
        #expect(keys == resting && !keys.hasPrefix("0"), "\(keys) of \(resting)")
    }

    @Test(arguments: [
        "toggles-off", "fenced", "drained", "freeze-verified", "handing-over", "handover-written",
    ])
    func `killed before the handover, the next switch undoes it and goes the whole way`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        try await live.write(1)
        let killed = try await live.flip(dying: point)
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        let sides = (try await live.sourceTakesWrites(), try await live.targetTakesWrites())
        #expect(!(sides.0 && sides.1))
        #expect(!sides.1)
        let run = try await live.flip()
        try #require(run.status == 0, "\(run)")
        #expect(run.json["warnings"].list.contains { $0.string?.contains("undone") == true })
        #expect(try await live.targetToggles() == before)
        #expect(!(try await live.sourceTakesWrites()))
        #expect(try await live.targetTakesWrites())
    }

    @Test(arguments: ["handed-over", "canary-on", "toggles-restored"])
    func `killed behind the handover, the next switch finishes it`(
        _ point: String
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        let killed = try await live.flip(dying: point)
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        #expect(!(try await live.sourceTakesWrites()))
        #expect(try await live.targetTakesWrites())
        let run = try await live.flip()
        try #require(run.status == 0, "\(run)")
        #expect(try await live.targetToggles() == before)
        #expect(!(try await live.sourceTakesWrites()))
    }

    @Test func `a row that is not equal undoes everything`() async throws {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        try await live.write(1)
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        try #require(followed.status == 0, "\(followed)")
        // Somebody passes the fence and changes what was written, before it is compared.
        _ = try await psql(
            live.cutover.target,
            """
            SELECT set_config('cutover.writer', run_id, false) FROM cutover.run;
            UPDATE inventory_current SET current_quantity = 4711;
            UPDATE cutover.position SET verified_seq = 0;
            """
        )
        let run = try await live.flip()
        #expect(run.status == 1 && run.json["outcome"].string == "undone", "\(run)")
        #expect(run.json["reason"].string?.contains("inventory_current") == true, "\(run)")
        #expect(try await live.toggles() == before)
        #expect(try await live.leftovers().isEmpty)
        #expect(try await live.sourceTakesWrites())
        #expect(!(try await live.targetTakesWrites()))
    }

    @Test func `over its budget it is undone by itself`() async throws {
        let live = try await LiveSource(TestFolder())
        let before = try await live.toggles()
        var command = live.cutover
        command.environment["CUTOVER_FAILPOINT"] = "fenced=pause"
        let phrase = "cut over \(try await live.database())"
        let program = try StartedProgram(
            BuiltProducts.cutover,
            command.arguments(
                "switch",
                ["--flag-cache", "0", "--freeze-budget", "1", "--confirm", phrase]
            ),
            environment: ["CUTOVER_FAILPOINT": "fenced=pause"]
        )
        let isHalted = try await eventually(within: .seconds(60)) {
            let status = try String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8)
            return status.split(separator: ")").last?.hasPrefix(" T") == true
        }
        try #require(isHalted)
        #expect(!(try await live.sourceTakesWrites()))
        // The fence lets go although nobody takes it down: budget and margin.
        let isFree = try await eventually(within: .seconds(40)) {
            try await live.sourceTakesWrites()
        }
        #expect(isFree)
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 1 && run.json["outcome"].string == "undone", "\(run)")
        #expect(try await live.toggles() == before)
        #expect(try await live.leftovers().isEmpty)
        #expect(!(try await live.targetTakesWrites()))
    }

    @Test func `without a live run it says how to start one`() async throws {
        let folder = try TestFolder()
        let path = folder.file("ora.db")
        try await makeSample(path, .plan, orders: 5)
        let cutover = CutoverCommand(source: path, target: TestDatabase.url)
        let name = try await psql(cutover.target, "SELECT current_database()")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let run = try await cutover("switch", "--confirm", "cut over \(name)")
        #expect(run.status == 78 && run.code == "not_live", "\(run)")
        #expect(run.json["error"]["remedy"].string?.contains("migrate --live") == true)
        let wrong = try await cutover("switch", "--confirm", "cut over another")
        #expect(wrong.status == 64, "\(wrong)")
    }
}
