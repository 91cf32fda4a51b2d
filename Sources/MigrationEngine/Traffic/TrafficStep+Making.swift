/// The words in which the tables of operations are written.
extension TrafficStep {
    /// Chooses one row.
    static func pick(_ columns: String, from table: String, _ rest: String) -> TrafficStep {
        .pick(TrafficSQL("SELECT \(columns) FROM \(table) \(rest) LIMIT 1"))
    }

    /// Chooses one of all rows by its id, without a scan.
    static func any(
        _ columns: String,
        from table: String,
        where condition: String = "1 = 1",
        random: String = ":random"
    ) -> TrafficStep {
        // Two queries for the ends: SQLite finds one end of an index at a time.
        let low = "(SELECT min(id) FROM \(table))"
        let span = "((SELECT max(id) FROM \(table)) - \(low))"
        return pick(
            columns,
            from: table,
            """
            WHERE id >= \(low) + \(span) * CAST(\(random) AS BIGINT) / 1000000 AND \(condition)
            ORDER BY id
            """
        )
    }

    /// Chooses one of the newest 250 rows.
    static func recent(
        _ columns: String,
        from table: String,
        where condition: String = "1 = 1"
    ) -> TrafficStep {
        pick(
            columns,
            from: table,
            """
            WHERE id >= (SELECT max(id) FROM \(table)) - CAST(:random AS BIGINT) / 4000
                AND \(condition) ORDER BY id
            """
        )
    }

    /// Inserts a row of given columns and values.
    static func insert(
        _ table: String,
        _ columns: String,
        _ values: String,
        giving name: String? = nil,
        where condition: String? = nil
    ) -> TrafficStep {
        let sql = TrafficSQL("INSERT INTO \(table) (\(columns)) VALUES (\(values))")
        let condition = condition ?? name.map { "id = :\($0)" } ?? "1 = 0"
        return .write(
            TrafficWrite(
                kind: .insert,
                source: sql,
                target: sql,
                touches: [.init(table, condition)],
                returning: name.map { ("id", $0) }
            )
        )
    }

    /// Inserts a row or, when its key is there, updates it.
    static func upsert(
        _ table: String,
        _ columns: String,
        _ values: String,
        key: String,
        where condition: String
    ) -> TrafficStep {
        let sql = TrafficSQL(upsertSQL(table, columns, values, key))
        return .write(
            TrafficWrite(
                kind: .upsert,
                source: sql,
                target: sql,
                touches: [.init(table, condition)]
            )
        )
    }

    /// Inserts a row in place of those with the same key, which SQLite deletes, children and all.
    static func replace(
        _ table: String,
        _ columns: String,
        _ values: String,
        key: String,
        where condition: String,
        giving name: String? = nil,
        also: [TrafficWrite.Rows] = []
    ) -> TrafficStep {
        .write(
            TrafficWrite(
                kind: .replace,
                source: TrafficSQL(
                    "INSERT OR REPLACE INTO \(table) (\(columns)) VALUES (\(values))"
                ),
                target: TrafficSQL(upsertSQL(table, columns, values, key)),
                touches: [.init(table, condition)] + also,
                returning: name.map { ("id", $0) }
            )
        )
    }

    /// Inserts a row unless its key is there.
    static func ignore(
        _ table: String,
        _ columns: String,
        _ values: String,
        where condition: String
    ) -> TrafficStep {
        .write(
            TrafficWrite(
                kind: .insert,
                source: TrafficSQL(
                    "INSERT OR IGNORE INTO \(table) (\(columns)) VALUES (\(values))"
                ),
                target: TrafficSQL(
                    "INSERT INTO \(table) (\(columns)) VALUES (\(values)) ON CONFLICT DO NOTHING"
                ),
                touches: [.init(table, condition)]
            )
        )
    }

    /// Updates rows; a change of their key names the rows as they are called afterwards too.
    static func update(
        _ table: String,
        set assignments: String,
        where condition: String,
        as kind: TrafficKind = .update,
        onTarget other: String? = nil,
        after: String? = nil
    ) -> TrafficStep {
        .write(
            TrafficWrite(
                kind: kind,
                source: TrafficSQL("UPDATE \(table) SET \(assignments) WHERE \(condition)"),
                target: TrafficSQL(
                    "UPDATE \(table) SET \(other ?? assignments) WHERE \(condition)"
                ),
                touches: [.init(table, condition)] + (after.map { [.init(table, $0)] } ?? [])
            )
        )
    }

    /// Deletes rows, and names the children that may go with them.
    static func delete(
        _ table: String,
        where condition: String,
        also: [TrafficWrite.Rows] = []
    ) -> TrafficStep {
        let sql = TrafficSQL("DELETE FROM \(table) WHERE \(condition)")
        return .write(
            TrafficWrite(
                kind: .delete,
                source: sql,
                target: sql,
                touches: [.init(table, condition)] + also
            )
        )
    }

    /// Gives two rows each other's value of a unique column, by way of a third value.
    ///
    /// The rows were picked as `one` and `two`, their values as `value_one` and `value_two`.
    static func swap(_ table: String, _ column: String) -> [TrafficStep] {
        [(":unique", ":one"), (":value_one", ":two"), (":value_two", ":one")].map { value, id in
            update(table, set: "\(column) = \(value)", where: "id = \(id)", as: .uniqueSwap)
        }
    }

    private static func upsertSQL(
        _ table: String,
        _ columns: String,
        _ values: String,
        _ key: String
    ) -> String {
        let keys = key.split(separator: ", ")
        let assignments = columns.split(separator: ",")
            .map { $0.trimmingPrefix { $0.isWhitespace } }
            .filter { !keys.contains($0) }
            .map { "\($0) = EXCLUDED.\($0)" }
        return """
            INSERT INTO \(table) (\(columns)) VALUES (\(values))
            ON CONFLICT (\(key)) DO UPDATE SET \(assignments.joined(separator: ", "))
            """
    }
}
