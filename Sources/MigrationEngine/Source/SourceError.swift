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

    /// The error as the cause of a front-door error.
    package var cause: MigrationError.Cause { .sqlite(code: resultCode, message: message) }
}
