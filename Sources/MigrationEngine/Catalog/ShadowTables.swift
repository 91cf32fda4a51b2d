/// Tells the tables that a virtual table keeps its own data in from those of the application.
///
/// SQLite goes by the name alone, and cannot say anything when the module is not there. So the
/// name and the first column decide for modules that are known, and SQLite for all others: a
/// table of the application that only has such a name keeps its rows.
struct ShadowTables {
    private var modules: [String: String] = [:]

    /// Remembers the virtual tables.
    ///
    /// - Parameter tables: All tables of the file.
    init(_ tables: [Catalog.Table]) {
        for table in tables {
            if case .virtual(let module) = table.kind {
                modules[table.name.foldedName] = module.foldedName
            }
        }
    }

    /// Finds the virtual table that a table belongs to.
    ///
    /// - Parameters:
    ///   - table: A table that is neither virtual nor internal.
    ///   - saysSQLite: Whether SQLite takes it for a shadow table.
    /// - Returns: The virtual table's name in lower case, or nil for a table of the application.
    func owner(of table: Catalog.Table, saysSQLite: Bool) -> String? {
        let name = table.name.foldedName
        var place = name.endIndex
        while let underscore = name[..<place].lastIndex(of: "_") {
            let owner = String(name[..<underscore])
            let suffix = String(name[name.index(after: underscore)...])
            place = underscore
            guard let module = modules[owner] else { continue }
            guard let known = Self.firstColumns[module] else { return saysSQLite ? owner : nil }
            guard let columns = known[suffix], let first = table.columns.first else { return nil }
            return columns == first.name.foldedName ? owner : nil
        }
        return nil
    }

    // > https://www.sqlite.org/fts5.html#fts5_data_structures, https://www.sqlite.org/fts3.html
    // > https://www.sqlite.org/rtree.html#the_shadow_tables
    private static let fts4 = [
        "content": "docid", "segments": "blockid", "segdir": "level", "docsize": "docid",
        "stat": "id",
    ]
    private static let rtree = ["node": "nodeno", "rowid": "rowid", "parent": "nodeno"]
    private static let firstColumns = [
        "fts3": fts4,
        "fts4": fts4,
        "fts5": [
            "data": "id", "idx": "segid", "content": "id", "docsize": "id", "config": "k",
        ],
        "rtree": rtree,
        "rtree_i32": rtree,
        "geopoly": rtree,
    ]
}
