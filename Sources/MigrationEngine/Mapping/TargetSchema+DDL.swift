extension TargetSchema {
    /// The statements in the order in which they run: tables, then, after the copy, what needs
    /// rows to be there or is faster with them, then foreign keys.
    package var statements: [Statement] {
        preamble + tables.map(\.create) + tables.flatMap { $0.keys.map(\.statement) }
            + tables.flatMap(\.indexes) + tables.flatMap { $0.checks.map(\.statement) }
            + tables.flatMap { $0.foreignKeys.map(\.statement) } + additions.map(\.statement)
    }

    /// The whole schema as a script.
    package var ddl: String { statements.map { $0.sql + ";\n" }.joined() }
}
