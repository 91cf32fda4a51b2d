import MigrationEngine

/// What a live run tells, and what follows from it.
extension Model {
    /// Seconds between two looks at a run in which little happens.
    private var statusSeconds: Double { refreshSeconds }
    /// The same while another process cuts over.
    private static let busySeconds = 0.5
    /// Seconds between two looks at the gates.
    private static let gateSeconds = 30.0
    /// A last answer that is older than this when a question is put says nothing of the time between.
    private static let longestPause = 10.0
    /// Seconds between two looks at who holds the old file: every process is looked at.
    private static let holderSeconds = 10.0

    // MARK: - Asking

    /// Asks where the run stands.
    mutating func loadStatus() -> [Command] {
        let withGates = cutover.gates.value == nil
        return [.loadStatus(ticket: cutover.status.ask(now: now), withGates: withGates)]
    }

    /// Asks for the gates.
    mutating func loadGates() -> [Command] {
        [.loadGates(ticket: cutover.gates.ask(now: now))]
    }

    /// Asks what was written on PostgreSQL since the switch.
    mutating func loadWritten() -> [Command] {
        [.loadWritten(ticket: cutover.written.ask(now: now))]
    }

    /// Asks again what is old; nothing before the console has begun to ask.
    mutating func refreshCutover() -> [Command] {
        closeLatePhrase()
        guard let askedAt = cutover.status.askedAt else { return [] }
        var commands: [Command] = []
        let isUnderWay = phase?.wayBack == .undo || phase == .switched
        let patience = isUnderWay ? Self.busySeconds : statusSeconds
        if !cutover.status.isLoading, now - askedAt >= patience { commands += loadStatus() }
        if isDue(cutover.gates, every: Self.gateSeconds), phase == .following {
            commands += loadGates()
        }
        if isDue(cutover.written, every: statusSeconds), phase == .watching {
            commands += loadWritten()
        }
        if isDue(cutover.holders, every: Self.holderSeconds), phase == .watching {
            commands.append(.loadHolders(ticket: cutover.holders.ask(now: now)))
        }
        return commands
    }

    private func isDue<Value>(_ loadable: Loadable<Value>, every seconds: Double) -> Bool {
        !loadable.isLoading && now - (loadable.askedAt ?? -1e9) >= seconds
            && operation?.kind.mustFinish != true
    }

    // MARK: - Taking in

    /// Takes in where the run stands.
    mutating func take(
        ticket: Int,
        _ result: Result<RunStatus, MigrationError>
    ) -> [Command] {
        guard ticket == cutover.status.ticket else { return [] }
        cutover.status.take(result, ticket: ticket, now: now)
        // A look that leaves the gates out knows of none, and not that none is closed.
        if cutover.status.value?.gates.isEmpty == true, let gates = cutover.gates.value {
            cutover.status.value?.gates = gates
        }
        let news = heedSilence(Self.silence(in: result))
        guard case .success(let status) = result, operation?.kind.mustFinish != true,
            operation?.kind != .migrate
        else { return news }
        // Where the run stands is the target's to say: while it is silent, what was heard holds,
        // unless the source itself says that it takes no writes.
        if status.targetProblem != nil, cutover.knownPhase != nil, !status.writesBlocked {
            return news
        }
        let learned = learn(CutoverPhase(rawValue: status.phase)) + news
        guard isComparedSince(status), cutover.comparisonAsked != status.verifiedAt else {
            return learned
        }
        cutover.comparisonAsked = status.verifiedAt
        return learned + [.loadEarlier]
    }

    /// Takes in that a look still waits for its answer: its end is not awaited to say so.
    mutating func takeUnanswered(ticket: Int) -> [Command] {
        guard ticket == cutover.status.ticket, cutover.status.isLoading, cutover.silence == nil
        else { return [] }
        let seconds = TargetPatience.noticed.components.seconds
        return heedSilence("a question has had no answer for \(seconds) s")
    }

    /// Takes in what was written since the switch, or that the server was silent about it.
    mutating func takeWritten(
        _ result: Result<WrittenSince, MigrationError>,
        ticket: Int
    ) -> [Command] {
        guard ticket == cutover.written.ticket else { return [] }
        cutover.written.take(result, ticket: ticket, now: now)
        guard case .failure(let error) = result, error.code == .targetUnavailable else { return [] }
        return heedSilence(error.message)
    }

    /// Why the target gave no answer to a look; nil when it gave one.
    private static func silence(in result: Result<RunStatus, MigrationError>) -> String? {
        switch result {
        case .success(let status): status.targetProblem
        case .failure(let error): error.message
        }
    }

    /// Since when the target has not answered: since its last answer, where nobody let time pass
    /// without a question, else since the question.
    private var silentSince: Double {
        let asked = cutover.status.askedAt ?? now
        guard let answered = cutover.answeredAt, asked - answered < Self.longestPause else {
            return asked
        }
        return answered
    }

    /// Takes in whether the target answers; what the two sides are has changed with it.
    private mutating func heedSilence(_ words: String?) -> [Command] {
        let before = cutover.silence
        if words == nil { cutover.answeredAt = now }
        cutover.silence = words.map { (before?.since ?? silentSince, $0) }
        guard (before == nil) != (words == nil), operation?.kind.mustFinish != true else {
            return []
        }
        if cutover.knownPhase?.targetTakesWrites == true {
            let line =
                words.map { "PostgreSQL does not answer: \($0)" } ?? "PostgreSQL answers again"
            append(
                LogLine(
                    time: now,
                    level: words == nil ? .info : .error,
                    stage: "watch",
                    message: line
                )
            )
        }
        // What was refused a moment ago can be done again.
        if words == nil { notify("PostgreSQL answers again", .statusOK) }
        // Of an outage the gates tell what is over.
        return loadSides() + (words == nil && phase == .following ? loadGates() : [])
    }

    /// Takes in the phase, and with it the side that is live.
    private mutating func learn(_ phase: CutoverPhase?) -> [Command] {
        let before = cutover.knownPhase
        cutover.knownPhase = phase
        guard before != phase else { return [] }
        return turn(to: phase?.targetTakesWrites == true ? .target : .source)
    }

    /// Shows the lists of the side that has become live.
    private mutating func turn(to live: Side) -> [Command] {
        guard live != identity.liveSide else { return [] }
        identity.liveSide = live
        side = live
        forgetMarks()
        closeToggleQuestion()
        forgetRows(of: .orders)
        forgetRows(of: .inventory)
        workflows.reset()
        return reload()
    }

    /// Whether a message can change what the screen shows.
    ///
    /// Catch-up tells ten times a second how it stands, mostly the same; that it is alive is seen
    /// at the next second.
    ///
    /// - Parameter message: What happened.
    /// - Returns: Whether there may be something new to draw.
    func isNews(_ message: Message) -> Bool {
        guard case .progress(let progress) = message, operation?.kind == .follow else {
            return true
        }
        return progress.live != cutover.lag || staleStanding != nil
    }

    /// Takes in how catch-up or a cutover goes on.
    mutating func takeLive(_ progress: Progress) -> [Command] {
        guard !cutover.awaitsFollowEnd else { return [] }
        if let live = progress.live {
            cutover.lag = live
            cutover.lagAt = now
            if live.waitingFor == nil { cutover.followAgain = nil }
        }
        guard operation?.kind.mustFinish == true, let shown = progress.cutover,
            shown != cutover.progress
        else { return [] }
        if shown.steps.count != cutover.progress?.steps.count { cutover.stepAt = now }
        cutover.progress = shown
        cutover.progressAt = now
        return shown.freezeSeconds == nil ? turn(to: shown.isHandedOver ? .target : .source) : []
    }

    /// Prepares what a run of this kind shows.
    mutating func prepareCutover(_ kind: Operation.Kind) {
        guard kind.mustFinish else { return }
        cutover.progress = nil
        cutover.progressAt = now
        cutover.stepAt = now
        cutover.outcome = nil
        overlay = .running
    }

    // MARK: - Ends

    /// Takes in that catch-up has ended.
    mutating func finishFollow(
        _ result: Result<FollowReport, MigrationError>
    ) -> [Command] {
        if cutover.awaitsFollowEnd {
            cutover.awaitsFollowEnd = false
            return []
        }
        if let decision = awaitedDecision { return decideBehindFollowing(decision, result) }
        endOwnWork()
        if case .success = result { cutover.followAgain = nil }
        switch result {
        case .success(let report) where !report.differences.isEmpty:
            notify(report.differenceWords, .promptError)
        case .success(let report):
            notify(
                "stopped following; \(Figures.rows(report.lag.rows, "change")) waiting, and the "
                    + "source goes on logging: \(key(.follow)) follows again"
            )
        case .failure(let error): noteFollowEnd(error)
        }
        return endIfLeaving() + (exit == nil ? loadStatus() : [])
    }

    /// Takes in that the console's own work has ended: who a look found at work before was the console.
    mutating func endOwnWork() {
        operation = nil
        cutover.status.value?.isRunning = nil
    }

    /// Takes in how a switch came out.
    mutating func finishCutover(
        _ result: Result<SwitchReport, MigrationError>
    ) -> [Command] {
        cutover.isAborted = operation?.isCancelling == true
        endOwnWork()
        var commands: [Command] = []
        switch result {
        case .success(let report) where report.outcome == .switched:
            cutover.outcome = .switched(report)
            cutover.isAborted = false
            notify(report.summary, report.ok ? .statusOK : .statusBad)
            commands += learn(.watching) + turn(to: .target)
        case .success(let report):
            cutover.outcome = .undone(report)
            notify(
                cutover.isAborted
                    ? "aborted by \(cutover.aborter); everything was put back"
                    : "undone: \(report.reason ?? "")",
                .statusWarn
            )
            commands += learn(.following) + turn(to: .source)
        case .failure(let error):
            takeFailure(error, of: .cutOver)
        }
        return commands + afterCutover(follows: cutover.wasFollowing)
    }

    /// Takes in how a way back came out.
    mutating func finishRevert(
        _ result: Result<RevertReport, MigrationError>
    ) -> [Command] {
        cutover.isAborted = operation?.isCancelling == true
        endOwnWork()
        var commands: [Command] = []
        var isBack = false
        switch result {
        case .success(let report):
            cutover.outcome = .reverted(report)
            cutover.isAborted = false
            notify(
                "the application works on SQLite again; \(report.came)",
                report.ok ? .statusOK : .statusBad
            )
            isBack = true
            // SQLite has the application again: nothing is left to be watched.
            watch = Loadable(ticket: watch.ticket + 1)
            commands += learn(.following) + turn(to: .source)
        case .failure(let error):
            takeFailure(error, of: .revert)
        }
        return commands + afterCutover(follows: isBack)
    }

    /// Takes in an error; what the operator asked for is none.
    private mutating func takeFailure(_ error: MigrationError, of kind: Operation.Kind) {
        cutover.outcome = .failed(kind, error)
        cutover.isAborted = cutover.isAborted && error.code == .interrupted
        guard cutover.isAborted else { return fail(error) }
        notify("\(kind.noun) aborted by \(cutover.aborter); kept: \(error.kept)", .statusWarn)
    }

    private mutating func afterCutover(follows: Bool) -> [Command] {
        cutover.progress = nil
        cutover.lag = nil
        cutover.written.reset()
        cutover.holders.reset()
        cutover.gates.reset()
        let ending = endIfLeaving()
        guard exit == nil else { return ending }
        overlay = .outcome(first: 0)
        // Newer than anything that was asked before.
        let status = loadStatus() + loadSides()
        guard follows, case .following? = cutover.knownPhase else { return status }
        return status + begin(.follow)
    }

    /// Takes in what was decided.
    mutating func finish(
        _ decision: Decision,
        _ result: Result<Decision.Outcome, MigrationError>
    ) -> [Command] {
        var commands: [Command] = []
        if case .accept = decision.kind { commands = endDeciding() }
        switch result {
        case .failure(let failure):
            notify(failure.message, .promptError)
            return commands
        case .success(let outcome):
            if let words = decision.words(outcome) {
                notify(words, .statusOK)
                audit(words)
                if openWizard != nil { cutover.decided.append(words) }
            } else {
                notify(decision.emptyWords)
            }
            // Which gates are open may be another matter now.
            return commands + (phase == nil && openWizard == nil ? [] : loadGates())
        }
    }

    // MARK: - Last words

    /// Whether PostgreSQL was asked to take over, and nobody knows whether it has.
    private var isUndecided: Bool {
        let shown = cutover.shown
        return cutover.status.value?.isUndecided == true
            || hasSteps && shown.isAskedToTakeOver && shown.freezeSeconds != nil
    }

    /// How the last cutover or way back of this console came out; nil when another process has
    /// changed sides since, so that nothing is as it was left.
    var lastOutcome: CutoverState.Outcome? {
        guard operation?.kind.mustFinish != true, let known = cutover.knownPhase else {
            return cutover.outcome
        }
        switch cutover.outcome {
        case .undone where known.targetTakesWrites: return nil
        case .failed(.cutOver, _) where cutover.isAborted && known.targetTakesWrites: return nil
        case .failed(.revert, _) where cutover.isAborted && known == .following: return nil
        case .switched where known == .following: return nil
        case .reverted where known.targetTakesWrites: return nil
        default: return cutover.outcome
        }
    }

    /// Where the application works, for the last line of the console; nil for a run that is not
    /// live.
    var standing: String? {
        guard let phase else { return nil }
        let place: String =
            switch writer {
            case .side(let side) where identity.farewell != nil:
                "the application worked on \(Words.product(side))"
            case .side(let side): "the application works on \(Words.product(side))"
            case .nobody where identity.farewell != nil: "writes were blocked on both sides"
            case .nobody where isUndecided:
                "PostgreSQL was asked to take over and has not answered, and SQLite is closed: once "
                    + "it answers, run cutover switch"
            case .nobody: "writes are blocked on both sides: run cutover switch or cutover revert"
            }
        let aborter = cutover.aborter
        switch lastOutcome {
        case .undone where cutover.isAborted:
            return "\(place); the cutover was aborted by \(aborter), and everything was put back"
        case .undone(let report):
            return "\(place); the cutover was undone: \(report.reason ?? "")"
        case .failed(let kind, _) where cutover.isAborted:
            return "\(place); the \(kind.noun) was aborted by \(aborter)"
        case .failed(let kind, let error):
            return "\(place); the \(kind.noun) failed: \(error.message)"
        case .switched, .reverted, nil: break
        }
        guard phase == .following, identity.farewell == nil else { return place }
        return "\(place); its writes are logged, go on with: cutover follow, or the console"
    }
}

extension FollowReport {
    /// Which tables were found different, in words.
    var differenceWords: String {
        "rows differ although nothing waits: "
            + differences.map(\.table).joined(separator: ", ")
    }
}
