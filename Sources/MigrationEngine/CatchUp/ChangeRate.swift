/// Changes applied a second, over all of the time: the loop mostly waits for the next ones, and a
/// batch by itself takes milliseconds.
struct ChangeRate {
    /// The least seconds that a rate is measured over.
    private static let shortest = 0.5
    /// The weight of the newest rate in the shown one.
    private static let smoothing = 0.3

    /// The rate, smoothed.
    private(set) var perSecond = 0.0
    private var last: (at: Double, changes: Int)?

    /// Takes a reading in.
    ///
    /// - Parameters:
    ///   - changes: All changes applied until now.
    ///   - now: Seconds of a clock that goes on.
    mutating func measure(_ changes: Int, at now: Double) {
        guard let last else {
            self.last = (now, changes)
            return
        }
        let seconds = now - last.at
        guard seconds >= Self.shortest else { return }
        let newest = Double(max(0, changes - last.changes)) / seconds
        perSecond =
            perSecond == 0
            ? newest : perSecond * (1 - Self.smoothing) + newest * Self.smoothing
        // A rate below what can be seen is none.
        if perSecond < 0.05 { perSecond = 0 }
        self.last = (now, changes)
    }
}
