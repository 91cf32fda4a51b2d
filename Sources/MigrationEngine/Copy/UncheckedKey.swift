/// A foreign key that stands in the target `NOT VALID`: new rows must keep it, and some of the rows
/// that are there do not.
struct UncheckedKey: Sendable {
    /// The table in the source.
    let table: String
    /// The columns in the source.
    let columns: [String]
    /// The key's name in the target.
    let name: String
    /// Why its rows are not in quarantine.
    let reason: String
    /// What makes the server look at all rows.
    let validation: String
    /// What shows the rows; nil for a key that the run does not know.
    let search: String?

    /// Finds those of the run's tables: a schema can hold others, whose keys are none of ours.
    ///
    /// - Parameters:
    ///   - plans: The tables.
    ///   - schema: Their schema.
    ///   - target: The connection.
    /// - Returns: The keys, those of large tables first.
    /// - Throws: ``TargetError``.
    static func all(
        _ plans: [TablePlan],
        schema: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [UncheckedKey] {
        let rows = try target.query(
            """
            SELECT t.relname, c.conname,
                format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I', n.nspname, t.relname, c.conname)
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE c.contype = 'f' AND NOT c.convalidated AND n.nspname = $1
                AND t.relname = ANY (string_to_array($2, chr(1)))
            ORDER BY t.reltuples DESC, t.relname COLLATE "C", c.conname COLLATE "C"
            """,
            [.text(schema), .text(plans.map(\.table.name).joined(separator: "\u{1}"))]
        ).rows
        return rows.compactMap { row in
            plans.first { $0.table.name.isExactly(row[0]) }.map { plan in
                UncheckedKey(plan, name: row[1] ?? "", validation: row[2] ?? "", schema)
            }
        }
    }

    private init(_ plan: TablePlan, name: String, validation: String, _ schema: String) {
        let mark = " ADD CONSTRAINT \(TargetName.quote(name)) "
        let key = plan.table.foreignKeys.first { $0.statement.sql.contains(mark) }
        table = plan.table.sourceName
        self.name = name
        self.validation = validation
        columns = (key?.columns ?? []).map { column in
            plan.table.columns.first { $0.name.isExactly(column) }?.sourceName ?? column
        }
        search = key.map {
            "SELECT * FROM \(plan.qualifiedName) t WHERE \($0.orphans(schema: schema))"
        }
        reason =
            plan.staging == nil
            ? "some rows break it and are not in the source as they are in the target"
            : "some rows break it and cannot be told apart in the source: the server read values of "
                + "theirs from text, and other spellings would have given the same"
    }

    /// What the operator must know, and can do.
    var problem: String {
        "foreign key \(name) of \"\(table)\" is NOT VALID: \(reason); they stay. \(remedy)"
    }

    private var remedy: String {
        let rows = search.map { "See them with: \($0); " } ?? ""
        return "\(rows)add their parents or delete them, then run: \(validation)"
    }

    /// The line of the ledger.
    fileprivate var target: String { "foreign key \(name) NOT VALID" }
    fileprivate var words: String { "\(reason). \(remedy)" }
}

extension TargetTable.ForeignKey {
    /// A condition on alias `t` that holds for the rows without a parent.
    ///
    /// - Parameter schema: The schema of the table.
    /// - Returns: The condition.
    func orphans(schema: String) -> String {
        let quote = TargetConnection.quote
        let known = columns.map { "t.\(quote($0)) IS NOT NULL" }
        let match = zip(columns, parentColumns).map { "p.\(quote($1)) = t.\(quote($0))" }
        return known.joined(separator: " AND ")
            + " AND NOT EXISTS (SELECT FROM "
            + "\(quote(parentSchema ?? schema)).\(quote(parentTable)) p WHERE "
            + match.joined(separator: " AND ") + ")"
    }
}

extension Ledger {
    /// Notes keys that the server did not accept for all rows.
    ///
    /// - Parameter keys: The keys.
    mutating func note(_ keys: [UncheckedKey]) {
        for key in keys {
            let start = "FOREIGN KEY (\(key.columns.joined(separator: ", ")))"
            let place = entries.firstIndex {
                $0.table == key.table && $0.subject == "foreign key" && $0.source.hasPrefix(start)
            }
            guard let place else {
                entries.append(
                    Entry(
                        table: key.table,
                        subject: "foreign key",
                        source: "",
                        target: key.target,
                        outcome: TargetSchema.Decision.Outcome.changed.rawValue,
                        reason: key.words
                    )
                )
                continue
            }
            entries[place].target = key.target
            entries[place].outcome = TargetSchema.Decision.Outcome.changed.rawValue
            entries[place].reason = key.words
        }
    }
}
