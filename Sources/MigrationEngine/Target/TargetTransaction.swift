/// A transaction of a ``TargetPool``, for as long as its work runs.
public final class TargetTransaction {
    private var connection: TargetConnection?
    private let pool: TargetPool

    init(_ connection: TargetConnection, _ pool: TargetPool) {
        self.connection = connection
        self.pool = pool
    }

    /// Runs a statement.
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
        let parameters = try parameters(values)
        let found = try onServer { connection throws(TargetError) in
            try connection.query(sql, parameters)
        }
        return found.rows.map { PoolRow(columns: found.columns, values: $0) }
    }

    /// Runs a statement that writes.
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
        let parameters = try parameters(values)
        return try onServer { connection throws(TargetError) in
            try connection.query(sql, parameters).affected
        }
    }

    /// Writes a row, or what differs of it when a row of this key is there.
    ///
    /// - Parameters:
    ///   - table: The table.
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
        let missing = key.filter { column in !row.contains { $0.key == column } }
        guard !key.isEmpty, missing.isEmpty else {
            throw misuse(
                "the row has no value for the key's \(missing.joined(separator: ", "))",
                remedy: "give the columns of the key with the row"
            )
        }
        let upsert = Upsert(table: table, row: row.map { ($0.key, $0.value) }, key: key)
        return try update(upsert.sql, upsert.values)
    }

    /// Runs work whose failure takes back only itself, so that one bad row does not end the
    /// transaction.
    ///
    /// - Parameter work: The work.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws; it may be caught, and the transaction goes on.
    public func savepoint<Value>(
        _ work: () throws(MigrationError) -> Value
    ) throws(MigrationError) -> Value {
        try execute("SAVEPOINT step")
        do throws(MigrationError) {
            let value = try work()
            try execute("RELEASE SAVEPOINT step")
            return value
        } catch {
            // The first error tells what happened; without a connection there is nothing to undo.
            try? execute("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")
            throw error
        }
    }

    /// Takes the connection away: it belongs to the pool again.
    func end() { connection = nil }

    private func execute(_ sql: String) throws(MigrationError) {
        try onServer { connection throws(TargetError) in try connection.execute(sql) }
    }

    private func onServer<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        guard let connection else {
            throw misuse(
                "this transaction is over",
                remedy: "use it only inside of the work that it was given to"
            )
        }
        do throws(TargetError) {
            return try work(connection)
        } catch {
            throw pool.error(.server(error))
        }
    }

    private func parameters(_ values: [PoolValue]) throws(MigrationError) -> [TargetParameter] {
        var parameters: [TargetParameter] = []
        for value in values {
            guard let parameter = value.parameter else {
                throw misuse(
                    "the server's clock is not a value of a statement",
                    remedy: "write CURRENT_TIMESTAMP into the statement; .now is for upsert"
                )
            }
            parameters.append(parameter)
        }
        return parameters
    }

    private func misuse(_ message: String, remedy: String) -> MigrationError {
        MigrationError(
            .usage,
            message,
            place: .init(pool.settings.purpose, side: .target),
            remedy: remedy
        )
    }
}

// because its connection is lent to one thread
@available(*, unavailable)
extension TargetTransaction: Sendable {}
