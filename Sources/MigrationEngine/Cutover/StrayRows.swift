/// The rows that were written in the closed source past its fence, held against those of the
/// target: what a way back would carry along, and what it would write over.
///
/// Rows that are equal on both sides are none.
final class StrayRows {
    /// What was found.
    struct Found: Equatable {
        /// The rows, by table.
        var tables: [SourceFenceStatus.StrayWrites] = []
        /// Those of them that were written on PostgreSQL, too.
        var conflicts = 0

        /// All rows.
        var rows: Int { tables.reduce(0) { $0 + $1.rows } }
    }

    /// One row.
    struct Row: Encodable {
        var table: String
        var key: [String: PlainValue]
        /// What the source has; nil when it has no such row.
        var sqlite: [String: PlainValue]?
        /// What the target has; nil when it has no such row.
        var postgresql: [String: PlainValue]?
        /// Whether it was written there since the switch, so that this is what stays.
        var conflict: Bool

        private enum CodingKeys: CodingKey {
            case table
            case key
            case sqlite
            case postgresql
            case conflict
        }

        // Not what the compiler would write: a side without the row is `null` and not left out.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(table, forKey: .table)
            try container.encode(key, forKey: .key)
            try container.encode(sqlite, forKey: .sqlite)
            try container.encode(postgresql, forKey: .postgresql)
            try container.encode(conflict, forKey: .conflict)
        }
    }

    /// Rows that are looked up on both sides at once.
    private static let batch = 2_000
    private static let samples = 5

    private let source: SourceConnection
    private let target: TargetConnection
    private let run: String
    private let head: Int64
    private let cancellation: Cancellation
    private var found = Found()

    /// Prepares to look.
    ///
    /// - Parameters:
    ///   - source: A connection to the source.
    ///   - target: A connection to the target.
    ///   - run: The run.
    ///   - head: The newest entry of the source's log that is accounted for.
    ///   - cancellation: Stops it.
    init(
        _ source: SourceConnection,
        _ target: TargetConnection,
        run: String,
        behind head: Int64,
        _ cancellation: Cancellation
    ) {
        self.source = source
        self.target = target
        self.run = run
        self.head = head
        self.cancellation = cancellation
    }

    /// Looks.
    ///
    /// - Parameter emit: Told of each row.
    /// - Returns: What was found.
    /// - Throws: ``SourceError``, ``TargetError``, ``CancellationWish`` or what the closure throws.
    func find(_ emit: (Row) throws -> Void) throws -> Found {
        guard let capture = try Capture.read(source), try ChangeLog.head(source).seq > head else {
            return found
        }
        let quarantine = try QuarantinedRows.read(run, target)
        for table in try ReversedTable.all(of: run, source, target) {
            guard let captured = capture.tables.first(where: { $0.name == table.name }) else {
                continue
            }
            let written = try source.integer(
                "SELECT count(*) FROM _cutover_log WHERE seq > ? AND t = ?",
                [.integer(head), .integer(captured.number)]
            )
            guard let written, written > 0 else { continue }
            let rows = ReversedRows(table, source, quarantine)
            let isKeyed =
                !table.key.isEmpty && rows.isDirect
                && captured.key.map(\.foldedName) == table.key.map(\.foldedName)
            if isKeyed {
                try keyed(table, captured, rows, emit)
            } else {
                try whole(table, rows, emit)
            }
            rows.forget()
        }
        return found
    }

    private func note(_ row: Row, _ key: String, _ emit: (Row) throws -> Void) throws {
        if found.tables.last?.table != row.table {
            found.tables.append(.init(table: row.table, rows: 0, sampleKeys: []))
        }
        let place = found.tables.count - 1
        found.tables[place].rows += 1
        if found.tables[place].sampleKeys.count < Self.samples {
            found.tables[place].sampleKeys.append(SafeText.visible(key))
        }
        if row.conflict { found.conflicts += 1 }
        try emit(row)
    }

    // MARK: - Rows with a key

    private func keyed(
        _ table: ReversedTable,
        _ captured: CapturedTable,
        _ rows: ReversedRows,
        _ emit: (Row) throws -> Void
    ) throws {
        let columns = captured.key.indices.map { "k\($0 + 1)" }.joined(separator: ", ")
        var keys: [[SourceValue]] = []
        let width = captured.key.count
        try source.query(
            "SELECT DISTINCT \(columns) FROM _cutover_log WHERE seq > ? AND t = ? ORDER BY \(columns)",
            [.integer(head), .integer(captured.number)]
        ) { row in keys.append((0..<width).map { row.value($0) }) }
        for first in stride(from: 0, to: keys.count, by: Self.batch) {
            if cancellation.isCancelled { throw CancellationWish() }
            let batch = Array(keys[first..<min(keys.count, first + Self.batch)])
            try target.transaction("ISOLATION LEVEL REPEATABLE READ") {
                try compare(table, batch, rows, emit)
            }
        }
    }

    /// A row while its parts are put together.
    private struct Pair {
        var target: [String: PlainValue]?
        var isDifferent = false
    }

    private func compare(
        _ table: ReversedTable,
        _ batch: [[SourceValue]],
        _ rows: ReversedRows,
        _ emit: (Row) throws -> Void
    ) throws {
        let keys = ReverseKeys(target, run: run, table)
        let check = try CellCheck()
        let written = try keys.fill(batch)
        let handles = try batch.map { key throws(SourceError) in try rows.handle(stored: key) }
        var pairs = batch.map { _ in Pair() }
        for part in table.parts {
            var stream = try keys.open(part)
            while try stream.next() {
                let place = Int(stream.integer(0)) - 1
                guard pairs.indices.contains(place) else { continue }
                let isThere = stream.truth(1)
                if isThere != (handles[place] != nil) { pairs[place].isDifferent = true }
                guard isThere else { continue }
                var values = pairs[place].target ?? [:]
                let cells =
                    try handles[place].map { handle throws(SourceError) in
                        try rows.cells(part, handle)
                    } ?? nil
                for (index, column) in part.columns.enumerated() {
                    let cell = keys.width + index
                    values[column.name] = PlainValue(
                        stream.value(cell),
                        stream.row.display(cell, limit: .max)
                    )
                    guard let cells, !column.isExpression else { continue }
                    let match = check.match(cells, index, column, stream.row.cell(cell))
                    if match == .none { pairs[place].isDifferent = true }
                }
                cells?.reset()
                pairs[place].target = values
            }
        }
        for (place, key) in batch.enumerated() {
            // A key of a kind that the target cannot have is one of the source alone.
            let isUnknown = written[place] == nil && handles[place] != nil
            guard pairs[place].isDifferent || isUnknown else { continue }
            let words = zip(table.key, key).map { "\($0) \($1.display)" }
            let row = Row(
                table: table.name,
                key: Self.named(table.key, key),
                sqlite: try handles[place].map { handle throws(SourceError) in
                    try stored(table, handle)
                },
                postgresql: pairs[place].target,
                conflict: written[place] ?? false
            )
            try note(row, words.joined(separator: ", "), emit)
        }
    }

    private static func named(
        _ names: [String],
        _ values: [SourceValue]
    ) -> [String: PlainValue] {
        Dictionary(zip(names, values.map(PlainValue.init))) { first, _ in first }
    }

    /// A row of the source as it is stored.
    private func stored(
        _ table: ReversedTable,
        _ handle: [SourceValue]
    ) throws(SourceError) -> [String: PlainValue] {
        let names = table.stored.map(SourceConnection.quote).joined(separator: ", ")
        var values: [String: PlainValue] = [:]
        try source.query(
            "SELECT \(names) FROM \(table.qualifiedName) WHERE \(table.isHandle(from: 1))",
            handle
        ) { row in
            values = Self.named(table.stored, table.stored.indices.map { row.value($0) })
        }
        return values
    }

    // MARK: - Rows without one

    /// Names the rows of a table that the target has in no row; which of them were written on
    /// either side, nobody can tell.
    private func whole(
        _ table: ReversedTable,
        _ rows: ReversedRows,
        _ emit: (Row) throws -> Void
    ) throws {
        let isWritten = try ReverseKeys(target, run: run, table).entries().count > 0
        let replay = WholeReplay(
            table,
            rows,
            target,
            ReverseTally(table.name, changes: 0, isWhole: true),
            try CellCheck(),
            cancellation
        )
        guard let strangers = try replay.strangers() else {
            let row = Row(
                table: table.name,
                key: [:],
                sqlite: nil,
                postgresql: nil,
                conflict: isWritten
            )
            return try note(row, "all rows", emit)
        }
        for handle in strangers.handles {
            let row = Row(
                table: table.name,
                key: Self.named(table.handle, handle),
                sqlite: try stored(table, handle),
                postgresql: nil,
                conflict: isWritten
            )
            let words = zip(table.handle, handle).map { "\($0) \($1.display)" }
            try note(row, words.joined(separator: ", "), emit)
        }
        // Rows that only PostgreSQL has are strays when nobody wrote them there: deleted here.
        for _ in 0..<(isWritten ? 0 : strangers.missing) {
            let row = Row(
                table: table.name,
                key: [:],
                sqlite: nil,
                postgresql: nil,
                conflict: false
            )
            try note(row, "a row that is gone here", emit)
        }
    }
}

/// A value as people read it in JSON: a number, a text, a truth value, null, or the bytes of what
/// is none of these.
enum PlainValue: Encodable, Equatable {
    case null
    case integer(Int64)
    case number(Double)
    case truth(Bool)
    case text(String)
    case bytes([UInt8])

    init(_ value: SourceValue) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .real(let number): self = number.isFinite ? .number(number) : .text("\(number)")
        case .text(let bytes):
            self = String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(bytes)
        case .blob(let bytes): self = .bytes(bytes)
        }
    }

    /// A value of the target.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - words: The same for people.
    init(_ value: TargetValue, _ words: String?) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .double(let number): self = number.isFinite ? .number(number) : .text("\(number)")
        case .boolean(let truth): self = .truth(truth)
        case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
        case .bytes(let bytes): self = .bytes(bytes)
        case .moment, .day, .clock, .number, .uuid: self = .text(words ?? "")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .integer(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        case .truth(let truth): try container.encode(truth)
        case .text(let text): try container.encode(text)
        case .bytes(let bytes): try container.encode(["hex": bytes.hexadecimal])
        }
    }
}
