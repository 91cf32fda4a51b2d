/// What a `CREATE TABLE` text says beyond what the pragmas tell.
struct TableDefinition: Equatable {
    /// What a column says.
    struct Column: Equatable {
        /// The declared collation.
        var collation: String?
        /// The expression that generates it, as written.
        var generation: String?
    }

    /// A UNIQUE constraint with a name.
    struct NamedUnique: Equatable {
        /// Its name.
        var name: String
        /// Its columns, folded.
        var columns: [String]
    }

    /// A foreign key.
    struct ForeignKey: Equatable {
        /// Its name.
        var name: String?
        /// Whether checking may be deferred.
        var isDeferrable = false
        /// Whether checking is deferred unless said otherwise.
        var isInitiallyDeferred = false
    }

    /// Columns by folded name.
    var columns: [String: Column] = [:]
    /// The name of the primary key's constraint.
    var primaryKeyName: String?
    /// Whether AUTOINCREMENT was said.
    var isAutoincrement = false
    /// UNIQUE constraints that have a name.
    var namedUniques: [NamedUnique] = []
    /// CHECK constraints, in order.
    var checks: [Catalog.Check] = []
    /// Foreign keys, in order.
    var foreignKeys: [ForeignKey] = []
    /// Conflict clauses with what they stand at.
    var conflictClauses: [String] = []
    /// What could not be read.
    var unparsed: [String] = []

    /// Reads a `CREATE TABLE` text.
    ///
    /// - Parameter sql: The text; whatever is not understood goes to ``unparsed``.
    init(parsing sql: String) {
        var parser = CreateTableParser(sql)
        self = parser.parse()
    }

    /// Makes a definition that says nothing.
    init() {}
}
