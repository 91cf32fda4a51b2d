/// Copies chunks over one pair of connections, for one thread.
final class TableCopy {
    private static let sendAt = 1 << 16

    private let source: SourceConnection
    private let target: TargetConnection
    private let run: String
    private let cancellation: Cancellation
    private let buffer = ByteBuffer()

    init(
        source: SourceConnection,
        target: TargetConnection,
        run: String,
        cancellation: Cancellation
    ) {
        self.source = source
        self.target = target
        self.run = run
        self.cancellation = cancellation
    }

    /// What became of the rows of a chunk.
    struct Outcome: Sendable {
        var copied = 0
        var quarantined = 0
    }

    /// Why a chunk was not committed.
    enum Failure: Error {
        case source(SourceError)
        case target(TargetError)
        case badRow(QuarantinedRow)
        case cancelled
    }

    /// Copies one chunk: its rows and its checkpoint are committed together or not at all.
    ///
    /// - Parameters:
    ///   - chunk: The chunk.
    ///   - plan: Its table.
    ///   - stopsAtBadRow: Whether a row that does not fit ends the run instead of being kept.
    /// - Returns: What became of its rows.
    /// - Throws: ``Failure``; the transaction is rolled back.
    func copy(
        _ chunk: Chunk,
        of plan: TablePlan,
        stopsAtBadRow: Bool
    ) throws(Failure) -> Outcome {
        do {
            try target.execute("BEGIN")
            Failpoint.reach(.chunkBegun)
            do {
                let outcome = try copyRows(chunk, plan, stopsAtBadRow: stopsAtBadRow)
                Failpoint.reach(.chunkCopied)
                try record(outcome, chunk, plan)
                Failpoint.reach(.chunkRecorded)
                try target.execute("COMMIT")
                Failpoint.reach(.chunkCommitted)
                return outcome
            } catch {
                // When the connection is lost the server rolls back by itself.
                try? target.execute("ROLLBACK")
                throw error
            }
        } catch let error as SourceError {
            throw .source(error)
        } catch let error as TargetError {
            throw .target(error)
        } catch let error as Failure {
            throw error
        } catch {
            preconditionFailure("only these three kinds of error arise here")
        }
    }

    private func copyRows(
        _ chunk: Chunk,
        _ plan: TablePlan,
        stopsAtBadRow: Bool
    ) throws -> Outcome {
        try plan.staging?.prepare(target)
        try target.execute("SAVEPOINT chunk")
        var misfits: [QuarantinedRow] = []
        do {
            let copied = try stream(chunk, plan, &misfits)
            if stopsAtBadRow, let row = misfits.first { throw Failure.badRow(row) }
            try RunState.quarantine(misfits, run: run, target)
            if !misfits.isEmpty { Failpoint.reach(.rowsQuarantined) }
            return Outcome(copied: copied, quarantined: misfits.count)
        } catch let error as TargetError where error.isAboutRow {
            try target.execute("ROLLBACK TO chunk")
            Failpoint.reach(.chunkRefused)
            return try repair(chunk, plan, stopsAtBadRow: stopsAtBadRow)
        }
    }

    /// Sends all rows of a chunk that the encoder can write.
    private func stream(
        _ chunk: Chunk,
        _ plan: TablePlan,
        _ misfits: inout [QuarantinedRow]
    ) throws -> Int {
        let statement = try plan.reader.open(source, chunk.range)
        let skip = plan.reader.identityWidth
        try plan.staging?.empty(target)
        let stream = try CopyStream(on: target, plan.copyStatement)
        buffer.truncate()
        RowEncoder.header.withUnsafeBytes { buffer.append($0) }
        var rows = 0
        do {
            while try statement.step() {
                if let misfit = plan.encode(statement, from: skip, to: buffer) {
                    misfits.append(plan.quarantined(statement, misfit))
                }
                rows += 1
                if buffer.count >= Self.sendAt {
                    try stream.send(buffer.bytes)
                    buffer.truncate()
                    Failpoint.reach(.chunkSending)
                    if cancellation.isCancelled { throw Failure.cancelled }
                }
            }
            RowEncoder.trailer.withUnsafeBytes { buffer.append($0) }
            try stream.send(buffer.bytes)
            Failpoint.reach(.chunkSent)
        } catch {
            stream.abort("the rows could not be read or sent")
            throw error
        }
        buffer.truncate()
        let sent = try stream.finish()
        return try plan.staging?.settle(target) ?? sent
    }

    private func record(_ outcome: Outcome, _ chunk: Chunk, _ plan: TablePlan) throws {
        try target.query(
            """
            INSERT INTO cutover.checkpoint (run_id, table_name, chunk, rows, quarantined)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .text(run), .text(plan.table.sourceName), .integer(chunk.number),
                .integer(outcome.copied), .integer(outcome.quarantined),
            ]
        )
    }

    /// Copies a chunk that the server refused: finds the rows it refuses, and sends the others.
    private func repair(
        _ chunk: Chunk,
        _ plan: TablePlan,
        stopsAtBadRow: Bool
    ) throws -> Outcome {
        let rows = try EncodedRows(chunk, plan, source)
        var quarantined = rows.misfits
        var copied = 0
        var open = [0..<rows.count]
        while let range = open.popLast() {
            if cancellation.isCancelled { throw Failure.cancelled }
            guard !range.isEmpty else { continue }
            try target.execute("SAVEPOINT piece")
            do {
                copied += try send(range, of: rows, plan)
                try target.execute("RELEASE piece")
                Failpoint.reach(.pieceSent)
            } catch let error as TargetError where error.isAboutRow {
                try target.execute("ROLLBACK TO piece; RELEASE piece")
                if range.count == 1 {
                    let row = range.lowerBound
                    let misfit = try plan.staging?.blame(rows.bytes(range), target) ?? error
                    quarantined.append(try rows.quarantined(row, misfit, plan, chunk, source))
                    continue
                }
                // The server names the line; when it does not, halves find the row as well.
                let line = error.copyLine.map { range.lowerBound + $0 - 1 }
                if let line, range.contains(line) {
                    open.append(line + 1..<range.upperBound)
                    open.append(line..<line + 1)
                    open.append(range.lowerBound..<line)
                } else {
                    let middle = range.lowerBound + range.count / 2
                    open.append(middle..<range.upperBound)
                    open.append(range.lowerBound..<middle)
                }
            }
        }
        if stopsAtBadRow, let row = quarantined.first { throw Failure.badRow(row) }
        try RunState.quarantine(quarantined, run: run, target)
        return Outcome(copied: copied, quarantined: quarantined.count)
    }

    private func send(_ range: Range<Int>, of rows: EncodedRows, _ plan: TablePlan) throws -> Int {
        try plan.staging?.empty(target)
        let stream = try CopyStream(on: target, plan.copyStatement)
        do {
            try RowEncoder.header.withUnsafeBytes { try stream.send($0) }
            try stream.send(rows.bytes(range))
            try RowEncoder.trailer.withUnsafeBytes { try stream.send($0) }
        } catch {
            stream.abort("the rows could not be sent")
            throw error
        }
        let sent = try stream.finish()
        return try plan.staging?.settle(target) ?? sent
    }
}

/// What is needed to copy one table; made once, used by all threads.
package struct TablePlan: Sendable {
    let table: TargetTable
    let reader: RowReader
    let encoder: RowEncoder
    /// The `COPY … FROM STDIN` statement.
    let copyStatement: String
    /// The table's name in SQL, with its schema.
    let qualifiedName: String
    /// Where rows stand while the server reads types that the encoder does not write.
    let staging: Staging?

    init(
        _ table: TargetTable,
        source: Catalog.Table,
        schema: String,
        casts: [String: ExistingType.Cast] = [:]
    ) {
        self.table = table
        reader = RowReader(source, columns: table.columns.map(\.sourceName))
        encoder = RowEncoder(columns: table.columns)
        let quote = TargetConnection.quote
        qualifiedName = "\(quote(schema)).\(quote(table.name))"
        let columns = table.columns.map { quote($0.name) }.joined(separator: ", ")
        let staging = casts.isEmpty ? nil : Staging(table, into: qualifiedName, casts)
        self.staging = staging
        copyStatement =
            "COPY \(staging?.name ?? qualifiedName) (\(columns)) FROM STDIN (FORMAT binary)"
    }

    /// Appends the current row of a statement to what is sent.
    @inline(__always)
    func encode(
        _ statement: SourceStatement,
        from first: Int,
        to buffer: ByteBuffer
    ) -> RowEncoder.Misfit? {
        guard let staging else { return encoder.append(statement, from: first, to: buffer) }
        return staging.append(statement, from: first, to: buffer, encoder)
    }

    func quarantined(
        _ statement: SourceStatement,
        _ misfit: RowEncoder.Misfit
    ) -> QuarantinedRow {
        quarantined(
            statement,
            column: table.columns[misfit.column].sourceName,
            reason: misfit.reason,
            sqlState: nil
        )
    }

    func quarantined(
        _ statement: SourceStatement,
        column: String?,
        reason: String,
        sqlState: String?
    ) -> QuarantinedRow {
        let skip = reader.identityWidth
        let values = reader.columns.indices.map { statement.value(skip + $0) }
        return QuarantinedRow(
            table: table.sourceName,
            key: reader.key(identity: reader.identity(of: statement), values: values),
            column: column,
            reason: reason,
            sqlState: sqlState,
            columns: reader.columns.map(\.name),
            values: values
        )
    }
}

extension TargetError {
    /// The row of a COPY that the error is about, from 1, as the server's context names it.
    var copyLine: Int? {
        guard let match = context?.firstMatch(of: /COPY .*?, line (\d+)/) else { return nil }
        return Int(match.1)
    }

    /// The reason for a row's quarantine: the server's words, without the row's values.
    var quarantineReason: String {
        constraint.map { "breaks \"\($0)\": \(messageWithoutValues)" } ?? messageWithoutValues
    }
}
