import Testing

@testable import MigrationEngine
@testable import cutover

/// What the verbs print for people.
@Suite struct TextTests {
    private func status(_ phase: String, _ change: (inout RunStatus) -> Void = { _ in }) -> String {
        var status = RunStatus(
            phase: phase,
            source: "ora.db",
            target: "postgresql://ora",
            lag: .init(rows: 3, seconds: 0.4),
            tables: .init(done: 12, total: 12),
            copiedRows: 3_414,
            quarantinedRows: 0,
            verified: true,
            gates: [],
            writeFreezeSeconds: nil,
            workflows: [],
            notes: []
        )
        change(&status)
        return StatusCommand.text(status)
    }

    private func gate(_ name: String, _ state: Gate.State) -> Gate {
        Gate(name, title: "", kind: .machine, state: state, reason: "")
    }

    @Test(arguments: [
        (Side?.some(.source), false, "SQLite takes"), (.target, false, "PostgreSQL takes"),
        (.source, true, "none: writes are"), (.target, true, "none: writes are"),
        (nil, false, "unknown"),
    ])
    func `the status says which side is live`(side: Side?, isBlocked: Bool, words: String) {
        let text = status("following") { status in
            status.liveSide = side
            status.writesBlocked = isBlocked
        }
        #expect(text.contains("live side:   \(words)"))
    }

    @Test func `the status sums the gates up and names the first that are closed`() {
        let text = status("following") { status in
            status.gates =
                ["a", "b", "c", "d"].map { gate($0, .closed) }
                + [gate("e", .waiting), gate("f", .open)]
        }
        #expect(text.contains("gates:       4 closed, 1 waiting, 1 open"))
        #expect(text.contains("closed: a, b, c and 1 more; see cutover check"))
        #expect(!status("following").contains("gates:"))
    }

    @Test func `the status says whether writes are blocked`() {
        #expect(status("following").contains("freeze:      none, writes pass"))
        let text = status("fenced") { status in
            status.writesBlocked = true
            status.writeFreezeSeconds = 3.2
        }
        #expect(text.contains("freeze:      writes have been blocked for 3.2 s"))
        #expect(!status("done").contains("freeze:"))
    }

    @Test func `the status ends with what to do`() {
        let text = status("idle") { $0.next = "cutover migrate" }
        #expect(text.hasSuffix("next:        cutover migrate"))
    }

    @Test func `a live PostgreSQL that cannot be asked is told before all else`() {
        let lost = status("watching") { status in
            status.targetProblem = "the server cannot be reached"
            status.liveSide = nil
        }
        #expect(lost.hasPrefix("WARNING:     PostgreSQL has the application and cannot be asked"))
        let other = status("following") { status in
            status.targetProblem = "the server cannot be reached"
            status.liveSide = .source
        }
        #expect(!other.contains("WARNING"))
    }

    @Test func `the status says when nobody follows`() {
        #expect(status("following") { $0.isRunning = false }.contains("but nobody follows"))
        #expect(!status("following") { $0.isRunning = true }.contains("nobody follows"))
        #expect(!status("watching") { $0.isRunning = false }.contains("nobody follows"))
    }

    @Test func `every end of a switch and of a way back has a next step`() {
        var report = SwitchReport(
            ok: true,
            outcome: .switched,
            reason: nil,
            writeFreezeSeconds: 0,
            drainedChanges: 0,
            steps: [],
            togglesRestored: [],
            holders: [],
            warnings: []
        )
        #expect(NextStep.after(report).contains("cutover revert"))
        report.ok = false
        #expect(NextStep.after(report).contains("goes on working on PostgreSQL"))
        report.outcome = .undone
        #expect(NextStep.after(report).contains("cutover switch again"))
        var back = RevertReport(ok: true, replayedChanges: 2, steps: [], tables: [], notes: [])
        #expect(NextStep.after(back).contains("cutover follow"))
        #expect(RevertCommand.text(back).contains("they are what 2 writes"))
        back.ok = false
        #expect(NextStep.after(back).contains("cutover verify --table"))
    }
}
