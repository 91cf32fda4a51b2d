import Foundation

/// The fence behind the handover: what it says of the file that it stands in, whether it is whole,
/// and how it is raised again.
extension SourceFence {
    /// What the file says of the handover for which it was closed.
    struct Mark: Equatable {
        /// The token of the handover.
        var token: String
        /// The newest entry of the log that is accounted for: what comes behind it passed a fence
        /// that was not whole.
        var head: Int64
    }

    /// A new token for a handover of a run.
    static func token(of run: String) -> String { "\(run)/\(UUID().uuidString.lowercased())" }

    /// Whether the file was closed for good at the handover of another run, whose target may be
    /// the side that takes writes.
    ///
    /// - Parameters:
    ///   - run: The run that asks.
    ///   - connection: A connection to the source.
    /// - Returns: True when nothing of that fence is this run's to remove.
    /// - Throws: ``SourceError``.
    static func isForeign(
        to run: String,
        _ connection: SourceConnection
    ) throws(SourceError) -> Bool {
        guard let token = try mark(connection)?.token else { return false }
        return !token.hasPrefix("\(run)/")
    }

    /// The error of a file that another run has closed.
    ///
    /// - Parameters:
    ///   - options: The source.
    ///   - stage: Who wanted to open it.
    /// - Returns: The error.
    static func foreign(_ options: Options, _ stage: String) -> MigrationError {
        MigrationError(
            .gateClosed,
            "the SQLite file was closed at the switch of another run, whose PostgreSQL database "
                + "takes the application's writes",
            place: .init(stage, side: .source, path: options.source),
            remedy: "go on with that run: give its --target and its --run-dir"
        )
    }

    /// Closes the file for good, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - token: What names the handover; the target writes the same down.
    ///   - connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func close(
        for token: String,
        _ connection: SourceConnection
    ) throws(SourceError) {
        try raise(for: nil, connection)
        try connection.prepare("UPDATE \(table) SET token = ?").run([.string(token)])
        try account(connection)
    }

    /// Says that all entries of the log are accounted for, in the transaction that wrote them.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func account(_ connection: SourceConnection) throws(SourceError) {
        guard try state(connection) != .absent else { return }
        try connection.execute(
            "UPDATE \(table) SET head = (SELECT coalesce(max(seq), 0) FROM _cutover_log)"
        )
    }

    /// Reads what the file says of a handover.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: The mark; nil for a file that was never closed for one.
    /// - Throws: ``SourceError``.
    static func mark(_ connection: SourceConnection) throws(SourceError) -> Mark? {
        guard try state(connection) != .absent else { return nil }
        var mark: Mark?
        do throws(SourceError) {
            try connection.query("SELECT token, head FROM \(table)") { row in
                guard let token = row.text(0) else { return }
                mark = Mark(token: token, head: row.integer(1))
            }
        } catch {
            // A table of other columns is not one that this program closed a file with.
            guard error.isMistake else { throw error }
        }
        return mark
    }

    /// Finds the tables that writes can get into.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: Tables that lack a trigger, or have another one under its name.
    /// - Throws: ``SourceError``.
    static func gaps(_ connection: SourceConnection) throws(SourceError) -> [String] {
        var present: Set<String> = []
        try connection.query("SELECT sql FROM main.sqlite_schema WHERE \(areTriggers)") { row in
            let text = row.text(0) ?? ""
            // By what they do: VACUUM or a table made anew gives them other numbers.
            let body = text.range(of: "\(Catalog.mark)\n").map { text[$0.upperBound...] }
            present.insert(String(body ?? ""))
        }
        var open: [String] = []
        for trigger in try triggers(connection) where !present.contains(trigger.body) {
            if open.last != trigger.table { open.append(trigger.table) }
        }
        return open
    }

    /// Makes the fence whole and raises it for good, in the caller's transaction; what the file
    /// says of a handover stays.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Throws: ``SourceError``.
    static func mend(_ connection: SourceConnection) throws(SourceError) {
        if try mark(connection) == nil {
            try remove(connection)
            try install(connection)
        } else if try !gaps(connection).isEmpty {
            try removeTriggers(connection)
            for trigger in try triggers(connection) { try connection.execute(trigger.sql) }
        }
        try raise(for: nil, connection)
    }
}
