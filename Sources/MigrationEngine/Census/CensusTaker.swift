import Foundation

/// What one pass over a snapshot finds: what is stored, and where chunks end.
package struct CensusResult: Sendable {
    /// What is stored.
    package var census: Census
    /// The chunks of every table, in the order of the catalog's migrated tables.
    package var chunks: [[Chunk]]
    /// What a closer look found in every table; empty lists without one.
    var closeLooks: [CloseLook]
}

/// How much the census of a snapshot finds out.
package enum CensusDepth: Sendable {
    /// What the mapping and the copy need; damage ends it.
    case mapping
    /// All that `inspect` shows; it goes on around damage.
    case full
}

/// What a closer look at one table found.
struct CloseLook: Sendable {
    /// The columns, in the order of the catalog; empty without rows.
    var columns: [ColumnStudy] = []
    /// The rows that could not be read.
    var gaps: [RowGap] = []
    /// What SQLite said at the first of them.
    var damage: String?
}

/// Takes the census of a snapshot that nobody writes.
package struct CensusTaker: Sendable {
    /// The columns that are read at once: SQLite's rows have 2,000, those of the key included.
    static let widest = 1_900

    let snapshot: String
    /// The file that errors name.
    private let source: String
    let tables: [Catalog.Table]
    let jobs: Int
    let depth: CensusDepth
    let tracker: ProgressTracker
    let cancellation: Cancellation

    /// Prepares a census.
    ///
    /// - Parameters:
    ///   - snapshot: The backup, or a temporary copy.
    ///   - source: The file that it is a copy of, for errors; the snapshot itself when nil.
    ///   - tables: The tables.
    ///   - jobs: The number of threads.
    ///   - depth: How much it finds out.
    ///   - tracker: Is told how far it is.
    ///   - cancellation: Stops it.
    package init(
        snapshot: String,
        of source: String? = nil,
        tables: [Catalog.Table],
        jobs: Int,
        depth: CensusDepth = .mapping,
        tracker: ProgressTracker,
        cancellation: Cancellation
    ) {
        self.depth = depth
        self.snapshot = snapshot
        self.source = source ?? snapshot
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
                Failpoint.reach(.censusRead)
                tracker.fraction(Double(done.increment()) / Double(pieces.count))
            }
        }
        return merge(found.values)
    }

    private func open() throws(MigrationError) -> SourceConnection {
        do throws(SourceError) {
            let connection = try SourceConnection(path: snapshot, access: .immutable)
            if depth == .full { connection.passOverDamage() }
            try connection.readHeader()
            return connection
        } catch {
            throw SourceFile.failure(error, path: source, stage: "census")
        }
    }

    private struct PieceCensus: Sendable {
        var table: Int
        var tallies: [ColumnTally]
        var chunks: [Chunk] = []
        var maximumRowid: Int64?
        var rows = 0
        var closeLook = CloseLook()
    }

    private func planPieces() throws(MigrationError) -> [TablePiece] {
        let connection = try open()
        var pieces: [TablePiece] = []
        for (index, table) in tables.enumerated() {
            do throws(SourceError) {
                pieces += try TablePiece.pieces(of: table, at: index, connection)
            } catch {
                guard depth == .full, error.isDamage else {
                    throw SourceFile.failure(
                        error,
                        path: source,
                        stage: "census",
                        table: table.name
                    )
                }
                pieces.append(TablePiece(table: index, range: .all))
            }
        }
        return pieces
    }

    private func read(
        _ piece: TablePiece,
        _ connection: SourceConnection
    ) throws(MigrationError) -> PieceCensus {
        let table = tables[piece.table]
        do throws(SourceError) {
            // Generated columns too: one that cannot be translated becomes an ordinary column.
            return try connection.takingTurns { () throws(SourceError) in
                try readAll(piece, connection)
            }
        } catch {
            if cancellation.isCancelled { try cancellation.check("census", kept: .untouched) }
            throw SourceFile.failure(error, path: source, stage: "census", table: table.name)
        }
    }

    /// Reads a piece of a table, some columns at a time where it has many.
    private func readAll(
        _ piece: TablePiece,
        _ connection: SourceConnection
    ) throws(SourceError) -> PieceCensus {
        let names = tables[piece.table].columns.map(\.name)
        var result = try read(piece, names.prefix(Self.widest), connection)
        for start in stride(from: Self.widest, to: names.count, by: Self.widest) {
            let rest = names[start..<min(names.count, start + Self.widest)]
            let more = try read(piece, rest, connection)
            result.tallies += more.tallies
            result.closeLook.columns += more.closeLook.columns
        }
        return result
    }

    private func read(
        _ piece: TablePiece,
        _ names: ArraySlice<String>,
        _ connection: SourceConnection
    ) throws(SourceError) -> PieceCensus {
        let reader = RowReader(tables[piece.table], columns: Array(names))
        switch depth {
        case .mapping: return try count(piece, reader, connection)
        case .full: return try look(piece, reader, connection)
        }
    }

    private func count(
        _ piece: TablePiece,
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

    /// The same count with a closer look at each value, around damage; it cuts no chunks.
    private func look(
        _ piece: TablePiece,
        _ reader: RowReader,
        _ connection: SourceConnection
    ) throws(SourceError) -> PieceCensus {
        let skip = reader.identityWidth
        let width = reader.columns.count
        var tallies = Array(repeating: ColumnTally(), count: width)
        var studies = Array(repeating: ColumnStudy(), count: width)
        var rows = 0
        var salvage = SalvageReader(reader, connection)
        try salvage.read(piece.range) { statement throws(SourceError) in
            if rows & 0xfff == 0, cancellation.isCancelled {
                throw SourceError(resultCode: 9, message: "interrupted", sql: nil)
            }
            rows += 1
            var bytes = 0
            for column in 0..<width {
                bytes += tallies[column].add(statement, skip + column)
                studies[column].add(statement, skip + column)
            }
            return bytes
        }
        var result = PieceCensus(table: piece.table, tallies: tallies)
        result.rows = rows
        result.closeLook = CloseLook(
            columns: studies,
            gaps: salvage.gaps,
            damage: salvage.message
        )
        if case .rowid = reader.identity, case .rowids(_, let last) = piece.range {
            result.maximumRowid = last
        }
        return result
    }

    private func merge(_ pieces: [PieceCensus]) -> CensusResult {
        var result = CensusResult(
            census: Census(),
            chunks: Array(repeating: [], count: tables.count),
            closeLooks: Array(repeating: CloseLook(), count: tables.count)
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
                result.closeLooks[index].merge(piece.closeLook)
            }
            census.columns = tallies.map(\.census)
            result.census.tables[table.name] = census
        }
        return result
    }
}

extension CloseLook {
    fileprivate mutating func merge(_ other: CloseLook) {
        if columns.isEmpty {
            columns = other.columns
        } else {
            for column in columns.indices { columns[column].merge(other.columns[column]) }
        }
        gaps = RowGap.joined(gaps + other.gaps)
        damage = damage ?? other.damage
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

    // A copy, because it is looked at for every row.
    private let rowLimit = Chunk.rowLimit

    @inline(__always)
    mutating func add(bytes size: Int, key: () -> [SourceValue]) {
        rows += 1
        bytes += size
        if size > largestRow { largestRow = size }
        if rows >= rowLimit || bytes >= Chunk.byteLimit { cut(at: key()) }
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
