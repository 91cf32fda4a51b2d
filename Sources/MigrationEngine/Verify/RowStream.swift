/// The rows of the source.
struct SourceRows {
    /// What stands on the row.
    let statement: SourceStatement
    /// Gives the rowids in order where rows are large.
    private let rowids: SourceStatement?
    private let canonicalizer: SourceCanonicalizer
    private let row: CanonicalRow

    init(_ comparison: TableComparison, _ connection: SourceConnection) throws(SourceError) {
        if let queries = comparison.largeSourceQueries {
            rowids = try connection.prepare(queries.rowids)
            statement = try connection.prepare(queries.row)
        } else {
            rowids = nil
            statement = try connection.prepare(comparison.sourceQuery)
        }
        canonicalizer = SourceCanonicalizer(
            rules: comparison.rules,
            readings: comparison.readings
        )
        row = CanonicalRow(width: comparison.rules.count, keyWidth: comparison.keyWidth)
    }

    @inline(__always)
    func next() throws(SourceError) -> CanonicalRow? {
        if let rowids {
            guard try step(rowids) else { return nil }
        } else {
            guard try statement.step() else { return nil }
        }
        canonicalizer.fill(row, statement, from: 0)
        return row
    }

    private func step(_ rowids: SourceStatement) throws(SourceError) -> Bool {
        // Gives the memory of the last row back.
        statement.reset()
        while try rowids.step() {
            try statement.bind(.integer(rowids.integer(0)), at: 1)
            if try statement.step() { return true }
            statement.reset()
        }
        return false
    }
}

/// The rows of the target.
struct TargetRowStream: ~Copyable {
    private var reader: CopyReader
    private let canonicalizer: TargetCanonicalizer
    private let row: CanonicalRow
    private var isFirst = true

    init(
        _ comparison: TableComparison,
        _ connection: TargetConnection,
        query: String? = nil
    ) throws(TargetError) {
        reader = try CopyReader(on: connection, query ?? comparison.targetQuery)
        canonicalizer = TargetCanonicalizer(rules: comparison.rules, summed: comparison.summed)
        row = CanonicalRow(width: comparison.rules.count, keyWidth: comparison.keyWidth)
    }

    @inline(__always)
    mutating func next() throws(TargetError) -> CanonicalRow? {
        while let message = try reader.next() {
            let start = isFirst ? TargetCanonicalizer.headerLength : 0
            isFirst = false
            // Without rows the header stands alone.
            guard message.count >= start + 2 else { continue }
            if canonicalizer.fill(row, message, at: start) { return row }
        }
        return nil
    }
}
