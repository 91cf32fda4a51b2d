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
        isDecidingRows = true
        return [.decide(decision)]
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
                ],
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
        isDecidingRows = true
        return [.replay(rows)]
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
        isDecidingRows = false
        lists[.quarantine]?.marks = Marks()
        let ending = endIfLeaving()
        guard exit == nil else { return ending }
        let ticket = browsing.quarantine.ask(now: now)
        return ending + [.browse(.quarantine(ticket: ticket))] + loadStatus()
    }
}
