import MigrationEngine
import Testing

/// The table of a cutover's phases.
struct CutoverPhaseTests {
    @Test(arguments: CutoverPhase.allCases)
    func `at no phase do both sides take writes`(_ phase: CutoverPhase) {
        #expect(!(phase.sourceTakesWrites && phase.targetTakesWrites))
    }

    @Test func `writes pass from one side to the other exactly once, with a pause between`() {
        let phases = CutoverPhase.allCases
        let sides = phases.map { phase in
            phase.sourceTakesWrites ? "source" : phase.targetTakesWrites ? "target" : "none"
        }
        var changes: [String] = []
        for side in sides where side != changes.last { changes.append(side) }
        #expect(changes == ["source", "none", "target"])
    }

    @Test(arguments: CutoverPhase.allCases)
    func `the way back is an undo before the handover and a revert behind it`(
        _ phase: CutoverPhase
    ) {
        switch phase.wayBack {
        case .none: #expect(phase.before == nil)
        case .undo: #expect(phase.before == .following && !phase.targetTakesWrites)
        case .revert: #expect(phase.before == .following && phase.targetTakesWrites)
        }
    }

    @Test func `no phase is skipped on the way`() {
        for phase in CutoverPhase.allCases {
            for other in CutoverPhase.allCases where phase.leads(to: other) {
                #expect(other == phase.next || other == .following, "\(phase) leads to \(other)")
            }
        }
        #expect(CutoverPhase.final.next == nil)
    }
}
