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
            try TargetReference.all(target, schema: look.schema)
        }
        var answer = AdviceAnswer()
        for key in keys {
            let rows = try look.onTarget { target throws(TargetError) in
                try target.query(key.count).integer ?? 0
            }
            if rows > 0 {
                answer.add(
                    "orphans",
                    key.child,
                    "\(GateWords.count(Int(rows), "row")) without \(key.parent): written with the "
                        + "constraints off, or the parents went",
                    as: .fault,
                    remedy: "look at the rows with the statement; bring the parents back, or let "
                        + "the application delete the rows; cutover verify compares with SQLite",
                    statement: key.sample
                )
            } else if !key.isValidated {
                answer.add(
                    "unvalidated_reference",
                    key.child,
                    "the foreign key \(key.name) to \(key.parent) was never checked for old rows",
                    remedy: "have the server check them; it reads the table once",
                    statement: "ALTER TABLE \(key.child) VALIDATE CONSTRAINT \(key.name);"
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
