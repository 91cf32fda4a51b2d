import Foundation

/// The unit of the copy: a piece of one table that is committed with its checkpoint.
///
/// The boundaries come from the census of an unchanging backup, so a later run finds the same.
package struct Chunk: Sendable, Equatable {
    /// Rows after which a chunk ends.
    ///
    /// Small chunks make the commits show; large ones make an interrupted run repeat more work.
    /// `CUTOVER_CHUNK_ROWS` sets it for tests; a run must be finished with what it began with.
    static let rowLimit =
        getenv("CUTOVER_CHUNK_ROWS").flatMap { Int(String(cString: $0)) }.map { max(1, $0) }
        ?? 100_000
    /// Bytes of stored values after which a chunk ends, so that repairing one fits in memory.
    static let byteLimit = 8 << 20

    /// The place of the table in the catalog's migrated tables.
    package var table: Int
    /// The place of the chunk in its table.
    package var number: Int
    /// The rows.
    package var range: RowRange
    /// How many there are.
    package var rows: Int
    /// The bytes of the largest row; one that is large is in memory once in the whole process.
    package var largestRow = 0
}
