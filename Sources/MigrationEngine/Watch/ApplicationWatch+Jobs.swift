/// Jobs that say in a table of the application that they run.
extension ApplicationWatch {
    /// A job that died in the middle says running until somebody looks: the completion was never
    /// written.
    static func jobs(_ look: WatchLook) throws(MigrationError) -> WatchFinding {
        let tables = try Profile.named(look).jobs
        guard !tables.isEmpty else { return .unknown("the profile names no table of jobs") }
        guard look.isTargetLive else { return .unknown("watched behind the switch") }
        var missing: [String] = []
        var stuck: [String] = []
        var running = 0
        for jobs in tables {
            guard let rows = try read(jobs, look) else {
                missing.append("\(jobs.table) with \(jobs.name), \(jobs.state) and \(jobs.since)")
                continue
            }
            running += rows.count
            for (name, since) in rows {
                guard
                    let age = try since.map({ since throws(MigrationError) in
                        try age(of: since, in: jobs.zone, look)
                    }) ?? nil
                else {
                    stuck.append("\(name): \(jobs.running), and nobody knows since when")
                    continue
                }
                if age < -ServerWatch.apart {
                    stuck.append("\(name): \(jobs.running) since \(ahead(age))")
                } else if age > jobs.seconds {
                    stuck.append("\(name): \(jobs.running), begun \(GateWords.ago(age))")
                }
            }
        }
        let figure = WatchFinding.Figure(Double(stuck.count), "jobs", limit: 0)
        guard stuck.isEmpty else {
            return .bad(
                GateWords.list(stuck),
                figure,
                remedy: "see whether its process lives; one that died has to be started again, and "
                    + "its row set to what became of it"
            )
        }
        guard missing.isEmpty else {
            return .unknown(
                "the target does not have \(GateWords.list(missing))",
                remedy: "correct [[jobs]] in the profile: --profile FILE"
            )
        }
        return .good("\(GateWords.count(running, "job")) running, none for too long", figure)
    }

    /// The jobs that say that they run, with the time of their start; nil without the columns.
    private static func read(
        _ jobs: Profile.Jobs,
        _ look: WatchLook
    ) throws(MigrationError) -> [(name: String, since: String?)]? {
        let quote = TargetConnection.quote
        return try look.rowsIfThere(
            """
            SELECT \(quote(jobs.name))::text, \(quote(jobs.since))::text
            FROM \(quote(look.options.schema)).\(quote(jobs.table))
            WHERE \(quote(jobs.state))::text = $1 ORDER BY 1 LIMIT 100
            """,
            [.text(jobs.running)]
        )?.map { ($0[0] ?? "", $0[1]) }
    }
}
