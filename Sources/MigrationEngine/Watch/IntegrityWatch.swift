/// Criteria about what the target must keep true by itself: references and next ids.
enum IntegrityWatch {
    /// All rows are looked at for their parents as seldom as this at the least, in seconds.
    private static let seldom = 300.0
    /// The rest between two counts, as many times as long as a count takes.
    private static let rest = 20.0

    static func references(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        if let last = look.memory.violations, last.finding.state == .good,
            look.elapsed < last.at + min(seldom, rest * last.cost)
        {
            return last.finding
        }
        let begun = look.elapsed
        let finding = try count(look)
        look.memory.violations = (finding, look.elapsed, look.elapsed - begun)
        return finding
    }

    private static func count(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let schema = look.options.schema
        return try look.onTarget { target throws(TargetError) -> WatchFinding in
            let keys = try TargetReference.all(target, schema: schema)
            var orphans: [String] = []
            var rows = 0.0
            for key in keys {
                let found = try target.query(key.count).integer ?? 0
                guard found > 0 else { continue }
                rows += Double(found)
                orphans.append(
                    "\(key.child): \(GateWords.count(Int(found), "row")) without \(key.parent)"
                )
            }
            let figure = WatchFinding.Figure(rows, "rows", limit: 0)
            guard orphans.isEmpty else {
                return .bad(
                    GateWords.list(orphans),
                    figure,
                    remedy: "somebody wrote with the constraints off: find the rows with cutover "
                        + "verify, and who did it in the server's log"
                )
            }
            return .good(
                "\(GateWords.count(keys.count, "foreign key")), no row without its parent",
                figure
            )
        }
    }

    static func sequences(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let schema = look.options.schema
        return try look.onTarget { target throws(TargetError) -> WatchFinding in
            let owned = try target.query(
                """
                SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname),
                    pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname),
                    c.relname || '.' || a.attname
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0
                    AND NOT a.attisdropped AND (a.attidentity <> '' OR a.atthasdef)
                    AND pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname)
                        IS NOT NULL
                ORDER BY 1, 2
                """,
                [.text(schema)]
            ).rows
            var behind: [String] = []
            for row in owned {
                guard let table = row[0], let column = row[1], let sequence = row[2] else {
                    continue
                }
                let found = try target.query(
                    """
                    SELECT (SELECT max(\(column)) FROM \(table)),
                        last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM \(sequence)
                    """
                ).rows[0]
                guard let highest = found[0].flatMap({ Int64($0) }),
                    let next = found[1].flatMap({ Int64($0) }), next <= highest
                else { continue }
                behind.append("\(row[3] ?? table): next id \(next), and \(highest) is taken")
            }
            let figure = WatchFinding.Figure(Double(behind.count), "sequences", limit: 0)
            guard behind.isEmpty else {
                return .bad(
                    GateWords.list(behind),
                    figure,
                    remedy: "SELECT setval(pg_get_serial_sequence('TABLE', 'COLUMN'), (SELECT "
                        + "max(COLUMN) FROM TABLE)); new rows are refused until then"
                )
            }
            return .good(
                "\(GateWords.count(owned.count, "sequence")), each above its highest id",
                figure
            )
        }
    }
}
