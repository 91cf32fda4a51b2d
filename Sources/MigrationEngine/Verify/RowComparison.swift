/// Looks one row up by its key on both sides and compares it cell by cell.
struct RowComparison {
    /// Characters of a value that are shown at most.
    private static let shown = 2_000

    private let verification: Verification
    private let source: SourceConnection
    private let target: TargetConnection
    private let comparison: TableComparison
    private let types: NameTable<String>

    /// Finds the table on both sides.
    init(
        _ verification: Verification,
        _ source: SourceConnection,
        _ target: TargetConnection
    ) throws {
        self.verification = verification
        self.source = source
        self.target = target
        let catalog = try CatalogReader.read(source)
        let wanted = verification.settings.table ?? ""
        let names = try NameMap(target, run: verification.run)
        let name = try VerifyPlan.table(wanted, catalog, names)
        guard let table = catalog.table(name) else {
            throw VerifyPlan.unknownTable(wanted, catalog)
        }
        let present = try TargetCatalog(target, schema: verification.schema)
        comparison = TableComparison(
            table,
            isUTF16: source.encoding != .utf8,
            names,
            present,
            schema: verification.schema
        )
        guard let columns = present.tables[comparison.targetName] else {
            throw Self.usage(
                "the target has no table \"\(comparison.targetName)\"",
                "compare the tables first: cutover verify"
            )
        }
        types = NameTable(columns.map { ($0.name, $0.type) })
    }

    /// Compares the row of a key.
    ///
    /// - Parameter key: The key's values, in the order of the key's columns.
    /// - Returns: What is on both sides.
    /// - Throws: ``MigrationError`` of code `usage`, ``SourceError`` or ``TargetError``.
    func compare(_ key: [String]) throws -> RowReport {
        let columns = try keyColumns(key)
        var report = RowReport(
            ok: false,
            table: comparison.source.name,
            targetTable: comparison.targetName,
            key: zip(columns, key).map { RowReport.Key(column: $0.source, value: $1) },
            inSource: false,
            inTarget: false,
            cells: [],
            quarantine: []
        )
        let left = CanonicalRow(width: comparison.columns.count)
        let statement = try sourceRow(columns.map(\.source), key)
        report.inSource = try statement.step()
        let stored = report.inSource ? comparison.columns.indices.map(statement.value) : nil
        var wanted = zip(columns, key).map { Self.literal($0.rule, $1) }
        var edit: QuarantinedRows.Edit?
        if let stored {
            SourceCanonicalizer(rules: comparison.rules, readings: comparison.readings)
                .fill(left, statement, from: 0)
            let values = columns.compactMap { column in
                comparison.columns.firstIndex { $0.source.isExactly(column.source) }.map {
                    stored[$0]
                }
            }
            let key = RowKey(names: columns.map(\.source), values: values)
            report.quarantine = try quarantine(key)
            if report.quarantine.contains(where: { $0.state == .replayed }), let run {
                edit = try QuarantinedRows.edit(run, comparison.source.name, key.bytes, target)
            }
            wanted = zip(columns, values).map { column, value in
                Self.literal(edit?.edited[column.source.foldedName] ?? value)
            }
        }
        let right = try targetRow(columns.map(\.target), wanted)
        report.inTarget = right != nil
        if stored != nil || right != nil { report.cells = cells(stored, left, right) }
        if let edit, let stored, let right {
            report.cells = try cells(report.cells, edit, stored, right)
        }
        let isAccepted =
            report.quarantine.contains { $0.state == .accepted }
            && !report.quarantine.contains { $0.state == .waiting }
        report.ok =
            report.inTarget
            ? report.inSource && report.cells.allSatisfy(\.equal)
            : report.inSource && isAccepted
        return report
    }

    private typealias Column = TableComparison.Column
    private var run: String? { verification.run }

    private func keyColumns(_ key: [String]) throws -> [Column] {
        let name = comparison.source.name
        let names = comparison.source.primaryKey.compactMap(\.name)
        guard !names.isEmpty else {
            throw Self.usage(
                "table \"\(name)\" has no primary key, so its rows are only compared as a whole",
                "see its differing rows with: cutover verify --table \(name)"
            )
        }
        let columns = names.compactMap { name in
            comparison.columns.first { $0.source.foldedName == name.foldedName }
        }
        guard columns.count == key.count, columns.count == names.count else {
            let list = names.joined(separator: ", ")
            throw Self.usage(
                "the key of \"\(name)\" is (\(list)), and \(key.count) values are given",
                "give \(names.count) values in that order: "
                    + names.map { "--key \($0.uppercased())" }.joined(separator: " ")
            )
        }
        return columns
    }

    private static func usage(_ message: String, _ remedy: String) -> MigrationError {
        MigrationError(.usage, message, place: .init("verify"), remedy: remedy)
    }

    private func sourceRow(_ columns: [String], _ key: [String]) throws -> SourceStatement {
        let quote = SourceConnection.quote
        var values: [SourceValue] = []
        let conditions = zip(columns, key).map { column, text in
            let candidates = Self.candidates(text)
            values += candidates
            return candidates.map { _ in "\(quote(column)) = ? COLLATE BINARY" }
                .joined(separator: " OR ")
        }
        let list = comparison.columns.map { $0.expression.map(RowReader.sql) ?? quote($0.source) }
            .joined(separator: ", ")
        let statement = try source.prepare(
            "SELECT \(list) FROM \(quote(comparison.source.storedName)) WHERE "
                + conditions.map { "(\($0))" }.joined(separator: " AND ")
        )
        try statement.bind(values)
        return statement
    }

    /// What a text on the command line can be as a stored value; a column's affinity does the rest.
    private static func candidates(_ text: String) -> [SourceValue] {
        var values: [SourceValue] = [.string(text)]
        if let integer = Int64(text) {
            values.append(.integer(integer))
        } else if let real = Double(text) {
            values.append(.real(real))
        }
        if let bytes = blob(text) { values.append(.blob(bytes)) }
        return values
    }

    /// The bytes of `x'00ff'`.
    private static func blob(_ text: String) -> [UInt8]? {
        guard let match = text.wholeMatch(of: /[xX]'((?:[0-9a-fA-F]{2})*)'/) else { return nil }
        return [UInt8](hexadecimal: match.1.lowercased())
    }

    private static func literal(_ rule: EqualityRule, _ text: String) -> String {
        if rule == .bytes, let bytes = blob(text) { return literal(.blob(bytes)) }
        return TargetConnection.literal(text)
    }

    private static func literal(_ value: SourceValue) -> String {
        if case .blob(let bytes) = value { return "'\\x\(bytes.hexadecimal)'::bytea" }
        let text = String(decoding: value.storedBytes ?? [], as: UTF8.self)
        // No text of the target holds a NUL, so what stands behind one is not looked for.
        return TargetConnection.literal(text.replacing("\0", with: ""))
    }

    private func targetRow(_ columns: [String], _ values: [String]) throws -> CanonicalRow? {
        let quote = TargetConnection.quote
        let list = comparison.columns.map { $0.rule.selected(quote($0.target)) }
            .joined(separator: ", ")
        let condition = zip(columns, values).map { "\(quote($0)) = \($1)" }
            .joined(separator: " AND ")
        do throws(TargetError) {
            var rows = try TargetRowStream(
                comparison,
                target,
                query: "COPY (SELECT \(list) FROM \(comparison.qualifiedName) WHERE \(condition)) "
                    + "TO STDOUT (FORMAT binary)"
            )
            return try rows.next()
        } catch {
            // What is no value of the key's type is no key of a row.
            guard error.sqlStateClass == "22" else { throw error }
            return nil
        }
    }

    private func quarantine(_ key: RowKey) throws -> [RowReport.Quarantined] {
        guard let run else { return [] }
        let decided =
            try RunState.hasQuarantineColumns(target)
            ? """
            CASE WHEN replayed_at IS NOT NULL THEN 'replayed'
                WHEN accepted_at IS NOT NULL THEN 'accepted' ELSE 'waiting' END,
                accepted_by || ': ' || accept_reason
            """
            : "'waiting', NULL"
        return try target.query(
            """
            SELECT id, column_name, reason, sql_state, \(decided) FROM cutover.quarantine
            WHERE run_id = $1 AND table_name = $2 AND \(RowKey.storedBytes) = $3
            ORDER BY id
            """,
            [.text(run), .text(comparison.source.name), .bytes(key.bytes)]
        ).rows.map { row in
            RowReport.Quarantined(
                id: row[0].flatMap { Int64($0) } ?? 0,
                column: row[1],
                reason: row[2] ?? "",
                sqlState: row[3],
                state: QuarantineState(rawValue: row[4] ?? "") ?? .waiting,
                accepted: row[5]
            )
        }
    }

    /// Judges the cells of a row that came into the target with values which the operator chose.
    private func cells(
        _ cells: [RowReport.Cell],
        _ edit: QuarantinedRows.Edit,
        _ stored: [SourceValue],
        _ right: CanonicalRow
    ) throws(SourceError) -> [RowReport.Cell] {
        let edits = try EditComparison(comparison)
        try edits.expect(edit) { stored[$0] }
        return cells.map { cell in
            guard
                let index = comparison.columns.firstIndex(where: {
                    $0.source.isExactly(cell.column)
                })
            else { return cell }
            var cell = cell
            let chosen = edit.edited[cell.column.foldedName]
            if let chosen {
                cell.edited = Self.shown(chosen) ?? "NULL"
                cell.rule += ", of the value that the operator chose"
            }
            guard chosen != nil || edits.isGenerated(index) else { return cell }
            cell.equal =
                edits.isGenerated(index)
                || edits.expected.cell(index).compare(right.cell(index)) == 0
            if cell.equal { (cell.sourceBits, cell.targetBits) = (nil, nil) }
            return cell
        }
    }

    private func cells(
        _ stored: [SourceValue]?,
        _ left: CanonicalRow,
        _ right: CanonicalRow?
    ) -> [RowReport.Cell] {
        let order = comparison.source.columns.compactMap { column in
            comparison.columns.firstIndex { $0.source.isExactly(column.name) }
        }
        return order.map { index in
            let column = comparison.columns[index]
            let isEqual =
                stored != nil && right.map { $0.cell(index).compare(left.cell(index)) == 0 } == true
            let value = stored?[index]
            var cell = RowReport.Cell(
                column: column.source,
                targetColumn: column.target,
                storageClass: value?.storageClass.rawValue,
                targetType: types[column.target] ?? "",
                source: value.flatMap(Self.shown),
                target: right.flatMap { $0.display(index, limit: Self.shown) },
                sourceBits: nil,
                targetBits: nil,
                rule: column.rule.words + column.change,
                equal: isEqual
            )
            if !isEqual, stored != nil, let right {
                cell.sourceBits = left.bits(index)
                cell.targetBits = right.bits(index)
            }
            return cell
        }
    }

    /// A stored value for people; nil for NULL.
    private static func shown(_ value: SourceValue) -> String? {
        switch value {
        case .null: nil
        case .integer, .real: value.display
        case .text(let bytes):
            String(decoding: bytes.prefix(shown), as: UTF8.self)
                + (bytes.count > shown ? "… (\(bytes.count) bytes)" : "")
        case .blob(let bytes):
            "x'\(bytes.prefix(shown / 3).hexadecimal)'"
                + (bytes.count > shown / 3 ? "… (\(bytes.count) bytes)" : "")
        }
    }
}

extension TableComparison.Column {
    /// What the run did to the stored value before, in words.
    fileprivate var change: String {
        switch (expression, reading) {
        case (let expression?, _): ", of the expression \(expression)"
        case (nil, let reading?):
            reading.converts ? ", after the run's conversions" : ", of the number that it spells"
        case (nil, nil): ""
        }
    }
}
