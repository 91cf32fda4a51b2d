import Foundation

/// Toggles that were saved under a name, to be given back later.
package struct ToggleSet: Codable, Sendable, Equatable {
    /// Its name.
    package var name: String
    /// The side that it was read from.
    package var side: Side
    /// When it was saved, in UTC.
    package var at: String
    /// Who saved it.
    package var by: String
    /// The toggles, by name.
    package var toggles: [Workflows.Toggle]
}

/// Saved sets of toggles, kept in the journal of the run's folder.
///
/// A set holds each workflow's own value: it gives back what was, never "all on".
package enum ToggleSets {
    private static let create = """
        CREATE TABLE IF NOT EXISTS toggle_set (
            name TEXT PRIMARY KEY, at REAL NOT NULL, side TEXT NOT NULL, who TEXT NOT NULL,
            toggles TEXT NOT NULL) STRICT
        """

    /// The characters of a set's name.
    private static let longestName = 60

    /// Saves the toggles of a side; a set of the same name is replaced.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the folder of the run.
    ///   - side: The side to read.
    ///   - name: The set's name.
    ///   - author: Who saves it.
    /// - Returns: The set.
    /// - Throws: ``MigrationError``: `usage` for a name that is empty, too long or cannot be read,
    ///   `readOnly` under `--read-only`.
    package static func save(
        options: Options,
        side: Side,
        name: String,
        by author: String
    ) throws(MigrationError) -> ToggleSet {
        try options.requireWritable("saving the toggles")
        let name = name.trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else {
            throw MigrationError(
                .usage,
                "a set of toggles needs a name",
                place: .init("workflows"),
                remedy: "name it: cutover workflows save before-maintenance"
            )
        }
        // Who types it to give it back must be able to read it.
        guard name == SafeText.visible(name), name.count <= longestName else {
            throw MigrationError(
                .usage,
                "a set cannot be called \"\(SafeText.visible(name).prefix(longestName))\"",
                place: .init("workflows"),
                remedy: "give at most \(longestName) characters, none of which is invisible"
            )
        }
        let toggles = try Workflows.list(options: options, side: side).workflows
            .map { Workflows.Toggle(name: $0.name, enabled: $0.enabled) }
        let now = Date().timeIntervalSince1970
        let set = ToggleSet(
            name: name,
            side: side,
            at: Journal.moment(now),
            by: author,
            toggles: toggles
        )
        let json = String(
            decoding: (try? JSONEncoder.report.encode(toggles)) ?? Data(),
            as: UTF8.self
        )
        let journal = try Journal(sharing: RunDirectory(making: options.runDirectory))
        try journal.write { connection throws(SourceError) in
            try connection.execute(create)
            try connection.prepare(
                "INSERT OR REPLACE INTO toggle_set (name, at, side, who, toggles) VALUES (?,?,?,?,?)"
            ).run([
                .string(name), .real(now), .string(side.rawValue), .string(author), .string(json),
            ])
        }
        try journal.action(
            "workflows.save \(name)",
            before: nil,
            after: words(toggles)
        )
        return set
    }

    /// The saved sets, by name.
    ///
    /// - Parameter options: Where the folder of the run is.
    /// - Returns: The sets; none when the folder has no journal.
    /// - Throws: ``MigrationError`` of code `fileFailed` when the journal cannot be read.
    package static func all(options: Options) throws(MigrationError) -> [ToggleSet] {
        let directory = RunDirectory(existing: options.runDirectory)
        guard access(directory.journal, F_OK) == 0 else { return [] }
        return try Journal.attempt(directory) { () throws(SourceError) in
            let connection = try SourceConnection(path: directory.journal, access: .readOnly)
            let exists = try connection.integer(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'toggle_set'"
            )
            guard exists == 1 else { return [] }
            var sets: [ToggleSet] = []
            try connection.query(
                "SELECT name, at, side, who, toggles FROM toggle_set ORDER BY name"
            ) { row in
                let json = Data((row.text(4) ?? "").utf8)
                let toggles = try? JSONDecoder().decode([Workflows.Toggle].self, from: json)
                sets.append(
                    ToggleSet(
                        name: row.text(0) ?? "",
                        side: Side(rawValue: row.text(2) ?? "") ?? .source,
                        at: Journal.moment(row.text(1).flatMap(Double.init) ?? 0),
                        by: row.text(3) ?? "",
                        toggles: toggles ?? []
                    )
                )
            }
            return sets
        }
    }

    /// Gives each workflow of a set its value back; those that have it already are not written.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the folder of the run.
    ///   - side: The side to write.
    ///   - name: The set.
    ///   - author: Who gives it back.
    /// - Returns: The toggles that were changed, as they are stored now.
    /// - Throws: ``MigrationError``: `usage` for a set that is not there, or one with a workflow that
    ///   the side does not have.
    package static func apply(
        options: Options,
        side: Side,
        name: String,
        by author: String
    ) throws(MigrationError) -> [WorkflowRow] {
        let sets = try all(options: options)
        guard let set = sets.first(where: { $0.name == name }) else {
            let names = sets.map { SafeText.visible($0.name) }.joined(separator: ", ")
            throw MigrationError(
                .usage,
                "there is no saved set \"\(SafeText.visible(name))\"",
                place: .init("workflows"),
                remedy: sets.isEmpty
                    ? "save one first: cutover workflows save NAME" : "give one of: \(names)"
            )
        }
        return try Workflows.change(options: options, side: side, to: set.toggles, by: author)
    }

    private static func words(_ toggles: [Workflows.Toggle]) -> String {
        toggles.map { "\($0.name) \($0.enabled ? "on" : "off")" }.joined(separator: ", ")
    }
}

extension Workflows {
    /// Changes what is not yet as wanted, all or nothing, and writes each change into the journal.
    ///
    /// - Parameters:
    ///   - options: Where the sides are, and the profile.
    ///   - side: The side to write.
    ///   - wanted: The workflows with their values.
    ///   - author: Who changes them.
    ///   - always: Whether those are written, too, that have their value already.
    /// - Returns: The toggles that were changed, as they are stored now.
    /// - Throws: ``MigrationError``, as ``set(options:side:_:by:busyMilliseconds:)``.
    package static func change(
        options: Options,
        side: Side,
        to wanted: [Toggle],
        by author: String,
        always: Bool = false
    ) throws(MigrationError) -> [WorkflowRow] {
        try options.requireWritable("turning workflows on or off")
        guard !wanted.isEmpty else { return [] }
        let exchange = try exchange(
            options: options,
            side: side,
            wanted,
            by: author,
            skipsEqual: !always
        )
        let (rows, before) = (exchange.rows, exchange.before)
        do throws(MigrationError) {
            for row in rows {
                try Journal.record(
                    options,
                    "workflow \(row.name) in the \(side.rawValue)",
                    before: before[row.name].map { $0 ? "on" : "off" },
                    after: row.enabled ? "on" : "off"
                )
            }
        } catch {
            throw MigrationError(
                error.code,
                "the toggles are changed, and the journal does not say so: \(error.message)",
                place: error.place,
                kept: .other("the toggles as they were asked for"),
                remedy: "cutover workflows lists them; \(error.remedy)",
                cause: error.cause
            )
        }
        return rows
    }
}
