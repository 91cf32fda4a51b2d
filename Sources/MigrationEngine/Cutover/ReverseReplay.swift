import Foundation

/// The way back: what PostgreSQL's application wrote since the switch comes into the source.
///
/// State-based, as catch-up is: a logged key only says which row to read. The source is written in
/// one transaction, in which everything is compared once more before it is committed, so it has
/// all of it or nothing. Nobody may write PostgreSQL meanwhile.
struct ReverseReplay {
    private static let stage = "revert"

    let options: Options
    let target: TargetConnection
    let address: TargetAddress
    let run: String
    let cancellation: Cancellation
    /// How long to wait for another process's lock of the source.
    var busyMilliseconds: Int32 = 10_000
    /// The newest entry of the source's log; a later one is a write that nobody has looked at.
    var head: Int64?
    /// What is said of writes of the source itself that come along; nil when there are none.
    var strayNote: String?

    init(
        _ options: Options,
        _ target: TargetConnection,
        _ address: TargetAddress,
        run: String,
        _ cancellation: Cancellation = Cancellation()
    ) {
        self.options = options
        self.target = target
        self.address = address
        self.run = run
        self.cancellation = cancellation
    }

    /// Brings everything back; once more is harmless.
    ///
    /// - Returns: What came back.
    /// - Throws: ``MigrationError``; then the source is as it was.
    func perform() throws(MigrationError) -> ReverseSummary {
        let source = try SourceFile.open(options.source, stage: Self.stage, access: .readWrite)
        do {
            try requireClosed()
            try source.disableTriggers()
            // Both are settings of a connection outside of a transaction.
            try source.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            source.wait(forWriters: busyMilliseconds)
            let summary = try target.transaction("ISOLATION LEVEL REPEATABLE READ") {
                try replay(source)
            }
            Failpoint.reach(.reverseCommitted)
            do {
                try settle(summary)
            } catch {
                throw FollowSession.wrap(
                    error,
                    options,
                    address,
                    Self.stage,
                    .other("PostgreSQL has all that was written there, and the closed SQLite file")
                )
            }
            return summary
        } catch let error as CancellationWish {
            throw wish(error)
        } catch let error as SourceError where error.primaryCode == 19 {
            throw conflict(error)
        } catch {
            throw FollowSession.wrap(error, options, address, Self.stage, kept, cancellation)
        }
    }

    private var kept: MigrationError.Kept {
        .other("the source is as it was; PostgreSQL has all that was written there")
    }

    // MARK: - Replaying

    private func replay(_ source: SourceConnection) throws -> ReverseSummary {
        let mark = try mark()
        try source.execute("BEGIN IMMEDIATE")
        do {
            if let head, try ChangeLog.head(source).seq != head { throw strayed }
            if var earlier = try ReverseMark.read(source, run: run), earlier.isSame(mark),
                strayNote == nil
            {
                try source.execute("ROLLBACK")
                earlier.summary.wasReplayed = true
                return earlier.summary
            }
            Failpoint.reach(.reverseBegun)
            var summary = try write(source, mark)
            if let strayNote { summary.notes.append(strayNote) }
            try ReverseMark(seq: mark.seq, changes: mark.changes, summary: summary)
                .write(source, run: run)
            // What stands in its log now was looked at, or was written by this.
            if try Capture.read(source) != nil { try SourceFence.account(source) }
            Failpoint.reach(.reverseReplayed)
            try source.execute("COMMIT")
            return summary
        } catch {
            // The first error tells what happened; closing rolls back as well.
            try? source.execute("ROLLBACK")
            throw error
        }
    }

    private func mark() throws(TargetError) -> (seq: Int64, changes: Int) {
        let row =
            try target.query(
                "SELECT coalesce(max(seq), 0), count(*) FROM cutover.reverse_log WHERE run_id = $1",
                [.text(run)]
            ).rows.first ?? []
        return (
            row.first.flatMap { $0 }.flatMap { Int64($0) } ?? 0,
            row.count > 1 ? row[1].flatMap { Int($0) } ?? 0 : 0
        )
    }

    private func write(
        _ source: SourceConnection,
        _ mark: (seq: Int64, changes: Int)
    ) throws -> ReverseSummary {
        let quarantine = try QuarantinedRows.read(run, target)
        let tables = try ReversedTable.all(of: run, source, target)
        let check = try CellCheck()
        var summary = ReverseSummary(changes: mark.changes)
        var problems: [Unrepresentable] = []
        var problemCount = 0
        for (number, table) in tables.enumerated() {
            let keys = ReverseKeys(target, run: run, table)
            let entries = try keys.entries()
            guard entries.count > 0 else { continue }
            let isWhole = entries.isWhole || table.key.isEmpty
            let tally = ReverseTally(table.name, changes: entries.count, isWhole: isWhole)
            let rows = ReversedRows(table, source, quarantine)
            // What one side alone has cannot come back, and would be lost without a word.
            for difference in table.parts.flatMap(\.comparison.unmatched) {
                tally.refuse(nil, "all rows", "its columns are not the same: \(difference)")
            }
            if tally.problemCount > 0 {
                problems += tally.problems
                problemCount += tally.problemCount
                continue
            }
            if isWhole, try !hasFullKeys(table) {
                let replay = WholeReplay(table, rows, target, tally, check, cancellation)
                try replay.write()
                if tally.problemCount == 0 { try replay.confirm() }
            } else {
                try keys.fill(isWhole: isWhole)
                let replay = KeyedReplay(
                    table,
                    number: number,
                    rows,
                    keys,
                    tally,
                    check,
                    cancellation
                )
                try replay.write()
                if tally.problemCount == 0 { try replay.confirm() }
            }
            rows.forget()
            try log(tally, table, source)
            problems += tally.problems
            problemCount += tally.problemCount
            summary.tables.append(tally.summary)
            summary.overwritten += tally.overwritten
            Failpoint.reach(.reverseTable)
        }
        guard problems.isEmpty else { throw refused(problems, problemCount) }
        for table in tables { try keepIds(table, source) }
        summary.notes = try notes(source, tables)
        return summary
    }

    /// Whether every row of the target has a key by which the source knows rows.
    private func hasFullKeys(_ table: ReversedTable) throws(TargetError) -> Bool {
        guard !table.key.isEmpty else { return false }
        for part in table.parts {
            let unknown = part.key.map {
                TargetConnection.quote(part.comparison.columns[$0].target) + " IS NULL"
            }
            let found = try target.query(
                "SELECT EXISTS (SELECT FROM \(part.comparison.qualifiedName) "
                    + "WHERE \(unknown.joined(separator: " OR ")))"
            )
            if found.first == "t" { return false }
        }
        return true
    }

    /// Logs the rows that forward conversions read in another way than they were written, so that
    /// whoever follows the source again takes them up.
    private func log(
        _ tally: ReverseTally,
        _ table: ReversedTable,
        _ source: SourceConnection
    ) throws(SourceError) {
        guard !tally.misread.isEmpty, let capture = try Capture.read(source),
            let captured = capture.tables.first(where: { $0.name == table.name })
        else { return }
        let isSame = captured.key.map(\.foldedName) == table.key.map(\.foldedName)
        let columns = captured.key.indices.map { ", k\($0 + 1)" }.joined()
        let marks = captured.key.map { _ in ", ?" }.joined()
        let statement = try source.prepare(
            "INSERT INTO _cutover_log (at, t\(columns)) VALUES (julianday('now'), ?\(marks))"
        )
        for key in isSame ? tally.misread : [captured.key.map { _ in .null }] {
            let values = key.count == captured.key.count ? key : captured.key.map { _ in .null }
            try statement.run([.integer(captured.number)] + values)
        }
        tally.note("rows are logged for catch-up: the run's conversions read them in another way")
    }

    /// Keeps SQLite from issuing an id that PostgreSQL has issued, to a row that is gone too.
    private func keepIds(_ table: ReversedTable, _ source: SourceConnection) throws {
        guard table.isAutoincrement, let sequence = table.parts[0].comparison.sequence else {
            return
        }
        let row = try target.query(
            "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM \(sequence.name)"
        )
        guard let last = row.integer, last > 0 else { return }
        let name = SourceValue.string(table.name)
        let known = try source.integer("SELECT seq FROM sqlite_sequence WHERE name = ?", [name])
        if known == nil {
            try source.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)")
                .run([name, .integer(last)])
        } else if let known, known < last {
            try source.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = ?")
                .run([.integer(last), name])
        }
    }

    private func notes(
        _ source: SourceConnection,
        _ tables: [ReversedTable]
    ) throws(SourceError) -> [String] {
        let virtual = try CatalogReader.read(source).tables.filter { table in
            if case .virtual = table.kind { return table.virtualRows != .own }
            return false
        }
        guard !virtual.isEmpty else { return [] }
        return [
            "no trigger has fired for what came back; what the application's triggers keep in "
                + "virtual tables must be made anew: "
                + virtual.map(\.name).joined(separator: ", ")
        ]
    }

    // MARK: - Afterwards

    /// Writes down in the target what the source has committed; once more is harmless.
    private func settle(_ summary: ReverseSummary) throws {
        try target.transaction {
            try target.execute("SET LOCAL lock_timeout = '30s'")
            for row in summary.overwritten {
                try target.query(
                    """
                    DELETE FROM cutover.quarantine
                    WHERE run_id = $1 AND table_name = $2 AND key_bytes = decode($3, 'hex')
                    """,
                    [.text(run), .text(row.table), .text(row.key)]
                )
            }
            try target.query(
                """
                UPDATE cutover.position SET reverse_seq = (SELECT coalesce(max(seq), 0)
                    FROM cutover.reverse_log WHERE run_id = $1) WHERE run_id = $1
                """,
                [.text(run)]
            )
        }
    }

    // MARK: - Refusing

    /// Nobody may write while rows come back: what they wrote would be lost.
    private func requireClosed() throws {
        let open = try target.query(
            """
            SELECT t.name FROM (\(LiveTarget.tables)) t WHERE NOT EXISTS (
                SELECT FROM pg_trigger g WHERE g.tgrelid = t.id AND g.tgname = 'cutover_fence'
                    AND g.tgenabled = 'A')
            ORDER BY t.name
            """,
            [.text(run)]
        ).rows.compactMap { $0[0] }
        guard !open.isEmpty else { return }
        throw MigrationError(
            .internal,
            "PostgreSQL still takes writes: \(open.joined(separator: ", "))",
            place: .init(Self.stage, side: .target, path: address.redacted),
            kept: kept,
            remedy: "report it with the log of the run"
        )
    }

    private func refused(_ problems: [Unrepresentable], _ count: Int) -> MigrationError {
        let first = problems[0]
        return MigrationError(
            .sourceRefusedRow,
            "\(count) \(count == 1 ? "value" : "values") of PostgreSQL cannot come back: "
                + first.reason,
            place: .init(
                Self.stage,
                side: .source,
                path: options.source,
                table: first.table,
                column: first.column,
                row: first.key
            ),
            kept: kept,
            remedy: "change what the cause names on PostgreSQL, then run the same command again",
            cause: .text(problems.map(\.words).joined(separator: "; "))
        )
    }

    private var strayed: MigrationError {
        MigrationError(
            .sourceReplaced,
            "the closed SQLite file was written just now",
            place: .init(Self.stage, side: .source, path: options.source),
            kept: kept,
            remedy: "find the process that writes it, then run the same command again"
        )
    }

    private func conflict(_ error: SourceError) -> MigrationError {
        let who =
            strayNote != nil
            ? "a row that was written in the closed file has" : "a row in quarantine has"
        return MigrationError(
            .sourceRefusedRow,
            "a row of PostgreSQL breaks a constraint of the source, such as a unique value that "
                + who,
            place: .init(Self.stage, side: .source, path: options.source),
            kept: kept,
            remedy: (strayNote != nil ? "" : "see the rows with: cutover quarantine list; ")
                + "change the row on PostgreSQL, then run the same command again",
            cause: error.cause
        )
    }

    private func wish(_ error: CancellationWish) -> MigrationError {
        MigrationError(
            .interrupted,
            "stopped on request",
            place: .init(Self.stage),
            kept: kept,
            remedy: "run the same command again"
        )
    }
}
