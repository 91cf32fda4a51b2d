import Foundation
import MigrationEngine
import TestSupport
import Testing

/// Kills and faults while simulated workers write: nothing that they saw committed may be lost.
@Suite(.postgres)
struct ChaosTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// `CUTOVER_TEST_KILLS=50` for a long night.
    private static let seeds: [UInt64] = {
        let count = environment["CUTOVER_TEST_KILLS"].flatMap { Int($0) } ?? 3
        let first = environment["CUTOVER_TEST_SEED"].flatMap { UInt64($0) } ?? 11
        return (0..<UInt64(max(1, count))).map { first + $0 }
    }()

    @Test func `killed and disturbed there and back while the application writes, nothing is lost`()
        async throws
    {
        var total = ChaosTally()
        for seed in Self.seeds {
            var run = ChaosRun(seed: seed)
            let tally = try await run.perform()
            print("chaos: seed \(seed), \(tally.words)")
            #expect(tally.lost == 0, "seed \(seed)")
            total.add(tally)
        }
        print("chaos: \(total.words)")
        #expect(total.committed > 0 && total.lost == 0)
    }
}

/// What happened in the runs.
struct ChaosTally {
    var runs = 0
    var kills = 0
    var faults: [ChaosFault: Int] = [:]
    var committed = 0
    var lost = 0

    mutating func add(_ other: ChaosTally) {
        runs += other.runs
        kills += other.kills
        faults.merge(other.faults) { $0 + $1 }
        committed += other.committed
        lost += other.lost
    }

    var words: String {
        let named = ChaosFault.allCases.map { "\($0.rawValue) \(faults[$0] ?? 0)" }
        return "\(runs) runs, \(kills) kills, \(faults.values.reduce(0, +)) faults "
            + "(\(named.joined(separator: ", "))), \(committed) writes committed, "
            + "\(lost) writes lost"
    }
}

/// What falls over beside our own process.
enum ChaosFault: String, CaseIterable {
    case cut
    case stalled
    case restarted
    case locked
    case full
    case hook
    case clock
}
