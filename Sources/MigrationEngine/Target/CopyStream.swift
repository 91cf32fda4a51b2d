import CPostgres

/// A running `COPY … FROM STDIN`, which must be ended: finished, or aborted with a reason.
package struct CopyStream: ~Copyable {
    private let connection: TargetConnection
    private var isEnded = false

    /// Starts a COPY.
    ///
    /// - Parameters:
    ///   - connection: The connection; nothing else may run on it until the end.
    ///   - sql: The `COPY … FROM STDIN` statement.
    /// - Throws: ``TargetError`` when the server refuses the statement.
    package init(on connection: TargetConnection, _ sql: String) throws(TargetError) {
        // Once to begin, once to end.
        connection.roundTrips += 2
        let result = PQexec(connection.handle, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COPY_IN else {
            throw TargetError(result: result, connection: connection.handle)
        }
        self.connection = connection
    }

    // Dropped without an end: the server must not take half of the rows for all of them.
    deinit {
        if !isEnded { _ = Self.end(connection, reason: "abandoned") }
    }

    /// Sends bytes.
    ///
    /// - Parameter bytes: Bytes in COPY's format; borrowed during the call. A row may be sent in
    ///   several calls.
    /// - Throws: ``TargetError`` when the connection is lost.
    package borrowing func send(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
        guard let start = bytes.baseAddress else { return }
        var offset = 0
        while offset < bytes.count {
            // libpq copies what it gets into a buffer of its own, which never shrinks again.
            let size = min(Self.piece, bytes.count - offset)
            let sent = PQputCopyData(
                connection.handle,
                (start + offset).assumingMemoryBound(to: CChar.self),
                Int32(size)
            )
            guard sent == 1 else { throw TargetError(connection: connection.handle) }
            connection.noteTaken()
            offset += size
        }
    }

    private static let piece = 1 << 18

    /// Sends the bytes of a buffer, with the large values that it only points at in their places.
    ///
    /// - Parameter buffer: The buffer; unchanged.
    /// - Throws: ``TargetError`` when the connection is lost.
    borrowing func send(_ buffer: ByteBuffer) throws(TargetError) {
        var sent = 0
        for value in buffer.outside {
            try send(UnsafeRawBufferPointer(rebasing: buffer.bytes[sent..<value.offset]))
            try send(value.bytes)
            sent = value.offset
        }
        try send(UnsafeRawBufferPointer(rebasing: buffer.bytes[sent...]))
    }

    /// Ends the COPY; the server checks what it has not checked yet.
    ///
    /// - Returns: The number of rows that the server took.
    /// - Throws: ``TargetError`` when the server refuses the rows.
    package consuming func finish() throws(TargetError) -> Int {
        isEnded = true
        return try Self.end(connection, reason: nil).get()
    }

    /// Ends the COPY without any of its rows.
    ///
    /// - Parameter reason: What the server's log will say.
    package consuming func abort(_ reason: String) {
        isEnded = true
        _ = Self.end(connection, reason: reason)
    }

    private static func end(
        _ connection: TargetConnection,
        reason: String?
    ) -> Result<Int, TargetError> {
        var outcome: Result<Int, TargetError> = .success(0)
        if PQputCopyEnd(connection.handle, reason) != 1 {
            outcome = .failure(TargetError(connection: connection.handle))
        }
        while let result = PQgetResult(connection.handle) {
            if PQresultStatus(result) == PGRES_COMMAND_OK {
                outcome = .success(Int(String(cString: PQcmdTuples(result))) ?? 0)
            } else if PQresultStatus(result) == PGRES_COPY_IN {
                // The end could not be sent; asking again would never stop.
                PQclear(result)
                break
            } else {
                outcome = .failure(TargetError(result: result, connection: connection.handle))
            }
            PQclear(result)
        }
        return outcome
    }
}

/// A running `COPY … TO STDOUT`, one row at a time.
package struct CopyReader: ~Copyable {
    private let connection: TargetConnection
    private var row: UnsafeMutablePointer<CChar>?
    private var isAtEnd = false

    /// Starts a COPY.
    ///
    /// - Parameters:
    ///   - connection: The connection; nothing else may run on it until the end.
    ///   - sql: The `COPY … TO STDOUT` statement.
    /// - Throws: ``TargetError`` when the server refuses the statement.
    package init(on connection: TargetConnection, _ sql: String) throws(TargetError) {
        connection.roundTrips += 1
        let result = PQexec(connection.handle, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COPY_OUT else {
            throw TargetError(result: result, connection: connection.handle)
        }
        self.connection = connection
    }

    // Dropped before the end: stop the server, then take what is already under way.
    deinit {
        if let row { PQfreemem(row) }
        guard !isAtEnd else { return }
        connection.canceller().cancel()
        var rest: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(connection.handle, &rest, 0) > 0 {
            if let taken = rest { PQfreemem(taken) }
            rest = nil
        }
        while let result = PQgetResult(connection.handle) { PQclear(result) }
    }

    /// Reads the next message, which holds one row.
    ///
    /// - Returns: Its bytes, borrowed until the next call, or nil at the end.
    /// - Throws: ``TargetError`` when the server fails.
    package mutating func next() throws(TargetError) -> UnsafeRawBufferPointer? {
        if let row { PQfreemem(row) }
        row = nil
        let length = PQgetCopyData(connection.handle, &row, 0)
        if length > 0 { return UnsafeRawBufferPointer(start: row, count: Int(length)) }
        isAtEnd = true
        var failure: TargetError?
        if length == -2 { failure = TargetError(connection: connection.handle) }
        while let result = PQgetResult(connection.handle) {
            if PQresultStatus(result) != PGRES_COMMAND_OK {
                failure = TargetError(result: result, connection: connection.handle)
            }
            PQclear(result)
        }
        if let failure { throw failure }
        return nil
    }
}
