import MigrationEngine

/// How a live run is doing, in words.
extension Model {
    /// The few words for the line of truth; nil while a run is not live.
    var liveVerdict: Span? {
        guard let phase, operation?.kind != .migrate else { return nil }
        if operation?.kind == .revert { return Span("going back", .statusRun) }
        if halfReverted != nil { return Span("WAY BACK STOPPED", .statusBad) }
        switch phase {
        case .prepared, .copied: return nil
        case .switched, .watching: return Span("SWITCHED", .statusOK)
        case .final: return Span("FINAL", .statusOK)
        case .following, .pausing, .fenced, .drained, .verified: break
        }
        if waitingFor != nil { return Span("\(lagWords)  WAITING", .statusWarn) }
        if isPostponed { return Span("\(lagWords)  NOT FOLLOWED", .statusWarn) }
        return Span(lagWords, isBehind ? .statusWarn : .statusOK)
    }

    /// How far the target is behind, in words.
    var lagWords: String {
        guard let lag else { return "lag unknown" }
        let age = lag.seconds.map { " \(Figures.took($0))" } ?? ""
        return "lag \(Figures.rows(lag.rows))\(lag.rows > 0 ? age : "")"
    }

    /// Whether the target is so far behind that a cutover would take its time.
    private var isBehind: Bool { (lag?.rows ?? 0) > 2_000 || (lag?.seconds ?? 0) > 10 }

    /// What is wrong with a live run, the worst first.
    var liveProblems: [Span] {
        guard let phase, operation?.kind.mustFinish != true else { return [] }
        var found: [Span] = []
        let isForeign = cutover.status.value?.isRunning == true
        if let halfReverted {
            found.append(Span("\(halfReverted): R finishes it", .statusBad))
        }
        switch phase {
        case .fenced where halfReverted != nil: break
        case .fenced, .drained, .verified:
            let who = isForeign ? "another process cuts over" : "a cutover was stopped: R undoes it"
            found.append(Span("writes are blocked on both sides; \(who)", .statusBad))
        case .pausing where !isForeign:
            found.append(
                Span("a cutover was stopped while it paused: R undoes it", .statusBad)
            )
        case .switched where !isForeign:
            found.append(
                Span("a cutover was stopped behind the switch: c finishes it", .statusBad)
            )
        default: break
        }
        if let waitingFor { found.append(Span(waitingFor, .statusWarn)) }
        if isPostponed {
            found.append(
                Span("nobody follows the source; its writes are logged: p follows", .statusWarn)
            )
        }
        if let error = cutover.status.error, error.message != failure?.message {
            found.append(Span(named(error), .statusBad))
        }
        return found
    }

    /// What the operator does next, each with its key.
    var nextSteps: [String] {
        guard let phase else { return [] }
        if operation?.kind == .cutOver {
            return whyFinal.map { [$0] } ?? ["x aborts the cutover; c shows its steps"]
        }
        if operation?.kind == .revert {
            return whyFinal.map { [$0] } ?? ["x stops the way back; R shows its steps"]
        }
        if operation == nil, cutover.status.value?.isRunning == true {
            return ["another process works on this run; it is shown here"]
        }
        if halfReverted != nil { return ["R finishes the way back that was stopped"] }
        switch phase {
        case .prepared, .copied: return ["wait until the copy is there; then it is followed"]
        case .following where isPostponed: return ["p follows the source again"]
        case .following:
            return [
                "c cuts over: gates, what will happen, a typed phrase",
                "p stops following; the source goes on logging",
            ]
        case .pausing, .fenced, .drained, .verified:
            return ["R undoes the cutover that was stopped", "c undoes it and begins again"]
        case .switched: return ["c finishes the handover", "R goes back to SQLite"]
        case .watching:
            return [
                "watch orders arrive on PostgreSQL: 5",
                "R goes back to SQLite with every row written here",
            ]
        case .final: return []
        }
    }
}
