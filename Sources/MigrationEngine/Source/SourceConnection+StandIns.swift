import CSQLite
import Foundation

/// An application may register collations and functions of its own in SQLite. Its file names them,
/// and nobody else has them. Stand-ins let the file be read without them.
extension SourceConnection {
    /// The collations that SQLite has of its own.
    static let builtInCollations: Set<String> = ["BINARY", "NOCASE", "RTRIM"]

    /// Lets every collation that is not known compare bytes.
    ///
    /// An index of such a collation is in another order than this, so nothing may be looked up in
    /// it: rows are read by rowid, in one piece, or under an explicit collation.
    /// - SeeAlso: <https://www.sqlite.org/c3ref/collation_needed.html>
    func standInForCollations() {
        sqlite3_collation_needed(handle, nil) { _, connection, _, name in
            sqlite3_create_collation_v2(
                connection,
                name,
                SQLITE_UTF8,
                nil,
                { _, count, bytes, otherCount, others in
                    guard let bytes, let others else { return count - otherCount }
                    let order = memcmp(bytes, others, Int(min(count, otherCount)))
                    return order == 0 ? count - otherCount : order
                },
                nil
            )
        }
    }

    /// Lets a function that is not known give NULL, which breaks no CHECK.
    ///
    /// For checks of the file only: no row is read through such a connection.
    ///
    /// - Parameter name: The function.
    /// - Throws: ``SourceError``.
    func standIn(forFunction name: String) throws(SourceError) {
        let code = sqlite3_create_function_v2(
            handle,
            name,
            -1,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
            nil,
            { context, _, _ in sqlite3_result_null(context) },
            nil,
            nil,
            nil
        )
        guard code == SQLITE_OK else { throw error(code, sql: nil) }
    }
}

extension SourceError {
    /// The function that the file uses and SQLite does not have, when that is the failure.
    var unknownFunction: String? {
        guard let found = message.firstMatch(of: /(?:unknown|no such) function: ([^(]+)/) else {
            return nil
        }
        return String(found.1)
    }
}
