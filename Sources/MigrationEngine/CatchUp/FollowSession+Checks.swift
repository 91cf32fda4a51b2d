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
            throw replaced(options, stage)
        }
        // An older copy of the file has an older log: the changes it lacks were made for nothing.
        guard try ChangeLog.head(source).seq >= position.seq else {
            throw replaced(options, stage)
        }
        let at = try ChangeLog.time(of: position.seq, source)
        if let at, let known = position.at, at != known { throw replaced(options, stage) }
        return capture
    }

    static func notLive(_ stage: String, _ address: TargetAddress) -> MigrationError {
        MigrationError(
            .notLive,
            "the target holds no live run",
            place: .init(stage, side: .target, path: address.redacted),
            remedy: "start one into an empty database: cutover migrate --live"
        )
    }

    /// The file was put back to an older state, or exchanged for another, behind our back.
    static func replaced(_ options: Options, _ stage: String) -> MigrationError {
        MigrationError(
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

    static func changed(
        _ changes: [String],
        _ options: Options,
        _ stage: String
    ) -> MigrationError {
        MigrationError(
            .schemaChanged,
            "the application changed its schema while the run follows it: "
                + (changes.isEmpty ? "a definition differs" : changes.joined(separator: ", ")),
            place: .init(stage, side: .source, path: options.source),
            kept: .other("all changes up to here are logged; none is applied to another schema"),
            remedy: "undo the change, or start anew: cutover clean, then cutover migrate --live "
                + "into an empty database"
        )
    }

    static func wrap(
        _ error: any Error,
        _ options: Options,
        _ address: TargetAddress,
        _ stage: String,
        _ kept: MigrationError.Kept = .untouched,
        _ cancellation: Cancellation? = nil
    ) -> MigrationError {
        switch error {
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
