import Crypto

/// Compares a table whose rows have no key that both sides order alike: as multisets of rows.
///
/// Each row is hashed; the sums of the hashes by bucket are equal when the multisets are. Only
/// buckets that differ are looked at again, row by row, to name the rows.
struct MultisetComparison {
    private static let buckets = 4_096
    /// Rows kept at most to name differences; beyond that they are only counted.
    private static let rowLimit = 200_000
    /// Differing rows whose cells are kept, so that a row that lost one value finds its other half.
    private static let pairLimit = 256
    private static let stride = 8_192

    private let comparison: TableComparison
    private let source: SourceConnection
    private let target: TargetConnection
    private let quarantine: QuarantinedRows
    private let samples: Int
    /// Is told the rows of the source so far; returns false to stop.
    private let goOn: (Int) -> Bool

    init(
        _ comparison: TableComparison,
        _ source: SourceConnection,
        _ target: TargetConnection,
        _ quarantine: QuarantinedRows,
        samples: Int,
        goOn: @escaping (Int) -> Bool
    ) {
        self.comparison = comparison
        self.source = source
        self.target = target
        self.quarantine = quarantine
        self.samples = samples
        self.goOn = goOn
    }

    /// A hash of a row, wide enough that two rows do not share one by chance.
    private struct RowHash: Hashable {
        var high: UInt64 = 0
        var low: UInt64 = 0

        init() {}

        init(_ row: CanonicalRow) { self.init(row.buffer.bytes) }

        init(_ bytes: UnsafeRawBufferPointer) {
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            hash.finalize().withUnsafeBytes { bytes in
                high = bytes.bigEndian(0, as: UInt64.self)
                low = bytes.bigEndian(8, as: UInt64.self)
            }
        }

        var bucket: Int { Int(high >> 52) }

        mutating func add(_ other: RowHash) {
            high &+= other.high
            low &+= other.low
        }
    }

    private struct Sums {
        var rows = 0
        var quarantined = 0
        var accepted = 0
        var edited = 0
        var buckets = [RowHash](repeating: RowHash(), count: MultisetComparison.buckets)

        mutating func add(_ hash: RowHash) {
            rows += 1
            buckets[hash.bucket].add(hash)
        }

        var digest: String {
            var hash = SHA256()
            buckets.withUnsafeBytes { hash.update(bufferPointer: $0) }
            return hash.finalize().hexadecimal
        }
    }

    func run(_ table: inout VerifyReport.Table) throws {
        var left = Sums()
        try eachSourceRow { row, standing in
            switch standing {
            case .absent(let absence):
                left.quarantined += 1
                if absence == .accepted { left.accepted += 1 }
            case .edited:
                left.edited += 1
                left.add(RowHash(row))
            case .present: left.add(RowHash(row))
            }
        }
        var right = Sums()
        try eachTargetRow { right.add(RowHash($0)) }
        table.sourceRows = left.rows + left.quarantined
        table.targetRows = right.rows
        table.quarantinedRows = left.quarantined
        table.acceptedRows = left.accepted
        table.editedRows = left.edited
        table.digest = left.digest
        table.targetDigest = right.digest
        let differing = Set(
            left.buckets.indices.filter { left.buckets[$0] != right.buckets[$0] }
        )
        if !differing.isEmpty || left.rows != right.rows { try name(differing, &table) }
    }

    /// Names the rows of the differing buckets.
    private func name(_ buckets: Set<Int>, _ table: inout VerifyReport.Table) throws {
        var counts: [RowHash: (count: Int, text: String)] = [:]
        var cells: [RowHash: Cells] = [:]
        var isCut = false
        func note(_ row: CanonicalRow, _ step: Int) {
            let hash = RowHash(row)
            guard buckets.contains(hash.bucket) else { return }
            if let known = counts[hash] {
                counts[hash] = known.count + step == 0 ? nil : (known.count + step, known.text)
            } else if counts.count < Self.rowLimit {
                counts[hash] = (step, display(row))
                if cells.count < Self.pairLimit { cells[hash] = Cells(row, comparison) }
            } else {
                isCut = true
            }
        }
        try eachSourceRow { row, standing in
            if case .absent = standing { return }
            note(row, 1)
        }
        try eachTargetRow { note($0, -1) }
        let sorted = counts.sorted { $0.value.text < $1.value.text }
        for (_, value) in sorted {
            if value.count > 0 { table.missing += value.count } else { table.extra -= value.count }
        }
        let paired = pair(sorted.map { ($0, $1.count) }, cells, &table)
        for (hash, (count, text)) in sorted where !paired.contains(hash) {
            guard table.samples.count < samples else { break }
            table.samples.append(
                .init(
                    key: text,
                    column: nil,
                    source: nil,
                    target: nil,
                    kind: count > 0 ? "missing" : "extra"
                )
            )
        }
        table.status = .different
        table.note = isCut ? "more rows differ than could be counted" : nil
    }

    /// The cells of a row, each as a hash, with what is shown of it.
    private struct Cells {
        let hashes: [RowHash]
        let shown: [String?]
        let text: String

        init(_ row: CanonicalRow, _ comparison: TableComparison) {
            hashes = comparison.columns.indices.map { RowHash(row.cell($0)) }
            shown = comparison.columns.indices.map { row.display($0) }
            text = MultisetComparison.display(row, comparison)
        }

        func equalCells(_ other: Cells) -> Int {
            zip(hashes, other.hashes).count { $0 == $1 }
        }
    }

    /// Names the cells in which a missing row and an extra one differ that are alike otherwise: no
    /// key says that they are the same row, but the operator wants to see the cell.
    ///
    /// - Returns: The rows that were named.
    private func pair(
        _ rows: [(hash: RowHash, count: Int)],
        _ cells: [RowHash: Cells],
        _ table: inout VerifyReport.Table
    ) -> Set<RowHash> {
        var named: Set<RowHash> = []
        var extra = rows.filter { $0.count == -1 && cells[$0.hash] != nil }.map(\.hash)
        for row in rows where row.count == 1 && table.samples.count < samples {
            guard let own = cells[row.hash] else { continue }
            let likeness = extra.map { cells[$0].map(own.equalCells) ?? 0 }
            guard let most = likeness.max(), most > 0, 2 * most >= own.hashes.count,
                let place = likeness.firstIndex(of: most), let other = cells[extra[place]]
            else { continue }
            named.formUnion([row.hash, extra.remove(at: place)])
            for index in own.hashes.indices where own.hashes[index] != other.hashes[index] {
                guard table.samples.count < samples else { break }
                table.samples.append(
                    .init(
                        key: own.text,
                        column: comparison.columns[index].source,
                        source: own.shown[index],
                        target: other.shown[index],
                        kind: "different"
                    )
                )
            }
        }
        return named
    }

    private func display(_ row: CanonicalRow) -> String { Self.display(row, comparison) }

    private static func display(_ row: CanonicalRow, _ comparison: TableComparison) -> String {
        let cells = comparison.columns.indices.prefix(6).map { row.display($0) ?? "NULL" }
        return "(\(cells.joined(separator: ", ")))"
    }

    /// What the quarantine says of a row of the source.
    private enum Standing {
        case present
        case edited
        case absent(QuarantinedRows.Absence)
    }

    private func eachSourceRow(_ body: (CanonicalRow, Standing) throws -> Void) throws {
        let rows = try SourceRows(comparison, source)
        var quarantine = quarantine
        let edits = quarantine.edits.isEmpty ? nil : try EditComparison(comparison)
        let reader = RowReader(comparison.source)
        var count = 0
        while let row = try rows.next() {
            count += 1
            if count % Self.stride == 0, !goOn(count) { throw TableVerifier.Failure.cancelled }
            guard !quarantine.isEmpty else {
                try body(row, .present)
                continue
            }
            let key = key(rows.statement, reader)
            if let absence = quarantine.take(key) {
                try body(row, .absent(absence))
            } else if let edits, let edit = quarantine.edits[key] {
                try edits.expect(edit) { rows.statement.value($0) }
                try body(edits.expected, .edited)
            } else {
                try body(row, .present)
            }
        }
        _ = goOn(count)
    }

    private func key(_ statement: SourceStatement, _ reader: RowReader) -> [UInt8] {
        let rowid = comparison.hasRowid ? [statement.value(comparison.columns.count)] : []
        return reader.key(
            identity: { rowid },
            value: { place in
                comparison.columns.firstIndex { $0.source.isExactly(reader.columns[place].name) }
                    .map { statement.keyValue($0) } ?? .null
            }
        ).bytes
    }

    private func eachTargetRow(_ body: (CanonicalRow) throws -> Void) throws {
        var rows = try TargetRowStream(comparison, target)
        var count = 0
        while let row = try rows.next() {
            count += 1
            if count % Self.stride == 0, !goOn(0) { throw TableVerifier.Failure.cancelled }
            try body(row)
        }
    }
}
