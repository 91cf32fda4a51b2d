/// What queries of views and triggers can read in the target: tables, and views made before.
struct Relations {
    /// A column of a relation.
    struct Column {
        /// Its name in the source.
        var name: String
        /// Its name in the target.
        var target: String
        /// What is known about it; its SQL is not used.
        var known: ExpressionRenderer.Column
        /// Which part of its table it stands in, from 0.
        var part = 0
    }

    /// A further part of a table that is stored in several.
    struct Part {
        /// Its name in the target, with its schema and quoted.
        var sql: String
        /// The columns of its key in the target, and those of the first part's.
        var keys: [(own: String, first: String)]
    }

    /// A table or view.
    struct Relation {
        /// Its name in the target, with its schema and quoted.
        var sql: String
        /// The columns that `*` stands for, in order.
        var columns: [Column]
        /// The name of a column that is another name for the rowid.
        var rowid: String?
        /// The schema's own table, for what only a table can do.
        var isTable = false
        /// The parts that it is stored in beside the first.
        var parts: [Part] = []

        /// What stands in FROM, all parts joined.
        ///
        /// - Parameter alias: The name of the first part.
        /// - Returns: SQL.
        func source(as alias: String) -> String {
            let first = "\(sql) AS \(TargetName.quote(alias))"
            guard !parts.isEmpty else { return first }
            // A row of which a part is in quarantine is a row all the same.
            let others = parts.enumerated().map { place, part in
                let other = TargetName.quote(Self.alias(alias, place + 1))
                let same = part.keys.map { key in
                    "\(other).\(TargetName.quote(key.own)) = "
                        + "\(TargetName.quote(alias)).\(TargetName.quote(key.first))"
                }
                return " LEFT JOIN \(part.sql) AS \(other) ON \(same.joined(separator: " AND "))"
            }
            return "(\(first)\(others.joined()))"
        }

        /// The name of a part in a query.
        static func alias(_ alias: String, _ part: Int) -> String {
            part == 0 ? alias : "\(alias) (part \(part + 1))"
        }
    }

    /// The schema that functions of our own stand in; nil where there are none.
    var schema: String?

    private var known: [String: Relation] = [:]
    private var refusals: [String: Refusal] = [:]

    /// Adds a relation.
    ///
    /// - Parameters:
    ///   - relation: The relation.
    ///   - name: Its name in the source.
    mutating func add(_ relation: Relation, named name: String) {
        known[name.foldedName] = relation
    }

    /// Adds a relation that the target does not have.
    ///
    /// - Parameters:
    ///   - name: Its name in the source.
    ///   - refusal: Why not.
    mutating func refuse(_ name: String, _ refusal: Refusal) {
        refusals[name.foldedName] = refusal
        known[name.foldedName] = nil
    }

    /// Finds a relation.
    ///
    /// - Parameter name: Its name in the source.
    /// - Returns: The relation.
    /// - Throws: ``Refusal`` when the target does not have it.
    func find(_ name: String) throws(Refusal) -> Relation {
        if let relation = known[name.foldedName] { return relation }
        throw refusals[name.foldedName]
            ?? Refusal("there is no table or view \"\(name)\" in the target")
    }
}

extension Relations {
    /// A table that is stored in parts, as queries see it.
    ///
    /// - Parameters:
    ///   - names: The columns of the table, in its own order.
    ///   - parts: Its parts, in order.
    /// - Returns: The relation; nil when a column of the key is not known.
    static func joined(_ names: [String], _ parts: [TableDeriver]) -> Relation? {
        guard let first = parts.first else { return nil }
        var relation = first.relation
        relation.isTable = false
        var known: [String: Column] = [:]
        for (place, part) in parts.enumerated() {
            for var column in part.relation.columns where known[column.name.foldedName] == nil {
                column.part = place
                known[column.name.foldedName] = column
            }
        }
        relation.columns = names.compactMap { known[$0.foldedName] }
        for part in parts.dropFirst() {
            var keys: [(own: String, first: String)] = []
            for column in part.source.primaryKey {
                guard let name = column.name?.foldedName, let own = part.names[name],
                    let other = first.names[name]
                else { return nil }
                keys.append((own, other))
            }
            relation.parts.append(.init(sql: part.qualifiedName, keys: keys))
        }
        return relation
    }
}

extension TableDeriver {
    /// The table as queries see it.
    var relation: Relations.Relation {
        let columns = source.columns.compactMap { column in
            self.columns[column.name.foldedName].map { known in
                Relations.Column(
                    name: column.name,
                    target: names[column.name.foldedName] ?? column.name,
                    known: known
                )
            }
        }
        return .init(sql: qualifiedName, columns: columns, rowid: source.rowidAlias, isTable: true)
    }
}

extension ExpressionRenderer.Column {
    /// What is known about a column of a query's result.
    ///
    /// - Parameter result: The value that the query gives.
    init(_ result: Rendered) {
        let type: TargetType =
            switch result.kind {
            case .integer: .bigint
            case .real: .doublePrecision
            case .numeric: .numeric
            case .text, .null: .text
            case .bytea: .bytea
            case .boolean: .boolean
            case .date: .date
            case .timestamp: .timestamp
            // One of the types about which no expression is translated stands for all of them.
            case .other: .json
            }
        self.init(
            sql: "",
            type: type,
            affinity: result.affinity,
            collation: result.collation,
            holdsMoments: result.holdsMoments
        )
    }
}
