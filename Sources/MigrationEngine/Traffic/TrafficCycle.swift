import Foundation

/// One cycle of a worker: a short transaction, and what it left behind.
struct TrafficCycle {
    /// How a cycle ended.
    enum Outcome {
        /// Committed, with the statements that changed rows.
        case committed([TrafficKind])
        /// There was no row to work on; nothing was written.
        case empty
    }

    private struct Touched {
        var row: CommittedWrite.Key
        var value: SourceValue
        var kind: TrafficKind
    }

    let worker: String
    let keys: [String: String]
    let ledger: TrafficLedger

    /// Runs an operation.
    ///
    /// - Parameters:
    ///   - operation: The operation.
    ///   - drawn: The values of the cycle.
    ///   - database: The worker's connection.
    /// - Returns: How it ended.
    /// - Throws: ``TrafficFailure``; nothing was written then, unless COMMIT itself was lost, which
    ///   the ledger says.
    func run(
        _ operation: TrafficOperation,
        _ drawn: TrafficValues,
        on database: TrafficDatabase
    ) throws(TrafficFailure) -> Outcome {
        try database.begin()
        let written: (kinds: [TrafficKind], rows: [CommittedWrite])
        do throws(TrafficFailure) {
            guard let done = try write(operation, drawn, database) else {
                database.rollback()
                return .empty
            }
            written = done
        } catch {
            database.rollback()
            throw error
        }
        try commit(written.rows, database)
        return .committed(written.kinds)
    }

    private func commit(
        _ rows: [CommittedWrite],
        _ database: TrafficDatabase
    ) throws(TrafficFailure) {
        do throws(TrafficFailure) {
            try database.commit()
        } catch {
            database.rollback()
            if database.side == .target, error.isConnectionLost { add(rows, isCertain: false) }
            throw error
        }
        add(rows, isCertain: true)
    }

    private func add(_ rows: [CommittedWrite], isCertain: Bool) {
        let now = Date().timeIntervalSince1970
        ledger.add(
            rows.map { row in
                var row = row
                row.at = now
                row.isCertain = isCertain
                return row
            }
        )
    }

    private func write(
        _ operation: TrafficOperation,
        _ drawn: TrafficValues,
        _ database: TrafficDatabase
    ) throws(TrafficFailure) -> (kinds: [TrafficKind], rows: [CommittedWrite])? {
        var values = drawn
        var kinds: [TrafficKind] = []
        var touched: [Touched] = []
        for step in operation.steps {
            switch step {
            case .pick(let query):
                // Locked, so that no child comes to a row that is about to be deleted.
                let locked = database.side == .source ? query : query.locking
                guard let row = try database.rows(locked, values).first else { return nil }
                values.merge(row) { _, picked in picked }
            case .write(let write):
                let kind = try run(write, &values, &touched, database)
                if let kind { kinds.append(kind) }
            }
        }
        guard !kinds.isEmpty else { return nil }
        return (kinds, try states(touched, database))
    }

    /// Runs one statement and notes the rows that it may have changed.
    private func run(
        _ write: TrafficWrite,
        _ values: inout TrafficValues,
        _ touched: inout [Touched],
        _ database: TrafficDatabase
    ) throws(TrafficFailure) -> TrafficKind? {
        let before = try find(write, values, database)
        let done = try database.write(
            database.side == .source ? write.source : write.target,
            values,
            returning: write.returning?.column
        )
        guard done.changed > 0 else { return nil }
        if let name = write.returning?.name, let given = done.given { values[name] = given }
        let after = try find(write, values, database)
        let here = write.touches.first?.table
        let isCascade =
            write.kind == .delete
            && before.contains { row in
                row.row.table != here && !after.contains { $0.row == row.row }
            }
        let kind = isCascade ? .cascade : write.kind
        for var row in before + after {
            row.kind = kind
            touched.removeAll { $0.row == row.row }
            touched.append(row)
        }
        return kind
    }

    private func find(
        _ write: TrafficWrite,
        _ values: TrafficValues,
        _ database: TrafficDatabase
    ) throws(TrafficFailure) -> [Touched] {
        var found: [Touched] = []
        for rows in write.touches {
            let key = key(rows.table)
            let condition = rows.condition.prefixed("SELECT \(key) FROM \(rows.table) WHERE ")
            // Locked, also where the statement itself leaves them alone: what is noted of a row must
            // not be older than what another worker notes of it later.
            let locked = database.side == .source ? condition : condition.locking
            for row in try database.rows(locked, values) {
                guard let value = row[key] else { continue }
                found.append(
                    Touched(
                        row: .init(table: rows.table, column: key, value: value.ledgerText ?? ""),
                        value: value,
                        kind: write.kind
                    )
                )
            }
        }
        return found
    }

    /// The rows as the transaction leaves them, each with its place in the order of commits.
    ///
    /// The place is taken while the rows cannot be written by another transaction: SQLite has one
    /// writer at a time, PostgreSQL holds the lock of each row that was changed.
    private func states(
        _ touched: [Touched],
        _ database: TrafficDatabase
    ) throws(TrafficFailure) -> [CommittedWrite] {
        var writes: [CommittedWrite] = []
        for row in touched {
            let key = row.row.column
            let query = TrafficSQL("SELECT * FROM \(row.row.table) WHERE \(key) = :key")
            writes.append(
                CommittedWrite(
                    sequence: ledger.next(),
                    at: 0,
                    worker: worker,
                    side: database.side,
                    key: row.row,
                    kind: row.kind,
                    row: try database.rows(query, ["key": row.value]).first
                )
            )
        }
        return writes
    }

    private func key(_ table: String) -> String { keys[table] ?? "id" }
}

extension SourceValue {
    /// The value as the ledger writes keys: the same text for both sides; nil for NULL.
    var ledgerText: String? {
        switch self {
        case .null: nil
        case .integer(let integer): String(integer)
        case .real(let real): String(real)
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        case .blob(let bytes): bytes.hexadecimal
        }
    }
}
