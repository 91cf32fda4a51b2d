import Testing

@testable import MigrationEngine

/// The keys that the report of the way back names.
@Suite struct ReverseTallyTests {
    @Test func `the first keys are named in their order, numbers by their value`() {
        let tally = ReverseTally("orders", changes: 3, isWhole: false)
        for number in [100, 9, 10, 1_000, 11] { tally.inserted("id \(number)") }
        #expect(
            tally.summary.insertedKeys == ["id 9", "id 10", "id 11", "id 100", "id 1000"]
        )
    }

    @Test func `of many keys the first are named, in whatever order the rows came`() {
        for numbers in [Array(1...500), (1...500).reversed(), (1...500).map { $0 * 7 % 501 }] {
            let tally = ReverseTally("orders", changes: 500, isWhole: false)
            for number in numbers {
                tally.inserted("id \(number)")
                tally.updated("id \(number)")
                tally.deleted("id \(number)")
            }
            let first = (1...ReverseSummary.Table.samples).map { "id \($0)" }
            #expect(tally.summary.insertedKeys == first)
            #expect(tally.summary.updatedKeys == first)
            #expect(tally.summary.deletedKeys == first)
            #expect(tally.summary.inserted == 500)
        }
    }
}
