import Crypto

/// Brings a table back whose rows have no key: those that both sides have stay as they are, those
/// that only the source has go, those that only the target has come in.
final class WholeReplay {
    private let table: ReversedTable
    private let part: ReversedTable.Part
    private let rows: ReversedRows
    private let target: TargetConnection
    private let tally: ReverseTally
    private let check: CellCheck
    private let cancellation: Cancellation
    private var writers: [CellWriter] = []
    private let checks: RowChecks?

    init(
        _ table: ReversedTable,
        _ rows: ReversedRows,
        _ target: TargetConnection,
        _ tally: ReverseTally,
        _ check: CellCheck,
        _ cancellation: Cancellation
    ) {
        self.table = table
        part = table.parts[0]
        self.rows = rows
        checks = RowChecks(table, rows)
        self.target = target
        self.tally = tally
        self.check = check
        self.cancellation = cancellation
    }

    private typealias Sum = [UInt8]

    private static func sum(_ row: CanonicalRow) -> Sum {
        Array(SHA256.hash(data: row.buffer.bytes).prefix(16))
    }

    /// The columns that tell rows apart: all that are compared.
    private var places: [Int] { part.columns.indices.filter { !part.columns[$0].isExpression } }

    private func stream() throws(TargetError) -> ReverseStream {
        let quote = TargetConnection.quote
        let columns = places.map { part.comparison.columns[$0] }
        let list = columns.map { $0.rule.selected(quote($0.target)) }.joined(separator: ", ")
        return try ReverseStream(
            target,
            "SELECT \(list.isEmpty ? "1" : list) FROM \(part.comparison.qualifiedName)",
            columns.map(\.rule)
        )
    }

    /// The handles of the source's rows by what is in them.
    private func stored() throws(SourceError) -> [Sum: [[SourceValue]]] {
        let columns = places.map { part.columns[$0] }
        let canonicalizer = SourceCanonicalizer(
            rules: columns.map(\.rule),
            readings: columns.map(\.reading)
        )
        let row = CanonicalRow(width: columns.count)
        let width = table.handle.count
        let list = (table.handle + columns.map(\.name)).map(SourceConnection.quote)
        var found: [Sum: [[SourceValue]]] = [:]
        try rows.source.query(
            "SELECT \(list.joined(separator: ", ")) FROM \(table.qualifiedName)"
        ) { statement in
            canonicalizer.fill(row, statement, from: width)
            found[Self.sum(row), default: []].append((0..<width).map { statement.value($0) })
        }
        return found
    }

    /// Writes the rows, in the caller's transactions of both sides.
    ///
    /// - Throws: ``SourceError``, ``TargetError`` or ``CancellationWish``.
    func write() throws {
        guard !table.handle.isEmpty, table.parts.count == 1 else {
            return tally.refuse(nil, "all rows", "the rows have neither a key nor a rowid")
        }
        var left = try stored()
        writers = part.columns.map { CellWriter($0, of: table, rows.source, check) }
        var fresh: [[SourceValue]] = []
        var stream = try stream()
        while try stream.next() {
            if cancellation.isCancelled { throw CancellationWish() }
            let sum = Self.sum(stream.row)
            if try take(sum, &left) {
                tally.table.unchanged += 1
                tally.table.cellsKept += places.count
            } else if let values = try values(stream) {
                fresh.append(values)
            }
        }
        guard tally.problemCount == 0 else { return }
        for handle in left.values.joined() {
            if let found = try rows.quarantined(handle), rows.isAbsent(found) {
                tally.note("rows of the quarantine stay as they are")
                continue
            }
            try checks?.forgive(handle, tally)
            try rows.prepared(
                "DELETE FROM \(table.qualifiedName) WHERE \(table.isHandle(from: 1))"
            ).run(handle)
            tally.deleted(
                zip(table.handle, handle).map { "\($0) \($1.display)" }.joined(separator: ", ")
            )
        }
        try insert(fresh)
        rows.forget()
    }

    /// Takes a row of the source for one of the target; one in quarantine is none of it.
    private func take(_ sum: Sum, _ left: inout [Sum: [[SourceValue]]]) throws(SourceError) -> Bool
    {
        guard let handles = left[sum] else { return false }
        for (place, handle) in handles.enumerated().reversed() {
            if let found = try rows.quarantined(handle), rows.isAbsent(found) { continue }
            left[sum]?.remove(at: place)
            return true
        }
        return false
    }

    private func values(_ stream: borrowing ReverseStream) throws(SourceError) -> [SourceValue]? {
        var values: [SourceValue] = []
        var isWhole = true
        for (index, place) in places.enumerated() where part.columns[place].isWritten {
            let cell = stream.row.cell(index)
            guard let choice = try writers[place].choice(stream.value(index), cell) else {
                tally.refuse(
                    part.columns[place].name,
                    "a row without a key",
                    "the source's column cannot hold the value without loss"
                )
                isWhole = false
                continue
            }
            values.append(choice.value)
        }
        return isWhole ? values : nil
    }

    private func insert(_ fresh: [[SourceValue]]) throws(SourceError) {
        let columns = part.columns.filter(\.isWritten).map(\.name)
        let list = columns.map(SourceConnection.quote).joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        for column in fresh.isEmpty ? [] : table.leftToDefault {
            tally.note("tables without a key whose new rows have the default of \(column)")
        }
        for values in fresh {
            try rows.prepared(
                columns.isEmpty
                    ? "INSERT OR ABORT INTO \(table.qualifiedName) DEFAULT VALUES"
                    : "INSERT OR ABORT INTO \(table.qualifiedName) (\(list)) VALUES (\(marks))"
            ).run(values)
            tally.table.cellsWritten += values.count
            let words = zip(columns, values).prefix(3).map { "\($0) \($1.display)" }
                .joined(separator: ", ")
            try checks?.judgeNewest(words, tally)
            tally.inserted(words)
        }
    }

    /// Finds the rows that one side alone has; writes nothing.
    ///
    /// - Returns: The handles of rows that only the source has, and the number of those that only
    ///   the target has; nil when rows cannot be told apart.
    /// - Throws: ``SourceError``, ``TargetError`` or ``CancellationWish``.
    func strangers() throws -> (handles: [[SourceValue]], missing: Int)? {
        guard !table.handle.isEmpty, table.parts.count == 1 else { return nil }
        var left = try stored()
        var missing = 0
        var stream = try stream()
        while try stream.next() {
            if cancellation.isCancelled { throw CancellationWish() }
            if try !take(Self.sum(stream.row), &left) { missing += 1 }
        }
        let handles = try left.values.joined().filter { handle in
            guard let found = try rows.quarantined(handle) else { return true }
            return !rows.isAbsent(found)
        }
        return (handles, missing)
    }

    /// Compares all rows once more, as the source has them now.
    ///
    /// - Throws: ``SourceError`` or ``TargetError``.
    func confirm() throws {
        var left = try stored()
        var missing = 0
        var stream = try stream()
        while try stream.next() {
            if try !take(Self.sum(stream.row), &left) { missing += 1 }
        }
        if missing > 0 {
            tally.refuse(nil, "\(missing) rows", "they read back as other rows")
        }
    }
}
