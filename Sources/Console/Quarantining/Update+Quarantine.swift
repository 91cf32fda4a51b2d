import MigrationEngine

/// Decisions about rows that did not fit.
extension Model {
    /// Asks who accepts the chosen rows, and why.
    mutating func askToAccept() {
        let rows = decidableRows([.waiting])
        overlay = .decision(DecisionEntry(.accept(rows: rows), by: cutover.signer))
    }

    /// Takes a key while the acceptance of rows is typed.
    mutating func fill(_ entry: DecisionEntry, with key: Key) -> [Command] {
        notice = nil
        if key == .function(1) {
            overlay = .help(first: 0, over: .decision(entry))
            return []
        }
        var typed = Optional(entry)
        let decision = take(key, into: &typed)
        overlay = typed.map { .decision($0) }
        guard let decision else { return [] }
        // What has become impossible since the question was opened stays so.
        if let reason = refusal(of: .acceptRows) {
            notify(reason, .promptError)
            return []
        }
        return decideRows(.decide(decision))
    }

    /// Has rows decided about; where this console follows, between two of its batches.
    ///
    /// - Parameter decision: What is decided.
    /// - Returns: The decision, or the wish that following pauses for it.
    private mutating func decideRows(_ decision: Command) -> [Command] {
        isDecidingRows = true
        guard operation?.kind == .follow else { return [decision] }
        awaitedDecision = decision
        isFollowingPaused = true
        audit("following pauses for a decision about rows in quarantine")
        operation?.isCancelling = true
        return [.cancel()]
    }

    /// Goes on with the decision that following has paused for.
    ///
    /// - Parameters:
    ///   - decision: The decision.
    ///   - result: How following has ended.
    /// - Returns: The decision; nothing of it when following has ended by an error of its own.
    mutating func decideBehindFollowing(
        _ decision: Command,
        _ result: Result<FollowReport, MigrationError>
    ) -> [Command] {
        awaitedDecision = nil
        endOwnWork()
        switch result {
        case .success(let report):
            if !report.differences.isEmpty { warn(report.differenceWords) }
            return [decision]
        case .failure(let error) where error.code == .interrupted: return [decision]
        case .failure(let error):
            isFollowingPaused = false
            let commands = endDeciding()
            fail(error)
            return commands
        }
    }

    /// Asks whether the chosen rows are tried again.
    mutating func askToReplay() {
        let rows = decidableRows([.waiting, .accepted])
        overlay = .confirm(
            Confirmation(
                title: "Try again",
                lines: [
                    "Tries \(Figures.rows(rows.count)) in quarantine again, with "
                        + "\(identity.targetName) as it is now. What fits comes into PostgreSQL; "
                        + "what does not stays here, with the reason.",
                    "With other values: cutover quarantine replay ID --set COLUMN=VALUE.",
                ] + (operation?.kind == .follow ? [Self.pauseWords] : []),
                kind: .yesNo,
                consequence: .replay(rows)
            )
        )
    }

    /// Tries the rows again that the question named.
    mutating func replayAgreed(_ rows: [Int64]) -> [Command] {
        if let reason = refusal(of: .replayRows) {
            notify(reason, .promptError)
            return []
        }
        return decideRows(.replay(rows))
    }

    /// Takes in what came of rows that were tried again.
    mutating func finishReplay(_ result: Result<ReplayReport, MigrationError>) -> [Command] {
        let commands = endDeciding()
        switch result {
        case .failure(let error): notify(error.message, .promptError)
        case .success(let report):
            var words = "\(Figures.rows(report.replayed)) came into PostgreSQL"
            if report.already > 0 { words += ", \(Figures.count(report.already)) there before" }
            if let refused = report.rows.first(where: { $0.outcome == "refused" }) {
                words +=
                    ", \(Figures.count(report.refused)) refused again: "
                    + "row \(refused.id), \(refused.reason ?? "")"
            }
            notify(words, report.ok ? .statusOK : .statusWarn)
            audit("rows in quarantine were tried again: \(words)")
        }
        return commands
    }

    /// Reads again what is in quarantine, and says of no row that it is being decided about.
    mutating func endDeciding() -> [Command] {
        let goesOn = isFollowingPaused && operation == nil && cutover.knownPhase == .following
        isDecidingRows = false
        isFollowingPaused = false
        lists[.quarantine]?.marks = Marks()
        let ending = endIfLeaving()
        guard exit == nil else { return ending }
        let ticket = browsing.quarantine.ask(now: now)
        // Whatever became of the decision, the source is followed as before it.
        return ending + (goesOn && leaving == nil ? begin(.follow) : [])
            + [.browse(.quarantine(ticket: ticket))] + loadStatus()
    }

    /// What is told before a decision while this console follows.
    static let pauseWords = "Following pauses for it, and goes on by itself."
}
