import Foundation

/// The key-only log of PostgreSQL's writes after the switch, filled by triggers:
/// `cutover.reverse_log`.
///
/// Rolled back with the write that it belongs to. A number says nothing of the order in which
/// transactions were committed; whoever reads the log reads all of it, when nobody writes any more.
struct ReverseCapture {
    let target: TargetConnection
    let run: String

    /// What the triggers are called; what begins with `cutover_` never rests.
    static let trigger = "cutover_reverse"

    /// The tables; harmless when they are there.
    ///
    /// The log has no index: each would cost a write, and a key can be longer than one takes.
    private static let create = """
        SET LOCAL client_min_messages = warning;
        CREATE TABLE IF NOT EXISTS cutover.reverse_log (
            seq bigint GENERATED ALWAYS AS IDENTITY,
            run_id text NOT NULL,
            table_name text NOT NULL,
            key text[],
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS cutover.reverse_table (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            table_name text NOT NULL,
            key text[],
            PRIMARY KEY (run_id, table_name)
        );
        \(SwitchedVariable.create);
        \(MadeSince.create);
        \(ShapeSince.create)
        """

    /// A table of the run, and the columns that its rows are logged by.
    private struct Logged {
        var id: String
        /// Its name as SQL.
        var name: String
        var source: String
        /// The columns of the source, by those of the target.
        var sources: [String: String]
        /// The columns of the key; empty without one.
        var key: [Column]

        struct Column {
            var name: String
            var type: String
        }

        var function: String { "cutover.reverse_\(id)" }
    }

    /// Starts to log, in the caller's transaction: the one that lets the application write.
    ///
    /// - Throws: ``TargetError``.
    func install() throws(TargetError) {
        let literal = TargetConnection.literal
        let installed = try tables().map { table in
            let key = table.key.map { table.sources[$0.name] ?? "" }
            let names = [run, table.source].map(literal).joined(separator: ", ")
            return """
                INSERT INTO cutover.reverse_table (run_id, table_name, key)
                VALUES (\(names), \(key.isEmpty ? "NULL" : literal(Self.array(key))));
                \(statements(table))
                """
        }
        // In one question, because the application waits for the answer.
        try target.execute(
            ([Self.create] + Self.forgetting(run) + installed + MadeSince.noting(run)
                + ShapeSince.noting(run)).joined(separator: ";\n")
        )
    }

    /// The tables whose writes were not logged for a while, as the source spells them.
    ///
    /// A trigger that was switched off and on again does not fire always any more; one that stands
    /// as it was made has seen every write.
    ///
    /// - Returns: The tables; all of the run when the log itself is gone.
    /// - Throws: ``TargetError``.
    func interrupted() throws(TargetError) -> [String] {
        let isThere = try isThere()
        return try target.query(
            """
            SELECT t.source FROM (\(LiveTarget.tables)) t WHERE NOT $2::boolean
                OR NOT EXISTS (SELECT FROM cutover.reverse_table r
                    WHERE r.run_id = $1 AND r.table_name = t.source)
                OR (SELECT count(*) FROM pg_trigger g
                    WHERE g.tgrelid = t.id AND g.tgenabled = 'A'
                        AND g.tgname IN ('\(Self.trigger)', '\(Self.trigger)_truncate')) <> 2
            ORDER BY t.source
            """,
            [.text(run), .text(isThere ? "t" : "f")]
        ).rows.compactMap { $0[0] }
    }

    /// The tables of the run, as the source spells them.
    ///
    /// - Returns: The tables.
    /// - Throws: ``TargetError``.
    func tableNames() throws(TargetError) -> [String] { try tables().map(\.source) }

    /// Logs tables again, each with an entry that stands for all its rows, in the caller's
    /// transaction; the tables are closed.
    ///
    /// - Parameter names: The tables, as the source spells them.
    /// - Throws: ``TargetError``.
    func restart(_ names: [String]) throws(TargetError) {
        let literal = TargetConnection.literal
        let again = try tables().filter { names.contains($0.source) }.map { table in
            let key = table.key.map { table.sources[$0.name] ?? "" }
            let values = [run, table.source].map(literal).joined(separator: ", ")
            let columns = key.isEmpty ? "NULL" : literal(Self.array(key))
            return """
                INSERT INTO cutover.reverse_table (run_id, table_name, key)
                VALUES (\(values), \(columns))
                ON CONFLICT (run_id, table_name) DO UPDATE SET key = excluded.key;
                INSERT INTO cutover.reverse_log (run_id, table_name, key)
                VALUES (\(values), NULL);
                \(statements(table))
                """
        }
        try target.execute(([Self.create] + again).joined(separator: ";\n"))
    }

    /// Stops to log and forgets what was logged, in the caller's transaction.
    ///
    /// - Throws: ``TargetError``.
    func remove() throws(TargetError) {
        guard try isThere() else { return }
        let removed = try tables().map { table in
            """
            DROP TRIGGER IF EXISTS \(Self.trigger) ON \(table.name);
            DROP TRIGGER IF EXISTS \(Self.trigger)_truncate ON \(table.name);
            DROP FUNCTION IF EXISTS \(table.function)()
            """
        }
        try target.execute(
            ([Self.create] + removed + Self.forgetting(run)).joined(separator: ";\n")
        )
    }

    /// Whether every table of the run is logged.
    ///
    /// - Returns: False when one is not, or there is none.
    /// - Throws: ``TargetError``.
    func isInstalled() throws(TargetError) -> Bool {
        guard try isThere() else { return false }
        return try target.query(
            """
            SELECT count(*) > 0 AND bool_and((SELECT count(*) FROM pg_trigger g
                WHERE g.tgrelid = t.id AND g.tgenabled = 'A'
                    AND g.tgname IN ('\(Self.trigger)', '\(Self.trigger)_truncate')) = 2)
            FROM (\(LiveTarget.tables)) t
            """,
            [.text(run)]
        ).first == "t"
    }

    /// What was written since the switch.
    package struct Pending: Sendable, Equatable {
        /// The entries of the log.
        package var rows: Int
        /// The entries by table, as the source spells it.
        package var byTable: [String: Int]
    }

    /// Counts what was written since the switch.
    ///
    /// - Returns: The entries of the log.
    /// - Throws: ``TargetError``.
    func pending() throws(TargetError) -> Pending {
        guard try isThere() else { return Pending(rows: 0, byTable: [:]) }
        let rows = try target.query(
            "SELECT table_name, count(*) FROM cutover.reverse_log WHERE run_id = $1 GROUP BY 1",
            [.text(run)]
        ).rows.map { ($0[0] ?? "", $0[1].flatMap { Int($0) } ?? 0) }
        return Pending(
            rows: rows.reduce(0) { $0 + $1.1 },
            byTable: Dictionary(rows) { first, _ in first }
        )
    }

    private func isThere() throws(TargetError) -> Bool {
        try target.query("SELECT to_regclass('cutover.reverse_log')").first != nil
    }

    /// What forgets the log of a run.
    private static func forgetting(_ run: String) -> [String] {
        ["reverse_log", "reverse_table", "known_object", "known_shape"].map { table in
            "DELETE FROM cutover.\(table) WHERE run_id = \(TargetConnection.literal(run))"
        }
    }

    // MARK: - Tables

    private func tables() throws(TargetError) -> [Logged] {
        let rows = try target.query(
            """
            SELECT t.id, t.name, t.source, (SELECT m.columns FROM cutover.mapping m
                    WHERE m.run_id = $1 AND m.table_name = t.source), (
                SELECT c.columns FROM pg_index i CROSS JOIN LATERAL (
                    SELECT json_agg(json_build_array(a.attname, y.typname) ORDER BY k.place)
                        AS columns, bool_and(a.attnotnull) AS is_known
                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
                        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                        JOIN pg_type y ON y.oid = a.atttypid
                    WHERE k.place <= i.indnkeyatts) c
                WHERE i.indrelid = t.id AND i.indisunique AND i.indisvalid
                    AND i.indpred IS NULL AND i.indexprs IS NULL
                ORDER BY i.indisprimary DESC, c.is_known DESC, i.indexrelid LIMIT 1)
            FROM (\(LiveTarget.tables)) t ORDER BY t.name
            """,
            [.text(run)]
        ).rows
        let tables = rows.map { row in
            let names = Self.decoded(row[3], as: [String: String].self) ?? [:]
            let sources = Dictionary(names.map { ($0.value, $0.key) }) { first, _ in first }
            let columns = Self.decoded(row[4], as: [[String]].self) ?? []
            let key = columns.map { Logged.Column(name: $0[0], type: $0[1]) }
            return Logged(
                id: row[0] ?? "",
                name: row[1] ?? "",
                source: row[2] ?? "",
                sources: sources,
                key: key.allSatisfy { sources[$0.name] != nil } ? key : []
            )
        }
        return tables.map { Self.alike($0, tables) }
    }

    /// The parts of a wide table are logged by the key that all of them have.
    private static func alike(_ table: Logged, _ tables: [Logged]) -> Logged {
        guard let second = tables.first(where: { $0.source == "\(table.source) (part 2)" }) else {
            return table
        }
        let names = Dictionary(table.sources.map { ($0.value, $0.key) }) { first, _ in first }
        let key = second.key.compactMap { column -> Logged.Column? in
            second.sources[column.name].flatMap { names[$0] }
                .map { Logged.Column(name: $0, type: column.type) }
        }
        var table = table
        if key.count == second.key.count { table.key = key }
        return table
    }

    private static func decoded<Value: Decodable>(
        _ json: String?,
        as type: Value.Type
    ) -> Value? {
        json.flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }

    /// Names as a literal of `text[]`.
    static func array(_ names: [String]) -> String {
        let quoted = names.map { name in
            "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }

    // MARK: - Triggers

    /// Types whose text depends on no setting, or reads back the same under each.
    private static let plainTypes: Set<String> = [
        "int2", "int4", "int8", "text", "varchar", "bpchar", "uuid", "bool", "numeric", "bytea",
    ]

    /// A key as an expression; NULL when a part of it is: such a row is found by no key.
    private func key(_ table: Logged, _ row: String) -> String {
        guard !table.key.isEmpty else { return "NULL" }
        let columns = table.key.map { "\(row).\(TargetConnection.quote($0.name))" }
        let unknown = columns.map { "\($0) IS NULL" }.joined(separator: " OR ")
        let texts = columns.map { "\($0)::pg_catalog.text" }.joined(separator: ", ")
        return "CASE WHEN \(unknown) THEN NULL ELSE ARRAY[\(texts)] END"
    }

    /// The function of a table and its triggers.
    ///
    /// It runs as its owner, because the application's role has no rights on schema `cutover`. What
    /// cannot be said of a key, for instance because a column was renamed, is said by NULL: the
    /// block around it catches any error and writes nothing, so it costs no transaction id.
    private func statements(_ table: Logged) -> String {
        let settings =
            table.key.allSatisfy { Self.plainTypes.contains($0.type) }
            ? "" : " SET DateStyle = 'ISO' SET TimeZone = 'UTC' SET extra_float_digits = 1"
        let values = [run, table.source].map(TargetConnection.literal).joined(separator: ", ")
        let body = """
            DECLARE
                old_key pg_catalog.text[];
                new_key pg_catalog.text[];
            BEGIN
                BEGIN
                    IF TG_OP = 'UPDATE' OR TG_OP = 'DELETE' THEN
                        old_key := \(key(table, "OLD"));
                    END IF;
                    IF TG_OP = 'UPDATE' OR TG_OP = 'INSERT' THEN
                        new_key := \(key(table, "NEW"));
                    END IF;
                EXCEPTION WHEN OTHERS THEN
                    old_key := NULL;
                    new_key := NULL;
                END;
                IF TG_OP = 'UPDATE' AND old_key IS DISTINCT FROM new_key THEN
                    INSERT INTO cutover.reverse_log (run_id, table_name, key)
                    VALUES (\(values), old_key);
                END IF;
                INSERT INTO cutover.reverse_log (run_id, table_name, key)
                VALUES (\(values), CASE TG_OP WHEN 'DELETE' THEN old_key ELSE new_key END);
                RETURN NULL;
            END
            """
        let name = Self.trigger
        return """
            CREATE OR REPLACE FUNCTION \(table.function)() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp\(settings)
            AS \(TargetConnection.literal(body));
            REVOKE ALL ON FUNCTION \(table.function)() FROM PUBLIC;
            DROP TRIGGER IF EXISTS \(name) ON \(table.name);
            CREATE TRIGGER \(name) AFTER INSERT OR UPDATE OR DELETE ON \(table.name)
                FOR EACH ROW EXECUTE FUNCTION \(table.function)();
            ALTER TABLE \(table.name) ENABLE ALWAYS TRIGGER \(name);
            DROP TRIGGER IF EXISTS \(name)_truncate ON \(table.name);
            CREATE TRIGGER \(name)_truncate AFTER TRUNCATE ON \(table.name)
                FOR EACH STATEMENT EXECUTE FUNCTION \(table.function)();
            ALTER TABLE \(table.name) ENABLE ALWAYS TRIGGER \(name)_truncate
            """
    }
}
