import Testing

@testable import MigrationEngine
@testable import cutover

/// The line of progress of the verbs.
@Suite struct ProgressLineTests {
    private func live(_ change: (inout LiveProgress) -> Void = { _ in }) -> LiveProgress {
        var live = LiveProgress(
            lagRows: 12,
            lagSeconds: 0.4,
            appliedChanges: 1_234,
            changesPerSecond: 19.6
        )
        change(&live)
        return live
    }

    @Test func `follow says how far behind, how fast and how many`() {
        var progress = Progress()
        progress.phase = .follow
        progress.live = live()
        #expect(
            ProgressLine.text(progress, ascii: true)
                == "follow  12 changes waiting, the oldest 0.4 s old  20 changes/s  1234 applied"
        )
        progress.live = live { $0.waitingFor = "waiting: the server's disk is full" }
        #expect(ProgressLine.text(progress, ascii: true).hasSuffix("the server's disk is full"))
    }

    @Test func `a switch says how long workers are waited for, and how long writes are blocked`() {
        var progress = Progress()
        var cutover = CutoverProgress()
        cutover.steps = [.init(name: "pausing", seconds: nil, outcome: "running")]
        progress.cutover = cutover
        progress.live = live { live in
            live.lagRows = 0
            live.countdownSeconds = 42.2
        }
        #expect(
            ProgressLine.text(progress, ascii: true)
                == "pausing  workers may act on an old toggle for 43 s more; writes pass"
        )
        cutover.steps = [.init(name: "drained", seconds: nil, outcome: "running")]
        cutover.freezeSeconds = 0.31
        cutover.freezeBudget = 0.5
        progress.cutover = cutover
        progress.live = live { $0.lagRows = 3 }
        #expect(
            ProgressLine.text(progress, ascii: true)
                == "drained  WRITES BLOCKED 0.3 s of 0.50 s  3 changes waiting"
        )
    }

    @Test func `a line that is cut at the edge shows it`() {
        #expect(ProgressLine.clipped("12345", to: 5) == "12345")
        #expect(ProgressLine.clipped("123456", to: 5) == "1234~")
    }

    @Test func `the steps of a switch are never cut`() {
        let report = SwitchReport(
            ok: true,
            outcome: .switched,
            reason: nil,
            writeFreezeSeconds: 0.4,
            drainedChanges: 0,
            steps: [
                .init(name: "environment-back", seconds: 1.2, outcome: "done"),
                .init(name: "keys", seconds: 0.1, outcome: "done"),
            ],
            togglesRestored: [],
            holders: [],
            warnings: []
        )
        let text = SwitchCommand.text(report)
        #expect(text.contains("environment-back  1.20 s  done"))
        #expect(text.contains("keys              0.10 s  done"))
    }
}
