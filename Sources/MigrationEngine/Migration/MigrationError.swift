/// What went wrong, in the terms of the person who has to act on it.
///
/// A leaf error of SQLite, PostgreSQL or the system is wrapped once, by the stage that knows the
/// place, and is never wrapped again. The fields are the JSON of the command contract.
public struct MigrationError: Error, Sendable {
    /// The kind of failure, stable across releases: exit status, tests and support rely on it.
    public let code: Code
    /// What happened: one line, lower case, no full stop, never a row's values or a password.
    public let message: String
    /// Where it happened.
    public let place: Place
    /// What was kept, so that the operator knows the state that is left behind.
    public let kept: Kept
    /// What to do next: an order, with the exact command where there is one.
    public let remedy: String
    /// The error of SQLite, PostgreSQL or the system underneath, if there is one.
    public let cause: Cause?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What happened, without row values.
    ///   - place: Where it happened.
    ///   - kept: What was kept.
    ///   - remedy: What to do next.
    ///   - cause: The error underneath.
    public init(
        _ code: Code,
        _ message: String,
        place: Place,
        kept: Kept = .untouched,
        remedy: String,
        cause: Cause? = nil
    ) {
        self.code = code
        self.message = message
        self.place = place
        self.kept = kept
        self.remedy = remedy
        self.cause = cause
    }

    /// The kind of failure.
    public enum Code: String, CaseIterable, Sendable {
        case usage
        case configuration
        case readOnly = "read_only"
        case sourceMissing = "source_missing"
        case sourceIsDirectory = "source_is_directory"
        case sourceNotDatabase = "source_not_database"
        case sourceUnreadable = "source_unreadable"
        case sourceLocked = "source_locked"
        case sourceCorrupt = "source_corrupt"
        case sourceEmpty = "source_empty"
        case sourceFailed = "source_failed"
        case sourceData = "source_data"
        case targetUnavailable = "target_unavailable"
        case targetAuthentication = "target_authentication"
        case targetPermission = "target_permission"
        case targetNotEmpty = "target_not_empty"
        case targetEncoding = "target_encoding"
        case targetDiskFull = "target_disk_full"
        case targetRefusedRow = "target_refused_row"
        case targetFailed = "target_failed"
        case poolExhausted = "pool_exhausted"
        case commitUnknown = "commit_unknown"
        case differentRun = "different_run"
        case runBusy = "run_busy"
        case notLive = "not_live"
        case sourceReplaced = "source_replaced"
        case schemaChanged = "schema_changed"
        case sourceRefusedRow = "source_refused_row"
        case gateClosed = "gate_closed"
        case hookFailed = "hook_failed"
        case fileFailed = "file_failed"
        case diskFull = "disk_full"
        case serverMissing = "server_missing"
        case serverFailed = "server_failed"
        case interrupted
        case `internal`
    }

    /// Where something happened; every part that is known is named.
    public struct Place: Sendable, Equatable {
        /// The stage of the run, for example `copy`.
        public var stage: String
        /// The side that spoke.
        public var side: Side?
        /// A file or folder.
        public var path: String?
        /// A table of the source.
        public var table: String?
        /// A column of that table.
        public var column: String?
        /// The key of a row, for example `rowid 48211`.
        public var row: String?

        /// Names a place.
        ///
        /// - Parameters:
        ///   - stage: The stage of the run.
        ///   - side: The side that spoke.
        ///   - path: A file or folder.
        ///   - table: A table of the source.
        ///   - column: A column of that table.
        ///   - row: The key of a row.
        public init(
            _ stage: String,
            side: Side? = nil,
            path: String? = nil,
            table: String? = nil,
            column: String? = nil,
            row: String? = nil
        ) {
            self.stage = stage
            self.side = side
            self.path = path
            self.table = table
            self.column = column
            self.row = row
        }
    }

    /// What a failure left behind.
    public enum Kept: Sendable, Equatable {
        /// Neither side was written.
        case untouched
        /// This many rows are committed in the target; the source was not written.
        case committed(rows: Int)
        /// The copy is complete and committed; what came after it is not.
        case copied
        /// In the reader's words.
        case other(String)

        /// What a copy under way leaves behind.
        ///
        /// - Parameter rows: The rows that are committed so far.
        /// - Returns: The state, in words of its own when there is no row yet.
        static func copying(rows: Int) -> Kept {
            rows == 0
                ? .other("no row is committed in the target; the source was not written")
                : .committed(rows: rows)
        }
    }

    /// The error underneath.
    public enum Cause: Sendable, Equatable {
        /// An error of SQLite, with its extended result code.
        case sqlite(code: Int32, message: String)
        /// A failed system call.
        case system(errno: Int32, call: String)
        /// An error of the PostgreSQL server or of libpq, which reports no SQLSTATE.
        case postgres(sqlState: String?, message: String, detail: String?, hint: String?)
        /// An error of another program or library.
        case text(String)
    }
}

/// One of the two databases.
public enum Side: String, Codable, Sendable, CaseIterable {
    /// The SQLite file.
    case source
    /// The PostgreSQL database.
    case target
}
