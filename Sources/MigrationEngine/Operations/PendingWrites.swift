/// The writes of a live run that one side has and the other will get.
///
/// What they touch is no difference, and nobody calls it equal.
struct PendingWrites {
    /// Where a live run stood before both sides were read.
    struct Mark {
        fileprivate var run: String
        fileprivate var position: RunState.Position
    }

    private enum Extent {
        /// The rows whose key is one column, by its value.
        case keys(column: String, values: Set<String>)
        case table
    }

    /// More changes than these are not looked at one by one.
    private static let most: Int64 = 50_000

    private var liveSide = Side.source
    private var changes: Int64 = 0
    private var written: NameTable<Extent> = [:]
    /// Whether any row may be one of them.
    private var isEverything = false

    /// No write waits.
    init() {}

    /// Any row may be one that waits, because it could not be looked at.
    ///
    /// - Parameter mark: Where the run stood before; nil when it is not known, either.
    /// - Returns: The writes.
    static func unknown(behind mark: Mark? = nil) -> PendingWrites {
        var pending = PendingWrites()
        pending.liveSide = mark?.position.liveSide ?? .source
        pending.isEverything = true
        return pending
    }

    /// Whether anything waits.
    var isEmpty: Bool { changes == 0 && !isEverything }

    /// What a difference is that one of these writes explains.
    var verdict: SideComparison.Verdict { liveSide == .source ? .waits : .movedOn }

    /// Looks where the live run stands; to be done before both sides are read.
    ///
    /// - Parameters:
    ///   - target: The target.
    ///   - schema: The schema of the run.
    /// - Returns: The mark; nil when no run is live.
    /// - Throws: ``MigrationError``.
    static func mark(
        _ target: LiveReader,
        schema: String
    ) throws(MigrationError) -> Mark? {
        try target.read("status") { session throws(LiveFailure) in
            guard let connection = session.connection.target else { return nil }
            do throws(TargetError) {
                guard let run = try RunState.newestRun(connection, in: schema),
                    let position = try RunState.position(of: run.id, connection)
                else { return nil }
                return Mark(run: run.id, position: position)
            } catch {
                throw .target(error)
            }
        }
    }

    /// Reads what was written behind a mark; to be done after both sides were read, so that no
    /// write between them is missed.
    ///
    /// - Parameters:
    ///   - mark: The mark.
    ///   - source: The source.
    ///   - target: The target.
    /// - Throws: ``MigrationError``.
    init(
        behind mark: Mark,
        source: LiveReader,
        target: LiveReader
    ) throws(MigrationError) {
        liveSide = mark.position.liveSide
        switch liveSide {
        case .source:
            self = try source.read("status") { session throws(LiveFailure) in
                guard let connection = session.connection.source else { return PendingWrites() }
                do throws(SourceError) {
                    return try Self.logged(mark.position, connection)
                } catch {
                    throw .source(error)
                }
            }
        case .target:
            self = try target.read("status") { session throws(LiveFailure) in
                guard let connection = session.connection.target else { return PendingWrites() }
                do throws(TargetError) {
                    return try Self.reversed(mark.run, connection)
                } catch {
                    throw .target(error)
                }
            }
        }
    }

    /// Whether a row may be one that waits.
    ///
    /// - Parameters:
    ///   - table: The table, as the source spells it.
    ///   - key: The values of the row that are known, by column.
    /// - Returns: Whether the two sides may differ in it without a fault.
    func holds(_ table: String, _ key: [String: String?] = [:]) -> Bool {
        if isEverything { return true }
        switch written[table.foldedName] {
        case nil: return false
        case .table: return true
        case .keys(let column, let values):
            let known = key.first { $0.key.foldedName == column.foldedName }
            guard let value = known?.value else { return !values.isEmpty }
            return values.contains(value)
        }
    }

    /// What waits, in words; nil when nothing does.
    var words: String? {
        switch liveSide {
        case .source:
            guard changes > 0 || isEverything else { return nil }
            guard changes != 1 else { return "1 change of SQLite waits to be followed" }
            return changes > 0
                ? "\(changes) changes of SQLite wait to be followed"
                : "changes of SQLite wait to be followed"
        case .target:
            guard changes > 0 || isEverything else { return nil }
            return "PostgreSQL was written since the switch; SQLite gets it on the way back"
        }
    }

    private static func logged(
        _ position: RunState.Position,
        _ source: SourceConnection
    ) throws(SourceError) -> PendingWrites {
        var pending = PendingWrites()
        guard let capture = try Capture.read(source), capture.id == position.captureID else {
            return pending
        }
        let head = try ChangeLog.head(source).seq
        guard head > position.seq else { return pending }
        pending.changes = head - position.seq
        // What was followed in the meantime may be pruned already.
        let first = try source.integer("SELECT min(seq) FROM _cutover_log") ?? 0
        guard first <= position.seq + 1, pending.changes <= most else {
            pending.isEverything = true
            return pending
        }
        var keys: [Int64: Set<String>] = [:]
        try source.query(
            "SELECT DISTINCT t, CAST(k1 AS TEXT) FROM _cutover_log WHERE seq > ?",
            [.integer(position.seq)]
        ) { row in keys[row.integer(0), default: []].insert(row.text(1) ?? "") }
        for table in capture.tables {
            guard let values = keys[table.number] else { continue }
            if table.key.count == 1, let column = table.key.first {
                pending.written[table.name.foldedName] = .keys(column: column, values: values)
            } else {
                pending.written[table.name.foldedName] = .table
            }
        }
        return pending
    }

    private static func reversed(
        _ run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> PendingWrites {
        var pending = PendingWrites()
        pending.liveSide = .target
        guard try target.query("SELECT to_regclass('cutover.reverse_log')").first != nil else {
            return pending
        }
        // The log has no index: a table's first entry is enough.
        let rows = try target.query(
            """
            SELECT t.table_name FROM cutover.reverse_table t WHERE t.run_id = $1 AND EXISTS (
                SELECT 1 FROM cutover.reverse_log l
                WHERE l.run_id = t.run_id AND l.table_name = t.table_name)
            """,
            [.text(run)]
        ).rows
        pending.changes = Int64(rows.count)
        for row in rows { pending.written[(row[0] ?? "").foldedName] = .table }
        return pending
    }
}
