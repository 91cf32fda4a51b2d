/// What is done to the values of rows that are replayed: what the run did, unless the profile of
/// today asks for other conversions.
struct ReplayRules: Sendable {
    /// What the run did, by table.
    let records: NameTable<MappingRecord>
    /// What the profile of today asks for.
    let rules: MappingRules

    /// Whether any value may be converted.
    var converts: Bool {
        rules.columns.contains { !$0.conversions.isEmpty }
            || records.all.contains { $0.columns.contains { !$0.conversions.isEmpty } }
    }

    /// Makes sure that every conversion of the profile speaks of a column of the run.
    ///
    /// - Throws: ``MigrationError`` of code `configuration`.
    func check() throws(MigrationError) {
        for rule in rules.columns where !rule.conversions.isEmpty && !records.isEmpty {
            let table = records.pairs.first { $0.name.foldedName == rule.table.foldedName }?.value
            guard table?.skip == nil else { continue }
            let known = table?.columns.contains { $0.source.foldedName == rule.column.foldedName }
            guard known != true else { continue }
            throw MigrationError(
                .configuration,
                table == nil
                    ? "the run has no table \"\(SafeText.visible(rule.table))\""
                    : "the run has no column \"\(SafeText.visible(rule.column))\" in "
                        + "\"\(SafeText.visible(rule.table))\"",
                place: .init(
                    "profile",
                    path: rule.place.path,
                    table: rule.table,
                    column: rule.column,
                    row: rule.place.row
                ),
                remedy: "correct the profile"
            )
        }
    }

    /// Prepares a row for the target.
    ///
    /// - Parameters:
    ///   - stored: The row as it is kept.
    ///   - table: Its table.
    ///   - chosen: What the operator puts in the place of values.
    /// - Returns: The row.
    /// - Throws: ``ReplayRefusal``, ``SourceError``.
    func row(
        _ stored: StoredRow,
        _ table: ReplayTable,
        _ chosen: [(column: String, value: SourceValue)]
    ) throws -> ReplayRow {
        var row = ReplayRow()
        for cell in stored.cells {
            guard let column = table.columns[cell.column.foldedName] else { continue }
            if let edit = chosen.first(where: { $0.column.isExactly(cell.column) }) {
                try row.edit(column, edit.value)
                continue
            }
            let record = records[table.name]?.columns.first { $0.source.isExactly(cell.column) }
            let rule = rules.column(cell.column, of: table.name)
            // A profile that says nothing about a column leaves it as the run had it.
            let asked = rule.map(\.conversions) ?? []
            let isAnew = !asked.isEmpty && rule?.expression == nil
            if let expression = rule?.expression ?? record?.expression, !isAnew {
                throw ReplayRefusal(
                    column: cell.column,
                    reason: "the expression \(expression) cannot be computed from the row in "
                        + "quarantine: choose the column's value with --set"
                )
            }
            var ours = column
            ours.target.conversions = record?.conversions ?? []
            guard isAnew, asked != ours.target.conversions || record?.expression != nil else {
                try row.add(ours, cell.value)
                continue
            }
            var anew = column
            anew.target.conversions = asked
            let isSame =
                try record?.expression == nil
                && Self.converted(cell.value, ours.target, nil)
                    == Self.converted(cell.value, anew.target, nil)
            if isSame {
                try row.add(ours, cell.value)
            } else {
                try row.edit(column, cell.value, asked)
            }
        }
        return row
    }

    /// Converts one value as the encoder would.
    ///
    /// - Parameters:
    ///   - value: The value as it is stored.
    ///   - column: The column with its conversions.
    ///   - tally: Counts them.
    /// - Returns: The value as it is to be encoded.
    /// - Throws: ``SourceError``.
    static func converted(
        _ value: SourceValue,
        _ column: TargetColumn,
        _ tally: ConversionTally?
    ) throws(SourceError) -> ValueConverter.Value {
        guard !column.conversions.isEmpty else { return .stored(value) }
        let statement = try ReplayRow.statement([value])
        return ValueConverter(column, firstSlot: 0).value(statement, 0, tally)
    }
}
