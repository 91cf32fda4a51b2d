/// A piece of the log, with the rows that it names as they are now, ready for the target.
///
/// Read in one transaction of the source, so that all rows are of one moment.
struct ChangeBatch {
    /// The change in front of the first.
    var first: Int64
    /// The last change.
    var last: ChangeLog.Mark
    /// The newest change of the log when the rows were read.
    var head: ChangeLog.Mark
    /// The changed rows, a table at a time.
    var tables: [TableChanges] = []
    /// Tables that are copied as a whole.
    var whole: [FollowedTable] = []

    /// The number of changes.
    var count: Int { Int(last.seq - first) }

    /// Whether the rows are all those that were changed at their moment.
    var isComplete: Bool { last.seq >= head.seq }

    /// Bytes of encoded rows.
    var bytes: Int { tables.reduce(0) { $0 + $1.rows.count } }
}

/// The changed rows of one table of the target.
final class TableChanges {
    let table: FollowedTable.KeyedPlan
    /// The keys of all changed rows that the target can hold, encoded.
    let keys = ByteBuffer(capacity: 1 << 12)
    /// The keys of all changed rows, as the quarantine writes them.
    var quarantineKeys: [[UInt8]] = []
    private(set) var keyCount = 0
    /// The rows that are there, encoded.
    let rows = ByteBuffer(capacity: 1 << 14)
    /// Where each row ends.
    private(set) var ends: [Int] = []
    /// The key of each row.
    private(set) var rowKeys: [[SourceValue]] = []
    /// The conversions that each row has met, where it has met any.
    private(set) var converted: [Int: [Int]] = [:]
    /// Rows that the target cannot hold.
    private(set) var misfits: [(key: [SourceValue], misfit: RowEncoder.Misfit)] = []
    private let tally: ConversionTally?

    init(_ table: FollowedTable.KeyedPlan) {
        self.table = table
        tally = table.plan.makeTally()
    }

    /// Adds a key of the log; one that the target's columns cannot hold is in no row there.
    func add(key statement: SourceStatement, from first: Int) {
        if table.keyEncoder.append(statement, from: first, to: keys) == nil { keyCount += 1 }
    }

    /// Adds a row.
    func add(row statement: SourceStatement, key: [SourceValue]) {
        let skip = table.plan.reader.identityWidth
        if let misfit = table.plan.encode(statement, from: skip, to: rows, tally: tally) {
            misfits.append((key, misfit))
            return
        }
        if let tally {
            if !tally.row.isEmpty { converted[ends.count] = tally.row }
            tally.countRow()
        }
        ends.append(rows.count)
        rowKeys.append(key)
    }

    /// The number of rows.
    var count: Int { ends.count }

    /// The bytes of some rows.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        guard !range.isEmpty else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1]
        return UnsafeRawBufferPointer(rebasing: rows.bytes[start..<ends[range.upperBound - 1]])
    }

    /// Forgets that a row was converted, because the server refused it.
    func takeBack(_ row: Int) { tally?.takeBack(converted[row] ?? []) }

    /// The converted cells of all rows.
    var convertedCells: [Int] { tally?.cells ?? [] }
}
