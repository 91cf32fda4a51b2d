import CSQLite
import Foundation

/// One connection to a SQLite file, for one thread.
///
/// Opened without SQLite's own mutex, because every connection stays on the thread that made it.
/// - SeeAlso: <https://www.sqlite.org/threadsafe.html>
package final class SourceConnection {
    /// How a file is opened.
    package enum Access: Sendable {
        /// Reads only; SQLite's locks are honoured.
        case readOnly
        /// Reads a file that nobody writes, such as a finished backup, without any lock.
        case immutable
        /// Reads and writes an existing file: capture, fence, workflow toggles, journal.
        case readWrite
        /// Reads and writes; the file is made if it is missing.
        case create
    }

    package let path: String
    let handle: OpaquePointer

    /// How text is stored; known after the first read of the file.
    private(set) var encoding = TextEncoding.utf8

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file; `:memory:` with `create` gives a private database.
    ///   - access: How it is opened.
    ///   - busyMilliseconds: How long a statement waits for another process's lock.
    /// - Throws: ``SourceError`` when SQLite cannot open the file.
    package init(
        path: String,
        access: Access,
        busyMilliseconds: Int32 = 5_000
    ) throws(SourceError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            // Opening a named pipe would wait for a writer for ever.
            throw SourceError(resultCode: 14, message: "not a regular file", sql: nil)
        }
        let name: String
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch access {
        case .readOnly:
            name = path
            flags |= SQLITE_OPEN_READONLY
        case .immutable:
            name = Self.immutableURI(path)
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        case .readWrite:
            name = path
            flags |= SQLITE_OPEN_READWRITE
        case .create:
            name = path
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw SourceError(resultCode: code, message: message, sql: nil)
        }
        self.path = path
        handle = opened
        if access == .readOnly {
            waitForPauses(milliseconds: Int(busyMilliseconds))
        } else {
            sqlite3_busy_timeout(opened, busyMilliseconds)
        }
        // Nothing is written through a stand-in: it would break the order of the application's index.
        if access == .readOnly || access == .immutable { standInForCollations() }
        // trusted_schema stays on: without it SQLite 3.40 calls a file malformed whose generated
        // columns or indexes use json_extract. There are no functions here but SQLite's own.
        // > https://www.sqlite.org/security.html
        try execute("PRAGMA cell_size_check = ON")
    }

    // close_v2, so that the order in which statements and connection die does not matter.
    deinit { sqlite3_close_v2(handle) }

    /// Reads the file's header, so that a file that is no database is refused here.
    ///
    /// - Throws: ``SourceError``.
    package func readHeader() throws(SourceError) {
        guard case .text(let name)? = try first("PRAGMA encoding") else { return }
        // The answer itself comes in the encoding that is asked for: every other byte is a NUL.
        let plain = name.filter { $0 != 0 }
        encoding = TextEncoding(rawValue: String(decoding: plain, as: UTF8.self)) ?? .utf8
    }

    /// Goes on where SQLite would refuse the whole file, so that the pages that are there can be
    /// read.
    ///
    /// That is a page count beyond the file's end, or a definition that cannot be read. Writes
    /// nothing; it is for connections that only read.
    package func passOverDamage() {
        // writable_schema also turns off the check of the page count and the errors of a schema
        // that could be read in part only; the first statement afterwards still reports them.
        // > https://www.sqlite.org/pragma.html#pragma_writable_schema
        try? execute("PRAGMA writable_schema = ON")
        _ = try? integer("SELECT count(*) FROM sqlite_schema")
    }

    /// Bounds the size of values and rows that may be read into memory.
    ///
    /// A larger one ends its statement with an error of `SQLITE_TOOBIG` before memory is taken.
    /// - SeeAlso: <https://www.sqlite.org/c3ref/c_limit_attached.html> (`SQLITE_LIMIT_LENGTH`)
    ///
    /// - Parameter bytes: The most bytes; nil for as many as SQLite itself allows.
    package func limitValues(to bytes: Int?) {
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, bytes.map { Int32(clamping: $0) } ?? Int32.max)
    }

    /// Sets how long a statement waits for another process's lock.
    ///
    /// - Parameter milliseconds: The time.
    package func wait(forWriters milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Keeps triggers from firing for what this connection writes: ours and the application's.
    ///
    /// - Throws: ``SourceError``.
    package func disableTriggers() throws(SourceError) {
        let code = cutover_sqlite_disable_triggers(handle)
        guard code == SQLITE_OK else { throw error(code, sql: nil) }
    }

    /// Stops the running statement; can be called from any thread.
    ///
    /// - Returns: The action.
    package func interrupter() -> @Sendable () -> Void {
        // nonisolated(unsafe) because sqlite3_interrupt may be called from any thread, as long as
        // the connection is open; the caller drops the action before it drops the connection.
        // > https://www.sqlite.org/c3ref/interrupt.html
        nonisolated(unsafe) let handle = handle
        return { sqlite3_interrupt(handle) }
    }

    private static func immutableURI(_ path: String) -> String {
        var escaped = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return "file:\(escaped)?immutable=1"
    }

    /// Runs statements that give no rows, one after the other.
    ///
    /// - Parameter sql: One or more statements.
    /// - Throws: ``SourceError`` at the first statement that fails.
    package func execute(_ sql: String) throws(SourceError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: sql) }
    }

    /// Compiles one statement.
    ///
    /// - Parameter sql: The statement, with `?` for values.
    /// - Returns: The statement; it keeps the connection alive.
    /// - Throws: ``SourceError`` when SQLite refuses the statement.
    package func prepare(_ sql: String) throws(SourceError) -> SourceStatement {
        try SourceStatement(self, sql)
    }

    /// Runs a query and hands each row to a closure.
    ///
    /// - Parameters:
    ///   - sql: The query, with `?` for values.
    ///   - values: The values, in order.
    ///   - row: Called once a row; the statement is borrowed and valid during the call.
    /// - Throws: ``SourceError``.
    package func query(
        _ sql: String,
        _ values: [SourceValue] = [],
        row: (SourceStatement) throws(SourceError) -> Void
    ) throws(SourceError) {
        let statement = try prepare(sql)
        try statement.bind(values)
        while try statement.step() {
            try row(statement)
        }
    }

    /// Runs a query for the first column of its first row.
    ///
    /// - Parameters:
    ///   - sql: The query, with `?` for values.
    ///   - values: The values, in order.
    /// - Returns: The value, or nil when there is no row.
    /// - Throws: ``SourceError``.
    package func first(
        _ sql: String,
        _ values: [SourceValue] = []
    ) throws(SourceError) -> SourceValue? {
        let statement = try prepare(sql)
        try statement.bind(values)
        return try statement.step() ? statement.value(0) : nil
    }

    /// Runs a query for one integer.
    ///
    /// - Parameters:
    ///   - sql: The query, with `?` for values.
    ///   - values: The values, in order.
    /// - Returns: The integer, or nil when there is no row or it is not an integer.
    /// - Throws: ``SourceError``.
    package func integer(
        _ sql: String,
        _ values: [SourceValue] = []
    ) throws(SourceError) -> Int64? {
        guard case .integer(let value)? = try first(sql, values) else { return nil }
        return value
    }

    /// The number of rows that the last statement changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Quotes a name for SQL.
    ///
    /// - Parameter name: Any name, as the catalog spells it.
    /// - Returns: The name in double quotes, with quotes inside doubled.
    package static func quote(_ name: String) -> String {
        "\"" + name.doubling(UInt8(ascii: "\"")) + "\""
    }

    func error(_ code: Int32, sql: String?) -> SourceError {
        SourceError(
            resultCode: code,
            message: String(cString: sqlite3_errmsg(handle)),
            sql: sql
        )
    }
}

/// How a database stores its text.
package enum TextEncoding: String, Sendable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16le"
    case utf16BigEndian = "UTF-16be"
}

// because SQLite connections opened with NOMUTEX belong to one thread
@available(*, unavailable)
extension SourceConnection: Sendable {}
