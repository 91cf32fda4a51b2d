import MigrationEngine

/// What is decided about rows that did not fit.
extension Actions {
    static let quarantining: [Action] = [
        Action(
            .acceptRows,
            "accept",
            [.character("a")],
            "accept that the row, or the marked rows, stay out of PostgreSQL; asks who and why",
            .list,
            in: [.quarantine],
            rank: 2,
            changesSomething: true,
            unless: { $0.whyNotDecided([.waiting]) }
        ),
        Action(
            .replayRows,
            "try again",
            [.character("t")],
            "try the row, or the marked rows, again with PostgreSQL as it is now (replay)",
            .list,
            in: [.quarantine],
            rank: 2,
            changesSomething: true,
            aliases: ["replay"],
            unless: { $0.whyNotDecided([.waiting, .accepted]) }
        ),
    ]
}

extension Model {
    /// The rows that a decision is about: the marked ones, else that which is open or under the
    /// cursor.
    private var chosenRows: [Int64] {
        let ids = detail.map { [$0.id] } ?? (marks.isEmpty ? nil : marks.rows.map(\.id))
        return (ids ?? selectedRow.map { [$0.id] } ?? []).compactMap { Int64($0) }
    }

    /// The chosen rows that can be decided about.
    ///
    /// - Parameter states: The states in which a row can be.
    /// - Returns: The numbers; a marked row that is not in the list any more is one of them.
    func decidableRows(_ states: Set<QuarantineState>) -> [Int64] {
        let known = browsing.quarantine.value?.rows ?? []
        let state = Dictionary(known.map { ($0.id, $0.state) }) { first, _ in first }
        return chosenRows.filter { id in state[id].map(states.contains) ?? true }
    }

    fileprivate func whyNotDecided(_ states: Set<QuarantineState>) -> String? {
        let chosen = chosenRows
        guard !chosen.isEmpty else { return "no row is selected" }
        if isDecidingRows { return "the rows before are being decided about; in a moment" }
        // The engine lets nobody decide about rows while the run goes on: following can pause.
        if operation?.kind == .follow {
            if operation?.isCancelling == true { return "following is being stopped; in a moment" }
        } else if let reason = whyBusy ?? whyForeign {
            return "\(reason); then rows can be decided about"
        }
        if leaving != nil { return "the console is being left" }
        if let whySilent { return whySilent }
        guard decidableRows(states).isEmpty else { return nil }
        let rows = browsing.quarantine.value?.rows ?? []
        guard chosen.count == 1, let row = rows.first(where: { $0.id == chosen[0] }) else {
            return "all of these rows were decided about before"
        }
        return row.state == .replayed
            ? "row \(row.id) is in PostgreSQL already"
            : "row \(row.id) was accepted by \(row.acceptedBy ?? "somebody") already"
    }
}
