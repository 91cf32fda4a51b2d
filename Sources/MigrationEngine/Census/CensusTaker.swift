import Foundation

/// What one pass over a snapshot finds: what is stored, and where chunks end.
package struct CensusResult: Sendable {
    /// What is stored.
    package var census: Census
    /// The chunks of every table, in the order of the catalog's migrated tables.
    package var chunks: [[Chunk]]
}

/// Takes the census of a snapshot that nobody writes.
package struct CensusTaker: Sendable {
    /// A span of rowids above which a table is read in pieces by several threads.
    private static let spanToSplit: Int64 = 200_000
    private static let pieces: Int64 = 16

    let snapshot: String
    let tables: [Catalog.Table]
    let jobs: Int
    let tracker: ProgressTracker
    let cancellation: Cancellation

    /// Prepares a census.
    ///
    /// - Parameters:
    ///   - snapshot: The backup.
    ///   - tables: The tables.
    ///   - jobs: The number of threads.
    ///   - tracker: Is told how far it is.
    ///   - cancellation: Stops it.
    package init(
        snapshot: String,
        tables: [Catalog.Table],
        jobs: Int,
        tracker: ProgressTracker,
        cancellation: Cancellation
    ) {
        self.snapshot = snapshot
        self.tables = tables
        self.jobs = jobs
        self.tracker = tracker
        self.cancellation = cancellation
    }

    /// Reads every row once.
    ///
    /// - Returns: The census and the chunks.
    /// - Throws: ``MigrationError``.
    package func run() throws(MigrationError) -> CensusResult {
        let pieces = try planPieces()
        let found = SharedList<PieceCensus>(count: pieces.count)
        let done = SharedCounter()
        try WorkQueue(pieces.indices.map { $0 }, jobs: jobs, name: "census").run {
            () throws(MigrationError) -> (Int) throws(MigrationError) -> Void in
            let connection = try open()
            return { index throws(MigrationError) in
                found.set(index, try self.read(pieces[index], connection))
                tracker.fraction(Double(done.increment()) / Double(pieces.count))
            }
        }
        return merge(found.values)
    }

    private func open() throws(MigrationError) -> SourceConnection {
        do throws(SourceError) {
            let connection = try SourceConnection(path: snapshot, access: .immutable)
            try connection.readHeader()
            return connection
        } catch {
            throw SourceFile.failure(error, path: snapshot, stage: "census")
        }
    }

    private struct Piece: Sendable {
        var table: Int
        var range: RowRange
    }

    private struct PieceCensus: Sendable {
        var table: Int
        var tallies: [ColumnTally]
        var chunks: [Chunk] = []
        var maximumRowid: Int64?
        var rows = 0
    }

    private func planPieces() throws(MigrationError) -> [Piece] {
        let connection = try open()
        var pieces: [Piece] = []
        for (index, table) in tables.enumerated() {
            guard case .rowid(let name) = RowIdentity(table) else {
                pieces.append(Piece(table: index, range: .all))
                continue
            }
            do throws(SourceError) {
                pieces += try split(index, table, rowid: name, connection)
            } catch {
                throw SourceFile.failure(error, path: snapshot, stage: "census", table: table.name)
            }
        }
        return pieces
    }

    private func split(
        _ index: Int,
        _ table: Catalog.Table,
        rowid: String,
        _ connection: SourceConnection
    ) throws(SourceError) -> [Piece] {
        let name = SourceConnection.quote(table.name)
        let column = SourceConnection.quote(rowid)
        guard
            let first = try connection.integer("SELECT min(\(column)) FROM \(name)"),
            let last = try connection.integer("SELECT max(\(column)) FROM \(name)")
        else { return [Piece(table: index, range: .all)] }
        let (span, isHuge) = last.subtractingReportingOverflow(first)
        guard !isHuge, span > Self.spanToSplit else {
            return [Piece(table: index, range: .rowids(first, last))]
        }
        let width = span / Self.pieces + 1
        return (0..<Self.pieces).compactMap { number in
            guard number * width <= span else { return nil }
            let start = first + number * width
            // The end of the last piece would lie behind the highest rowid there can be.
            let end = last - start < width ? last : start + (width - 1)
            return Piece(table: index, range: .rowids(start, end))
        }
    }

    private func read(
        _ piece: Piece,
        _ connection: SourceConnection
    ) throws(MigrationError) -> PieceCensus {
        let table = tables[piece.table]
        do throws(SourceError) {
            // Generated columns too: one that cannot be translated becomes an ordinary column.
            let reader = RowReader(table, columns: table.columns.map(\.name))
            connection.limitValues(to: LargeRowTurn.size)
            do throws(SourceError) {
                return try count(piece, reader, connection)
            } catch {
                guard error.isTooBig else { throw error }
            }
            // Read again from its start, now that no other thread holds a large row.
            let turn = LargeRowTurn()
            turn.take()
            defer { turn.end() }
            connection.limitValues(to: nil)
            return try count(piece, reader, connection)
        } catch {
            if cancellation.isCancelled { try cancellation.check("census", kept: .untouched) }
            throw SourceFile.failure(error, path: snapshot, stage: "census", table: table.name)
        }
    }

    private func count(
        _ piece: Piece,
        _ reader: RowReader,
        _ connection: SourceConnection
    ) throws(SourceError) -> PieceCensus {
        let skip = reader.identityWidth
        let width = reader.columns.count
        var result = PieceCensus(
            table: piece.table,
            tallies: Array(repeating: ColumnTally(), count: width)
        )
        var builder = ChunkBuilder(table: piece.table, identity: reader.identity, piece.range)
        var statement = try reader.open(connection, piece.range)
        while try statement.step() {
            if result.rows & 0xfff == 0, cancellation.isCancelled {
                throw SourceError(resultCode: 9, message: "interrupted", sql: nil)
            }
            result.rows += 1
            var bytes = 0
            result.tallies.withUnsafeMutableBufferPointer { tallies in
                for column in 0..<width {
                    bytes += tallies[column].add(statement, skip + column)
                }
            }
            builder.add(bytes: bytes) { reader.identity(of: statement) }
            if bytes >= LargeRowTurn.size / 2 {
                // A statement keeps the memory of its largest values to its end.
                guard let rest = reader.range(piece.range, after: statement) else { continue }
                statement = try reader.open(connection, rest)
            }
        }
        result.chunks = builder.finish()
        if case .rowid = reader.identity, case .rowids(_, let last) = piece.range {
            result.maximumRowid = last
        }
        return result
    }

    private func merge(_ pieces: [PieceCensus]) -> CensusResult {
        var result = CensusResult(
            census: Census(),
            chunks: Array(repeating: [], count: tables.count)
        )
        for (index, table) in tables.enumerated() {
            var tallies: [ColumnTally] = []
            var census = TableCensus()
            for piece in pieces where piece.table == index {
                census.rows += piece.rows
                census.maximumRowid = piece.maximumRowid ?? census.maximumRowid
                if tallies.isEmpty {
                    tallies = piece.tallies
                } else {
                    for column in tallies.indices { tallies[column].merge(piece.tallies[column]) }
                }
                for var chunk in piece.chunks {
                    chunk.number = result.chunks[index].count
                    result.chunks[index].append(chunk)
                }
            }
            census.columns = tallies.map(\.census)
            result.census.tables[table.name] = census
        }
        return result
    }
}

/// Cuts a piece of a table into chunks while its rows pass by.
struct ChunkBuilder {
    private let table: Int
    private let identity: RowIdentity
    private let piece: RowRange
    private var chunks: [Chunk] = []
    private var rows = 0
    private var bytes = 0
    private var largestRow = 0
    private var after: [SourceValue]?

    init(table: Int, identity: RowIdentity, _ piece: RowRange) {
        self.table = table
        self.identity = identity
        self.piece = piece
    }

    @inline(__always)
    mutating func add(bytes size: Int, key: () -> [SourceValue]) {
        rows += 1
        bytes += size
        if size > largestRow { largestRow = size }
        if rows >= Chunk.rowLimit || bytes >= Chunk.byteLimit { cut(at: key()) }
    }

    private mutating func cut(at key: [SourceValue]) {
        switch (identity, piece) {
        case (.rowid, .rowids(let first, _)):
            guard case .integer(let id)? = key.first else { return }
            var start = first
            if case .integer(let previous)? = after?.first { start = previous + 1 }
            append(.rowids(start, id))
        case (.key, _): append(.keys(after: after, through: key))
        default: return
        }
        after = key
    }

    private mutating func append(_ range: RowRange) {
        chunks.append(
            Chunk(table: table, number: 0, range: range, rows: rows, largestRow: largestRow)
        )
        rows = 0
        bytes = 0
        largestRow = 0
    }

    /// Ends the last chunk.
    mutating func finish() -> [Chunk] {
        if rows > 0 { finishLast() }
        if case .key = identity {
            // SQLite reads whole rows where it looks for a key, those of other chunks as well.
            let largest = chunks.map(\.largestRow).max() ?? 0
            for index in chunks.indices { chunks[index].largestRow = largest }
        }
        return chunks
    }

    private mutating func finishLast() {
        switch (identity, piece) {
        case (.rowid, .rowids(let first, let last)):
            var start = first
            if case .integer(let previous)? = after?.first { start = previous + 1 }
            append(.rowids(start, last))
        case (.key, _): append(.keys(after: after, through: nil))
        default: append(.all)
        }
    }
}
