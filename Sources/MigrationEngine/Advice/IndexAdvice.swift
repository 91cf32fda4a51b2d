/// Indexes that are missing, unused or there twice, and tables that nobody looked through.
enum IndexAdvice {
    /// Foreign keys without an index of their own columns: to delete a parent reads all children.
    static func keys(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        let rows = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT t.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY u.place),
                    p.relname, greatest(t.reltuples, 0)::bigint
                FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
                JOIN pg_class p ON p.oid = k.confrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u(own, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
                WHERE n.nspname = $1 AND k.contype = 'f' AND NOT EXISTS (
                    SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid
                        AND i.indpred IS NULL AND cardinality(k.conkey) <= i.indnkeyatts
                        AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
                GROUP BY k.oid, t.relname, p.relname, t.reltuples ORDER BY 1, 2
                """,
                [.text(look.schema)]
            ).rows
        }
        var answer = AdviceAnswer()
        for row in rows {
            guard let table = row[0], let columns = row[1] else { continue }
            answer.add(
                "unindexed_reference",
                "\(table) (\(columns))",
                "the foreign key to \(row[2] ?? "") has no index: each delete or change of a row "
                    + "there reads all of \(table), about \(row[3] ?? "?") rows",
                remedy: "CONCURRENTLY lets the application go on",
                statement: "CREATE INDEX CONCURRENTLY ON \(look.name(table)) (\(columns));"
            )
        }
        return answer
    }

    /// Large tables that are read row by row again and again.
    static func scans(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        let rows = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT relname, seq_scan, coalesce(idx_scan, 0), n_live_tup,
                    seq_tup_read / greatest(seq_scan, 1)
                FROM pg_stat_user_tables WHERE schemaname = $1 AND n_live_tup >= $2::bigint
                    AND seq_scan >= 50 AND seq_scan > coalesce(idx_scan, 0)
                    AND seq_tup_read / greatest(seq_scan, 1) >= n_live_tup / 2
                ORDER BY seq_tup_read DESC
                """,
                [.text(look.schema), .integer(look.settings.largeRows)]
            ).rows
        }
        var answer = AdviceAnswer()
        for row in rows {
            guard let table = row[0] else { continue }
            answer.add(
                "sequential_scans",
                table,
                "read row by row \(row[1] ?? "?") times, through an index \(row[2] ?? "?") times; "
                    + "about \(row[3] ?? "?") rows",
                remedy: "find the statement and index what it filters by; the statement lists them "
                    + "where pg_stat_statements is there",
                statement:
                    "SELECT calls, mean_exec_time, query FROM pg_stat_statements WHERE query "
                    + "ILIKE \(TargetConnection.literal("%" + table + "%")) "
                    + "ORDER BY total_exec_time DESC LIMIT 10;"
            )
        }
        return answer
    }

    /// Indexes that cost a write each time and were never asked.
    static func unused(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        var answer = AdviceAnswer()
        let days = try countedDays(look)
        guard days ?? .infinity >= look.settings.unusedAfterDays else {
            let hours = Int((days ?? 0) * 24)
            answer.miss(
                "unused_index",
                "the server has counted for \(hours) h only: an index that a weekly report needs "
                    + "would look unused",
                remedy: "ask again after \(Int(look.settings.unusedAfterDays)) days, or now with "
                    + "--unused-after 0"
            )
            return answer
        }
        let rows = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT s.indexrelname, s.relname, pg_relation_size(s.indexrelid),
                    quote_ident(s.schemaname) || '.' || quote_ident(s.indexrelname)
                FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
                WHERE s.schemaname = $1 AND s.idx_scan = 0 AND NOT i.indisunique
                    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = s.indexrelid)
                ORDER BY 3 DESC, 1
                """,
                [.text(look.schema)]
            ).rows
        }
        for row in rows {
            guard let index = row[0], let name = row[3] else { continue }
            let size = GateWords.size(row[2].flatMap { Int($0) } ?? 0)
            answer.add(
                "unused_index",
                index,
                "no query used it since the server began to count; \(size) on \(row[1] ?? "")",
                remedy: "where no replica and no rare report needs it, let it go",
                statement: "DROP INDEX CONCURRENTLY \(name);"
            )
        }
        return answer
    }

    /// For how many days the server has counted what is used; nil when nobody can tell.
    private static func countedDays(_ look: AdviceLook) throws(MigrationError) -> Double? {
        try look.onTarget { target throws(TargetError) -> Double? in
            let reset = try target.query(
                """
                SELECT extract(epoch FROM now() - stats_reset) / 86400 FROM pg_stat_database
                WHERE datname = current_database()
                """
            ).first.flatMap(Double.init)
            // The application uses the indexes since its data is there.
            let run = try? target.query(
                """
                SELECT extract(epoch FROM now() - max(coalesce(finished_at, started_at))) / 86400
                FROM cutover.run WHERE run_id NOT LIKE 'dry-%'
                """
            ).first.flatMap(Double.init)
            return [reset, run ?? nil].compactMap { $0 }.min()
        }
    }

    /// Indexes of the same columns in the same order.
    static func duplicates(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        let rows = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT c.relname, kept.relname, t.relname,
                    quote_ident(n.nspname) || '.' || quote_ident(c.relname)
                FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid
                    AND b.indexrelid <> a.indexrelid AND b.indkey::text = a.indkey::text
                    AND b.indclass::text = a.indclass::text
                    AND b.indcollation::text = a.indcollation::text
                    AND b.indoption::text = a.indoption::text
                    AND a.indpred IS NULL AND b.indpred IS NULL
                    AND a.indexprs IS NULL AND b.indexprs IS NULL
                JOIN pg_class c ON c.oid = a.indexrelid JOIN pg_class t ON t.oid = a.indrelid
                JOIN pg_class kept ON kept.oid = b.indexrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                WHERE n.nspname = $1 AND a.indisvalid AND b.indisvalid
                    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = a.indexrelid)
                    AND a.indisunique <= b.indisunique
                    AND (EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = b.indexrelid)
                        OR b.indisunique > a.indisunique OR b.indexrelid < a.indexrelid)
                ORDER BY 1, 2
                """,
                [.text(look.schema)]
            ).rows
        }
        var answer = AdviceAnswer()
        var told: Set<String> = []
        for row in rows {
            guard let index = row[0], let name = row[3], told.insert(index).inserted else {
                continue
            }
            answer.add(
                "duplicate_index",
                index,
                "has the columns of \(row[1] ?? "") on \(row[2] ?? "") once more",
                remedy: "each write pays for both; the other one stays",
                statement: "DROP INDEX CONCURRENTLY \(name);"
            )
        }
        return answer
    }

    /// Tables of which the server knows nothing: it plans blindly.
    static func analyzed(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        let rows = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT s.relname, s.n_live_tup FROM pg_stat_user_tables s
                JOIN pg_class c ON c.oid = s.relid
                WHERE s.schemaname = $1 AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL
                    AND (s.n_live_tup > 0 OR c.relpages > 0)
                    AND NOT EXISTS (SELECT FROM pg_stats p
                        WHERE p.schemaname = s.schemaname AND p.tablename = s.relname)
                ORDER BY 1
                """,
                [.text(look.schema)]
            ).rows
        }
        var answer = AdviceAnswer()
        for row in rows {
            guard let table = row[0] else { continue }
            answer.add(
                "never_analyzed",
                table,
                "the server has no statistics of its \(row[1] ?? "?") rows, and plans blindly",
                remedy: "it takes moments and blocks nobody",
                statement: "ANALYZE \(look.name(table));"
            )
        }
        return answer
    }
}
