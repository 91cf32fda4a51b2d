/// Reads what a SQLite file contains.
///
/// The pragmas are the authority on columns, keys and foreign keys; the stored `CREATE` texts add
/// what no pragma tells: CHECK, COLLATE, names, DEFERRABLE, expressions. A text that is not
/// understood costs only that.
package struct CatalogReader {
    let connection: SourceConnection
    private var passesOverDamage = false

    /// Reads the catalog of a file.
    ///
    /// - Parameters:
    ///   - connection: A connection, inside the snapshot that the rows are read from.
    ///   - passesOverDamage: Whether a catalog is wanted that ends at its first damaged page.
    /// - Returns: The catalog.
    /// - Throws: ``SourceError`` when the file cannot be read.
    package static func read(
        _ connection: SourceConnection,
        passesOverDamage: Bool = false
    ) throws(SourceError) -> Catalog {
        try CatalogReader(connection: connection, passesOverDamage: passesOverDamage).catalog()
    }

    /// One row of `sqlite_schema`.
    struct Entry {
        var type: String
        var name: String
        var table: String
        var sql: String

        /// Whether it is a part of our own capture or fence.
        var isOurs: Bool { name.hasPrefix("_cutover_") && sql.contains(Catalog.mark) }
    }

    /// One row of `PRAGMA table_list`.
    struct Listing {
        var type: String
        var isWithoutRowid: Bool
        var isStrict: Bool
    }

    private func catalog() throws(SourceError) -> Catalog {
        var catalog = Catalog()
        var indexes: [Entry] = []
        let listings = try listings()
        for entry in try entries() {
            switch entry.type {
            case "table":
                catalog.tables.append(try table(entry, listings[entry.name]))
            case "index":
                indexes.append(entry)
            case "view":
                catalog.views.append(Catalog.View(name: entry.name, sql: entry.sql))
            case "trigger" where entry.isOurs: break
            case "trigger":
                catalog.triggers.append(
                    Catalog.Trigger(name: entry.name, table: entry.table, sql: entry.sql)
                )
            default: break
            }
        }
        findShadows(&catalog, listings)
        for index in catalog.tables.indices where catalog.tables[index].kind.hasPragmas {
            try readKeys(&catalog.tables[index], indexes)
            leaveOutUnreadable(&catalog.tables[index])
        }
        resolveParents(&catalog)
        try readSequences(&catalog)
        catalog.tables = catalog.tables.flatMap { WideTable.parts(of: $0) }
        for place in catalog.views.indices { readColumns(&catalog.views[place]) }
        try requireReadableNames(catalog)
        return catalog
    }

    /// Refuses names that are not UTF-8: they would be altered, and everything is found by name.
    private func requireReadableNames(_ catalog: Catalog) throws(SourceError) {
        let names =
            [catalog.migratedTables.map(\.name)]
            + catalog.migratedTables.map { $0.columns.map(\.name) }
        for names in names {
            if let name = names.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
                throw .names("\"\(name)\" is not UTF-8")
            }
        }
    }

    private func entries() throws(SourceError) -> [Entry] {
        var entries: [Entry] = []
        let query = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid"
        do throws(SourceError) {
            try connection.query(query) { row throws(SourceError) in
                guard let type = row.text(0), let name = row.text(1) else { return }
                entries.append(
                    Entry(type: type, name: name, table: row.text(2) ?? "", sql: row.text(3) ?? "")
                )
            }
        } catch {
            // SQLite itself knows the tables in front of the damage, and no others.
            guard passesOverDamage, error.isDamage, !entries.isEmpty else { throw error }
        }
        return entries
    }

    private func listings() throws(SourceError) -> NameTable<Listing> {
        var listings: NameTable<Listing> = [:]
        // columns: schema, name, type, ncol, wr, strict
        try connection.query("PRAGMA main.table_list") { row throws(SourceError) in
            listings[row.text(1) ?? ""] = Listing(
                type: row.text(2) ?? "",
                isWithoutRowid: row.integer(4) != 0,
                isStrict: row.integer(5) != 0
            )
        }
        return listings
    }

    // MARK: - Tables

    private func table(_ entry: Entry, _ listing: Listing?) throws(SourceError) -> Catalog.Table {
        var table = Catalog.Table(name: entry.name)
        table.sql = entry.sql
        table.isWithoutRowid = listing?.isWithoutRowid ?? false
        table.isStrict = listing?.isStrict ?? false
        table.kind = Self.kind(entry)
        if case .virtual = table.kind {
            readVirtual(&table)
            return table
        }
        let definition = TableDefinition(parsing: entry.sql)
        try readColumns(&table, definition)
        table.primaryKeyName = definition.primaryKeyName
        table.isAutoincrement = definition.isAutoincrement
        table.checks = definition.checks
        table.conflictClauses = definition.conflictClauses
        table.unparsed = definition.unparsed
        return table
    }

    private static func kind(_ entry: Entry) -> Catalog.Kind {
        let name = entry.name.foldedName
        if name.hasPrefix("sqlite_") { return .internal }
        // The name alone could be the application's, whose rows would be left behind.
        if name.hasPrefix("_cutover_"), entry.sql.contains(Catalog.mark) { return .cutover }
        var cursor = TokenCursor(entry.sql)
        guard cursor.take("CREATE", "VIRTUAL", "TABLE") else { return .ordinary }
        _ = cursor.take("IF", "NOT", "EXISTS")
        _ = cursor.takeName()
        if cursor.takeSymbol(".") { _ = cursor.takeName() }
        _ = cursor.take("USING")
        return .virtual(module: cursor.takeName() ?? "")
    }

    func readColumns(
        _ table: inout Catalog.Table,
        _ definition: TableDefinition
    ) throws(SourceError) {
        var columns: [Catalog.Column] = []
        var key: [(position: Int64, name: String)] = []
        let isStrict = table.isStrict
        let pragma = "PRAGMA main.table_xinfo(\(SourceConnection.quote(table.name)))"
        // columns: cid, name, type, notnull, dflt_value, pk, hidden
        try connection.query(pragma) { row throws(SourceError) in
            var column = Catalog.Column(name: row.text(1) ?? "")
            let said = definition.columns[column.name.foldedName]
            column.declaredType = row.text(2) ?? ""
            column.affinity = .init(declaredType: column.declaredType, isStrict: isStrict)
            column.isNotNull = row.integer(3) != 0
            column.defaultExpression = row.text(4)
            column.collation = said?.collation
            column.generation = Self.generation(row.integer(6))
            column.generationExpression = said?.generation
            columns.append(column)
            if row.integer(5) > 0 { key.append((row.integer(5), column.name)) }
        }
        table.columns = columns
        table.primaryKey = key.sorted { $0.position < $1.position }
            .map { Catalog.KeyColumn(name: $0.name) }
    }

    /// Reads the names of a view's columns, which only SQLite can tell.
    private func readColumns(_ view: inout Catalog.View) {
        var columns: [String] = []
        let pragma = "PRAGMA main.table_info(\(SourceConnection.quote(view.name)))"
        // A view over something that is gone has no columns, and that is all there is to say.
        try? connection.query(pragma) { row in columns.append(row.text(1) ?? "") }
        view.columns = columns
    }

    private static func generation(_ hidden: Int64) -> Catalog.Generation {
        switch hidden {
        case 1: .hidden
        case 2: .virtual
        case 3: .stored
        default: .none
        }
    }

    private func findShadows(_ catalog: inout Catalog, _ listings: NameTable<Listing>) {
        let shadows = ShadowTables(catalog.tables)
        for index in catalog.tables.indices where catalog.tables[index].kind == .ordinary {
            let table = catalog.tables[index]
            let saysSQLite = listings[table.name]?.type == "shadow"
            guard let owner = shadows.owner(of: table, saysSQLite: saysSQLite) else { continue }
            let name = catalog.tables.first { $0.name.foldedName == owner }?.name ?? owner
            catalog.tables[index].kind = .shadow(of: name)
        }
    }

    private func readSequences(_ catalog: inout Catalog) throws(SourceError) {
        guard catalog.tables.contains(where: { $0.name.foldedName == "sqlite_sequence" }) else {
            return
        }
        var floors: [String: Int64] = [:]
        // The application can write anything into it, also twice.
        let query = "SELECT name, CAST(seq AS INTEGER) FROM main.sqlite_sequence"
        try connection.query(query) { row throws(SourceError) in
            guard let name = row.text(0) else { return }
            floors[name.foldedName] = max(floors[name.foldedName] ?? .min, row.integer(1))
        }
        for index in catalog.tables.indices where catalog.tables[index].isAutoincrement {
            catalog.tables[index].sequence = floors[catalog.tables[index].name.foldedName]
        }
    }
}

extension Catalog.Kind {
    /// Whether keys and foreign keys can be asked for by pragma.
    var hasPragmas: Bool {
        if case .virtual = self { return false }
        return true
    }
}
