/// Reads SQLite's `CREATE TABLE`.
///
/// Never fails: an element that it does not understand is noted and passed over, up to the next
/// comma.
struct CreateTableParser {
    private var cursor: TokenCursor
    private var definition = TableDefinition()
    // the name that `CONSTRAINT name` gave to what follows
    private var pendingName: String?

    /// Starts at the beginning of a text.
    ///
    /// - Parameter sql: A `CREATE TABLE` text as `sqlite_schema` holds it.
    init(_ sql: String) { cursor = TokenCursor(sql) }

    /// Reads the whole text.
    ///
    /// - Returns: What it says.
    mutating func parse() -> TableDefinition {
        guard takeHead(), cursor.takeSymbol("(") else {
            definition.unparsed.append("CREATE TABLE")
            return definition
        }
        while !cursor.isAtEnd, !cursor.seesSymbol(")") { takeElement() }
        if !cursor.takeSymbol(")") { definition.unparsed.append("end of CREATE TABLE") }
        return definition
    }

    private mutating func takeHead() -> Bool {
        guard cursor.take("CREATE") else { return false }
        if !cursor.take("TEMP") { _ = cursor.take("TEMPORARY") }
        guard cursor.take("TABLE") else { return false }
        _ = cursor.take("IF", "NOT", "EXISTS")
        guard cursor.takeName() != nil else { return false }
        return cursor.takeSymbol(".") ? cursor.takeName() != nil : true
    }

    private mutating func takeElement() {
        let start = cursor.index
        pendingName = nil
        let understood = startsTableConstraint ? takeTableConstraints() : takeColumn()
        if !understood || !(cursor.seesSymbol(",") || cursor.seesSymbol(")")) {
            cursor.skip { $0.isSymbol(",") }
            definition.unparsed.append(cursor.text(start..<cursor.index))
        }
        _ = cursor.takeSymbol(",")
        if cursor.index == start { cursor.advance() }
    }

    private var startsTableConstraint: Bool {
        ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].contains {
            cursor.current?.isKeyword($0) == true
        }
    }

    // MARK: - Columns

    private mutating func takeColumn() -> Bool {
        guard let name = cursor.takeName() else { return false }
        skipType()
        var column = TableDefinition.Column()
        var understood = true
        while understood, !cursor.isAtEnd, !cursor.seesSymbol(","), !cursor.seesSymbol(")") {
            understood = takeColumnConstraint(name, &column)
        }
        definition.columns[name.foldedName] = column
        return understood
    }

    private mutating func skipType() {
        while let token = cursor.current, token.name != nil, !startsColumnConstraint {
            cursor.advance()
        }
        if cursor.seesSymbol("(") { _ = cursor.takeParenthesised() }
    }

    private var startsColumnConstraint: Bool {
        if cursor.sees("GENERATED", "ALWAYS", "AS") { return true }
        return Self.columnConstraints.contains { cursor.current?.isKeyword($0) == true }
    }

    private static let columnConstraints = [
        "CONSTRAINT", "DEFAULT", "NULL", "NOT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES",
        "DEFERRABLE", "COLLATE", "AS", "ON",
    ]

    private mutating func takeColumnConstraint(
        _ name: String,
        _ column: inout TableDefinition.Column
    ) -> Bool {
        if cursor.take("CONSTRAINT") {
            pendingName = cursor.takeName()
            return pendingName != nil
        }
        defer { pendingName = nil }
        if cursor.take("DEFAULT") { return skipDefault() }
        if cursor.take("COLLATE") {
            column.collation = cursor.takeName()
            return column.collation != nil
        }
        if cursor.take("GENERATED", "ALWAYS", "AS") || cursor.take("AS") {
            column.generation = cursor.takeParenthesised()
            if !cursor.take("STORED") { _ = cursor.take("VIRTUAL") }
            return column.generation != nil
        }
        if cursor.take("CHECK") { return takeCheck(column: name) }
        if cursor.take("REFERENCES") { return takeReferences() }
        return takeColumnKey(name)
    }

    private mutating func takeColumnKey(_ name: String) -> Bool {
        if cursor.take("NULL") { return takeConflict("NULL \(name)") }
        if cursor.take("NOT", "NULL") { return takeConflict("\(name) NOT NULL") }
        if cursor.take("PRIMARY", "KEY") {
            definition.primaryKeyName = pendingName
            if !cursor.take("ASC") { _ = cursor.take("DESC") }
            let understood = takeConflict("PRIMARY KEY (\(name))")
            if cursor.take("AUTOINCREMENT") { definition.isAutoincrement = true }
            return understood
        }
        if cursor.take("UNIQUE") {
            nameUnique([name.foldedName])
            return takeConflict("UNIQUE (\(name))")
        }
        return takeDeferrable()
    }

    private mutating func skipDefault() -> Bool {
        if cursor.seesSymbol("(") { return cursor.takeParenthesised() != nil }
        if !cursor.takeSymbol("-") { _ = cursor.takeSymbol("+") }
        return cursor.advance() != nil
    }

    // MARK: - Table constraints

    private mutating func takeTableConstraints() -> Bool {
        // SQLite does not insist on commas between table constraints.
        while startsTableConstraint {
            if cursor.take("CONSTRAINT") {
                pendingName = cursor.takeName()
                if pendingName == nil { return false }
                continue
            }
            guard takeTableConstraint() else { return false }
            pendingName = nil
        }
        return true
    }

    private mutating func takeTableConstraint() -> Bool {
        if cursor.take("PRIMARY", "KEY") {
            definition.primaryKeyName = pendingName
            return takeKeyColumns("PRIMARY KEY") != nil
        }
        if cursor.take("UNIQUE") {
            guard let columns = takeKeyColumns("UNIQUE") else { return false }
            nameUnique(columns)
            return true
        }
        if cursor.take("CHECK") { return takeCheck(column: nil) && takeConflict("CHECK") }
        guard cursor.take("FOREIGN", "KEY"), cursor.takeParenthesised() != nil,
            cursor.take("REFERENCES"), takeReferences()
        else { return false }
        return cursor.sees("NOT", "DEFERRABLE") || cursor.sees("DEFERRABLE")
            ? takeDeferrable() : true
    }

    private mutating func takeKeyColumns(_ kind: String) -> [String]? {
        guard let list = cursor.takeParenthesised() else { return nil }
        var columns: [String] = []
        var inside = TokenCursor(list)
        while !inside.isAtEnd {
            guard let name = inside.takeName() else { return nil }
            columns.append(name.foldedName)
            inside.skip { token in
                if token.isKeyword("AUTOINCREMENT") { definition.isAutoincrement = true }
                return token.isSymbol(",")
            }
            guard inside.takeSymbol(",") || inside.isAtEnd else { return nil }
        }
        return takeConflict("\(kind) (\(list))") ? columns : nil
    }

    // MARK: - Parts of both

    private mutating func nameUnique(_ columns: [String]) {
        guard let pendingName else { return }
        definition.namedUniques.append(.init(name: pendingName, columns: columns))
    }

    private mutating func takeCheck(column: String?) -> Bool {
        guard let expression = cursor.takeParenthesised() else { return false }
        definition.checks.append(
            Catalog.Check(name: pendingName, expression: expression, column: column)
        )
        return true
    }

    private mutating func takeConflict(_ what: String) -> Bool {
        guard cursor.take("ON", "CONFLICT") else { return true }
        guard let action = cursor.takeName() else { return false }
        // ABORT is what SQLite does anyway.
        if action.uppercased() != "ABORT" {
            definition.conflictClauses.append("\(what) ON CONFLICT \(action.uppercased())")
        }
        return true
    }

    private mutating func takeReferences() -> Bool {
        guard cursor.takeName() != nil else { return false }
        definition.foreignKeys.append(TableDefinition.ForeignKey(name: pendingName))
        if cursor.seesSymbol("("), cursor.takeParenthesised() == nil { return false }
        while true {
            if cursor.take("MATCH") {
                guard cursor.takeName() != nil else { return false }
            } else if cursor.take("ON", "DELETE") || cursor.take("ON", "UPDATE") {
                guard takeAction() else { return false }
            } else {
                return true
            }
        }
    }

    private mutating func takeAction() -> Bool {
        cursor.take("SET", "NULL") || cursor.take("SET", "DEFAULT") || cursor.take("CASCADE")
            || cursor.take("RESTRICT") || cursor.take("NO", "ACTION")
    }

    private mutating func takeDeferrable() -> Bool {
        let isNot = cursor.take("NOT", "DEFERRABLE")
        guard isNot || cursor.take("DEFERRABLE") else { return false }
        var isDeferred = false
        if cursor.take("INITIALLY", "DEFERRED") {
            isDeferred = true
        } else {
            _ = cursor.take("INITIALLY", "IMMEDIATE")
        }
        guard !definition.foreignKeys.isEmpty else { return false }
        let last = definition.foreignKeys.count - 1
        definition.foreignKeys[last].isDeferrable = !isNot
        definition.foreignKeys[last].isInitiallyDeferred = !isNot && isDeferred
        return true
    }
}
