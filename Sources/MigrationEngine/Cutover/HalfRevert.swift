import Foundation

/// A way back that was killed between closing PostgreSQL and opening SQLite: no side takes writes.
///
/// As long as nothing of PostgreSQL has come into the source, `switch` takes it back and PostgreSQL
/// is open again. Behind that only `revert` can finish it.
struct HalfRevert {
    /// What was done, for the report of the switch.
    static let words =
        "an earlier revert did not come to its end; nothing had come back yet, so it was taken "
        + "back: PostgreSQL takes writes again"

    private let session: FollowSession
    private let steps: StepRecorder

    init(_ session: FollowSession, _ steps: StepRecorder) {
        self.session = session
        self.steps = steps
    }

    /// Opens PostgreSQL again where a way back has closed it.
    ///
    /// - Returns: How long writes were blocked, in seconds; nil when none was begun.
    /// - Throws: ``MigrationError`` of code `gateClosed` when only `revert` can finish it.
    func takeBack() throws(MigrationError) -> Double? {
        guard let closed = session.position.closedFor else { return nil }
        guard try !hasReplayed() else { throw onlyRevert }
        let started = ContinuousClock.now
        try steps.run("reopened") { () throws(MigrationError) in
            try session.outlasting("switch") {
                try session.target.transaction {
                    try LiveTarget(target: session.target, run: session.run.id).open()
                    try session.noteOpened()
                }
            }
        }
        let seconds = closed + started.duration(to: .now).seconds
        session.position.closedFor = nil
        session.tracker.log(.audit, "cutover", Self.words)
        steps.note { () throws(MigrationError) in
            try session.journal.action(
                "revert taken back",
                before: "both sides closed",
                after: String(format: "PostgreSQL takes writes; blocked for %.2f s", seconds)
            )
        }
        return seconds
    }

    private func hasReplayed() throws(MigrationError) -> Bool {
        do throws(SourceError) {
            return try ReverseMark.read(session.source, run: session.run.id) != nil
        } catch {
            throw session.wrap(error, "switch")
        }
    }

    private var onlyRevert: MigrationError {
        MigrationError(
            .gateClosed,
            session.position.halfReverted ?? "an earlier revert did not come to its end",
            place: .init("switch", side: .target, path: session.address.redacted),
            kept: .other(
                "rows of PostgreSQL are back in the SQLite file already; no side takes writes"
            ),
            remedy: "only cutover revert can finish it; then cutover switch hands over again"
        )
    }
}

extension RunState.Position {
    /// That a way back was left halfway, in words; nil when it was not.
    ///
    /// Whoever asks has looked that no other process is at it.
    package var halfReverted: String? {
        guard let closedSince else { return nil }
        return "both sides refuse writes since \(closedSince): an earlier revert did not come to "
            + "its end"
    }

    /// When a way back has closed the target, as UTC; nil when it is not closed.
    package var closedSince: String? {
        closedFor.map { Date(timeIntervalSinceNow: -$0).formatted(.iso8601) }
    }
}
