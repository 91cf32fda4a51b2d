import MigrationEngine

/// Gates that one cause keeps from being looked at: the cause is said once, above the others.
extension Model {
    /// What helps while PostgreSQL does not answer.
    static let mend = "start the server, or mend the way to it"

    /// The gates that are told one by one, in the order of ``gates``.
    var listedGates: [Gate] { UnseenGates.others(of: gates) }

    /// Each cause in words, with what helps.
    var unseenGates: [(words: String, remedy: String)] {
        UnseenGates.groups(of: gates).map { unseen in
            let isTarget = unseen.obstacle.code == .targetUnavailable
            guard isTarget else { return (unseen.words(), unseen.obstacle.remedy) }
            let since = cutover.silence.map { "\(Figures.clock($0.since))Z" }
            return (unseen.words(since: since), "\(Self.mend); then they are looked at again")
        }
    }

    /// The same as lines.
    ///
    /// - Parameters:
    ///   - width: The cells of a line.
    ///   - isMending: Whether what helps is said, too; beside ``nextSteps`` it is said already.
    /// - Returns: The lines; none when every gate could be looked at.
    func unseenLines(width: Int, isMending: Bool) -> [Line] {
        unseenGates.flatMap { unseen -> [Line] in
            let next = isMending ? Width.wrap("next: \(unseen.remedy)", to: width) : []
            return Width.wrap(unseen.words, to: width).map { [Span($0, .statusBad)] }
                + next.map { [Span($0, .textStrong)] }
        }
    }

    /// What the status notes; what every look at a silent PostgreSQL ends with is noted once.
    var notesOfStatus: [String] {
        let notes = cutover.status.value?.notes ?? []
        guard let silence = cutover.silence else { return notes }
        let first = notes.firstIndex { $0.contains(silence.words) }
        return notes.enumerated().filter { place, note in
            place == first || !note.contains(silence.words)
        }.map(\.element)
    }

    /// Why nobody can say a word on a gate: the words of a run are found by asking PostgreSQL.
    var whyNoWord: String? {
        let isAway = UnseenGates.groups(of: gates).contains {
            $0.obstacle.code == .targetUnavailable
        }
        return isAway ? "no gate can be decided about: \(unseenGates[0].words)" : nil
    }
}
