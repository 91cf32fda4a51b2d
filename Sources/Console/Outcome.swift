import Glibc
import MigrationEngine

extension Model {
    /// What is wrong, in words, the worst first; empty when nothing is known to be wrong.
    var problems: [Span] {
        var found: [Span] = []
        if let failure { found.append(Span(failure.message, .statusBad)) }
        found += (compared?.tables ?? []).compactMap { Self.problem(with: $0) }
        for key in compared?.foreignKeys ?? [] where (key.targetOrphans ?? 0) > 0 {
            let orphans = Figures.rows(key.targetOrphans ?? 0)
            found.append(
                Span("\(key.table): \(orphans) without \(key.references)", .statusBad)
            )
        }
        for table in compared?.tables ?? [] {
            guard let sequence = table.sequence, !sequence.ok else { continue }
            found.append(Span("\(table.name): next id \(sequence.nextValue) is taken", .statusBad))
        }
        if verification == nil, shownEarlierRun?.report?.ok == false {
            found.append(Span("the earlier run ended with findings", .statusWarn))
        }
        let quarantined = quarantinedRows
        if quarantined > 0 {
            found.append(Span("\(Figures.rows(quarantined)) in quarantine", .statusWarn))
        }
        return found
    }

    /// The state of the data in a few words, for the line of truth.
    var verdict: Span {
        if failure != nil {
            let isStopped = failure?.code == .interrupted
            return Span(isStopped ? "STOPPED" : "FAILED", isStopped ? .statusWarn : .statusBad)
        }
        guard let verification, !isVerifying else {
            if operation != nil { return Span("not verified yet", .statusWait) }
            guard let counts else { return Span("not verified", .statusWait) }
            let different = counts.tables.count { $0.status != .equal }
            return counts.ok
                ? Span("counts equal", .statusWait)
                : Span("\(different) of \(counts.tables.count) counts differ", .statusBad)
        }
        let unplanned = verification.tables.count { $0.status == .unplanned }
        let failed = verification.tables.count { $0.status == .different || $0.status == .missing }
        var words: [String] = []
        if failed > 0 { words.append("\(failed) FAIL") }
        if unplanned > 0 { words.append("\(unplanned) UNPLANNED") }
        if words.isEmpty, !verification.ok || quarantinedRows > 0 { words.append("NOT EQUAL") }
        guard words.isEmpty else { return Span(words.joined(separator: " "), .statusBad) }
        return Span("\(verification.tables.count) tables equal", .statusOK)
    }

    /// Rows that did not fit, as far as is known.
    var quarantinedRows: Int {
        if let compared { return compared.tables.reduce(0) { $0 + $1.quarantinedRows } }
        return progress?.tables.reduce(0) { $0 + $1.quarantinedRows }
            ?? earlier?.run?.quarantinedRows ?? 0
    }

    /// What is being done, for the line of truth.
    var activity: String {
        guard let operation else {
            return leaving == nil ? "idle" : "leaving"
        }
        if operation.isCancelling { return "stopping" }
        guard operation.kind == .migrate else { return "verify" }
        return lastPhase.rawValue
    }

    /// How the console ends: the status of the process and its last words.
    func ending(_ reason: Leaving) -> Exit {
        switch reason {
        case .asked: break
        case .signal(let number):
            let name = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][number]
            return Exit(
                status: 128 + number,
                message: "stopped by \(name ?? "signal \(number)")\(failureText)"
            )
        case .terminalGone:
            return Exit(status: 128 + SIGHUP, message: "the terminal is gone\(failureText)")
        }
        if let failure { return Exit(status: failure.exitStatus, message: failure.description) }
        guard let verification else { return Exit(status: 0, message: "") }
        guard verification.ok, report?.ok ?? true else {
            return Exit(
                status: 1,
                message: "the two sides are not equal: "
                    + problems.map(\.text).joined(separator: "; ")
            )
        }
        let rows = verification.tables.reduce(0) { $0 + ($1.sourceRows ?? 0) }
        return Exit(
            status: 0,
            message: "verified: \(Figures.rows(verification.tables.count, "table")) and "
                + "\(Figures.rows(rows)) are equal on both sides"
        )
    }

    private var failureText: String { failure.map { "\n\($0.description)" } ?? "" }

    private static func problem(with table: VerifyReport.Table) -> Span? {
        switch table.status {
        case .equal, .waiting: return nil
        case .unplanned: return Span("\(table.name): not in the plan", .statusUnplanned)
        case .missing: return Span("\(table.name): not in the target", .statusBad)
        case .different: break
        }
        var parts: [String] = []
        if table.missing > 0 { parts.append("\(Figures.count(table.missing)) missing") }
        if table.extra > 0 { parts.append("\(Figures.count(table.extra)) extra") }
        if table.different > 0 { parts.append("\(Figures.count(table.different)) changed") }
        let what = parts.isEmpty ? "differs" : parts.joined(separator: ", ")
        return Span("\(table.name): \(what)", .statusBad)
    }
}
