/// Who keeps a statement of ours from its table: asked when the server has given the wait up.
enum LockHolders {
    /// How long a question to the target waits for another session's lock while writes pass, in
    /// front of a fence.
    static let patience = "10s"
    /// The most sessions that are named.
    private static let most = 3
    /// The most characters of a query that are shown.
    private static let longest = 120

    /// Whether an error says that a lock was waited for and not given.
    ///
    /// - Parameter error: The error.
    /// - Returns: Whether it does.
    static func isAbout(_ error: MigrationError) -> Bool {
        guard case .postgres(sqlState: "55P03", _, _, _)? = error.cause else { return false }
        return true
    }

    /// Puts the holders of the lock into an error that says that it was not given.
    ///
    /// - Parameters:
    ///   - error: Any error; another one stays as it is.
    ///   - options: Where the target is.
    /// - Returns: The error for the operator.
    static func naming(_ error: MigrationError, _ options: Options) -> MigrationError {
        guard isAbout(error) else { return error }
        let holders = (try? read(options)) ?? []
        let first = holders.first?.pid.map { ": SELECT pg_terminate_backend(\($0))" } ?? ""
        return MigrationError(
            error.code,
            holders.isEmpty
                ? "another session held a lock on a table of the target for too long; it is gone"
                : "another session holds a lock on a table of the target: "
                    + holders.prefix(most).map(\.words).joined(separator: "; "),
            place: error.place,
            kept: error.kept,
            remedy: holders.isEmpty
                ? "run the same command again"
                : "wait for that session, or end it\(first); then run the same command again",
            cause: error.cause
        )
    }

    /// A session with locks on tables of the target.
    private struct Holder {
        var pid: String?
        var name: String
        var state: String
        var mode: String
        var tables: String
        var query: String

        var words: String {
            guard let pid else {
                return "a prepared transaction holds \(mode) on \(tables), see pg_prepared_xacts"
            }
            let who = [name.isEmpty ? nil : name, state.isEmpty ? nil : state].compactMap { $0 }
            let asked = query.isEmpty ? "" : ", query: \(query)"
            return SafeText.visible(
                "pid \(pid) (\(who.joined(separator: ", "))) holds \(mode) on \(tables)\(asked)"
            )
        }
    }

    /// Reads the sessions, on a connection of its own, the strongest locks first.
    private static func read(_ options: Options) throws -> [Holder] {
        let target = try Target.connect(options, stage: "locks", purpose: "locks").0
        let rows = try target.query(
            """
            SELECT l.pid, a.application_name, a.state, l.mode,
                string_agg(DISTINCT c.relname, ', '), left(a.query, 400)
            FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'relation' AND l.granted AND c.relkind IN ('r', 'p')
                AND l.pid IS DISTINCT FROM pg_backend_pid()
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND n.nspname IN ($1, 'cutover')
                AND coalesce(a.application_name, '') NOT LIKE 'cutover %'
            GROUP BY l.pid, a.application_name, a.state, l.mode, a.query
            ORDER BY array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock',
                'ShareRowExclusiveLock', 'ShareLock', 'ShareUpdateExclusiveLock',
                'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'], l.mode),
                min(a.xact_start) NULLS FIRST, l.pid
            """,
            [.text(options.schema)]
        ).rows
        var seen: Set<String> = []
        return rows.filter { seen.insert($0[0] ?? "").inserted }.map { row in
            Holder(
                pid: row[0],
                name: row[1] ?? "",
                state: row[2] ?? "",
                mode: words(of: row[3] ?? ""),
                tables: row[4] ?? "",
                query: withoutValues(row[5] ?? "")
            )
        }
    }

    /// A mode as SQL spells it: `AccessExclusiveLock` is ACCESS EXCLUSIVE.
    private static func words(of mode: String) -> String {
        mode.replacing("Lock", with: "")
            .replacing(/([a-z])([A-Z])/) { "\($0.1) \($0.2)" }.uppercased()
    }

    /// A query without its values, which may be those of a row or a password.
    ///
    /// - Parameter query: The query, which may be cut.
    /// - Returns: The query in one line, cut.
    static func withoutValues(_ query: String) -> String {
        let bare =
            query.replacing(/\$([A-Za-z_]*)\$.*?(\$\1\$|$)/.dotMatchesNewlines(), with: "'…'")
            .replacing(/'(?:[^']|'')*('|$)/, with: "'…'")
            .replacing(/\b[0-9][0-9.]*\b/, with: "…")
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return bare.count > longest ? "\(bare.prefix(longest))…" : bare
    }
}
