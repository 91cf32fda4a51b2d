extension CopyStream {
    /// The bytes that a buffer gathers before they are sent.
    private static let sendAt = 1 << 16

    /// Runs a whole binary COPY, row by row, through a buffer.
    ///
    /// - Parameters:
    ///   - target: The connection.
    ///   - sql: The `COPY … FROM STDIN (FORMAT binary)` statement.
    ///   - buffer: Gathers rows; empty afterwards. What it points at outside of itself must live
    ///     until the next row is asked for.
    ///   - appendRow: Appends the next row, or nothing for one that is passed over; false at the end.
    /// - Returns: The number of rows that the server took.
    /// - Throws: ``TargetError``, or what `appendRow` throws; then the server takes no row.
    static func run(
        on target: TargetConnection,
        _ sql: String,
        through buffer: ByteBuffer,
        _ appendRow: () throws -> Bool
    ) throws -> Int {
        let stream = try CopyStream(on: target, sql)
        defer { buffer.truncate() }
        do {
            buffer.truncate()
            RowEncoder.header.withUnsafeBytes { buffer.append($0) }
            while try appendRow() {
                guard buffer.count >= sendAt || !buffer.outside.isEmpty else { continue }
                try stream.send(buffer)
                buffer.truncate()
            }
            RowEncoder.trailer.withUnsafeBytes { buffer.append($0) }
            try stream.send(buffer)
        } catch {
            stream.abort("the rows could not be read or sent")
            throw error
        }
        return try stream.finish()
    }
}
