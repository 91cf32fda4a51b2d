import Foundation

/// The way back from before the handover: as if the cutover had never begun.
final class Undo {
    private let session: FollowSession
    private let toggles: SavedToggles
    private let steps: StepRecorder

    init(_ session: FollowSession, _ toggles: SavedToggles, _ steps: StepRecorder) {
        self.session = session
        self.toggles = toggles
        self.steps = steps
    }

    /// Makes good what a process left that was killed on its way; harmless when there is nothing.
    ///
    /// - Returns: What was done, in words; nil when there was nothing to do.
    /// - Throws: ``MigrationError``.
    func recover() throws(MigrationError) -> String? {
        let isThere: Bool
        do throws(SourceError) {
            let fence = try SourceFence.state(session.source)
            let areSaved = try SavedToggles.areSaved(session.source)
            isThere = fence != .absent || areSaved
        } catch {
            throw session.wrap(error, "switch")
        }
        guard isThere else { return nil }
        _ = try perform(because: "an earlier cutover did not come to its end")
        return "an earlier cutover did not come to its end; it was undone first"
    }

    /// Lets writes pass and restores the toggles, in one transaction of the source.
    ///
    /// - Parameter reason: Why, for the journal.
    /// - Returns: The toggles with their earlier values.
    /// - Throws: ``MigrationError`` when the source cannot be written; then it is blocked until
    ///   the fence ends by itself.
    func perform(because reason: String) throws(MigrationError) -> [SwitchReport.Toggle] {
        let restored = try patiently { () throws(MigrationError) in
            try onSource("undo") { connection throws(SourceError) in
                let values = try SavedToggles.values(connection)
                try SourceFence.remove(connection)
                try ReverseMark.forget(connection)
                try toggles.restore(connection)
                return values
            }
        }
        Failpoint.reach(.undone)
        let words = restored.map { "\($0.name)=\($0.isOn ? 1 : 0)" }.joined(separator: " ")
        try session.journal.action("undo", before: reason, after: words)
        try session.journal.rest(
            session.run.id,
            phase: CutoverPhase.following.rawValue,
            detail: "undone: \(reason)"
        )
        session.tracker.log(.audit, "cutover", "undone: \(reason)")
        return restored.map { .init(name: $0.name, enabled: $0.isOn) }
    }

    /// Tries again while another process holds the source: to give up would leave it blocked.
    private func patiently<Value>(
        _ work: () throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while true {
            do throws(MigrationError) {
                return try work()
            } catch {
                guard error.code == .sourceLocked, ContinuousClock.now < end else { throw error }
            }
        }
    }

    /// Writes the source in one transaction, on a connection of its own.
    func onSource<Value>(
        _ stage: String,
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        let path = session.options.source
        let connection = try SourceFile.open(path, stage: stage, access: .readWrite)
        return try SourceTransaction(connection, path, stage, 10_000).run(work)
    }
}
