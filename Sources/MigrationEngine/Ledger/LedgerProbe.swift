/// Tries in the target what the ledger says stands there: an insert that must fail does fail, the
/// next id is above every id ever issued.
///
/// Each trial is rolled back to its savepoint, all of them at the end. No sequence is moved.
struct LedgerProbe {
    private let target: TargetConnection
    private let schema: TargetSchema

    /// Prepares.
    ///
    /// - Parameters:
    ///   - target: A connection of its own.
    ///   - schema: What was made.
    init(_ target: TargetConnection, _ schema: TargetSchema) {
        self.target = target
        self.schema = schema
    }

    /// Tries one table.
    ///
    /// - Parameter table: A table of the schema.
    /// - Returns: What came of it, by what was tried.
    /// - Throws: ``TargetError`` of a lost connection.
    func probe(_ table: TargetTable) throws(TargetError) -> [ProbedObject: Ledger.Probe] {
        var found: [ProbedObject: Ledger.Probe] = [:]
        func note(_ object: String, _ probe: Ledger.Probe) {
            found[ProbedObject(table.sourceName, object)] = probe
        }
        try target.execute(
            "BEGIN; SET LOCAL client_min_messages = error; SET CONSTRAINTS ALL IMMEDIATE"
        )
        do throws(TargetError) {
            let trial = try TableTrial(target, table, schema.schema)
            for column in table.columns where column.isNotNull {
                note("not null \(column.name)", try trial.notNull(column.name))
            }
            for key in table.keys { note(key.statement.object, try trial.unique(key)) }
            for check in table.checks { note(check.statement.object, try trial.check(check)) }
            for key in table.foreignKeys {
                note(key.statement.object, try trial.foreignKey(key))
            }
            for index in table.indexes { note(index.object, try trial.index(index)) }
            if let identity = table.identity {
                note("identity \(identity)", try trial.identity(identity, table.sequenceFloor))
            }
            try target.execute("ROLLBACK")
        } catch {
            try? target.execute("ROLLBACK")
            throw error
        }
        return found
    }
}
