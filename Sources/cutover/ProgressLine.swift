import MigrationEngine

/// A run's progress in one line.
enum ProgressLine {
    /// The line.
    ///
    /// - Parameters:
    ///   - progress: The progress.
    ///   - ascii: Whether only ASCII characters may stand in it.
    /// - Returns: What is being done, how far it is, and what is waited for.
    static func text(_ progress: Progress, ascii: Bool) -> String {
        if let cutover = progress.cutover, let step = cutover.steps.last {
            return cutoverText(cutover, step, progress)
        }
        if progress.phase == .follow, let live = progress.live { return followText(live) }
        var parts = [progress.phase.rawValue]
        if let fraction = progress.fraction {
            parts.append(bar(fraction, ascii: ascii))
            parts.append("\(Int(fraction * 100)) %")
        }
        let rate = progress.tables.compactMap(\.rowsPerSecond).reduce(0, +)
        if rate > 0 { parts.append("\(Int(rate)) rows/s") }
        if let left = progress.remainingSeconds { parts.append("ETA \(Int(left.rounded(.up))) s") }
        if !progress.activity.isEmpty { parts.append(progress.activity) }
        return parts.joined(separator: "  ")
    }

    /// The line, cut at the edge of the terminal; what is cut is seen to be.
    static func clipped(_ text: String, to width: Int) -> String {
        text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "~"
    }

    private static func cutoverText(
        _ cutover: CutoverProgress,
        _ step: CutoverProgress.Step,
        _ progress: Progress
    ) -> String {
        var parts = [step.name]
        if let seconds = cutover.freezeSeconds {
            let budget = cutover.freezeBudget.map { " of \(RehearseCommand.seconds($0))" } ?? ""
            parts.append("WRITES BLOCKED \(VerifyText.seconds(seconds))\(budget)")
        }
        if step.outcome == "running", let left = progress.live?.countdownSeconds {
            parts.append(
                "workers may act on an old toggle for \(Int(left.rounded(.up))) s more; writes pass"
            )
        }
        if let live = progress.live, live.lagRows > 0 {
            parts.append("\(Count.text(live.lagRows, "change")) waiting")
        }
        return parts.joined(separator: "  ")
    }

    private static func followText(_ live: LiveProgress) -> String {
        let age = live.lagRows > 0 ? ", the oldest \(VerifyText.seconds(live.lagSeconds)) old" : ""
        var parts = ["follow", "\(Count.text(live.lagRows, "change")) waiting\(age)"]
        if let reason = live.waitingFor { return (parts + [reason]).joined(separator: "  ") }
        parts.append("\(Int(live.changesPerSecond.rounded())) changes/s")
        parts.append("\(live.appliedChanges) applied")
        return parts.joined(separator: "  ")
    }

    private static func bar(_ fraction: Double, ascii: Bool) -> String {
        let width = 24
        let done = min(width, max(0, Int(fraction * Double(width))))
        let (full, empty) = ascii ? ("#", ".") : ("█", "░")
        return String(repeating: full, count: done) + String(repeating: empty, count: width - done)
    }
}
