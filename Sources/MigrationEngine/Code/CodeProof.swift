import Foundation

/// Statements before the target's real schema: planned, never executed, in a transaction that is
/// rolled back.
///
/// Tables that the application makes by itself are made for the time of the proof, as temporary ones
/// that hold no lock on a table in use, so that what it writes to them can be planned too. After that
/// the transaction is read-only.
final class CodeProof {
    /// The server's answer to a statement.
    enum Verdict: Sendable {
        case planned
        case refused(sqlState: String?, message: String)
        /// No server plans statements of this kind; what a person can do.
        case unplanned(String)
    }

    /// The target's tables, as the converter takes them.
    struct Schema: Encodable, Sendable {
        struct Column: Encodable, Sendable {
            let type: String
            let notNull: Bool
            /// How the source compares it, when that is not byte by byte; the target does not know.
            var collation: String?
        }
        struct Table: Encodable, Sendable {
            var columns: [String: Column] = [:]
            var order: [String] = []
            var keys: [[String]] = []
            var primary: [String] = []
        }
        var tables: [String: Table] = [:]
    }

    private let connection: TargetConnection
    private let address: TargetAddress
    private let options: Options
    private let schema: String
    /// The tables that were there before the proof began.
    private var known: Set<String> = []
    /// What became of each table and index that was to be made.
    private var made: [String: Verdict] = [:]
    private var madeTables: Set<String> = []
    /// Functions that are not the server's own, or run a text, and tables, views and types behind
    /// which one stands: planning can call one that is not volatile.
    private var foreignNames: Set<String> = []
    private var foreignOperators: [String] = []
    private let cancellation: Cancellation

    /// Connects and begins a proof.
    ///
    /// - Parameters:
    ///   - options: The target, and the schema in which the application works.
    ///   - cancellation: Tells a stop on request from a failure.
    /// - Throws: ``MigrationError``.
    init(_ options: Options, _ cancellation: Cancellation) throws(MigrationError) {
        (connection, address) = try Target.connect(options, stage: "code", purpose: "code")
        self.options = options
        schema = options.schema
        self.cancellation = cancellation
        let path = TargetConnection.quote(schema)
        try wrapped { connection throws(TargetError) in
            try connection.execute(
                """
                BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '30s';
                SET LOCAL search_path = \(path), pg_catalog
                """
            )
        }
    }

    private func wrapped<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        do throws(TargetError) {
            return try work(connection)
        } catch {
            let failure = TargetFailure.wrap(
                error,
                stage: "code",
                address: address,
                cancellation: cancellation
            )
            throw LockHolders.naming(failure, options)
        }
    }

    deinit { try? connection.execute("ROLLBACK") }

    /// Reads what the target has, made tables included.
    ///
    /// - Returns: Tables, columns, keys.
    /// - Throws: ``MigrationError``.
    func tables() throws(MigrationError) -> Schema {
        try wrapped { target throws(TargetError) in try Self.schema(target, named: schema) }
    }

    /// What identifies the database that plans.
    ///
    /// - Returns: The fingerprint.
    /// - Throws: ``MigrationError``.
    func target() throws(MigrationError) -> String {
        try wrapped { target throws(TargetError) in try Target.fingerprint(target) }
    }

    /// Reads what a schema has.
    ///
    /// - Parameters:
    ///   - connection: A connection.
    ///   - schema: The schema.
    /// - Returns: Tables, columns, keys.
    /// - Throws: ``TargetError``.
    static func schema(
        _ connection: TargetConnection,
        named schema: String
    ) throws(TargetError) -> Schema {
        var result = Schema()
        let columns = try connection.query(
            """
            SELECT c.relname, lower(a.attname), format_type(a.atttypid, NULL), a.attnotnull
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE (n.nspname = $1 OR n.oid = pg_my_temp_schema()) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            ORDER BY c.relname, a.attnum
            """,
            [.text(schema)]
        )
        for row in columns.rows {
            guard let table = row[0], let column = row[1], let type = row[2] else { continue }
            result.tables[table, default: .init()].columns[column] = .init(
                type: type == "timestamp without time zone" ? "timestamp" : type,
                notNull: row[3] == "t"
            )
            result.tables[table]?.order.append(column)
        }
        let keys = try connection.query(
            """
            SELECT c.relname, i.indisprimary, string_agg(lower(a.attname), chr(10) ORDER BY k.place)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
            WHERE (n.nspname = $1 OR n.oid = pg_my_temp_schema()) AND i.indisunique
                AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid
            GROUP BY c.relname, i.indexrelid, i.indisprimary
            """,
            [.text(schema)]
        )
        for row in keys.rows {
            guard let table = row[0], let names = row[2] else { continue }
            let key = names.split(separator: "\n").map(String.init)
            result.tables[table, default: .init()].keys.append(key)
            if row[1] == "t" { result.tables[table]?.primary = key }
        }
        return result
    }

    private static func words(_ error: TargetError) -> String {
        ([error.messageWithoutValues] + [error.hint].compactMap { $0 }).joined(separator: "; ")
            .replacing("pg_temp.", with: "")
    }
}

extension CodeProof {
    /// Makes what the application makes by itself, and ends the time of making: from here on the
    /// transaction is read-only.
    ///
    /// - Parameters:
    ///   - parts: Every statement, of which those that make a table or an index count.
    ///   - known: The tables that were there before.
    /// - Throws: ``MigrationError`` when the connection is lost or a table is locked.
    func make(
        _ parts: [ConvertedStatement.Part],
        known: Set<String>
    ) throws(MigrationError) {
        self.known = known
        let isNew = parts.filter {
            $0.isMade && $0.reason == nil && !known.contains($0.table.lowercased())
        }
        try wrapped { target throws(TargetError) in
            // No function of the application's schema takes the place of one of the server's.
            try target.execute("SET LOCAL search_path = pg_catalog, pg_temp")
            for how in ["create-table", "create-index"] {
                for part in isNew where part.how == how && made[part.sql] == nil {
                    let verdict = try guarded { target throws(TargetError) in
                        // One command, whatever the text holds: the extended protocol takes no more.
                        try target.query(part.sql)
                    }
                    made[part.sql] = verdict
                    if case .planned = verdict { madeTables.insert(part.table.lowercased()) }
                }
            }
            foreignNames = try Self.foreignNames(target)
            foreignOperators = try Self.foreignOperators(target)
            let path = TargetConnection.quote(schema)
            try target.execute(
                "SET LOCAL search_path = \(path), pg_catalog, pg_temp; SET TRANSACTION READ ONLY"
            )
        }
    }

    /// Proves one statement.
    ///
    /// - Parameter part: The statement.
    /// - Returns: The server's answer.
    /// - Throws: ``MigrationError`` when the connection is lost or a table is locked.
    func prove(_ part: ConvertedStatement.Part) throws(MigrationError) -> Verdict {
        switch part.how {
        case "none": return .planned
        case "unplanned": return .unplanned(part.reason ?? "no server plans it")
        case "plan":
            return try wrapped { _ throws(TargetError) in
                let isForeign = namesForeign(part.sql)
                if isForeign, let reason = part.arbiter {
                    return .refused(sqlState: "42P10", message: reason)
                }
                return try guarded { _ throws(TargetError) in
                    try plan(part.sql, explains: !isForeign)
                }
            }
        default:
            guard part.isMade else {
                return .refused(
                    sqlState: nil,
                    message: part.reason
                        ?? "a statement of this kind is not planned, and none is run for a proof"
                )
            }
            return creation(part)
        }
    }

    private func creation(_ part: ConvertedStatement.Part) -> Verdict {
        // On a table in use nothing is made: it would wait for a lock, and hold it.
        guard !known.contains(part.table.lowercased()) else { return .planned }
        if let reason = part.reason {
            let message = "this is not made for a proof: \(reason)"
            return part.certain == true
                ? .refused(sqlState: nil, message: message)
                : .unplanned("\(message); run it once on a copy of the target")
        }
        let missing = (part.needs ?? []).first {
            !known.contains($0.lowercased()) && !madeTables.contains($0.lowercased())
        }
        if let missing {
            return .refused(
                sqlState: "42P01",
                message: "it refers to \"\(missing)\", and the target has no such table"
            )
        }
        return made[part.sql]
            ?? (madeTables.contains(part.table.lowercased())
                ? .planned : .refused(sqlState: nil, message: "it could not be made for a proof"))
    }

    /// Runs work behind a savepoint: what the server refuses is an answer, what nobody's statement
    /// is to blame for is an error.
    private func guarded(
        _ work: (TargetConnection) throws(TargetError) -> Void
    ) throws(TargetError) -> Verdict {
        try connection.execute("SAVEPOINT proof")
        do throws(TargetError) {
            try work(connection)
            try connection.execute("RELEASE SAVEPOINT proof")
            return .planned
        } catch {
            let isBusy = error.sqlState == "55P03" || error.sqlState?.hasPrefix("53") == true
            guard !error.isConnectionLost, !isBusy, !cancellation.isCancelled else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT proof; RELEASE SAVEPOINT proof")
            try connection.execute("DEALLOCATE ALL")
            return .refused(sqlState: error.sqlState, message: Self.words(error))
        }
    }

    private func plan(_ sql: String, explains: Bool) throws(TargetError) {
        try connection.query("PREPARE cutover_proof AS \(sql)")
        if explains {
            let count = try connection.query(
                """
                SELECT pg_catalog.cardinality(parameter_types)
                FROM pg_catalog.pg_prepared_statements WHERE name = 'cutover_proof'
                """
            ).integer
            // PREPARE does not look for the key of ON CONFLICT; the planner does.
            let nulls = [String](repeating: "NULL", count: Int(count ?? 0))
                .joined(separator: ", ")
            let values = nulls.isEmpty ? "" : "(\(nulls))"
            try connection.query("EXPLAIN EXECUTE cutover_proof\(values)")
        }
        try connection.execute("DEALLOCATE cutover_proof")
    }

    /// Whether a statement may call a function that the planner would run to have its value.
    private func namesForeign(_ sql: String) -> Bool {
        if foreignOperators.contains(where: { sql.contains($0) }) { return true }
        guard !foreignNames.isEmpty else { return false }
        let lower = sql.lowercased()
        if lower.contains("u&\"") { return true }
        return Self.words(of: lower).contains { foreignNames.contains($0) }
    }
}

extension ConvertedStatement.Part {
    /// Whether it makes a table or an index.
    var isMade: Bool { how.hasPrefix("create-") }
}
