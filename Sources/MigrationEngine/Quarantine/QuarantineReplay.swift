/// Brings rows of the quarantine into the target, each with its state in one transaction.
final class QuarantineReplay {
    /// Rows committed at once.
    private static let batch = 200
    private static let rowsShown = 100

    private let session: QuarantineSession
    private let edits: [QuarantineEdit]
    private let author: String
    private let cancellation: Cancellation
    private let rules: MappingRules
    private var replayRules = ReplayRules(records: [:], rules: MappingRules())
    private var tables: NameTable<ReplayTable> = [:]
    private var touched: NameSet = []
    /// Chosen rows that came into the target before.
    private var replayed: Set<Int64> = []
    private var report = ReplayReport(ok: true, replayed: 0, refused: 0, already: 0, rows: [])

    init(
        _ session: QuarantineSession,
        _ edits: [QuarantineEdit],
        _ author: String,
        _ cancellation: Cancellation,
        _ rules: MappingRules
    ) {
        self.session = session
        self.edits = edits
        self.author = author
        self.cancellation = cancellation
        self.rules = rules
    }

    private var target: TargetConnection { session.target }
    private var schema = "public"

    /// A row that waits for its turn.
    private struct Waiting {
        var id: Int64
        var table: String
        var key: String
    }

    /// Tries all rows of a choice, parents first; as long as some row passes, those without a
    /// parent are tried again.
    func run(_ selection: QuarantineSelection) throws -> ReplayReport {
        schema =
            try target.query(
                "SELECT schema_name FROM cutover.run WHERE run_id = $1",
                [.text(session.run.id)]
            ).first ?? schema
        tables = try ReplayTable.read(session.run, schema: schema, target)
        replayRules = ReplayRules(
            records: try RunState.records(of: session.run.id, target),
            rules: rules
        )
        try replayRules.check()
        if replayRules.converts {
            // An earlier version may have made the schema.
            try target.transaction { try target.execute(RunState.createConversions) }
        }
        let ranks = ReplayTable.parentsFirst(tables)
        var open = try waiting(selection)
        if !edits.isEmpty, let id = selection.ids.first(where: replayed.contains) {
            throw MigrationError(
                .usage,
                "row \(id) is in the target already, so no value can be chosen for it",
                place: .init("quarantine", side: .target, path: session.address.redacted),
                remedy: "change it in the target itself, or leave its number out"
            )
        }
        open.sort { left, right in
            let places = (ranks[left.table] ?? Int.max, ranks[right.table] ?? Int.max)
            return places.0 == places.1 ? left.id < right.id : places.0 < places.1
        }
        var refused: [(Waiting, ReplayRefusal)] = []
        var isChanged = true
        while isChanged, !open.isEmpty {
            isChanged = false
            var again: [Waiting] = []
            for start in stride(from: 0, to: open.count, by: Self.batch) {
                try cancellation.check("quarantine", kept: .other("rows replayed before stay"))
                let batch = open[start..<min(start + Self.batch, open.count)]
                try target.transaction {
                    let names = Set(batch.map(\.table))
                    let rest = try ReplayRest(
                        names.compactMap { tables[$0] },
                        schema: schema,
                        target
                    )
                    for row in batch {
                        do {
                            try replay(row)
                            isChanged = true
                            report.replayed += 1
                            note(row, "replayed", nil)
                        } catch let refusal as ReplayRefusal {
                            if refusal.mayPass { again.append(row) }
                            refused.removeAll { $0.0.id == row.id }
                            refused.append((row, refusal))
                        }
                    }
                    try rest.end()
                }
            }
            open = again
            if isChanged { refused.removeAll { pair in again.contains { $0.id == pair.0.id } } }
        }
        try write(refused)
        try moveSequences()
        report.ok = report.refused == 0
        return report
    }

    private func note(_ row: Waiting, _ outcome: String, _ reason: String?) {
        guard report.rows.count < Self.rowsShown else { return }
        report.rows.append(
            .init(id: row.id, table: row.table, key: row.key, outcome: outcome, reason: reason)
        )
    }

    private func waiting(_ selection: QuarantineSelection) throws(TargetError) -> [Waiting] {
        let (condition, values) = selection.condition(session.run.id)
        let rows = try target.query(
            """
            SELECT q.id, q.table_name, left(q.key_text, 200), q.replayed_at IS NOT NULL
            FROM cutover.quarantine q WHERE \(condition) ORDER BY q.id
            """,
            values
        ).rows
        var open: [Waiting] = []
        for row in rows {
            let found = Waiting(
                id: row[0].flatMap { Int64($0) } ?? 0,
                table: row[1] ?? "",
                key: row[2] ?? ""
            )
            if row[3] == "t" {
                replayed.insert(found.id)
                report.already += 1
                note(found, "already", nil)
            } else {
                open.append(found)
            }
        }
        return open
    }

    // MARK: - One row

    private func replay(_ row: Waiting) throws {
        guard let table = tables[row.table] else {
            throw ReplayRefusal(reason: "the target has no table for it")
        }
        guard table.isOwned || !table.hasActors else {
            throw ReplayRefusal(
                reason: "triggers and rules of the target's table would act on it, and only the "
                    + "table's owner can let them rest"
            )
        }
        let stored = try StoredRow(row.id, target)
        let edited = try chosen(stored, table)
        if stored.reason == "text that is not valid UTF-16",
            !edited.contains(where: { $0.column.isExactly(stored.column) })
        {
            throw ReplayRefusal(column: stored.column, reason: stored.reason)
        }
        var written = try replayRules.row(stored, table, edited)
        try target.execute("SAVEPOINT replay")
        do {
            try written.write(table, target)
            try RunState.count(written.counts, of: row.table, run: session.run.id, target)
            try mark(row, written.edits)
            try target.execute("RELEASE replay")
        } catch let error as TargetError where error.isAboutRow {
            try target.execute("ROLLBACK TO replay; RELEASE replay")
            let column = error.column ?? error.copyColumn
            throw ReplayRefusal(
                column: written.columns.first { $0.target.name.isExactly(column) }?.target
                    .sourceName,
                reason: error.quarantineReason,
                sqlState: error.sqlState
            )
        } catch let refusal as ReplayRefusal {
            try target.execute("ROLLBACK TO replay; RELEASE replay")
            throw refusal
        }
        touched.insert(row.table)
    }

    /// The values that the operator chose for this row.
    private func chosen(
        _ stored: StoredRow,
        _ table: ReplayTable
    ) throws(MigrationError) -> [(column: String, value: SourceValue)] {
        var chosen: [(column: String, value: SourceValue)] = []
        for edit in edits {
            let name = stored.cells.first { $0.column.foldedName == edit.column.foldedName }?.column
            guard let name, let column = table.columns[name.foldedName] else {
                throw MigrationError(
                    .usage,
                    "the row has no column \"\(SafeText.visible(edit.column))\"",
                    place: .init("quarantine", side: .target, table: table.name),
                    remedy: "give one of: "
                        + stored.cells.map { SafeText.visible($0.column) }.joined(separator: ", ")
                )
            }
            chosen.append((name, edit.stored(as: column.target.type)))
        }
        return chosen
    }

    private func mark(
        _ row: Waiting,
        _ edited: [(column: String, value: SourceValue)]
    ) throws(TargetError) {
        func array(_ elements: [String]) -> TargetParameter {
            edited.isEmpty ? .null : .text("{" + elements.joined(separator: ",") + "}")
        }
        func quoted(_ text: String) -> String {
            "\"" + text.escapingQuotes + "\""
        }
        try target.query(
            """
            UPDATE cutover.quarantine SET replayed_at = now(), replayed_by = $2,
                edited_columns = $3, edited_classes = $4, edited_values = $5 WHERE id = $1
            """,
            [
                .integer(row.id), .text(Quarantine.storable(author)),
                array(edited.map { quoted($0.column) }),
                array(
                    edited.map { $0.value.storageClass.rawValue }
                        .map { $0 == "null" ? "\"null\"" : $0 }
                ),
                array(
                    edited.map { value in
                        value.value.storedBytes.map { "\"\\\\x\($0.hexadecimal)\"" } ?? "NULL"
                    }
                ),
            ]
        )
    }

    // MARK: - The end

    /// Writes down why rows are refused today; why they did not fit at first stays.
    private func write(_ refused: [(Waiting, ReplayRefusal)]) throws {
        try target.transaction {
            for (row, refusal) in refused {
                try target.query(
                    """
                    UPDATE cutover.quarantine SET refused_at = now(), refused_column = $2,
                        refused_reason = $3 WHERE id = $1
                    """,
                    [
                        .integer(row.id), .optional(refusal.column),
                        .text(refusal.reason + (refusal.sqlState.map { " (\($0))" } ?? "")),
                    ]
                )
                report.refused += 1
                note(row, "refused", refusal.reason)
            }
        }
    }

    /// Keeps the next number of a table above all that are there, chosen ones too.
    private func moveSequences() throws(TargetError) {
        for name in tables.keys.sorted() where touched.contains(name) {
            guard let table = tables[name], let sequence = table.sequence else { continue }
            try target.query(
                """
                SELECT setval($1::regclass, highest) FROM (SELECT
                    max(\(TargetConnection.quote(sequence.column))) AS highest
                    FROM \(table.qualifiedName)) t
                WHERE highest >= 1
                    AND highest > coalesce(pg_sequence_last_value($1::regclass), 0)
                """,
                [.text(sequence.name)]
            )
        }
    }
}
