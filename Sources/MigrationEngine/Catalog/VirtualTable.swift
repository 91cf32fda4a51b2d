extension Catalog {
    /// What becomes of the rows of a virtual table.
    package enum VirtualRows: Sendable, Equatable {
        /// They stand in no other table, and are read through the virtual table.
        case own
        /// They can be made again from other tables; the reason says which.
        case derived(String)
        /// They cannot be read; the reason is SQLite's.
        case unreadable(String)

        /// Why the rows are not copied, nil when they are.
        package var reason: String? {
            switch self {
            case .own: nil
            case .derived(let reason): reason
            case .unreadable(let reason): "it cannot be read: \(reason)"
            }
        }
    }
}

/// What a `CREATE VIRTUAL TABLE` text says.
struct VirtualTable: Equatable {
    /// The module, in lower case.
    var module = ""
    /// The arguments as written.
    var arguments: [String] = []

    /// Reads a text.
    ///
    /// - Parameter sql: The text; nil when it makes no virtual table.
    init?(parsing sql: String) {
        var cursor = TokenCursor(sql)
        guard cursor.take("CREATE", "VIRTUAL", "TABLE") else { return nil }
        _ = cursor.take("IF", "NOT", "EXISTS")
        _ = cursor.takeName()
        if cursor.takeSymbol(".") { _ = cursor.takeName() }
        _ = cursor.take("USING")
        module = cursor.takeName()?.foldedName ?? ""
        guard let list = cursor.takeParenthesised() else { return }
        var inside = TokenCursor(list)
        while !inside.isAtEnd {
            let start = inside.index
            inside.skip { $0.isSymbol(",") }
            arguments.append(inside.text(start..<inside.index))
            guard inside.takeSymbol(",") else { break }
        }
    }

    /// The value of an option, such as `content='notes'`.
    ///
    /// - Parameter name: The option in lower case.
    /// - Returns: Its value without quotes; nil when it is not given.
    func option(_ name: String) -> String? {
        for argument in arguments {
            var cursor = TokenCursor(argument)
            guard cursor.takeName()?.foldedName == name, cursor.takeSymbol("=") else { continue }
            return cursor.current?.text ?? ""
        }
        return nil
    }

    /// Whether it is an index over text.
    var isFullText: Bool { ["fts3", "fts4", "fts5"].contains(module) }

    /// Whether it is an index over boxes.
    var isSpatial: Bool { ["rtree", "rtree_i32", "geopoly"].contains(module) }

    /// Why its rows need no copy, nil when they stand nowhere else.
    var derivation: String? {
        if isFullText, let content = option("content") {
            guard !content.isEmpty else {
                return
                    "it keeps an index and no text (content=''), so there is nothing to copy; no "
                    + "index is made: make one from the texts by hand, as tsvector with GIN"
            }
            return
                "its texts stand in \"\(content)\"; no index over them is made: make one by hand, "
                + "as tsvector with GIN"
        }
        return Self.derivations[module]
    }

    private static let derivations = [
        "fts5vocab": "it lists the words of a full-text index; in PostgreSQL ts_stat does",
        "fts4aux": "it lists the words of a full-text index; in PostgreSQL ts_stat does",
        "fts3tokenize": "it only splits text into words, and holds no rows",
        "dbstat": "it describes the pages of the file, which PostgreSQL does not have",
        "sqlite_stmt": "it lists prepared statements, and holds no rows",
        "csv": "its rows stand in a file of their own, outside of the database",
    ]

    /// What to use in PostgreSQL in its place.
    ///
    /// - Parameter columns: The columns that hold data.
    /// - Returns: Words for the ledger.
    func replacement(_ columns: [String]) -> String {
        if isFullText {
            let texts = columns.map { "coalesce(\(TargetName.quote($0))::text, '')" }
            return "to search its words, make an index USING gin (to_tsvector('simple', "
                + "\(texts.joined(separator: " || ' ' || "))))"
        }
        if isSpatial {
            return "to search by place, make an index USING gist over a box or a range "
                + "of these columns"
        }
        return "what the module \(module) does beyond keeping rows has to be made by hand"
    }
}

extension CatalogReader {
    /// Reads a virtual table: its columns if its rows stand nowhere else.
    ///
    /// Such a table is given the columns that a reader of its rows sees: the rowid, by which its
    /// rows are told apart, and the declared ones.
    ///
    /// - Parameter table: The table; its name and text are read already.
    func readVirtual(_ table: inout Catalog.Table) {
        guard let said = VirtualTable(parsing: table.sql) else { return }
        do throws(SourceError) {
            try readColumns(&table, TableDefinition())
            if let reason = said.derivation {
                table.virtualRows = .derived(reason)
                return
            }
            let language = said.option("languageid")?.foldedName
            for place in table.columns.indices
            where table.columns[place].name.foldedName == language {
                table.columns[place].generation = .none
            }
            table.columns.removeAll { $0.generation == .hidden }
            if said.isSpatial, said.module != "geopoly" {
                table.rowidAlias = table.columns.first?.name
            } else {
                addRowid(&table)
            }
            table.primaryKey = table.rowidAlias.map { [Catalog.KeyColumn(name: $0)] } ?? []
            let list = table.columns.map { SourceConnection.quote($0.name) }
            _ = try connection.prepare(
                "SELECT \(list.joined(separator: ", ")) FROM main."
                    + SourceConnection.quote(table.name)
            )
            table.virtualRows = .own
        } catch {
            // Its module is not there: the table has a name and nothing else.
            table.virtualRows =
                said.derivation.map { .derived($0) } ?? .unreadable(error.message)
        }
    }

    private func addRowid(_ table: inout Catalog.Table) {
        let taken = Set(table.columns.map(\.name.foldedName))
        guard let name = ["rowid", "_rowid_", "oid"].first(where: { !taken.contains($0) })
        else { return }
        table.columns.insert(.rowid(named: name), at: 0)
        table.rowidAlias = name
    }
}

extension Catalog.Column {
    /// The rowid as a column.
    ///
    /// - Parameter name: One of its names that no column has.
    /// - Returns: The column.
    static func rowid(named name: String) -> Catalog.Column {
        var column = Catalog.Column(name: name)
        column.declaredType = "INTEGER"
        column.affinity = .integer
        column.isNotNull = true
        return column
    }
}
