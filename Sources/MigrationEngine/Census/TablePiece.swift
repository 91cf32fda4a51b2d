/// A piece of a table that one thread reads.
struct TablePiece: Sendable, Equatable {
    /// The place of the table in the catalog's migrated tables.
    var table: Int
    /// The rows.
    var range: RowRange

    /// A span of rowids above which a table is read in pieces by several threads.
    private static let spanToSplit: Int64 = 200_000
    private static let pieces: Int64 = 16

    /// Cuts a table into pieces.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - index: Its place in the catalog's migrated tables.
    ///   - connection: A connection to the snapshot.
    /// - Returns: The pieces in the order of the rowid, or one piece.
    /// - Throws: ``SourceError``.
    static func pieces(
        of table: Catalog.Table,
        at index: Int,
        _ connection: SourceConnection
    ) throws(SourceError) -> [TablePiece] {
        guard case .rowid(let rowid) = RowIdentity(table) else {
            return [TablePiece(table: index, range: .all)]
        }
        let name = SourceConnection.quote(table.storedName)
        let column = SourceConnection.quote(rowid)
        guard
            let first = try connection.integer("SELECT min(\(column)) FROM \(name)"),
            let last = try connection.integer("SELECT max(\(column)) FROM \(name)")
        else { return [TablePiece(table: index, range: .all)] }
        let (span, isHuge) = last.subtractingReportingOverflow(first)
        guard !isHuge, span > Self.spanToSplit else {
            return [TablePiece(table: index, range: .rowids(first, last))]
        }
        let width = span / Self.pieces + 1
        return (0..<Self.pieces).compactMap { number in
            guard number * width <= span else { return nil }
            let start = first + number * width
            // The end of the last piece would lie behind the highest rowid there can be.
            let end = last - start < width ? last : start + (width - 1)
            return TablePiece(table: index, range: .rowids(start, end))
        }
    }
}
