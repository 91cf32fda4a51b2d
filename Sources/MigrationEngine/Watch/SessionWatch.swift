import Synchronization

/// Criteria about the sessions of others: what they roll back, keep open, wait for.
enum SessionWatch {
    static func transactions(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        // What the lists have asked until now must be in the counters, too.
        try? look.reading { reader throws(MigrationError) in try reader.flushCounters() }
        let now = try look.onTarget { target throws(TargetError) in try ServerCounters(target) }
        let (before, seconds) = look.memory.counters.oldest(adding: now, at: look.elapsed)
        guard now.rollbacks >= before.rollbacks, now.commits >= before.commits else {
            look.memory.counters = WatchWindow()
            return .unknown("the server's counters were reset")
        }
        let deadlocks = now.deadlocks - before.deadlocks
        // The watch's own transactions are none of the application's.
        let refused = now.own.rolledBack - before.own.rolledBack
        let passed = now.own.committed - before.own.committed
        let rollbacks = max(0, now.rollbacks - before.rollbacks - refused)
        let others = passed * max(before.others, now.others) / ServerCounters.sessions
        let rest = now.commits - before.commits - passed - others
        let commits = max(0, rest)
        let words =
            "\(GateWords.count(deadlocks, "deadlock")), \(rollbacks) of \(commits + rollbacks) "
            + "transactions rolled back in the last \(Int(seconds.rounded())) s"
        let figure = WatchFinding.Figure(Double(deadlocks), "deadlocks", limit: 0)
        guard deadlocks == 0 else {
            return .bad(words, figure, remedy: "the server's log names both statements")
        }
        guard rest >= 0 || rollbacks < 20 else {
            // A server that crashed has lost what it had not written of its counters.
            look.memory.counters = WatchWindow()
            return .unknown("the server's counters do not hold what the watch itself has asked")
        }
        // A few are an application's daily life; one in five is a fault.
        guard rollbacks < 20 || rollbacks * 5 < commits else {
            return .bad(words, figure, remedy: "the application's and the server's log say why")
        }
        return .good(words, figure)
    }

    /// Programs of ours that keep a transaction open for as long as their work takes.
    private static let ours =
        ["migrate", "follow", "switch", "verify", "quarantine", "rehearse", "plan", "clean"]
        .map { "'cutover \($0)'" }.joined(separator: ", ")

    static func longTransactions(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let long = try Profile.named(look).watch.longSeconds
        return try sessions(
            look,
            """
            SELECT format('prepared transaction %s of %s for %s s', gid, owner,
                    extract(epoch FROM now() - prepared)::bigint),
                extract(epoch FROM now() - prepared)
            FROM pg_prepared_xacts WHERE database = current_database()
                AND prepared < now() - interval '\(Int(long)) s'
            UNION ALL
            SELECT format('session %s (%s, %s) for %s s', pid, application_name, state,
                    extract(epoch FROM now() - xact_start)::bigint),
                extract(epoch FROM now() - xact_start)
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND backend_type = 'client backend' AND xact_start < now() - interval '\(Int(long)) s'
                AND application_name NOT IN (\(ours))
            ORDER BY 2 DESC
            """,
            none: "no transaction has been open for \(Int(long)) s",
            some: "open for long",
            limit: long,
            remedy:
                "a worker that waits with an open transaction holds up vacuum and locks: end it, "
                + "or pg_terminate_backend(PID); a prepared one: ROLLBACK PREPARED or COMMIT PREPARED"
        )
    }

    static func blockedSessions(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let blocked = try Profile.named(look).watch.blockedSeconds
        return try sessions(
            look,
            """
            SELECT format('session %s (%s) by %s for %s s', pid, application_name,
                    array_to_string(pg_blocking_pids(pid), ', '),
                    extract(epoch FROM now() - coalesce(query_start, now()))::bigint),
                extract(epoch FROM now() - coalesce(query_start, now()))
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0
                AND query_start < now() - interval '\(Int(blocked)) s'
            ORDER BY query_start
            """,
            none: "no session has waited \(Int(blocked)) s for another",
            some: "blocked",
            limit: blocked,
            remedy:
                "look at the session that is named behind \"by\"; pg_terminate_backend(PID) ends it"
        )
    }

    /// Lists sessions, each with a time in seconds, longest first.
    private static func sessions(
        _ look: WatchLook,
        _ sql: String,
        none: String,
        some: String,
        limit: Double,
        remedy: String
    ) throws(MigrationError) -> WatchFinding {
        let (rows, hidden) = try look.onTarget { target throws(TargetError) in
            (
                try target.query(sql).rows,
                try target.query(
                    """
                    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                        AND backend_type IS NULL AND pid <> pg_backend_pid()
                    """
                ).integer ?? 0
            )
        }
        let most = rows.compactMap { $0[1].flatMap(Double.init) }.max() ?? 0
        let figure = WatchFinding.Figure(most, "seconds", limit: limit)
        guard rows.isEmpty else {
            return .bad(
                "\(some): \(GateWords.list(rows.compactMap { $0[0] }))",
                figure,
                remedy: remedy
            )
        }
        // The server hides from an ordinary user what other users' sessions do.
        guard hidden == 0 else {
            return .unknown(
                "\(GateWords.count(Int(hidden), "session")) of other users cannot be seen",
                remedy: "as the server's owner: GRANT pg_read_all_stats TO the user of --target"
            )
        }
        return .good(none, figure)
    }
}

/// The server's counters of a database.
struct ServerCounters {
    var commits: Int
    var rollbacks: Int
    var deadlocks: Int
    /// The transactions of this process.
    var own: (committed: Int, rolledBack: Int)
    /// Sessions of other programs of ours that ask as often, such as a console beside the watch.
    var others: Int

    /// How many sessions a watch keeps open.
    static let sessions = 2

    /// Reads them.
    init(_ target: TargetConnection) throws(TargetError) {
        if target.serverVersion >= 150_000 {
            _ = try target.query("SELECT pg_stat_force_next_flush()")
        }
        let row = try target.query(
            """
            SELECT xact_commit, xact_rollback, deadlocks, (SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database()
                    AND application_name IN ('cutover watch', 'cutover operations'))
            FROM pg_stat_database WHERE datname = current_database()
            """
        ).rows[0].map { $0.flatMap { Int($0) } ?? 0 }
        commits = row[0]
        rollbacks = row[1]
        deadlocks = row[2]
        own = (
            TargetConnection.committed.load(ordering: .relaxed),
            TargetConnection.rolledBack.load(ordering: .relaxed)
        )
        others = max(0, row[3] - Self.sessions)
    }
}
