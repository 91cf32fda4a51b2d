import Foundation

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
        case .source(let error):
            error.primaryCode == SQLiteCode.schema
                || (error.primaryCode == SQLiteCode.error && error.message.contains("no such"))
        case .target(let error): error.sqlState == "42P01" || error.sqlState == "42703"
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

    /// What SQLite numbers its errors with, as far as it matters here.
    /// - SeeAlso: <https://www.sqlite.org/rescode.html>
    enum SQLiteCode {
        static let error: Int32 = 1
        static let permission: Int32 = 3
        static let busy: Int32 = 5
        static let locked: Int32 = 6
        static let readOnly: Int32 = 8
        static let corrupt: Int32 = 11
        static let full: Int32 = 13
        static let cannotOpen: Int32 = 14
        static let schema: Int32 = 17
        static let notADatabase: Int32 = 26
        /// RAISE in a trigger; an extended code.
        static let constraintTrigger: Int32 = 1811
    }

    private static func source(
        _ error: SourceError,
        stage: String,
        path: String
    ) -> MigrationError {
        let (code, message, remedy) = sourceWords(error, path: path)
        return MigrationError(
            code,
            message,
            place: .init(stage, side: .source, path: path),
            remedy: remedy,
            cause: error.cause
        )
    }

    private static func sourceWords(
        _ error: SourceError,
        path: String
    ) -> (MigrationError.Code, String, String) {
        if error.resultCode == SQLiteCode.constraintTrigger {
            return (
                .gateClosed, "writes to the source are blocked",
                "wait until the switch is done or undone: cutover status"
            )
        }
        switch error.primaryCode {
        case SQLiteCode.busy, SQLiteCode.locked:
            return (
                .sourceLocked, "another process keeps the source locked",
                "run the command again; if it stays locked, see which process holds \(path) open"
            )
        case SQLiteCode.cannotOpen: return unopened(path)
        case SQLiteCode.permission, SQLiteCode.readOnly:
            return (
                .sourceUnreadable, "the source may not be written by this user",
                "run as a user who may write \(path) and its folder"
            )
        case SQLiteCode.notADatabase:
            return (
                .sourceNotDatabase, "the file is not a SQLite database",
                "give the application's database with --source"
            )
        case SQLiteCode.corrupt:
            return (
                .sourceCorrupt, "the source is damaged",
                "check it with: sqlite3 \(path) 'PRAGMA integrity_check'"
            )
        case SQLiteCode.full:
            return (.diskFull, "the disk of the source is full", "free space beside \(path)")
        default:
            return (
                .sourceFailed, "SQLite could not answer",
                "run the command again; if it stays so, check the source with cutover inspect"
            )
        }
    }

    /// Tells why a path cannot be opened.
    ///
    /// - Parameter path: The path of the source.
    /// - Returns: Code, message and remedy.
    static func unopened(_ path: String) -> (MigrationError.Code, String, String) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return (
                .sourceMissing, "the source file does not exist",
                "give the path of the application's database with --source"
            )
        }
        if isDirectory.boolValue {
            return (
                .sourceIsDirectory, "the source is a folder, not a file",
                "give the path of the database file with --source"
            )
        }
        return (
            .sourceUnreadable, "the source cannot be opened",
            "run as a user who may read \(path) and, in WAL mode, write its folder"
        )
    }

    private static func target(
        _ error: TargetError,
        stage: String,
        conninfo: String
    ) -> MigrationError {
        let address = try? TargetAddress(conninfo)
        let (code, message, remedy) = targetWords(error)
        return MigrationError(
            code,
            message,
            place: .init(stage, side: .target, path: address?.redacted),
            remedy: remedy,
            cause: error.cause
        )
    }

    private static func targetWords(
        _ error: TargetError
    ) -> (MigrationError.Code, String, String) {
        let authentication = ["authentication failed", "no password supplied", "pg_hba.conf"]
        if error.sqlStateClass == "28" || authentication.contains(where: error.message.contains) {
            return (
                .targetAuthentication, "PostgreSQL refused the user or the password",
                "correct --target, or give the password in PGPASSWORD or ~/.pgpass"
            )
        }
        if error.isConnectionLost || error.sqlState == "3D000" {
            return (
                .targetUnavailable, "PostgreSQL cannot be reached",
                "start the server, or correct --target; a local one: cutover server start"
            )
        }
        switch error.sqlState {
        case "42501":
            return (
                .targetPermission, "the user may not do this in the target",
                "grant the user the right, or connect as the owner of the tables"
            )
        case "57014", "55P03":
            return (
                .targetFailed, "PostgreSQL did not answer in time",
                "run the command again; if it stays so, see pg_stat_activity for locks"
            )
        default:
            return (
                .targetFailed, "PostgreSQL could not answer",
                "see the cause; if it names a table or column, compare the profile with the target"
            )
        }
    }
}
