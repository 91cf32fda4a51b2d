/// Finds rows that break a constraint of the target and moves them into quarantine.
///
/// Each call is one transaction: all rows of one constraint, or none.
struct ConstraintRepair {
    /// Rows read and deleted at once.
    private static let batch = 5_000

    let target: TargetConnection
    let source: SourceConnection
    let run: String
    /// Is told the table and how many of its rows were moved so far.
    let progress: (String, Int) -> Void

    init(
        target: TargetConnection,
        source: SourceConnection,
        run: String,
        progress: @escaping (String, Int) -> Void = { _, _ in }
    ) {
        self.target = target
        self.source = source
        self.run = run
        self.progress = progress
    }

    /// Why rows cannot be moved: their row in the source cannot be told from the target's values.
    struct Unmovable: Error {}

    /// Which rows, and why they go.
    struct Offence {
        /// A condition on alias `t` that holds for the rows.
        var condition: String
        /// Why they do not fit.
        var reason: String
        /// The server's SQLSTATE for it.
        var sqlState: String
    }

    /// Moves the rows that break a constraint.
    ///
    /// By key where the table has one whose values are the same on both sides, else by all values.
    ///
    /// - Parameters:
    ///   - offence: Which rows, and why.
    ///   - plan: The table.
    /// - Returns: How many rows were moved.
    /// - Throws: ``Unmovable``, ``UnkeepableRow``, ``SourceError`` or ``TargetError``; then nothing
    ///   was moved.
    func move(_ offence: Offence, in plan: TablePlan) throws -> Int {
        // Taken before the transaction, so that nothing is locked while it is waited for.
        let turn = LargeRowTurn()
        turn.take()
        defer { turn.end() }
        let moved = try moved(offence, plan)
        if moved > 0 { Failpoint.reach(.rowsMoved) }
        return moved
    }

    private func moved(_ offence: Offence, _ plan: TablePlan) throws -> Int {
        guard let key = plan.movingKey else {
            return try WholeRowRepair(self, plan).move(offence)
        }
        do {
            return try moveByKey(offence, key, plan)
        } catch is Unmovable {
            return try WholeRowRepair(self, plan).move(offence)
        }
    }

    private func moveByKey(
        _ offence: Offence,
        _ key: [TargetColumn],
        _ plan: TablePlan
    ) throws -> Int {
        try target.transaction {
            try declare(offence, key, plan)
            let lookUp = try source.prepare(lookUpStatement(key, plan))
            let writer = QuarantineWriter(target, run: run)
            let retraction = ConversionRetraction(plan)
            var moved = 0
            while true {
                let rows = try target.query("FETCH \(Self.batch) FROM offenders").rows
                guard !rows.isEmpty else { break }
                var next = rows.makeIterator()
                try writer.write {
                    guard let row = next.next() else { return nil }
                    try find(row, key, lookUp, plan.staging)
                    retraction?.note(lookUp)
                    return plan.entry(lookUp, nil, offence.reason, offence.sqlState)
                }
                Failpoint.reach(.rowsMoving)
                try delete(rows.compactMap { $0[0] }, plan)
                moved += rows.count
                progress(plan.table.sourceName, moved)
            }
            try target.execute("CLOSE offenders")
            try retraction?.write(run: run, target)
            try RunState.uncopy(moved, of: plan.table.sourceName, run: run, target)
            return moved
        }
    }

    private func declare(
        _ offence: Offence,
        _ key: [TargetColumn],
        _ plan: TablePlan
    ) throws(TargetError) {
        let columns = key.map { column in
            let name = "t.\(TargetConnection.quote(column.name))"
            return column.type == .bytea ? "encode(\(name), 'hex')" : "\(name)::text"
        }
        // The cursor sees the rows as they were at its start, so what is deleted does not matter.
        try target.execute(
            "DECLARE offenders NO SCROLL CURSOR FOR SELECT t.ctid, "
                + "\(columns.joined(separator: ", ")) FROM \(plan.qualifiedName) t "
                + "WHERE \(offence.condition) ORDER BY t.ctid"
        )
    }

    private func lookUpStatement(_ key: [TargetColumn], _ plan: TablePlan) -> String {
        let reader = plan.reader
        let columns = reader.selection.joined(separator: ", ")
        let conditions = key.enumerated().map { index, column in
            // The first finds the row by an index of any collation, the second means the very row.
            let name = SourceConnection.quote(column.sourceName)
            return "\(name) = ?\(index + 1) AND \(name) = ?\(index + 1) COLLATE BINARY"
        }
        return "SELECT \(columns) FROM \(SourceConnection.quote(reader.table.storedName)) "
            + "WHERE \(conditions.joined(separator: " AND "))"
    }

    private func find(
        _ row: [String?],
        _ key: [TargetColumn],
        _ lookUp: SourceStatement,
        _ staging: Staging?
    ) throws {
        // Where the server read a text, several spellings of it may stand in the source.
        var keys: [[SourceValue]] = [[]]
        for (index, column) in key.enumerated() {
            guard let text = row[index + 1] else { throw Unmovable() }
            let origins = staging?.origins(of: text, column: column.name)
            let values = origins ?? Self.sourceValue(text, column.type).map { [$0] } ?? []
            keys = keys.flatMap { known in values.map { known + [$0] } }
        }
        var found: [SourceValue]?
        if keys.count > 1 {
            for values in keys where try isThere(values, lookUp) {
                guard found == nil else { throw Unmovable() }
                found = values
            }
        } else {
            found = keys.first
        }
        guard let found, try isThere(found, lookUp) else { throw Unmovable() }
    }

    /// Steps to the row with these values in its key.
    private func isThere(_ key: [SourceValue], _ lookUp: SourceStatement) throws -> Bool {
        lookUp.reset()
        for (index, value) in key.enumerated() { try lookUp.bind(value, at: index + 1) }
        return try lookUp.step()
    }

    private func delete(_ places: [String], _ plan: TablePlan) throws(TargetError) {
        let list = places.map { "\"\($0)\"" }.joined(separator: ",")
        try target.query(
            "DELETE FROM \(plan.qualifiedName) WHERE ctid = ANY ($1::tid[])",
            [.text("{\(list)}")]
        )
    }

    private static func sourceValue(_ text: String, _ type: TargetType) -> SourceValue? {
        switch type {
        case .bigint, .integer, .smallint: Int64(text).map { .integer($0) }
        case .text, .varchar: .string(text)
        case .boolean: .integer(text == "true" ? 1 : 0)
        case .bytea: .blob([UInt8](hexadecimal: text))
        default: nil
        }
    }
}

extension TablePlan {
    /// Columns that name a row on both sides alike: the primary key, else the columns of a UNIQUE
    /// constraint, all of them NOT NULL and of types whose text form gives the stored value back.
    fileprivate var movingKey: [TargetColumn]? {
        let declared = reader.table.primaryKey.compactMap(\.name)
        let uniques = reader.table.uniques.map { $0.columns.compactMap(\.name) }
        for names in [declared] + uniques where !names.isEmpty {
            let found = names.compactMap { name in
                table.columns.first { $0.sourceName.foldedName == name.foldedName }
            }
            guard found.count == names.count else { continue }
            let isRead = found.allSatisfy { column in
                let isNotNull =
                    reader.table.column(column.sourceName)?.isNotNull == true
                    || column.sourceName.isExactly(reader.table.rowidAlias)
                    || reader.table.isWithoutRowid || column.isNotNull
                // A key that was converted on its way does not lead back to one row of the source.
                return isNotNull && column.type.isTextFormExact && column.conversions.isEmpty
                    && column.expression == nil
            }
            if isRead { return found }
        }
        return nil
    }
}

extension TargetType {
    /// Whether the server's text form of a value tells the stored value of the source.
    fileprivate var isTextFormExact: Bool {
        switch self {
        case .bigint, .integer, .smallint, .text, .varchar, .boolean, .bytea: true
        default: false
        }
    }
}
