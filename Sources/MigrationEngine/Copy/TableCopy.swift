/// Copies chunks over one pair of connections, for one thread.
final class TableCopy {
    private static let sendAt = 1 << 16

    private let source: SourceConnection
    private let target: TargetConnection
    private let run: String
    private let cancellation: Cancellation
    private let buffer = ByteBuffer(keepsLargeOutside: true)
    private let quarantine: QuarantineWriter
    /// Keeps alive what the buffer points at while a row with large values is sent again.
    private var largeRow: SourceStatement?

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
        quarantine = QuarantineWriter(target, run: run)
    }

    /// What became of the rows of a chunk.
    struct Outcome: Sendable {
        var copied = 0
        var quarantined = 0
        /// Converted cells, one count a conversion of the table.
        var converted: [Int] = []
    }

    /// Why a chunk was not committed.
    enum Failure: Error {
        case source(SourceError)
        case target(TargetError)
        case badRow(QuarantinedRow)
        case unkeepable(UnkeepableRow)
        case unaccounted(String)
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
        let turn = LargeRowTurn(for: chunk.largestRow)
        defer { turn.end() }
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
        } catch let error as UnkeepableRow {
            throw .unkeepable(error)
        } catch let error as Failure {
            throw error
        } catch {
            preconditionFailure("only these four kinds of error arise here")
        }
    }

    func copyRows(
        _ chunk: Chunk,
        _ plan: TablePlan,
        stopsAtBadRow: Bool
    ) throws -> Outcome {
        try plan.staging?.prepare(target)
        try target.execute("SAVEPOINT chunk")
        var misfits: [Misplaced] = []
        do {
            let tally = plan.makeTally()
            let copied = try stream(chunk, plan, &misfits, tally)
            try keep(misfits, of: chunk, plan, stopsAtBadRow: stopsAtBadRow)
            if !misfits.isEmpty { Failpoint.reach(.rowsQuarantined) }
            return Outcome(
                copied: copied,
                quarantined: misfits.count,
                converted: tally?.cells ?? []
            )
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
        _ misfits: inout [Misplaced],
        _ tally: ConversionTally?
    ) throws -> Int {
        let statement = try plan.open(chunk, source)
        let skip = plan.reader.identityWidth
        try plan.staging?.empty(target)
        let stream = try CopyStream(on: target, plan.copyStatement)
        buffer.truncate()
        RowEncoder.header.withUnsafeBytes { buffer.append($0) }
        var rows = 0
        do {
            while try statement.step() {
                if let misfit = plan.encode(statement, from: skip, to: buffer, tally: tally) {
                    misfits.append(plan.misplaced(rows, misfit))
                } else {
                    tally?.countRow()
                }
                rows += 1
                if buffer.count >= Self.sendAt || !buffer.outside.isEmpty {
                    try stream.send(buffer)
                    buffer.truncate()
                    Failpoint.reach(.chunkSending)
                    if cancellation.isCancelled { throw Failure.cancelled }
                }
            }
            RowEncoder.trailer.withUnsafeBytes { buffer.append($0) }
            try stream.send(buffer)
            Failpoint.reach(.chunkSent)
        } catch {
            buffer.truncate()
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
        try RunState.count(outcome.converted, of: plan.table, run: run, target)
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
        let tally = rows.tally
        var open = [0..<rows.count]
        while let range = open.popLast() {
            if cancellation.isCancelled { throw Failure.cancelled }
            guard !range.isEmpty else { continue }
            try target.execute("SAVEPOINT piece")
            do {
                copied += try send(range, of: rows, chunk, plan)
                try target.execute("RELEASE piece")
                Failpoint.reach(.pieceSent)
            } catch let error as TargetError where error.isAboutRow {
                try target.execute("ROLLBACK TO piece; RELEASE piece")
                if range.count == 1 {
                    let row = range.lowerBound
                    let misfit = try blame(row, of: rows, chunk, plan) ?? error
                    quarantined.append(rows.misplaced(row, misfit, plan))
                    tally?.takeBack(rows.conversions(of: row))
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
        quarantined.sort { $0.place < $1.place }
        try keep(quarantined, of: chunk, plan, stopsAtBadRow: stopsAtBadRow)
        return Outcome(
            copied: copied,
            quarantined: quarantined.count,
            converted: tally?.cells ?? []
        )
    }

    /// Finds the column of a row that the server refuses to read; nil when it names it by itself.
    private func blame(
        _ row: Int,
        of rows: EncodedRows,
        _ chunk: Chunk,
        _ plan: TablePlan
    ) throws -> TargetError? {
        defer { largeRow = nil }
        return try plan.staging?.blame(target) { stream in
            try rows.send(row..<row + 1, to: stream) { try encoded($0, of: chunk, plan) }
        }
    }

    /// Puts rows of a chunk into quarantine, read from the source once more.
    private func keep(
        _ rows: [Misplaced],
        of chunk: Chunk,
        _ plan: TablePlan,
        stopsAtBadRow: Bool
    ) throws {
        guard !rows.isEmpty else { return }
        let stopping = plan.stopping(rows, stopsAtBadRow)
        let statement = try plan.open(chunk, source)
        var next = (stopping.map { [$0] } ?? rows).makeIterator()
        var place = -1
        func entry() throws -> QuarantineWriter.Entry? {
            guard let row = next.next() else { return nil }
            while place < row.place, try statement.step() { place += 1 }
            return plan.entry(statement, row.column, row.reason, row.sqlState)
        }
        if stopping != nil, let row = try entry()?.row { throw Failure.badRow(row) }
        try quarantine.write(entry)
    }

    /// Encodes one row of a chunk anew, by its place.
    private func encoded(_ place: Int, of chunk: Chunk, _ plan: TablePlan) throws -> ByteBuffer {
        let statement = try plan.open(chunk, source)
        for _ in 0...place { _ = try statement.step() }
        buffer.truncate()
        _ = plan.encode(statement, from: plan.reader.identityWidth, to: buffer)
        largeRow = statement
        return buffer
    }

    private func send(
        _ range: Range<Int>,
        of rows: EncodedRows,
        _ chunk: Chunk,
        _ plan: TablePlan
    ) throws -> Int {
        defer { largeRow = nil }
        try plan.staging?.empty(target)
        let stream = try CopyStream(on: target, plan.copyStatement)
        do {
            try RowEncoder.header.withUnsafeBytes { try stream.send($0) }
            try rows.send(range, to: stream) { try encoded($0, of: chunk, plan) }
            try RowEncoder.trailer.withUnsafeBytes { try stream.send($0) }
        } catch {
            stream.abort("the rows could not be sent")
            throw error
        }
        let sent = try stream.finish()
        return try plan.staging?.settle(target) ?? sent
    }
}
