/// A temporary table in which rows stand as text where the target has types that the encoder does
/// not write, until the server has read them.
///
/// The target's own reading decides what a text means. Where it is more lenient than "the same
/// value", see ``ExistingType/Cast/condition``, a row is refused before it is stored.
struct Staging: Sendable {
    /// The temporary table.
    let name: String
    private let create: String
    private let insert: String
    /// A query for each column that the server reads, to find the one that it refuses.
    private let probes: [(column: String, sql: String)]
    /// By place of the column: whether text is sent, and whether 16 bytes are hexadecimal digits.
    private let isText: [Bool]
    private let takesBytes: [Bool]
    private let types: [String]
    private let casts: NameTable<ExistingType.Cast>

    init(_ table: TargetTable, into qualifiedName: String, _ casts: NameTable<ExistingType.Cast>) {
        let quote = TargetConnection.quote
        name = "pg_temp." + quote(TargetName.fitted("cutover_" + table.name))
        let own = table.columns.map { casts[$0.name] }
        isText = own.map { $0 != nil }
        takesBytes = own.map { $0?.takesBytes ?? false }
        self.casts = casts
        types = zip(table.columns, own).map { $1?.type ?? $0.type.sql }
        let declared = table.columns.map { "\(quote($0.name)) \($0.type.sql)" }
        create =
            "CREATE TEMP TABLE IF NOT EXISTS \(name.dropFirst("pg_temp.".count)) "
            + "(\(declared.joined(separator: ", ")))"
        let read = zip(table.columns, own).map { column, cast in
            cast.map { Self.expression($0, column) } ?? "s.\(quote(column.name))"
        }
        let columns = table.columns.map { quote($0.name) }.joined(separator: ", ")
        insert =
            "INSERT INTO \(qualifiedName) (\(columns)) OVERRIDING SYSTEM VALUE "
            + "SELECT \(read.joined(separator: ", ")) FROM \(name) s"
        let from = name
        probes = zip(table.columns, own).compactMap { column, cast in
            cast.map { (column.name, "SELECT \(Self.expression($0, column)) FROM \(from) s") }
        }
    }

    private static func expression(_ cast: ExistingType.Cast, _ column: TargetColumn) -> String {
        expression(cast, column.name, reading: "s.\(TargetConnection.quote(column.name))")
    }

    /// What reads a text strictly in SQL.
    ///
    /// - Parameters:
    ///   - cast: How.
    ///   - column: The column that an error names.
    ///   - value: The text in SQL.
    /// - Returns: An expression; it needs ``makeRefusal``.
    static func expression(
        _ cast: ExistingType.Cast,
        _ column: String,
        reading value: String
    ) -> String {
        guard let condition = cast.condition?.replacing("{}", with: value) else {
            return "\(value)::\(cast.type)"
        }
        let names = [column, cast.reason].map(TargetConnection.literal).joined(separator: ", ")
        return "CASE WHEN \(value) IS NULL OR (\(condition)) THEN \(value) "
            + "ELSE pg_temp.cutover_refuse(\(names)) END::\(cast.type)"
    }

    /// Makes what ends a statement for a text that does not fit; harmless when it is there.
    ///
    /// Volatile, so that it is called for a row that needs it and not while planning.
    static let makeRefusal = """
        CREATE OR REPLACE FUNCTION pg_temp.cutover_refuse(name text, reason text)
        RETURNS text LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            RAISE EXCEPTION USING ERRCODE = '22000', MESSAGE = reason, COLUMN = name;
        END $$
        """

    /// Makes what the session needs; harmless when it is there.
    func prepare(_ target: TargetConnection) throws(TargetError) {
        try target.execute(
            """
            SET LOCAL client_min_messages = warning;
            \(create);
            \(Self.makeRefusal)
            """
        )
    }

    /// The values of the source that a text of the target can have been read from.
    ///
    /// - Parameters:
    ///   - text: The target's text form.
    ///   - column: The column in the target.
    /// - Returns: The values, none when the text does not tell; nil when the server did not read
    ///   the column.
    func origins(of text: String, column: String) -> [SourceValue]? {
        guard let cast = casts[column] else { return nil }
        guard cast.takesBytes else { return cast.keepsText ? [.string(text)] : [] }
        let digits = text.replacing("-", with: "")
        var spellings = [text, digits]
        for upper in spellings.map({ $0.uppercased() }) where !spellings.contains(upper) {
            spellings.append(upper)
        }
        return spellings.map { SourceValue.string($0) } + [.blob([UInt8](hexadecimal: digits))]
    }

    /// Forgets the rows of the piece before.
    func empty(_ target: TargetConnection) throws(TargetError) {
        try target.execute("TRUNCATE \(name)")
    }

    /// Moves the rows into the target.
    ///
    /// - Returns: How many there were.
    /// - Throws: ``TargetError`` of the first row that does not fit.
    func settle(_ target: TargetConnection) throws(TargetError) -> Int {
        try target.query(insert).affected
    }

    /// Finds the column that makes the server refuse a row.
    ///
    /// - Parameters:
    ///   - target: The connection.
    ///   - sendRow: Sends the encoded row.
    /// - Returns: The error with the column's name; nil when it is none that the server reads.
    /// - Throws: ``TargetError``, or what `sendRow` throws.
    func blame(
        _ target: TargetConnection,
        sendRow: (borrowing CopyStream) throws -> Void
    ) throws -> TargetError? {
        try target.execute("SAVEPOINT blame")
        defer { try? target.execute("ROLLBACK TO blame; RELEASE blame") }
        do {
            try send(target, sendRow)
            for probe in probes {
                if let error = try refusal(of: probe.sql, target) {
                    return error.about(column: probe.column)
                }
            }
        } catch let error as TargetError where error.isAboutRow {
            // The staging table itself refuses it: no column that the server reads.
        }
        return nil
    }

    private func send(
        _ target: TargetConnection,
        _ sendRow: (borrowing CopyStream) throws -> Void
    ) throws {
        try empty(target)
        let stream = try CopyStream(on: target, "COPY \(name) FROM STDIN (FORMAT binary)")
        do {
            try RowEncoder.header.withUnsafeBytes { try stream.send($0) }
            try sendRow(stream)
            try RowEncoder.trailer.withUnsafeBytes { try stream.send($0) }
        } catch {
            stream.abort("the row could not be sent")
            throw error
        }
        _ = try stream.finish()
    }

    private func refusal(
        of sql: String,
        _ target: TargetConnection
    ) throws(TargetError) -> TargetError? {
        try target.execute("SAVEPOINT probe")
        do throws(TargetError) {
            try target.query(sql)
            return nil
        } catch {
            guard error.isAboutRow else { throw error }
            try target.execute("ROLLBACK TO probe")
            return error
        }
    }

    /// Appends a row, with the text of values that the server reads.
    func append(
        _ statement: SourceStatement,
        from first: Int,
        to buffer: ByteBuffer,
        _ encoder: RowEncoder,
        _ tally: ConversionTally?
    ) -> RowEncoder.Misfit? {
        let start = buffer.count
        tally?.dropRow()
        buffer.append(Int16(truncatingIfNeeded: isText.count))
        for index in isText.indices {
            let place = first + index
            let reason: String?
            if let converter = encoder.converters?[index], statement.malformedText(place) == nil {
                let value = converter.value(statement, place, tally)
                reason =
                    isText[index]
                    ? text(index, value, encoder, buffer)
                    : encoder.append(value, encoder.fields[index], to: buffer)
            } else {
                reason =
                    isText[index]
                    ? text(index, statement, place, encoder, buffer)
                    : encoder.append(encoder.fields[index], statement, place, to: buffer)
            }
            if let reason {
                buffer.truncate(to: max(start, 0))
                tally?.dropRow()
                return RowEncoder.Misfit(column: index, reason: reason)
            }
        }
        return nil
    }

    private func text(
        _ index: Int,
        _ statement: SourceStatement,
        _ place: Int,
        _ encoder: RowEncoder,
        _ buffer: ByteBuffer
    ) -> String? {
        switch statement.storageClass(place) {
        case .null, .text:
            // As into any column of text.
            return encoder.append(encoder.fields[index], statement, place, to: buffer)
        case .integer: append(String(statement.integer(place)), to: buffer)
        case .real: append(statement.real(place).description, to: buffer)
        case .blob: return blob(index, Array(statement.bytes(place).prefix(17)), buffer)
        }
        return nil
    }

    /// Appends a value that was converted.
    private func text(
        _ index: Int,
        _ value: ValueConverter.Value,
        _ encoder: RowEncoder,
        _ buffer: ByteBuffer
    ) -> String? {
        switch value {
        case .stored(.null), .stored(.text):
            return encoder.append(value, encoder.fields[index], to: buffer)
        case .stored(.integer(let number)): append(String(number), to: buffer)
        case .stored(.real(let number)): append(number.description, to: buffer)
        case .stored(.blob(let bytes)): return blob(index, bytes, buffer)
        case .decimal(let bytes):
            // Without the sign and the point that say nothing.
            append(DecimalDigits(bytes)?.text ?? String(decoding: bytes, as: UTF8.self), to: buffer)
        }
        return nil
    }

    private func blob(_ index: Int, _ bytes: [UInt8], _ buffer: ByteBuffer) -> String? {
        guard takesBytes[index], bytes.count == 16 else {
            return "a blob where \(types[index]) is expected"
        }
        append(bytes.hexadecimal, to: buffer)
        return nil
    }

    private func append(_ text: String, to buffer: ByteBuffer) {
        var text = text
        text.withUTF8 { bytes in
            buffer.append(Int32(bytes.count))
            buffer.append(UnsafeRawBufferPointer(bytes))
        }
    }
}
