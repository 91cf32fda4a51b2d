/// What was written on PostgreSQL since the switch, as its log has it.
package struct WrittenSince: Sendable, Equatable {
    /// A table.
    package struct Table: Sendable, Equatable {
        /// Its name, as the source spells it.
        package var name: String
        /// The writes of its rows.
        package var writes: Int

        /// States a table.
        ///
        /// - Parameters:
        ///   - name: Its name.
        ///   - writes: The writes of its rows.
        package init(name: String, writes: Int) {
            self.name = name
            self.writes = writes
        }
    }

    /// The tables that were written, the busiest first.
    package var tables: [Table]

    /// All writes.
    package var writes: Int { tables.reduce(0) { $0 + $1.writes } }

    /// States what was written.
    ///
    /// - Parameter tables: The tables.
    package init(tables: [Table]) { self.tables = tables }

    /// Asks the target; writes nothing.
    ///
    /// - Parameter options: The two sides.
    /// - Returns: What was written since the switch; nothing before it.
    /// - Throws: ``MigrationError`` when the target cannot be asked.
    package static func read(_ options: Options) throws(MigrationError) -> WrittenSince {
        let patience = TargetPatience(statementSeconds: RunStatus.lookSeconds)
        return try patience.look { () throws(MigrationError) in try look(options) }
    }

    private static func look(_ options: Options) throws(MigrationError) -> WrittenSince {
        let (target, address) = try Target.connectToLook(options, stage: "status")
        do throws(TargetError) {
            guard let run = try RunState.newestRun(target, in: options.schema) else {
                return WrittenSince(tables: [])
            }
            let pending = try ReverseCapture(target: target, run: run.id).pending()
            let tables = pending.byTable.map { Table(name: $0.key, writes: $0.value) }
            return WrittenSince(
                tables: tables.sorted { ($1.writes, $0.name) < ($0.writes, $1.name) }
            )
        } catch {
            throw LockHolders.naming(
                TargetFailure.wrap(error, stage: "status", address: address),
                options
            )
        }
    }
}
