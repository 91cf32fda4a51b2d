/// Writes rows in PostgreSQL's binary COPY format, straight from SQLite's row to one buffer.
///
/// - SeeAlso: <https://www.postgresql.org/docs/current/sql-copy.html> (Binary Format)
struct RowEncoder: Sendable {
    /// A value that the target's column cannot hold as it is.
    struct Misfit: Equatable, Sendable {
        /// The place of the column among the encoded ones.
        var column: Int
        /// Why, without the value.
        var reason: String
    }

    /// What opens every stream: signature, no flags, no extension.
    static let header: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    /// What ends every stream.
    static let trailer: [UInt8] = [0xff, 0xff]

    /// The conversions of each column, nil when the table has none.
    let converters: [ValueConverter?]?
    /// What is needed of each column for each value: nothing in it is counted by reference.
    let fields: [Field]

    /// A column as every value needs it.
    struct Field: Sendable {
        let type: TargetType
        let isNotNull: Bool
    }

    init(columns: [TargetColumn]) {
        fields = columns.map { Field(type: $0.type, isNotNull: $0.isNotNull) }
        converters = ValueConverter.converters(of: columns)
    }

    /// Appends the current row.
    ///
    /// - Parameters:
    ///   - statement: A statement that stands on a row.
    ///   - first: The column of the statement that is the first of ours.
    ///   - buffer: Gets the row; unchanged when a value does not fit.
    ///   - tally: Counts the cells of the row that are converted.
    /// - Returns: The first value that does not fit.
    func append(
        _ statement: SourceStatement,
        from first: Int,
        to buffer: ByteBuffer,
        tally: ConversionTally? = nil
    ) -> Misfit? {
        if let converters {
            return append(statement, from: first, to: buffer, converters, tally)
        }
        let start = buffer.count
        buffer.append(Int16(truncatingIfNeeded: fields.count))
        for index in fields.indices {
            if let reason = append(fields[index], statement, first + index, to: buffer) {
                buffer.truncate(to: max(start, 0))
                return Misfit(column: index, reason: reason)
            }
        }
        return nil
    }

    /// Appends one cell; returns why it does not fit.
    @inline(__always)
    func append(
        _ column: Field,
        _ statement: SourceStatement,
        _ index: Int,
        to buffer: ByteBuffer
    ) -> String? {
        switch statement.storageClass(index) {
        case .null:
            if column.isNotNull { return "NULL in a column that is NOT NULL in the target" }
            buffer.append(Int32(-1))
            return nil
        case .integer: return append(statement.integer(index), as: column.type, to: buffer)
        case .real: return append(statement.real(index), as: column.type, to: buffer)
        case .text:
            if statement.malformedText(index) != nil { return "text that is not valid UTF-16" }
            return append(text: statement.bytes(index), as: column.type, to: buffer)
        case .blob: return append(blob: statement.bytes(index), as: column.type, to: buffer)
        }
    }

    @inline(__always)
    func append(_ value: Int64, as type: TargetType, to buffer: ByteBuffer) -> String? {
        switch type {
        case .bigint:
            buffer.append(Int32(8))
            buffer.append(value)
        case .integer:
            guard let narrow = Int32(exactly: value) else { return "beyond 32 bits" }
            buffer.append(Int32(4))
            buffer.append(narrow)
        case .smallint:
            guard let narrow = Int16(exactly: value) else { return "beyond 16 bits" }
            buffer.append(Int32(2))
            buffer.append(narrow)
        case .boolean:
            guard value == 0 || value == 1 else { return "an integer other than 0 and 1" }
            buffer.append(Int32(1))
            buffer.append(UInt8(value))
        case .doublePrecision:
            guard Int64(exactly: Double(value)) == value else {
                return "an integer that a double precision cannot hold exactly"
            }
            buffer.append(Int32(8))
            buffer.append(Double(value).bitPattern)
        case .numeric: NumericWire(value).append(to: buffer)
        default: return rare(value, as: type, to: buffer)
        }
        return nil
    }

    func append(_ value: Double, as type: TargetType, to buffer: ByteBuffer) -> String? {
        switch type {
        case .doublePrecision:
            buffer.append(Int32(8))
            buffer.append(value.bitPattern)
        case .numeric:
            if value == 0, value.sign == .minus { return "negative zero, which numeric has not" }
            guard let numeric = NumericWire(value) else { return "infinite" }
            numeric.append(to: buffer)
        default: return rare(value, as: type, to: buffer)
        }
        return nil
    }

    @inline(__always)
    func append(
        text bytes: UnsafeRawBufferPointer,
        as type: TargetType,
        to buffer: ByteBuffer
    ) -> String? {
        switch type {
        case .text: break
        case .varchar(let limit):
            // Fewer bytes than the limit are surely fewer characters.
            if bytes.count > limit && Self.characters(bytes) > limit {
                return "longer than \(limit) characters"
            }
        case .date: return appendDate(bytes, to: buffer)
        case .timestamp: return appendTimestamp(bytes, to: buffer)
        default: return rare(text: bytes, as: type, to: buffer)
        }
        return append(plain: bytes, to: buffer)
    }

    @inline(__always)
    func append(plain bytes: UnsafeRawBufferPointer, to buffer: ByteBuffer) -> String? {
        if TextBytes.containsNUL(bytes) { return "text with a NUL, which text cannot hold" }
        if !TextBytes.isUTF8(bytes) { return "text that is not valid UTF-8" }
        guard bytes.count < 1 << 30 else { return "longer than 1 GiB" }
        buffer.append(Int32(bytes.count))
        buffer.append(bytes)
        return nil
    }

    func append(
        blob bytes: UnsafeRawBufferPointer,
        as type: TargetType,
        to buffer: ByteBuffer
    ) -> String? {
        guard type == .bytea else { return rare(blob: bytes, as: type, to: buffer) }
        guard bytes.count < 1 << 30 else { return "longer than 1 GiB" }
        buffer.append(Int32(bytes.count))
        buffer.append(bytes)
        return nil
    }

    private func appendDate(_ bytes: UnsafeRawBufferPointer, to buffer: ByteBuffer) -> String? {
        guard let time = TimeText(bytes), !time.hasTime else { return "not a date YYYY-MM-DD" }
        buffer.append(Int32(4))
        buffer.append(Int32(time.daysFrom2000))
        return nil
    }

    private func appendTimestamp(
        _ bytes: UnsafeRawBufferPointer,
        to buffer: ByteBuffer
    ) -> String? {
        guard let time = TimeText(bytes) else { return "not a date or a date and time" }
        // SQLite's own clock is UTC, so Z says nothing new; any other offset would be lost.
        guard time.offsetMinutes ?? 0 == 0 else {
            return "a time with an offset, which timestamp cannot hold"
        }
        buffer.append(Int32(8))
        buffer.append(time.microsecondsFrom2000)
        return nil
    }

    static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.reduce(0) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }
    }
}
