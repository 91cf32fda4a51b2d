/// What the target's quarantine says of the rows of one table.
struct QuarantinedRows: Sendable {
    /// Why a row of the source is not in the target.
    enum Absence: Sendable {
        case waiting
        case accepted
    }

    /// A row that came into the target with values that the operator chose.
    struct Edit: Sendable {
        /// All values as the source had them, by folded column name.
        var stored: [String: SourceValue] = [:]
        /// The values that were put in their place, by folded column name.
        var edited: [String: SourceValue] = [:]
    }

    private var absent: [[UInt8]: (waiting: Int, accepted: Int)] = [:]
    /// Rows with chosen values, by key.
    private(set) var edits: [[UInt8]: Edit] = [:]

    /// Whether there is nothing to look up.
    var isEmpty: Bool { absent.isEmpty && edits.isEmpty }

    /// The rows that are not in the target.
    var count: Int { absent.values.reduce(0) { $0 + $1.waiting + $1.accepted } }

    /// The rows among them whose absence is accepted.
    var acceptedCount: Int { absent.values.reduce(0) { $0 + $1.accepted } }

    /// Whether a row with this key is not in the target.
    func holds(_ key: [UInt8]) -> Bool { absent[key] != nil }

    /// Takes one row with a key out: of rows that are alike as many are absent as are in quarantine.
    mutating func take(_ key: [UInt8]) -> Absence? {
        guard let counts = absent[key] else { return nil }
        let kind = counts.waiting > 0 ? Absence.waiting : .accepted
        switch kind {
        case .waiting: absent[key]?.waiting -= 1
        case .accepted: absent[key]?.accepted -= 1
        }
        if counts.waiting + counts.accepted == 1 { absent[key] = nil }
        return kind
    }

    private mutating func add(_ key: [UInt8], isAccepted: Bool) {
        let counts = absent[key] ?? (0, 0)
        absent[key] =
            isAccepted
            ? (counts.waiting, counts.accepted + 1) : (counts.waiting + 1, counts.accepted)
    }

    /// Reads the quarantine of a run, by table.
    static func read(
        _ run: String,
        _ connection: TargetConnection
    ) throws(TargetError) -> NameTable<QuarantinedRows> {
        var tables: NameTable<QuarantinedRows> = [:]
        let states = try RunState.QuarantineStates(connection)
        let literal = TargetConnection.literal(run)
        // By COPY, because there can be as many as rows.
        var reader = try CopyReader(
            on: connection,
            """
            COPY (SELECT \(states.isAccepted), convert_to(table_name, 'UTF8'),
                \(RowKey.storedBytes)
                FROM cutover.quarantine WHERE run_id = \(literal) AND \(states.isAbsent))
            TO STDOUT (FORMAT binary)
            """
        )
        var start = TargetCanonicalizer.headerLength
        while let message = try reader.next() {
            defer { start = 0 }
            guard message.count > start + 2 else { continue }
            var offset = start + 2
            func field() -> UnsafeRawBufferPointer {
                let length = Int(message.bigEndian(offset, as: Int32.self))
                offset += 4 + length
                return UnsafeRawBufferPointer(rebasing: message[offset - length..<offset])
            }
            let isAccepted = field().first == 1
            let table = String(decoding: field(), as: UTF8.self)
            tables[table, default: QuarantinedRows()].add(Array(field()), isAccepted: isAccepted)
        }
        if try RunState.hasQuarantineColumns(connection) {
            try readEdits(run, connection, &tables)
        }
        return tables
    }

    /// Reads what the operator chose for one row; nil when nothing.
    static func edit(
        _ run: String,
        _ table: String,
        _ key: [UInt8],
        _ connection: TargetConnection
    ) throws(TargetError) -> Edit? {
        var tables: NameTable<QuarantinedRows> = [:]
        try readEdits(run, connection, &tables, of: (table, key))
        return tables[table]?.edits[key]
    }

    private static func readEdits(
        _ run: String,
        _ connection: TargetConnection,
        _ tables: inout NameTable<QuarantinedRows>,
        of row: (table: String, key: [UInt8])? = nil
    ) throws(TargetError) {
        let one = row == nil ? "" : " AND q.table_name = $2 AND \(RowKey.storedBytes) = $3"
        let rows = try connection.query(
            """
            SELECT q.table_name, encode(\(RowKey.storedBytes), 'hex'), v.is_edited, v.name, v.class,
                encode(v.value, 'hex')
            FROM cutover.quarantine q CROSS JOIN LATERAL (
                SELECT false AS is_edited, * FROM unnest(q.columns, q.classes, q.row_values)
                    AS c(name, class, value)
                UNION ALL
                SELECT true, * FROM unnest(q.edited_columns, q.edited_classes, q.edited_values)
                    AS c(name, class, value)
            ) v WHERE q.run_id = $1 AND q.replayed_at IS NOT NULL AND q.edited_columns IS NOT NULL\(one)
            """,
            [.text(run)] + (row.map { [.text($0.table), .bytes($0.key)] } ?? [])
        ).rows
        for row in rows {
            guard let kind = StorageClass(rawValue: row[4] ?? ""),
                let value = SourceValue(kind, stored: [UInt8](hexadecimal: row[5] ?? ""))
            else { continue }
            let key = [UInt8](hexadecimal: row[1] ?? "")
            let column = (row[3] ?? "").foldedName
            var edit = tables[row[0] ?? "", default: QuarantinedRows()].edits[key] ?? Edit()
            if row[2] == "t" { edit.edited[column] = value } else { edit.stored[column] = value }
            tables[row[0] ?? "", default: QuarantinedRows()].edits[key] = edit
        }
    }
}

/// Compares rows that came into the target with values that the operator chose.
final class EditComparison {
    private let comparison: TableComparison
    private let statement: SourceStatement
    /// What the target must hold, for the row that was asked for last.
    let expected: CanonicalRow

    init(_ comparison: TableComparison) throws(SourceError) {
        self.comparison = comparison
        let marks = comparison.columns.map { _ in "?" }.joined(separator: ", ")
        // SQLite gives the values back as if it had read them, so that one code canonicalizes all.
        statement = try SourceConnection(path: ":memory:", access: .create)
            .prepare("SELECT \(marks.isEmpty ? "1" : marks)")
        expected = CanonicalRow(width: comparison.rules.count, keyWidth: comparison.keyWidth)
    }

    /// Fills ``expected`` with a row in which some values were chosen anew.
    func expect(
        _ edit: QuarantinedRows.Edit,
        _ value: (Int) -> SourceValue?
    ) throws(SourceError) {
        statement.reset()
        for (index, column) in comparison.columns.enumerated() {
            let chosen = edit.edited[column.source.foldedName] ?? value(index) ?? .null
            try statement.bind(chosen, at: index + 1)
        }
        _ = try statement.step()
        let readings = comparison.columns.map { column in
            edit.edited[column.source.foldedName].map { reading($0, column.rule) } ?? column.reading
        }
        SourceCanonicalizer(rules: comparison.rules, readings: readings)
            .fill(expected, statement, from: 0)
    }

    /// A chosen value stands as it is; text of digits is a number where numbers are kept.
    private func reading(_ chosen: SourceValue, _ rule: EqualityRule) -> ConvertedReading? {
        guard case .text = chosen else { return nil }
        switch rule {
        case .integer, .boolean, .numeric, .double, .single:
            return ConvertedReading(EditedNumber.conversions, length: nil)
        default: return nil
        }
    }

    /// Whether a row of the target is what was expected of it.
    ///
    /// What the target computes from a chosen value is not compared.
    func isExpected(_ row: CanonicalRow) -> Bool {
        comparison.columns.indices.allSatisfy { index in
            isGenerated(index) || expected.cell(index).compare(row.cell(index)) == 0
        }
    }

    /// Whether an edit gives its row another key.
    func movesKey(_ edit: QuarantinedRows.Edit) -> Bool {
        comparison.columns.prefix(comparison.keyWidth)
            .contains { edit.edited[$0.source.foldedName] != nil }
    }

    /// The key of a canonical row as bytes.
    func key(_ row: CanonicalRow) -> [UInt8] {
        (0..<comparison.keyWidth).flatMap { Array(row.cell($0)) }
    }

    /// Whether the target may compute a column, from values that were chosen too.
    func isGenerated(_ index: Int) -> Bool {
        let column = comparison.source.column(comparison.columns[index].source)
        return column.map { $0.generation != .none } ?? false
    }
}
