import MigrationEngine

/// What the operator switched a moment ago, so that each act can be taken back for a while.
struct UndoHistory: Equatable, Sendable {
    /// What was agreed to at once: one toggle, or all of them.
    struct Act: Equatable, Sendable {
        /// The side that was live.
        var side: Side
        /// The toggles and the values that they were given.
        var changes: [Workflows.Toggle]
        /// When they were done.
        var doneAt: Double

        /// When it can no longer be taken back.
        var until: Double { doneAt + UndoHistory.seconds }
    }

    /// An act that was sent and has no answer yet.
    private struct Pending: Equatable, Sendable {
        var side: Side
        var changes: [Workflows.Toggle]
        /// What is being undone; nil for an act that is new.
        var undone: Act?
    }

    /// How long an act can be taken back.
    static let seconds = 60.0
    /// Acts that are kept; nobody goes back further than this within a minute.
    static let most = 20

    /// Newest last.
    private(set) var acts: [Act] = []
    private var pending: [Pending] = []

    /// Whether toggles were sent that have no answer yet.
    var isWaiting: Bool { !pending.isEmpty }

    /// Notes what is being switched.
    ///
    /// - Parameters:
    ///   - changes: The toggles with their new values.
    ///   - side: The side that is live.
    mutating func begin(_ changes: [Workflows.Toggle], on side: Side) {
        guard !changes.isEmpty else { return }
        pending.append(Pending(side: side, changes: changes))
    }

    /// Takes the newest act out, to undo some of it.
    ///
    /// - Parameter changes: The toggles with the values that they get back.
    mutating func beginUndo(_ changes: [Workflows.Toggle]) {
        guard let act = acts.popLast(), !changes.isEmpty else { return }
        pending.append(Pending(side: act.side, changes: changes, undone: act))
    }

    /// Notes the answer to what was sent.
    ///
    /// - Parameters:
    ///   - changes: The toggles and the values that were sent.
    ///   - already: Those that somebody else had given the value: not ours to take back.
    ///   - isDone: Whether they have those values now; else each has the one that it had.
    ///   - now: The time.
    mutating func finish(
        _ changes: [Workflows.Toggle],
        except already: [Workflows.Toggle] = [],
        isDone: Bool,
        now: Double
    ) {
        guard let index = pending.firstIndex(where: { $0.changes == changes }) else { return }
        let ended = pending.remove(at: index)
        if let act = ended.undone {
            // What was not undone can be tried again, as long as the first minute lasts.
            if !isDone { acts.append(act) }
        } else if isDone {
            let own = changes.filter { !already.contains($0) }
            if !own.isEmpty { acts.append(Act(side: ended.side, changes: own, doneAt: now)) }
        }
        if acts.count > Self.most { acts.removeFirst(acts.count - Self.most) }
    }

    /// Forgets what is too old to be taken back.
    mutating func expire(now: Double) {
        acts.removeAll { $0.until <= now }
    }
}
