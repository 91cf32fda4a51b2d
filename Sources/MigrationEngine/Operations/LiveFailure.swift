/// What can stop a reading, before the place is known.
enum LiveFailure: Error {
    case source(SourceError)
    case target(TargetError)
    case front(MigrationError)

    /// Whether another connection could help.
    var isConnectionLost: Bool {
        if case .target(let error) = self { error.isConnectionLost } else { false }
    }

    /// Whether a table or column was not there, so that the shape that was read before is old.
    var isSchemaChanged: Bool {
        switch self {
        case .source(let error): error.message.contains("no such")
        case .target(let error): error.isAboutMissing
        case .front: false
        }
    }

    /// Whether a query was ended before it was done, by its time or by a wish to stop.
    var isTooLate: Bool {
        switch self {
        case .source(let error): error.isInterrupted
        case .target(let error): error.sqlState == "57014"
        case .front: false
        }
    }

    /// The error for the front door.
    ///
    /// - Parameters:
    ///   - stage: What was being done.
    ///   - options: The two sides.
    /// - Returns: The error with its place and remedy.
    func error(_ stage: String, _ options: Options) -> MigrationError {
        switch self {
        case .front(let error): error
        case .source(let error): Self.source(error, stage: stage, path: options.source)
        case .target(let error): Self.target(error, stage: stage, conninfo: options.target)
        }
    }

    /// SQLITE_CONSTRAINT_TRIGGER: RAISE in a trigger.
    /// - SeeAlso: <https://www.sqlite.org/rescode.html#constraint_trigger>
    private static let constraintTrigger: Int32 = 1811

    /// query_canceled and lock_not_available: the reader's own time limits.
    private static let tooLate = ["57014", "55P03"]

    private static func source(
        _ error: SourceError,
        stage: String,
        path: String
    ) -> MigrationError {
        guard error.resultCode == constraintTrigger else {
            return SourceFile.failure(error, path: path, stage: stage)
        }
        return MigrationError(
            .gateClosed,
            "writes to the source are blocked",
            place: .init(stage, side: .source, path: path),
            remedy: "wait until the switch is done or undone: cutover status",
            cause: error.cause
        )
    }

    private static func target(
        _ error: TargetError,
        stage: String,
        conninfo: String
    ) -> MigrationError {
        let address: TargetAddress
        do throws(MigrationError) {
            address = try TargetAddress(conninfo)
        } catch {
            return error
        }
        let state = error.sqlState ?? ""
        let words: (MigrationError.Code, String, String)
        if tooLate.contains(state) {
            words = (
                .targetFailed, "PostgreSQL did not answer in time",
                "run the command again; if it stays so, look for locks in pg_stat_activity"
            )
        } else if error.isAboutMissing {
            words = (
                .configuration, "the target lacks a table or column that the profile names",
                "copy the source first: cutover migrate; or correct the profile"
            )
        } else {
            // The session is one that cannot write.
            return TargetFailure.wrap(error, stage: stage, address: address, isReading: true)
        }
        return MigrationError(
            words.0,
            words.1,
            place: .init(stage, side: .target, path: address.redacted),
            remedy: words.2,
            cause: error.cause
        )
    }
}
