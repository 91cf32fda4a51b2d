import CSQLite

/// One compiled statement and its current row.
package final class SourceStatement {
    private let connection: SourceConnection
    private let handle: OpaquePointer
    private let sql: String
    private let encoding: TextEncoding

    /// The number of columns of each row.
    package let columnCount: Int

    init(_ connection: SourceConnection, _ sql: String) throws(SourceError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(connection.handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK else { throw connection.error(code, sql: sql) }
        guard let prepared else {
            throw SourceError(resultCode: SQLITE_MISUSE, message: "empty statement", sql: sql)
        }
        self.connection = connection
        self.sql = sql
        encoding = connection.encoding
        handle = prepared
        columnCount = Int(sqlite3_column_count(prepared))
    }

    deinit { sqlite3_finalize(handle) }

    /// Binds values to the placeholders, from the first on.
    ///
    /// - Parameter values: The values; the bytes are copied.
    /// - Throws: ``SourceError`` when there are more values than placeholders.
    package func bind(_ values: [SourceValue]) throws(SourceError) {
        for (offset, value) in values.enumerated() {
            try bind(value, at: offset + 1)
        }
    }

    /// Binds one value.
    ///
    /// - Parameters:
    ///   - value: The value; its bytes are copied.
    ///   - index: The placeholder, from 1.
    /// - Throws: ``SourceError`` when there is no such placeholder.
    package func bind(_ value: SourceValue, at index: Int) throws(SourceError) {
        let index = Int32(index)
        let code =
            switch value {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let integer): sqlite3_bind_int64(handle, index, integer)
            case .real(let real): sqlite3_bind_double(handle, index, real)
            case .text(let bytes):
                bytes.withUnsafeBytes {
                    cutover_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
                }
            case .blob(let bytes):
                bytes.withUnsafeBytes {
                    cutover_sqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
                }
            }
        guard code == SQLITE_OK else { throw connection.error(code, sql: sql) }
    }

    /// Moves to the next row.
    ///
    /// - Returns: False when there are no more rows.
    /// - Throws: ``SourceError``.
    package func step() throws(SourceError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.error(code, sql: sql)
        }
    }

    /// Runs the statement to its end with new values, and makes it ready for the next run.
    ///
    /// - Parameter values: The values; the bytes are copied.
    /// - Throws: ``SourceError``.
    package func run(_ values: [SourceValue] = []) throws(SourceError) {
        reset()
        try bind(values)
        while try step() {}
        reset()
    }

    /// Makes the statement ready to run again; bound values stay.
    package func reset() { sqlite3_reset(handle) }

    /// The name of a column.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: Its name.
    package func name(_ column: Int) -> String {
        sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
    }

    /// The storage class of a value in the current row.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The class.
    @inline(__always)
    package func storageClass(_ column: Int) -> StorageClass {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// A value of class integer.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The integer; SQLite converts other classes.
    @inline(__always)
    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

    /// A value of class real.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The number; SQLite converts other classes.
    @inline(__always)
    package func real(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

    /// The bytes of a value of class text or blob.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The bytes, borrowed until the next step or reset; empty for an empty value.
    @inline(__always)
    package func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        // In a UTF-16 database only column_text gives UTF-8; in a UTF-8 one column_blob gives the
        // same bytes without a copy for the terminating NUL. A zero-length BLOB is a nil pointer.
        // > https://www.sqlite.org/c3ref/column_blob.html
        let start: UnsafeRawPointer? =
            encoding != .utf8 && sqlite3_column_type(handle, Int32(column)) == SQLITE_TEXT
            ? UnsafeRawPointer(sqlite3_column_text(handle, Int32(column)))
            : sqlite3_column_blob(handle, Int32(column))
        return UnsafeRawBufferPointer(
            start: start,
            count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, Int32(column)))
        )
    }

    /// The stored bytes of a text that is malformed in the database's own encoding.
    ///
    /// Only in UTF-16: SQLite would convert such a text to something else without a word. What is
    /// malformed in UTF-8 is not converted, so ``bytes(_:)`` shows it as it is.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The bytes, borrowed until the next call on the column; nil when all is well.
    @inline(__always)
    package func malformedText(_ column: Int) -> UnsafeRawBufferPointer? {
        encoding == .utf8 ? nil : malformedUTF16(column)
    }

    private func malformedUTF16(_ column: Int) -> UnsafeRawBufferPointer? {
        // A value that was read before has been converted, and was found whole then.
        guard storageClass(column) == .text,
            sqlite3_value_encoding(sqlite3_column_value(handle, Int32(column))) != SQLITE_UTF8
        else { return nil }
        // Before any conversion column_blob gives the bytes as they are stored.
        let start = sqlite3_column_blob(handle, Int32(column))
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, Int32(column)))
        let stored = UnsafeRawBufferPointer(start: start, count: count)
        let isWhole = TextBytes.isUTF16(stored, isBigEndian: encoding == .utf16BigEndian)
        return isWhole ? nil : stored
    }

    /// The size of a value.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The bytes of a text or blob as they are stored, 8 for a number, 0 for NULL.
    @inline(__always)
    package func byteCount(_ column: Int) -> Int {
        switch storageClass(column) {
        case .null: 0
        case .integer, .real: 8
        case .blob: Int(sqlite3_column_bytes(handle, Int32(column)))
        case .text: textByteCount(column)
        }
    }

    @inline(__always)
    private func textByteCount(_ column: Int) -> Int {
        // Of UTF-16 column_bytes would count the UTF-8, and convert the text for it, unless the
        // stored bytes were asked for before.
        if encoding != .utf8 { _ = sqlite3_column_blob(handle, Int32(column)) }
        return Int(sqlite3_column_bytes(handle, Int32(column)))
    }

    /// The value of a column, copied.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The value.
    package func value(_ column: Int) -> SourceValue {
        switch storageClass(column) {
        case .null: .null
        case .integer: .integer(integer(column))
        case .real: .real(real(column))
        case .text: .text(Array(malformedText(column) ?? bytes(column)))
        case .blob: .blob(Array(bytes(column)))
        }
    }

    /// The start of a value, for people: as much as a line shows, copied.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The value, a long text or blob cut.
    package func start(_ column: Int) -> SourceValue {
        switch storageClass(column) {
        case .text: .text(Array((malformedText(column) ?? bytes(column)).prefix(128)))
        case .blob: .blob(Array(bytes(column).prefix(128)))
        default: value(column)
        }
    }

    /// A value as text for people and for names: never for data on its way.
    ///
    /// - Parameter column: The column, from 0.
    /// - Returns: The text with invalid bytes replaced, or nil for NULL.
    package func text(_ column: Int) -> String? {
        switch storageClass(column) {
        case .null: nil
        case .integer: String(integer(column))
        case .real: String(real(column))
        case .text, .blob: String(decoding: bytes(column), as: UTF8.self)
        }
    }
}

// because a statement belongs to the thread of its connection
@available(*, unavailable)
extension SourceStatement: Sendable {}
