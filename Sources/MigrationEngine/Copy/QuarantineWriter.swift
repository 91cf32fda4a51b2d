/// Writes rows of the source into `cutover.quarantine`, straight from SQLite's memory.
///
/// By COPY, because a message with parameters would hold all values of a row at once, more than
/// once, and the server ends a session that sends one above 1 GiB.
final class QuarantineWriter {
    /// The most bytes of a row's values: what the server takes as one array.
    private static let rowLimit = 1_070_000_000

    private let target: TargetConnection
    private let run: String
    private let buffer = ByteBuffer(keepsLargeOutside: true)

    init(_ target: TargetConnection, run: String) {
        self.target = target
        self.run = run
    }

    /// A row on its way into quarantine: a statement that stands on it, and why it goes.
    struct Entry {
        var row: QuarantinedRow
        var statement: SourceStatement
        /// What reads the columns of the statement.
        var reader: RowReader
    }

    /// Puts rows into quarantine, in the caller's transaction.
    ///
    /// - Parameter next: Moves to the next row and describes it; nil at the end.
    /// - Returns: How many rows there were.
    /// - Throws: ``UnkeepableRow``, ``SourceError``, ``TargetError``, or what `next` throws.
    @discardableResult
    func write(_ next: () throws -> Entry?) throws -> Int {
        var last: QuarantinedRow?
        do {
            return try CopyStream.run(on: target, Self.statement, through: buffer) {
                guard let entry = try next() else { return false }
                last = entry.row
                try append(entry)
                return true
            }
        } catch let error as TargetError where error.isAboutRow {
            guard let last else { throw error }
            throw UnkeepableRow(row: last, bytes: nil, cause: error.cause)
        }
    }

    private static let statement = """
        COPY cutover.quarantine (run_id, table_name, key_text, key_bytes, column_name, reason,
            sql_state, columns, classes, row_values) FROM STDIN (FORMAT binary)
        """

    private func append(_ entry: Entry) throws(UnkeepableRow) {
        let row = entry.row
        buffer.append(Int16(10))
        append(text: run)
        append(text: row.table)
        append(text: Self.storable(row.key.description))
        append(bytes: row.key.bytes)
        append(text: row.column)
        append(text: row.reason)
        append(text: row.sqlState)
        append(texts: entry.reader.columns.map(\.name))
        append(
            texts: entry.reader.columns.indices.map {
                entry.statement.storageClass(entry.reader.storedPlace($0)).rawValue
            }
        )
        try appendValues(entry)
    }

    /// One value of a row: numbers as digits, text and bytes where SQLite has them.
    private enum Piece {
        case null
        case digits([UInt8])
        case stored(UnsafeRawBufferPointer)

        var count: Int {
            switch self {
            case .null: 0
            case .digits(let digits): digits.count
            case .stored(let bytes): bytes.count
            }
        }
    }

    private func appendValues(_ entry: Entry) throws(UnkeepableRow) {
        let statement = entry.statement
        let pieces = entry.reader.columns.indices.map { index -> Piece in
            let column = entry.reader.storedPlace(index)
            switch statement.storageClass(column) {
            case .null: return .null
            case .integer, .real: return .digits(statement.value(column).storedBytes ?? [])
            case .text, .blob:
                return .stored(statement.malformedText(column) ?? statement.bytes(column))
            }
        }
        let size = pieces.reduce(0) { $0 + 4 + $1.count }
        guard size <= Self.rowLimit else {
            throw UnkeepableRow(row: entry.row, bytes: size, cause: nil)
        }
        appendArray(element: Self.byteaType, count: pieces.count, size: size)
        for piece in pieces {
            switch piece {
            case .null: buffer.append(Int32(-1))
            case .digits(let digits): append(bytes: digits)
            case .stored(let bytes):
                buffer.append(Int32(bytes.count))
                buffer.append(bytes)
            }
        }
    }

    private func append(text: String?) {
        guard let text else { return buffer.append(Int32(-1)) }
        append(bytes: Array(text.utf8))
    }

    private func append(bytes: [UInt8]) {
        buffer.append(Int32(bytes.count))
        bytes.withUnsafeBytes { buffer.append($0) }
    }

    private func append(texts: [String]) {
        appendArray(
            element: Self.textType,
            count: texts.count,
            size: texts.reduce(0) { $0 + 4 + $1.utf8.count }
        )
        for text in texts { append(text: text) }
    }

    /// PostgreSQL's numbers of the types `bytea` and `text`, which never change.
    private static let byteaType: Int32 = 17
    private static let textType: Int32 = 25

    /// Opens a field that holds an array of one dimension, in the form of `array_recv`.
    private func appendArray(element: Int32, count: Int, size: Int) {
        let head = count == 0 ? 12 : 20
        buffer.append(Int32(head + size))
        buffer.append(Int32(count == 0 ? 0 : 1))
        buffer.append(Int32(1))
        buffer.append(element)
        guard count > 0 else { return }
        buffer.append(Int32(count))
        buffer.append(Int32(1))
    }

    /// Text that a `text` column takes: the real bytes stand beside it.
    private static func storable(_ text: String) -> String {
        text.replacing("\0", with: "\u{2400}")
    }
}

/// A row that neither its table nor the quarantine can hold.
struct UnkeepableRow: Error {
    var row: QuarantinedRow
    /// The size of its values, when that is why.
    var bytes: Int?
    var cause: MigrationError.Cause?

    /// The error for the operator.
    func failure(_ stage: String, kept: MigrationError.Kept) -> MigrationError {
        let size = bytes.map { " of \($0) bytes" } ?? ""
        return MigrationError(
            .sourceData,
            "a row\(size) does not fit into the target, nor into the quarantine: \(row.reason)",
            place: .init(
                stage,
                side: .source,
                table: row.table,
                column: row.column,
                row: row.key.names.first == "rowid" ? row.key.description : nil
            ),
            kept: kept,
            remedy: "PostgreSQL holds less than 1 GiB in a row: make the row's values smaller in "
                + "the source, or move them to rows of their own; then run the same command again",
            cause: cause
        )
    }
}
