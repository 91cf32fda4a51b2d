import Foundation

/// The key-only log of a source's writes, filled by triggers: `_cutover_log`.
///
/// Rolled back with the write that it belongs to, so it never tells of a write that did not
/// happen. It holds keys only: whoever reads it reads the row again, as it is then.
package struct Capture: Sendable, Equatable {
    /// What names this installation: another one, even of the same file, has another id.
    package var id: String
    /// When it was installed, in seconds since 1970.
    package var installedAt: Double
    /// The tables whose writes are logged.
    package var tables: [CapturedTable]
    /// Virtual tables, on which SQLite allows no triggers; their writes are not seen.
    package var unseen: [String]

    /// The most columns of a key.
    var width: Int { max(1, tables.map(\.key.count).max() ?? 1) }

    /// Reads what is installed in a file.
    ///
    /// - Parameter connection: A connection to the source or a backup of it.
    /// - Returns: The capture; nil when there is none.
    /// - Throws: ``SourceError``.
    package static func read(_ connection: SourceConnection) throws(SourceError) -> Capture? {
        let ours = try connection.integer(
            """
            SELECT count(*) FROM main.sqlite_schema
            WHERE name IN ('_cutover_log', '_cutover_capture') AND \(ApplicationSchema.isOurs)
            """
        )
        guard ours == 2 else { return nil }
        var found: Capture?
        try connection.query("SELECT id, installed_at FROM _cutover_capture") { row in
            found = Capture(id: row.text(0) ?? "", installedAt: row.real(1), tables: [], unseen: [])
        }
        guard var capture = found else { return nil }
        try connection.query("SELECT t, name, key FROM _cutover_table ORDER BY t") { row in
            let key = row.text(2).flatMap { text -> [String]? in
                try? JSONDecoder().decode([String].self, from: Data(text.utf8))
            }
            if let key {
                capture.tables.append(
                    CapturedTable(number: row.integer(0), name: row.text(1) ?? "", key: key)
                )
            } else {
                capture.unseen.append(row.text(1) ?? "")
            }
        }
        return capture
    }

    /// Names what the application changed in its schema since the installation.
    ///
    /// - Parameter connection: A connection to the source.
    /// - Returns: One phrase a definition; empty when all is as it was.
    /// - Throws: ``SourceError``.
    package static func schemaChanges(
        _ connection: SourceConnection
    ) throws(SourceError) -> [String] {
        try ApplicationSchema(recordedIn: connection).changes(to: ApplicationSchema(connection))
            + ApplicationSchema(triggersIn: connection, asRecorded: true)
            .losses(to: ApplicationSchema(triggersIn: connection, asRecorded: false))
    }

    /// Installs the log and its triggers in one transaction; a capture that is there stays, unless
    /// the application changed its schema since: then it does not see all writes any more.
    ///
    /// - Parameters:
    ///   - path: The source.
    ///   - busyMilliseconds: How long to wait for a writer of the source.
    /// - Returns: The capture, and whether it was made now.
    /// - Throws: ``MigrationError``; then the file is as it was.
    @discardableResult
    package static func install(
        _ path: String,
        busyMilliseconds: Int32 = 10_000
    ) throws(MigrationError) -> (capture: Capture, isNew: Bool) {
        let connection = try SourceFile.open(path, stage: "capture", access: .readWrite)
        return try SourceTransaction(connection, path, "capture", busyMilliseconds).run {
            connection throws(SourceError) in try install(connection)
        }
    }

    /// Installs it in the caller's transaction.
    ///
    /// - Parameter connection: A connection that may write the source.
    /// - Returns: The capture, and whether it was made now.
    /// - Throws: ``SourceError``.
    static func install(
        _ connection: SourceConnection
    ) throws(SourceError) -> (capture: Capture, isNew: Bool) {
        if let capture = try read(connection) {
            if try schemaChanges(connection).isEmpty { return (capture, false) }
            _ = try removeAll(connection)
        }
        try requireFreeNames(connection)
        let catalog = try CatalogReader.read(connection)
        let capture = Capture(catalog)
        try capture.make(connection, catalog)
        return (capture, true)
    }

    /// Refuses a source whose own objects are called as ours.
    private static func requireFreeNames(_ connection: SourceConnection) throws(SourceError) {
        var taken: [String] = []
        try connection.query(
            """
            SELECT name FROM main.sqlite_schema
            WHERE name LIKE '\\_cutover\\_%' ESCAPE '\\' AND NOT \(ApplicationSchema.isOurs)
            ORDER BY name
            """
        ) { row in taken.append("\"\(SafeText.visible(row.text(0) ?? ""))\"") }
        guard taken.isEmpty else { throw .takenNames(taken.joined(separator: ", ")) }
    }

    private init(_ catalog: Catalog) {
        id = UUID().uuidString.lowercased()
        installedAt = Date().timeIntervalSince1970
        tables = []
        unseen = []
        for table in catalog.migratedTables where (table.part?.number ?? 1) == 1 {
            if table.kind == .ordinary {
                tables.append(CapturedTable(number: Int64(tables.count + 1), table))
            } else {
                unseen.append(table.name)
            }
        }
    }

    private init(id: String, installedAt: Double, tables: [CapturedTable], unseen: [String]) {
        self.id = id
        self.installedAt = installedAt
        self.tables = tables
        self.unseen = unseen
    }

    private func make(
        _ connection: SourceConnection,
        _ catalog: Catalog
    ) throws(SourceError) {
        let schema = try ApplicationSchema(connection)
        let keys = (1...width).map { ", k\($0)" }.joined()
        // No AUTOINCREMENT: it would make `sqlite_sequence`, which cannot be dropped. The newest
        // row is never pruned, so the next number is always a new one. The row 0 is that of the
        // installation: with it even a log that nothing was written to can be told from an
        // emptied one.
        try connection.execute(
            """
            CREATE TABLE _cutover_log \(Catalog.mark) (
                seq INTEGER PRIMARY KEY, at REAL, t INTEGER NOT NULL\(keys));
            CREATE TABLE _cutover_capture \(Catalog.mark) (id TEXT, installed_at REAL);
            CREATE TABLE _cutover_table \(Catalog.mark) (t INTEGER PRIMARY KEY, name TEXT, key TEXT);
            CREATE TABLE _cutover_schema \(Catalog.mark) (type TEXT, name TEXT, sql TEXT);
            INSERT INTO _cutover_log (seq, at, t) VALUES (0, julianday('now'), 0);
            CREATE TRIGGER _cutover_log_kept \(Catalog.mark) BEFORE DELETE ON _cutover_log BEGIN
                SELECT RAISE(ABORT, '\(ChangeLog.keptMessage)'); END;
            """
        )
        try connection.prepare("INSERT INTO _cutover_capture VALUES (?, ?)")
            .run([.string(id), .real(installedAt)])
        let recorder = try connection.prepare("INSERT INTO _cutover_schema VALUES (?, ?, ?)")
        for object in schema.objects {
            try recorder.run([.string(object.type), .string(object.name), .string(object.sql)])
        }
        let names = try connection.prepare("INSERT INTO _cutover_table VALUES (?, ?, ?)")
        for table in tables {
            let key = (try? JSONEncoder().encode(table.key)) ?? Data("[]".utf8)
            try names.run([
                .integer(table.number), .string(table.name),
                .string(String(decoding: key, as: UTF8.self)),
            ])
        }
        for name in unseen { try names.run([.null, .string(name), .null]) }
        let stored = Dictionary(
            catalog.migratedTables.filter { ($0.part?.number ?? 1) == 1 }.map {
                ($0.storedName, $0)
            }
        ) { first, _ in first }
        for table in tables {
            guard let definition = stored[table.name] else { continue }
            for statement in CaptureTriggers(table, definition).statements {
                try connection.execute(statement)
            }
        }
        for trigger in try ApplicationSchema(triggersIn: connection, asRecorded: false).objects {
            try recorder.run([.string(trigger.type), .string(trigger.name), .string(trigger.sql)])
        }
    }
}

/// Work on the source that is committed as a whole or not at all.
struct SourceTransaction {
    private let connection: SourceConnection
    private let path: String
    private let stage: String
    private let busyMilliseconds: Int32

    init(
        _ connection: SourceConnection,
        _ path: String,
        _ stage: String,
        _ busyMilliseconds: Int32
    ) {
        self.connection = connection
        self.path = path
        self.stage = stage
        self.busyMilliseconds = busyMilliseconds
    }

    /// Runs work as the only writer.
    ///
    /// - Parameter work: The work.
    /// - Returns: What the work returns.
    /// - Throws: ``MigrationError``; then nothing is written.
    func run<Value>(
        _ work: (SourceConnection) throws(SourceError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(SourceError) {
            connection.wait(forWriters: busyMilliseconds)
            // IMMEDIATE, because a transaction that starts as a reader cannot wait for its turn.
            // > https://www.sqlite.org/lang_transaction.html
            try connection.execute("BEGIN IMMEDIATE")
            do throws(SourceError) {
                let value = try work(connection)
                try connection.execute("COMMIT")
                return value
            } catch {
                // The first error tells what happened; closing rolls back as well.
                try? connection.execute("ROLLBACK")
                throw error
            }
        } catch {
            throw SourceFile.failure(error, path: path, stage: stage)
        }
    }
}
