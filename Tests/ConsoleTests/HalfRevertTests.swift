import MigrationEngine
import Testing

@testable import Console

/// A way back that was killed while no side took writes, on the screen.
struct HalfRevertConsoleTests {
    private static func model() -> Model {
        var model = Samples.live(.watching)
        var status = Samples.status(.watching)
        status.writesBlocked = true
        status.writeFreezeSeconds = 75
        status.blockedSince = "2026-11-23T08:00:00Z"
        status.blockedBy = "revert"
        status.unfinished = "revert"
        model.cutover.status.value = status
        return model
    }

    @Test func `the screen says that nobody takes writes, and which key finishes it`() {
        let model = Self.model()
        #expect(model.writer == .nobody)
        #expect(model.freezeSeconds ?? 0 >= 75)
        #expect(model.liveVerdict?.text == "WAY BACK STOPPED")
        let problems = model.liveProblems.map(\.text).joined()
        #expect(problems.contains("both sides refuse writes since 2026-11-23T08:00:00Z"))
        #expect(problems.contains("R finishes it"))
        #expect(model.nextSteps == ["R finishes the way back that was stopped"])
        #expect(model.standing?.contains("writes are blocked on both sides") == true)
    }

    @Test func `what was said of another phase does not block the screen`() {
        var model = Self.model()
        model.cutover.knownPhase = .following
        #expect(model.writer == .side(.source))
        #expect(model.freezeSeconds == nil && model.halfReverted == nil)
    }
}
