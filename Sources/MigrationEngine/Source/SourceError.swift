/// An error of SQLite, as SQLite reports it.
///
/// Values bound to the statement are not kept: they belong to the shop's customers.
package struct SourceError: Error, Sendable {
    /// The extended result code.
    /// - SeeAlso: <https://www.sqlite.org/rescode.html>
    package let resultCode: Int32
    /// SQLite's own words.
    package let message: String
    /// The statement, without values.
    package let sql: String?

    /// The primary result code, the low byte of the extended one.
    package var primaryCode: Int32 { resultCode & 0xff }

    /// Whether a transaction that a crash cut off must be rolled back first, which writes the file.
    ///
    /// `SQLITE_READONLY_RECOVERY` and `SQLITE_READONLY_ROLLBACK`.
    package var needsRecovery: Bool { resultCode == 264 || resultCode == 776 }

    /// Whether the statement itself is what SQLite refuses, not the file.
    package var isMistake: Bool { primaryCode == 1 }

    /// Whether a page of the file could not be read or made no sense, so that others still may.
    package var isDamage: Bool {
        // SQLITE_CORRUPT; SQLITE_IOERR_READ, _SHORT_READ and _CORRUPTFS; SQLITE_NOTADB.
        primaryCode == 11 || [266, 522, 8_458].contains(resultCode) || primaryCode == 26
    }

    /// Makes an error about names that cannot be told apart, or not be written.
    ///
    /// - Parameter message: Which names.
    /// - Returns: The error, of `SQLITE_MISMATCH`, which reading never gives otherwise.
    package static func names(_ message: String) -> SourceError {
        SourceError(resultCode: 20, message: message, sql: nil)
    }

    /// Makes an error about objects of the application that are called as ours would be.
    ///
    /// - Parameter names: Which.
    /// - Returns: The error, of `SQLITE_CONSTRAINT`, which installing never gives otherwise.
    static func takenNames(_ names: String) -> SourceError {
        SourceError(
            resultCode: 19,
            message: "names that begin with _cutover_ are ours: \(names)",
            sql: nil
        )
    }

    /// Makes an error of a schema that is not as it was before we came.
    ///
    /// - Parameter changes: What is different.
    /// - Returns: The error, of `SQLITE_SCHEMA`.
    static func changedSchema(_ changes: [String]) -> SourceError {
        SourceError(resultCode: 17, message: changes.joined(separator: "; "), sql: nil)
    }

    /// Whether another process holds a lock, so that the same may succeed later.
    package var isBusy: Bool { primaryCode == 5 || primaryCode == 6 }

    /// Whether the statement was ended before it was done: `SQLITE_INTERRUPT`.
    package var isInterrupted: Bool { primaryCode == 9 }

    /// Whether a value or a row is larger than the connection may read: `SQLITE_TOOBIG`.
    package var isTooBig: Bool { primaryCode == 18 }

    /// The error as the cause of a front-door error.
    package var cause: MigrationError.Cause { .sqlite(code: resultCode, message: message) }

    /// Whether it arose while writing, so that it is about a copy and not about the source.
    package var isAboutWriting: Bool {
        // SQLITE_FULL, SQLITE_IOERR_WRITE, _FSYNC, _DIR_FSYNC and _TRUNCATE.
        // > https://www.sqlite.org/rescode.html
        [13, 778, 1_034, 1_290, 1_546].contains(resultCode)
    }
}
