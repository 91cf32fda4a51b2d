/// Compares one table on both sides, every row and every cell, on one thread.
final class TableVerifier {
    /// Rows between two looks at cancellation and progress.
    private static let stride = 8_192

    private let source: SourceConnection
    private let target: TargetConnection
    private let cancellation: Cancellation
    private let samples: Int
    private let progress: (Int) -> Void

    /// Why a comparison ended without a verdict.
    enum Failure: Error {
        case source(SourceError)
        case target(TargetError)
        case cancelled
    }

    init(
        source: SourceConnection,
        target: TargetConnection,
        cancellation: Cancellation,
        samples: Int,
        progress: @escaping (Int) -> Void
    ) {
        self.source = source
        self.target = target
        self.cancellation = cancellation
        self.samples = samples
        self.progress = progress
    }

    /// Compares.
    ///
    /// - Parameters:
    ///   - comparison: What is compared.
    ///   - quarantine: What the quarantine says of the table's rows.
    /// - Returns: The verdict.
    /// - Throws: ``Failure``.
    func verify(
        _ comparison: TableComparison,
        quarantine: QuarantinedRows
    ) throws(Failure) -> VerifyReport.Table {
        do {
            var table = VerifyReport.Table(name: comparison.source.name, status: .equal)
            if comparison.keyWidth > 0 {
                try merge(comparison, quarantine, &table)
            } else {
                try MultisetComparison(comparison, source, target, quarantine, samples: samples) {
                    [self] rows in
                    progress(rows)
                    return !cancellation.isCancelled
                }.run(&table)
            }
            if !comparison.unmatched.isEmpty { table.status = .different }
            let notes = comparison.unmatched + comparison.skipped
            if !notes.isEmpty { table.note = notes.joined(separator: "; ") }
            if table.missing + table.extra + table.different > 0 { table.status = .different }
            return table
        } catch let error as SourceError {
            throw .source(error)
        } catch let error as TargetError {
            throw .target(error)
        } catch {
            throw .cancelled
        }
    }

    private func merge(
        _ comparison: TableComparison,
        _ quarantine: QuarantinedRows,
        _ table: inout VerifyReport.Table
    ) throws {
        let sourceRows = try SourceRows(comparison, source)
        var targetRows = try TargetRowStream(comparison, target)
        var state = try MergeState(comparison, quarantine, samples: samples)
        var left = try sourceRows.next()
        var right = try targetRows.next()
        while left != nil || right != nil {
            let order = KeyOrder.compare(left, right, width: comparison.keyWidth)
            if order == 0, let found = left, let other = right {
                try state.both(found, other, sourceRows.statement, &table)
                left = try sourceRows.next()
                right = try targetRows.next()
            } else if order < 0, let found = left {
                state.onlySource(found, sourceRows.statement, &table)
                left = try sourceRows.next()
            } else if let found = right {
                try state.onlyTarget(found, &table)
                right = try targetRows.next()
            }
            if state.rows & (Self.stride - 1) == 0 {
                if cancellation.isCancelled { throw Failure.cancelled }
                progress(state.sourceRows)
            }
        }
        state.finish(&table)
        progress(state.sourceRows)
    }

    /// What a merge has seen so far.
    private struct MergeState {
        private let comparison: TableComparison
        private var quarantine: QuarantinedRows
        private let samples: Int
        private let edits: EditComparison?
        /// Edited rows that have another key in the target, by that key.
        private var moved: [[UInt8]: QuarantinedRows.Edit] = [:]
        private var digest = RowDigest()
        /// The target's digest, from the first difference on; until then both are the same.
        private var targetDigest: RowDigest?
        private(set) var sourceRows = 0
        private var targetRows = 0
        private var quarantined = 0
        private var accepted = 0
        private var edited = 0

        init(
            _ comparison: TableComparison,
            _ quarantine: QuarantinedRows,
            samples: Int
        ) throws(SourceError) {
            self.comparison = comparison
            self.quarantine = quarantine
            self.samples = samples
            edits = quarantine.edits.isEmpty ? nil : try EditComparison(comparison)
            guard let edits else { return }
            for edit in quarantine.edits.values where edits.movesKey(edit) {
                try edits.expect(edit) { edit.stored[comparison.columns[$0].source.foldedName] }
                moved[edits.key(edits.expected)] = edit
            }
        }

        var rows: Int { sourceRows + targetRows }

        @inline(__always)
        mutating func both(
            _ left: CanonicalRow,
            _ right: CanonicalRow,
            _ statement: SourceStatement,
            _ table: inout VerifyReport.Table
        ) throws(SourceError) {
            sourceRows += 1
            targetRows += 1
            if left.isEqual(to: right) {
                digest.add(left)
                targetDigest?.add(right)
                return
            }
            if let edits, let edit = quarantine.edits[key(statement)] {
                try edits.expect(edit) { statement.value($0) }
                if edits.isExpected(right) { return take(edited: right) }
            }
            fork()
            digest.add(left)
            targetDigest?.add(right)
            table.different += 1
            for column in comparison.columns.indices
            where left.cell(column).compare(right.cell(column)) != 0 {
                let shown = left.display(column, beside: right)
                sample(
                    &table,
                    "different",
                    left,
                    column: comparison.columns[column].source,
                    shown.own,
                    shown.other
                )
            }
        }

        mutating func onlySource(
            _ row: CanonicalRow,
            _ statement: SourceStatement,
            _ table: inout VerifyReport.Table
        ) {
            sourceRows += 1
            if !quarantine.isEmpty {
                let key = key(statement)
                if let absence = quarantine.take(key) {
                    quarantined += 1
                    if absence == .accepted { accepted += 1 }
                    return
                }
                // Counted when its new key comes by in the target.
                if let edit = quarantine.edits[key], edits?.movesKey(edit) == true { return }
            }
            fork()
            digest.add(row)
            table.missing += 1
            sample(&table, "missing", row, column: nil, nil, nil)
        }

        /// Counts a row that holds what the operator chose; it is the same on both sides then.
        private mutating func take(edited row: CanonicalRow) {
            edited += 1
            digest.add(row)
            targetDigest?.add(row)
        }

        mutating func onlyTarget(
            _ row: CanonicalRow,
            _ table: inout VerifyReport.Table
        ) throws(SourceError) {
            targetRows += 1
            if let edits, let edit = moved[edits.key(row)] {
                try edits.expect(edit) { edit.stored[comparison.columns[$0].source.foldedName] }
                if edits.isExpected(row) {
                    moved[edits.key(row)] = nil
                    return take(edited: row)
                }
            }
            fork()
            targetDigest?.add(row)
            table.extra += 1
            sample(&table, "extra", row, column: nil, nil, nil)
        }

        mutating func finish(_ table: inout VerifyReport.Table) {
            table.sourceRows = sourceRows
            table.targetRows = targetRows
            table.quarantinedRows = quarantined
            table.acceptedRows = accepted
            table.editedRows = edited
            // Rows that were given another key, and are not in the target under it.
            table.missing += moved.count
            if !moved.isEmpty { fork() }
            let first = digest.finish()
            table.digest = first
            table.targetDigest = targetDigest?.finish() ?? first
        }

        private mutating func fork() {
            if targetDigest == nil { targetDigest = RowDigest(copying: digest) }
        }

        private func key(_ statement: SourceStatement) -> [UInt8] {
            let names = comparison.columns.prefix(comparison.keyWidth).map(\.source)
            let values = names.indices.map { statement.keyValue($0) }
            // A key with a NULL identifies nothing; such a row goes by its rowid.
            guard !values.contains(.null) || !comparison.hasRowid else {
                let rowid = statement.value(comparison.columns.count)
                return RowKey.rowid([rowid]).bytes
            }
            return RowKey(names: names, values: values).bytes
        }

        private func sample(
            _ table: inout VerifyReport.Table,
            _ kind: String,
            _ row: CanonicalRow,
            column: String?,
            _ source: String?,
            _ target: String?
        ) {
            guard table.samples.count < samples else { return }
            let key = (0..<comparison.keyWidth).map { row.display($0) ?? "NULL" }
            table.samples.append(
                .init(
                    key: key.joined(separator: ", "),
                    column: column,
                    source: source,
                    target: target,
                    kind: kind
                )
            )
        }
    }
}

/// The order of keys, which is the order of both streams.
enum KeyOrder {
    /// Compares the keys of two rows; a side that is at its end comes last.
    ///
    /// - Returns: Negative, zero or positive.
    @inline(__always)
    static func compare(_ left: CanonicalRow?, _ right: CanonicalRow?, width: Int) -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        for column in 0..<width {
            let order = compare(left.cell(column), right.cell(column))
            if order != 0 { return order }
        }
        return 0
    }

    @inline(__always)
    private static func compare(
        _ left: UnsafeRawBufferPointer,
        _ right: UnsafeRawBufferPointer
    ) -> Int {
        let ranks = (rank(left), rank(right))
        if ranks.0 != ranks.1 { return ranks.0 - ranks.1 }
        if left[0] == CanonicalRow.Tag.integer.rawValue,
            right[0] == CanonicalRow.Tag.integer.rawValue
        {
            let values = (left.bigEndian(1, as: Int64.self), right.bigEndian(1, as: Int64.self))
            return values.0 < values.1 ? -1 : (values.0 == values.1 ? 0 : 1)
        }
        if ranks.0 == 1 {
            let values = (number(left), number(right))
            return values.0 < values.1 ? -1 : (values.0 == values.1 ? 0 : 1)
        }
        // Behind the tag and the length.
        return UnsafeRawBufferPointer(rebasing: left.dropFirst(5))
            .compare(UnsafeRawBufferPointer(rebasing: right.dropFirst(5)))
    }

    /// A number that is no integer on at least one side.
    private static func number(_ cell: UnsafeRawBufferPointer) -> Double {
        if cell[0] == CanonicalRow.Tag.integer.rawValue {
            return Double(cell.bigEndian(1, as: Int64.self))
        }
        let text = String(decoding: cell.dropFirst(5), as: UTF8.self)
        return Double(text.split(separator: " ").last ?? "") ?? 0
    }

    /// SQLite orders NULL before numbers before text before blobs.
    @inline(__always)
    private static func rank(_ cell: UnsafeRawBufferPointer) -> Int {
        switch CanonicalRow.Tag(rawValue: cell[0]) {
        case .null, nil: 0
        case .integer, .double, .boolean, .numeric: 1
        case .text, .timestamp, .date: 2
        case .bytes: 3
        // `foreign` names its class in the content.
        case .foreign:
            switch cell[5] {
            case UInt8(ascii: "i"), UInt8(ascii: "r"): 1
            case UInt8(ascii: "t"): 2
            default: 3
            }
        }
    }
}
