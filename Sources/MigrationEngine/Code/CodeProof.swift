import Foundation

/// Statements before the target's real schema: planned, never executed, in a transaction that is
/// rolled back.
///
/// Tables that the application makes by itself are made for the time of the proof, so that what it
/// writes to them can be planned too.
final class CodeProof {
    /// The server's answer to a statement.
    enum Verdict: Sendable {
        case planned
        case refused(sqlState: String?, message: String)
    }

    /// The target's tables, as the converter takes them.
    struct Schema: Encodable, Sendable {
        struct Column: Encodable, Sendable {
            let type: String
            let notNull: Bool
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
    private let schema: String
    private let cancellation: Cancellation

    /// Connects and begins a proof.
    ///
    /// - Parameters:
    ///   - options: The target, and the schema in which the application works.
    ///   - cancellation: Tells a stop on request from a failure.
    /// - Throws: ``MigrationError``.
    init(_ options: Options, _ cancellation: Cancellation) throws(MigrationError) {
        (connection, address) = try Target.connect(options, stage: "code", purpose: "code")
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
            throw TargetFailure.wrap(
                error,
                stage: "code",
                address: address,
                cancellation: cancellation
            )
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
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
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
            WHERE n.nspname = $1 AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
                AND i.indisvalid
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

    /// Proves one statement.
    ///
    /// - Parameters:
    ///   - part: The statement.
    ///   - known: The tables that were there before the proof began.
    /// - Returns: The server's answer.
    /// - Throws: ``MigrationError`` when the connection is lost.
    func prove(
        _ part: ConvertedStatement.Part,
        known: Set<String>
    ) throws(MigrationError) -> Verdict {
        try wrapped { _ throws(TargetError) in try judge(part, known) }
    }

    private func judge(
        _ part: ConvertedStatement.Part,
        _ known: Set<String>
    ) throws(TargetError) -> Verdict {
        // An index or table of the application's own is made only beside what nobody uses yet: on
        // a table in use it would wait for, and hold, a lock.
        if part.how == "unproven" {
            return .refused(
                sqlState: nil,
                message: "a statement of this kind is not planned, and none is run for a proof"
            )
        }
        if part.how != "plan" {
            let isNew = !known.contains(part.table.lowercased())
            guard part.how.hasPrefix("create"), isNew else { return .planned }
        }
        try connection.execute("SAVEPOINT proof")
        do throws(TargetError) {
            // One command at a time, whatever the text holds: the extended protocol takes no more.
            if part.how == "plan" {
                try plan(part.sql)
            } else {
                try connection.query(part.sql)
            }
            try connection.execute("RELEASE SAVEPOINT proof")
            return .planned
        } catch {
            guard !error.isConnectionLost else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT proof; RELEASE SAVEPOINT proof")
            try connection.execute("DEALLOCATE ALL")
            return .refused(sqlState: error.sqlState, message: Self.words(error))
        }
    }

    private func plan(_ sql: String) throws(TargetError) {
        try connection.query("PREPARE cutover_proof AS \(sql)")
        let count = try connection.query(
            """
            SELECT cardinality(parameter_types) FROM pg_prepared_statements
            WHERE name = 'cutover_proof'
            """
        ).integer
        // PREPARE does not look for the key of ON CONFLICT; the planner does.
        let nulls = [String](repeating: "NULL", count: Int(count ?? 0)).joined(separator: ", ")
        let values = nulls.isEmpty ? "" : "(\(nulls))"
        try connection.query("EXPLAIN EXECUTE cutover_proof\(values)")
        try connection.execute("DEALLOCATE cutover_proof")
    }

    private static func words(_ error: TargetError) -> String {
        ([error.messageWithoutValues] + [error.hint].compactMap { $0 }).joined(separator: "; ")
    }
}
