/// A live run: the capture is in the source before the backup is taken, so nothing falls between.
extension MigrationRun {
    /// Installs the capture, unless it is a plain run, which never writes the source.
    ///
    /// - Throws: ``MigrationError``.
    func captureFirst() throws(MigrationError) {
        guard settings.isLive else { return }
        guard mode != TargetSchema.Mode.existing.rawValue else {
            throw MigrationError(
                .usage,
                "--live does not work with --mode existing yet",
                place: .init("start"),
                remedy: "migrate into an empty database with --live, or without it into tables "
                    + "that stand already"
            )
        }
        tracker.activity("installing the capture in the source")
        let (capture, isNew) = try takeSource()
        let words = "the keys of written rows are logged in _cutover_log of the source"
        tracker.log(isNew ? .audit : .info, "capture", words)
        if isNew {
            try journal.action("capture", before: nil, after: "installed \(capture.id)")
        }
        let unseen = capture.unseen.filter { !rules.skips($0) }
        if !unseen.isEmpty {
            warnings.append(
                "writes of virtual tables are neither seen nor blocked, SQLite allows no triggers "
                    + "on them; a switch is refused unless the profile skips them: "
                    + unseen.joined(separator: ", ")
            )
        }
        let whole = capture.tables.filter(\.isWhole).map(\.name)
        if !whole.isEmpty {
            warnings.append(
                "without a key that both sides know, each change copies the whole table: "
                    + whole.joined(separator: ", ")
            )
        }
        Failpoint.reach(.captured)
    }

    /// Says of a live run that failed what of ours stays in the source.
    ///
    /// - Parameter error: Why it failed.
    /// - Returns: The error, with the capture in what is kept when it is there.
    func tellingCapture(_ error: MigrationError) -> MigrationError {
        guard settings.isLive,
            let source = try? SourceFile.open(options.source, stage: "start"),
            let capture = try? Capture.read(source)
        else { return error }
        let target =
            switch error.kept {
            case .untouched: "the target was not written"
            case .committed(let rows): "\(rows) rows are committed in the target"
            case .copied: "all rows are committed in the target"
            case .other(let words): words
            }
        let tables = GateWords.count(capture.tables.count, "table")
        let owner = try? SourceOwner.read(source)
        // What another run has in the source is neither gone on with nor to be taken out.
        let isOwn = owner?.run == identifier
        return MigrationError(
            error.code,
            error.message,
            place: error.place,
            kept: .other(
                isOwn
                    ? "\(target); the source holds the capture that logs its writes (\(tables), "
                        + "objects called _cutover_…): cutover migrate --live goes on with it, "
                        + "cutover clean takes it out again"
                    : "\(target); the source stays as it was, with the capture of "
                        + (owner.map { "run \($0.run) into \($0.target)" } ?? "an earlier run")
            ),
            remedy: error.remedy,
            cause: error.cause
        )
    }

    /// Writes down the last change that the backup holds: catch-up goes on behind it.
    ///
    /// - Parameter backup: The path of the backup.
    /// - Throws: ``MigrationError`` when the run was begun without a capture.
    func markPosition(in backup: String) throws(MigrationError) {
        guard settings.isLive else { return }
        let found: (Capture?, ChangeLog.Mark)
        do throws(SourceError) {
            let connection = try SourceConnection(path: backup, access: .immutable)
            try connection.readHeader()
            let capture = try Capture.read(connection)
            found = (
                capture, capture == nil ? .init(seq: 0, at: nil) : try ChangeLog.head(connection)
            )
        } catch {
            throw SourceFile.failure(error, path: backup, stage: "capture")
        }
        guard let capture = found.0 else {
            throw MigrationError(
                .notLive,
                "the unfinished run was begun without --live: its backup holds no capture",
                place: .init("start", path: backup),
                kept: .other("the rows that the run committed stay in the target"),
                remedy: "finish it without --live, or begin anew with --live into an empty database"
            )
        }
        let identifier = identifier
        try onTarget("start") { target throws(TargetError) in
            try target.execute("BEGIN")
            try RunState.begin(found.1, of: capture.id, run: identifier, target)
            try target.execute("COMMIT")
        }
    }

    /// Closes the target to everybody else once all rows are there.
    ///
    /// - Parameter isEqual: Whether both sides were found equal.
    /// - Throws: ``MigrationError``.
    func goLive(isEqual: Bool) throws(MigrationError) {
        guard settings.isLive else { return }
        do {
            try LiveTarget(target: target, run: identifier).rest()
            if isEqual {
                try target.query(
                    """
                    UPDATE cutover.position SET verified_seq = seq, verified_at = now()
                    WHERE run_id = $1 AND verified_seq IS NULL AND applied = 0
                    """,
                    [.text(identifier)]
                )
            }
        } catch {
            throw FollowSession.wrap(error, options, address, "follow", kept)
        }
    }

    /// Answers a second `migrate --live`: the copy is there, and the run goes on with `follow`.
    ///
    /// - Parameter run: The finished run.
    /// - Returns: The report of that run; nil for a run that is not live.
    /// - Throws: ``MigrationError``.
    func alreadyLive(_ run: RunState.Run) throws(MigrationError) -> MigrateReport? {
        guard settings.isLive else { return nil }
        try requireOwned(by: run.id)
        let position = try onTarget("start") { target throws(TargetError) in
            try RunState.position(of: run.id, target)
        }
        guard let position else {
            throw MigrationError(
                .notLive,
                "this source was migrated without --live: writes since then were not logged",
                place: .init("start", side: .target, path: address.redacted),
                remedy: "begin anew with --live into an empty database "
                    + "(\(address.createdb("_new"))) or another --schema NAME"
            )
        }
        identifier = run.id
        if position.liveSide == .source { try goLive(isEqual: false) }
        guard let recorded = try journal.run(run.id),
            var report = recorded.report.flatMap({ try? MigrateReport(json: $0) })
        else { return nil }
        report.alreadyDone = true
        report.runId = run.id
        let ended = Journal.moment(recorded.endedAt ?? recorded.startedAt)
        report.finishedAt = ended
        report.warnings.append(
            "already done: run \(run.id) is live; what is told here is what the copy found at "
                + "\(ended), nothing was compared now; go on with: cutover follow"
        )
        return report
    }

    /// Refuses a run whose application works on the target: there is nothing to bring there, and
    /// what the copy found at its time says nothing of now.
    ///
    /// - Parameter run: The finished run.
    /// - Throws: ``MigrationError`` of code `notLive`.
    func requireSourceLive(_ run: RunState.Run) throws(MigrationError) {
        let position = try onTarget("start") { target throws(TargetError) in
            try RunState.position(of: run.id, target)
        }
        guard let position, position.liveSide == .target else { return }
        if let half = position.halfReverted {
            throw MigrationError(
                .notLive,
                half,
                place: .init("start", side: .target, path: address.redacted),
                kept: .other("no side takes writes until that is finished"),
                remedy: "finish it with: cutover revert"
            )
        }
        throw MigrationError(
            .notLive,
            "PostgreSQL is live since \(position.switchedAt ?? "the switch"): run \(run.id) was "
                + "switched, and there is nothing to migrate",
            place: .init("start", side: .target, path: address.redacted),
            kept: .other("the application works on PostgreSQL; nothing was written or compared"),
            remedy: "see where it stands with: cutover status; go back with: cutover revert; or "
                + "stay there for good with: cutover clean --final"
        )
    }
}
