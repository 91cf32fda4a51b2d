/// The rows of one chunk in memory, so that pieces of it can be sent again.
///
/// Only made for a chunk that the server refused; the census cuts chunks so that this stays small.
struct EncodedRows {
    private let buffer = ByteBuffer(capacity: Chunk.byteLimit)
    private var ends: [Int] = []
    /// The place of each encoded row among all rows of the chunk.
    private var places: [Int] = []
    /// The rows that the encoder itself could not write.
    private(set) var misfits: [QuarantinedRow] = []

    init(_ chunk: Chunk, _ plan: TablePlan, _ source: SourceConnection) throws(SourceError) {
        let statement = try plan.reader.open(source, chunk.range)
        let skip = plan.reader.identityWidth
        var place = 0
        while try statement.step() {
            if let misfit = plan.encode(statement, from: skip, to: buffer) {
                misfits.append(plan.quarantined(statement, misfit))
            } else {
                ends.append(buffer.count)
                places.append(place)
            }
            place += 1
        }
    }

    /// The number of encoded rows.
    var count: Int { ends.count }

    /// The bytes of some rows.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        let start = range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1]
        return UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<ends[range.upperBound - 1]])
    }

    /// Reads a row that the server refused once more, for its original bytes.
    func quarantined(
        _ row: Int,
        _ error: TargetError,
        _ plan: TablePlan,
        _ chunk: Chunk,
        _ source: SourceConnection
    ) throws(SourceError) -> QuarantinedRow {
        let statement = try plan.reader.open(source, chunk.range)
        for _ in 0...places[row] { _ = try statement.step() }
        let column = error.column ?? error.copyColumn
        return plan.quarantined(
            statement,
            column: plan.table.columns.first { $0.name == column }?.sourceName,
            reason: error.quarantineReason,
            sqlState: error.sqlState
        )
    }
}

extension TargetError {
    /// The column of a COPY that the error is about, as the server's context names it.
    fileprivate var copyColumn: String? {
        context?.firstMatch(of: /COPY .*?, line \d+, column ([^:]+)/).map { String($0.1) }
    }
}
