import CSQLite
import Crypto
import Foundation

/// The source as a file: whether it can be read, and what identifies it.
package enum SourceFile {
    /// Opens the source, with an error for each way in which a path can be wrong.
    ///
    /// - Parameters:
    ///   - path: The path that the operator gave.
    ///   - stage: The stage that opens it.
    ///   - access: How to open it.
    ///   - passesOverDamage: Whether a damaged file is opened as far as it goes.
    /// - Returns: A connection whose header was read.
    /// - Throws: ``MigrationError``.
    package static func open(
        _ path: String,
        stage: String,
        access: SourceConnection.Access = .readOnly,
        passesOverDamage: Bool = false
    ) throws(MigrationError) -> SourceConnection {
        try checkPath(path, stage: stage)
        do throws(SourceError) {
            let connection = try SourceConnection(path: path, access: access)
            if passesOverDamage { connection.passOverDamage() }
            try connection.readHeader()
            do throws(SourceError) {
                let question = passesOverDamage ? "rootpage" : "count(*)"
                _ = try connection.integer("SELECT \(question) FROM sqlite_schema LIMIT 1")
            } catch {
                guard passesOverDamage, error.primaryCode == SQLITE_CORRUPT else { throw error }
            }
            return connection
        } catch {
            throw failure(error, path: path, stage: stage)
        }
    }

    private static func checkPath(_ path: String, stage: String) throws(MigrationError) {
        let place = MigrationError.Place(stage, side: .source, path: path)
        var status = stat()
        guard stat(path, &status) == 0 else {
            let number = errno
            let isDenied = number == EACCES
            throw MigrationError(
                isDenied ? .sourceUnreadable : .sourceMissing,
                isDenied ? "the source's folder may not be entered" : "there is no such file",
                place: place,
                remedy: isDenied
                    ? "run as a user who may read the file"
                    : "give the SQLite file with --source PATH or DATABASE_PATH",
                cause: .system(errno: number, call: "stat")
            )
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw MigrationError(
                .sourceIsDirectory,
                "the source is a folder, not a file",
                place: place,
                remedy: "give the SQLite file in it with --source PATH"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            // Opening a named pipe would wait for a writer for ever.
            throw MigrationError(
                .sourceNotDatabase,
                "the source is not a regular file",
                place: place,
                remedy: "give a SQLite 3 file with --source PATH"
            )
        }
        guard access(path, R_OK) == 0 else {
            throw MigrationError(
                .sourceUnreadable,
                "the source may not be read",
                place: place,
                remedy: "run as a user who may read the file",
                cause: .system(errno: errno, call: "access")
            )
        }
    }

    /// Wraps an error of SQLite about the source.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - path: The file.
    ///   - stage: The stage that met it.
    ///   - table: The table that was read.
    ///   - kept: What was kept.
    /// - Returns: The error for the operator.
    package static func failure(
        _ error: SourceError,
        path: String,
        stage: String,
        table: String? = nil,
        kept: MigrationError.Kept = .untouched
    ) -> MigrationError {
        let place = MigrationError.Place(
            stage,
            side: error.isAboutWriting ? nil : .source,
            path: path,
            table: table
        )
        let (code, message, remedy): (MigrationError.Code, String, String) =
            switch error.primaryCode {
            case SQLITE_NOTADB:
                (
                    .sourceNotDatabase,
                    "the source is not a SQLite database, is encrypted, or its first page is lost",
                    "give a SQLite 3 file with --source PATH; if it was one, " + recovery(path)
                )
            case SQLITE_BUSY, SQLITE_LOCKED:
                (
                    .sourceLocked, "another process keeps the source locked",
                    "wait until the writer is done, or stop it, then run the command again"
                )
            case SQLITE_CORRUPT:
                (
                    .sourceCorrupt, "the source is damaged: SQLite cannot read a page",
                    advice(stage) + recovery(path)
                )
            case SQLITE_READONLY where error.needsRecovery:
                (
                    .sourceUnreadable, "a crash left the source in the middle of a transaction",
                    "roll that back with the application or: sqlite3 \(path) .tables; "
                        + "then run the command again"
                )
            case SQLITE_CANTOPEN where isOutOfFiles:
                (
                    .sourceUnreadable, "this process may not open more files",
                    "raise the limit (ulimit -n), then run the command again"
                )
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH, SQLITE_READONLY:
                (
                    .sourceUnreadable, "SQLite may not open the source",
                    "check the rights of the file and of its folder"
                )
            case SQLITE_IOERR where error.isAboutWriting:
                (
                    .diskFull, "the copy of the source cannot be written",
                    "free space on its disk, then run the command again"
                )
            case SQLITE_IOERR:
                (
                    .sourceCorrupt, "the source cannot be read: truncated, or a failing disk",
                    advice(stage) + recovery(path)
                )
            case SQLITE_FULL where ["switch", "undo", "revert", "clean"].contains(stage):
                (
                    .diskFull, "the disk of the source is full",
                    "free space on it, then run the command again"
                )
            case SQLITE_FULL:
                (
                    .diskFull, "the disk is full while the source is being copied",
                    "free space on its disk, then run the command again"
                )
            case SQLITE_MISMATCH:
                (
                    .sourceData, "names in the source cannot be told apart or are not UTF-8",
                    "rename one with ALTER TABLE ... RENAME, then run the command again"
                )
            case SQLITE_CONSTRAINT where stage == "capture":
                (
                    .sourceData, "the application has an object that is called as ours would be",
                    "rename it, then run the command again"
                )
            case SQLITE_INTERRUPT:
                (
                    .interrupted, "stopped on request",
                    "run the same command again: it goes on where it stopped"
                )
            default:
                (
                    .sourceFailed, "SQLite failed on the source",
                    "see the cause; run the command again"
                )
            }
        return MigrationError(
            code,
            message,
            place: place,
            kept: kept,
            remedy: remedy,
            cause: error.cause
        )
    }

    /// Whether no descriptor is free; SQLite does not say why it cannot open a file.
    private static var isOutOfFiles: Bool {
        let descriptor = Foundation.open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor < 0 else {
            Foundation.close(descriptor)
            return false
        }
        return errno == EMFILE || errno == ENFILE
    }

    private static func advice(_ stage: String) -> String {
        stage == "inspect" ? "" : "cutover inspect shows what can be read; "
    }

    private static func recovery(_ path: String) -> String {
        "restore a backup, or recover into a new file: sqlite3 \(path) .recover | sqlite3 NEW.db"
    }

    /// What identifies a source: its real path and its schema, not its rows.
    ///
    /// - Parameters:
    ///   - connection: A connection to the source.
    ///   - path: Its path.
    /// - Returns: Sixteen hexadecimal digits.
    /// - Throws: ``SourceError``.
    package static func fingerprint(
        _ connection: SourceConnection,
        path: String
    ) throws(SourceError) -> String {
        var hash = SHA256()
        hash.update(data: Data(realPath(path).utf8))
        try connection.query(
            """
            SELECT type, name, sql FROM sqlite_schema
            WHERE name NOT LIKE '\\_cutover\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY type, name
            """
        ) { row in
            for column in 0..<3 { hash.update(data: Data((row.text(column) ?? "").utf8 + [0])) }
        }
        return hash.finalize().prefix(8).hexadecimal
    }

    /// The file that a path names at a moment; another one has another device or number.
    package struct Identity: Sendable, Equatable {
        private let device: UInt64
        private let number: UInt64

        /// Asks the system.
        ///
        /// - Parameter path: The path; nil when it names nothing.
        package init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            number = UInt64(status.st_ino)
        }
    }

    /// The path without links, so that two names of a file are one source.
    ///
    /// - Parameter path: The path.
    /// - Returns: The real path; the path itself when it cannot be resolved.
    package static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension Sequence where Element == UInt8 {
    /// The bytes as lower-case hexadecimal digits.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
