/// Criteria about what the target must keep true by itself: references and next ids.
enum IntegrityWatch {
    /// All rows are looked at for their parents as seldom as this at the least, in seconds.
    private static let seldom = 300.0
    /// The rest between two counts, as many times as long as a count takes.
    private static let rest = 20.0

    static func references(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        if let last = look.memory.violations, last.finding.state != .bad,
            look.elapsed < last.at + min(seldom, rest * last.cost)
        {
            return last.finding
        }
        let begun = look.elapsed
        let finding: WatchFinding
        do throws(MigrationError) {
            finding = try count(look)
        } catch {
            // 57014: a count that the server ended would be as long in the next look.
            guard case .postgres("57014", _, _, _) = error.cause else { throw error }
            finding = .blind(
                "counting the rows without their parent takes more than "
                    + "\(WatchLook.statementSeconds) s",
                remedy: "cutover verify takes its time"
            )
        }
        look.memory.violations = (finding, look.elapsed, look.elapsed - begun)
        return finding
    }

    private static func count(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let schema = look.options.schema
        return try look.onTarget { target throws(TargetError) -> WatchFinding in
            let keys = try TargetReference.all(target, schema: schema)
            guard !keys.isEmpty || look.status.liveSide != .source else {
                return .unknown(
                    "not judged while SQLite is live: no foreign key stands before the cutover",
                    remedy: "nothing is to be done before the switch"
                )
            }
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

    /// A table of the run that is gone is a fault; one that only the profile names is not.
    static func tables(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let schema = look.options.schema
        return try look.onTarget { target throws(TargetError) -> WatchFinding in
            guard let run = try RunState.newestRun(target, in: schema), run.isFinished else {
                return .unknown("no run that has ended is known here")
            }
            let rows = try target.query(
                """
                SELECT target_name, to_regclass(format('%I.%I', $2::text, target_name)) IS NULL
                FROM cutover.mapping WHERE run_id = $1 AND target_name <> '' ORDER BY 1
                """,
                [.text(run.id), .text(schema)]
            ).rows
            let gone = rows.filter { $0[1] == "t" }.compactMap { $0[0] }
            let figure = WatchFinding.Figure(Double(gone.count), "tables", limit: 0)
            guard gone.isEmpty else {
                return .bad(
                    "gone from schema \(schema): \(GateWords.list(gone))",
                    figure,
                    remedy: "the server's log says who dropped or renamed it; ALTER TABLE NEW_NAME "
                        + "RENAME TO the old one gives it back; what was dropped is in the "
                        + "server's own backups, and in the SQLite file as it was at the switch"
                )
            }
            return .good("\(GateWords.count(rows.count, "table")) of the run", figure)
        }
    }

    /// Refuses a schema in which nothing of a run can be.
    static func requireSchema(_ look: WatchLook) throws(MigrationError) {
        let schema = look.options.schema
        let problem = try look.onTarget { target throws(TargetError) -> (String, [String])? in
            let isThere = try target.query(
                "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)",
                [.text(schema)]
            )
            var runs: [String] = []
            do throws(TargetError) {
                if try RunState.newestRun(target) != nil {
                    runs = try target.query(
                        "SELECT DISTINCT schema_name FROM cutover.run "
                            + "WHERE run_id NOT LIKE 'dry-%' ORDER BY 1"
                    ).rows.compactMap { $0[0] }
                }
            } catch {
                // 42501: whoever may not see the runs is told so by the criteria.
                guard error.sqlState == "42501" else { throw error }
            }
            if isThere.first != "t" { return ("the target has no schema \"\(schema)\"", runs) }
            guard !runs.isEmpty, !runs.contains(schema) else { return nil }
            return ("the schema \"\(schema)\" holds the tables of no run", runs)
        }
        guard let (words, runs) = problem else { return }
        throw MigrationError(
            .configuration,
            SafeText.visible(words),
            place: .init("watch", side: .target),
            remedy: runs.isEmpty
                ? "give the schema with the application's tables: --schema NAME"
                : "give the schema of the run: --schema \(runs.joined(separator: " or "))"
        )
    }
}
