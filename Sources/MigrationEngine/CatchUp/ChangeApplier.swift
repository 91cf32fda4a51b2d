/// Writes changes into the target: each batch in one transaction, together with the position.
///
/// The rows of a batch are deleted and written anew, so that two rows can swap a unique value.
/// Keys between tables and triggers rest while the run follows, see ``LiveTarget``.
final class ChangeApplier {
    /// What became of a batch.
    struct Applied {
        /// Changes of the log.
        var changes = 0
        /// Rows written.
        var written = 0
        /// Rows that did not fit.
        var quarantined = 0
    }

    /// Why a batch was not committed.
    enum Failure: Error {
        case source(SourceError)
        case target(TargetError)
        /// A unique value is still held by a row whose change comes later in the log.
        case conflict
        /// Another process has moved the position.
        case overtaken
        case copy(TableCopy.Failure, table: String)
        case unkeepable(UnkeepableRow)
    }

    private let target: TargetConnection
    private let reader: ChangeReader
    private let run: String
    private let cancellation: Cancellation
    private let keyTables: KeyTables

    init(
        _ target: TargetConnection,
        _ reader: ChangeReader,
        run: String,
        _ cancellation: Cancellation
    ) {
        self.target = target
        self.reader = reader
        self.run = run
        self.cancellation = cancellation
        keyTables = KeyTables(target)
    }

    /// The tables that have rows in quarantine, as the source spells them.
    func quarantinedTables() throws(TargetError) -> Set<String> {
        let rows = try target.query(
            "SELECT DISTINCT table_name FROM cutover.quarantine WHERE run_id = $1",
            [.text(run)]
        ).rows
        return Set(rows.compactMap { $0[0] })
    }

    /// Writes a batch.
    ///
    /// - Parameter batch: The changes.
    /// - Returns: What became of them.
    /// - Throws: ``Failure``; then nothing of the batch is written.
    func apply(_ batch: ChangeBatch) throws(Failure) -> Applied {
        defer { keyTables.rolledBack() }
        do {
            let applied = try target.transaction {
                var applied = Applied(changes: batch.count)
                for table in batch.whole {
                    for plan in table.plans { applied.add(try copyAnew(plan.plan)) }
                }
                for changes in batch.tables {
                    applied.add(try write(changes, isComplete: batch.isComplete))
                }
                Failpoint.reach(.batchWritten)
                let isMoved = try RunState.advance(
                    from: batch.first,
                    to: batch.last,
                    reading: batch.head,
                    changes: batch.count,
                    run: run,
                    target
                )
                guard isMoved else { throw Failure.overtaken }
                Failpoint.reach(.positionMoved)
                return applied
            }
            keyTables.committed()
            Failpoint.reach(.batchCommitted)
            return applied
        } catch let error as Failure {
            throw error
        } catch let error as SourceError {
            throw .source(error)
        } catch let error as TargetError {
            throw .target(error)
        } catch let error as UnkeepableRow {
            throw .unkeepable(error)
        } catch {
            preconditionFailure("only these four kinds of error arise here")
        }
    }

    // MARK: - Rows by key

    private func write(_ changes: TableChanges, isComplete: Bool) throws -> Applied {
        var applied = Applied()
        try forgetQuarantined(changes)
        if changes.keyCount > 0 { try delete(changes) }
        var refused: [(key: [SourceValue], column: String?, reason: String, state: String?)] = []
        refused += changes.misfits.map { key, misfit in
            (
                key, changes.table.plan.table.columns[misfit.column].sourceName, misfit.reason,
                nil
            )
        }
        var open = changes.count > 0 ? [0..<changes.count] : []
        while let range = open.popLast() {
            try target.execute("SAVEPOINT piece")
            do throws(TargetError) {
                applied.written += try send(range, of: changes)
                try target.execute("RELEASE piece")
            } catch {
                guard error.isAboutRow else { throw error }
                // Once all rows of a moment are there, a value that stands twice is in the source.
                guard isComplete || error.sqlState != "23505" else { throw Failure.conflict }
                try target.execute("ROLLBACK TO piece; RELEASE piece")
                if range.count == 1 {
                    let row = range.lowerBound
                    let column = error.column ?? error.copyColumn
                    refused.append(
                        (
                            changes.rowKeys[row],
                            changes.table.plan.table.columns.first { $0.name == column }?
                                .sourceName,
                            error.quarantineReason, error.sqlState
                        )
                    )
                    changes.takeBack(row)
                    continue
                }
                let middle = range.lowerBound + range.count / 2
                open.append(middle..<range.upperBound)
                open.append(range.lowerBound..<middle)
            }
        }
        try RunState.count(
            changes.convertedCells,
            of: changes.table.plan.table,
            run: run,
            target
        )
        applied.quarantined = try quarantine(refused, of: changes.table)
        return applied
    }

    private func forgetQuarantined(_ changes: TableChanges) throws(TargetError) {
        guard !changes.quarantineKeys.isEmpty else { return }
        let keys = changes.quarantineKeys.map { "\"\\\\x\($0.hexadecimal)\"" }
        try target.query(
            """
            DELETE FROM cutover.quarantine
            WHERE run_id = $1 AND table_name = $2 AND key_bytes = ANY ($3::bytea[])
            """,
            [
                .text(run), .text(changes.table.plan.table.sourceName),
                .text("{" + keys.joined(separator: ",") + "}"),
            ]
        )
    }

    private func delete(_ changes: TableChanges) throws(TargetError) {
        let table = changes.table
        try keyTables.fill(changes.keys.bytes, of: table)
        let match = table.keyColumns.map(TargetConnection.quote).map { "t.\($0) = k.\($0)" }
        try target.execute(
            """
            DELETE FROM \(table.plan.qualifiedName) t USING \(table.keyTable) k
            WHERE \(match.joined(separator: " AND "))
            """
        )
    }

    private func send(_ range: Range<Int>, of changes: TableChanges) throws(TargetError) -> Int {
        try keyTables.copy(changes.table.plan.copyStatement, changes.bytes(range))
    }

    /// Keeps rows that do not fit, as they are in the source by now.
    private func quarantine(
        _ refused: [(key: [SourceValue], column: String?, reason: String, state: String?)],
        of table: FollowedTable.KeyedPlan
    ) throws -> Int {
        guard !refused.isEmpty else { return 0 }
        var rest = refused.makeIterator()
        return try QuarantineWriter(target, run: run).write {
            while let row = rest.next() {
                let statement = try reader.row(of: table, row.key)
                // Gone since: its deletion comes later in the log.
                guard try statement.step() else { continue }
                return table.plan.entry(statement, row.column, row.reason, row.state)
            }
            return nil
        }
    }

    // MARK: - Whole tables

    private func copyAnew(_ plan: TablePlan) throws -> Applied {
        try target.execute("DELETE FROM \(plan.qualifiedName)")
        try target.query(
            "DELETE FROM cutover.quarantine WHERE run_id = $1 AND table_name = $2",
            [.text(run), .text(plan.table.sourceName)]
        )
        let copy = TableCopy(
            source: reader.source,
            target: target,
            run: run,
            cancellation: cancellation
        )
        do {
            let outcome = try copy.copyRows(
                Chunk(table: 0, number: 0, range: .whole(plan.reader.identity), rows: 0),
                plan,
                stopsAtBadRow: false
            )
            return Applied(
                changes: 0,
                written: outcome.copied,
                quarantined: outcome.quarantined
            )
        } catch let error as TableCopy.Failure {
            throw Failure.copy(error, table: plan.table.sourceName)
        }
    }
}

extension ChangeApplier.Applied {
    fileprivate mutating func add(_ other: Self) {
        written += other.written
        quarantined += other.quarantined
    }
}

extension RowRange {
    /// All rows of a table, in the form that its identity asks for.
    static func whole(_ identity: RowIdentity) -> RowRange {
        switch identity {
        case .rowid: .rowids(.min, .max)
        case .key: .keys(after: nil, through: nil)
        case .none: .all
        }
    }
}
