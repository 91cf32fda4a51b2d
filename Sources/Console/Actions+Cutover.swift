import MigrationEngine

/// What takes the application over and back.
extension Actions {
    private static let panesOfCutover: Set<PaneID> = [.overview, .migrate, .workflows]

    static let cutover: [Action] = [
        Action(
            .migrateLive,
            "live",
            [.character("B")],
            "begin a live run: copy, log the source's writes, follow them",
            .run,
            in: [.overview, .migrate],
            rank: 2,
            changesSomething: true,
            verbs: ["migrate --live"],
            aliases: ["live"],
            unless: {
                $0.whyLive ?? $0.whyBusy ?? $0.whyUnreadable ?? $0.earlier?.obstacle
            }
        ),
        Action(
            .follow,
            "follow",
            [.character("p")],
            "follow the source; again: stop, and keep what is logged",
            .run,
            in: panesOfCutover,
            rank: 2,
            changesSomething: true,
            verbs: ["follow"],
            wording: { model in
                guard model.phase != nil else { return nil }
                return model.operation?.kind == .follow
                    ? ("stop following", "stop following; the source goes on logging its writes")
                    : ("follow again", "follow the source again, from where it stopped")
            },
            unless: { $0.whyNotFollowing }
        ),
        Action(
            .cutOver,
            "cut over",
            [.character("c")],
            "hand the application over to PostgreSQL; asks for a phrase",
            .run,
            in: panesOfCutover,
            rank: 1,
            changesSomething: true,
            verbs: ["switch"],
            aliases: ["cutover"],
            wording: { model in
                model.operation?.kind == .cutOver ? ("steps", "the steps that are under way") : nil
            },
            unless: { $0.whyNoCutover }
        ),
        Action(
            .revert,
            "revert",
            [.character("R")],
            "back to SQLite with every row (rollback); asks for a phrase",
            .run,
            in: panesOfCutover,
            rank: 1,
            changesSomething: true,
            verbs: ["revert"],
            aliases: ["rollback", "back"],
            wording: { model in
                model.operation?.kind == .revert ? ("steps", "the steps that are under way") : nil
            },
            unless: { $0.whyNoRevert }
        ),
    ]
}

/// Why an action cannot be done now, in words; nil when it can.
extension Model {
    /// There is nothing to copy from or to.
    var whyUnreadable: String? { unreadable.map { named($0) } }

    /// No run can begin.
    var whyBusy: String? {
        switch operation?.kind {
        case nil: isDecidingRows ? Self.whyDeciding : nil
        case .migrate: "a copy is running"
        case .verify: "a verification is running"
        case .follow: "the source is being followed; \(key(.follow)) stops that"
        case .cutOver: "a cutover is under way; \(key(.cutOver)) shows it"
        case .revert: "the way back is under way; \(key(.revert)) shows it"
        }
    }

    private static let whyDeciding = "rows in quarantine are being decided about; in a moment"

    /// Nothing can be copied, because the copy is there and goes on by itself.
    var whyLive: String? {
        guard operation == nil || operation?.kind == .follow, let phase else { return nil }
        return phase.targetTakesWrites
            ? "the application works on PostgreSQL already"
            : "the copy is there already; \(key(.follow)) follows the source, "
                + "\(key(.cutOver)) cuts over"
    }

    /// PostgreSQL does not answer, so that nothing can be done that needs it.
    var whySilent: String? {
        guard let silence = cutover.silence else { return nil }
        return "PostgreSQL \(identity.targetName) has not answered since "
            + "\(Figures.clock(silence.since))Z: \(Self.mend); \(key(.refresh)) asks again"
    }

    /// Both sides cannot be compared; beside following they can, and rows on their way wait.
    var whyNotComparable: String? {
        if beside != nil { return "a comparison is running; \(key(.cancel)) stops it" }
        guard operation?.kind != .follow, let busy = whyBusy else {
            guard let phase else { return whySilent }
            if phase.targetTakesWrites {
                return "the two sides go apart since the switch; \(key(.revert)) compares what it "
                    + "brings back"
            }
            return phase.wayBack == .undo
                ? "a cutover was stopped on its way; \(key(.revert)) undoes it" : whySilent
        }
        return busy
    }

    var whyNotStoppable: String? {
        if stopsProof { return isProofStopping ? "the proof is stopping already" : nil }
        if stopsErrand { return nil }
        if let beside { return beside.isCancelling ? "it is stopping already" : nil }
        guard let operation else { return "nothing runs" }
        if isFollowingPaused { return Self.whyDeciding }
        if operation.isCancelling { return "it is stopping already" }
        return whyFinal
    }

    /// What is under way can only be finished.
    var whyFinal: String? {
        switch operation?.kind {
        case .cutOver where cutover.shown.isHandedOver:
            "PostgreSQL is open: it can no longer be aborted; \(key(.revert)) goes back when it "
                + "is done"
        case .cutOver where cutover.shown.isAskedToTakeOver && !cutover.shown.hasFailed:
            "PostgreSQL was asked to take over: it is decided when it answers, and can no longer be "
                + "aborted"
        case .revert where cutover.shown.hasReplayed:
            "the rows are back in SQLite: it can no longer be aborted"
        default: nil
        }
    }

    /// A cutover holds the toggles, and gives each its earlier value back.
    var whyToggled: String? {
        let isHeld =
            operation?.kind == .cutOver || operation?.kind == .revert
            || cutover.status.value?.workflows.contains { $0.saved != nil } == true
        return isHeld ? "a cutover holds the toggles; it gives each its value back" : nil
    }

    /// Another process drives the run.
    var whyForeign: String? {
        operation == nil && cutover.status.value?.isRunning == true
            ? foreignWords : nil
    }

    /// That another process works on the run, which one, and how it is ended.
    var foreignWords: String {
        let words = "another process works on this run"
        guard let process = cutover.status.value?.process else {
            return words + "; it is shown here"
        }
        return words + ": cutover \(process.verb), pid \(process.pid); Ctrl-C there, or kill -TERM "
            + "\(process.pid), ends it"
    }

    private var whyNotLive: String? {
        guard phase == nil || operation?.kind == .migrate else { return nil }
        if operation?.kind != .migrate, cutover.status.isLoading, cutover.status.value == nil {
            return "how the run stands is being read; in a moment"
        }
        return operation?.kind == .migrate
            ? "a copy is running" : "there is no live run; \(key(.migrateLive)) begins one"
    }

    fileprivate var whyNotFollowing: String? {
        if isFollowingPaused { return Self.whyDeciding }
        if operation?.kind == .follow {
            return operation?.isCancelling == true ? "it is stopping already" : nil
        }
        if let reason = whyNotLive ?? whyBusy ?? whyForeign { return reason }
        guard let phase, phase.wayBack != .undo else {
            return "a cutover was stopped on its way; \(key(.revert)) undoes it, "
                + "\(key(.cutOver)) begins again"
        }
        return phase.targetTakesWrites ? "the application works on PostgreSQL already" : whySilent
    }

    fileprivate var whyNoCutover: String? {
        if operation?.kind == .cutOver { return nil }
        if isDecidingRows { return Self.whyDeciding }
        let isFree = operation?.kind == .follow
        if let reason = whyNotLive ?? (isFree ? nil : whyBusy) ?? whyForeign { return reason }
        switch phase {
        case .watching: return "PostgreSQL has the application already; \(key(.revert)) goes back"
        case .final: return "PostgreSQL has the application for good"
        default: return whySilent
        }
    }

    fileprivate var whyNoRevert: String? {
        if operation?.kind == .revert { return nil }
        if isDecidingRows { return Self.whyDeciding }
        let isFree = operation?.kind == .follow
        if let reason = whyNotLive ?? (isFree ? nil : whyBusy) ?? whyForeign { return reason }
        switch phase?.wayBack {
        // Where writes are blocked, whatever may let them pass again is not kept from the operator.
        case .undo: return nil
        case .revert: return halfReverted == nil ? whySilent : nil
        case nil, .some(.none):
            return phase == .final
                ? "the point of no return is passed"
                : "SQLite has the application: nothing to revert"
        }
    }
}
