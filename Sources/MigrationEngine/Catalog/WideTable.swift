/// Divides tables that have more columns than a table of PostgreSQL can have.
///
/// A row of PostgreSQL stands on one page of 8 kB. Texts and blobs leave it, all but 18 bytes
/// each; numbers cannot. Each part has the table's key, so that a join gives the rows again.
///
/// Only what the source declares decides, so that every reader of the same file divides it alike.
/// - SeeAlso: <https://www.postgresql.org/docs/current/limits.html>
struct WideTable {
    /// Columns that a table can have, less those that an application may want to add.
    private static let columnLimit = 1_590
    /// Columns that a table can have.
    private static let hardLimit = 1_600
    /// Bytes of a row that are sure to fit a page beside its header.
    private static let byteLimit = 7_600

    private let table: Catalog.Table

    /// Divides a table.
    ///
    /// - Parameter table: The table.
    /// - Returns: The table itself, or its parts.
    static func parts(of table: Catalog.Table) -> [Catalog.Table] {
        guard table.kind == .ordinary, isWide(table) else { return [table] }
        return WideTable(table: table).divided()
    }

    private static func isWide(_ table: Catalog.Table) -> Bool {
        if table.columns.count > hardLimit { return true }
        return table.columns.reduce(0) { $0 + (fixedBytes($1) ?? 0) } > byteLimit
    }

    /// What a value takes that cannot leave the row, nil when it can.
    private static func fixedBytes(_ column: Catalog.Column) -> Int? {
        if column.declaredType.uppercased().hasPrefix("BOOL") { return 1 }
        switch column.affinity {
        case .integer, .real: return 8
        case .numeric, .text, .blob: return nil
        }
    }

    private static func bytes(_ column: Catalog.Column) -> Int { fixedBytes(column) ?? 18 }

    private func divided() -> [Catalog.Table] {
        var first = table
        if table.rowidAlias == nil, !table.isWithoutRowid {
            let taken = Set(table.columns.map(\.name.foldedName))
            guard let name = ["rowid", "_rowid_", "oid"].first(where: { !taken.contains($0) })
            else { return [table] }
            first.columns.insert(.rowid(named: name), at: 0)
            first.rowidAlias = name
            if first.primaryKey.isEmpty {
                first.primaryKey = [.init(name: name)]
            } else {
                first.uniques.append(.init(name: nil, columns: [.init(name: name)]))
            }
        }
        // A primary key that is not the rowid may hold NULL; the rowid never does.
        let names = first.rowidAlias.map { [$0] } ?? table.primaryKey.compactMap(\.name)
        let keys = names.compactMap { first.column($0) }
        let groups = groups(first, keys)
        return groups.indices.map { part(first, keys, groups, $0) }
    }

    /// The columns of each part, without the key that all parts but the first get in front.
    private func groups(
        _ table: Catalog.Table,
        _ keys: [Catalog.Column]
    ) -> [[Catalog.Column]] {
        // The key and everything that it consists of stays in the first part.
        let leading = Set(
            keys.map(\.name.foldedName) + table.primaryKey.compactMap { $0.name?.foldedName }
        )
        var groups: [[Catalog.Column]] = [
            table.columns.filter { leading.contains($0.name.foldedName) }
        ]
        let keyBytes = keys.reduce(0) { $0 + Self.bytes($1) }
        var bytes = groups[0].reduce(0) { $0 + Self.bytes($1) }
        for column in table.columns where !leading.contains(column.name.foldedName) {
            let isFull =
                groups[groups.count - 1].count + keys.count >= Self.columnLimit
                || bytes + Self.bytes(column) > Self.byteLimit
            if isFull {
                groups.append([])
                bytes = keyBytes
            }
            groups[groups.count - 1].append(column)
            bytes += Self.bytes(column)
        }
        return groups
    }

    private func part(
        _ table: Catalog.Table,
        _ keys: [Catalog.Column],
        _ groups: [[Catalog.Column]],
        _ number: Int
    ) -> Catalog.Table {
        var part = table
        part.part = .init(
            of: table.name,
            number: number + 1,
            count: groups.count,
            columns: self.table.columns.count,
            names: self.table.columns.map(\.name)
        )
        func belongs(_ names: Set<String>) -> Bool { Self.home(of: names, groups, keys) == number }
        func stands(_ names: Set<String>) -> Bool {
            groups.contains { Self.isHome($0, names, keys) }
        }
        if number > 0 {
            part.name = "\(table.name) (part \(number + 1))"
            part.columns = keys
            for place in part.columns.indices { part.columns[place].isNotNull = true }
            part.primaryKey = keys.map { Catalog.KeyColumn(name: $0.name) }
            part.primaryKeyName = nil
            part.rowidAlias = nil
            part.isAutoincrement = false
            part.sequence = nil
            part.conflictClauses = []
            part.unparsed = []
            part.columns += groups[number]
        } else {
            let own = Set(groups[0].map(\.name.foldedName))
            part.columns = table.columns.filter { own.contains($0.name.foldedName) }
        }
        part.uniques = table.uniques.filter {
            stands(Self.names($0.columns)) && belongs(Self.names($0.columns))
        }
        part.foreignKeys = table.foreignKeys.filter {
            let names = Set($0.columns.map(\.foldedName))
            return stands(names) && belongs(names)
        }
        part.checks = table.checks.filter { belongs(Self.names($0.expression)) }
        part.indexes = table.indexes.filter {
            belongs(Self.names($0.columns).union(Self.names($0.predicate ?? "")))
        }
        part.losses = number == 0 ? table.losses + losses(table, groups, keys) : []
        return part
    }

    /// The first part that has all of some columns, the first part of all when none has.
    private static func home(
        of names: Set<String>,
        _ groups: [[Catalog.Column]],
        _ keys: [Catalog.Column]
    ) -> Int {
        groups.firstIndex { isHome($0, names, keys) } ?? 0
    }

    private static func isHome(
        _ group: [Catalog.Column],
        _ names: Set<String>,
        _ keys: [Catalog.Column]
    ) -> Bool {
        names.isSubset(of: Set((group + keys).map(\.name.foldedName)))
    }

    /// Keys over columns of several parts; an expression over them is refused where it is said.
    private func losses(
        _ table: Catalog.Table,
        _ groups: [[Catalog.Column]],
        _ keys: [Catalog.Column]
    ) -> [Catalog.Loss] {
        func isLost(_ names: Set<String>) -> Bool {
            !groups.contains { Self.isHome($0, names, keys) }
        }
        let reason = "its columns stand in several parts of the table"
        let uniques = table.uniques.filter { isLost(Self.names($0.columns)) }.map { unique in
            let list = unique.columns.compactMap(\.name).joined(separator: ", ")
            return Catalog.Loss(subject: "unique", text: "UNIQUE (\(list))", reason: reason)
        }
        let foreignKeys = table.foreignKeys.filter { isLost(Set($0.columns.map(\.foldedName))) }
            .map { key in
                Catalog.Loss(
                    subject: "foreign key",
                    text: "FOREIGN KEY (\(key.columns.joined(separator: ", "))) REFERENCES "
                        + key.parentTable,
                    reason: reason
                )
            }
        return uniques + foreignKeys
    }

    private static func names(_ columns: [Catalog.KeyColumn]) -> Set<String> {
        columns.reduce([]) { found, column in
            found.union(column.name.map { [$0.foldedName] } ?? names(column.expression ?? ""))
        }
    }

    private static func names(_ expression: String) -> Set<String> {
        (try? SQLExpression(parsing: expression))?.names ?? []
    }
}

extension Catalog {
    /// A part of a table that is too wide for PostgreSQL.
    package struct Part: Sendable, Equatable {
        /// The table as it is stored.
        package var of: String
        /// Which part it is, from 1.
        package var number: Int
        /// How many parts there are.
        package var count: Int
        /// How many columns the table has.
        package var columns: Int
        /// Their names, in the table's own order.
        package var names: [String] = []
    }

    /// Something that the division of a table leaves no place for, or that cannot be read here.
    package struct Loss: Sendable, Equatable {
        /// The column that it is, nil when it is none.
        package var column: String?
        /// What it is, such as `unique`.
        package var subject: String
        /// How it is declared.
        package var text: String
        /// Why there is no place for it.
        package var reason: String
    }
}

extension Catalog.Table {
    /// The name by which SQLite knows it; parts of a wide table share it.
    package var storedName: String { part?.of ?? name }
}
