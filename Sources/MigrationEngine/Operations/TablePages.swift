/// A table of a side, as the browser lists it.
public struct TableEntry: Codable, Sendable, Equatable {
    /// Its name on that side.
    public var name: String
    /// Its number of columns.
    public var columns: Int
    /// About how many rows it has: counted where that is done at once, else from the lowest and the
    /// highest row id, or the server's own estimate; nil when neither is known.
    @ExplicitNull public var estimatedRows: Int?
}

/// The tables of a side.
public struct TablesPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The tables, by name.
    public var tables: [TableEntry]
}

/// Some rows of a table, in the order of its key.
public struct TableRowsPage: Codable, Sendable, Equatable {
    /// The side that was read.
    public var side: Side
    /// The table.
    public var table: String
    /// Its columns.
    public var columns: [String]
    /// The rows, each with a value for every column.
    public var rows: [Row]
    /// The key to go on after; nil on the last page.
    @ExplicitNull public var nextKey: TableKey?
    /// How the page lies in the table.
    package var edges = PageEdges<TableKey>()

    private enum CodingKeys: String, CodingKey {
        case side
        case table
        case columns
        case rows
        case nextKey
    }

    /// One row.
    public struct Row: Codable, Sendable, Equatable {
        /// What tells the row from every other.
        public var key: TableKey
        /// The values as text, cut at ``LiveReader/shownCharacters``; nil for NULL.
        ///
        /// Bytes are written as `x'…'`.
        public var values: [String?]
    }
}

extension TableRowsPage: WalkedPage {}

/// The place of a row in its table: the values of its key as the database itself writes them in
/// SQL, so that no value is changed on its way back.
public struct TableKey: Codable, Sendable, Hashable {
    let literals: [String]

    /// The key for people.
    public var text: String { literals.joined(separator: ", ") }
}
