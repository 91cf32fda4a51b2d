extension TableDeriver {
    /// Derives the primary key and the UNIQUE constraints.
    ///
    /// - Parameter relations: The names that are taken in the schema.
    mutating func deriveKeys(_ relations: inout NameRegistry) {
        derivePrimaryKey(&relations)
        for unique in source.uniques { derive(unique, &relations) }
    }

    private mutating func derivePrimaryKey(_ relations: inout NameRegistry) {
        guard !source.primaryKey.isEmpty else { return }
        let columns = source.primaryKey.compactMap(\.name)
        let targets = targetNames(columns)
        let text = "PRIMARY KEY (\(columns.joined(separator: ", ")))"
        let nulls = nullsInKey(columns)
        let name =
            source.primaryKeyName.map { relations.take($0) }
            ?? relations.make(target.name, suffix: "_pkey")
        guard nulls == 0 else {
            // SQLite lets NULL into a primary key that is neither the rowid nor WITHOUT ROWID.
            addConstraint("UNIQUE", name, targets, isPrimary: false)
            decide(
                "primary key",
                text,
                "UNIQUE",
                .changed,
                "\(nulls) rows have NULL in the key, which UNIQUE allows and PRIMARY KEY does not",
                object: "constraint \(name)"
            )
            return
        }
        target.primaryKey = targets
        let own = NameSet(targets)
        for place in target.columns.indices where own.contains(target.columns[place].name) {
            target.columns[place].isNotNull = true
        }
        addConstraint("PRIMARY KEY", name, targets, isPrimary: true)
        decide(
            "primary key",
            text,
            text,
            .kept,
            "the same columns in the same order",
            object: "constraint \(name)"
        )
        addFolded(source.primaryKey, "primary key", &relations)
    }

    private func nullsInKey(_ columns: [String]) -> Int {
        columns.reduce(0) { most, name in
            guard let column = source.column(name), !column.isNotNull,
                source.rowidAlias?.foldedName != name.foldedName
            else { return most }
            return max(most, stored(column)?.nulls ?? 0)
        }
    }

    private mutating func derive(_ unique: Catalog.Unique, _ relations: inout NameRegistry) {
        let columns = unique.columns.compactMap(\.name)
        let targets = targetNames(columns)
        let text = "UNIQUE (\(columns.joined(separator: ", ")))"
        do throws(Refusal) {
            try refuseSkipped(columns)
        } catch {
            decide("unique", text, "", .dropped, error.reason)
            return
        }
        let isPlain = unique.columns.allSatisfy { collation($0) == nil }
        guard isPlain else {
            addFolded(unique.columns, "unique", &relations)
            return
        }
        let name =
            unique.name.map { relations.take($0) }
            ?? relations.make(([target.name] + targets).joined(separator: "_"), suffix: "_key")
        addConstraint("UNIQUE", name, targets, isPrimary: false)
        decide(
            "unique",
            text,
            text,
            .kept,
            "NULLs are all different in both",
            object: "constraint \(name)"
        )
    }

    /// Refuses a key over a column that the operator leaves out.
    ///
    /// - Parameter names: Columns of this table.
    /// - Throws: ``Refusal``.
    func refuseSkipped(_ names: [String]) throws(Refusal) {
        for name in names {
            guard let column = source.column(name), isSkipped(column) else { continue }
            throw Refusal("the profile skips the column \"\(source.name).\(name)\"")
        }
    }

    /// Names in the target, in the order of the source.
    ///
    /// - Parameter columns: Columns of the source.
    /// - Returns: Their names in the target.
    func targetNames(_ columns: [String]) -> [String] {
        columns.map { names[$0.foldedName] ?? $0 }
    }

    private mutating func addConstraint(
        _ kind: String,
        _ name: String,
        _ columns: [String],
        isPrimary: Bool
    ) {
        let list = columns.map(TargetName.quote)
        constraints.reserve(name)
        referableKeys.append(NameSet(columns))
        target.keys.append(
            TargetTable.UniqueKey(
                statement: .init(
                    object: "constraint \(name)",
                    sql: "ALTER TABLE \(qualifiedName) ADD CONSTRAINT \(TargetName.quote(name)) "
                        + "\(kind) (\(list.joined(separator: ", ")))"
                ),
                expressions: list,
                isPrimary: isPrimary
            )
        )
    }

    // MARK: - Collations

    /// The collation that a key compares a column by.
    ///
    /// - Parameter column: The column of the key.
    /// - Returns: Nil for byte by byte.
    func collation(_ column: Catalog.KeyColumn) -> String? {
        let own = column.name.flatMap { source.column($0)?.collation }
        let collation = (column.collation ?? own)?.uppercased()
        return collation == "BINARY" ? nil : collation
    }

    /// Makes a unique index that compares as SQLite does.
    ///
    /// A primary key or UNIQUE constraint of PostgreSQL has columns only; an index has
    /// expressions, too.
    private mutating func addFolded(
        _ columns: [Catalog.KeyColumn],
        _ subject: String,
        _ relations: inout NameRegistry
    ) {
        let collations = columns.compactMap { collation($0) }
        guard !collations.isEmpty else { return }
        let names = columns.compactMap(\.name)
        let text =
            "\(subject.uppercased()) (\(names.joined(separator: ", ")))"
            + " COLLATE \(collations.joined(separator: ", "))"
        let stem = ([target.name] + targetNames(names)).joined(separator: "_")
        var renderer = expressionRenderer
        do throws(Refusal) {
            var parts: [String] = []
            var expressions: [String] = []
            for column in columns {
                let (part, expression) = try element(column, &renderer)
                parts.append(part)
                expressions.append(expression)
            }
            let name = relations.make(stem, suffix: "_folded_key")
            let sql =
                "CREATE UNIQUE INDEX \(TargetName.quote(name)) ON \(qualifiedName) "
                + "(\(parts.joined(separator: ", ")))"
            target.keys.append(
                TargetTable.UniqueKey(
                    statement: .init(object: "index \(name)", sql: sql),
                    expressions: expressions,
                    isPrimary: false
                )
            )
            decide(
                subject,
                text,
                sql,
                .translated,
                "the index folds what SQLite does not tell apart",
                object: "index \(name)"
            )
        } catch {
            // Values that differ under any collation differ in their bytes.
            let name = relations.make(stem, suffix: "_key")
            addConstraint("UNIQUE", name, targetNames(names), isPrimary: false)
            decide(
                subject,
                text,
                "UNIQUE",
                .changed,
                "it compares bytes: \(error.reason)",
                object: "constraint \(name)"
            )
        }
    }
}
