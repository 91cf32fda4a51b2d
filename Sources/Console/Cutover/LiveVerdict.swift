import MigrationEngine

/// How a live run is doing, in words.
extension Model {
    /// The few words for the line of truth; nil while a run is not live.
    var liveVerdict: Span? {
        guard let phase, operation?.kind != .migrate else { return nil }
        if lostSeconds != nil || hasSteps, let downWords { return Span(downWords, .statusBad) }
        if operation?.kind == .revert { return Span("going back", .statusRun) }
        if halfReverted != nil { return Span("WAY BACK STOPPED", .statusBad) }
        if alarm != nil { return Span(alarmWords(phase), .statusBad) }
        // SQLite has the application: nothing is lost, and nothing is brought over.
        if !phase.targetTakesWrites, let downWords { return Span(downWords, .statusWarn) }
        switch phase {
        case .prepared, .copied: return nil
        case .switched where !holders.isEmpty, .watching where !holders.isEmpty:
            return Span("SWITCHED  OLD FILE HELD BY \(holders.count)", .statusWarn)
        case .switched where !watchProblems.isEmpty, .watching where !watchProblems.isEmpty:
            return Span("SWITCHED  \(Figures.rows(watchProblems.count, "ALARM"))", .statusBad)
        case .switched where waitingRows > 0, .watching where waitingRows > 0:
            return Span("SWITCHED  \(Figures.count(waitingRows)) quarantined", .statusWarn)
        case .switched, .watching:
            return Span("SWITCHED", staleStanding == nil ? .statusOK : .statusWarn)
        case .final: return Span("FINAL", .statusOK)
        case .following, .pausing, .fenced, .drained, .verified: break
        }
        let rows = lag.map { " \(Figures.rows($0.rows))" } ?? ""
        if operation?.kind == .cutOver {
            let clock =
                countdownSeconds.map { "\(Int($0.rounded(.up))) s left" }
                ?? "since \(Figures.duration(now - (operation?.startedAt ?? now)))"
            return Span("\(clock)  \(lagWords)", .statusWarn)
        }
        let open = obstacles
        if waitingFor != nil { return Span("WAITING\(rows)\(open)", .statusWarn) }
        if isPostponed { return Span("NOT FOLLOWED\(rows)\(open)", .statusWarn) }
        let lag = hasShortLag ? "lag \(Figures.rows(lag?.rows ?? 0))" : lagWords
        let isSound = !isBehind && open.isEmpty && staleStanding == nil
        return Span(lag + open, isSound ? .statusOK : .statusWarn)
    }

    /// Rows in quarantine that nobody has decided about, as the newest look at the run counted.
    var waitingRows: Int { cutover.status.value?.waitingRows ?? 0 }

    /// Whether the age of the lag leaves its room to what keeps a cutover from beginning.
    var hasShortLag: Bool {
        size.columns < 100 && isOnlyFollowed && !obstacles.isEmpty
    }

    /// The cells of the verdict while nothing happens but following.
    var widthOfVerdict: Int { (hasShortLag ? 15 : 22) + Width.cells(obstacles) }

    /// What keeps a cutover from beginning, as far as row 0 has room for it.
    private var obstacles: String {
        let closed = gates.count(where: \.blocks)
        // As the tabs are, words are shorter where the names of the two databases would give way.
        let isShort = size.columns < 100
        let gates = isShort ? Figures.count(closed) : Figures.rows(closed, "gate")
        let words = [
            waitingRows > 0
                ? "  \(Figures.count(waitingRows)) \(isShort ? "quar" : "quarantined")" : "",
            closed > 0 ? "  \(gates) closed" : "",
        ]
        if !isShort { return words.joined() }
        return waitingFor == nil && !isPostponed ? words.first { !$0.isEmpty } ?? "" : ""
    }

    /// What puts writes at risk, in a few words.
    private func alarmWords(_ phase: CutoverPhase) -> String {
        let status = cutover.status.value
        guard phase.targetTakesWrites else {
            let isReplaced = status?.isSourceReplaced == true || status?.displacement != nil
            if isReplaced { return "FILE REPLACED" }
            return status?.sourceProblem == nil ? "CUTOVER STOPPED" : "FILE UNREADABLE"
        }
        switch status?.sourceFence?.state {
        case .replaced: return "SWITCHED  SQLITE REPLACED"
        case .unknown: return "SWITCHED  SQLITE UNREADABLE"
        case .up: return "SWITCHED  SQLITE WRITTEN"
        case .down, nil: return "SWITCHED  SQLITE NOT CLOSED"
        }
    }

    /// The application's processes that still have the old file open: what they read there is old,
    /// and what they write is refused.
    var holders: [FileHolders.Holder] {
        guard let phase = cutover.knownPhase, phase == .switched || phase == .watching,
            operation?.kind.mustFinish != true
        else { return [] }
        return cutover.holders.value ?? []
    }

    /// What puts writes at risk, in words; nil when nothing does.
    var alarm: String? {
        operation?.kind.mustFinish == true ? nil : lostTarget ?? cutover.status.value?.alarm
    }

    /// For how many seconds the side that has the application has not answered; nil while it does,
    /// and while SQLite has it.
    var lostSeconds: Double? {
        guard !hasSteps, cutover.knownPhase?.targetTakesWrites == true else { return nil }
        return silentSeconds
    }

    /// For how many seconds PostgreSQL has not answered, whoever has the application; nil while it
    /// does.
    var silentSeconds: Double? { cutover.silence.map { max(0, now - $0.since) } }

    /// The same for the line of truth.
    var downWords: String? {
        silentSeconds.map { "POSTGRES DOWN \(Figures.duration($0))" }
    }

    /// That what is under way waits for PostgreSQL, in a sentence; nil while nothing does.
    var heldUp: String? {
        guard let kind = operation?.kind, kind.mustFinish, let silentSeconds else { return nil }
        return "PostgreSQL \(identity.targetName) has not answered for "
            + "\(Figures.duration(silentSeconds)): the \(kind.noun) waits for it"
    }

    /// The same in a sentence.
    private var lostTarget: String? {
        guard lostSeconds != nil, let silence = cutover.silence else { return nil }
        let standing =
            cutover.status.value?.isUndecided == true
            ? "was asked to take over, SQLite is closed, and which side it is is decided when it "
                + "answers: it has not since "
            : "has the application and has not answered since "
        return "PostgreSQL \(identity.targetName) \(standing)\(Figures.clock(silence.since))Z: "
            + silence.words
    }

    /// How what puts writes at risk is mended, with whole commands; nil when nothing does.
    var remedyOfAlarm: String? {
        if lostSeconds != nil, let error = cutover.status.error { return error.remedy }
        // The newest answer, which knows of no silence, advises something else.
        if lostSeconds != nil, cutover.status.value?.targetProblem == nil {
            return RunStatus.remedyOfLostTarget
        }
        return alarm == nil || halfReverted != nil ? nil : cutover.status.value?.next
    }

    /// How far the target is behind, in words.
    var lagWords: String {
        guard let lag else { return "lag unknown" }
        let age = lag.seconds.map { " \(Figures.took($0))" } ?? ""
        return "lag \(Figures.rows(lag.rows))\(lag.rows > 0 ? age : "")"
    }

    /// Whether the target is so far behind that a cutover would take its time.
    private var isBehind: Bool { (lag?.rows ?? 0) > 2_000 || (lag?.seconds ?? 0) > 10 }

    /// What is wrong with a live run, the worst first.
    var liveProblems: [Span] {
        if let heldUp { return [Span(heldUp, .statusBad)] }
        guard let phase, !hasSteps else { return [] }
        var found: [Span] = []
        if let alarm, halfReverted == nil { found.append(Span(alarm, .statusBad)) }
        let isForeign = cutover.status.value?.isRunning == true
        if let halfReverted {
            found.append(Span("\(halfReverted): R finishes it", .statusBad))
        }
        switch phase {
        case .fenced where halfReverted != nil: break
        case .fenced, .drained, .verified:
            let who =
                isForeign
                ? "another process cuts over"
                : "a cutover was stopped: \(key(.revert)) undoes it"
            found.append(Span("writes are blocked on both sides; \(who)", .statusBad))
        case .pausing where !isForeign:
            found.append(
                Span("a cutover was stopped while it paused: \(key(.revert)) undoes it", .statusBad)
            )
        case .switched where !isForeign:
            found.append(
                Span(
                    "a cutover was stopped behind the switch: \(key(.cutOver)) finishes it",
                    .statusBad
                )
            )
        default: break
        }
        found += holders.map { holder in
            Span(
                "pid \(holder.pid) still has the old SQLite file open: \(holder.command)",
                .statusWarn
            )
        }
        if let age = staleSeconds.map({ Figures.duration($0) }) {
            found.append(Span("what stands here is \(age) old: nothing newer came", .statusWarn))
        }
        // What following waits for is said once, where PostgreSQL is known to be silent.
        if let waitingFor, cutover.silence.map({ !waitingFor.contains($0.words) }) ?? true {
            found.append(Span(waitingFor, .statusWarn))
        }
        if isPostponed {
            found.append(
                Span(
                    "nobody follows the source; its writes are logged: "
                        + (isFollowedAgain
                            ? "\(Self.goesOn), \(key(.follow)) at once"
                            : isReadOnly ? "cutover follow follows" : "\(key(.follow)) follows"),
                    .statusWarn
                )
            )
        }
        if let error = cutover.status.error, error.message != failure?.message, lostSeconds == nil {
            found.append(Span(named(error), .statusBad))
        } else if let silence = cutover.silence, lostSeconds == nil {
            found.append(Span("PostgreSQL cannot be asked: \(silence.words)", .statusWarn))
        }
        return found + watchProblems
    }

    /// What is done next by a command, for a console that may change nothing.
    private func nextElsewhere(_ phase: CutoverPhase) -> String? {
        if halfReverted != nil { return "cutover revert finishes the way back" }
        switch phase {
        case .prepared, .copied, .final: return nil
        case .following where isPostponed:
            return "nobody follows; cutover follow follows the source again"
        case .following: return "cutover switch cuts over"
        case .pausing, .fenced, .drained, .verified:
            return "cutover revert undoes the cutover that was stopped"
        case .switched: return "cutover switch finishes the handover, cutover revert goes back"
        case .watching: return "cutover revert goes back to SQLite with every row written here"
        }
    }

    /// What helps while PostgreSQL does not answer and SQLite has the application; nil otherwise.
    private func stepsWhileSilent(_ phase: CutoverPhase) -> [String]? {
        guard silentSeconds != nil, phase == .following else { return nil }
        return [
            "start PostgreSQL, or mend the way to it",
            operation?.kind == .follow
                ? "following then goes on; SQLite's writes are logged"
                : "\(key(.refresh)) asks again; SQLite's writes are logged",
        ]
    }

    /// What the operator does next, each with its key.
    var nextSteps: [String] {
        guard let phase else { return [] }
        if operation?.kind == .cutOver {
            return whyFinal.map { [$0] } ?? [
                "\(key(.cancel)), then y aborts the cutover; \(key(.cutOver)) shows its steps"
            ]
        }
        if operation?.kind == .revert {
            return whyFinal.map { [$0] } ?? [
                "\(key(.cancel)), then y stops the way back; \(key(.revert)) shows its steps"
            ]
        }
        if let steps = stepsWhileSilent(phase) { return steps }
        if operation == nil, cutover.status.value?.isRunning == true {
            return [foreignWords]
        }
        if halfReverted != nil, !isReadOnly { return ["R finishes the way back that was stopped"] }
        if remedyOfAlarm != nil { return ["mend what is wrong: below stands how"] }
        // Keys that are refused here are no advice.
        if isReadOnly, let words = nextElsewhere(phase) { return ["read-only: \(words)"] }
        if !holders.isEmpty {
            return [
                "restart what holds the old file; its writes are refused",
                "\(key(.revert)) goes back to SQLite with every row written here",
            ]
        }
        switch phase {
        case .prepared, .copied: return ["wait until the copy is there; then it is followed"]
        case .following where isFollowedAgain:
            return ["following: \(Self.goesOn)", "\(key(.follow)) tries it at once"]
        case .following where isPostponed: return ["\(key(.follow)) follows the source again"]
        case .following:
            return [
                "\(key(.cutOver)) cuts over: gates, what will happen, a typed phrase",
                "\(key(.follow)) stops following; the source goes on logging",
            ]
        case .pausing, .fenced, .drained, .verified:
            return [
                "\(key(.revert)) undoes the cutover that was stopped",
                "\(key(.cutOver)) undoes it and begins again",
            ]
        case .switched:
            return [
                "\(key(.cutOver)) finishes the handover", "\(key(.revert)) goes back to SQLite",
            ]
        case .watching:
            return [
                "watch orders arrive on PostgreSQL: \(key(.show(.orders)))",
                "\(key(.revert)) goes back to SQLite with every row written here",
            ]
        case .final: return []
        }
    }
}
