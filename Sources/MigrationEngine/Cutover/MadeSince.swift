/// What was made on PostgreSQL since the switch, and what of the run's is not there any more.
///
/// Only rows of the run's own tables are logged: what stands in another table, nobody would bring
/// back without a word. So the handover notes what there is, in `cutover.known_object`.
struct MadeSince: Sendable, Equatable {
    /// Tables that were made, each with its rows; nil where they cannot be counted.
    var tables: [Table] = []
    /// Views and functions that were made, in words.
    var others: [String] = []

    /// A table that was made.
    struct Table: Sendable, Equatable {
        /// Its name as SQL.
        var name: String
        /// The names by which the operator may call it.
        var calls: [String]
        /// Its rows.
        var rows: Int?
    }

    /// A table of the run that is not there.
    struct Missing: Sendable, Equatable {
        /// The name that it had, as SQL.
        var name: String
        /// The name that it has now; nil when it was dropped.
        var newName: String?
    }

    /// The table, as a statement that is harmless when it is there.
    static let create = """
        CREATE TABLE IF NOT EXISTS cutover.known_object (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            id bigint NOT NULL,
            kind text NOT NULL,
            name text NOT NULL,
            schema_name text NOT NULL,
            bare_name text NOT NULL
        )
        """

    /// Everything that is the application's; partitions belong to their table, and what an
    /// extension made is no data of the application's.
    private static let objects = """
        SELECT c.oid::bigint AS id,
            CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
            format('%I.%I', n.nspname, c.relname) AS name, n.nspname::text AS schema_name,
            c.relname::text AS bare_name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
            AND n.nspname NOT IN ('cutover', 'information_schema') AND n.nspname !~ '^pg_'
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                AND d.objid = c.oid AND d.deptype = 'e')
        UNION ALL
        SELECT p.oid::bigint, 'function',
            format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
            n.nspname::text, p.proname::text
        FROM pg_namespace n JOIN pg_proc p ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('cutover', 'information_schema') AND n.nspname !~ '^pg_'
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                AND d.objid = p.oid AND d.deptype = 'e')
        """

    /// The statements that note what there is, in the transaction that hands over.
    ///
    /// - Parameter run: The run.
    /// - Returns: The statements.
    static func noting(_ run: String) -> [String] {
        [
            """
            INSERT INTO cutover.known_object (run_id, id, kind, name, schema_name, bare_name)
            SELECT \(TargetConnection.literal(run)), o.* FROM (\(objects)) o
            """
        ]
    }

    /// Looks what is there now, outside of a transaction.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    /// - Returns: What has changed; nil when nobody noted what there was.
    /// - Throws: ``TargetError``.
    static func read(
        _ run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> MadeSince? {
        guard try target.query("SELECT to_regclass('cutover.known_object')").first != nil,
            try target.query(
                "SELECT EXISTS (SELECT FROM cutover.known_object WHERE run_id = $1)",
                [.text(run)]
            ).first == "t"
        else { return nil }
        var found = MadeSince()
        let made = try target.query(
            """
            SELECT o.kind, o.name, o.schema_name, o.bare_name FROM (\(objects)) o
            WHERE NOT EXISTS (SELECT FROM cutover.known_object k
                WHERE k.run_id = $1 AND k.kind = o.kind AND (k.id = o.id OR k.name = o.name))
            ORDER BY o.kind, o.name
            """,
            [.text(run)]
        ).rows
        for row in made {
            let (kind, name) = (row[0] ?? "", row[1] ?? "")
            guard kind == "table" else {
                found.others.append("\(kind) \(name)")
                continue
            }
            let calls = calls(name, row[2] ?? "", row[3] ?? "")
            found.tables.append(.init(name: name, calls: calls, rows: try rows(of: name, target)))
        }
        return found
    }

    /// Refuses to go on where a table of the run was dropped or has another name now.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - target: A connection to the target.
    ///   - address: Its address.
    ///   - stage: Who needs the tables.
    /// - Throws: ``MigrationError`` of code `schemaChanged`, or ``TargetError``.
    static func requireTables(
        of run: String,
        _ target: TargetConnection,
        _ address: TargetAddress,
        _ stage: String
    ) throws {
        guard try target.query("SELECT to_regclass('cutover.known_object')").first != nil else {
            return
        }
        try requireOwnNames(run, target, address, stage)
        let missing = try missing(run, target)
        guard !missing.isEmpty else { return }
        let words = missing.prefix(20).map { table in
            table.name + (table.newName.map { ", its name is \($0) now" } ?? ", it was dropped")
        }
        throw MigrationError(
            .schemaChanged,
            "tables of the run are not on PostgreSQL any more: \(words.joined(separator: "; "))",
            place: .init(stage, side: .target, path: address.redacted),
            kept: .other("nothing was changed; what was written on PostgreSQL is there"),
            remedy: "give them their names again; one that was dropped must be made again with its "
                + "columns, then cutover revert --compare takes its rows for deleted"
        )
    }

    /// Refuses to go on where a table of the run has the name of another one.
    private static func requireOwnNames(
        _ run: String,
        _ target: TargetConnection,
        _ address: TargetAddress,
        _ stage: String
    ) throws {
        let exchanged = try target.query(
            """
            SELECT DISTINCT t.name, was.name FROM (\(LiveTarget.tables)) t
                JOIN cutover.known_object was ON was.run_id = $1 AND was.kind = 'table'
                    AND was.id = t.id::bigint
            WHERE was.name <> t.name AND EXISTS (SELECT FROM cutover.known_object k
                WHERE k.run_id = $1 AND k.kind = 'table' AND k.name = t.name)
            ORDER BY t.name
            """,
            [.text(run)]
        ).rows.map { "\($0[0] ?? "") was \($0[1] ?? "") at the switch" }
        guard !exchanged.isEmpty else { return }
        throw MigrationError(
            .schemaChanged,
            SafeText.visible(
                "tables on PostgreSQL have exchanged their names: "
                    + exchanged.prefix(20).joined(separator: "; ")
            ),
            place: .init(stage, side: .target, path: address.redacted),
            kept: .other("nothing was changed; what was written on PostgreSQL is there"),
            remedy: "give them their names again, then run the same command again"
        )
    }

    private static func missing(
        _ run: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [Missing] {
        try target.query(
            """
            SELECT DISTINCT k.name,
                (SELECT o.name FROM (\(objects)) o WHERE o.kind = k.kind AND o.id = k.id)
            FROM cutover.known_object k JOIN cutover.run r ON r.run_id = k.run_id
                JOIN cutover.mapping m ON m.run_id = r.run_id AND m.target_name = k.bare_name
            WHERE k.run_id = $1 AND k.kind = 'table' AND k.schema_name = r.schema_name
                AND NOT EXISTS (SELECT FROM (\(LiveTarget.tables)) t WHERE t.name = k.name)
            ORDER BY k.name
            """,
            [.text(run)]
        ).rows.map { Missing(name: $0[0] ?? "", newName: $0[1]) }
    }

    private static func calls(_ name: String, _ schema: String, _ bare: String) -> [String] {
        [name, "\(schema).\(bare)", bare]
    }

    /// Counts the rows; nil where the server does not let us.
    private static func rows(
        of name: String,
        _ target: TargetConnection
    ) throws(TargetError) -> Int? {
        do throws(TargetError) {
            return try target.query("SELECT count(*) FROM \(name)").first.flatMap { Int($0) }
        } catch {
            guard !error.isConnectionLost else { throw error }
            return nil
        }
    }
}
