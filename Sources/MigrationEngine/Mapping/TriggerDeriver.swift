/// Says a trigger of SQLite in PostgreSQL: a function and a trigger that calls it.
///
/// Both do the same for a row. SQLite never enters a trigger that is under way (its
/// `recursive_triggers` is off unless the connection asks for it), PostgreSQL does; so a trigger
/// that could reach itself marks in a setting of the transaction that it is under way.
struct TriggerDeriver {
    private static let tag = "$cutover$"

    private let trigger: Catalog.Trigger
    private let statement: TriggerStatement
    private let target: Relations.Relation
    private let relations: Relations
    private let reach: TriggerReach
    private var notes: [String] = []
    private var probes: [String] = []

    /// Prepares.
    ///
    /// - Parameters:
    ///   - trigger: The trigger.
    ///   - relations: What triggers can read and write.
    ///   - reach: Which tables are written when a table is.
    /// - Throws: ``Refusal``.
    init(
        _ trigger: Catalog.Trigger,
        _ relations: Relations,
        _ reach: TriggerReach
    ) throws(Refusal) {
        self.trigger = trigger
        self.relations = relations
        self.reach = reach
        statement = try TriggerStatement(parsing: trigger.sql)
        target = try relations.find(trigger.table)
        guard target.parts.isEmpty else {
            throw Refusal("the columns of \"\(trigger.table)\" stand in several tables")
        }
    }

    /// What is made, and what is not quite the same.
    struct Derived {
        var sql: String
        var probes: [String]
        var notes: [String]
    }

    /// Derives.
    ///
    /// - Parameters:
    ///   - name: The trigger's name in the target.
    ///   - function: The function's name with its schema.
    /// - Returns: The statements.
    /// - Throws: ``Refusal``.
    mutating func derive(name: String, function: String) throws(Refusal) -> Derived {
        var lines: [String] = []
        for step in statement.body { lines += try self.step(step) }
        guard !lines.isEmpty else { throw Refusal("it does nothing that is left in the database") }
        var condition: String?
        if let when = statement.condition {
            let sql = try render(when, forProbe: false)
            probes.append("EXPLAIN SELECT \(try render(when, forProbe: true))")
            if when.hasQuery || statement.time == "INSTEAD OF" {
                lines = ["IF \(sql) THEN"] + lines.map { "    \($0)" } + ["END IF;"]
            } else {
                condition = sql
            }
        }
        let result = statement.event == "DELETE" ? "OLD" : "NEW"
        var body = guarded(lines, result) + ["RETURN \(result);"]
        body = ["#variable_conflict use_column", "BEGIN"] + body.map { "    \($0)" } + ["END"]
        let text = body.joined(separator: "\n")
        guard !text.contains(Self.tag) else { throw Refusal("its text cannot be quoted") }
        return Derived(
            sql: """
                CREATE OR REPLACE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql AS \
                \(Self.tag)
                \(text)
                \(Self.tag);
                CREATE TRIGGER \(TargetName.quote(name)) \(try event) ON \(target.sql) \
                FOR EACH ROW \(condition.map { "WHEN (\($0)) " } ?? "")EXECUTE FUNCTION \(function)()
                """,
            probes: probes,
            notes: notes
        )
    }

    private var event: String {
        get throws(Refusal) {
            var columns: [String] = []
            for column in statement.columns {
                columns.append(try self.column(column, target).target)
            }
            let list = columns.map(TargetName.quote).joined(separator: ", ")
            guard statement.time != "INSTEAD OF" || columns.isEmpty else {
                throw Refusal("INSTEAD OF triggers of PostgreSQL have no list of columns")
            }
            return "\(statement.time) \(statement.event)" + (list.isEmpty ? "" : " OF \(list)")
        }
    }

    /// Keeps a trigger that could reach itself from being entered again.
    private func guarded(_ lines: [String], _ result: String) -> [String] {
        let written = statement.body.compactMap(\.table)
        guard written.contains(where: { reach.reaches(trigger.table, from: $0) }) else {
            return lines
        }
        let setting = TargetName.literal(
            "cutover.in_\(TargetName.hash("\(trigger.table)\0\(trigger.name)", 0))"
        )
        return [
            "-- SQLite does not enter a trigger that is under way.",
            "IF current_setting(\(setting), true) = 'on' THEN RETURN \(result); END IF;",
            "PERFORM set_config(\(setting), 'on', true);",
        ] + lines + ["PERFORM set_config(\(setting), 'off', true);"]
    }

    // MARK: - Expressions

    /// The renderer of expressions over NEW and OLD and the columns of a table.
    ///
    /// - Parameters:
    ///   - table: The table whose columns can be named, nil for none.
    ///   - alias: Its name in the statement.
    ///   - forProbe: Whether a row that is not there stands for NEW and OLD, so that the server
    ///     can be asked whether it understands the statement.
    /// - Returns: The renderer.
    private func renderer(
        _ table: Relations.Relation?,
        _ alias: String?,
        forProbe: Bool
    ) -> ExpressionRenderer {
        var columns: [String: ExpressionRenderer.Column] = [:]
        for (row, isThere) in [
            ("new", statement.event != "DELETE"), ("old", statement.event != "INSERT"),
        ] where isThere {
            let prefix = forProbe ? "(NULL::\(target.sql))" : row.uppercased()
            for column in target.columns {
                var known = column.known
                known.sql = "\(prefix).\(TargetName.quote(column.target))"
                columns[ExpressionRenderer.key(row, column.name)] = known
                if column.name.foldedName == target.rowid?.foldedName {
                    columns[ExpressionRenderer.key(row, "rowid")] = known
                }
            }
        }
        for column in table?.columns ?? [] {
            var known = column.known
            known.sql = TargetName.quote(column.target)
            if let alias { known.sql = "\(TargetName.quote(alias)).\(known.sql)" }
            columns[column.name.foldedName] = known
            if let alias { columns[ExpressionRenderer.key(alias, column.name)] = known }
            if column.name.foldedName == table?.rowid?.foldedName { columns["rowid"] = known }
        }
        var renderer = ExpressionRenderer(columns: columns, place: .trigger)
        renderer.relations = relations
        return renderer
    }

    private mutating func keep(_ renderer: ExpressionRenderer) {
        for note in renderer.notes where !notes.contains(note) { notes.append(note) }
    }

    private mutating func render(
        _ condition: SQLExpression,
        forProbe: Bool
    ) throws(Refusal) -> String {
        try requireKnown(condition)
        var renderer = renderer(nil, nil, forProbe: forProbe)
        let sql = try renderer.condition(condition).sql
        keep(renderer)
        return sql
    }

    /// Refuses what a BEFORE trigger cannot know yet.
    private func requireKnown(_ expression: SQLExpression) throws(Refusal) {
        guard statement.time == "BEFORE", statement.event == "INSERT", let rowid = target.rowid
        else { return }
        guard
            !expression.members.contains(where: { member in
                member.table.foldedName == "new"
                    && [rowid.foldedName, "rowid"].contains(member.name.foldedName)
            })
        else {
            throw Refusal("it reads the id before the row has one, which is -1 in SQLite")
        }
    }

    private func column(
        _ name: String,
        _ relation: Relations.Relation
    ) throws(Refusal) -> Relations.Column {
        guard
            let column = relation.columns.first(where: { $0.name.foldedName == name.foldedName })
        else { throw Refusal("there is no column \"\(name)\" in the target") }
        return column
    }

    // MARK: - Steps

    private mutating func step(_ step: TriggerStatement.Step) throws(Refusal) -> [String] {
        if let table = step.table {
            if table.foldedName == trigger.table.foldedName, statement.time == "BEFORE" {
                throw Refusal("it writes its own table before the row is written")
            }
            let written = try relations.find(table)
            guard written.parts.isEmpty else {
                throw Refusal("it writes \"\(table)\", which stands in several tables")
            }
            guard written.isTable else { throw Refusal("it writes the view \"\(table)\"") }
            let sql = try write(step, written, table, forProbe: false)
            probes.append("EXPLAIN " + (try write(step, written, table, forProbe: true)))
            return [sql + ";"]
        }
        guard case .select(let query) = step else { return [] }
        return try raise(query)
    }

    private mutating func write(
        _ step: TriggerStatement.Step,
        _ written: Relations.Relation,
        _ table: String,
        forProbe: Bool
    ) throws(Refusal) -> String {
        noteOwnReads(step)
        switch step {
        case .update(_, let assignments, let condition):
            var renderer = renderer(written, table, forProbe: forProbe)
            var list: [String] = []
            for assignment in assignments {
                try requireKnown(assignment.value)
                let column = try column(assignment.column, written)
                let value = try renderer.assigned(assignment.value, to: column.known)
                list.append("\(TargetName.quote(column.target)) = \(value.sql)")
            }
            let tail = try self.condition(condition, &renderer)
            keep(renderer)
            return "UPDATE \(written.sql) AS \(TargetName.quote(table)) "
                + "SET \(list.joined(separator: ", "))\(tail)"
        case .delete(_, let condition):
            var renderer = renderer(written, table, forProbe: forProbe)
            let tail = try self.condition(condition, &renderer)
            keep(renderer)
            return "DELETE FROM \(written.sql) AS \(TargetName.quote(table))\(tail)"
        case .insert(_, let names, let query, let ignores):
            return try insert(written, names, query, ignores, forProbe: forProbe)
        case .select: return ""
        }
    }

    private func condition(
        _ condition: SQLExpression?,
        _ renderer: inout ExpressionRenderer
    ) throws(Refusal) -> String {
        guard let condition else { return "" }
        try requireKnown(condition)
        return " WHERE \(try renderer.condition(condition).sql)"
    }

    private mutating func insert(
        _ written: Relations.Relation,
        _ names: [String],
        _ query: SelectStatement,
        _ ignores: Bool,
        forProbe: Bool
    ) throws(Refusal) -> String {
        var columns = written.columns
        if !names.isEmpty {
            columns = []
            for name in names { columns.append(try column(name, written)) }
        }
        for expression in query.cores.flatMap({ $0.rows.flatMap { $0 } }) {
            try requireKnown(expression)
        }
        var inside = QueryRenderer(renderer(nil, nil, forProbe: forProbe))
        inside.stored = columns.map(\.known)
        let rendered = try inside.render(query)
        guard rendered.results.count == columns.count else {
            throw Refusal("it inserts more or fewer values than columns")
        }
        for note in inside.notes where !notes.contains(note) { notes.append(note) }
        if ignores, !notes.contains(Self.ignoring) { notes.append(Self.ignoring) }
        let list = columns.map { TargetName.quote($0.target) }.joined(separator: ", ")
        return "INSERT INTO \(written.sql) (\(list)) \(rendered.sql)"
            + (ignores ? " ON CONFLICT DO NOTHING" : "")
    }

    private static let ignoring =
        "OR IGNORE leaves out rows whose key is there; those that break NOT NULL or CHECK are an "
        + "error in PostgreSQL"

    private mutating func noteOwnReads(_ step: TriggerStatement.Step) {
        let note =
            "PostgreSQL runs it when the statement has written all its rows, SQLite after each row"
        guard statement.time == "AFTER", step.reads(trigger.table), !notes.contains(note)
        else { return }
        notes.append(note)
    }

    // MARK: - RAISE

    /// Says `SELECT RAISE (…)`, alone, with WHERE, or in a CASE.
    private mutating func raise(_ query: SelectStatement) throws(Refusal) -> [String] {
        let nothing = Refusal("a SELECT in a trigger does nothing unless it calls RAISE")
        guard query.commonTables.isEmpty, query.cores.count == 1, let core = query.cores.first,
            core.sources.isEmpty, core.columns.count == 1,
            case .expression(let expression, _, _) = core.columns[0]
        else { throw nothing }
        var lines: [String]
        switch expression {
        case .raise(let kind, let message): lines = [try raise(kind, message)]
        case .conditional(let base, let branches, nil):
            lines = []
            for branch in branches {
                guard case .raise(let kind, let message) = branch.then else { throw nothing }
                let test = base.map { SQLExpression.binary("=", $0, branch.when) } ?? branch.when
                lines.append("\(lines.isEmpty ? "IF" : "ELSIF") \(try tested(test)) THEN")
                lines.append("    " + (try raise(kind, message)))
            }
            lines.append("END IF;")
        default: throw nothing
        }
        guard let condition = core.condition else { return lines }
        return ["IF \(try tested(condition)) THEN"] + lines.map { "    \($0)" } + ["END IF;"]
    }

    private mutating func tested(_ condition: SQLExpression) throws(Refusal) -> String {
        let sql = try render(condition, forProbe: false)
        probes.append("EXPLAIN SELECT \(try render(condition, forProbe: true))")
        return sql
    }

    private mutating func raise(_ kind: String, _ message: String?) throws(Refusal) -> String {
        switch kind {
        case "IGNORE":
            guard statement.time != "AFTER" else {
                throw Refusal("RAISE(IGNORE) behind the row has no counterpart")
            }
            return "RETURN NULL;"
        case "ABORT", "FAIL", "ROLLBACK":
            if kind != "ABORT" {
                let note = "RAISE(\(kind)) undoes the statement, as every error of PostgreSQL does"
                if !notes.contains(note) { notes.append(note) }
            }
            // The class of errors that SQLite's drivers report as a broken constraint.
            return "RAISE EXCEPTION USING MESSAGE = \(TargetName.literal(message ?? "")), "
                + "ERRCODE = '23000';"
        default: throw Refusal("RAISE(\(kind)) has no counterpart")
        }
    }
}
