/// The troubles that a move to PostgreSQL is known for, each by its symptom.
enum TroubleAdvice {
    /// Connections that run out: the application says "connection pool exhausted".
    static func pool(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        var answer = AdviceAnswer()
        let (limits, users) = try look.onTarget { target throws(TargetError) in
            (
                try TargetGates.limits(target),
                try target.query(
                    """
                    SELECT format('%s of "%s" %s', count(*), coalesce(application_name, '?'),
                        coalesce(state, 'hidden'))
                    FROM pg_stat_activity WHERE backend_type = 'client backend'
                        AND pid <> pg_backend_pid()
                    GROUP BY application_name, state ORDER BY count(*) DESC LIMIT 5
                    """
                ).rows.compactMap { $0[0] }
            )
        }
        for limit in limits where Double(limit.used) >= ServerWatch.busy * Double(limit.most) {
            answer.add(
                "pool_exhausted",
                limit.name,
                "\(limit.used) of \(limit.most) connections of \(limit.name) are used: "
                    + GateWords.list(users),
                as: .fault,
                remedy: "make the pools of all processes together smaller than the limit; the "
                    + "statement ends what was idle for ten minutes",
                statement: """
                    SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid() \
                    AND state = 'idle' AND state_change < now() - interval '10 minutes';
                    """
            )
        }
        return answer
    }

    /// Rows that their foreign key would refuse, and keys that nobody has looked through.
    static func orphans(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        let keys = try look.onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT k.conrelid::regclass::text, k.confrelid::regclass::text,
                    string_agg(format('c.%I = p.%I', a.attname, b.attname), ' AND '),
                    string_agg(format('c.%I IS NOT NULL', a.attname), ' AND '),
                    quote_ident(k.conname), k.convalidated
                FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS u(own, other)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
                JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.other
                WHERE n.nspname = $1 AND k.contype = 'f'
                GROUP BY k.oid, k.conrelid, k.confrelid ORDER BY 1, 2
                """,
                [.text(look.schema)]
            ).rows
        }
        var answer = AdviceAnswer()
        for key in keys {
            guard let child = key[0], let parent = key[1], let pairs = key[2], let known = key[3]
            else { continue }
            let rest =
                "FROM \(child) c WHERE \(known) AND NOT EXISTS "
                + "(SELECT FROM \(parent) p WHERE \(pairs))"
            let rows = try look.onTarget { target throws(TargetError) in
                try target.query("SELECT count(*) \(rest)").integer ?? 0
            }
            if rows > 0 {
                answer.add(
                    "orphans",
                    child,
                    "\(GateWords.count(Int(rows), "row")) without \(parent): written with the "
                        + "constraints off, or the parents went",
                    as: .fault,
                    remedy: "look at the rows with the statement; bring the parents back, or let "
                        + "the application delete the rows; cutover verify compares with SQLite",
                    statement: "SELECT c.* \(rest) LIMIT 20;"
                )
            } else if key[5] == "f" {
                answer.add(
                    "unvalidated_reference",
                    child,
                    "the foreign key \(key[4] ?? "") to \(parent) was never checked for old rows",
                    remedy: "have the server check them; it reads the table once",
                    statement: "ALTER TABLE \(child) VALIDATE CONSTRAINT \(key[4] ?? "");"
                )
            }
        }
        return answer
    }

    /// Columns that took another type than the code writes: "column is of type boolean but
    /// expression is of type integer".
    static func types(_ look: AdviceLook) throws(MigrationError) -> AdviceAnswer {
        var answer = AdviceAnswer()
        let (columns, counters) = try look.onTarget { target throws(TargetError) in
            (
                try target.query(
                    """
                    SELECT c.relname || '.' || a.attname FROM pg_attribute a
                    JOIN pg_class c ON c.oid = a.attrelid
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0
                        AND NOT a.attisdropped AND a.atttypid = 'boolean'::regtype
                    ORDER BY 1
                    """,
                    [.text(look.schema)]
                ).rows.compactMap { $0[0] },
                try ServerCounters(target)
            )
        }
        let records = CodeRecord.all(in: RunDirectory(existing: look.options.runDirectory))
        if let record = records.first, record.totals.failed > 0 {
            answer.add(
                "type_mismatch",
                record.folder,
                "\(GateWords.count(record.totals.failed, "statement")) of the application's code "
                    + "\(record.totals.failed == 1 ? "was" : "were") refused by this target when "
                    + "it was proven at \(record.at)",
                as: .fault,
                remedy: "cutover code check \(SafeText.shellWord(record.folder)) names each with "
                    + "the server's own words; cutover code fix edits what is proven"
            )
        }
        guard !columns.isEmpty else { return answer }
        let share = counters.rollbacks * 100 / max(1, counters.commits + counters.rollbacks)
        let isFailing = counters.rollbacks >= 20 && share >= 20
        // Proven code writes no 1 into a boolean; without a proof the columns are worth a word.
        guard isFailing || records.isEmpty else { return answer }
        answer.add(
            "type_mismatch",
            GateWords.list(columns),
            "boolean here, 1 and 0 in SQLite: code that writes or compares numbers is refused "
                + "(42804, 42883); \(counters.rollbacks) transactions were rolled back, \(share) %",
            as: isFailing ? .fault : .advice,
            remedy: "cutover code check DIR finds each such statement; where the code cannot be "
                + "changed, the profile can give the column an integer type"
        )
        return answer
    }
}
