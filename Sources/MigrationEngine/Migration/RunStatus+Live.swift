import Foundation

/// Where a live run stands: what is installed in the source, and how far the target has followed.
extension RunStatus {
    /// Fills in what a live run adds; a plain run stays as it is.
    mutating func readLive(_ options: Options, withGates: Bool) {
        let side: SourceSide
        do throws(MigrationError) {
            side = try Self.sourceSide(options)
        } catch {
            sourceProblem = error.message
            let _: Void? = note { () throws(MigrationError) in throw error }
            return
        }
        if let final = side.final { return readFinal(final) }
        readOwner(side.owner, options)
        // Until the file is closed for good, nobody else can be the one that takes writes.
        liveSide = side.isForGood ? nil : .source
        writesBlocked = !side.isForGood && side.freezeSeconds != nil
        if writesBlocked { (writeFreezeSeconds, blockedBy) = (side.freezeSeconds, "switch") }
        for place in workflows.indices {
            workflows[place].saved = side.saved.first { $0.name == workflows[place].name }?.isOn
        }
        guard let capture = side.captureID else { return }
        var unlogged: [String] = []
        let position = note { () throws(MigrationError) -> RunState.Position? in
            let (target, address) = try Target.connectToLook(options, stage: "status")
            do throws(TargetError) {
                guard let run = try RunState.newestRun(target, in: options.schema) else {
                    return nil
                }
                let position = try RunState.position(of: run.id, target)
                if position?.liveSide == .target {
                    unlogged = try ReverseCapture(target: target, run: run.id).interrupted()
                }
                return position
            } catch {
                throw LockHolders.naming(
                    TargetFailure.wrap(error, stage: "status", address: address),
                    options
                )
            }
        }
        if targetProblem != nil, position == nil {
            // What the source and the journal tell of the run holds while the target says nothing.
            let known = CutoverPhase(rawValue: phase)
            guard phase == "done" || known != nil else { return }
            let isHandedOver = side.isForGood || known?.targetTakesWrites == true
            phase = side.phase(isHandedOver ? .target : .source).rawValue
            // Closed for good with the toggles still put by: the target was asked to take over, and
            // nobody but the target knows whether it has.
            if side.isForGood, side.isPausing {
                (writesBlocked, writeFreezeSeconds) = (true, side.freezeSeconds)
            }
            return
        }
        guard let position = position ?? nil, position.captureID == capture else { return }
        if phase == "done" { phase = side.phase(position.liveSide).rawValue }
        read(position, side, options)
        unloggedTables = unlogged
        if !unlogged.isEmpty {
            notes.append(
                "PostgreSQL's writes were not logged for a while: \(unlogged.joined(separator: ", "))"
            )
        }
        guard position.liveSide == .source else { return }
        let waiting = note { () throws(MigrationError) -> Lag in
            let source = try SourceFile.open(options.source, stage: "status")
            do throws(SourceError) {
                let lag = try ChangeLog.waiting(after: position.seq, source)
                return Lag(rows: lag.rows, seconds: lag.seconds)
            } catch {
                throw SourceFile.failure(error, path: options.source, stage: "status")
            }
        }
        lag = waiting ?? lag
        guard withGates else { return }
        gates =
            note { () throws(MigrationError) in
                try CutoverCheck.run(options, .glance).gates
            } ?? []
    }

    private static func sourceSide(_ options: Options) throws(MigrationError) -> SourceSide {
        let source = try SourceFile.open(options.source, stage: "status")
        do throws(SourceError) {
            return try SourceSide(source)
        } catch {
            throw SourceFile.failure(error, path: options.source, stage: "status")
        }
    }

    /// The file that was left for good says it all.
    private mutating func readFinal(_ final: FinalHandover) {
        phase = CutoverPhase.final.rawValue
        liveSide = .target
        switchedAt = final.switchedAt
        finalAt = final.at
        runId = final.run
        (tables, copiedRows, quarantinedRows, verified) = (nil, nil, nil, nil)
        verdict = "cannot be compared any more: the run is gone from the target"
        notes.append("\(final.words); \(FinalHandover.meaning)")
        if final.target != target { notes.append("it was handed over to \(final.target)") }
    }

    /// Who takes writes, how long nobody did, and whether the newest comparison still counts.
    private mutating func read(
        _ position: RunState.Position,
        _ side: SourceSide,
        _ options: Options
    ) {
        liveSide = position.liveSide
        switchedAt = position.switchedAt
        let run = runId ?? ""
        let newest = note { () throws(MigrationError) in
            try Turn.newest(of: run, in: RunDirectory(existing: options.runDirectory))
        }
        let turn = newest ?? nil
        switch position.liveSide {
        case .target:
            writesBlocked = position.closedFor != nil
            blockedBy = writesBlocked ? "revert" : nil
            hasReplayed = side.hasReplayed
            writeFreezeSeconds =
                position.closedFor
                // A process that was killed behind the handover has reported nothing.
                ?? (turn?.isHandover == true ? turn?.seconds : position.freezeSeconds)
        case .source:
            writesBlocked = side.freezeSeconds != nil
            blockedBy = writesBlocked ? (position.closedFor == nil ? "switch" : "revert") : nil
            writeFreezeSeconds =
                writesBlocked ? position.closedFor ?? side.freezeSeconds : turn?.seconds
        }
        outdate(turn, position)
    }

    /// A comparison from before a change of sides is one of another moment.
    private mutating func outdate(_ turn: Turn?, _ position: RunState.Position) {
        guard let compared = verifiedAt,
            let change = Turn.newestChange(turn, position), compared < change.at
        else { return }
        verifiedBefore = change.words
        let found = verified.map { $0 ? "equal" : "not equal" } ?? "compared"
        verdict =
            "nothing was compared since \(change.words); the newest comparison, from before "
            + "\(change.words), found both sides \(found)"
        verified = nil
    }

    /// What is installed in the source.
    private struct SourceSide {
        var captureID: String?
        var freezeSeconds: Double?
        var isForGood: Bool
        var isPausing: Bool
        var saved: [(name: String, isOn: Bool)]
        var final: FinalHandover?
        var owner: SourceOwner?
        /// Whether a way back has brought rows into the source and not told it yet.
        var hasReplayed: Bool

        /// Reads it.
        init(_ source: SourceConnection) throws(SourceError) {
            captureID = try Capture.read(source)?.id
            freezeSeconds = try SourceFence.seconds(source)
            isForGood = try SourceFence.isForGood(source)
            isPausing = try SavedToggles.areSaved(source)
            saved = try SavedToggles.values(source)
            final = try FinalHandover.read(source)
            owner = try SourceOwner.read(source)
            hasReplayed = try ReverseMark.isThere(source)
        }

        /// The phase, as both sides say it.
        func phase(_ liveSide: Side) -> CutoverPhase {
            switch (liveSide, isPausing) {
            case (.target, true): .switched
            case (.target, false): .watching
            case (.source, _) where freezeSeconds != nil: .fenced
            case (.source, true): .pausing
            case (.source, false): .following
            }
        }
    }
}
