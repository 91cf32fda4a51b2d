/// Reads changes and the rows that they name, for one thread.
final class ChangeReader {
    /// Bytes of rows above which a batch is cut shorter.
    private static let byteLimit = 32 << 20

    let source: SourceConnection
    private let tables: [Int64: FollowedTable]
    private let width: Int
    private var statements: [String: SourceStatement] = [:]
    private var isReading = false

    init(
        _ source: SourceConnection,
        _ capture: Capture,
        _ tables: [Int64: FollowedTable]
    ) {
        self.source = source
        self.tables = tables
        width = capture.width
    }

    /// Reads the next changes and opens the source's transaction that they are read in.
    ///
    /// The transaction stays open when a table must be copied as a whole; ``end()`` ends it.
    ///
    /// - Parameters:
    ///   - seq: The change in front of the first.
    ///   - limit: The most changes.
    ///   - isCuttable: Whether rows of many bytes may make the batch shorter.
    ///   - quarantined: The tables, as the source spells them, that have rows in quarantine.
    ///   - check: Looks at the source inside the transaction, before anything is read.
    ///   - lost: The error of a log that lacks changes.
    /// - Returns: The changes; nil when there are none.
    /// - Throws: ``SourceError``, or what the check throws.
    func read(
        after seq: Int64,
        limit: Int,
        isCuttable: Bool,
        quarantined: Set<String>,
        check: () throws -> Void,
        lost: () -> MigrationError
    ) throws -> ChangeBatch? {
        end()
        try source.execute("BEGIN")
        isReading = true
        do {
            try check()
            let head = try ChangeLog.head(source)
            guard head.seq > seq else {
                end()
                return nil
            }
            var limit = limit
            while true {
                var batch = ChangeBatch(first: seq, last: head, head: head)
                if Int64(limit) < head.seq - seq {
                    let last = seq + Int64(limit)
                    batch.last = .init(seq: last, at: try ChangeLog.time(of: last, source))
                }
                guard try ChangeLog.isWhole(after: seq, through: batch.last.seq, source) else {
                    throw lost()
                }
                guard try fill(&batch, quarantined, isCuttable: isCuttable && limit > 1) else {
                    limit = max(1, limit / 4)
                    continue
                }
                // A short look: in rollback mode a reader keeps the application from writing.
                if batch.whole.isEmpty { end() }
                return batch
            }
        } catch {
            end()
            throw error
        }
    }

    /// Ends the source's transaction, and whatever else is read.
    ///
    /// A statement that stands on a row, as after rows went into quarantine, keeps the moment that
    /// it reads: later writes would not be seen, and in rollback mode none could be made.
    func end() {
        for statement in statements.values { statement.reset() }
        guard isReading else { return }
        try? source.execute("COMMIT")
        isReading = false
    }

    /// Fills a batch; false when its rows are too many bytes.
    private func fill(
        _ batch: inout ChangeBatch,
        _ quarantined: Set<String>,
        isCuttable: Bool
    ) throws(SourceError) -> Bool {
        let keys = (1...width).map { "k\($0)" }.joined(separator: ", ")
        let log = try prepared(
            """
            SELECT t, \(keys) FROM _cutover_log WHERE seq > ? AND seq <= ? GROUP BY t, \(keys)
            """
        )
        try log.bind([.integer(batch.first), .integer(batch.last.seq)])
        defer { log.reset() }
        var current: (number: Int64, changes: [TableChanges], isWhole: Bool)?
        while try log.step() {
            let number = log.integer(0)
            guard let table = tables[number] else { continue }
            if current?.number != number {
                current = (number, table.plans.map { TableChanges($0) }, table.isWhole)
                if table.isWhole {
                    batch.whole.append(table)
                } else {
                    batch.tables += current?.changes ?? []
                }
            }
            guard let found = current, !found.isWhole else { continue }
            // Asked first: reading a value converts it.
            let places = table.captured.key.indices
            let isMalformed = places.contains { log.malformedText($0 + 1) != nil }
            let key = places.map { log.value($0 + 1) }
            if isMalformed || key.contains(.null) {
                // Such a row is known by its rowid alone, or no value that is bound finds it.
                batch.tables.removeAll { one in found.changes.contains { $0 === one } }
                batch.whole.append(table)
                current?.isWhole = true
                continue
            }
            for changes in found.changes {
                try add(key, log, to: changes, quarantined)
            }
            if isCuttable, batch.bytes > Self.byteLimit { return false }
        }
        return true
    }

    private func add(
        _ key: [SourceValue],
        _ log: SourceStatement,
        to changes: TableChanges,
        _ quarantined: Set<String>
    ) throws(SourceError) {
        changes.add(key: log, from: 1)
        if quarantined.contains(changes.table.plan.table.sourceName) {
            // Long values stand in such a key by their checksum.
            let values = key.indices.map { log.keyValue($0 + 1) }
            changes.quarantineKeys.append(RowKey(names: [], values: values).bytes)
        }
        let row = try row(of: changes.table, key)
        if try row.step() { changes.add(row: row, key: key) }
        row.reset()
    }

    /// A statement that reads one row; stepped by the caller, reset afterwards.
    func row(
        of table: FollowedTable.KeyedPlan,
        _ key: [SourceValue]
    ) throws(SourceError) -> SourceStatement {
        let statement = try prepared(table.query)
        try statement.bind(key)
        return statement
    }

    private func prepared(_ sql: String) throws(SourceError) -> SourceStatement {
        if let statement = statements[sql] {
            statement.reset()
            return statement
        }
        let statement = try source.prepare(sql)
        statements[sql] = statement
        return statement
    }
}
