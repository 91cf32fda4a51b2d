import Foundation

/// The way back from before the handover: as if the cutover had never begun.
final class Undo {
    private let session: FollowSession
    private let toggles: SavedToggles
    private let steps: StepRecorder
    private let writer: SourceWriter

    init(
        _ session: FollowSession,
        _ toggles: SavedToggles,
        _ steps: StepRecorder,
        _ writer: SourceWriter
    ) {
        self.session = session
        self.toggles = toggles
        self.steps = steps
        self.writer = writer
    }

    /// Makes good what a process left that was killed on its way; harmless when there is nothing.
    ///
    /// - Returns: What was done, in words; nil when there was nothing to do.
    /// - Throws: ``MigrationError``.
    func recover() throws(MigrationError) -> String? {
        guard try isNeeded() else { return nil }
        let blocked = blockedSeconds()
        _ = try perform(because: "an earlier cutover did not come to its end")
        if session.position.closedFor != nil { forgetWayBack() }
        return "an earlier cutover did not come to its end; it was undone first"
            + (blocked > 0 ? String(format: ", it had blocked writes for %.1f s", blocked) : "")
    }

    /// Ends what a way back has left in the target, which was killed behind its handover.
    private func forgetWayBack() {
        let session = session
        // Only an end: what stays logs writes that nobody reads, and the next switch forgets it.
        try? session.target.transaction {
            try ReverseCapture(target: session.target, run: session.run.id).remove()
            try session.noteOpened()
        }
        session.position.closedFor = nil
    }

    /// How long the cutover that was left has blocked writes; 0 when it has not.
    func blockedSeconds() -> Double {
        // A way back that was killed behind its handover: the source's own time is that of the way
        // there.
        if let closed = session.position.closedFor { return closed }
        return (try? SourceFence.blockedSeconds(session.source)) ?? 0
    }

    /// Lets writes pass and restores the toggles, in one transaction of the source.
    ///
    /// It is tried until it is done: whoever gave up would leave the application blocked.
    ///
    /// - Parameter reason: Why, for the journal.
    /// - Returns: The toggles with their earlier values.
    /// - Throws: ``MigrationError`` when the file is not the one that was blocked.
    func perform(because reason: String) throws(MigrationError) -> [SwitchReport.Toggle] {
        var restored: [(name: String, isOn: Bool)] = []
        // A source that nothing was written to may be one that cannot be written.
        if try isNeeded() {
            restored = try writer.write("undo", .endless) { connection throws(SourceError) in
                let values = try SavedToggles.values(connection)
                try SourceFence.remove(connection)
                try ReverseMark.forget(connection)
                try toggles.restore(connection)
                return values
            }
        }
        Failpoint.reach(.undone)
        let words = restored.map { "\($0.name)=\($0.isOn ? 1 : 0)" }.joined(separator: " ")
        steps.note { () throws(MigrationError) in
            try session.journal.action("undo", before: reason, after: words)
            try session.journal.rest(
                session.run.id,
                phase: CutoverPhase.following.rawValue,
                detail: "undone: \(reason)"
            )
        }
        session.tracker.log(.audit, "cutover", "undone: \(reason)")
        return restored.map { .init(name: $0.name, enabled: $0.isOn) }
    }

    /// Whether a cutover has left anything in the source.
    private func isNeeded() throws(MigrationError) -> Bool {
        try session.requireSameFile("undo")
        let isForeign: Bool
        let isThere: Bool
        do throws(SourceError) {
            let fence = try SourceFence.state(session.source)
            let areSaved = try SavedToggles.areSaved(session.source)
            isThere = fence != .absent || areSaved
            isForeign = try SourceFence.isForeign(to: session.run.id, session.source)
        } catch {
            // Whoever cannot look must assume it.
            let wrapped = session.wrap(error, "undo")
            guard Obstacle(wrapped) != nil else { throw wrapped }
            return true
        }
        guard !isForeign else { throw SourceFence.foreign(session.options, "undo") }
        return isThere
    }
}
