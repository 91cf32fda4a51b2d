/// Reads the rows of columns with problems again, now that the types of the target are known.
///
/// The census says which columns can hold a value that does not fit; a source without any is not
/// read twice.
struct ProblemScan: Sendable {
    /// The keys that are shown of each problem.
    static let keyLimit = 20

    /// One table with columns to be judged.
    struct Work: Sendable {
        var table: Catalog.Table
        /// The columns by their place in the catalog, with what they become.
        var columns: [(place: Int, target: TargetColumn?)]
    }

    let snapshot: SourceView
    let jobs: Int
    let tracker: ProgressTracker
    let cancellation: Cancellation

    /// Finds the problems of tables.
    ///
    /// - Parameter works: The tables.
    /// - Returns: For each table the problems by the place of their column, in a fixed order.
    /// - Throws: ``MigrationError``.
    func run(_ works: [Work]) throws(MigrationError) -> [[Int: [InspectReport.Problem]]] {
        let pieces = try plan(works)
        let found = SharedList<Findings>(count: pieces.count)
        let done = SharedCounter()
        try WorkQueue(pieces.indices.map { $0 }, jobs: jobs, name: "problems").run {
            () throws(MigrationError) -> (Int) throws(MigrationError) -> Void in
            let connection = try snapshot.opened()
            return { index throws(MigrationError) in
                found.set(index, try self.read(pieces[index], works, connection))
                tracker.fraction(Double(done.increment()) / Double(pieces.count))
            }
        }
        var all = works.map { _ in Findings() }
        // In the order of the pieces, so that the first keys are the same at each run.
        for (piece, findings) in zip(pieces, found.values) { all[piece.table].merge(findings) }
        return zip(works, all).map { work, findings in
            Dictionary(grouping: findings.sorted) { work.columns[$0.0.column].place }
                .mapValues { $0.map { $0.1.problem($0.0) } }
        }
    }

    private func plan(_ works: [Work]) throws(MigrationError) -> [TablePiece] {
        guard !works.isEmpty else { return [] }
        let connection = try snapshot.opened()
        var pieces: [TablePiece] = []
        for (index, work) in works.enumerated() {
            do throws(SourceError) {
                pieces += try TablePiece.pieces(of: work.table, at: index, connection)
            } catch {
                guard error.isDamage else { throw snapshot.failure(error, work.table.name) }
                pieces.append(TablePiece(table: index, range: .all))
            }
        }
        return pieces
    }

    private func read(
        _ piece: TablePiece,
        _ works: [Work],
        _ connection: SourceConnection
    ) throws(MigrationError) -> Findings {
        let (table, columns) = (works[piece.table].table, works[piece.table].columns)
        let keyNames = table.primaryKey.compactMap(\.name)
        let judged = columns.map { table.columns[$0.place] }
        let expressions = columns.compactMap { column in
            column.target?.expression.map { (table.columns[column.place].name, $0) }
        }
        let reader = RowReader(
            table,
            columns: keyNames + judged.map(\.name),
            expressions: NameTable(expressions)
        )
        let judges = columns.map { ProblemJudge(table.columns[$0.place], $0.target) }
        let first = reader.identityWidth + reader.columns.count - judged.count
        // Judged where SQLite has them: a large value is not copied.
        let scratch = ByteBuffer(keepsLargeOutside: true)
        do throws(SourceError) {
            return try connection.takingTurns { () throws(SourceError) in
                var findings = Findings()
                var rows = 0
                var salvage = SalvageReader(reader, connection)
                try salvage.read(piece.range) { statement throws(SourceError) in
                    rows += 1
                    if rows & 0xfff == 0, cancellation.isCancelled {
                        throw SourceError(resultCode: 9, message: "interrupted", sql: nil)
                    }
                    var bytes = 0
                    for (column, judge) in judges.enumerated() {
                        bytes += statement.byteCount(first + column)
                        if let verdict = judge.verdict(statement, first + column, scratch) {
                            findings.add(verdict, column) { reader.keyText(of: statement) }
                        }
                    }
                    scratch.truncate()
                    return bytes
                }
                return findings
            }
        } catch {
            try cancellation.check("inspect", kept: .untouched)
            throw snapshot.failure(error, table.name)
        }
    }

    /// What was found in one piece.
    private struct Findings: Sendable {
        struct Place: Hashable, Sendable {
            var column: Int
            var kind: ProblemKind
            var outcome: InspectReport.Outcome
            var reason: String
        }

        struct Rows: Sendable {
            var count = 0
            var keys: [String] = []

            func problem(_ place: Place) -> InspectReport.Problem {
                InspectReport.Problem(
                    kind: place.kind.rawValue,
                    rows: count,
                    sampleKeys: keys,
                    outcome: place.outcome,
                    reason: place.reason,
                    remedy: place.outcome == .kept
                        ? ProblemKind.keptRemedy : place.kind.remedy
                )
            }
        }

        private var rows: [Place: Rows] = [:]

        mutating func add(
            _ verdict: ProblemJudge.Verdict,
            _ column: Int,
            key: () -> String
        ) {
            let place = Place(
                column: column,
                kind: verdict.kind,
                outcome: verdict.outcome,
                reason: verdict.reason
            )
            rows[place, default: Rows()].count += 1
            if let known = rows[place], known.keys.count < keyLimit {
                rows[place]?.keys.append(key())
            }
        }

        mutating func merge(_ other: Findings) {
            for (place, more) in other.rows {
                rows[place, default: Rows()].count += more.count
                let free = keyLimit - (rows[place]?.keys.count ?? 0)
                rows[place]?.keys += more.keys.prefix(free)
            }
        }

        /// The findings by column, quarantine first, then by kind and words.
        var sorted: [(Place, Rows)] {
            rows.sorted { one, other in
                func order(_ place: Place) -> (Int, Int, String, String) {
                    (
                        place.column, place.outcome == .quarantine ? 0 : 1,
                        place.kind.rawValue, place.reason
                    )
                }
                return order(one.key) < order(other.key)
            }.map { ($0.key, $0.value) }
        }
    }
}

extension RowReader {
    /// The key of the current row for people, the same words as in quarantine.
    ///
    /// - Parameter statement: A statement of ``open(_:_:isBackwards:)`` that stands on a row.
    /// - Returns: The key.
    func keyText(of statement: SourceStatement) -> String {
        let found = key(of: statement)
        return found.description.isEmpty ? "a row without a key" : found.description
    }
}

extension SourceView {
    /// Opens a connection for one thread.
    ///
    /// - Returns: The connection.
    /// - Throws: ``MigrationError``.
    func opened() throws(MigrationError) -> SourceConnection {
        do throws(SourceError) {
            return try open()
        } catch {
            throw failure(error, nil)
        }
    }

    /// Wraps an error of reading the view for `inspect`.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - table: The table that was read.
    /// - Returns: The error for the operator.
    func failure(_ error: SourceError, _ table: String?) -> MigrationError {
        SourceFile.failure(error, path: source, stage: "inspect", table: table)
    }
}
