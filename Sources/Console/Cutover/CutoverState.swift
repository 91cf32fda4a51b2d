import MigrationEngine

/// What the console knows of a live run, from its own work and from asking how the run stands.
struct CutoverState: Sendable {
    /// How the last cutover or way back of this console came out.
    enum Outcome: Sendable {
        case switched(SwitchReport)
        case undone(SwitchReport)
        case reverted(RevertReport)
        /// It could not begin, or could not be made good.
        case failed(Model.Operation.Kind, MigrationError)
    }

    /// How a cutover goes, from the command line or the demo.
    var settings = Switch.Settings()
    /// Where the run stands, as both sides and the journal say it.
    var status = Model.Loadable<RunStatus>()
    /// Why the target did not answer the newest look, and since when; nil when it did.
    var silence: (since: Double, words: String)?
    /// When a look had an answer of the target last.
    var answeredAt: Double?
    /// The conditions of the cutover.
    var gates = Model.Loadable<[Gate]>()
    /// What was written on PostgreSQL since the switch.
    var written = Model.Loadable<WrittenSince>()
    /// The application's processes that hold the source open behind the switch.
    var holders = Model.Loadable<[FileHolders.Holder]>()
    /// The phase that was heard of last; nil for a run that is not live.
    var knownPhase: CutoverPhase?
    /// The newest figures of catch-up, and when they came.
    var lag: LiveProgress?
    var lagAt: Double?
    /// The steps and the clock of what this console does, and when they came.
    var progress: CutoverProgress?
    var progressAt: Double?
    /// When the step under way began.
    var stepAt: Double?
    /// How the last cutover came out.
    var outcome: Outcome?
    /// Whether it came out so because the operator stopped it.
    var isAborted = false
    /// Who stopped it: you, or a signal.
    var aborter = "you"
    /// Whether the source was being followed when the cutover began.
    var wasFollowing = false
    /// Whether the end of a catch-up that gave way to something else is still awaited.
    var awaitsFollowEnd = false
    /// How following ended whose server was away; nil where it is not to go on by itself.
    var followAgain: FollowAgain?
    /// The time of the newest comparison that was asked for, as the status tells it.
    var comparisonAsked: String?
    /// What was decided about gates since the questions were opened, in words.
    var decided: [String] = []
    /// Who signs gates; asked for once.
    var signer = ""

    /// The steps and the clock; empty before the first.
    var shown: CutoverProgress { progress ?? CutoverProgress() }
}

extension CutoverProgress {
    /// Whether the way back has brought its rows into the source.
    var hasReplayed: Bool { steps.contains { $0.name == "replayed" && $0.outcome == "done" } }

    /// Whether a step failed, so that what was begun is being taken back.
    var hasFailed: Bool { steps.contains { $0.outcome == "failed" } }

    /// The step under way.
    var current: Step? { steps.last { $0.outcome == "running" } }
}

/// The side that takes the application's writes.
enum Writer: Equatable, Sendable {
    case side(Side)
    case nobody
}

/// Where a live run stands, as the screen tells it everywhere alike.
extension Model {
    /// The phase of the live run; nil for a run that is not live.
    var phase: CutoverPhase? {
        switch operation?.kind {
        case .migrate: operation?.isLive == true ? .prepared : nil
        case .cutOver: phaseOfCutover
        case .revert: phaseOfRevert
        case .verify, .follow, nil: cutover.knownPhase
        }
    }

    /// Whether where the run stands was asked for and never told: until then nothing is known.
    var isReading: Bool {
        let status = cutover.status
        return phase == nil && operation == nil && failure == nil && status.askedAt != nil
            && status.loadedAt == nil && status.error == nil
    }

    private var phaseOfCutover: CutoverPhase {
        guard let last = cutover.shown.steps.last else {
            return cutover.knownPhase ?? .following
        }
        return CutoverPhase(rawValue: last.name) ?? .switched
    }

    private var phaseOfRevert: CutoverPhase? {
        let isOpen = cutover.shown.steps.contains {
            $0.name == "source-open" && $0.outcome == "done"
        }
        return isOpen ? .following : cutover.knownPhase
    }

    /// Who takes the application's writes.
    var writer: Writer {
        guard operation?.kind.mustFinish == true, let progress = cutover.progress else {
            guard let phase = cutover.knownPhase else { return .side(identity.liveSide) }
            if isBlocked { return .nobody }
            if phase.targetTakesWrites { return .side(.target) }
            return phase.sourceTakesWrites ? .side(.source) : .nobody
        }
        if progress.freezeSeconds != nil { return .nobody }
        return .side(progress.isHandedOver ? .target : .source)
    }

    /// Whether no side takes writes, as both sides said when they were asked last.
    ///
    /// What was said of another phase does not count any more.
    private var isBlocked: Bool {
        guard let status = cutover.status.value, let phase = cutover.knownPhase else {
            return false
        }
        return status.writesBlocked && status.phase == phase.rawValue
    }

    /// The way back that was left halfway, in words; nil when there is none.
    var halfReverted: String? {
        guard operation?.kind.mustFinish != true, isBlocked, let status = cutover.status.value,
            status.blockedBy == "revert"
        else { return nil }
        return status.blockage ?? "writes are blocked on both sides; another process goes back"
    }

    /// How long writes have been blocked, up to this moment; nil while they pass.
    var freezeSeconds: Double? {
        if operation?.kind.mustFinish == true, let progress = cutover.progress {
            guard let seconds = progress.freezeSeconds else { return nil }
            return seconds + max(0, now - (cutover.progressAt ?? now))
        }
        guard isBlocked, let seconds = cutover.status.value?.writeFreezeSeconds
        else { return nil }
        return seconds + max(0, now - (cutover.status.loadedAt ?? now))
    }

    /// The seconds that writes may be blocked; nil where nobody said it.
    var freezeBudget: Double? {
        operation?.kind == .cutOver ? cutover.shown.freezeBudget : nil
    }

    /// The seconds until the last worker has seen that its toggle is off; nil when none is awaited.
    var countdownSeconds: Double? {
        guard operation?.kind == .cutOver, cutover.shown.current?.name == "pausing",
            let left = cutover.lag?.countdownSeconds
        else { return nil }
        return max(0, left - max(0, now - (cutover.lagAt ?? now)))
    }

    /// How far the target is behind, from catch-up or from asking; nil when it is not known.
    var lag: (rows: Int, seconds: Double?)? { lagReading.map { ($0.rows, $0.seconds) } }

    /// When that was read; nil when nobody read it.
    var lagReadAt: Double? { lagReading?.at }

    private var lagReading: (rows: Int, seconds: Double?, at: Double?)? {
        let status = cutover.status
        let asked = status.value?.lag.rows.map { ($0, status.value?.lag.seconds, status.loadedAt) }
        guard operation?.kind == .follow || operation?.kind == .cutOver, let lag = cutover.lag
        else { return asked }
        let told = (lag.lagRows, Optional(lag.lagSeconds), cutover.lagAt)
        // Catch-up that hangs tells its last figures; a look at the run tells newer ones.
        let isOld = (status.loadedAt ?? 0) - (cutover.lagAt ?? now) > 1
        return isOld ? asked ?? told : told
    }

    /// Why nothing is applied, in words; nil when it goes on.
    var waitingFor: String? {
        operation?.kind == .follow ? cutover.lag?.waitingFor : nil
    }

    /// Whether nobody applies the source's writes, although somebody should.
    var isPostponed: Bool {
        phase == .following && operation == nil && !isFollowingPaused
            && cutover.status.value?.isRunning != true
    }

    /// The conditions of the cutover: the closed ones, those that a person passed all the same,
    /// those that wait, the open ones; the one place that says where they come from.
    var gates: [Gate] {
        let all = cutover.gates.value ?? cutover.status.value?.gates ?? []
        let passed = all.filter { !$0.blocks }
        return all.filter(\.blocks) + passed.filter(\.isOverridden)
            + passed.filter { $0.state == .waiting } + passed.filter { $0.state == .open }
    }

    /// When the gates were looked at, for their title; nil when there are none.
    var gatesReadAt: String? {
        guard !gates.isEmpty else { return nil }
        if cutover.gates.value != nil {
            return cutover.gates.loadedAt.map { "read at \(Figures.clock($0))Z" }
        }
        return "as the last check left them"
    }

    /// Whether a cutover or a way back is under way, so that its steps are worth the screen.
    var hasSteps: Bool { operation?.kind.mustFinish == true }

    /// Whether a live run is there, and not only its copy being made.
    var isLiveRun: Bool { phase != nil && operation?.kind != .migrate }

    /// The action whose key leads to the steps of what is under way.
    var actionOfSteps: Action.ID { operation?.kind == .revert ? .revert : .cutOver }

    /// Whether nothing happens but following, by whom ever, or that nobody does.
    var isOnlyFollowed: Bool {
        phase == .following && (operation == nil || operation?.kind == .follow)
            && failure == nil && operation?.isCancelling != true
    }

    /// How long the screen may stay as it is: a clock that runs shows tenths.
    var clockInterval: Double {
        if freezeSeconds != nil { return 0.1 }
        // Nobody asked for anything, so nothing has to wake the console but the minutes.
        return refreshSeconds == .infinity && operation == nil && undo.acts.isEmpty ? 60 : 1
    }
}

extension RevertReport {
    /// What came back, the same everywhere: rows, and the writes that they are the outcome of.
    var came: String {
        let rows = tables.reduce(0) { $0 + $1.inserted + $1.updated + $1.deleted }
        guard replayedChanges > 0 else { return "no row was written on PostgreSQL" }
        return "\(Figures.rows(rows)) came back, from \(Figures.rows(replayedChanges, "write"))"
    }
}

extension Gate {
    /// Whether it is closed and a person passed it all the same.
    var isOverridden: Bool { state == .closed && !blocks }
}
