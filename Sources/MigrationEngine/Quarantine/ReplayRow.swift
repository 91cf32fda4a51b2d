/// A row on its way from the quarantine into the target.
struct ReplayRow {
    /// The columns, with the conversions that the encoder applies.
    private(set) var columns: [ReplayTable.Column] = []
    private var values: [SourceValue] = []
    /// What stands in the place of stored values, by the operator's word or by a rule of today.
    private(set) var edits: [(column: String, value: SourceValue)] = []
    /// The cells that conversions have changed.
    private(set) var counts: [(column: String, conversion: Conversion, cells: Int)] = []

    /// Adds a value as it is stored.
    mutating func add(
        _ column: ReplayTable.Column,
        _ value: SourceValue
    ) throws(SourceError) {
        guard column.cast == nil || column.target.conversions.isEmpty else {
            // The encoder would not write what conversions give for a column that reads text.
            var plain = column
            plain.target.conversions = []
            switch try converted(column.target, value) {
            case .stored(let value): return try add(plain, value)
            case .decimal(let digits):
                return try add(plain, .string(DecimalDigits(digits)?.text ?? ""))
            }
        }
        columns.append(column)
        guard column.isReadByServer, column.target.conversions.isEmpty else {
            return values.append(value)
        }
        switch value {
        case .integer(let number): values.append(.string(String(number)))
        case .real(let number): values.append(.string(String(number)))
        case .blob(let bytes) where column.cast?.takesBytes == true && bytes.count == 16:
            values.append(.string(bytes.hexadecimal))
        default: values.append(value)
        }
    }

    /// Adds a value in the place of the stored one.
    ///
    /// The run's conversions do not touch it. Text of digits is a number to a column of numbers:
    /// so a number may have more digits than SQLite's own numbers hold.
    mutating func edit(
        _ column: ReplayTable.Column,
        _ value: SourceValue
    ) throws(SourceError) {
        var column = column
        column.target.conversions = []
        edits.append((column.target.sourceName, value))
        if case .text = value, EditedNumber.isRead(by: column.target.type) {
            column.target.conversions = EditedNumber.conversions
        }
        try add(column, value)
    }

    /// Adds what conversions of today make of a stored value.
    mutating func edit(
        _ column: ReplayTable.Column,
        _ value: SourceValue,
        _ conversions: [Conversion]
    ) throws(SourceError) {
        var anew = column.target
        anew.conversions = conversions
        switch try converted(anew, value) {
        case .stored(let value): try edit(column, value)
        case .decimal(let digits): try edit(column, .text(digits))
        }
    }

    /// Converts a value and counts it.
    private mutating func converted(
        _ column: TargetColumn,
        _ value: SourceValue
    ) throws(SourceError) -> ValueConverter.Value {
        let tally = ConversionTally(slots: column.conversions.count)
        let converted = try ReplayRules.converted(value, column, tally)
        tally.countRow()
        for (conversion, cells) in zip(column.conversions, tally.cells) where cells > 0 {
            counts.append((column.sourceName, conversion, cells))
        }
        return converted
    }

    /// Writes the row.
    ///
    /// - Parameters:
    ///   - table: Its table.
    ///   - target: The connection, in the caller's transaction.
    /// - Throws: ``ReplayRefusal``, ``TargetError``, ``SourceError``.
    mutating func write(_ table: ReplayTable, _ target: TargetConnection) throws {
        let statement = try Self.statement(values)
        let converted = columns.flatMap { column in
            column.target.conversions.map { (column.target.sourceName, $0) }
        }
        let tally = ConversionTally(slots: converted.count)
        let isPlain = !columns.contains { $0.isReadByServer }
        let buffer = ByteBuffer(keepsLargeOutside: isPlain)
        if isPlain { RowEncoder.header.withUnsafeBytes { buffer.append($0) } }
        let encoder = RowEncoder(columns: columns.map(\.target))
        if let misfit = encoder.append(statement, from: 0, to: buffer, tally: tally) {
            let column = columns[misfit.column]
            let reason = column.isReadByServer ? "\(misfit.reason) (\(column.type))" : misfit.reason
            throw ReplayRefusal(column: column.target.sourceName, reason: reason)
        }
        tally.countRow()
        // Large values are sent from where SQLite has them.
        let taken = try withExtendedLifetime(statement) {
            try isPlain ? copy(buffer, table, target) : insert(buffer, table, target)
        }
        guard taken == 1 else {
            throw ReplayRefusal(reason: "a trigger or a rule of the target did not take the row")
        }
        for (slot, cells) in zip(converted, tally.cells) where cells > 0 {
            guard !edits.contains(where: { $0.column.isExactly(slot.0) }) else { continue }
            counts.append((slot.0, slot.1, cells))
        }
    }

    private var names: String {
        columns.map { TargetConnection.quote($0.target.name) }.joined(separator: ", ")
    }

    private func copy(
        _ buffer: ByteBuffer,
        _ table: ReplayTable,
        _ target: TargetConnection
    ) throws -> Int {
        RowEncoder.trailer.withUnsafeBytes { buffer.append($0) }
        let stream = try CopyStream(
            on: target,
            "COPY \(table.qualifiedName) (\(names)) FROM STDIN (FORMAT binary)"
        )
        do {
            try stream.send(buffer)
        } catch {
            stream.abort("the row could not be sent")
            throw error
        }
        return try stream.finish()
    }

    /// Writes a row some of whose values the server reads from text, which COPY cannot mix.
    ///
    /// The server's input is lenient, so what it made of a text must read as the text again.
    private func insert(
        _ buffer: ByteBuffer,
        _ table: ReplayTable,
        _ target: TargetConnection
    ) throws -> Int {
        var parameters = Self.parameters(buffer, columns)
        let marks = columns.enumerated().map { index, column in
            column.cast.map {
                Staging.expression($0, column.target.name, reading: "$\(index + 1)::text")
            } ?? "$\(index + 1)"
        }.joined(separator: ", ")
        if columns.contains(where: { $0.cast != nil }) {
            try target.execute(Staging.makeRefusal)
        }
        let read = columns.indices.filter { columns[$0].isReadByServer && columns[$0].cast == nil }
        var checks: [String] = []
        for index in read {
            parameters.append(parameters[index])
            // What the type prints; its cast to text can say more.
            let name = TargetConnection.quote(columns[index].target.name)
            checks.append("format('%s', \(name)) = coalesce($\(parameters.count)::text, '')")
        }
        // COPY writes identities of either kind; INSERT only when it is told to.
        let rows = try target.query(
            "INSERT INTO \(table.qualifiedName) (\(names)) OVERRIDING SYSTEM VALUE "
                + "VALUES (\(marks)) RETURNING \((["true"] + checks).joined(separator: ", "))",
            parameters
        )
        for (place, index) in read.enumerated() where rows.rows.first?[place + 1] == "f" {
            throw ReplayRefusal(
                column: columns[index].target.sourceName,
                reason: "\(columns[index].type) would store another text"
            )
        }
        return rows.affected
    }

    /// The fields of an encoded row as parameters: in the type's binary form, or as text.
    private static func parameters(
        _ buffer: ByteBuffer,
        _ columns: [ReplayTable.Column]
    ) -> [TargetParameter] {
        let bytes = buffer.bytes
        var offset = 2
        return columns.map { column in
            let length = Int(bytes.bigEndian(offset, as: Int32.self))
            offset += 4
            guard length >= 0 else { return .null }
            defer { offset += length }
            let field = Array(bytes[offset..<offset + length])
            return column.isReadByServer
                ? .text(String(decoding: field, as: UTF8.self)) : .bytes(field)
        }
    }

    /// A statement that stands on a row of values, as if SQLite had read them.
    static func statement(_ values: [SourceValue]) throws(SourceError) -> SourceStatement {
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        let statement = try SourceConnection(path: ":memory:", access: .create)
            .prepare("SELECT \(marks.isEmpty ? "1" : marks)")
        try statement.bind(values)
        _ = try statement.step()
        return statement
    }
}

/// Text that was put in the place of a value of a column of numbers.
enum EditedNumber {
    /// What replay and verify do to such text.
    static let conversions: [Conversion] = [.decimalText]

    /// Whether a column takes such text.
    ///
    /// - Parameter type: The type of the column.
    /// - Returns: True for numbers.
    static func isRead(by type: TargetType) -> Bool {
        switch type {
        case .smallint, .integer, .bigint, .boolean, .real, .doublePrecision, .numeric, .decimal:
            true
        default: false
        }
    }
}
