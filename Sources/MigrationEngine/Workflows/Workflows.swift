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
        try exchange(
            options: options,
            side: side,
            toggles,
            by: author,
            busyMilliseconds: busyMilliseconds
        ).rows
    }

    /// Toggles as they are stored now, and what they were.
    package struct Exchange: Sendable {
        /// Those that were written, as they are stored now.
        package var rows: [WorkflowRow]
        /// What each that was asked for was before, read in the transaction that wrote it.
        package var before: [String: Bool]
    }

    /// Turns several workflows on or off as ``set(options:side:_:by:busyMilliseconds:)`` does, and
    /// tells what each was in the same transaction: nobody else can have come in between.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to write.
    ///   - toggles: The workflows, each with its value.
    ///   - author: Who changes them.
    ///   - skipsEqual: Whether those are not written that have their value already.
    ///   - busyMilliseconds: How long to wait for a writer of the source.
    /// - Returns: The toggles as they are now, and as they were.
    /// - Throws: ``MigrationError``, as ``set(options:side:_:by:busyMilliseconds:)``.
    package static func exchange(
        options: Options,
        side: Side,
        _ toggles: [Toggle],
        by author: String,
        skipsEqual: Bool = false,
        busyMilliseconds: Int32 = 5_000
    ) throws(MigrationError) -> Exchange {
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
            skipsEqual: skipsEqual,
            busyMilliseconds: busyMilliseconds
        )
        do throws(LiveFailure) {
            let found =
                switch side {
                case .source: try change.applyToSource(options)
                case .target: try change.applyToTarget(options)
                }
            if var found {
                found.rows = found.rows.map { profile.described($0) }
                return found
            }
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

extension Workflows.Exchange {
    /// Notes what a toggle was, and says whether it is left as it is.
    ///
    /// - Parameters:
    ///   - toggle: What it is to be.
    ///   - value: What it is.
    ///   - skipsEqual: Whether one that is so already is left.
    /// - Returns: Whether it is.
    fileprivate mutating func skips(
        _ toggle: Workflows.Toggle,
        _ value: Bool,
        _ skipsEqual: Bool
    ) -> Bool {
        // Where nobody knows whether a first attempt was kept, its own value is not what was before.
        let isOurs = before[toggle.name].map { $0 != toggle.enabled } ?? false
        if !isOurs { before[toggle.name] = value }
        return skipsEqual && before[toggle.name] == toggle.enabled
    }
}

/// One change of toggles: an UPDATE each, all in one transaction.
private struct ToggleChange {
    let table: WorkflowTable
    let toggles: [Workflows.Toggle]
    let author: String
    let stamp: String
    let skipsEqual: Bool
    let busyMilliseconds: Int32

    /// Changes the toggles in SQLite, where they are stored as 1 or 0.
    ///
    /// - Parameter options: Where the source is.
    /// - Returns: The toggles as stored, or nil when there is no such workflow, or a pause.
    /// - Throws: ``LiveFailure``.
    func applyToSource(_ options: Options) throws(LiveFailure) -> Workflows.Exchange? {
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
                var found = Workflows.Exchange(rows: [], before: [:])
                for toggle in toggles {
                    var before: Bool?
                    try connection.query(valueSQL("?"), [.string(toggle.name)]) { statement in
                        before = StoredText.isOn(statement.text(0))
                    }
                    if let before, found.skips(toggle, before, skipsEqual) { continue }
                    try connection.prepare(updateSQL { _ in "?" }).run(
                        [.integer(toggle.enabled ? 1 : 0)]
                            + texts(toggle).map { SourceValue.string($0) }
                    )
                    guard connection.changes == 1 else {
                        try connection.execute("ROLLBACK")
                        return nil
                    }
                    try connection.query(selectSQL("?"), [.string(toggle.name)]) { statement in
                        found.rows.append(
                            WorkflowTable.row((0..<WorkflowTable.width).map { statement.text($0) })
                        )
                    }
                }
                try connection.execute("COMMIT")
                return found
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
    func applyToTarget(_ options: Options) throws(LiveFailure) -> Workflows.Exchange? {
        var settings = TargetPool.Settings(size: 1, schema: options.schema, purpose: "workflows")
        settings.setup = "SET lock_timeout = '5s'"
        let pool: TargetPool
        do throws(MigrationError) {
            pool = try TargetPool(options.target, settings)
        } catch {
            throw .front(error)
        }
        do throws(PoolFailure) {
            var found = Workflows.Exchange(rows: [], before: [:])
            // To turn toggles twice is to turn them once.
            return try pool.run(.init(isIdempotent: true)) { connection throws(PoolFailure) in
                found.rows = []
                for toggle in toggles { try apply(toggle, connection, &found) }
                return found
            }
        } catch {
            switch error {
            case .abandoned: return nil
            case .server(let error): throw .target(error)
            case .exhausted, .commitUnknown, .front: throw .front(pool.error(error))
            }
        }
    }

    private func apply(
        _ toggle: Workflows.Toggle,
        _ connection: TargetConnection,
        _ found: inout Workflows.Exchange
    ) throws(PoolFailure) {
        let row: WorkflowRow?
        do throws(TargetError) {
            // Held until the end of the transaction, so that what is read stays what it was.
            let name = TargetParameter.text(toggle.name)
            let before = try connection.query(valueSQL("$1") + " FOR UPDATE", [name]).rows.first
            if let before, found.skips(toggle, StoredText.isOn(before[0]), skipsEqual) { return }
            let isBoolean = table.relation.column(table.view.enabled)?.kind == .boolean
            let value =
                isBoolean ? (toggle.enabled ? "TRUE" : "FALSE") : (toggle.enabled ? "1" : "0")
            // Untyped parameters take the type of their column: timestamp or text alike.
            let changed = try connection.query(
                updateSQL { "$\($0)" },
                [.text(value)] + texts(toggle).map { TargetParameter.text($0) }
            )
            row =
                changed.affected == 1
                ? try connection.query(selectSQL("$1"), [name]).rows.first.map(WorkflowTable.row)
                : nil
        } catch {
            throw .server(error)
        }
        guard let row else { throw .abandoned }
        found.rows.append(row)
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

    /// Reads the toggle alone.
    private func valueSQL(_ placeholder: String) -> String {
        let key = table.relation.sql(table.view.name) ?? "NULL"
        let value = table.relation.sql(table.view.enabled) ?? "NULL"
        return "SELECT \(value) FROM \(table.relation.sql) WHERE \(key) = \(placeholder)"
    }

    private func selectSQL(_ placeholder: String) -> String {
        let key = table.relation.sql(table.view.name) ?? "NULL"
        return table.select(where: "WHERE \(key) = \(placeholder)")
    }
}
