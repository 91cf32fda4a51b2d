/// Makes the tables of the target, all in one transaction.
struct SchemaWriter {
    private let target: TargetConnection
    private let schema: String

    init(_ target: TargetConnection, _ schema: String) {
        self.target = target
        self.schema = schema
    }

    /// Makes everything that must stand before the first row: our own tables, the application's
    /// tables, and their CHECK constraints, so that a row that breaks one is refused by its line.
    ///
    /// Tables that stand already are made ready instead; of these a dry run copies the structure
    /// from the schema that it is told.
    ///
    /// - Returns: What the operator should know although nothing failed.
    /// - Throws: ``TargetError``; then nothing was made.
    func write(
        _ mapped: TargetSchema,
        run: String,
        source: String,
        fingerprint: String,
        sha256: String,
        existing: ExistingMapping? = nil,
        copiedFrom original: String? = nil
    ) throws(TargetError) -> [String] {
        var warnings: [String] = []
        do throws(TargetError) {
            try target.execute("BEGIN")
            try target.execute("SET LOCAL client_min_messages = warning; " + RunState.create)
            try target.execute(RunState.createConversions)
            Failpoint.reach(.stateMade)
            if existing == nil || original != nil {
                try target.execute("CREATE SCHEMA IF NOT EXISTS \(TargetConnection.quote(schema))")
            }
            if existing == nil { warnings = try makeTables(mapped) }
            Failpoint.reach(.tablesMade)
            try target.query(
                """
                INSERT INTO cutover.run (run_id, source_path, source_fingerprint, backup_sha256,
                    mode, schema_name) VALUES ($1, $2, $3, $4, $5, $6)
                """,
                [
                    .text(run), .text(source), .text(fingerprint), .text(sha256),
                    .text(mapped.mode.rawValue), .text(schema),
                ]
            )
            for table in mapped.tables {
                try target.query(
                    "INSERT INTO cutover.mapping (run_id, table_name, target_name, columns, rules) "
                        + "VALUES ($1, $2, $3, $4, $5)",
                    [
                        .text(run), .text(table.sourceName), .text(table.name),
                        .text(RunState.columnMap(table.columns)),
                        .text(MappingRecord(table, mapped).json),
                    ]
                )
            }
            for skipped in mapped.skipped where skipped.column == nil {
                try target.query(
                    "INSERT INTO cutover.mapping (run_id, table_name, target_name, columns, rules) "
                        + "VALUES ($1, $2, '', '{}', $3)",
                    [
                        .text(run), .text(skipped.table),
                        .text(MappingRecord(skip: skipped.reason).json),
                    ]
                )
            }
            if let existing {
                try target.execute(RunState.createForExisting)
                try RunState.record(existing.aside, run: run, target)
                let tables = ExistingTarget(target: target, run: run)
                if let original {
                    try tables.copyStructure(existing, from: original)
                } else {
                    try tables.rest(existing)
                }
            }
            Failpoint.reach(.schemaMade)
            try target.execute("COMMIT")
            Failpoint.reach(.schemaCommitted)
            return warnings
        } catch {
            try? target.execute("ROLLBACK")
            throw error
        }
    }

    private func makeTables(_ mapped: TargetSchema) throws(TargetError) -> [String] {
        var warnings: [String] = []
        for statement in mapped.preamble {
            if let warning = try attempt(statement) { warnings.append(warning) }
        }
        for table in mapped.tables { try target.execute(table.create.sql) }
        for table in mapped.tables {
            for check in table.checks { try target.execute(check.statement.sql) }
        }
        return warnings
    }

    private func attempt(_ statement: TargetSchema.Statement) throws(TargetError) -> String? {
        guard statement.isOptional else {
            try target.execute(statement.sql)
            return nil
        }
        try target.execute("SAVEPOINT optional")
        do throws(TargetError) {
            try target.execute(statement.sql)
            try target.execute("RELEASE optional")
            return nil
        } catch {
            if error.isConnectionLost { throw error }
            try target.execute("ROLLBACK TO optional")
            return "\(statement.object) was not made, and nothing depends on it: \(error.message)"
        }
    }
}
