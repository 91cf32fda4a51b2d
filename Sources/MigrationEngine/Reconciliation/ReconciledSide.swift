import Foundation

/// One side of a reconciliation: its connection, all of its tables, and the profile.
final class ReconciledSide {
    let reader: LiveReader
    private let options: Options
    private let cancellation: Cancellation
    private var known: (connection: ObjectIdentifier, shape: LiveShape)?

    init(_ side: Side, _ options: Options, _ cancellation: Cancellation) {
        reader = LiveReader(options: options, side: side)
        self.options = options
        self.cancellation = cancellation
    }

    /// Reads a check on one consistent view of this side.
    ///
    /// - Parameters:
    ///   - check: The check.
    ///   - keys: The foreign keys of the database.
    ///   - now: The moment that it asks for, the same for both sides.
    /// - Returns: What was read, or why it was not.
    func read(
        _ check: Profile.Check,
        _ keys: [CheckedKey],
        now: Date
    ) -> Result<CheckReading, CheckObstacle> {
        do throws(MigrationError) {
            return try asking(check, keys, now) { work throws(LiveFailure) in
                try work.outcome(check)
            }
        } catch {
            let cause = error.cause.map { " (\($0))" } ?? ""
            return .failure(.failed(error.message + cause))
        }
    }

    /// Which parents without children on the other side have some on this one.
    ///
    /// - Parameters:
    ///   - check: The check.
    ///   - keys: The foreign keys of the database.
    ///   - found: What it found on the other side.
    /// - Returns: Those that have.
    /// - Throws: ``MigrationError``.
    func parents(
        _ check: Profile.Check,
        _ keys: [CheckedKey],
        among found: [String]
    ) throws(MigrationError) -> [String] {
        try asking(check, keys, Date()) { work throws(LiveFailure) in
            try work.parents(check, among: found)
        }
    }

    private func asking<Value>(
        _ check: Profile.Check,
        _ keys: [CheckedKey],
        _ now: Date,
        _ work: (CheckReader) throws(LiveFailure) -> Value
    ) throws(MigrationError) -> Value {
        try reader.read("reconcile") { session throws(LiveFailure) in
            let whole = try wholeSession(session)
            return try work(
                CheckReader(
                    session: whole,
                    live: reader,
                    keys: keys,
                    now: now,
                    seconds: try patience(check, session.connection),
                    cancellation: cancellation
                )
            )
        }
    }

    /// How long one side may take for a check.
    ///
    /// Outside of WAL mode whoever reads holds up whoever commits, and an application waits for
    /// some seconds only.
    private func patience(
        _ check: Profile.Check,
        _ connection: LiveConnection
    ) throws(LiveFailure) -> Double {
        guard connection.side == .source else { return check.seconds }
        let mode = try connection.rows("PRAGMA journal_mode").first?.first ?? nil
        return mode == "wal" ? check.seconds : min(check.seconds, Self.mostWithoutWAL)
    }

    private static let mostWithoutWAL = 5.0

    /// The foreign keys that this side declares, in the source's names.
    ///
    /// - Returns: The keys.
    /// - Throws: ``MigrationError``.
    func foreignKeys() throws(MigrationError) -> [CheckedKey] {
        try reader.read("reconcile") { session throws(LiveFailure) in
            let whole = try wholeSession(session)
            let keys =
                switch reader.side {
                case .source: try CheckedKey.ofSource(whole.connection)
                case .target: try CheckedKey.ofTarget(whole, schema: options.schema)
                }
            return keys.filter { key in
                [key.child, key.parent].allSatisfy { table in
                    whole.profile.rules.table(table)?.skip == nil
                }
            }
        }
    }

    /// The session with every table: the views need some, a check of a profile may need any.
    private func wholeSession(_ session: LiveSession) throws(LiveFailure) -> LiveSession {
        let identity = ObjectIdentifier(session.connection)
        let shape: LiveShape
        if let known, known.connection == identity {
            shape = known.shape
        } else {
            var read = try session.connection.shape { tables throws(LiveFailure) in Set(tables) }
            if reader.side == .target { read.follow(session.profile) }
            known = (identity, read)
            shape = read
        }
        return LiveSession(
            connection: session.connection,
            shape: shape,
            profile: session.profile,
            stage: "reconcile"
        )
    }
}

// because its connection belongs to one thread
@available(*, unavailable)
extension ReconciledSide: Sendable {}

/// A foreign key, in the source's names.
struct CheckedKey: Equatable {
    var child: String
    var childColumns: [String] = []
    var parent: String
    var parentColumns: [String] = []

    /// What it is called in a result.
    var words: String { "\(child).\(childColumns.joined(separator: ","))" }

    /// Reads the keys that SQLite declares.
    static func ofSource(_ connection: LiveConnection) throws(LiveFailure) -> [CheckedKey] {
        let rows = try connection.rows(
            """
            SELECT m.name, f.id, f."table", f."from", f."to" FROM sqlite_schema m
            JOIN pragma_foreign_key_list(m.name) f
            WHERE m.type = 'table' AND m.name NOT LIKE '\\_cutover\\_%' ESCAPE '\\'
            ORDER BY m.name, f.id, f.seq
            """
        )
        var keys: [CheckedKey] = []
        var last: [String?] = []
        for row in rows {
            guard let child = row[0], let parent = row[2], let column = row[3] else { continue }
            if last != [row[0], row[1]] { keys.append(CheckedKey(child: child, parent: parent)) }
            last = [row[0], row[1]]
            keys[keys.count - 1].childColumns.append(column)
            if let other = row[4] { keys[keys.count - 1].parentColumns.append(other) }
        }
        // A reference without columns is one to the primary key.
        for place in keys.indices where keys[place].parentColumns.isEmpty {
            let parent = SourceConnection.quote(keys[place].parent)
            let columns = try connection.rows("PRAGMA table_info(\(parent))")
            keys[place].parentColumns =
                columns
                .compactMap { row in row[5].flatMap { Int($0) }.map { ($0, row[1] ?? "") } }
                .filter { $0.0 > 0 }.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return keys.filter { $0.childColumns.count == $0.parentColumns.count }
    }

    /// Reads the keys that PostgreSQL has.
    static func ofTarget(
        _ session: LiveSession,
        schema: String
    ) throws(LiveFailure) -> [CheckedKey] {
        let rows = try session.connection.rows(
            """
            SELECT k.oid, t.relname, a.attname, p.relname, b.attname
            FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
            JOIN pg_class p ON p.oid = k.confrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(own, other, place)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.other
            WHERE n.nspname = ? AND k.contype = 'f' ORDER BY t.relname, k.oid, u.place
            """,
            [.text(schema)]
        )
        var keys: [CheckedKey] = []
        var last: String?
        for row in rows {
            guard let child = session.shape.relation(row[1] ?? ""),
                let parent = session.shape.relation(row[3] ?? "")
            else { continue }
            if row[0] != last {
                keys.append(
                    CheckedKey(
                        child: child.source ?? child.name,
                        parent: parent.source ?? parent.name
                    )
                )
            }
            last = row[0]
            keys[keys.count - 1].childColumns.append(child.sourceName(row[2] ?? ""))
            keys[keys.count - 1].parentColumns.append(parent.sourceName(row[4] ?? ""))
        }
        return keys
    }
}

extension LiveShape.Relation {
    /// The name in the source of a column of this side.
    func sourceName(_ name: String) -> String {
        columns.first { $0.name == name }?.source ?? name
    }
}
