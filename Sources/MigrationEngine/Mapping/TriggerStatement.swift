/// A trigger of SQLite, as a tree.
///
/// - SeeAlso: <https://www.sqlite.org/lang_createtrigger.html>
struct TriggerStatement: Equatable {
    /// `BEFORE`, `AFTER` or `INSTEAD OF`.
    var time = "BEFORE"
    /// `INSERT`, `UPDATE` or `DELETE`.
    var event = ""
    /// The columns of `UPDATE OF`.
    var columns: [String] = []
    /// The WHEN condition.
    var condition: SQLExpression?
    /// What it does.
    var body: [Step] = []

    /// One statement of the body.
    enum Step: Equatable {
        case update(table: String, [Assignment], condition: SQLExpression?)
        case insert(table: String, columns: [String], query: SelectStatement, ignores: Bool)
        case delete(table: String, condition: SQLExpression?)
        case select(SelectStatement)

        /// The table that it writes.
        var table: String? {
            switch self {
            case .update(let table, _, _), .insert(let table, _, _, _), .delete(let table, _):
                table
            case .select: nil
            }
        }
    }

    /// `column = value`.
    struct Assignment: Equatable {
        /// The column.
        var column: String
        /// The value.
        var value: SQLExpression
    }

    /// Reads a `CREATE TRIGGER` text.
    ///
    /// - Parameter sql: The text.
    /// - Throws: ``Refusal``.
    init(parsing sql: String) throws(Refusal) {
        var parser = ExpressionParser(sql, grammar: .trigger)
        try parser.trigger(&self)
    }
}

extension ExpressionParser {
    /// Reads a `CREATE TRIGGER` text.
    ///
    /// - Parameter trigger: Gets what was read.
    /// - Throws: ``Refusal``.
    mutating func trigger(_ trigger: inout TriggerStatement) throws(Refusal) {
        guard cursor.take("CREATE"), cursor.take("TRIGGER") else { throw notUnderstood }
        _ = cursor.take("IF", "NOT", "EXISTS")
        _ = try name()
        if cursor.takeSymbol(".") { _ = try name() }
        if cursor.take("BEFORE") {
            trigger.time = "BEFORE"
        } else if cursor.take("AFTER") {
            trigger.time = "AFTER"
        } else if cursor.take("INSTEAD", "OF") {
            trigger.time = "INSTEAD OF"
        }
        guard let event = ["INSERT", "UPDATE", "DELETE"].first(where: { cursor.take($0) }) else {
            throw notUnderstood
        }
        trigger.event = event
        if cursor.take("OF") {
            repeat { trigger.columns.append(try name()) } while cursor.takeSymbol(",")
        }
        guard cursor.take("ON") else { throw notUnderstood }
        _ = try name()
        _ = cursor.take("FOR", "EACH", "ROW")
        if cursor.take("WHEN") { trigger.condition = try parse(0) }
        guard cursor.take("BEGIN") else { throw notUnderstood }
        while !cursor.take("END") {
            trigger.body.append(try step())
            try expect(";")
        }
        _ = cursor.takeSymbol(";")
        guard cursor.isAtEnd else { throw notUnderstood }
    }

    private mutating func step() throws(Refusal) -> TriggerStatement.Step {
        if cursor.take("UPDATE") { return try update() }
        if cursor.take("INSERT") { return try insert(ignores: try conflict()) }
        if cursor.take("REPLACE") { throw Refusal("it replaces rows (REPLACE INTO)") }
        if cursor.take("DELETE", "FROM") {
            let table = try name()
            return .delete(table: table, condition: try condition())
        }
        guard seesSelect else { throw notUnderstood }
        return .select(try select())
    }

    /// Reads `OR …`.
    ///
    /// - Returns: Whether rows that are there already are left out.
    private mutating func conflict() throws(Refusal) -> Bool {
        guard cursor.take("OR") else { return false }
        if cursor.take("IGNORE") { return true }
        if cursor.take("ABORT") { return false }
        throw Refusal("it resolves conflicts by OR \(cursor.current?.text.uppercased() ?? "")")
    }

    private mutating func condition() throws(Refusal) -> SQLExpression? {
        cursor.take("WHERE") ? try parse(0) : nil
    }

    private mutating func update() throws(Refusal) -> TriggerStatement.Step {
        guard try !conflict() else { throw Refusal("it resolves conflicts by OR IGNORE") }
        let table = try name()
        guard cursor.take("SET") else { throw notUnderstood }
        var assignments: [TriggerStatement.Assignment] = []
        repeat {
            let column = try name()
            try expect("=")
            assignments.append(.init(column: column, value: try parse(0)))
        } while cursor.takeSymbol(",")
        if cursor.sees("FROM") { throw Refusal("it has UPDATE … FROM") }
        return .update(table: table, assignments, condition: try condition())
    }

    private mutating func insert(ignores: Bool) throws(Refusal) -> TriggerStatement.Step {
        guard cursor.take("INTO") else { throw notUnderstood }
        let table = try name()
        let columns = cursor.seesSymbol("(") ? try names() : []
        if cursor.sees("DEFAULT") { throw Refusal("it inserts DEFAULT VALUES") }
        let query = try select()
        if cursor.sees("ON") { throw Refusal("it has INSERT … ON CONFLICT") }
        return .insert(table: table, columns: columns, query: query, ignores: ignores)
    }
}
