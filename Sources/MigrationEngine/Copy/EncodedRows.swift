/// The rows of one chunk in memory, so that pieces of it can be sent again.
///
/// Only made for a chunk that the server refused; the census cuts chunks so that this stays small.
/// A row with a large value is not held: it is read from the source each time it is sent.
struct EncodedRows {
    private let buffer = ByteBuffer(capacity: Chunk.byteLimit, keepsLargeOutside: true)
    private var ends: [Int] = []
    /// The place of each encoded row among all rows of the chunk.
    private var places: [Int] = []
    /// The encoded rows that are not held.
    private var large: [Int] = []
    /// The rows that the encoder itself could not write.
    private(set) var misfits: [Misplaced] = []
    /// Counts the converted cells of all encoded rows; nil when the table has no conversions.
    let tally: ConversionTally?
    /// The conversions that each encoded row has met, where it has met any.
    private var converted: [Int: [Int]] = [:]

    init(_ chunk: Chunk, _ plan: TablePlan, _ source: SourceConnection) throws(SourceError) {
        let statement = try plan.open(chunk, source)
        let skip = plan.reader.identityWidth
        var place = 0
        tally = plan.makeTally()
        while try statement.step() {
            let start = buffer.count
            if let misfit = plan.encode(statement, from: skip, to: buffer, tally: tally) {
                misfits.append(plan.misplaced(place, misfit))
            } else {
                if let tally, !tally.row.isEmpty {
                    converted[ends.count] = tally.row
                    tally.countRow()
                }
                if !buffer.outside.isEmpty || buffer.count - start >= ByteBuffer.largeValue {
                    large.append(ends.count)
                    buffer.truncate(to: start)
                }
                ends.append(buffer.count)
                places.append(place)
            }
            place += 1
        }
    }

    /// The number of encoded rows.
    var count: Int { ends.count }

    /// The conversions that a row has met.
    func conversions(of row: Int) -> [Int] { converted[row] ?? [] }

    /// Sends some rows.
    ///
    /// - Parameters:
    ///   - range: The rows.
    ///   - stream: The COPY.
    ///   - readLarge: Gives a row that is not held, by its place in the chunk.
    /// - Throws: ``TargetError``, or what `readLarge` throws.
    func send(
        _ range: Range<Int>,
        to stream: borrowing CopyStream,
        readLarge: (Int) throws -> ByteBuffer
    ) throws {
        var start = range.lowerBound
        for row in large where range.contains(row) {
            try stream.send(bytes(start..<row))
            try stream.send(readLarge(places[row]))
            start = row + 1
        }
        try stream.send(bytes(start..<range.upperBound))
    }

    private func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        guard !range.isEmpty else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1]
        return UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<ends[range.upperBound - 1]])
    }

    /// Describes a row that the server refused.
    func misplaced(_ row: Int, _ error: TargetError, _ plan: TablePlan) -> Misplaced {
        let column = error.column ?? error.copyColumn
        return Misplaced(
            place: places[row],
            column: plan.table.columns.first { $0.name.isExactly(column) }?.sourceName,
            reason: error.quarantineReason,
            sqlState: error.sqlState
        )
    }
}
