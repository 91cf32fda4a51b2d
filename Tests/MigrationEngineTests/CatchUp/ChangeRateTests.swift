import Testing

@testable import MigrationEngine

@Suite struct ChangeRateTests {
    @Test func `the rate counts the time between batches, too`() {
        var rate = ChangeRate()
        // One change every twentieth of a second, each applied in a millisecond.
        for step in 0..<400 { rate.measure(step, at: Double(step) * 0.05) }
        #expect((19.0...21.0).contains(rate.perSecond), "\(rate.perSecond)")
    }

    @Test func `without changes the rate falls to nothing`() {
        var rate = ChangeRate()
        rate.measure(0, at: 0)
        rate.measure(10_000, at: 1)
        #expect(rate.perSecond == 10_000)
        for second in 2..<80 { rate.measure(10_000, at: Double(second)) }
        #expect(rate.perSecond == 0)
    }

    @Test func `two readings of one moment give no rate`() {
        var rate = ChangeRate()
        rate.measure(0, at: 3)
        rate.measure(1_000, at: 3)
        #expect(rate.perSecond == 0)
    }
}
