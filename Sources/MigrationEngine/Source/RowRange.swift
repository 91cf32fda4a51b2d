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

    /// Prepares to read a table.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - names: The names of the columns to read, all stored ones when nil.
    package init(_ table: Catalog.Table, columns names: [String]? = nil) {
        self.table = table
        identity = RowIdentity(table)
        let stored = table.columns.filter { $0.generation == .none }
        columns = names.map { $0.compactMap { table.column($0) } } ?? stored
    }

    /// The number of columns in front of the table's own.
    package var identityWidth: Int { identity.columns.count }

    /// Opens a piece of the table.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - range: The piece.
    ///   - isBackwards: Whether the rows come from the end.
    /// - Returns: A statement whose rows come in the order of the identity.
    /// - Throws: ``SourceError``.
    package func open(
        _ connection: SourceConnection,
        _ range: RowRange,
        isBackwards: Bool = false
    ) throws(SourceError) -> SourceStatement {
        let quote = SourceConnection.quote
        let identityColumns = identity.columns.map(quote)
        let selected = (identityColumns + columns.map { quote($0.name) }).joined(separator: ", ")
        var sql = "SELECT \(selected.isEmpty ? "1" : selected) FROM \(quote(table.name))"
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
        let statement = try connection.prepare(sql)
        try statement.bind(values)
        return statement
    }

    /// The identity of the current row.
    ///
    /// - Parameter statement: A statement of ``open(_:_:)`` that stands on a row.
    /// - Returns: The values of the identity's columns.
    package func identity(of statement: SourceStatement) -> [SourceValue] {
        (0..<identityWidth).map { statement.value($0) }
    }
}
