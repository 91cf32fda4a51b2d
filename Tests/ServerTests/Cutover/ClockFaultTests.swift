import Foundation
import MigrationEngine
import TestSupport
import Testing

/// The clock is set while writes are blocked: seen from the fence, its times are set the other way.
@Suite(.postgres, .database)
struct ClockFaultTests {
    @Test(arguments: ["fenced", "drained", "freeze-verified"], [1.0, -1.0])
    func `a clock that is set by an hour lets writes pass, and then nothing is handed over`(
        _ point: String,
        _ hours: Double
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: point)
        #expect(!(try await live.sourceTakesWrites()))
        try await live.setClock(by: hours)
        try await live.write(1)
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        // What passed before the last change was read is drained like any other.
        guard point != "fenced" || run.status != 0 else {
            try await live.requireOnTarget(toggles)
            let count = "SELECT count(*) FROM orders_inbox WHERE order_number = '91'"
            #expect(try await psql(live.cutover.target, count) == "1")
            return
        }
        #expect(run.json["reason"].string?.contains("written although") == true, "\(run)")
        try await live.requireUndone(run, toggles)
        #expect(
            try await sqlite3(
                live.path,
                "SELECT count(*) FROM orders_inbox WHERE order_number = '91';"
            ) == "1"
        )
        try await live.requireWholeAndClean()
    }

    @Test(arguments: [1.0, -1.0])
    func `at the handover no clock lets a write pass`(_ hours: Double) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let program = try await live.halted(at: "handing-over")
        try await live.setClock(by: hours)
        #expect(!(try await live.sourceTakesWrites()))
        program.send(SIGCONT)
        let run = CutoverRun(await program.end())
        #expect(run.status == 0, "\(run)")
        try await live.requireOnTarget(toggles)
    }

    @Test func `a clock that is set by some seconds changes nothing`() async throws {
        let live = try await LiveSource(TestFolder())
        let program = try await live.halted(at: "drained")
        try await live.setClock(by: -2.0 / 3_600)
        #expect(!(try await live.sourceTakesWrites()))
        program.send(SIGCONT)
        #expect(CutoverRun(await program.end()).status == 0)
    }

    @Test(arguments: [1.0, -1.0])
    func `after a kill a set clock blocks nobody, and the next start undoes the rest`(
        _ hours: Double
    ) async throws {
        let live = try await LiveSource(TestFolder())
        let toggles = try await live.toggles()
        let killed = try await live.flip(dying: "drained")
        #expect(killed.status == 128 + SIGKILL, "\(killed)")
        #expect(!(try await live.sourceTakesWrites()))
        try await live.setClock(by: hours)
        #expect(try await live.sourceTakesWrites())
        let followed = try await live.cutover("follow", "--until-lag-below", "1")
        #expect(followed.status == 0, "\(followed)")
        try await live.requireOnSource(toggles)
        try await live.requireWholeAndClean()
    }
}
