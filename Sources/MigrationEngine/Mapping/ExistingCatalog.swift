/// The tables that the application's own migrations made in the target, as its catalog tells.
package struct ExistingCatalog: Sendable {
    /// The schema that was read.
    package let schema: String
    /// Its tables, in the order of their names.
    package private(set) var tables: [Table] = []
    /// Whether the user may make temporary tables, in which the server reads some types.
    package private(set) var hasTemporaryTables = true
    /// Views and foreign tables, which nothing can be copied into.
    package private(set) var otherRelations: [String] = []

    /// A table.
    package struct Table: Sendable {
        package var name: String
        /// The number that the server knows it by.
        package var oid: String
        package var isPartitioned: Bool
        /// Whether the user may change triggers and keys.
        package var isOwned: Bool
        /// Whether the user may read and fill it.
        package var isWritable: Bool
        /// The rows that it holds, counted up to a limit.
        package var rows: Int
        package var columns: [Column] = []
        /// The columns of the primary key.
        package var primaryKey: [String] = []
        /// The columns of each unique index over plain columns, the primary key's too.
        package var uniques: [NameSet] = []
        package var foreignKeys: [ForeignKey] = []
        /// Triggers and rules that would act on a copied row.
        package var actors: [Actor] = []
    }

    /// A column.
    package struct Column: Sendable {
        package var name: String
        /// The type as SQL writes it, with its schema where that is needed.
        package var type: String
        /// The type's name in `pg_type`, of a domain the one that it stands on.
        package var base: String
        /// Whether the base type is PostgreSQL's own.
        package var isBuiltIn: Bool
        /// Whether the base type is an enumeration.
        package var isEnumeration: Bool
        /// The type modifier, -1 without one.
        package var modifier: Int
        package var isNotNull: Bool
        /// Whether an insert that does not name the column gets a value.
        package var hasDefault: Bool
        package var isGenerated: Bool
        /// The sequence behind it: an identity's, a serial's, or that of its default.
        package var sequence: String?
        /// Whether the sequence is in the same schema as the table.
        package var hasOwnSequence: Bool
    }

    /// A foreign key.
    package struct ForeignKey: Sendable {
        package var name: String
        package var columns: [String]
        package var parentSchema: String
        package var parentTable: String
        package var parentColumns: [String]
        /// The definition as the server writes it.
        package var definition: String
    }

    /// A trigger or a rule.
    package struct Actor: Sendable {
        /// What it is, for people: `trigger audit`.
        package var object: String
        /// What turns it off, behind `ALTER TABLE name`.
        package var disable: String
        /// What puts it back as it was.
        package var enable: String
        /// The table it stands on, quoted; a partition's differs from the table's.
        package var table: String
    }

    /// Rows are counted up to here: beyond it the number says nothing more.
    private static let rowLimit = 1_000_000

    /// Reads a schema.
    ///
    /// - Parameters:
    ///   - connection: A connection to the target.
    ///   - schema: The schema.
    ///   - countsRows: Whether the rows of each table are counted, which reads them.
    /// - Throws: ``TargetError``.
    package init(
        _ connection: TargetConnection,
        schema: String,
        countsRows: Bool = true
    ) throws(TargetError) {
        self.schema = schema
        try connection.execute("BEGIN READ ONLY; SET LOCAL search_path = ''")
        do throws(TargetError) {
            try read(connection)
            if countsRows { try countRows(connection) }
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    /// Makes a catalog without a server.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - tables: Its tables.
    package init(schema: String, tables: [Table]) {
        self.schema = schema
        self.tables = tables
    }

    private mutating func read(_ connection: TargetConnection) throws(TargetError) {
        hasTemporaryTables =
            try connection.query(
                "SELECT has_database_privilege(current_database(), 'TEMPORARY')"
            ).first == "t"
        let relations = try connection.query(ExistingQuery.relations, [.text(schema)])
        for row in relations.rows {
            guard ["r", "p"].contains(row[2]) else {
                otherRelations.append(row[0] ?? "")
                continue
            }
            tables.append(
                Table(
                    name: row[0] ?? "",
                    oid: row[1] ?? "",
                    isPartitioned: row[2] == "p",
                    isOwned: row[3] == "t",
                    isWritable: row[4] == "t",
                    rows: 0
                )
            )
        }
        let places = Dictionary(tables.indices.map { (tables[$0].oid, $0) }) { first, _ in first }
        try readColumns(connection, places)
        try readKeys(connection, places)
        let actors = try Self.actors(connection, schema: schema)
        for (oid, found) in actors {
            if let place = places[oid] { tables[place].actors = found }
        }
    }

    private mutating func countRows(_ connection: TargetConnection) throws(TargetError) {
        for index in tables.indices where tables[index].isWritable {
            let name =
                "\(TargetConnection.quote(schema)).\(TargetConnection.quote(tables[index].name))"
            tables[index].rows = Int(
                try connection.query(
                    "SELECT count(*) FROM (SELECT FROM \(name) LIMIT \(Self.rowLimit)) r"
                ).integer ?? 0
            )
        }
    }

    private mutating func readColumns(
        _ connection: TargetConnection,
        _ places: [String: Int]
    ) throws(TargetError) {
        for row in try connection.query(ExistingQuery.columns, [.text(schema)]).rows {
            guard let place = row[0].flatMap({ places[$0] }) else { continue }
            tables[place].columns.append(
                Column(
                    name: row[1] ?? "",
                    type: row[2] ?? "",
                    base: row[3] ?? "",
                    isBuiltIn: row[4] == "pg_catalog",
                    isEnumeration: row[5] == "e",
                    modifier: row[6].flatMap { Int($0) } ?? -1,
                    isNotNull: row[7] == "t",
                    hasDefault: row[8] == "t",
                    isGenerated: row[9] == "t",
                    sequence: row[10],
                    hasOwnSequence: row[11] == "t"
                )
            )
        }
    }

    private mutating func readKeys(
        _ connection: TargetConnection,
        _ places: [String: Int]
    ) throws(TargetError) {
        for row in try connection.query(ExistingQuery.uniques, [.text(schema)]).rows {
            guard let place = row[0].flatMap({ places[$0] }) else { continue }
            let columns = Self.names(row[2])
            if row[1] == "t" { tables[place].primaryKey = columns }
            tables[place].uniques.append(NameSet(columns))
        }
        for row in try connection.query(ExistingQuery.foreignKeys, [.text(schema)]).rows {
            guard let place = row[0].flatMap({ places[$0] }) else { continue }
            var definition = row[6] ?? ""
            // A key that an interrupted run put back was not looked at by the server yet.
            if definition.hasSuffix(" NOT VALID") { definition.removeLast(" NOT VALID".count) }
            tables[place].foreignKeys.append(
                ForeignKey(
                    name: row[1] ?? "",
                    columns: Self.names(row[2]),
                    parentSchema: row[3] ?? "",
                    parentTable: row[4] ?? "",
                    parentColumns: Self.names(row[5]),
                    definition: definition
                )
            )
        }
    }

    /// The triggers and rules of a schema that act now, by the number of their table.
    ///
    /// - Parameters:
    ///   - connection: A connection to the target.
    ///   - schema: The schema.
    /// - Returns: Those of each table that has any.
    /// - Throws: ``TargetError``.
    static func actors(
        _ connection: TargetConnection,
        schema: String
    ) throws(TargetError) -> [String: [Actor]] {
        var actors: [String: [Actor]] = [:]
        for row in try connection.query(ExistingQuery.actors, [.text(schema)]).rows {
            let kind = row[1] ?? ""
            let name = row[2] ?? ""
            let word = "\(kind.uppercased()) \(TargetConnection.quote(name))"
            actors[row[0] ?? "", default: []].append(
                Actor(
                    object: "\(kind) \(name)",
                    disable: "DISABLE \(word)",
                    enable: row[3] == "A" ? "ENABLE ALWAYS \(word)" : "ENABLE \(word)",
                    table: row[4] ?? ""
                )
            )
        }
        return actors
    }

    /// Names as the queries join them.
    private static func names(_ joined: String?) -> [String] {
        guard let joined, !joined.isEmpty else { return [] }
        return joined.split(separator: "\u{1}", omittingEmptySubsequences: false).map(String.init)
    }

    /// Finds a table by the name that a table of the source has.
    ///
    /// - Parameter name: The source's name.
    /// - Returns: The table: of the same name, else of the same name in another case, else of
    ///   the name as PostgreSQL cuts it; nil when there is none or more than one.
    package func table(matching name: String) -> Table? {
        NameMatch.find(name, in: tables, by: \.name)
    }
}

/// Names of the source in the target.
enum NameMatch {
    /// Finds the one element of a name: exact, then without regard to case, then cut to 63 bytes.
    static func find<Element>(
        _ name: String,
        in elements: [Element],
        by key: (Element) -> String
    ) -> Element? {
        for wanted in [name, cut(name)] {
            if let exact = elements.first(where: { key($0).isExactly(wanted) }) { return exact }
            let folded = elements.filter { key($0).lowercased() == wanted.lowercased() }
            if folded.count == 1 { return folded[0] }
            if folded.count > 1 { return nil }
        }
        return nil
    }

    /// What PostgreSQL keeps of a name: 63 bytes, and no half character.
    private static func cut(_ name: String) -> String {
        guard name.utf8.count > TargetName.maximumBytes else { return name }
        var kept = ""
        for scalar in name.unicodeScalars {
            let next = kept + String(scalar)
            guard next.utf8.count <= TargetName.maximumBytes else { break }
            kept = next
        }
        return kept
    }
}
