/// The target while the application still works on the source: filled by catch-up, closed to
/// everybody else.
///
/// A row is written when its change arrives, so keys between tables cannot hold on the way, and a
/// trigger must not act again for what the source's own triggers did. Both rest; what puts them
/// back is committed together with the change, in `cutover.resting`.
struct LiveTarget {
    /// The setting that lets a session write through the fence, and names the run it works for.
    static let writer = "cutover.writer"

    let target: TargetConnection
    let run: String

    /// What a live target needs in schema `cutover`; harmless when it is there.
    private static let create = """
        SET LOCAL client_min_messages = warning;
        CREATE TABLE IF NOT EXISTS cutover.resting (
            run_id text NOT NULL REFERENCES cutover.run ON DELETE CASCADE,
            place integer GENERATED ALWAYS AS IDENTITY,
            object text NOT NULL,
            restore text NOT NULL,
            validate text,
            PRIMARY KEY (run_id, object)
        );
        CREATE OR REPLACE FUNCTION cutover.refuse_write() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('cutover.writer', true) IS DISTINCT FROM TG_ARGV[0] THEN
                RAISE EXCEPTION 'writes blocked: %', TG_ARGV[1] USING ERRCODE = '25006',
                    HINT = 'cutover status says where the run stands';
            END IF;
            RETURN NULL;
        END $$
        """

    /// Lets this session write through the fence.
    ///
    /// - Throws: ``TargetError``.
    func enter() throws(TargetError) {
        try target.execute("SET \(Self.writer) = \(TargetConnection.literal(run))")
    }

    /// Puts keys between tables and triggers to rest and closes the tables to others, in one
    /// transaction; harmless when it is done.
    ///
    /// - Parameters:
    ///   - patience: How long another session's lock is waited for.
    ///   - work: What belongs to the same transaction.
    /// - Throws: ``TargetError``, or what the work throws.
    func rest(patience: String = "30s", _ work: () throws -> Void = {}) throws {
        try target.transaction {
            // Another session that holds a table for long must not keep the run waiting unseen.
            try target.execute("SET LOCAL lock_timeout = '\(patience)'")
            try target.execute(Self.create + "; " + RunState.completePosition)
            for object in try awake() {
                try target.query(
                    """
                    INSERT INTO cutover.resting (run_id, object, restore, validate)
                    VALUES ($1, $2, $3, $4) ON CONFLICT (run_id, object) DO UPDATE
                        SET restore = excluded.restore,
                            validate = coalesce(excluded.validate, cutover.resting.validate)
                    """,
                    [
                        .text(run), .text(object.name), .text(object.restore),
                        .optional(object.validate),
                    ]
                )
                try target.execute(object.rest)
            }
            try close("the application still works on SQLite (run \(run))")
            try work()
        }
        Failpoint.reach(.targetResting)
    }

    /// Something of the application's that must rest.
    private struct Awake {
        var name: String
        var rest: String
        var restore: String
        var validate: String?
    }

    private func awake() throws(TargetError) -> [Awake] {
        let keys = try target.query(
            """
            SELECT format('foreign key %s of %s', c.conname, t.name),
                format('ALTER TABLE %s DROP CONSTRAINT %I', t.name, c.conname),
                format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', t.name, c.conname,
                    regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '')),
                CASE WHEN c.convalidated
                    THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', t.name, c.conname) END
            FROM (\(Self.tables)) t JOIN pg_constraint c ON c.conrelid = t.id
            WHERE c.contype = 'f' AND c.conparentid = 0 ORDER BY c.oid
            """,
            [.text(run)]
        ).rows
        let triggers = try target.query(
            """
            SELECT format('trigger %s of %s', g.tgname, t.name),
                format('ALTER TABLE %s DISABLE TRIGGER %I', t.name, g.tgname),
                format('ALTER TABLE %s ENABLE %sTRIGGER %I', t.name,
                    CASE g.tgenabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END,
                    g.tgname),
                NULL
            FROM (\(Self.tables)) t JOIN pg_trigger g ON g.tgrelid = t.id
            WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgparentid = 0
                AND g.tgname NOT LIKE 'cutover\\_%' ORDER BY g.oid
            """,
            [.text(run)]
        ).rows
        return (keys + triggers).map { row in
            Awake(
                name: row[0] ?? "",
                rest: row[1] ?? "",
                restore: row[2] ?? "",
                validate: row[3]
            )
        }
    }

    /// The run's own tables: their oid, and their name as SQL.
    static let tables = """
        SELECT c.oid AS id, format('%I.%I', n.nspname, c.relname) AS name, m.table_name AS source
        FROM cutover.run r JOIN cutover.mapping m ON m.run_id = r.run_id
            JOIN pg_namespace n ON n.nspname = r.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = m.target_name
        WHERE r.run_id = $1 AND c.relkind IN ('r', 'p')
        """

    /// The names of the run's tables as SQL.
    func names() throws(TargetError) -> [String] {
        try target.query("SELECT name FROM (\(Self.tables)) t ORDER BY name", [.text(run)])
            .rows.compactMap { $0[0] }
    }

    /// Blocks the writes of everybody but this run, in the caller's transaction.
    ///
    /// Waits for transactions that have written one of the tables and are not committed yet.
    ///
    /// - Parameter reason: What the application is told.
    /// - Throws: ``TargetError``.
    func close(_ reason: String) throws(TargetError) {
        let arguments = [run, reason].map(TargetConnection.literal).joined(separator: ", ")
        let rising = try names().map { table in
            """
            DROP TRIGGER IF EXISTS cutover_fence ON \(table);
            CREATE TRIGGER cutover_fence BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
                ON \(table) FOR EACH STATEMENT
                EXECUTE FUNCTION cutover.refuse_write(\(arguments));
            ALTER TABLE \(table) ENABLE ALWAYS TRIGGER cutover_fence
            """
        }
        try target.execute(rising.joined(separator: ";\n"))
    }

    /// Lets everybody write again, in the caller's transaction.
    ///
    /// - Throws: ``TargetError``.
    func open() throws(TargetError) {
        let falling = try names().map { "DROP TRIGGER IF EXISTS cutover_fence ON \($0)" }
        try target.execute(falling.joined(separator: ";\n"))
    }

    /// Puts keys and triggers back, in the caller's transaction; keys hold for new rows at once,
    /// the rows that are there are looked at later, by ``validate()``.
    ///
    /// - Throws: ``TargetError``.
    func wake() throws(TargetError) {
        let resting = try target.query(
            "SELECT object, restore FROM cutover.resting WHERE run_id = $1 ORDER BY place",
            [.text(run)]
        ).rows
        // In one question, because the application waits for the answer.
        try target.execute(resting.compactMap { $0[1] }.joined(separator: ";\n"))
    }

    /// Puts everything back and opens the tables, in the caller's transaction.
    ///
    /// - Parameter isResting: Whether keys and triggers rest; behind the handover they are awake.
    /// - Returns: What was put back.
    /// - Throws: ``TargetError``.
    func dissolve(isResting: Bool) throws(TargetError) -> [String] {
        guard try target.query("SELECT to_regclass('cutover.resting')").first != nil else {
            return []
        }
        try open()
        let objects = try target.query(
            "SELECT object, validate FROM cutover.resting WHERE run_id = $1 ORDER BY place",
            [.text(run)]
        ).rows
        // Behind the handover they are awake.
        guard isResting else { return [] }
        try wake()
        return try objects.map { row throws(TargetError) in
            let name = row[0] ?? ""
            guard let validate = row[1] else { return name }
            try target.execute("SAVEPOINT key")
            do throws(TargetError) {
                try target.execute(validate)
                return name
            } catch {
                guard error.isAboutData else { throw error }
                try target.execute("ROLLBACK TO key")
                return "\(name), NOT VALID: \(error.message)"
            }
        }
    }

    /// Makes the server look at the rows of every key that held before, while others write.
    ///
    /// - Returns: The keys that do not hold, in words.
    /// - Throws: ``TargetError`` when the server is lost.
    func validate() throws(TargetError) -> [String] {
        let keys = try target.query(
            """
            SELECT object, validate FROM cutover.resting
            WHERE run_id = $1 AND validate IS NOT NULL ORDER BY place
            """,
            [.text(run)]
        ).rows
        var problems: [String] = []
        for row in keys {
            do throws(TargetError) {
                try target.execute(row[1] ?? "")
            } catch {
                guard error.isAboutData else { throw error }
                problems.append("\(row[0] ?? "") stays NOT VALID: \(error.message)")
            }
        }
        return problems
    }
}
