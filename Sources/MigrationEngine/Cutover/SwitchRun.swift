import Foundation

/// One run of `switch`, on the thread that called it.
final class SwitchRun {
    /// How long the fence holds beyond the budget, should this process die.
    static let margin = 10.0
    /// Changes below which the pause may begin: what is left must be drained in a moment.
    static let fewChanges = 2_000

    let session: FollowSession
    let settings: Switch.Settings
    let toggles: SavedToggles
    let steps: StepRecorder
    let writer: SourceWriter
    let undo: Undo
    var clock: FreezeClock?
    var drained = 0
    /// Questions to the target while writes were blocked.
    private(set) var trips = 0
    var holders: [FileHolders.Holder] = []
    var warnings: [String] = []
    /// What is wrong with the source behind the handover, in words.
    var fenceProblem: String?
    /// How long a way back that was taken back had blocked writes; nil when there was none.
    private(set) var reopened: Double?
    private var comparer: ChangedRows?
    /// The last time that another transaction kept the handover from its tables.
    private(set) var contention: MigrationError?
    /// Whether the commit that hands over was asked for.
    private var isCommitting = false {
        didSet { session.tracker.cutover { $0.isAskedToTakeOver = isCommitting } }
    }
    /// The newest row in quarantine before the gates were looked at.
    private var quarantineAtGates = 0
    private var lockedSince: ContinuousClock.Instant?
    private typealias Toggle = (name: String, isOn: Bool)
    /// How long another process's lock is waited for while writes pass.
    private static let lockPatience = SourceWriter.Patience.seconds(60)

    init(_ session: FollowSession, _ settings: Switch.Settings) throws(MigrationError) {
        self.session = session
        self.settings = settings
        toggles = try SavedToggles(session)
        steps = StepRecorder(session)
        writer = SourceWriter(session)
        undo = Undo(session, toggles, steps, writer)
    }

    /// Goes the whole way, or back to where it began.
    func perform() throws(MigrationError) -> SwitchReport {
        if session.position.liveSide == .target {
            session.tracker.cutover { $0.isHandedOver = true }
            reopened = try HalfRevert(session, steps).takeBack()
            return try finish()
        }
        if let leftover = try undo.recover() { warnings.append(leftover) }
        quarantineAtGates = try newestInQuarantine()
        try SwitchGates.require(session, isRehearsal: settings.isRehearsal)
        do throws(MigrationError) {
            try writer.open("switch")
            try heard(before)
            try heard(pause)
            try fence()
            try heard(drain)
            try heard(verify)
            try open()
        } catch {
            // Inside the freeze nobody has the time to ask who it is.
            return try takeBack(
                clock == nil ? LockHolders.naming(error, session.options) : error
            )
        }
        return try finish()
    }

    /// The steps behind the commit that handed the application over.
    private func finish() throws(MigrationError) -> SwitchReport {
        do throws(MigrationError) {
            return try SwitchCompletion(self).perform()
        } catch {
            throw behindHandover(error)
        }
    }

    private func takeBack(_ error: MigrationError) throws(MigrationError) -> SwitchReport {
        if try wasHandedOver(error) {
            // Until it is known that the target is open nobody can write there.
            noteHandover()
            steps.succeed()
            return try finish()
        }
        let isAborted = error.code == .interrupted
        let reason = isAborted ? SwitchReport.aborted(session.cancellation) : error.message
        steps.fail(reason, isWished: isAborted)
        let restored = try undo.perform(because: reason)
        clock?.end()
        // Writes pass again: now there is the time to ask who it was.
        let told = isAborted ? reason : naming(reason)
        session.tracker.cutover { $0.freezeSeconds = nil }
        return SwitchReport(
            ok: false,
            outcome: .undone,
            reason: told,
            writeFreezeSeconds: clock?.seconds ?? 0,
            drainedChanges: drained,
            steps: steps.steps,
            togglesRestored: restored,
            holders: holders.map { .init(pid: $0.pid, command: $0.command) },
            warnings: warnings,
            isAborted: isAborted
        )
    }

    /// Lets the wish to stop end what the target is being asked, which may wait for a lock or halt.
    private func heard(
        _ work: () throws(MigrationError) -> Void
    ) throws(MigrationError) {
        try session.target.interruptible(by: session.cancellation, work)
    }

    // MARK: - While writes pass

    /// Comes close to the source, and compares what changed since the last comparison.
    private func before() throws(MigrationError) {
        try steps.run("following") { () throws(MigrationError) in
            try catchUp(below: Self.fewChanges, until: nil)
            try compare(isFrozen: false)
            try catchUp(below: Self.fewChanges, until: nil)
            try requireDecided()
        }
    }

    /// Turns the toggles off where the workers look, and waits until the last has seen it.
    private func pause() throws(MigrationError) {
        try steps.run("pausing") { () throws(MigrationError) in
            let owner = try session.owner()
            let paused = try writer.write("switch", Self.lockPatience) {
                connection throws(SourceError) -> (SourceOwner.Conflict?, [Toggle]) in
                // Between the start and this moment another run may have taken the source.
                if let conflict = try owner.conflict(connection) { return (conflict, []) }
                try owner.write(connection)
                try ReverseMark.forget(connection)
                try toggles.turnOff(connection)
                try SourceFence.install(connection)
                return (nil, try SavedToggles.values(connection))
            }
            if let conflict = paused.0 { throw conflict.failure(session.options, "switch") }
            let before = paused.1
            Failpoint.reach(.togglesOff)
            try session.journal.action(
                "pause",
                before: before.map { "\($0.name)=\($0.isOn ? 1 : 0)" }.joined(separator: " "),
                after: "all off"
            )
            // Without toggles there is nobody to wait for.
            let wait = before.contains { $0.isOn } ? settings.flagCache : 0
            let end = ContinuousClock.now.advanced(by: .seconds(wait))
            try catchUp(below: .max, until: end)
            try catchUp(below: Self.fewChanges, until: nil)
            try compare(isFrozen: false)
            session.clearTables()
            try catchUp(below: 200, until: nil)
            try requireDecided()
            // Ours only look: this process has the run.
            holders = FileHolders.of(session.options.source).filter { $0.verb == nil }
            for holder in holders {
                session.tracker.log(
                    .warning,
                    "switch",
                    "process \(holder.pid) has the source open: \(holder.command)"
                )
            }
        }
    }

    /// Catches up until few changes wait, or until a moment has come.
    private func catchUp(
        below most: Int,
        until end: ContinuousClock.Instant?
    ) throws(MigrationError) {
        while true {
            try session.cancellation.check("switch", kept: session.kept)
            let count: Int
            let lag: (rows: Int, seconds: Double)
            do {
                count = try session.catchUp()
                lag = try session.lag()
                lockedSince = nil
            } catch {
                try waitForLock(error)
                continue
            }
            let left = end.map { ContinuousClock.now.duration(to: $0).seconds } ?? 0
            show(lag, countdown: end == nil ? nil : max(0, left))
            if lag.rows < most, left <= 0 { return }
            if count == 0 { usleep(20_000) }
        }
    }

    /// Goes on where another process holds the source, which nobody but it waits for yet.
    private func waitForLock(_ error: any Error) throws(MigrationError) {
        let wrapped = session.wrap(error, "switch")
        guard Obstacle(wrapped) == .lock else { throw wrapped }
        let since = lockedSince ?? .now
        lockedSince = since
        guard since.duration(to: .now) < .seconds(60) else { throw wrapped }
        session.tracker.log(.warning, "switch", "waiting: \(wrapped.message)")
    }

    func show(
        _ lag: (rows: Int, seconds: Double),
        countdown: Double? = nil
    ) {
        session.tracker.live(
            LiveProgress(
                lagRows: lag.rows,
                lagSeconds: lag.seconds,
                appliedChanges: session.changes,
                changesPerSecond: 0,
                waitingFor: nil,
                step: steps.current,
                countdownSeconds: countdown,
                freezeSeconds: clock?.seconds
            )
        )
    }

    // MARK: - While they do not

    /// Blocks the source's writes; after this commit no write can pass.
    private func fence() throws(MigrationError) {
        try steps.run("fenced") { () throws(MigrationError) in
            try session.cancellation.check("switch", kept: session.kept)
            let hold = settings.freezeBudget + Self.margin
            let canceller = session.target.breaker()
            // From here on the budget counts.
            do throws(TargetError) {
                try session.target.execute("SET lock_timeout = 0")
            } catch {
                throw session.wrap(error, "switch")
            }
            // The application still writes while another process's lock is waited for.
            try writer.write("switch", .seconds(settings.freezeBudget)) {
                connection throws(SourceError) in
                try SourceFence.raise(for: hold, connection)
            }
            clock = FreezeClock(budget: settings.freezeBudget, [canceller])
            trips = -session.target.roundTrips
            session.tracker.cutover { cutover in
                cutover.freezeSeconds = 0
                cutover.freezeBudget = settings.freezeBudget
            }
            Failpoint.reach(.fenced)
        }
    }

    /// Applies up to the last change.
    private func drain() throws(MigrationError) {
        try steps.run("drained") { () throws(MigrationError) in
            do {
                while true {
                    let count = try session.catchUp()
                    try clock?.check()
                    drained += count
                    show(try session.lag())
                    if count == 0 { break }
                }
                try session.setIdentities()
            } catch {
                throw overBudget(error)
            }
            Failpoint.reach(.drained)
        }
    }

    private func verify() throws(MigrationError) {
        try steps.run("verified") { () throws(MigrationError) in
            try compare(isFrozen: true)
            try requireDecided()
            try clock?.check()
            Failpoint.reach(.freezeVerified)
        }
    }

    /// Refuses to hand over rows that went into quarantine behind the gates: nobody has decided
    /// that the application can do without them.
    private func requireDecided() throws(MigrationError) {
        // Nobody else fills it while this process has the run.
        guard session.quarantined > 0 else { return }
        let rows: [[String?]]
        do {
            let states = try RunState.QuarantineStates(session.target)
            rows = try session.target.query(
                """
                SELECT table_name, key_text, reason FROM cutover.quarantine
                WHERE run_id = $1 AND id > $2 AND \(states.isAbsent) AND NOT \(states.isAccepted)
                ORDER BY id LIMIT 4
                """,
                [.text(session.run.id), .text(String(quarantineAtGates))]
            ).rows
        } catch {
            throw overBudget(error)
        }
        guard !rows.isEmpty else { return }
        let names = rows.prefix(3).map { row in
            "\(row[0] ?? ""), \(row[1] ?? ""): \(row[2] ?? "")"
        }
        throw MigrationError(
            .gateClosed,
            "rows went into quarantine since the gates were looked at: "
                + SafeText.visible(names.joined(separator: "; "))
                + (rows.count > 3 ? "; and more" : ""),
            place: .init("switch", table: rows[0][0]),
            kept: session.kept,
            remedy: "cutover quarantine list, then replay or accept them, then cutover verify and "
                + "cutover switch"
        )
    }

    private func newestInQuarantine() throws(MigrationError) -> Int {
        do {
            return Int(
                try session.target.query(
                    "SELECT coalesce(max(id), 0) FROM cutover.quarantine WHERE run_id = $1",
                    [.text(session.run.id)]
                ).integer ?? 0
            )
        } catch {
            throw session.wrap(error, "switch")
        }
    }

    /// Compares the rows that changed since the last comparison.
    ///
    /// While writes pass, both sides are only of one moment inside a transaction of the source
    /// that begins when nothing waits; what changes meanwhile is compared the next time.
    private func compare(isFrozen: Bool) throws(MigrationError) {
        do {
            let position = session.position
            let first = position.verifiedSeq ?? 0
            let rows = try changedRows()
            try session.source.execute("BEGIN")
            defer { try? session.source.execute("COMMIT") }
            let head = try ChangeLog.head(session.source).seq
            guard head == session.position.seq else {
                guard !isFrozen else { throw changedWhileFrozen }
                // Somebody was quicker; inside the freeze nobody is.
                return
            }
            let found = try rows.compare(after: first, through: head)
            guard found.different.isEmpty else { throw unequal(found.different) }
            try session.markVerified(head)
        } catch {
            throw overBudget(error)
        }
    }

    /// What compares changed rows; made before the freeze, because it reads both catalogs.
    private func changedRows() throws -> ChangedRows {
        if let made = comparer, made.reads(session.target) { return made }
        let rows = try ChangedRows(of: session)
        comparer = rows
        return rows
    }

    /// Opens the target: the one commit that hands the application over.
    private func open() throws(MigrationError) {
        try steps.run("switched") { () throws(MigrationError) in
            try clock?.check()
            try session.cancellation.check("switch", kept: session.kept)
            let head = session.position.seq
            let left = clock.map { $0.budget - $0.seconds } ?? settings.freezeBudget
            let token = SourceFence.token(of: session.run.id)
            let newest = try writer.write("switch", .seconds(left)) {
                connection throws(SourceError) in
                // Should this process die now, the next start finds a source that is closed.
                try SourceFence.close(for: token, connection)
                // Asked here, because this transaction sees what is there now, whatever moment the
                // session's own connection may still look at.
                return try ChangeLog.head(connection).seq
            }
            do {
                guard newest == head else { throw changedWhileFrozen }
                Failpoint.reach(.handingOver)
                try handOver(token)
                Failpoint.reach(.handedOver)
            } catch {
                throw overBudget(error)
            }
            trips += session.target.roundTrips
            noteHandover()
        }
    }

    /// Hands over, again and again as long as there is time: the application's workers may be at
    /// the target already, and their transactions take its tables in an order of their own.
    private func handOver(_ token: String) throws {
        while true {
            try clock?.check()
            do {
                return try session.handOver(token, clock) { isCommitting = true }
            } catch let error as TargetError where error.isContention {
                isCommitting = false
                contention = session.wrap(error, "switch")
                try session.cancellation.check("switch", kept: session.kept)
                session.tracker.log(
                    .warning,
                    "switch",
                    "handing over again: other transactions hold tables of the target"
                )
                // Not in step with them.
                usleep(UInt32.random(in: 10_000...60_000))
            }
        }
    }

    /// Finds out what became of the commit that hands over, when its answer was lost.
    private func wasHandedOver(_ error: MigrationError) throws(MigrationError) -> Bool {
        guard steps.names.last == "switched", session.position.liveSide == .source else {
            return session.position.liveSide == .target
        }
        // A transaction that was never told to commit cannot have handed over.
        guard isCommitting else { return false }
        session.tracker.log(.warning, "switch", "asking the server whether it took over")
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while true {
            do throws(MigrationError) {
                // Ends the old session first, so that no late commit can follow.
                try session.reconnect()
                return session.position.liveSide == .target
            } catch {
                guard ContinuousClock.now < end,
                    error.code == .targetUnavailable
                        || error.code == .runBusy
                else { throw undecided(error) }
                usleep(200_000)
            }
        }
    }

    // MARK: - Errors

    /// The budget is the reason for what was broken when it was used up.
    private func overBudget(_ error: any Error) -> MigrationError {
        guard let clock, clock.isOver else { return session.wrap(error, "switch") }
        let isLost = session.wrap(error, "switch").code == .targetUnavailable
        return clock.failure(unansweredFor: isLost ? session.target.secondsSinceAsked : nil)
    }

    private var changedWhileFrozen: MigrationError {
        MigrationError(
            .gateClosed,
            "the source was written although its writes are blocked: a clock was set, or a process "
                + "writes past the triggers",
            place: .init("switch", side: .source, path: session.options.source),
            kept: session.kept,
            remedy: "find the process that has the file open, then try again"
        )
    }

    private func unequal(_ tables: [VerifyReport.Table]) -> MigrationError {
        let names = tables.prefix(5).map { table in
            "\(table.name): \(table.missing) missing, \(table.extra) extra, "
                + "\(table.different) different"
        }
        return MigrationError(
            .gateClosed,
            "changed rows are not equal on both sides: " + names.joined(separator: "; "),
            place: .init("switch", table: tables.first?.name),
            kept: session.kept,
            remedy: "see the rows with: cutover verify"
        )
    }

    private func undecided(_ error: MigrationError) -> MigrationError {
        MigrationError(
            .targetUnavailable,
            "the connection was lost in the moment of the handover, and the server cannot be "
                + "asked whether it took over",
            place: .init("switch", side: .target, path: session.address.redacted),
            kept: .other(
                "writes stay blocked in the source, so that no two sides can take them"
            ),
            remedy: "bring the server back, then run: cutover switch. It finishes the handover if "
                + "the server took over, and undoes it if not",
            cause: error.cause
        )
    }
}
