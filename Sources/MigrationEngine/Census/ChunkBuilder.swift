/// Cuts a piece of a table into chunks while its rows pass by.
struct ChunkBuilder {
    private let table: Int
    private let identity: RowIdentity
    private let piece: RowRange
    private var chunks: [Chunk] = []
    private var rows = 0
    private var bytes = 0
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
        chunks.append(Chunk(table: table, number: 0, range: range, rows: rows))
        rows = 0
        bytes = 0
    }

    /// Ends the last chunk.
    mutating func finish() -> [Chunk] {
        guard rows > 0 else { return chunks }
        switch (identity, piece) {
        case (.rowid, .rowids(let first, let last)):
            var start = first
            if case .integer(let previous)? = after?.first { start = previous + 1 }
            append(.rowids(start, last))
        case (.key, _): append(.keys(after: after, through: nil))
        default: append(.all)
        }
        return chunks
    }
}
