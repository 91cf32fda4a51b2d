/// The rows of the source.
struct SourceRows {
    let statement: SourceStatement
    private let canonicalizer: SourceCanonicalizer
    private let row: CanonicalRow

    init(_ comparison: TableComparison, _ connection: SourceConnection) throws(SourceError) {
        statement = try connection.prepare(comparison.sourceQuery)
        canonicalizer = SourceCanonicalizer(
            rules: comparison.rules,
            readings: comparison.readings
        )
        row = CanonicalRow(width: comparison.rules.count, keyWidth: comparison.keyWidth)
    }

    @inline(__always)
    func next() throws(SourceError) -> CanonicalRow? {
        guard try statement.step() else { return nil }
        canonicalizer.fill(row, statement, from: 0)
        return row
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
