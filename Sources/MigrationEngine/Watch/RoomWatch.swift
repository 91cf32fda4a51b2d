/// Criteria about what is kept: room, dead rows, the server's own backups.
enum RoomWatch {
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
                SELECT s.relname, n_dead_tup, n_live_tup,
                    coalesce(last_analyze, last_autoanalyze) IS NULL AND c.reltuples < 0,
                    extract(epoch FROM now() - greatest(last_vacuum, last_autovacuum)),
                    extract(epoch FROM now() - greatest(last_analyze, last_autoanalyze))
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
        func newest(_ column: Int) -> String {
            rows.compactMap { $0[column].flatMap(Double.init) }.min().map { GateWords.ago($0) }
                ?? "never"
        }
        return .good(
            "at most \(Int(most)) dead rows in a table; last vacuum \(newest(4)), last analyze "
                + newest(5),
            figure
        )
    }

    static func backups(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let row = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT current_setting('archive_mode'),
                    extract(epoch FROM now() - last_archived_time),
                    last_failed_time > coalesce(last_archived_time, '-infinity'), failed_count
                FROM pg_stat_archiver
                """
            ).rows[0]
        }
        if row[0] != "off", row[1] == nil, row[2] == "t" {
            return .bad(
                "archiving fails: \(row[3] ?? "") times, and no log was ever archived",
                remedy: "look at the server's log, why archiving fails"
            )
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
}
