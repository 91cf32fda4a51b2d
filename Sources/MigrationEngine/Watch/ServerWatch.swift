/// Criteria about the server: connections, transactions, answers, room.
enum ServerWatch {
    /// The share of connections above which an alarm is due.
    static let busy = 0.8
    /// How long an answer may take, in milliseconds.
    static let slow = 100.0
    /// How long a transaction may be open, in seconds.
    static let long = 60.0
    /// How long a session may wait for another, in seconds.
    static let blocked = 5.0
    /// How many of our own probes are kept.
    private static let probes = 100

    static func identity(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let run = try Journal.newestRun(in: RunDirectory(existing: look.options.runDirectory))
        let now = try look.onTarget { target throws(TargetError) in try Target.fingerprint(target) }
        guard let run else {
            return .unknown("\(look.status.target), system/database \(now); no run to compare with")
        }
        guard now == run.targetFingerprint else {
            return .bad(
                "this is another server or database than was migrated into: \(now) at "
                    + "\(look.status.target), and it was \(run.targetFingerprint) at \(run.target)",
                remedy: "watch the target that was migrated into with --target URL"
            )
        }
        return .good("\(look.status.target), system/database \(now)")
    }

    static func connections(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let limits = try look.onTarget { target throws(TargetError) in
            try TargetGates.limits(target)
        }
        let words = limits.map { "\($0.used) of \($0.most) connections of \($0.name) used" }
            .joined(separator: ", ")
        let share = limits.map { Double($0.used) / Double(max(1, $0.most)) }.max() ?? 0
        let figure = WatchFinding.Figure(share, "share", limit: busy)
        return .judged(
            share < busy,
            words,
            figure,
            remedy: "end idle ones, make the application's pool smaller, or raise the limit"
        )
    }

    static func transactions(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let now = try look.onTarget { target throws(TargetError) in try ServerCounters(target) }
        let before = look.memory.counters ?? now
        look.memory.counters = before
        guard now.rollbacks >= before.rollbacks, now.commits >= before.commits else {
            look.memory.counters = now
            return .unknown("the server's counters were reset")
        }
        let deadlocks = now.deadlocks - before.deadlocks
        let rollbacks = now.rollbacks - before.rollbacks
        let commits = now.commits - before.commits
        let words =
            "\(GateWords.count(deadlocks, "deadlock")), \(rollbacks) of \(commits + rollbacks) "
            + "transactions rolled back since the watch began"
        let figure = WatchFinding.Figure(Double(deadlocks), "deadlocks", limit: 0)
        guard deadlocks == 0 else {
            return .bad(words, figure, remedy: "the server's log names both statements")
        }
        // A few are an application's daily life; one in five is a fault.
        guard rollbacks < 20 || rollbacks * 5 < commits else {
            return .bad(words, figure, remedy: "the application's and the server's log say why")
        }
        return .good(words, figure)
    }

    static func longTransactions(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        try sessions(
            look,
            """
            SELECT format('session %s (%s, %s) for %s s', pid, application_name, state,
                    extract(epoch FROM now() - xact_start)::bigint),
                extract(epoch FROM now() - xact_start)
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND backend_type = 'client backend' AND xact_start < now() - interval '\(Int(long)) s'
                AND application_name NOT LIKE 'cutover %'
            ORDER BY xact_start
            """,
            none: "no transaction has been open for \(Int(long)) s",
            some: "open for long",
            limit: long,
            remedy:
                "a worker that waits with an open transaction holds up vacuum and locks: end it, "
                + "or pg_terminate_backend(PID)"
        )
    }

    static func blockedSessions(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        try sessions(
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

    static func probes(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let start = ContinuousClock.now
        _ = try look.onTarget { target throws(TargetError) in try target.query("SELECT 1").first }
        if !(try Profile.named(look)).orders.isEmpty { _ = try look.targetReader.orders(limit: 20) }
        look.memory.probes.append(start.secondsToNow * 1_000)
        look.memory.probes = Array(look.memory.probes.suffix(probes))
        let sorted = look.memory.probes.sorted()
        let mean = sorted.reduce(0, +) / Double(sorted.count)
        let high = sorted[min(sorted.count - 1, Int(0.95 * Double(sorted.count)))]
        let words =
            "our own probes: mean \(Words.milliseconds(mean)), p95 \(Words.milliseconds(high)), of "
            + GateWords.count(sorted.count, "look")
        let figure = WatchFinding.Figure(mean, "ms", limit: slow)
        return .judged(
            mean < slow,
            words,
            figure,
            remedy: "look at the server's load, and at the way there; cutover watch goes on"
        )
    }

    static func room(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let size = try look.onTarget { target throws(TargetError) in
            try target.query("SELECT pg_database_size(current_database())").integer ?? 0
        }
        let first = look.memory.size ?? Double(size)
        look.memory.size = first
        let grown = Double(size) - first
        return .good(
            "\(GateWords.size(Int(size))), \(GateWords.size(Int(max(0, grown)))) more than when the "
                + "watch began",
            .init(Double(size), "bytes")
        )
    }

    static func vacuum(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let schema = look.options.schema
        let rows = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT relname, n_dead_tup, n_live_tup,
                    coalesce(last_analyze, last_autoanalyze) IS NULL AND c.reltuples < 0
                FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
                WHERE s.schemaname = $1
                """,
                [.text(schema)]
            ).rows
        }
        func number(_ text: String?) -> Double { text.flatMap(Double.init) ?? 0 }
        let dead = rows.filter { number($0[1]) > 10_000 && number($0[1]) > 0.4 * number($0[2]) }
        let unknown = rows.filter { $0[3] == "t" && number($0[2]) > 1_000 }
        let most = rows.map { number($0[1]) }.max() ?? 0
        let figure = WatchFinding.Figure(most, "rows")
        guard dead.isEmpty else {
            return .bad(
                "many dead rows in \(GateWords.list(dead.compactMap { $0[0] }))",
                figure,
                remedy: "VACUUM (ANALYZE) these tables; look for transactions that stay open"
            )
        }
        guard unknown.isEmpty else {
            return .bad(
                "never analyzed: \(GateWords.list(unknown.compactMap { $0[0] }))",
                figure,
                remedy: "ANALYZE these tables: without it the server plans blindly"
            )
        }
        return .good("at most \(Int(most)) dead rows in a table; every table is analyzed", figure)
    }

    static func backups(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let row = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT current_setting('archive_mode'),
                    extract(epoch FROM now() - last_archived_time), last_failed_time > last_archived_time
                FROM pg_stat_archiver
                """
            ).rows[0]
        }
        guard row[0] != "off", let age = row[1].flatMap(Double.init) else {
            return .unknown(
                "this server archives nothing that can be seen from here",
                remedy: "look at the platform's own page of backups, or run pg_dump every day"
            )
        }
        let figure = WatchFinding.Figure(age, "seconds", limit: 86_400)
        return .judged(
            row[2] != "t" && age < 86_400,
            "the last archived log is from \(GateWords.ago(age))",
            figure,
            remedy: "look at the server's log, why archiving fails"
        )
    }

    /// Words for figures.
    private enum Words {
        static func milliseconds(_ value: Double) -> String {
            value < 10 ? "\((value * 10).rounded() / 10) ms" : "\(Int(value.rounded())) ms"
        }
    }
}

/// The server's counters of a database.
struct ServerCounters {
    var commits: Int
    var rollbacks: Int
    var deadlocks: Int

    /// Reads them.
    init(_ target: TargetConnection) throws(TargetError) {
        let row = try target.query(
            """
            SELECT xact_commit, xact_rollback, deadlocks FROM pg_stat_database
            WHERE datname = current_database()
            """
        ).rows[0].map { $0.flatMap { Int($0) } ?? 0 }
        commits = row[0]
        rollbacks = row[1]
        deadlocks = row[2]
    }
}
