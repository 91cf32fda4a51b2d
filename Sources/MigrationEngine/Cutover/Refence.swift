/// Closes a file that is not the one that was closed at the switch, while the target is live: what
/// is written in it would be lost to everybody.
///
/// It does not become the closed file by that; the way back still wants that one.
struct Refence {
    private let options: Options
    private let tracker: ProgressTracker

    init(_ options: Options, _ tracker: ProgressTracker) {
        self.options = options
        self.tracker = tracker
    }

    /// Closes the file at the path.
    ///
    /// - Parameter error: Why the run could not be taken up.
    /// - Returns: What was done; nil when the target is not live, or the file is of no run.
    /// - Throws: ``MigrationError`` when the target cannot be asked or claimed.
    func run(because error: MigrationError) throws(MigrationError) -> SwitchReport? {
        guard [.sourceReplaced, .schemaChanged].contains(error.code),
            let found = try found()
        else { return nil }
        let target = found.target
        let journal = try Journal(owning: RunDirectory(making: options.runDirectory))
        try TargetClaim(target: target, address: found.address).take("switch")
        return try close(found, journal, because: error)
    }

    /// Closes the file that took the closed one's place while this process handed over.
    ///
    /// - Parameters:
    ///   - run: The switch; its target is live.
    ///   - error: Why it could not be finished.
    /// - Returns: What was done; nil when the target is not live, or the file is the closed one.
    /// - Throws: ``MigrationError`` when the target cannot be asked.
    func finish(
        _ run: SwitchRun,
        because error: MigrationError
    ) throws(MigrationError) -> SwitchReport? {
        let session = run.session
        guard error.code == .sourceReplaced, session.position.liveSide == .target else {
            return nil
        }
        run.steps.fail(error.message)
        let found = Found(
            target: session.target,
            address: session.address,
            run: session.run,
            position: session.position
        )
        var report = try close(found, session.journal, because: error)
        report.steps = run.steps.steps
        report.writeFreezeSeconds = run.clock?.seconds ?? 0
        report.drainedChanges = run.drained
        report.warnings = run.warnings + report.warnings
        report.warnings.append(
            "what comes behind the handover was not finished (environment file, hook, toggles): "
                + "see to it by hand, on PostgreSQL"
        )
        return report
    }

    private func close(
        _ found: Found,
        _ journal: Journal,
        because error: MigrationError
    ) throws(MigrationError) -> SwitchReport {
        let target = found.target
        let fenced: FencedSource
        do {
            fenced = try FencedSource(options, found.run, found.position, target)
            try LiveTarget(target: target, run: found.run.id).reopen()
        } catch {
            throw FollowSession.wrap(error, options, found.address, "switch")
        }
        var warnings = ["the application works on PostgreSQL already"]
        do throws(MigrationError) {
            let before = fenced.look().status.reason
            try close()
            warnings.append("the SQLite file that stands there now was closed as well")
            try journal.action("closed again", before: before, after: "closed")
        } catch {
            warnings.append("the SQLite file that stands there cannot be closed: \(error.message)")
        }
        let now = fenced.look().status
        if let remedy = now.remedy { warnings.append(remedy) }
        for warning in warnings { tracker.log(.warning, "switch", warning) }
        return SwitchReport(
            ok: false,
            outcome: .switched,
            reason: now.reason ?? error.message,
            writeFreezeSeconds: 0,
            drainedChanges: 0,
            steps: [],
            togglesRestored: [],
            holders: [],
            warnings: warnings
        )
    }

    /// Opens a live target that a way back has closed, when that cannot be gone on with.
    ///
    /// - Parameter error: Why.
    /// - Throws: ``MigrationError`` when the target cannot be asked or claimed.
    func reopen(after error: MigrationError) throws(MigrationError) {
        let codes: [MigrationError.Code] = [
            .sourceReplaced, .schemaChanged, .sourceMissing, .sourceNotDatabase,
        ]
        guard codes.contains(error.code), let found = try found() else { return }
        try TargetClaim(target: found.target, address: found.address).take("revert")
        do {
            try LiveTarget(target: found.target, run: found.run.id).reopen()
        } catch {
            throw FollowSession.wrap(error, options, found.address, "revert")
        }
    }

    /// A live target, and the run that it is live for.
    private struct Found {
        var target: TargetConnection
        var address: TargetAddress
        var run: RunState.Run
        var position: RunState.Position
    }

    /// Asks the target; nil when it is not live, or its run is of another file.
    private func found() throws(MigrationError) -> Found? {
        let (target, address) = try Target.connect(options, stage: "switch", purpose: "switch")
        do throws(TargetError) {
            guard let run = try RunState.newestRun(target, in: options.schema),
                let position = try RunState.position(of: run.id, target),
                position.liveSide == .target,
                // Whoever names another file by mistake does not mean to have it closed.
                run.sourcePath == SourceFile.realPath(options.source)
            else { return nil }
            return Found(target: target, address: address, run: run, position: position)
        } catch {
            throw TargetFailure.wrap(error, stage: "switch", address: address)
        }
    }

    private func close() throws(MigrationError) {
        let source = try SourceFile.open(options.source, stage: "switch", access: .readWrite)
        try SourceTransaction(source, options.source, "switch", 10_000).run {
            connection throws(SourceError) in try SourceFence.mend(connection)
        }
    }
}
