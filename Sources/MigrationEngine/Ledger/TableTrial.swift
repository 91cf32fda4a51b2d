/// The trials of one table, inside of a transaction that is rolled back.
struct TableTrial {
    let target: TargetConnection
    private let table: TargetTable
    let schema: String
    let name: String
    private let columns: [ProbeColumn]
    private let hasRows: Bool

    /// Looks whether there are rows to try with.
    ///
    /// - Parameters:
    ///   - target: A connection with an open transaction.
    ///   - table: The table.
    ///   - schema: Its schema.
    /// - Throws: ``TargetError``.
    init(_ target: TargetConnection, _ table: TargetTable, _ schema: String) throws(TargetError) {
        self.target = target
        self.table = table
        self.schema = schema
        let name = "\(TargetName.quote(schema)).\(TargetName.quote(table.name))"
        self.name = name
        columns = table.columns.map {
            ProbeColumn(name: $0.name, type: $0.type.sql, isNotNull: $0.isNotNull)
        }
        hasRows = try target.query("SELECT EXISTS (SELECT FROM \(name))").first == "t"
    }

    /// Tries an insert without a value.
    ///
    /// - Parameter column: The column, by target name.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError`` of a lost connection.
    func notNull(_ column: String) throws(TargetError) -> Ledger.Probe {
        let quoted = TargetName.quote(column)
        guard let row = row([quoted: "NULL"]) else { return Self.noRow }
        return try refusal(
            of: insert(row),
            state: "23502",
            what: "an insert without a value"
        ) { $0.column == column }
    }

    /// Tries to insert a row twice.
    ///
    /// - Parameter key: The key.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError`` of a lost connection.
    func unique(_ key: TargetTable.UniqueKey) throws(TargetError) -> Ledger.Probe {
        let condition =
            key.expressions.map { "(\($0)) IS NOT NULL" }.joined(separator: " AND ")
            + (key.predicate.map { " AND (\($0))" } ?? "")
        let list = columns.map(\.name).joined(separator: ", ")
        let constraint = Self.name(key.statement.object, "constraint ")
        // The server finds the key by its name or by its expressions, and only if it is unique:
        // a row too many is then left out, whatever other keys the table has.
        let arbiter =
            constraint.map { "ON CONSTRAINT \(TargetName.quote($0))" }
            ?? "(\(key.expressions.map { "(\($0))" }.joined(separator: ", ")))"
            + (key.predicate.map { " WHERE \($0)" } ?? "")
        let twice =
            "INSERT INTO \(name) (\(list)) SELECT \(list) FROM \(name) WHERE \(condition) LIMIT 1"
        return try attempt { () throws(TargetError) in
            let source = try target.query(
                "SELECT EXISTS (SELECT FROM \(name) WHERE \(condition))"
            )
            if source.first != "t" {
                let others = columns.filter { NameSet(key.expressions).contains($0.name) }
                guard
                    let row = row(
                        NameTable(
                            others.compactMap { column in
                                dummy(column).map { (column.name, $0) }
                            }
                        )
                    )
                else { return Self.noRow }
                guard try target.query(insert(row)).affected == 1 else { return Self.noRow }
            }
            let taken = try target.query("\(twice) ON CONFLICT \(arbiter) DO NOTHING")
            return taken.affected == 0
                ? .init(state: .held, evidence: "a row inserted twice is not taken twice")
                : .init(state: .failed, evidence: "a row inserted twice is taken twice")
        }
    }

    /// Tries to insert a row that breaks a check.
    ///
    /// - Parameter check: The check.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError`` of a lost connection.
    func check(_ check: TargetTable.Check) throws(TargetError) -> Ledger.Probe {
        guard let constraint = Self.name(check.statement.object, "constraint ") else {
            return .init(state: .untried, evidence: "it has no name")
        }
        let used = try target.query(
            """
            SELECT a.attname FROM pg_constraint c JOIN pg_attribute a
                ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
            WHERE c.conrelid = $1::regclass AND c.conname = $2 AND c.contype = 'c'
            """,
            [.text(name), .text(constraint)]
        ).rows.compactMap { $0[0].map(TargetName.quote) }
        guard !used.isEmpty else {
            return .init(state: .failed, evidence: "the target has no such check on a column")
        }
        let varied = columns.filter { NameSet(used).contains($0.name) }
        let values = varied.map { $0.candidates(for: check.expression) }
        guard varied.count == used.count, values.allSatisfy({ !$0.isEmpty }),
            let row = row(
                NameTable(
                    varied.enumerated().map { place, column in
                        (column.name, "tried\(place).value")
                    }
                )
            )
        else { return Self.noRow }
        // Every combination of a few values; the server picks one that breaks this check only.
        let limit = varied.count > 2 ? 4 : 12
        let made = zip(varied, values).enumerated().map { place, pair in
            let list = pair.1.prefix(limit).map { "(\($0))" }.joined(separator: ", ")
            return "(VALUES \(list)) AS tried\(place)(value)"
        }
        let others = table.checks.filter { $0 != check }
            .map { " AND (\($0.expression)) IS NOT FALSE" }
            .joined()
        let candidate = """
            INSERT INTO \(name) (\(row.names)) SELECT \(row.names) FROM (
                SELECT \(row.named) FROM \(made.joined(separator: ", "))\(row.from)) AS tried
            WHERE NOT (\(check.expression))\(others) LIMIT 1
            """
        let probe = try validated(
            try refusal(of: candidate, state: "23514", what: "a row that breaks it") {
                $0.constraint == constraint
            },
            constraint
        )
        guard probe.state == .untried, varied.allSatisfy({ $0.kind == .truth }) else {
            return probe
        }
        return .init(state: .held, evidence: "the column's type has no value that breaks it")
    }

    /// Tries a child without a parent.
    ///
    /// - Parameter key: The foreign key.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError`` of a lost connection.
    func foreignKey(_ key: TargetTable.ForeignKey) throws(TargetError) -> Ledger.Probe {
        guard !key.parentTable.isExactly(table.name) || key.columns != key.parentColumns else {
            return .init(state: .held, evidence: "every row is its own parent")
        }
        let parent = "\(TargetName.quote(schema)).\(TargetName.quote(key.parentTable))"
        var absent = AbsentParent(table: parent)
        for (column, other) in zip(key.columns, key.parentColumns) {
            let quoted = TargetName.quote(column)
            guard let child = columns.first(where: { $0.name.isExactly(quoted) }),
                absent.add(child, TargetName.quote(other))
            else { return .init(state: .untried, evidence: "no value without a parent is known") }
        }
        let constraint = Self.name(key.statement.object, "constraint ")
        let statement: String
        if hasRows {
            let changes = absent.values.pairs.sorted { $0.name < $1.name }
                .map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
            statement =
                "UPDATE \(name) SET \(changes) FROM \(absent.from) WHERE \(name).ctid = "
                + "(SELECT ctid FROM \(name) LIMIT 1) AND \(absent.condition)"
        } else {
            guard let row = row(absent.values) else { return Self.noRow }
            statement = "\(insert(row)), \(absent.from) WHERE \(absent.condition)"
        }
        let probe = try refusal(
            of: statement,
            state: "23503",
            what: "a row without its parent"
        ) { $0.constraint == constraint }
        return try validated(probe, constraint)
    }

    /// Looks whether an index can be used.
    ///
    /// - Parameter index: The statement that made it.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError``.
    func index(_ index: TargetSchema.Statement) throws(TargetError) -> Ledger.Probe {
        let statement = index
        guard let index = Self.name(index.object, "index ") else {
            return .init(state: .untried, evidence: "it has no name")
        }
        let isValid = try target.query(
            """
            SELECT i.indisvalid AND i.indisready FROM pg_index i
                JOIN pg_class c ON c.oid = i.indexrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2
            """,
            [.text(schema), .text(index)]
        ).first
        switch isValid {
        case "t": return try definition(of: statement)
        case nil: return .init(state: .failed, evidence: "it is not there")
        default: return .init(state: .failed, evidence: "it is not valid")
        }
    }

    /// Compares the next id with all ids that there are and were.
    ///
    /// - Parameters:
    ///   - column: The identity's column, by target name.
    ///   - floor: The highest id ever issued by the source.
    /// - Returns: What came of it.
    /// - Throws: ``TargetError`` of a lost connection.
    func identity(_ column: String, _ floor: Int64?) throws(TargetError) -> Ledger.Probe {
        let quoted = TargetName.quote(column)
        return try attempt { () throws(TargetError) in
            let next = try target.query(
                """
                SELECT coalesce(s.last_value + s.increment_by, s.start_value)
                    > greatest((SELECT max(\(quoted)) FROM \(name)), $3::bigint, 0)
                FROM pg_sequences s
                WHERE format('%I.%I', s.schemaname, s.sequencename)::regclass
                    = pg_get_serial_sequence($1, $2)::regclass
                """,
                [.text(name), .text(column), .integer(floor ?? 0)]
            ).first
            switch next {
            case "t": return .init(state: .held, evidence: "the next id is above all ids issued")
            case nil: return .init(state: .failed, evidence: "there is no sequence")
            default: return .init(state: .failed, evidence: "the next id was issued already")
            }
        }
    }
}

extension TableTrial {
    /// A row to insert, as the parts of a statement.
    private struct Row {
        /// The columns.
        let names: String
        /// A value for each, named like the column.
        let named: String
        /// What the values are taken from, with the comma before it.
        let from: String
    }

    private static let noRow = Ledger.Probe(
        state: .untried,
        evidence: "there is no row to try it with"
    )

    /// Makes a row out of a stored one, or of values that fit the types.
    private func row(_ changes: NameTable<String>) -> Row? {
        var names: [String] = []
        var named: [String] = []
        for column in columns {
            var value = changes[column.name]
            if value == nil, hasRows { value = "stored.\(column.name)" }
            if value == nil, column.isNotNull {
                guard let dummy = dummy(column) else { return nil }
                value = dummy
            }
            guard let value else { continue }
            names.append(column.name)
            named.append("\(value) AS \(column.name)")
        }
        return Row(
            names: names.joined(separator: ", "),
            named: named.joined(separator: ", "),
            from: hasRows ? ", (SELECT * FROM \(name) LIMIT 1) AS stored" : ""
        )
    }

    /// A value for a column; one that a check of the column names where there is such a check.
    private func dummy(_ column: ProbeColumn) -> String? {
        guard column.kind == .text,
            let check = table.checks.first(where: { $0.expression.contains(column.name) }),
            let literal = check.expression.firstMatch(of: /'[^']+'/)
        else { return column.dummy }
        return "\(literal.output)::\(column.type)"
    }

    private func insert(_ row: Row) -> String {
        "INSERT INTO \(name) (\(row.names)) SELECT \(row.named) FROM (SELECT) AS one\(row.from)"
    }

    /// Runs a statement that must be refused in one certain way.
    private func refusal(
        of statement: String,
        state: String,
        what: String,
        by isExpected: (TargetError) -> Bool
    ) throws(TargetError) -> Ledger.Probe {
        try target.execute("SAVEPOINT probe")
        do throws(TargetError) {
            let rows = try target.query(statement).affected
            try target.execute("ROLLBACK TO probe")
            return rows == 0
                ? .init(state: .untried, evidence: "no value that breaks it was found")
                : .init(state: .failed, evidence: "\(what) was taken")
        } catch {
            if error.isConnectionLost { throw error }
            try target.execute("ROLLBACK TO probe")
            if Self.passed(state).contains(error.sqlState) {
                return .init(state: .failed, evidence: "\(what) was taken")
            }
            guard error.sqlState == state, isExpected(error) else {
                return .init(
                    state: .untried,
                    evidence: "the trial ended otherwise: \(error.messageWithoutValues)"
                )
            }
            return .init(state: .held, evidence: "\(what) is refused (\(state))")
        }
    }

    /// Refusals of what the server looks at later: first NOT NULL, then checks, then keys.
    private static func passed(_ state: String) -> [String?] {
        switch state {
        case "23502": ["23514", "23505", "23503"]
        case "23514": ["23505", "23503"]
        default: []
        }
    }

    /// Runs a trial whose errors tell nothing about what is tried.
    func attempt(
        _ work: () throws(TargetError) -> Ledger.Probe
    ) throws(TargetError) -> Ledger.Probe {
        try target.execute("SAVEPOINT probe")
        let outcome: Ledger.Probe
        do throws(TargetError) {
            outcome = try work()
        } catch {
            if error.isConnectionLost { throw error }
            outcome = .init(
                state: .untried,
                evidence: "the trial ended otherwise: \(error.messageWithoutValues)"
            )
        }
        try target.execute("ROLLBACK TO probe")
        return outcome
    }

    static func name(_ object: String, _ kind: String) -> String? {
        object.hasPrefix(kind) ? String(object.dropFirst(kind.count)) : nil
    }
}
