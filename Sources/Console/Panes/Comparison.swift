import MigrationEngine

/// When both sides were compared, for the panes that show what was found then.
extension Model {
    /// The time of the last comparison of every cell; nil when it is not known.
    var comparedAt: String? {
        if let verifiedAt { return "\(Figures.clock(verifiedAt))Z" }
        if let at = cutover.status.value?.verifiedAt { return Self.short(at) }
        // The comparison that is shown then was the last that the copy did.
        guard comparisonOfCopy != nil, let endedAt = earlier?.run?.endedAt else { return nil }
        return String(Figures.moment(endedAt).dropFirst(5))
    }

    /// The time of the last comparison, in words.
    var comparedWords: String {
        if let comparedAt { return "compared at \(comparedAt)" }
        if phase == nil, let countedAt { return "counted at \(Figures.clock(countedAt))Z" }
        return "not compared yet"
    }

    /// That the figures are those of then, because the sides have gone on since; nil before a live
    /// run.
    var figuresOfThen: Line? {
        guard let phase, operation?.kind != .migrate else { return nil }
        let since =
            phase.targetTakesWrites
            ? "the figures are of then, PostgreSQL wrote since"
            : "what SQLite wrote since is followed"
        let style: StyleKey = phase.targetTakesWrites ? .statusWarn : .textMuted
        return [Span("\(comparedWords); \(since)", style)]
    }

    /// A moment without its year, as the log writes it.
    private static func short(_ moment: String) -> String {
        String(moment.dropFirst(5)).replacing("T", with: " ")
    }

    /// The comparison of a run that is live and was copied before this console was opened.
    var comparisonOfCopy: VerifyReport? {
        guard phase != nil, operation?.kind != .migrate, progress == nil else { return nil }
        return earlier?.run?.report?.verify
    }
}
