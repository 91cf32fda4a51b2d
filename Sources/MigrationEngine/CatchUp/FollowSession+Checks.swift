/// What must hold before a live run is taken up, and the errors when it does not.
extension FollowSession {
    static func require(
        _ found: (RunState.Run?, RunState.Position?),
        _ stage: String,
        _ address: TargetAddress
    ) throws(MigrationError) -> (RunState.Run, RunState.Position) {
        guard let run = found.0, let position = found.1 else { throw notLive(stage, address) }
        guard run.isFinished else {
            throw MigrationError(
                .notLive,
                "the copy of this run is not finished",
                place: .init(stage, side: .target, path: address.redacted),
                remedy: "finish it with: cutover migrate --live"
            )
        }
        return (run, position)
    }

    static func requireCapture(
        _ source: SourceConnection,
        _ position: RunState.Position,
        _ options: Options,
        _ stage: String
    ) throws -> Capture {
        guard let capture = try Capture.read(source), capture.id == position.captureID else {
            throw replaced(options, stage, position)
        }
        try requireMarks(source, position, options, stage)
        return capture
    }

    /// Makes sure that the log holds the changes that the target knows of.
    ///
    /// An older copy of the file has an older log, and after some writes one of the same numbers
    /// with other times. A log that was pruned beyond the position, as it is for a server that was
    /// restored to an earlier moment, does not hold them either.
    static func requireMarks(
        _ source: SourceConnection,
        _ position: RunState.Position,
        _ options: Options,
        _ stage: String
    ) throws {
        let mark = ChangeLog.Mark(seq: position.seq, at: position.at)
        guard try ChangeLog.holds(mark, source), try ChangeLog.holds(position.read, source) else {
            throw replaced(options, stage, position)
        }
    }

    static func notLive(_ stage: String, _ address: TargetAddress) -> MigrationError {
        MigrationError(
            .notLive,
            "the target holds no live run",
            place: .init(stage, side: .target, path: address.redacted),
            remedy: "start one into an empty database: cutover migrate --live"
        )
    }

    /// Makes sure that the closed file of a live target is still there, so that it can be gone
    /// back to.
    static func requireClosedSource(
        _ source: SourceConnection,
        _ run: RunState.Run,
        _ position: RunState.Position,
        _ target: TargetConnection,
        _ options: Options,
        _ stage: String
    ) throws {
        guard position.liveSide == .target else { return }
        let fenced = try FencedSource(options, run, position, target)
        let finding = try fenced.look(source)
        guard finding.isVouched else { throw fenced.failure(finding, stage) }
    }

    /// The file was put back to an older state, or exchanged for another, behind our back.
    ///
    /// What helps depends on the side that takes writes: to begin anew would throw away what was
    /// written on the target.
    static func replaced(
        _ options: Options,
        _ stage: String,
        _ position: RunState.Position? = nil
    ) -> MigrationError {
        if position?.liveSide == .target { return FencedSource.exchanged(options, stage) }
        return MigrationError(
            .sourceReplaced,
            "the source is not the file that this run follows: it was overwritten by an older or "
                + "another copy, or its capture was removed",
            place: .init(stage, side: .source, path: options.source),
            kept: .other(
                "the target has what the file held before; nothing was applied from this one"
            ),
            remedy: "compare both with: cutover verify. To go on with the file as it is now: "
                + "cutover clean, then cutover migrate --live into an empty database"
        )
    }

    /// Changes that nobody has applied are gone from the log.
    static func shortened(_ options: Options, _ stage: String) -> MigrationError {
        MigrationError(
            .sourceReplaced,
            "the log of the source's writes lacks changes: somebody has deleted rows of "
                + "_cutover_log, and nobody knows which rows of the application they stood for",
            place: .init(stage, side: .source, path: options.source),
            kept: .other("the target has what was applied before; nothing behind it was applied"),
            remedy: "compare both with: cutover verify. To go on: cutover clean, then cutover "
                + "migrate --live into an empty database"
        )
    }

    static func changed(
        _ changes: [String],
        _ options: Options,
        _ stage: String,
        _ position: RunState.Position? = nil
    ) -> MigrationError {
        let isOver = position?.liveSide == .target
        return MigrationError(
            .schemaChanged,
            "the application changed its schema while the run follows it: "
                + (changes.isEmpty
                    ? "a definition differs, or the file stands elsewhere than when the run began"
                    : changes.joined(separator: ", ")),
            place: .init(stage, side: .source, path: options.source),
            kept: .other("all changes up to here are logged; none is applied to another schema"),
            remedy: isOver
                ? "undo the change, or bring the file back to where it stood at the switch; "
                    + "PostgreSQL goes on taking writes"
                : "undo the change, or start anew: cutover clean, then cutover migrate --live "
                    + "into an empty database"
        )
    }

    /// Makes this session's commits wait for the disk, also on a server whose commits do not.
    ///
    /// Both logs are forgotten, and the application is handed over, because of what was committed:
    /// that must still be so after the server has fallen over.
    static func keepCommits(_ target: TargetConnection) throws(TargetError) {
        try target.query(
            """
            SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') = 'off'
            """
        )
    }

    /// The error of either side inside one of a comparison.
    static func underlying(_ error: any Error) -> any Error {
        switch error as? TableVerifier.Failure {
        case .source(let error): error
        case .target(let error): error
        case .cancelled:
            MigrationError(
                .interrupted,
                "stopped on request",
                place: .init("verify"),
                remedy: "run the same command again: it goes on where it stopped"
            )
        case nil: error
        }
    }

    static func wrap(
        _ error: any Error,
        _ options: Options,
        _ address: TargetAddress,
        _ stage: String,
        _ kept: MigrationError.Kept = .untouched,
        _ cancellation: Cancellation? = nil
    ) -> MigrationError {
        switch underlying(error) {
        case let error as MigrationError: error
        case let error as SourceError:
            SourceFile.failure(error, path: options.source, stage: stage, kept: kept)
        case let error as TargetError:
            TargetFailure.wrap(
                error,
                stage: stage,
                address: address,
                kept: kept,
                cancellation: cancellation
            )
        default:
            MigrationError(
                .internal,
                "an unexpected error",
                place: .init(stage),
                kept: kept,
                remedy: "report it with the log of the run",
                cause: .text(String(describing: error))
            )
        }
    }
}

/// Our session, as the server knows it.
struct Backend {
    private let pid: String
    private let start: String

    /// Asks the server.
    init?(_ target: TargetConnection) throws(TargetError) {
        let row = try target.query(
            """
            SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
            """
        ).rows.first
        guard let pid = row?[0], let start = row?[1] else { return nil }
        (self.pid, self.start) = (pid, start)
    }

    /// Ends the session, if it still lives, through another one.
    func end(through target: TargetConnection) {
        // Where that is not allowed, the claim says who holds the target.
        _ = try? target.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid = $1::int AND backend_start = $2::timestamptz AND pid <> pg_backend_pid()
            """,
            [.text(pid), .text(start)]
        )
    }
}
