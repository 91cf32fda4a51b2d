import Foundation

/// The steps behind the handover: environment, hook, canary, toggles, keys.
///
/// Each can be done again: a process that is killed here is finished by the next `switch`.
struct SwitchCompletion {
    private let run: SwitchRun
    private let session: FollowSession

    init(_ run: SwitchRun) {
        self.run = run
        session = run.session
    }

    /// Finishes, or goes back with everything that was written since the handover.
    func perform() throws(MigrationError) -> SwitchReport {
        let isUnderWay = try onSource { connection throws(SourceError) in
            try SavedToggles.areSaved(connection)
        }
        try mendFence()
        guard isUnderWay else {
            keepCopy()
            var report = report(.switched, run.fenceProblem, [])
            guard run.reopened == nil else { return report }
            report.alreadyDone = report.ok && run.steps.names.isEmpty && run.warnings.isEmpty
            let time = session.position.switchedAt.map { " since \($0)" } ?? ""
            let words = "the application works on PostgreSQL already\(time)"
            report.warnings.insert(report.alreadyDone ? words + "; nothing was done" : words, at: 0)
            return report
        }
        let saved = try onSource { connection throws(SourceError) in
            try SavedToggles.values(connection)
        }
        do throws(MigrationError) {
            try environment()
            try hook("switch")
            try canary(saved)
            try restoreToggles()
        } catch {
            run.steps.fail(error.message, isWished: error.code == .interrupted)
            // Nobody can go back without the server; the application goes on where it is.
            guard error.code != .targetUnavailable else { throw unfinished(error) }
            return try goBack(error, saved)
        }
        try checkKeys()
        // From now on a start finds nothing to finish.
        try run.writer.write("switch", .endless) { connection throws(SourceError) in
            try SavedToggles.forget(connection)
        }
        keepCopy()
        run.steps.note { () throws(MigrationError) in
            try session.journal.action(
                "switch",
                before: "source",
                after: "target, freeze \(freezeSeconds) s"
            )
            try session.journal.rest(
                session.run.id,
                phase: CutoverPhase.watching.rawValue,
                detail: "switched"
            )
        }
        return report(.switched, run.fenceProblem, saved)
    }

    /// What the file is compared with.
    private func fenced() throws(MigrationError) -> FencedSource {
        try session.outlasting("switch") {
            try FencedSource(session.options, session.run, session.position, session.target)
        }
    }

    /// Looks whether the source is still closed, and closes it again.
    private func mendFence() throws(MigrationError) {
        let before = try onSource(try fenced().look).status
        run.fenceProblem = before.strayWrites.isEmpty ? nil : before.reason
        guard !before.isSound, let reason = before.reason else { return }
        if before.state != .up {
            try run.writer.write("switch", .seconds(60)) { connection throws(SourceError) in
                try SourceFence.mend(connection)
            }
            run.warnings.append("the SQLite file was closed again: \(reason)")
            run.steps.note { () throws(MigrationError) in
                try session.journal.action("closed again", before: reason, after: "closed")
            }
        }
        if let problem = run.fenceProblem, let remedy = before.remedy {
            run.warnings.append("\(problem): \(remedy)")
        }
        session.tracker.log(.warning, "switch", reason)
    }

    /// Keeps a copy of the closed source, while the application works.
    ///
    /// Without one a source that is overwritten later leaves no way back. Its failure is only told.
    private func keepCopy() {
        run.writer.settleLog()
        do throws(MigrationError) {
            let fenced = try fenced()
            guard run.settings.keepsCopy, run.fenceProblem == nil,
                ClosedCopy.recorded(session.options, token: fenced.handovers.last?.token)?.state
                    != .whole
            else { return }
            try run.steps.run("closed-copy") { () throws(MigrationError) in
                try ClosedCopy.make(session, fenced)
            }
        } catch {
            run.steps.fail(error.message)
            run.warnings.append(
                "no copy of the closed SQLite file was kept (\(error.message)): whoever overwrites "
                    + "the file ends the way back; cutover switch tries it again"
            )
        }
        run.steps.note { () throws(MigrationError) in
            try session.journal.rest(
                session.run.id,
                phase: CutoverPhase.watching.rawValue,
                detail: "switched"
            )
        }
    }

    private func environment() throws(MigrationError) {
        guard let path = run.settings.environmentFile else { return }
        let profile = try Profile.load(session.options.profile, catalog: catalog())
        guard let variable = profile.environment else {
            throw MigrationError(
                .configuration,
                "the profile \"\(profile.name)\" names no variable of the environment",
                place: .init("environment", path: path),
                remedy: "add a table [environment] to the profile, or leave --env-file out"
            )
        }
        try run.steps.run("environment") { () throws(MigrationError) in
            let file = EnvironmentFile(path, session.directory)
            let earlier = try file.earlier(variable.variable, switchedTo: variable.on)
            let isFirst = try session.outlasting("environment") {
                try earlier.note(of: session.run.id, session.target)
            }
            try file.set(variable.variable, to: variable.on, isFirst: isFirst)
            if !earlier.isNew {
                run.warnings.append("the environment file as it was before is kept: \(file.kept)")
            }
            if isFirst, earlier.isSwitched {
                run.warnings.append(
                    "\(SafeText.visible(file.path)) said \(variable.variable)=\(variable.on) already: "
                        + "another switch has set it, or somebody by hand; cutover revert leaves it "
                        + "so, and you have to set it to \(variable.off)"
                )
            }
            Failpoint.reach(.environmentSwitched)
        }
    }

    /// How long the hook may take.
    private var hookSeconds: Double { min(Hook.longest, max(5, run.settings.freezeBudget)) }

    private func hook(
        _ phase: String,
        _ extra: [String: String] = [:]
    ) throws(MigrationError) {
        guard let command = run.settings.hook else { return }
        try run.steps.run(phase == "switch" ? "hook" : phase) { () throws(MigrationError) in
            let turn = phase == "switch" ? phase : "canary"
            try Hook(command, phase: turn, session.options, run: session.run.id, extra: extra)
                .run(for: hookSeconds, session.cancellation)
            Failpoint.reach(.hookDone)
        }
    }

    /// Turns one workflow on before the others, and lets the hook look at it.
    private func canary(_ saved: [(name: String, isOn: Bool)]) throws(MigrationError) {
        let chosen = run.settings.canary ?? saved.first { $0.isOn }?.name
        guard let chosen, saved.contains(where: { $0.name == chosen && $0.isOn }) else { return }
        try run.steps.run("canary") { () throws(MigrationError) in
            try restore(chosen)
            Failpoint.reach(.canaryOn)
        }
        try hook("canary-hook", ["CUTOVER_WORKFLOW": chosen])
    }

    private func restoreToggles() throws(MigrationError) {
        guard run.toggles.isThere else { return }
        try run.steps.run("toggles") { () throws(MigrationError) in
            try restore(nil)
            Failpoint.reach(.togglesRestored)
        }
    }

    private func restore(_ name: String?) throws(MigrationError) {
        try session.outlasting("toggles") {
            let tables = try FollowedTable.all(
                session.capture,
                run: session.run.id,
                session.source,
                session.target
            )
            let plan = tables.values.first {
                $0.captured.name.foldedName == run.toggles.tableName?.foldedName
            }?.plans.first?.plan
            guard let plan else { return }
            try run.toggles.restore(name, from: session.source, in: session.target, plan)
        }
    }

    /// Makes the server look at the rows of every key, while the application writes.
    private func checkKeys() throws(MigrationError) {
        try run.steps.run("keys") { () throws(MigrationError) in
            run.warnings += try session.outlasting("keys") {
                try LiveTarget(target: session.target, run: session.run.id).validate()
            }
        }
    }

    /// The error of a server that was lost behind the handover and does not come back.
    private func unfinished(_ error: MigrationError) -> MigrationError {
        MigrationError(
            .targetUnavailable,
            "the server was lost behind the handover: \(error.message)",
            place: error.place,
            kept: .other(
                "PostgreSQL is the side that takes writes, some toggles are off still; the source "
                    + "stays closed"
            ),
            remedy: "bring the server back, then run: cutover switch. It does what is left; "
                + "or cutover revert",
            cause: error.cause
        )
    }

    private func goBack(
        _ error: MigrationError,
        _ saved: [(name: String, isOn: Bool)]
    ) throws(MigrationError) -> SwitchReport {
        // The wish to stop is what is being done.
        session.cancellation.renew()
        let back = try RevertRun(
            session,
            run.toggles,
            run.steps,
            run.writer,
            wishes: .afterFailure,
            // What was restarted for PostgreSQL must be restarted for SQLite.
            hook: run.settings.hook.flatMap { command in
                run.steps.names.contains("hook")
                    ? .init(command: command, seconds: hookSeconds, mayFail: true) : nil
            }
        ).perform(because: error.message)
        let isAborted = error.code == .interrupted
        let aborted = SwitchReport.aborted(session.cancellation)
        let reason = isAborted ? "\(aborted): \(error.message)" : error.message
        var report = report(.undone, reason, saved)
        report.isAborted = isAborted
        report.steps = run.steps.steps
        // Writes were blocked twice: up to the handover, and again on the way back.
        report.writeFreezeSeconds += back.writeFreezeSeconds
        report.warnings += back.notes
        return report
    }

    private func report(
        _ outcome: SwitchReport.Outcome,
        _ reason: String?,
        _ saved: [(name: String, isOn: Bool)]
    ) -> SwitchReport {
        SwitchReport(
            ok: outcome == .switched && reason == nil,
            outcome: outcome,
            reason: reason,
            writeFreezeSeconds: freezeSeconds,
            drainedChanges: run.drained,
            freezeRoundTrips: max(0, run.trips),
            steps: run.steps.steps,
            togglesRestored: saved.map { .init(name: $0.name, enabled: $0.isOn) },
            holders: run.holders.map { .init(pid: $0.pid, command: $0.command) },
            warnings: run.warnings + (run.reopened == nil ? [] : [HalfRevert.words]),
            switchedAt: outcome == .switched ? session.position.switchedAt : nil
        )
    }

    /// The freeze of this handover, also when a process that was killed has made it.
    private var freezeSeconds: Double {
        run.reopened ?? run.clock?.seconds ?? session.position.freezeSeconds ?? 0
    }

    private func catalog() throws(MigrationError) -> Catalog {
        do throws(SourceError) {
            return try CatalogReader.read(session.source)
        } catch {
            throw session.wrap(error, "environment")
        }
    }

    private func onSource<Value>(
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(SourceError) {
            return try work(session.source)
        } catch {
            throw session.wrap(error, "switch")
        }
    }
}
