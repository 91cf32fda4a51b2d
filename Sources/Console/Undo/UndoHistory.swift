import MigrationEngine

/// What the operator switched a moment ago, so that each act can be taken back for a while.
struct UndoHistory: Equatable, Sendable {
    /// One toggle and the value that it was given.
    struct Change: Equatable, Sendable {
        var name: String
        var isEnabled: Bool
    }

    /// What was agreed to at once: one toggle, or all of them.
    struct Act: Equatable, Sendable {
        /// The side that was live.
        var side: Side
        var changes: [Change]
        /// When the last of them was done.
        var doneAt: Double

        /// When it can no longer be taken back.
        var until: Double { doneAt + UndoHistory.seconds }
    }

    /// An act whose toggles were sent, and not all of them answered.
    private struct Pending: Equatable, Sendable {
        var side: Side
        var waiting: [Change]
        var done: [Change] = []
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
    mutating func begin(_ changes: [Change], on side: Side) {
        guard !changes.isEmpty else { return }
        pending.append(Pending(side: side, waiting: changes))
    }

    /// Takes the newest act out, to undo some of it.
    ///
    /// - Parameter changes: The toggles with the values that they get back.
    mutating func beginUndo(_ changes: [Change]) {
        guard let act = acts.popLast(), !changes.isEmpty else { return }
        pending.append(Pending(side: act.side, waiting: changes, undone: act))
    }

    /// Notes the answer for one toggle.
    ///
    /// - Parameters:
    ///   - change: The toggle and the value that was sent.
    ///   - isDone: Whether it has that value now.
    ///   - now: The time.
    mutating func finish(_ change: Change, isDone: Bool, now: Double) {
        guard let index = pending.firstIndex(where: { $0.waiting.contains(change) }),
            let place = pending[index].waiting.firstIndex(of: change)
        else { return }
        pending[index].waiting.remove(at: place)
        if isDone { pending[index].done.append(change) }
        guard pending[index].waiting.isEmpty else { return }
        settle(pending.remove(at: index), now: now)
    }

    private mutating func settle(_ ended: Pending, now: Double) {
        if var act = ended.undone {
            // What was not undone can be tried again, as long as the first minute lasts.
            act.changes.removeAll { change in ended.done.contains { $0.name == change.name } }
            if !act.changes.isEmpty { acts.append(act) }
        } else if !ended.done.isEmpty {
            acts.append(Act(side: ended.side, changes: ended.done, doneAt: now))
        }
        if acts.count > Self.most { acts.removeFirst(acts.count - Self.most) }
    }

    /// Forgets what is too old to be taken back.
    mutating func expire(now: Double) {
        acts.removeAll { $0.until <= now }
    }
}
