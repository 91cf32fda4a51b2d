import Foundation

/// The application's toggles, which its workers read before each cycle.
package enum Workflows {
    /// Reads the toggles of a side.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to read.
    /// - Returns: All workflows.
    /// - Throws: ``MigrationError``.
    package static func list(
        options: Options,
        side: Side
    ) throws(MigrationError) -> WorkflowsPage {
        try LiveReader(options: options, side: side).workflows()
    }

    /// Turns a workflow on or off; its other columns keep what they hold.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to write.
    ///   - name: The workflow's name.
    ///   - enabled: Whether it is to be on.
    ///   - author: Who changes it.
    ///   - busyMilliseconds: How long to wait for a writer of the source.
    /// - Returns: The toggle as it is stored now.
    /// - Throws: ``MigrationError``: `usage` for an unknown name, `sourceLocked` when a writer holds
    ///   the source, `readOnly` under `--read-only`.
    package static func set(
        options: Options,
        side: Side,
        name: String,
        enabled: Bool,
        by author: String,
        busyMilliseconds: Int32 = 5_000
    ) throws(MigrationError) -> WorkflowRow {
        try options.requireWritable("turning a workflow \(enabled ? "on" : "off")")
        let reader = LiveReader(options: options, side: side)
        let change = ToggleChange(
            table: try reader.workflowTable(),
            name: name,
            isEnabled: enabled,
            author: author,
            stamp: StoredText.timestamp(Date()),
            busyMilliseconds: busyMilliseconds
        )
        do throws(LiveFailure) {
            let row =
                switch side {
                case .source: try change.applyToSource(options)
                case .target: try change.applyToTarget(options)
                }
            if let row { return row }
        } catch {
            throw error.error("workflows", options)
        }
        throw unknown(name, known: try reader.workflows().workflows.map(\.name), side)
    }

    private static func unknown(_ name: String, known: [String], _ side: Side) -> MigrationError {
        let names = known.map { SafeText.visible($0) }.joined(separator: ", ")
        return MigrationError(
            .usage,
            "there is no workflow \"\(SafeText.visible(name))\"",
            place: .init("workflows", side: side),
            remedy: known.isEmpty ? "the table of workflows is empty" : "give one of: \(names)"
        )
    }
}

/// One change of one toggle: a single UPDATE in a transaction of its own.
private struct ToggleChange {
    let table: WorkflowTable
    let name: String
    let isEnabled: Bool
    let author: String
    let stamp: String
    let busyMilliseconds: Int32

    /// Changes the toggle in SQLite, where it is stored as 1 or 0.
    ///
    /// - Parameter options: Where the source is.
    /// - Returns: The toggle as stored, or nil when there is no such workflow.
    /// - Throws: ``LiveFailure``.
    func applyToSource(_ options: Options) throws(LiveFailure) -> WorkflowRow? {
        do throws(SourceError) {
            let connection = try SourceConnection(
                path: options.source,
                access: .readWrite,
                busyMilliseconds: busyMilliseconds
            )
            // IMMEDIATE, because a transaction that starts as a reader cannot wait for its turn.
            // > https://www.sqlite.org/lang_transaction.html
            try connection.execute("BEGIN IMMEDIATE")
            do throws(SourceError) {
                let update = try connection.prepare(updateSQL { _ in "?" })
                try update.run(
                    [.integer(isEnabled ? 1 : 0)] + texts.map { SourceValue.string($0) }
                )
                guard connection.changes == 1 else {
                    try connection.execute("ROLLBACK")
                    return nil
                }
                var row: WorkflowRow?
                try connection.query(selectSQL("?"), [.string(name)]) { statement in
                    row = WorkflowTable.row((0..<5).map { statement.text($0) })
                }
                try connection.execute("COMMIT")
                return row
            } catch {
                // The first error tells what happened; closing rolls back as well.
                try? connection.execute("ROLLBACK")
                throw error
            }
        } catch {
            throw .source(error)
        }
    }

    /// Changes the toggle in PostgreSQL, in the column's own type.
    ///
    /// - Parameter options: Where the target is.
    /// - Returns: The toggle as stored, or nil when there is no such workflow.
    /// - Throws: ``LiveFailure``.
    func applyToTarget(_ options: Options) throws(LiveFailure) -> WorkflowRow? {
        var settings = TargetPool.Settings(size: 1, schema: options.schema, purpose: "workflows")
        settings.setup = "SET lock_timeout = '5s'"
        let pool: TargetPool
        do throws(MigrationError) {
            pool = try TargetPool(options.target, settings)
        } catch {
            throw .front(error)
        }
        do throws(PoolFailure) {
            // To turn a toggle twice is to turn it once.
            return try pool.run(.init(isIdempotent: true)) { connection throws(PoolFailure) in
                try apply(connection)
            }
        } catch {
            switch error {
            case .abandoned: return nil
            case .server(let error): throw .target(error)
            case .exhausted, .commitUnknown, .front: throw .front(pool.error(error))
            }
        }
    }

    private func apply(_ connection: TargetConnection) throws(PoolFailure) -> WorkflowRow? {
        do throws(TargetError) {
            let isBoolean = table.relation.column(table.view.enabled)?.kind == .boolean
            let value = isBoolean ? (isEnabled ? "TRUE" : "FALSE") : (isEnabled ? "1" : "0")
            // Untyped parameters take the type of their column: timestamp or text alike.
            let changed = try connection.query(
                updateSQL { "$\($0)" },
                [.text(value)] + texts.map { TargetParameter.text($0) }
            )
            if changed.affected == 1 {
                let row = try connection.query(selectSQL("$1"), [.text(name)]).rows.first
                return row.map(WorkflowTable.row)
            }
        } catch {
            throw .server(error)
        }
        throw .abandoned
    }

    /// The values after the toggle itself, in the order of the placeholders.
    private var texts: [String] {
        (table.relation.sql(table.view.lastUpdated) == nil ? [] : [stamp])
            + (table.relation.sql(table.view.updatedBy) == nil ? [] : [author]) + [name]
    }

    private func updateSQL(_ placeholder: (Int) -> String) -> String {
        let written = [table.view.enabled, table.view.lastUpdated, table.view.updatedBy]
            .compactMap { table.relation.sql($0) }
        let assignments = written.enumerated()
            .map { "\($1) = \(placeholder($0 + 1))" }
            .joined(separator: ", ")
        let key = table.relation.sql(table.view.name) ?? "NULL"
        return """
            UPDATE \(table.relation.sql) SET \(assignments)
            WHERE \(key) = \(placeholder(written.count + 1))
            """
    }

    private func selectSQL(_ placeholder: String) -> String {
        let key = table.relation.sql(table.view.name) ?? "NULL"
        return table.select(where: "WHERE \(key) = \(placeholder)")
    }
}
