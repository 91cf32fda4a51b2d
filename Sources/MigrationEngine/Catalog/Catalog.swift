/// What the source contains, as a value.
///
/// Read inside the same snapshot as the rows it describes; nothing in it comes from a list that
/// somebody wrote by hand.
package struct Catalog: Sendable, Equatable {
    /// Every table of the file, in the order of `sqlite_schema`.
    package var tables: [Table] = []
    /// Every view.
    package var views: [View] = []
    /// Every trigger.
    package var triggers: [Trigger] = []

    /// Makes an empty catalog.
    package init() {}

    /// The tables whose rows belong to the application and are migrated.
    package var migratedTables: [Table] {
        tables.filter { $0.kind == .ordinary || $0.virtualRows == .own }
    }

    /// Finds a table by name, as SQLite does: without regard to ASCII case.
    ///
    /// - Parameter name: The name.
    /// - Returns: The table, or nil.
    package func table(_ name: String) -> Table? {
        tables.first { $0.name.isExactly(name) }
            ?? tables.first { $0.name.foldedName == name.foldedName }
    }

    /// A table.
    package struct Table: Sendable, Equatable {
        /// Its name, as stored.
        package var name: String
        /// What kind of table it is.
        package var kind: Kind = .ordinary
        /// The `CREATE TABLE` text, as stored; empty for internal tables without one.
        package var sql: String = ""
        /// All columns in order, generated and hidden ones too.
        package var columns: [Column] = []
        /// The columns of the primary key in declared order; empty without one.
        package var primaryKey: [KeyColumn] = []
        /// The constraint's name, if it was given one.
        package var primaryKeyName: String?
        /// The column that is another name for the rowid (`INTEGER PRIMARY KEY`).
        package var rowidAlias: String?
        /// Whether the table has no rowid.
        package var isWithoutRowid = false
        /// Whether it is STRICT.
        package var isStrict = false
        /// Whether its ids are never reused (AUTOINCREMENT).
        package var isAutoincrement = false
        /// The highest id ever issued, from `sqlite_sequence`.
        package var sequence: Int64?
        /// UNIQUE constraints, in declared order.
        package var uniques: [Unique] = []
        /// Indexes made by CREATE INDEX, in order of creation.
        package var indexes: [Index] = []
        /// Foreign keys, in declared order.
        package var foreignKeys: [ForeignKey] = []
        /// CHECK constraints of table and columns, in declared order.
        package var checks: [Check] = []
        /// Conflict clauses as written, such as `UNIQUE (sku) ON CONFLICT REPLACE`.
        package var conflictClauses: [String] = []
        /// Parts of the `CREATE` texts that could not be read, and so are not in this value.
        package var unparsed: [String] = []
        /// What becomes of the rows of a virtual table, nil for all others.
        package var virtualRows: VirtualRows?
        /// Which part of a table it is that is too wide for PostgreSQL, nil for all others.
        package var part: Part?
        /// What has no place in any part of such a table, and columns that cannot be read.
        package var losses: [Loss] = []

        /// Makes a table without columns.
        ///
        /// - Parameter name: Its name.
        package init(name: String) { self.name = name }

        /// Finds a column by name, without regard to ASCII case.
        ///
        /// - Parameter name: The name.
        /// - Returns: The column, or nil.
        package func column(_ name: String) -> Column? {
            columns.first { $0.name.foldedName == name.foldedName }
        }
    }

    /// What kind of table it is; only ordinary ones hold the application's rows.
    package enum Kind: Sendable, Equatable {
        case ordinary
        /// A virtual table, with its module, such as `fts5`.
        case virtual(module: String)
        /// A table that belongs to a virtual table.
        case shadow(of: String)
        /// SQLite's own: `sqlite_sequence`, `sqlite_stat1`.
        case `internal`
        /// Ours: `_cutover_*`, with ``mark`` in its text.
        case cutover
    }

    /// The comment that stands in the `CREATE` text of everything of ours in a source.
    package static let mark = "/* cutover */"

    /// A column.
    package struct Column: Sendable, Equatable {
        /// Its name, as stored.
        package var name: String
        /// The declared type as written, empty when there is none.
        package var declaredType: String = ""
        /// The affinity that SQLite derives from the declared type.
        package var affinity: Affinity = .blob
        /// Whether NOT NULL was declared.
        package var isNotNull = false
        /// The DEFAULT expression as written, without outer parentheses.
        package var defaultExpression: String?
        /// The declared collation, if any.
        package var collation: String?
        /// Whether it is generated, or hidden in a virtual table.
        package var generation: Generation = .none
        /// The generation expression as written.
        package var generationExpression: String?

        /// Makes a column without a declared type.
        ///
        /// - Parameter name: Its name.
        package init(name: String) { self.name = name }
    }

    /// How a column gets its value.
    package enum Generation: String, Sendable, Equatable {
        case none
        case virtual
        case stored
        /// A hidden column of a virtual table.
        case hidden
    }

    /// The five affinities.
    /// - SeeAlso: <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>
    package enum Affinity: String, Sendable, Equatable {
        case integer
        case text
        case blob
        case real
        case numeric
    }

    /// A column of a key or an index.
    package struct KeyColumn: Sendable, Equatable {
        /// The column's name, nil when it is an expression.
        package var name: String?
        /// The expression as written, nil when it is a column.
        package var expression: String?
        /// The collation, nil for the column's own.
        package var collation: String?
        /// Whether the order is descending.
        package var isDescending: Bool

        /// Makes a key column.
        ///
        /// - Parameters:
        ///   - name: The column's name.
        ///   - expression: The expression as written.
        ///   - collation: The collation.
        ///   - isDescending: Whether the order is descending.
        package init(
            name: String? = nil,
            expression: String? = nil,
            collation: String? = nil,
            isDescending: Bool = false
        ) {
            self.name = name
            self.expression = expression
            self.collation = collation
            self.isDescending = isDescending
        }
    }

    /// A UNIQUE constraint.
    package struct Unique: Sendable, Equatable {
        /// The constraint's name, if it was given one.
        package var name: String?
        /// Its columns.
        package var columns: [KeyColumn]
    }

    /// An index made by CREATE INDEX.
    package struct Index: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its columns and expressions.
        package var columns: [KeyColumn]
        /// Whether it is unique.
        package var isUnique: Bool
        /// The WHERE expression of a partial index, as written.
        package var predicate: String?
        /// The `CREATE INDEX` text, as stored.
        package var sql = ""
    }

    /// A foreign key.
    package struct ForeignKey: Sendable, Equatable {
        /// The constraint's name, if it was given one.
        package var name: String?
        /// The child's columns.
        package var columns: [String]
        /// The parent table, as written.
        package var parentTable: String
        /// The parent's columns; the parent's primary key when none were written.
        package var parentColumns: [String]
        /// What an update of the parent does.
        package var onUpdate: String
        /// What a delete of the parent does.
        package var onDelete: String
        /// Whether checking may be deferred.
        package var isDeferrable: Bool
        /// Whether checking is deferred unless said otherwise.
        package var isInitiallyDeferred: Bool
        /// The id in `PRAGMA foreign_key_list` and `foreign_key_check`.
        package var pragmaID: Int64
    }

    /// A CHECK constraint.
    package struct Check: Sendable, Equatable {
        /// The constraint's name, if it was given one.
        package var name: String?
        /// The expression as written, without outer parentheses.
        package var expression: String
        /// The column it stands at, nil for a table constraint.
        package var column: String?
    }

    /// A view.
    package struct View: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// The `CREATE VIEW` text.
        package var sql: String
        /// Its columns, as SQLite names them; empty when SQLite cannot read it.
        package var columns: [String] = []
    }

    /// A trigger.
    package struct Trigger: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// The table or view it stands on.
        package var table: String
        /// The `CREATE TRIGGER` text.
        package var sql: String
    }
}
