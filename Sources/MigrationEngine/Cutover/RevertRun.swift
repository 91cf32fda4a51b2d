import Foundation

/// One way back from behind the handover.
///
/// Close the target, bring its writes into the source, compare them, let the target follow again,
/// open the source. Each step can be done again, so a killed way back is finished by the next one.
final class RevertRun {
    private let session: FollowSession
    private let toggles: SavedToggles
    private let steps: StepRecorder
    private let writer: SourceWriter
    private let wishes: RevertWishes
    private let hook: Turn?
    private let strays: StrayKeeper
    private var summary = ReverseSummary()
    private var notes: [String] = []
    private var block = WriteBlock()
    /// Whether PostgreSQL is closed, and whether the source is open again.
    private var (isClosed, isOpen) = (false, false)
    /// Whether nothing is left to be done by hand.
    private var isWhole = true

    /// The operator's command on the way back.
    struct Turn {
        var command: String
        /// How long it may take.
        var seconds = Hook.longest
        /// Whether its failure is only noted: it has failed on the way there already.
        var mayFail = false
    }

    init(
        _ session: FollowSession,
        _ toggles: SavedToggles,
        _ steps: StepRecorder,
        _ writer: SourceWriter,
        wishes: RevertWishes,
        hook: Turn?
    ) {
        self.session = session
        self.toggles = toggles
        self.steps = steps
        self.writer = writer
        steps.isOnTheWayBack = true
        self.wishes = wishes
        self.hook = hook
        strays = StrayKeeper(session, isAllowed: wishes.acceptsStrays)
    }

    /// Goes back.
    ///
    /// - Parameter reason: Why, for the journal.
    /// - Returns: What came back.
    /// - Throws: ``MigrationError``; then no side takes writes, or only the one that did before.
    func perform(because reason: String) throws(MigrationError) -> RevertReport {
        isClosed = session.position.closedFor != nil
        do throws(MigrationError) {
            return try goBack(reason)
        } catch {
            throw isOpen ? error : Self.standing(error, session, isClosed: isClosed)
        }
    }

    private func goBack(_ reason: String) throws(MigrationError) -> RevertReport {
        session.tracker.cutover { $0.isHandedOver = session.position.liveSide == .target }
        try writer.open("revert")
        if session.position.liveSide == .target {
            try session.outlasting("revert") { try requireSource() }
        }
        // A process that was killed on this way has blocked writes all the time since.
        if let earlier = session.position.closedFor { block.begin(earlier: earlier) }
        // Refused while PostgreSQL goes on working; where it is closed already, behind that.
        if session.position.liveSide == .target, session.position.closedFor == nil {
            try session.outlasting("revert") { _ = try conditions.require() }
        }
        // A server that falls over on the way is waited for; each step can be done again.
        try session.outlasting("revert") {
            if session.position.liveSide == .target { try leaveTarget() }
        }
        if !steps.names.contains("replayed") { try recallReplay() }
        // From here on the source is the side that takes writes, whatever becomes of the server.
        let isEqual = compare()
        try openSource(reason)
        try runHook()
        return RevertReport(
            ok: isEqual && isWhole,
            replayedChanges: summary.changes,
            steps: steps.steps,
            tables: summary.tables,
            notes: notes + summary.notes,
            writeFreezeSeconds: block.seconds,
            strayWrites: strays.found.rows,
            conflicts: strays.found.conflicts,
            strayFile: strays.file
        )
    }

    /// Refuses while nothing is changed; a way back that was killed may have closed PostgreSQL.
    private func requireSource() throws {
        do throws(MigrationError) {
            try strays.require()
        } catch {
            try live.reopen()
            isClosed = false
            throw error
        }
    }

    /// Closes PostgreSQL, brings its writes back, and makes the source the side that is live.
    private func leaveTarget() throws(MigrationError) {
        try steps.run("target-closed") { () throws(MigrationError) in
            try onTarget { try TargetClosing(session: session).perform() }
            isClosed = true
            block.begin()
            session.tracker.cutover { $0.freezeSeconds = block.seconds }
            Failpoint.reach(.targetClosed)
        }
        do throws(MigrationError) {
            notes += try onTarget { try conditions.require() }
            notes += try onTarget { try conditions.settle() }
            try strays.keep(writer)
            try replay()
        } catch {
            steps.fail(error.message)
            try session.outlasting("revert") { try reopen() }
            throw error
        }
        try restoreEnvironment()
        try handBack()
    }

    private var live: LiveTarget { LiveTarget(target: session.target, run: session.run.id) }

    private func replay() throws(MigrationError) {
        try steps.run("replayed") { () throws(MigrationError) in
            var replay = ReverseReplay(
                session.options,
                session.target,
                session.address,
                run: session.run.id,
                session.cancellation
            )
            replay.busyMilliseconds = 30_000
            replay.head = strays.head
            replay.strayNote = strays.note
            summary = try replay.perform()
            let words = "\(summary.rows) rows of \(summary.tables.count) tables came back"
            steps.note { () throws(MigrationError) in
                try session.journal.action("replayed", before: nil, after: words)
            }
        }
    }

    /// What an earlier attempt has brought back, which was killed before it could tell.
    private func recallReplay() throws(MigrationError) {
        guard let earlier = try session.replayed() else { return }
        summary = earlier.summary
        summary.wasReplayed = true
        notes.append(
            "an earlier revert had brought the rows back and did not come to its end; it is "
                + "finished now"
        )
    }

    private var conditions: RevertConditions { RevertConditions(session, wishes, steps) }

    /// The file says again what it said before; its failure keeps nobody from the source, to which
    /// every row came back.
    private func restoreEnvironment() throws(MigrationError) {
        try steps.run("environment-back") { () throws(MigrationError) in
            let found = try onTarget { try EnvironmentBack(session).perform() }
            notes += found.notes
            isWhole = isWhole && found.isWhole
        }
    }

    /// PostgreSQL goes on being the side that takes writes.
    private func reopen() throws {
        let live = live
        try session.target.transaction {
            // Whoever looks at a table for long must not keep the operator waiting unseen.
            try session.target.execute("SET LOCAL lock_timeout = '30s'")
            try live.open()
            try session.noteOpened()
        }
        isClosed = false
        block.end()
        session.tracker.cutover { $0.freezeSeconds = nil }
        notes.append("PostgreSQL takes writes as before")
        steps.note { () throws(MigrationError) in
            try session.journal.action(
                "revert given up",
                before: "both sides closed",
                after: String(
                    format: "PostgreSQL takes writes as before; they were blocked for %.2f s",
                    block.seconds
                )
            )
        }
    }

    /// Puts the target back to following, in one transaction: keys and triggers rest, and the
    /// application's writes are those of the source again.
    ///
    /// The position stays: what the replay could only write in the source's own spelling stands
    /// behind it in the log, and is followed like any change.
    private func handBack() throws(MigrationError) {
        try steps.run("handed-back") { () throws(MigrationError) in
            try onTarget {
                let live = live
                try live.enter()
                try live.rest {
                    try session.target.query(
                        "UPDATE cutover.position SET live_side = 'source' WHERE run_id = $1",
                        [.text(session.run.id)]
                    )
                    try SwitchedVariable.forget(session.run.id, session.target)
                }
                session.position.liveSide = .source
            }
            Failpoint.reach(.handedBack)
        }
    }

    /// Compares every row that came back, then ends the log of PostgreSQL's writes.
    ///
    /// The replay has read each row back before it committed; what differs here nevertheless is
    /// told, and does not keep the application waiting.
    private func compare() -> Bool {
        var isEqual = true
        do throws(MigrationError) {
            try steps.run("verified") { () throws(MigrationError) in
                try session.outlasting("verified") { isEqual = try compareReplayed() }
            }
        } catch {
            steps.fail(error.message)
            notes.append("what came back was not compared once more: \(error.message)")
            isEqual = false
        }
        return isEqual
    }

    private func compareReplayed() throws -> Bool {
        while try session.catchUp() > 0 {}
        let found = try ReplayedRows(
            session.source,
            session.target,
            run: session.run.id,
            session.cancellation
        ).compare()
        let isEqual = found.different.isEmpty
        notes += found.different.map {
            "rows of \($0.name) that came back differ: cutover verify --table \($0.name)"
        }
        try session.target.transaction {
            try ReverseCapture(target: session.target, run: session.run.id).remove()
        }
        // What came along from the source's own log is compared by whoever follows it next.
        if isEqual, strays.found.rows == 0 { try session.markVerified(session.position.seq) }
        return isEqual
    }

    /// Lets the source take writes again; its toggles are those that PostgreSQL had.
    private func openSource(_ reason: String) throws(MigrationError) {
        try steps.run("source-open") { () throws(MigrationError) in
            _ = try Undo(session, toggles, steps, writer).perform(because: reason)
            isOpen = true
            block.end()
            // Only a figure: without the server it is left behind, and nobody reads it any more.
            try? session.noteOpened()
            session.tracker.cutover { cutover in
                cutover.freezeSeconds = nil
                cutover.isHandedOver = false
            }
        }
    }

    private func runHook() throws(MigrationError) {
        guard let hook else { return }
        let command = Hook(
            hook.command,
            phase: "revert",
            session.options,
            run: session.run.id,
            kept: .other(
                "the application works on SQLite again, with every write made on PostgreSQL; only "
                    + "the hook is left to be done"
            )
        )
        do throws(MigrationError) {
            try steps.run("hook") { () throws(MigrationError) in
                try command.run(for: hook.seconds, session.cancellation)
            }
        } catch {
            steps.fail(error.message)
            guard hook.mayFail else { throw error }
            notes.append("on the way back \(error.message)")
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
