import Foundation

/// A connection to the newest run's rows in quarantine.
final class QuarantineSession {
    let target: TargetConnection
    let address: TargetAddress
    let run: RunState.Run

    /// Connects.
    ///
    /// - Parameters:
    ///   - options: The target.
    ///   - changes: Whether rows are changed: then no other process may do so, or migrate.
    /// - Throws: ``MigrationError``.
    init(_ options: Options, changes: Bool) throws(MigrationError) {
        (target, address) = try Target.connect(options, stage: "quarantine", purpose: "quarantine")
        let found = try Self.onTarget(target, address) { target throws(TargetError) in
            try RunState.newestRun(target, in: options.schema)
        }
        guard let found else {
            throw MigrationError(
                .usage,
                "the target has no run of cutover, and so no quarantine",
                place: .init("quarantine", side: .target, path: address.redacted),
                remedy: "give the target of a migration with --target, or migrate first: "
                    + "cutover migrate"
            )
        }
        run = found
        guard changes else { return }
        // The lock of `migrate`; it ends with the session.
        guard try TargetClaim(target: target, address: address).hold("quarantine") else {
            throw try Self.busy(options, target, address)
        }
        try onTarget { target throws(TargetError) in
            try RunState.addQuarantineColumns(target)
        }
    }

    /// Says who works on the target: the process that owns the run's folder, else what the server
    /// knows of one from elsewhere.
    private static func busy(
        _ options: Options,
        _ target: TargetConnection,
        _ address: TargetAddress
    ) throws(MigrationError) -> MigrationError {
        guard
            let owner = OurProcess.owner(of: RunDirectory(existing: options.runDirectory))
        else { return try TargetClaim(target: target, address: address).refusal("quarantine") }
        return MigrationError(
            .runBusy,
            "\(owner.words) works on this target; while it does, no row of the quarantine can be "
                + "decided about",
            place: .init("quarantine", side: .target, path: address.redacted),
            kept: .other("nothing was changed; the other process goes on"),
            remedy: owner.remedy
        )
    }

    /// Runs work on the target and wraps its errors.
    func onTarget<Value>(
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        try Self.onTarget(target, address, work)
    }

    private static func onTarget<Value>(
        _ target: TargetConnection,
        _ address: TargetAddress,
        _ work: (TargetConnection) throws(TargetError) -> Value
    ) throws(MigrationError) -> Value {
        try TargetFailure.wrapping(
            stage: "quarantine",
            address: address,
            kept: .other("rows that were decided about before stay as they are")
        ) { () throws(TargetError) in
            try work(target)
        }
    }

    /// Refuses a choice that names what is not there.
    ///
    /// - Parameter selection: The choice.
    /// - Throws: ``MigrationError`` of code `usage`, with what there is.
    func require(_ selection: QuarantineSelection) throws(MigrationError) {
        if !selection.ids.isEmpty {
            let (sql, values) = QuarantineSelection(ids: selection.ids).condition(run.id)
            let known = try onTarget { target throws(TargetError) in
                try target.query("SELECT q.id FROM cutover.quarantine q WHERE \(sql)", values)
            }
            let found = Set(known.rows.compactMap { $0[0].flatMap { Int64($0) } })
            if let unknown = selection.ids.first(where: { !found.contains($0) }) {
                throw try nothing("there is no row \(unknown) in quarantine")
            }
        }
        guard let table = selection.table else { return }
        let (sql, values) = QuarantineSelection(table: table).condition(run.id)
        let known = try onTarget { target throws(TargetError) in
            try target.query("SELECT FROM cutover.quarantine q WHERE \(sql) LIMIT 1", values)
        }
        guard known.affected == 0 else { return }
        throw try nothing("no row of a table \"\(SafeText.visible(table))\" is in quarantine")
    }

    private func nothing(_ message: String) throws(MigrationError) -> MigrationError {
        let rows = try onTarget { target throws(TargetError) in
            try target.query(
                """
                SELECT table_name, count(*), min(id), max(id) FROM cutover.quarantine
                WHERE run_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10
                """,
                [.text(run.id)]
            ).rows
        }
        let known = rows.map { row in
            let name = SafeText.visible(row[0] ?? "")
            return "\(row[1] ?? "") of \(name), numbers \(row[2] ?? "") to \(row[3] ?? "")"
        }
        return MigrationError(
            .usage,
            message,
            place: .init("quarantine", side: .target, path: address.redacted),
            remedy: known.isEmpty
                ? "the quarantine of the last run is empty"
                : "there are \(known.joined(separator: "; ")): see cutover quarantine list"
        )
    }
}
