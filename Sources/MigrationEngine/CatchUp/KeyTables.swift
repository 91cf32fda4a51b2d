/// Temporary tables of one session of the target that hold the keys of changed rows.
final class KeyTables {
    private let target: TargetConnection
    private var made: Set<String> = []
    private var pending: Set<String> = []
    private let header = ByteBuffer(capacity: 32)
    private let trailer = ByteBuffer(capacity: 32)

    init(_ target: TargetConnection) {
        self.target = target
        RowEncoder.header.withUnsafeBytes { header.append($0) }
        RowEncoder.trailer.withUnsafeBytes { trailer.append($0) }
    }

    /// Puts keys into a table's temporary table, in the caller's transaction, with which they go.
    ///
    /// - Parameters:
    ///   - keys: Encoded keys, without the stream's header and trailer.
    ///   - table: The table whose keys they are.
    /// - Throws: ``TargetError``.
    func fill(
        _ keys: UnsafeRawBufferPointer,
        of table: FollowedTable.KeyedPlan
    ) throws(TargetError) {
        let columns = table.keyColumns.map(TargetConnection.quote).joined(separator: ", ")
        if made.contains(table.keyTable) || pending.contains(table.keyTable) {
            try target.execute("DELETE FROM \(table.keyTable)")
        } else {
            // `pg_temp.` cannot stand in front of the name of a temporary table that is made.
            try target.execute(
                """
                CREATE TEMPORARY TABLE IF NOT EXISTS \(table.keyTable.dropFirst(8))
                ON COMMIT DELETE ROWS
                AS SELECT \(columns) FROM \(table.plan.qualifiedName) WITH NO DATA
                """
            )
            pending.insert(table.keyTable)
        }
        _ = try copy("COPY \(table.keyTable) (\(columns)) FROM STDIN (FORMAT binary)", keys)
    }

    /// Says that the transaction is committed, and with it the tables that it made.
    func committed() {
        made.formUnion(pending)
        pending.removeAll()
    }

    /// Says that the transaction is rolled back, and with it the tables that it made.
    func rolledBack() { pending.removeAll() }

    /// Sends encoded rows.
    ///
    /// - Parameters:
    ///   - statement: The `COPY … FROM STDIN`.
    ///   - rows: Encoded rows, without the stream's header and trailer.
    /// - Returns: How many the server took.
    /// - Throws: ``TargetError``.
    func copy(
        _ statement: String,
        _ rows: UnsafeRawBufferPointer
    ) throws(TargetError) -> Int {
        let stream = try CopyStream(on: target, statement)
        do throws(TargetError) {
            try stream.send(header.bytes)
            try stream.send(rows)
            try stream.send(trailer.bytes)
        } catch {
            stream.abort("the rows could not be sent")
            throw error
        }
        return try stream.finish()
    }
}
