import Foundation

/// One way back from behind the handover.
///
/// Close the target, bring its writes into the source, compare them, let the target follow again,
/// open the source. Each step can be done again, so a killed way back is finished by the next one.
final class RevertRun {
    private let session: FollowSession
    private let toggles: SavedToggles
    private let steps: StepRecorder
    private let environment: String?
    private let hook: String?
    private var summary = ReverseSummary()
    private var notes: [String] = []

    init(
        _ session: FollowSession,
        _ toggles: SavedToggles,
        _ steps: StepRecorder,
        environment: String?,
        hook: String?
    ) {
        self.session = session
        self.toggles = toggles
        self.steps = steps
        self.environment = environment
        self.hook = hook
    }

    /// Goes back.
    ///
    /// - Parameter reason: Why, for the journal.
    /// - Returns: What came back.
    /// - Throws: ``MigrationError``; then no side takes writes, or only the one that did before.
    func perform(because reason: String) throws(MigrationError) -> RevertReport {
        try steps.run("target-closed") { () throws(MigrationError) in
            try onTarget {
                let live = live
                try session.target.transaction {
                    try session.target.execute("SET LOCAL lock_timeout = '10s'")
                    try live.close("the application goes back to SQLite (run \(session.run.id))")
                }
            }
            Failpoint.reach(.targetClosed)
        }
        do throws(MigrationError) {
            try replay()
        } catch {
            steps.fail(error.message)
            try reopen()
            throw error
        }
        try steps.run("environment-back") { () throws(MigrationError) in
            let file =
                environment.map { EnvironmentFile($0, session.directory) }
                ?? EnvironmentFile.switched(in: session.directory)
            try file?.restore()
        }
        try handBack()
        try openSource(reason)
        try runHook()
        return RevertReport(
            ok: true,
            replayedChanges: summary.changes,
            steps: steps.steps,
            tables: summary.tables,
            notes: notes + summary.notes
        )
    }

    private var live: LiveTarget { LiveTarget(target: session.target, run: session.run.id) }

    private func replay() throws(MigrationError) {
        try steps.run("replayed") { () throws(MigrationError) in
            summary = try ReverseReplay(
                session.options,
                session.target,
                session.address,
                run: session.run.id,
                session.cancellation
            ).perform()
        }
        try steps.run("verified") { () throws(MigrationError) in
            try onTarget {
                let found = try ReplayedRows(
                    session.source,
                    session.target,
                    run: session.run.id,
                    session.cancellation
                ).compare()
                guard let first = found.different.first else { return }
                throw MigrationError(
                    .gateClosed,
                    "rows that came back are not equal on both sides: \(first.name)",
                    place: .init("revert", table: first.name),
                    kept: .other("PostgreSQL has all that was written there"),
                    remedy: "see the rows with: cutover verify --table \(first.name)"
                )
            }
        }
    }

    /// PostgreSQL goes on being the side that takes writes.
    private func reopen() throws(MigrationError) {
        try onTarget {
            let live = live
            try session.target.transaction { try live.open() }
        }
        notes.append("PostgreSQL takes writes as before")
    }

    /// Puts the target back to following, in one transaction: keys and triggers rest, its log of
    /// writes ends, and the position is the source's newest change.
    private func handBack() throws(MigrationError) {
        try steps.run("handed-back") { () throws(MigrationError) in
            try onTarget {
                let live = live
                let head = try ChangeLog.head(session.source)
                let capture = ReverseCapture(target: session.target, run: session.run.id)
                try live.enter()
                try live.rest {
                    try capture.remove()
                    try session.target.query(
                        """
                        UPDATE cutover.position SET live_side = 'source', seq = $2, at = $3,
                            verified_seq = $2, reverse_seq = 0 WHERE run_id = $1
                        """,
                        [
                            .text(session.run.id), .integer(head.seq),
                            .optional(head.at.map { String($0) }),
                        ]
                    )
                }
                session.position.liveSide = .source
                session.position.seq = head.seq
                session.position.verifiedSeq = head.seq
            }
            Failpoint.reach(.handedBack)
        }
    }

    /// Lets the source take writes again; its toggles are those that PostgreSQL had.
    private func openSource(_ reason: String) throws(MigrationError) {
        try steps.run("source-open") { () throws(MigrationError) in
            _ = try Undo(session, toggles, steps).perform(because: reason)
        }
    }

    private func runHook() throws(MigrationError) {
        guard let hook else { return }
        try steps.run("hook") { () throws(MigrationError) in
            try Hook(hook, phase: "revert", session.options, run: session.run.id).run(for: 60)
        }
    }

    private func onTarget<Value>(_ work: () throws -> Value) throws(MigrationError) -> Value {
        do {
            return try work()
        } catch {
            throw session.wrap(error, "revert")
        }
    }
}
