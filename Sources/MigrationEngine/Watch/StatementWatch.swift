/// The application's statements, where the server counts them.
enum StatementWatch {
    private static let hidden =
        "the statements of other users cannot be seen in pg_stat_statements"

    static func statements(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let counted = try look.onTarget { target throws(TargetError) in
            try StatementCounters.read(target)
        }
        guard let counted else {
            return .unknown(
                "the server does not count statements: pg_stat_statements is not there",
                remedy: "where the platform allows it: shared_preload_libraries = "
                    + "'pg_stat_statements', then CREATE EXTENSION pg_stat_statements"
            )
        }
        let limit = try Profile.named(look).watch.slowMilliseconds
        let (before, seconds) = look.memory.statements.oldest(
            adding: counted.statements,
            at: look.elapsed
        )
        let recent = counted.statements.compactMap { id, now -> StatementCounters? in
            let calls = now.calls - (before[id]?.calls ?? 0)
            // What was reset since is counted from then on.
            guard calls > 0 else { return nil }
            return StatementCounters(
                calls: calls,
                milliseconds: now.milliseconds - (before[id]?.milliseconds ?? 0),
                text: now.text
            )
        }
        let calls = recent.reduce(0) { $0 + $1.calls }
        let mean = recent.reduce(0) { $0 + $1.milliseconds } / Double(max(1, calls))
        let worst = recent.map(\.mean).max() ?? 0
        let slow = recent.filter { $0.mean >= limit }.sorted { $0.mean > $1.mean }
        let figure = WatchFinding.Figure(worst, "ms", limit: limit)
        guard slow.isEmpty else {
            return .bad(
                "slow: "
                    + GateWords.list(
                        slow.map { "\(Int($0.mean)) ms in the mean of \($0.calls): \($0.text)" },
                        most: 3
                    ) + (counted.isHidden ? "; \(hidden)" : ""),
                figure,
                remedy: "EXPLAIN the statement; an index on what it filters by is often missing"
            )
        }
        // What can be seen is judged first: the application's own user sees its own.
        guard !counted.isHidden else {
            return .unknown(
                hidden,
                remedy: "as the server's owner: GRANT pg_read_all_stats TO the user of --target"
            )
        }
        return .good(
            "\(GateWords.count(calls, "statement")) in the last \(Int(seconds.rounded())) s, "
                + "\(Int(mean.rounded())) ms in the mean",
            figure
        )
    }
}

/// A statement's counters; its text has placeholders instead of values.
struct StatementCounters {
    var calls: Int
    var milliseconds: Double
    var text: String

    var mean: Double { milliseconds / Double(max(1, calls)) }

    /// Reads the counters of this database; nil where the server does not count.
    static func read(
        _ target: TargetConnection
    ) throws(TargetError) -> (statements: [String: StatementCounters], isHidden: Bool)? {
        let place = try target.query(
            """
            SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements'
            """
        ).first
        guard let place else { return nil }
        do throws(TargetError) {
            let rows = try target.query(
                """
                SELECT queryid, sum(calls)::bigint, sum(total_exec_time),
                    regexp_replace(left(min(query), 120), '\\s+', ' ', 'g')
                FROM \(TargetConnection.quote(place)).pg_stat_statements s
                WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND query NOT LIKE 'COPY %'
                    AND query NOT LIKE '\(TargetConnection.mark)%'
                GROUP BY queryid
                """
            ).rows
            var counters: [String: StatementCounters] = [:]
            var isHidden = false
            for row in rows {
                // Without the right, the server gives neither number nor text of a statement.
                guard let id = row[0] else {
                    isHidden = true
                    continue
                }
                counters[id] = StatementCounters(
                    calls: row[1].flatMap { Int($0) } ?? 0,
                    milliseconds: row[2].flatMap(Double.init) ?? 0,
                    text: row[3] ?? ""
                )
            }
            return (counters, isHidden)
        } catch {
            // 55000: the extension is there, and the server was started without its library.
            guard error.sqlState == "55000" else { throw error }
            return nil
        }
    }
}
