/// How the rows of a table are enumerated, and what identifies one of them.
package enum RowIdentity: Sendable, Equatable {
    /// By rowid, under a name that no column hides.
    case rowid(String)
    /// By the primary key of a WITHOUT ROWID table.
    case key([String])
    /// By nothing: every name of the rowid is a column, so the table is read in one piece.
    case none

    /// Finds how a table's rows are enumerated.
    ///
    /// - Parameter table: The table.
    package init(_ table: Catalog.Table) {
        if let alias = table.rowidAlias {
            self = .rowid(alias)
        } else if table.isWithoutRowid {
            let names = table.primaryKey.compactMap(\.name)
            // A row-value comparison follows one direction only, and the order of a collation that
            // belongs to the application is not known.
            let isUsable = table.primaryKey.allSatisfy { column in
                let own = column.name.flatMap { table.column($0)?.collation }
                let collation = (column.collation ?? own ?? "BINARY").uppercased()
                return !column.isDescending
                    && SourceConnection.builtInCollations.contains(collation)
            }
            self = isUsable ? .key(names) : .none
        } else {
            let hidden = Set(table.columns.map { $0.name.foldedName })
            let free = ["rowid", "_rowid_", "oid"].first { !hidden.contains($0) }
            self = free.map { .rowid($0) } ?? .none
        }
    }

    /// The columns that the reader selects in front of the table's own.
    package var columns: [String] {
        switch self {
        case .rowid(let name): [name]
        case .key(let names): names
        case .none: []
        }
    }
}

/// A piece of a table in key order.
package enum RowRange: Sendable, Equatable {
    /// All rows.
    case all
    /// Rowids from the first to the last, both included.
    case rowids(Int64, Int64)
    /// Keys after the first, up to and including the second; nil stands for the end.
    case keys(after: [SourceValue]?, through: [SourceValue]?)
}

/// Reads the stored columns of a table: the identity's columns first, then the table's own.
package struct RowReader: Sendable {
    /// The table.
    package let table: Catalog.Table
    /// What identifies a row.
    package let identity: RowIdentity
    /// The columns that are stored, so that generated ones are left to the server.
    package let columns: [Catalog.Column]
    /// Expressions that are read in place of the stored value, by place of the column.
    private let expressions: [Int: String]
    /// Where the stored value of such a column stands, behind all the columns.
    private let storedPlaces: [Int: Int]

    /// Prepares to read a table.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - names: The names of the columns to read, all stored ones when nil.
    ///   - expressions: Expressions to read in place of a column's stored value, by name.
    package init(
        _ table: Catalog.Table,
        columns names: [String]? = nil,
        expressions: NameTable<String> = [:]
    ) {
        self.table = table
        identity = RowIdentity(table)
        let stored = table.columns.filter { $0.generation == .none }
        let columns = names.map { $0.compactMap { table.column($0) } } ?? stored
        self.columns = columns
        var found: [Int: String] = [:]
        var places: [Int: Int] = [:]
        for place in columns.indices {
            guard let expression = expressions[columns[place].name] else { continue }
            found[place] = expression
            places[place] = columns.count + places.count
        }
        self.expressions = found
        storedPlaces = places
    }

    /// An expression as a value of a SELECT list; a comment at its end hides nothing.
    ///
    /// - Parameter expression: The expression.
    /// - Returns: The expression in parentheses.
    package static func sql(_ expression: String) -> String { "(\(expression)\n)" }

    /// The SELECT list: the identity, the columns, and the stored values behind expressions.
    package var selection: [String] {
        let quote = SourceConnection.quote
        let read = columns.indices.map { expressions[$0].map(Self.sql) ?? quote(columns[$0].name) }
        let stored = storedPlaces.sorted { $0.value < $1.value }.map { quote(columns[$0.key].name) }
        return identity.columns.map(quote) + read + stored
    }

    /// The values of the current row as they are stored, whatever is read in their place.
    ///
    /// - Parameter statement: A statement over ``selection`` that stands on a row.
    /// - Returns: One value a column.
    package func storedValues(of statement: SourceStatement) -> [SourceValue] {
        columns.indices.map { statement.value(storedPlace($0)) }
    }

    /// Where the stored value of a column stands, whatever is read in its place.
    ///
    /// - Parameter column: The place among ``columns``.
    /// - Returns: The column of a statement over ``selection``.
    package func storedPlace(_ column: Int) -> Int {
        identityWidth + (storedPlaces[column] ?? column)
    }

    /// The number of columns in front of the table's own.
    package var identityWidth: Int { identity.columns.count }

    /// Opens a piece of the table.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - range: The piece.
    ///   - isBackwards: Whether the rows come from the end.
    ///   - limit: The most rows.
    /// - Returns: A statement whose rows come in the order of the identity.
    /// - Throws: ``SourceError``.
    package func open(
        _ connection: SourceConnection,
        _ range: RowRange,
        isBackwards: Bool = false,
        limit: Int? = nil
    ) throws(SourceError) -> SourceStatement {
        let quote = SourceConnection.quote
        let identityColumns = identity.columns.map(quote)
        let selected = selection.joined(separator: ", ")
        var sql = "SELECT \(selected.isEmpty ? "1" : selected) FROM \(quote(table.storedName))"
        var values: [SourceValue] = []
        switch range {
        case .all: break
        case .rowids(let first, let last):
            sql += " WHERE \(identityColumns[0]) BETWEEN ? AND ?"
            values = [.integer(first), .integer(last)]
        case .keys(let after, let through):
            let tuple = "(\(identityColumns.joined(separator: ", ")))"
            let marks = "(\(identityColumns.map { _ in "?" }.joined(separator: ", ")))"
            var conditions: [String] = []
            if let after {
                conditions.append("\(tuple) > \(marks)")
                values += after
            }
            if let through {
                conditions.append("\(tuple) <= \(marks)")
                values += through
            }
            if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
        }
        if !identityColumns.isEmpty {
            let order = isBackwards ? identityColumns.map { "\($0) DESC" } : identityColumns
            sql += " ORDER BY " + order.joined(separator: ", ")
        }
        if let limit { sql += " LIMIT \(limit)" }
        let statement = try connection.prepare(sql)
        try statement.bind(values)
        return statement
    }

    /// The rows of a piece behind the current one.
    ///
    /// - Parameters:
    ///   - range: The piece.
    ///   - statement: A statement that stands on a row of it.
    /// - Returns: The rest; nil when the piece can only be read as a whole or ends here.
    package func range(_ range: RowRange, after statement: SourceStatement) -> RowRange? {
        switch (identity, range) {
        case (.rowid, .rowids(_, let last)):
            let row = statement.integer(0)
            return row < last ? .rowids(row + 1, last) : nil
        case (.key, .all): return .keys(after: identity(of: statement), through: nil)
        case (.key, .keys(_, let last)):
            return .keys(after: identity(of: statement), through: last)
        default: return nil
        }
    }

    /// The identity of the current row.
    ///
    /// - Parameter statement: A statement of ``open(_:_:)`` that stands on a row.
    /// - Returns: The values of the identity's columns.
    package func identity(of statement: SourceStatement) -> [SourceValue] {
        (0..<identityWidth).map { statement.value($0) }
    }
}
