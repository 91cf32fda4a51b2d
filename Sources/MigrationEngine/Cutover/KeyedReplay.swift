/// Brings the rows of one table back by their keys.
///
/// Each row becomes what PostgreSQL has now. Rows that give up something unique leave their table
/// first, and all come in at the end, so that two rows can swap a unique value.
final class KeyedReplay {
    /// What became of a key.
    private enum State {
        /// The target has no such row.
        case absent
        /// The row stands in its table.
        case kept([SourceValue])
        /// The row waits, with its cells as they were, to come in again.
        case parked
        /// The row is new and waits to come in.
        case fresh
    }

    private let table: ReversedTable
    private let rows: ReversedRows
    private let keys: ReverseKeys
    private let tally: ReverseTally
    private let check: CellCheck
    private let cancellation: Cancellation
    private let number: Int
    private var states: [State] = []
    private var writers: [String: CellWriter] = [:]
    private var touched: Set<[SourceValue]> = []
    private var hasParked = false
    private lazy var moved = rows.moved()
    private var hasFresh = false
    private var changedKeys: Set<Int> = []
    private let checks: RowChecks?

    init(
        _ table: ReversedTable,
        number: Int,
        _ rows: ReversedRows,
        _ keys: ReverseKeys,
        _ tally: ReverseTally,
        _ check: CellCheck,
        _ cancellation: Cancellation
    ) {
        self.table = table
        self.number = number
        self.rows = rows
        checks = RowChecks(table, rows)
        self.keys = keys
        self.tally = tally
        self.check = check
        self.cancellation = cancellation
    }

    private var quote: (String) -> String { SourceConnection.quote }
    private var parked: String { "temp.\"_cutover_parked_\(number)\"" }
    private var fresh: String { "temp.\"_cutover_fresh_\(number)\"" }

    private func list(_ columns: [String]) -> String {
        columns.map(quote).joined(separator: ", ")
    }

    /// Writes the rows, in the caller's transactions of both sides.
    ///
    /// - Throws: ``SourceError``, ``TargetError`` or ``MigrationError``.
    func write() throws {
        try rows.learn(wanted)
        try makeWaitingRoom()
        for (place, part) in table.parts.enumerated() { try write(part, isFirst: place == 0) }
        if tally.table.isWhole { try deleteUntouched() }
        guard tally.problemCount == 0 else { return }
        try comeIn()
        rows.forget()
    }

    private func wanted() throws -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        var stream = try keys.openKeys()
        let width = table.key.count
        while try stream.next() {
            found.insert((1...width).flatMap { Array(stream.row.cell($0)) })
        }
        return found
    }

    private func key(_ stream: borrowing ReverseStream) -> (words: String, bytes: () -> [UInt8]) {
        let row = stream.row
        let places = 2..<keys.width
        let words = zip(table.key, places).map { "\($0) \(row.display($1) ?? "NULL")" }
        return (words.joined(separator: ", "), { places.flatMap { Array(row.cell($0)) } })
    }

    // MARK: - Deciding

    private func write(_ part: ReversedTable.Part, isFirst: Bool) throws {
        var stream = try keys.open(part)
        while try stream.next() {
            let number = Int(stream.integer(0)) - 1
            if number & 1_023 == 0, cancellation.isCancelled { throw CancellationWish() }
            if isFirst {
                states.append(try first(part, stream))
            } else {
                try other(part, stream, number)
            }
        }
    }

    private func first(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream
    ) throws(SourceError) -> State {
        let key = key(stream)
        let values = (2..<keys.width).map { stream.value($0) }
        var handle = try rows.handle(values, key.bytes)
        if handle == nil { handle = try movedHandle(part, stream) }
        let found =
            try handle.map { handle throws(SourceError) in
                try rows.quarantined(handle)
            } ?? nil
        guard stream.truth(1) else {
            guard let handle else { return .absent }
            if let found, rows.isAbsent(found) {
                tally.note("rows of the quarantine stay as they are")
                touched.insert(handle)
                return .absent
            }
            if let found { tally.overwritten.append(found) }
            try delete(handle)
            tally.deleted(key.words)
            return .absent
        }
        guard let handle else {
            try insert(part, stream, key.words)
            tally.inserted(key.words)
            return .fresh
        }
        if let found {
            tally.overwritten.append(found)
            if rows.isAbsent(found) {
                tally.note("rows of the quarantine are as PostgreSQL's application wrote them")
            }
        }
        if tally.table.isWhole { touched.insert(handle) }
        return try change(part, stream, key.words, .kept(handle))
    }

    /// The row of the source that came into the target under a key that the operator chose.
    private func movedHandle(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream
    ) throws(SourceError) -> [SourceValue]? {
        for edit in moved {
            var isSame = true
            for (index, value) in edit.key.enumerated() where isSame {
                let column = part.columns[part.key[index]]
                var value = value
                if column.rule == .integer, case .text(let digits) = value,
                    let number = Int64(String(decoding: digits, as: UTF8.self))
                {
                    value = .integer(number)
                }
                isSame = try check.match(value, column, stream.row.cell(2 + index)) != .none
            }
            if isSame { return try rows.handle(stored: edit.stored) }
        }
        return nil
    }

    private func other(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream,
        _ number: Int
    ) throws(SourceError) {
        let key = key(stream).words
        guard states.indices.contains(number) else { return }
        switch (states[number], stream.truth(1)) {
        case (.absent, false): return
        case (.kept(let handle), false) where try rows.quarantined(part, handle) != nil: return
        case (.absent, true), (.kept, false), (.parked, false), (.fresh, false):
            tally.refuse(nil, key, "the parts of the row are not all there in PostgreSQL")
        case (.fresh, true): try fill(part, stream, number, key)
        case (.kept, true), (.parked, true):
            states[number] = try change(part, stream, key, states[number])
        }
    }

    /// Compares a row of the source with that of the target and changes the cells that differ.
    private func change(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream,
        _ key: String,
        _ state: State
    ) throws(SourceError) -> State {
        let number = Int(stream.integer(0))
        let places = try differences(part, stream, state)
        guard !places.isEmpty else {
            if part.source.name == table.parts[0].source.name { tally.table.unchanged += 1 }
            return state
        }
        var changes: [(column: String, value: SourceValue)] = []
        for place in places {
            guard let value = try choice(part, place, stream, key) else { continue }
            changes.append((part.columns[place].name, value))
        }
        guard !changes.isEmpty else { return state }
        tally.table.cellsWritten += changes.count
        if changedKeys.insert(number).inserted {
            tally.updated(key)
            if part.source.name != table.parts[0].source.name { tally.table.unchanged -= 1 }
        }
        if case .kept(let handle) = state { try checks?.remember(handle, number, tally) }
        return try write(changes, number, state)
    }

    /// The places of the cells that are to be written.
    private func differences(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream,
        _ state: State
    ) throws(SourceError) -> [Int] {
        let statement: SourceStatement?
        if case .kept(let handle) = state {
            statement = try rows.cells(part, handle)
        } else {
            statement = try parkedCells(part, Int(stream.integer(0)))
        }
        guard let statement else { return [] }
        defer { statement.reset() }
        var places: [Int] = []
        for place in part.columns.indices {
            let column = part.columns[place]
            switch check.match(statement, place, column, stream.row.cell(keys.width + place)) {
            case .converted: tally.table.cellsKept += 1
            case .plain:
                tally.table.cellsKept += 1
                misread(stream)
            case .none:
                if column.isWritten {
                    places.append(place)
                } else if column.isExpression {
                    tally.note(
                        "cells of \(column.name) keep the stored value: the target has what an "
                            + "expression reads"
                    )
                }
            }
        }
        return places
    }

    private func misread(_ stream: borrowing ReverseStream) {
        let key = (2..<keys.width).compactMap { stream.value($0).asKey }
        if tally.misread.last != key { tally.misread.append(key) }
    }

    private func choice(
        _ part: ReversedTable.Part,
        _ place: Int,
        _ stream: borrowing ReverseStream,
        _ key: String
    ) throws(SourceError) -> SourceValue? {
        let column = part.columns[place]
        let writer =
            writers[column.name] ?? CellWriter(column, of: table, rows.source, check)
        writers[column.name] = writer
        let index = keys.width + place
        guard let choice = try writer.choice(stream.value(index), stream.row.cell(index)) else {
            let reason =
                stream.fields[index] == nil
                ? "NULL in a column that is NOT NULL in the source"
                : "the source's column cannot hold the value without loss"
            tally.refuse(column.name, key, reason)
            return nil
        }
        if !choice.isConverted { misread(stream) }
        return choice.value
    }

    // MARK: - Writing

    private func makeWaitingRoom() throws(SourceError) {
        let columns = list(table.stored)
        let written = list(writtenColumns)
        try rows.source.execute(
            """
            CREATE TEMP TABLE "_cutover_parked_\(number)" (
                _cutover_n INTEGER PRIMARY KEY, _cutover_rowid, \(columns));
            CREATE TEMP TABLE "_cutover_fresh_\(number)" (
                _cutover_n INTEGER PRIMARY KEY\(written.isEmpty ? "" : ", " + written));
            """
        )
    }

    private var writtenColumns: [String] {
        table.parts.flatMap { part in part.columns.filter(\.isWritten).map(\.name) }
    }

    private func delete(_ handle: [SourceValue]) throws(SourceError) {
        try rows.prepared("DELETE FROM \(table.qualifiedName) WHERE \(table.isHandle(from: 1))")
            .run(handle)
    }

    private func insert(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream,
        _ key: String
    ) throws(SourceError) {
        hasFresh = true
        for column in table.leftToDefault {
            tally.note("new rows have the default of \(column): nothing of it is in PostgreSQL")
        }
        var values: [SourceValue] = [.integer(stream.integer(0))]
        for place in part.columns.indices where part.columns[place].isWritten {
            values.append(try choice(part, place, stream, key) ?? .null)
        }
        tally.table.cellsWritten += values.count - 1
        let columns = part.columns.filter(\.isWritten).map(\.name)
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        let names = ["_cutover_n"] + columns
        try rows.prepared("INSERT INTO \(fresh) (\(list(names))) VALUES (\(marks))").run(values)
    }

    private func fill(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream,
        _ number: Int,
        _ key: String
    ) throws(SourceError) {
        var changes: [(column: String, value: SourceValue)] = []
        for place in part.columns.indices where part.columns[place].isWritten {
            let value = try choice(part, place, stream, key) ?? .null
            changes.append((part.columns[place].name, value))
        }
        tally.table.cellsWritten += changes.count
        guard !changes.isEmpty else { return }
        try update(fresh, changes, "_cutover_n = ?1", [.integer(Int64(number) + 1)])
    }

    private func update(
        _ name: String,
        _ changes: [(column: String, value: SourceValue)],
        _ condition: String,
        _ values: [SourceValue]
    ) throws(SourceError) {
        let columns = changes.enumerated()
            .map { "\(quote($1.column)) = ?\(values.count + 1 + $0)" }
        try rows.prepared(
            "UPDATE OR ABORT \(name) SET \(columns.joined(separator: ", ")) WHERE \(condition)"
        ).run(values + changes.map(\.value))
    }

    private func write(
        _ changes: [(column: String, value: SourceValue)],
        _ number: Int,
        _ state: State
    ) throws(SourceError) -> State {
        if case .kept(let handle) = state {
            guard table.touchesUnique(changes.map(\.column)) else {
                try update(table.qualifiedName, changes, table.isHandle(from: 1), handle)
                return state
            }
            hasParked = true
            let rowid = table.hasRowid ? list(table.handle) : "NULL"
            let columns = list(table.stored)
            try rows.prepared(
                """
                INSERT INTO \(parked) (_cutover_n, _cutover_rowid, \(columns))
                SELECT ?\(table.handle.count + 1), \(rowid), \(columns)
                FROM \(table.qualifiedName) WHERE \(table.isHandle(from: 1))
                """
            ).run(handle + [.integer(Int64(number))])
            try delete(handle)
        }
        try update(parked, changes, "_cutover_n = ?1", [.integer(Int64(number))])
        return .parked
    }

    private func parkedCells(
        _ part: ReversedTable.Part,
        _ number: Int
    ) throws(SourceError) -> SourceStatement? {
        let statement = try rows.prepared(
            "SELECT \(part.selection.joined(separator: ", ")) FROM \(parked) WHERE _cutover_n = ?"
        )
        try statement.bind([.integer(Int64(number))])
        return try statement.step() ? statement : nil
    }

    private func deleteUntouched() throws(SourceError) {
        var gone: [[SourceValue]] = []
        let width = table.handle.count
        try rows.source.query("SELECT \(list(table.handle)) FROM \(table.qualifiedName)") { row in
            let handle = (0..<width).map { row.value($0) }
            if !touched.contains(handle) { gone.append(handle) }
        }
        for handle in gone {
            if let found = try rows.quarantined(handle), rows.isAbsent(found) {
                tally.note("rows of the quarantine stay as they are")
                continue
            }
            try delete(handle)
            tally.deleted(
                zip(table.handle, handle).map { "\($0) \($1.display)" }.joined(separator: ", ")
            )
        }
    }

    private func comeIn() throws(SourceError) {
        let stored = table.stored
        let isHidden =
            table.hasRowid
            && !table.handle.allSatisfy { name in
                stored.contains { $0.foldedName == name.foldedName }
            }
        if hasParked {
            let into = list((isHidden ? table.handle : []) + stored)
            let from = (isHidden ? "_cutover_rowid, " : "") + list(stored)
            // OR ABORT takes the place of what the table says, such as ON CONFLICT REPLACE.
            try rows.source.execute(
                """
                INSERT OR ABORT INTO \(table.qualifiedName) (\(into))
                SELECT \(from) FROM \(parked) ORDER BY _cutover_n
                """
            )
        }
        guard hasFresh else { return }
        let columns = writtenColumns
        try rows.source.execute(
            """
            INSERT OR ABORT INTO \(table.qualifiedName) (\(list(columns)))
            SELECT \(list(columns)) FROM \(fresh) ORDER BY _cutover_n
            """
        )
    }

    // MARK: - Reading back

    /// Compares every row once more, as the source has it now.
    ///
    /// - Throws: ``SourceError``, ``TargetError`` or ``MigrationError``.
    func confirm() throws {
        try rows.learn(wanted)
        for part in table.parts {
            var stream = try keys.open(part)
            while try stream.next() {
                if stream.integer(0) & 1_023 == 0, cancellation.isCancelled {
                    throw CancellationWish()
                }
                try confirm(part, stream)
            }
        }
    }

    private func isWritten(_ number: Int) -> Bool {
        if states.indices.contains(number - 1), case .fresh = states[number - 1] { return true }
        return changedKeys.contains(number)
    }

    private func confirm(
        _ part: ReversedTable.Part,
        _ stream: borrowing ReverseStream
    ) throws(SourceError) {
        let key = key(stream)
        let handle = try rows.handle((2..<keys.width).map { stream.value($0) }, key.bytes)
        guard let handle else {
            if stream.truth(1) { tally.refuse(nil, key.words, "the row is not in the source") }
            return
        }
        guard stream.truth(1) else {
            if try rows.quarantined(part, handle) == nil {
                tally.refuse(nil, key.words, "the row is in the source only")
            }
            return
        }
        let number = Int(stream.integer(0))
        if let checks, part.source.name == table.parts[0].source.name, isWritten(number) {
            try checks.judge(handle, number, key.words, tally)
        }
        guard let statement = try rows.cells(part, handle) else { return }
        defer { statement.reset() }
        for place in part.columns.indices where !part.columns[place].isExpression {
            let cell = stream.row.cell(keys.width + place)
            let column = part.columns[place]
            if check.match(statement, place, column, cell) == .none {
                let reason =
                    column.source.generation == .none
                    ? "it reads back as another value"
                    : "the source computes another value than PostgreSQL"
                tally.refuse(column.name, key.words, reason)
            }
        }
    }
}

/// The operator's wish to stop, on its way out of a replay.
struct CancellationWish: Error {}
