/// The criterion that each next id is free: of owned sequences, identities and plain defaults.
enum SequenceWatch {
    /// A column whose ids a sequence gives.
    private struct Column {
        var name: String
        var remedy: String
        var question: String
    }

    static func sequences(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        guard look.status.liveSide != .source else {
            return .unknown(
                "not judged while SQLite gives the ids: a cutover sets each sequence behind them",
                remedy: "nothing is to be done before the switch"
            )
        }
        let schema = look.options.schema
        return try look.onTarget { target throws(TargetError) -> WatchFinding in
            let columns = try columns(of: schema, target)
            var faults: [String] = []
            var remedies: [String] = []
            var hidden: [String] = []
            var first: TargetError?
            for column in columns {
                do throws(TargetError) {
                    guard let words = try fault(column, target) else { continue }
                    faults.append("\(column.name): \(words)")
                    remedies.append(column.remedy)
                } catch {
                    // One table that may not be read, or that is locked, hides no other.
                    guard ["42501", "55P03", "57014"].contains(error.sqlState) else { throw error }
                    first = first ?? error
                    hidden.append("\(column.name) (\(error.message))")
                }
            }
            let figure = WatchFinding.Figure(Double(faults.count), "sequences", limit: 0)
            guard faults.isEmpty else {
                return .bad(
                    GateWords.list(faults),
                    figure,
                    remedy: GateWords.list(remedies, most: 3)
                        + "; new rows are refused until then"
                )
            }
            // Who may read nothing is told so in the words for everything.
            if let first, hidden.count == columns.count { throw first }
            guard hidden.isEmpty else {
                return .blind(
                    "cannot be looked at: \(GateWords.list(hidden))",
                    remedy: "as the owner: GRANT SELECT on these tables and their sequences TO "
                        + "the user of --target"
                )
            }
            return .good(
                "\(GateWords.count(columns.count, "sequence")), each above its highest id",
                figure
            )
        }
    }

    /// What is wrong with the next id; nil when nothing is.
    private static func fault(
        _ column: Column,
        _ target: TargetConnection
    ) throws(TargetError) -> String? {
        guard let row = try target.query(column.question).rows.first, let next = row[0] else {
            return nil
        }
        if row[2] == "t" { return "next id \(next), and \(row[1] ?? "") is taken" }
        return row[3] == "t" ? "next id \(next), and the column ends before it" : nil
    }

    private static func columns(
        of schema: String,
        _ target: TargetConnection
    ) throws(TargetError) -> [Column] {
        // A default may take from a sequence that the column does not own.
        let rows = try target.query(
            """
            SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname),
                format('%I.%I', sn.nspname, s.relname), c.relname || '.' || a.attname,
                q.seqincrement, CASE WHEN q.seqincrement > 0
                    THEN least(q.seqmax, CASE a.atttypid WHEN 'int2'::regtype THEN 32767
                        WHEN 'int4'::regtype THEN 2147483647 ELSE q.seqmax END)
                    ELSE greatest(q.seqmin, CASE a.atttypid WHEN 'int2'::regtype THEN -32768
                        WHEN 'int4'::regtype THEN -2147483648 ELSE q.seqmin END) END,
                q.seqcycle,
                quote_literal(format('%I.%I', sn.nspname, s.relname))
            FROM (SELECT d.refobjid AS rel, d.refobjsubid AS num, d.objid AS seq
                    FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                        AND d.refobjsubid > 0
                UNION SELECT ad.adrelid, ad.adnum, d.refobjid
                    FROM pg_attrdef ad JOIN pg_depend d ON d.objid = ad.oid
                        AND d.classid = 'pg_attrdef'::regclass
                        AND d.refclassid = 'pg_class'::regclass) u
            JOIN pg_class c ON c.oid = u.rel JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num
            JOIN pg_class s ON s.oid = u.seq AND s.relkind = 'S'
            JOIN pg_namespace sn ON sn.oid = s.relnamespace
            JOIN pg_sequence q ON q.seqrelid = s.oid
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
                AND (a.attidentity <> '' OR a.atthasdef) AND a.atttypid IN ('int2'::regtype,
                    'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
            ORDER BY 1, 2
            """,
            [.text(schema)]
        ).rows
        return rows.compactMap { row in
            guard let table = row[0], let column = row[1], let sequence = row[2],
                let step = row[4], let end = row[5]
            else { return nil }
            let isFalling = step.hasPrefix("-")
            let (edge, passed) = isFalling ? ("min", ">=") : ("max", "<=")
            let isOver = row[6] == "t" ? "false" : "n.id \(isFalling ? "<" : ">") \(end)"
            return Column(
                name: row[3] ?? table,
                remedy: "SELECT setval(\(row[7] ?? ""), (SELECT \(edge)(\(column)) FROM \(table)))",
                question: """
                    SELECT n.id, m.id, n.id \(passed) m.id, \(isOver)
                    FROM (SELECT \(edge)(\(column)) AS id FROM \(table)) m, (SELECT last_value::numeric
                        + CASE WHEN is_called THEN \(step) ELSE 0 END AS id FROM \(sequence)) n
                    """
            )
        }
    }
}
