import Foundation

/// That no side takes writes, and whose the source is: what an operator must hear first.
extension RunStatus {
    /// That nobody takes writes although nobody is at work, in a sentence; nil when it is not so.
    public var blockage: String? {
        guard let unfinished, let blockedSince else { return nil }
        return "both sides refuse writes since \(blockedSince): an earlier \(unfinished) did not "
            + "come to its end"
    }

    /// That the workflows are off although nobody is at work, in a sentence; nil when it is not so.
    ///
    /// Blocked writes let go by themselves, a toggle does not.
    public var abandonment: String? {
        guard unfinished == "switch", blockedSince == nil else { return nil }
        return
            "the workflows are off, and nobody is at work: an earlier switch did not come to its "
            + "end; nothing turns them on by itself"
    }

    /// Tells a cutover that somebody is at from one that was left.
    mutating func readBlock() {
        // A console may only look on; whether it is at work is the target's to say.
        let isConsoleIdle = process?.verb == "console" && isRunning != nil
        let isAtWork = isRunning == true || (process != nil && !isConsoleIdle)
        if writesBlocked {
            blockedSince = writeFreezeSeconds.map {
                Date(timeIntervalSinceNow: -$0).formatted(.iso8601)
            }
        }
        if isUndecided { return }
        if writesBlocked, let blockedBy {
            unfinished = isAtWork ? nil : blockedBy
        } else if [.pausing, .switched].contains(CutoverPhase(rawValue: phase)) {
            unfinished = isAtWork ? nil : "switch"
        }
    }

    /// Says whose the source is, when it is not the target's run's.
    mutating func readOwner(_ owner: SourceOwner?, _ options: Options) {
        // Without the target nobody knows which run is asked for.
        guard let owner, owner.run != runId, tables != nil else { return }
        let isHere = owner.owns(fileAt: options.source)
        let conflict =
            isHere
            ? SourceOwner.Conflict.owned(owner, isFenced: liveSide == nil)
            : .copied(owner, isFenced: false)
        otherRun = OtherRun(runId: owner.run, target: owner.target, remedy: conflict.remedy)
        notes.append(conflict.words)
    }
}
