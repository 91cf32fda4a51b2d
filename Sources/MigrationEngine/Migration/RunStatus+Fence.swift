/// Whether the source is the file that the run knows: while it is followed, and behind the switch.
extension RunStatus {
    /// Whether nothing that was found puts writes at risk.
    public var isSound: Bool { alarm == nil && lostTarget == nil }

    /// Whether the source is closed for good and the target, which was asked to take over, does not
    /// answer: nobody can write, and which side will is the target's to say.
    public var isUndecided: Bool { writesBlocked && liveSide == nil && targetProblem != nil }

    /// That the side which has the application cannot be asked, in a sentence; nil when it can, and
    /// while SQLite has it.
    public var lostTarget: String? {
        guard let targetProblem, sourceProblem == nil, liveSide != .source,
            CutoverPhase(rawValue: phase)?.targetTakesWrites == true
        else { return nil }
        return isUndecided
            ? "SQLite is closed, and PostgreSQL, which was asked to take over, cannot be asked: "
                + "whether it has is decided when it answers: \(targetProblem)"
            : "PostgreSQL has the application and cannot be asked: \(targetProblem)"
    }

    /// What puts writes at risk, in a sentence; nil when nothing does.
    public var alarm: String? {
        if let blockage { return blockage }
        if let abandonment { return abandonment }
        if let fence = sourceFence, !fence.isSound {
            return fence.reason ?? "the SQLite file cannot be looked at"
        }
        if let displacement { return displacement }
        if let copy = closedCopy, copy.isLost {
            return "\(copy.reason ?? ""); the way back still goes, but whoever overwrites the "
                + "SQLite file ends it"
        }
        if let sourceProblem { return "the SQLite file cannot be read: \(sourceProblem)" }
        guard isSourceReplaced == true else { return nil }
        return "the SQLite file is not the one that is followed: it was overwritten by an older or "
            + "another copy, or its capture was removed; nothing of it is applied"
    }

    /// Compares the file with what the target knows of it; a plain run stays as it is.
    mutating func readFence(_ options: Options) {
        guard runId != nil, otherSource == nil, finalAt == nil else { return }
        let found = note { () throws(MigrationError) -> Standing? in
            let (target, address) = try Target.connectToLook(options, stage: "status")
            do throws(TargetError) {
                return try Standing(options, target)
            } catch {
                throw LockHolders.naming(
                    TargetFailure.wrap(error, stage: "status", address: address),
                    options
                )
            }
        }
        switch found ?? nil {
        case .closed(let fenced, let position, let isTargetClosed):
            let status = fenced.look().status
            sourceFence = status
            // The target says who takes writes, whatever stands in the file.
            if phase != CutoverPhase.switched.rawValue { phase = CutoverPhase.watching.rawValue }
            switchedAt = position.switchedAt
            if status.state == .replaced {
                writeFreezeSeconds = position.closedFor ?? position.freezeSeconds
                forgetComparison()
            }
            liveSide = .target
            writesBlocked = isTargetClosed
            lag = Lag(rows: nil, seconds: nil)
            let copy = ClosedCopyStatus(options, token: fenced.handovers.last?.token)
            closedCopy = copy
            if copy.isLost, let remedy = copy.remedy { next = "\(remedy); \(next ?? "")" }
            if copy.state == .none, phase == CutoverPhase.watching.rawValue {
                notes.append("\(copy.reason ?? ""): \(copy.remedy ?? "")")
            }
            if !status.isSound { next = status.remedy }
            isWayBackStopped = isTargetClosed
            if isTargetClosed { blockedBy = "revert" }
            // Of the closed file it is said already what can be done.
            guard isTargetClosed, isRunning != true, !status.isSound else { return }
            next = "cutover switch lets PostgreSQL take writes again"
        case .followed(let position):
            do throws(MigrationError) {
                isSourceReplaced = try Self.isReplaced(options, position)
            } catch {
                phase = CutoverPhase.following.rawValue
                forgetComparison()
                next =
                    "bring the file back to \(SafeText.visible(options.source)) as it was; "
                    + "\(error.remedy)"
                return
            }
            guard isSourceReplaced == true else { return }
            phase = CutoverPhase.following.rawValue
            forgetComparison()
            lag = Lag(rows: nil, seconds: nil)
            next = FollowSession.replaced(options, "status").remedy
        case nil: return
        }
    }

    /// No comparison says anything about a file that took the place of the one that was compared.
    private mutating func forgetComparison() {
        guard verified != nil else { return }
        verified = nil
        verdict = "the file that was compared is not at its place any more"
    }

    /// What the target asks of the file.
    private enum Standing {
        /// To be closed.
        case closed(FencedSource, RunState.Position, isTargetClosed: Bool)
        /// To hold the changes that the target knows of.
        case followed(RunState.Position)

        /// Asks the target; nil without a live run.
        init?(_ options: Options, _ target: TargetConnection) throws(TargetError) {
            guard let run = try RunState.newestRun(target, in: options.schema), run.isFinished,
                let position = try RunState.position(of: run.id, target)
            else { return nil }
            guard position.liveSide == .target else {
                self = .followed(position)
                return
            }
            self = .closed(
                try FencedSource(options, run, position, target),
                position,
                isTargetClosed: try LiveTarget(target: target, run: run.id).isClosed()
            )
        }
    }

    private static func isReplaced(
        _ options: Options,
        _ position: RunState.Position
    ) throws(MigrationError) -> Bool {
        let source = try SourceFile.open(options.source, stage: "status")
        do throws(SourceError) {
            guard let capture = try Capture.read(source), capture.id == position.captureID else {
                return true
            }
            let mark = ChangeLog.Mark(seq: position.seq, at: position.at)
            guard try ChangeLog.holds(mark, source) else { return true }
            return try !ChangeLog.holds(position.read, source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "status")
        }
    }
}
