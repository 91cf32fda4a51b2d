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
        let rows = try set(
            options: options,
            side: side,
            [Toggle(name: name, enabled: enabled)],
            by: author,
            busyMilliseconds: busyMilliseconds
        )
        guard let row = rows.first else { throw unknown(name, known: [], side) }
        return row
    }

    /// A workflow with the value that its toggle is to have.
    package struct Toggle: Codable, Sendable, Equatable {
        /// The workflow.
        package var name: String
        /// Whether it is on.
        package var enabled: Bool

        /// States it.
        ///
        /// - Parameters:
        ///   - name: The workflow.
        ///   - enabled: Whether it is on.
        package init(name: String, enabled: Bool) {
            self.name = name
            self.enabled = enabled
        }
    }

    /// Turns several workflows on or off, all of them or none; other columns keep what they hold.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to write.
    ///   - toggles: The workflows, each with its value.
    ///   - author: Who changes them.
    ///   - busyMilliseconds: How long to wait for a writer of the source.
    /// - Returns: The toggles as they are stored now, in the order that was given.
    /// - Throws: ``MigrationError``: `usage` for an unknown name, `sourceLocked` when a writer holds
    ///   the source, `readOnly` under `--read-only`.
    package static func set(
        options: Options,
        side: Side,
        _ toggles: [Toggle],
        by author: String,
        busyMilliseconds: Int32 = 5_000
    ) throws(MigrationError) -> [WorkflowRow] {
        let values = Set(toggles.map(\.enabled))
        let word = values.count == 1 ? (values == [true] ? "on" : "off") : "on or off"
        try options.requireWritable("turning a workflow \(word)")
        if side == .target, isPaused(options) { throw paused(side) }
        let reader = LiveReader(options: options, side: side)
        let profile = try reader.profile()
        let change = ToggleChange(
            table: try reader.workflowTable(),
            toggles: toggles,
            author: author,
            stamp: StoredText.timestamp(Date()),
            busyMilliseconds: busyMilliseconds
        )
        do throws(LiveFailure) {
            let rows =
                switch side {
                case .source: try change.applyToSource(options)
                case .target: try change.applyToTarget(options)
                }
            if let rows { return rows.map { profile.described($0) } }
        } catch {
            throw error.error("workflows", options)
        }
        let known = try reader.workflows().workflows.map(\.name)
        let strange = toggles.first { !known.contains($0.name) }
        throw strange.map { unknown($0.name, known: known, side) } ?? paused(side)
    }

    /// Why nothing is set while toggles are put by: they get back what was saved, whatever is set
    /// meanwhile.
    private static func paused(_ side: Side) -> MigrationError {
        MigrationError(
            .runBusy,
            "a switch has paused the workflows, and gives every toggle the value back that it had "
                + "before",
            place: .init("workflows", side: side),
            remedy: "all of them are off until then: change it when the switch has ended; cutover "
                + "status says where it stands"
        )
    }

    /// Whether the source says that a switch has not given the toggles back yet.
    private static func isPaused(_ options: Options) -> Bool {
        // Without its source the target is an application's own affair.
        guard let source = try? SourceFile.open(options.source, stage: "workflows") else {
            return false
        }
        return (try? SavedToggles.areSaved(source)) == true
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

/// One change of toggles: an UPDATE each, all in one transaction.
private struct ToggleChange {
    let table: WorkflowTable
    let toggles: [Workflows.Toggle]
    let author: String
    let stamp: String
    let busyMilliseconds: Int32

    /// Changes the toggles in SQLite, where they are stored as 1 or 0.
    ///
    /// - Parameter options: Where the source is.
    /// - Returns: The toggles as stored, or nil when there is no such workflow, or a pause.
    /// - Throws: ``LiveFailure``.
    func applyToSource(_ options: Options) throws(LiveFailure) -> [WorkflowRow]? {
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
                // The pause begins in a transaction of its own: it is seen here, or waits for this.
                if try SavedToggles.areSaved(connection) {
                    try connection.execute("ROLLBACK")
                    return nil
                }
                var rows: [WorkflowRow] = []
                for toggle in toggles {
                    try connection.prepare(updateSQL { _ in "?" }).run(
                        [.integer(toggle.enabled ? 1 : 0)]
                            + texts(toggle).map { SourceValue.string($0) }
                    )
                    guard connection.changes == 1 else {
                        try connection.execute("ROLLBACK")
                        return nil
                    }
                    try connection.query(selectSQL("?"), [.string(toggle.name)]) { statement in
                        rows.append(
                            WorkflowTable.row((0..<WorkflowTable.width).map { statement.text($0) })
                        )
                    }
                }
                try connection.execute("COMMIT")
                return rows
            } catch {
                // The first error tells what happened; closing rolls back as well.
                try? connection.execute("ROLLBACK")
                throw error
            }
        } catch {
            throw .source(error)
        }
    }

    /// Changes the toggles in PostgreSQL, in the column's own type.
    ///
    /// - Parameter options: Where the target is.
    /// - Returns: The toggles as stored, or nil when there is no such workflow.
    /// - Throws: ``LiveFailure``.
    func applyToTarget(_ options: Options) throws(LiveFailure) -> [WorkflowRow]? {
        var settings = TargetPool.Settings(size: 1, schema: options.schema, purpose: "workflows")
        settings.setup = "SET lock_timeout = '5s'"
        let pool: TargetPool
        do throws(MigrationError) {
            pool = try TargetPool(options.target, settings)
        } catch {
            throw .front(error)
        }
        do throws(PoolFailure) {
            // To turn toggles twice is to turn them once.
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

    private func apply(_ connection: TargetConnection) throws(PoolFailure) -> [WorkflowRow]? {
        var rows: [WorkflowRow] = []
        for toggle in toggles {
            guard let row = try apply(toggle, connection) else { throw .abandoned }
            rows.append(row)
        }
        return rows
    }

    private func apply(
        _ toggle: Workflows.Toggle,
        _ connection: TargetConnection
    ) throws(PoolFailure) -> WorkflowRow? {
        do throws(TargetError) {
            let isBoolean = table.relation.column(table.view.enabled)?.kind == .boolean
            let value =
                isBoolean ? (toggle.enabled ? "TRUE" : "FALSE") : (toggle.enabled ? "1" : "0")
            // Untyped parameters take the type of their column: timestamp or text alike.
            let changed = try connection.query(
                updateSQL { "$\($0)" },
                [.text(value)] + texts(toggle).map { TargetParameter.text($0) }
            )
            guard changed.affected == 1 else { return nil }
            let row = try connection.query(selectSQL("$1"), [.text(toggle.name)]).rows.first
            return row.map(WorkflowTable.row)
        } catch {
            throw .server(error)
        }
    }

    /// The values after the toggle itself, in the order of the placeholders.
    private func texts(_ toggle: Workflows.Toggle) -> [String] {
        (table.relation.sql(table.view.lastUpdated) == nil ? [] : [stamp])
            + (table.relation.sql(table.view.updatedBy) == nil ? [] : [author]) + [toggle.name]
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
