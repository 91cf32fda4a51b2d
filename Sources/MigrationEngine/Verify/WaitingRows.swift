/// The rows of a live run that one side has and the other will get: they are no difference, and
/// nobody calls them equal.
struct WaitingRows {
    /// The side that the application writes.
    let liveSide: Side
    /// The rows that wait, by table; nil for a table that waits as a whole.
    private let rows: NameTable<Int?>

    /// Looks at the logs of a live run: that of the source behind the position, or that of
    /// PostgreSQL since the switch; nil when the run is not live.
    ///
    /// - Parameters:
    ///   - options: The two sides.
    ///   - run: The run.
    ///   - context: The views of both sides that are compared.
    /// - Throws: ``SourceError`` or ``TargetError``.
    init?(_ options: Options, _ run: String, _ context: VerifyContext) throws {
        let (view, target) = try context.connect()
        guard let position = try RunState.position(of: run, target) else { return nil }
        liveSide = position.liveSide
        rows =
            switch position.liveSide {
            case .target: try Self.reversed(run, target)
            case .source: try Self.logged(options, position, view)
            }
    }

    /// Calls the tables waiting whose differences their waiting rows can explain.
    ///
    /// - Parameter report: What was found.
    func mark(_ report: inout VerifyReport) {
        report.liveSide = liveSide
        defer { if liveSide == .source { Self.markIdentities(&report) } }
        for index in report.tables.indices where report.tables[index].status == .different {
            let table = report.tables[index]
            guard let waiting = rows[table.name] else { continue }
            let found = max(table.missing + table.different, table.extra + table.different)
            if let waiting, found > waiting { continue }
            let count = waiting.map { $0 == 1 ? "1 row" : "\($0) rows" } ?? "the whole table"
            report.tables[index].status = .waiting
            report.tables[index].note =
                liveSide == .source
                ? "\(count) written in SQLite and not followed yet"
                : "\(count) written on PostgreSQL since the switch"
        }
    }

    /// While SQLite gives out the ids, the target's next ones lag behind: the switch sets them.
    private static func markIdentities(_ report: inout VerifyReport) {
        for index in report.tables.indices
        where report.tables[index].sequence?.ok == false {
            report.tables[index].sequence?.waits = true
            guard report.tables[index].status == .equal else { continue }
            report.tables[index].status = .waiting
            report.tables[index].note = "its next id is set by the switch"
        }
    }

    /// What stands in the source's log and not in the target, or the other way round: follow may
    /// have come further than the view of the source that is compared.
    private static func logged(
        _ options: Options,
        _ position: RunState.Position,
        _ view: SourceConnection
    ) throws -> NameTable<Int?> {
        guard let capture = try Capture.read(view), capture.id == position.captureID else {
            return [:]
        }
        var found: [Int64: Int] = [:]
        let head = try ChangeLog.head(view).seq
        try count(capture, after: position.seq, through: head, view, &found)
        let ahead = max(position.seq, position.read.seq)
        if ahead > head {
            let live = try SourceConnection(path: options.source, access: .readOnly)
            try live.readHeader()
            if try Capture.read(live)?.id == position.captureID {
                try count(capture, after: head, through: ahead, live, &found)
            }
        }
        return NameTable(
            capture.tables.compactMap { table in
                found[table.number].map { (table.name, table.isWhole ? nil : $0) }
            }
        )
    }

    private static func count(
        _ capture: Capture,
        after first: Int64,
        through last: Int64,
        _ connection: SourceConnection,
        _ found: inout [Int64: Int]
    ) throws(SourceError) {
        guard last > first else { return }
        let keys = (1...capture.width).map { "k\($0)" }.joined(separator: ", ")
        var counts: [(Int64, Int)] = []
        try connection.query(
            """
            SELECT t, count(*) FROM (SELECT DISTINCT t, \(keys) FROM _cutover_log
                WHERE seq > ? AND seq <= ?) GROUP BY t
            """,
            [.integer(first), .integer(last)]
        ) { row in counts.append((row.integer(0), Int(row.integer(1)))) }
        for (table, count) in counts { found[table, default: 0] += count }
    }

    private static func reversed(
        _ run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> NameTable<Int?> {
        guard try target.query("SELECT to_regclass('cutover.reverse_log')").first != nil else {
            return [:]
        }
        let rows = try target.query(
            """
            SELECT table_name, count(DISTINCT key), bool_or(key IS NULL) FROM cutover.reverse_log
            WHERE run_id = $1 GROUP BY 1
            """,
            [.text(run)]
        ).rows
        return NameTable(
            rows.map { row in (row[0] ?? "", row[2] == "t" ? nil : row[1].flatMap { Int($0) }) }
        )
    }
}
