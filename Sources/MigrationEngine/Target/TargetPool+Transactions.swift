import CPostgres
import Foundation

extension TargetPool {
    /// How a transaction sees the others.
    public enum Isolation: String, Sendable {
        /// Each statement sees what was committed before it.
        case readCommitted = "READ COMMITTED"
        /// All statements see what was committed before the first.
        case repeatableRead = "REPEATABLE READ"
        /// As if the transactions had run one after the other.
        case serializable = "SERIALIZABLE"
    }

    /// Runs work in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// The whole work is run again, in a new transaction, after a serialization failure or a
    /// deadlock, and when the connection was lost before COMMIT was sent: nothing was kept then. So
    /// it must do nothing outside of the transaction that may not happen twice. A connection that
    /// is lost during COMMIT is never tried again on its own: nobody can tell whether it was kept.
    ///
    /// - Parameters:
    ///   - isolation: How it sees the others.
    ///   - isReadOnly: Whether the server refuses to write.
    ///   - isIdempotent: Whether the work may be done twice, so that it is tried again also when
    ///     nobody knows whether it was kept.
    ///   - work: The work; it has the transaction until it returns and no longer.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``: of the work, `pool_exhausted`, `commit_unknown`, or what the
    ///   server said.
    public func transaction<Value>(
        _ isolation: Isolation = .readCommitted,
        isReadOnly: Bool = false,
        isIdempotent: Bool = false,
        _ work: (TargetTransaction) throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        let how = How(isolation: isolation, isReadOnly: isReadOnly, isIdempotent: isIdempotent)
        do throws(PoolFailure) {
            return try run(how) { connection throws(PoolFailure) in
                let transaction = TargetTransaction(connection, self)
                defer { transaction.end() }
                do throws(MigrationError) {
                    return try work(transaction)
                } catch {
                    throw .front(error)
                }
            }
        } catch {
            throw self.error(error)
        }
    }

    /// Runs one statement in a transaction of its own.
    ///
    /// - Parameters:
    ///   - sql: The statement, with `$1` and so on for values.
    ///   - values: The values; the server takes each for the type that its place has.
    /// - Returns: The rows; none for a statement that gives no rows.
    /// - Throws: ``MigrationError``.
    public func query(
        _ sql: String,
        _ values: [PoolValue] = []
    ) throws(MigrationError) -> [PoolRow] {
        try transaction { transaction throws(MigrationError) in
            try transaction.query(sql, values)
        }
    }

    /// Runs one statement that writes, in a transaction of its own.
    ///
    /// - Parameters:
    ///   - sql: The statement, with `$1` and so on for values.
    ///   - values: The values.
    /// - Returns: How many rows it touched.
    /// - Throws: ``MigrationError``.
    @discardableResult
    public func update(
        _ sql: String,
        _ values: [PoolValue] = []
    ) throws(MigrationError) -> Int {
        try transaction { transaction throws(MigrationError) in
            try transaction.update(sql, values)
        }
    }

    /// Writes a row, or what differs of it when a row of this key is there.
    ///
    /// - Parameters:
    ///   - table: The table; `schema` of the settings says where.
    ///   - row: The columns and their values.
    ///   - key: The columns of the key; they are not overwritten.
    /// - Returns: How many rows were written: 0 only when nothing but the key was given.
    /// - Throws: ``MigrationError`` of code `usage` when the key is not among the columns.
    @discardableResult
    public func upsert(
        _ table: String,
        _ row: KeyValuePairs<String, PoolValue>,
        key: [String]
    ) throws(MigrationError) -> Int {
        try transaction { transaction throws(MigrationError) in
            try transaction.upsert(table, row, key: key)
        }
    }

    // MARK: - For the engine

    /// What a transaction is begun with.
    package struct How: Sendable {
        var isolation = Isolation.readCommitted
        var isReadOnly = false
        var isIdempotent = false

        var begin: String {
            "BEGIN ISOLATION LEVEL \(isolation.rawValue)\(isReadOnly ? " READ ONLY" : "")"
        }
    }

    /// Runs work in a transaction, and again when the server asks for it.
    ///
    /// - Parameters:
    ///   - how: What it is begun with.
    ///   - work: The work.
    /// - Returns: What the work returns.
    /// - Throws: ``PoolFailure``.
    package func run<Value>(
        _ how: How = How(),
        _ work: (TargetConnection) throws(PoolFailure) -> Value
    ) throws(PoolFailure) -> Value {
        var attempt = 1
        var wasConnected = false
        while true {
            do throws(PoolFailure) {
                return try once(how, work)
            } catch {
                // A server that was never reached is not asked again; one that went away may be back.
                let isAway = wasConnected && error.isFromConnecting
                var isSafe = error.isRefusedForOthers || error.isLostUncommitted || isAway
                if case .commitUnknown = error { isSafe = how.isIdempotent }
                guard isSafe, attempt < settings.retry.attempts else { throw error }
                wasConnected = true
            }
            Thread.sleep(forTimeInterval: settings.retry.wait(after: attempt).seconds)
            attempt += 1
        }
    }

    private func once<Value>(
        _ how: How,
        _ work: (TargetConnection) throws(PoolFailure) -> Value
    ) throws(PoolFailure) -> Value {
        let lent = try take()
        let connection = lent.connection
        // What cannot be taken back is closed, and the server rolls back by itself.
        defer {
            if connection.transactionState != .none { try? connection.execute("ROLLBACK") }
            giveBack(lent, isSound: connection.transactionState == .none)
        }
        do throws(TargetError) { try connection.execute(how.begin) } catch { throw .server(error) }
        let value = try work(connection)
        try commit(connection)
        return value
    }

    private func commit(_ connection: TargetConnection) throws(PoolFailure) {
        // > https://www.postgresql.org/docs/current/sql-commit.html: in a transaction that failed,
        // > COMMIT is a ROLLBACK, and no error.
        guard connection.transactionState != .failed else {
            throw .front(
                MigrationError(
                    .targetFailed,
                    "a statement of the transaction failed and was passed over, so nothing is kept",
                    place: .init(settings.purpose, side: .target, path: address.redacted),
                    remedy: "let the error out of the transaction, or put the statement into a "
                        + "savepoint"
                )
            )
        }
        do throws(TargetError) {
            try connection.execute("COMMIT")
        } catch {
            throw error.isConnectionLost ? .commitUnknown(error) : .server(error)
        }
    }

    /// Says a failure to the operator.
    ///
    /// - Parameter failure: The failure.
    /// - Returns: The error with its place and remedy.
    package func error(_ failure: PoolFailure) -> MigrationError {
        let place = MigrationError.Place(settings.purpose, side: .target, path: address.redacted)
        switch failure {
        case .front(let error): return error
        case .server(let error):
            return TargetFailure.wrap(error, stage: settings.purpose, address: address)
        case .abandoned:
            return MigrationError(
                .internal,
                "a transaction was given up and nobody took note",
                place: place,
                remedy: "report this"
            )
        case .exhausted(let size, let waiting, let seconds):
            let all = size == 1 ? "the one connection was" : "all \(size) connections were"
            let wait = String(format: "%.3g", seconds)
            let others = waiting == 0 ? "" : "; \(GateWords.count(waiting, "other")) wait, too"
            return MigrationError(
                .poolExhausted,
                "\(all) in use for \(wait) s\(others)",
                place: place,
                remedy: "make transactions shorter, or the pool or its time-out larger; a "
                    + "transaction must not ask its own pool for another one"
            )
        case .commitUnknown(let error):
            return MigrationError(
                .commitUnknown,
                "the connection was lost during COMMIT: it is not known whether it was kept",
                place: place,
                kept: .other("all of the transaction, or nothing of it"),
                remedy: "look whether the rows are there before you do it again",
                cause: error.cause
            )
        }
    }
}

extension TargetConnection {
    /// Whether a transaction is open on a connection.
    enum TransactionState {
        case none
        case open
        case failed
        case unknown
    }

    /// Whether a transaction is open, as libpq knows it without asking.
    var transactionState: TransactionState {
        switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE: .none
        case PQTRANS_INERROR: .failed
        case PQTRANS_INTRANS, PQTRANS_ACTIVE: .open
        default: .unknown
        }
    }
}
