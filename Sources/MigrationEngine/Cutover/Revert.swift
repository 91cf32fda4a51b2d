import Foundation

/// The way back to SQLite with everything that was written on PostgreSQL: the verb `revert`.
public enum Revert {
    /// Goes back from wherever a cutover stands: an undo before the handover, behind it a replay.
    ///
    /// Killed on the way, the same call goes on where it stopped.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - hook: The operator's command, run when the source takes writes again.
    ///   - wishes: What is left behind, and what is compared.
    ///   - observer: Is told how far it is.
    ///   - cancellation: Stops it before the source is written.
    /// - Returns: What was done.
    /// - Throws: ``MigrationError``.
    public static func run(
        _ options: Options,
        hook: String? = nil,
        wishes: RevertWishes = RevertWishes(),
        observer: Observer = Observer(),
        cancellation: Cancellation = Cancellation()
    ) throws(MigrationError) -> RevertReport {
        try options.requireWritable("revert")
        try FreeDescriptors.require("revert")
        let tracker = ProgressTracker(observer)
        do throws(MigrationError) {
            tracker.begin(.starting, "connecting")
            let session: FollowSession
            do throws(MigrationError) {
                session = try FollowSession(options, stage: "revert", tracker, cancellation)
            } catch {
                // A way back that was killed may have closed PostgreSQL: it must go on there.
                try Refence(options, tracker).reopen(after: error)
                throw LockHolders.naming(ClosedCopy.helping(error, options), options)
            }
            let steps = StepRecorder(session)
            let toggles = try SavedToggles(session)
            let report: RevertReport
            let isHalfBack = try session.isHalfBack()
            if session.position.liveSide == .source, !isHalfBack {
                report = try undone(session, Undo(session, toggles, steps, SourceWriter(session)))
            } else {
                report = try RevertRun(
                    session,
                    toggles,
                    steps,
                    SourceWriter(session),
                    wishes: wishes,
                    hook: hook.map { .init(command: $0) }
                ).perform(because: "the operator went back")
            }
            session.keepOutcome("revert", report)
            tracker.begin(.done, report.summary)
            return report
        } catch {
            tracker.fail(error)
            throw error
        }
    }

    /// Before the handover there is nothing to bring back.
    private static func undone(
        _ session: FollowSession,
        _ undo: Undo
    ) throws(MigrationError) -> RevertReport {
        let blocked = undo.blockedSeconds()
        let words = try undo.recover()
        try? session.noteOpened()
        var report = RevertReport(
            ok: true,
            replayedChanges: 0,
            steps: [],
            tables: [],
            notes: [words ?? "the application works on SQLite already; nothing was done"],
            writeFreezeSeconds: blocked
        )
        report.nothingDone = words == nil
        return report
    }
}

/// What `revert` did.
public struct RevertReport: Codable, Sendable {
    /// Whether the application works on the source again.
    public var ok: Bool
    /// Entries of the log of PostgreSQL's writes that were brought back.
    public var replayedChanges: Int
    /// The steps, in order.
    public var steps: [SwitchReport.Step]
    /// What came back, by table, with sample keys.
    public var tables: [ReverseSummary.Table]
    /// What the operator should know beside.
    public var notes: [String]
    /// The seconds during which no side took the application's writes.
    public var writeFreezeSeconds = 0.0
    /// Whether there was nothing to take back.
    public var nothingDone = false
    /// Rows that something had written in the closed source, and that were not as PostgreSQL's.
    public var strayWrites = 0
    /// Those of them that PostgreSQL had written, too: its row stands.
    public var conflicts = 0
    /// Where all of them are written down, a line of JSON each; nil when there were none.
    @ExplicitNull public var strayFile: String? = nil

    /// The outcome in a sentence.
    public var summary: String {
        guard !nothingDone else { return "the application works on SQLite; nothing was done" }
        let rows = tables.reduce(0) { $0 + $1.inserted + $1.updated + $1.deleted }
        return "the application works on SQLite again; \(rows) rows written on PostgreSQL came back"
            + (writeFreezeSeconds > 0
                ? String(format: "; writes were blocked for %.2f s", writeFreezeSeconds) : "")
    }
}
