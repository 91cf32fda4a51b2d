import Foundation
import MigrationEngine

/// When both sides were compared, for the panes that show what was found then.
extension Model {
    /// The time of the last comparison of every cell; nil when it is not known.
    var comparedAt: String? {
        if let verifiedAt { return "\(Figures.clock(verifiedAt))Z" }
        // The figures and their time come from one record.
        return earlier?.run?.compared.map { String(Figures.moment($0.at).dropFirst(5)) }
    }

    /// The time of the last comparison, in words.
    var comparedWords: String {
        if let comparedAt { return "compared at \(comparedAt)" }
        if phase == nil, let countedAt { return "counted at \(Figures.clock(countedAt))Z" }
        return "not compared yet"
    }

    /// What happened behind the newest comparison, so that it does not count any more, in two words;
    /// nil while it counts, and while PostgreSQL has the application.
    var comparedBefore: String? {
        guard let phase, !phase.targetTakesWrites, !hasSteps, let status = cutover.status.value,
            let change = status.verifiedBefore
        else { return nil }
        // What this console has compared since is not what the status speaks of; it tells seconds.
        let told = status.verifiedAt.flatMap { try? Date($0, strategy: .iso8601) }
        if let told, let verifiedAt, verifiedAt > told.timeIntervalSince1970 + 2 { return nil }
        // When it was stands in the verdict.
        return change.range(of: " of ").map { String(change[..<$0.lowerBound]) } ?? change
    }

    /// The time of the last comparison, and that it does not count any more.
    var comparedSpan: Span {
        guard let comparedBefore else { return Span(comparedWords, .textMuted) }
        return Span("\(comparedWords), before \(comparedBefore)", .statusWarn)
    }

    /// Whether a comparison that counts for a cutover is known to be there.
    var isComparedForCutover: Bool {
        // What the status tells of gates can be from before the way back.
        cutover.gates.value?.contains { $0.name == "verified" && !$0.blocks } == true
    }

    /// That the figures are those of then, because the sides have gone on since; nil before a live
    /// run.
    var figuresOfThen: Line? {
        guard let phase, operation?.kind != .migrate else { return nil }
        if comparedBefore != nil { return [comparedSpan] }
        let since =
            phase.targetTakesWrites
            ? "the figures are of then, PostgreSQL wrote since"
            : isPostponed
                ? "what SQLite wrote since is logged, nobody follows"
                : "what SQLite wrote since is followed"
        let isOld = phase.targetTakesWrites || isPostponed
        let style: StyleKey = isOld ? .statusWarn : .textMuted
        return [Span("\(comparedWords); \(since)", style)]
    }

    /// The newest comparison of a run that is live and was copied before this console was opened.
    var comparisonOfCopy: VerifyReport? {
        guard phase != nil, operation?.kind != .migrate, progress == nil else { return nil }
        return earlier?.run?.compared?.report
    }

    /// Whether another process has compared both sides since the console read what was found.
    func isComparedSince(_ status: RunStatus) -> Bool {
        guard let at = status.verifiedAt, earlier != nil, operation?.kind != .verify, beside == nil
        else { return false }
        let known = max(earlier?.run?.compared?.at ?? 0, verifiedAt ?? 0)
        guard let newer = try? Date(at, strategy: .iso8601) else { return false }
        return newer.timeIntervalSince1970 > known
    }
}
