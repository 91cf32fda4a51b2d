import Glibc
import MigrationEngine

extension Model {
    /// What is wrong, in words, the worst first; empty when nothing is known to be wrong.
    var problems: [Span] {
        var found: [Span] = []
        var live = liveProblems
        // Nothing is worse than an application without its database.
        if lostSeconds != nil, !live.isEmpty { found.append(live.removeFirst()) }
        if let failure { found.append(Span(failure.message, .statusBad)) }
        if let unreadable, unreadable.message != failure?.message, lostSeconds == nil {
            found.append(Span(named(unreadable), .statusBad))
        }
        found += live
        if verification == nil, let run = unfinishedRun {
            let tables = "\(run.tables.done) of \(Figures.rows(run.tables.total, "table"))"
            let text =
                "a run is unfinished: \(tables) copied, in \(run.phase.rawValue); "
                + "\(key(stoppedCopy ?? .migrate)) goes on"
            found.append(Span(text, .statusWarn))
        } else if let compared {
            found += compared.tables.compactMap { Self.problem(with: $0) }
            found += breaches(of: compared)
        }
        if verification == nil, counts?.hasOnlyQuarantine != true,
            shownEarlierRun?.report?.ok == false
        {
            found.append(Span("the earlier run ended with findings", .statusWarn))
        }
        let quarantined = quarantinedRows
        if quarantined > 0 {
            found.append(Span(quarantineWords, .statusWarn))
        }
        return found
    }

    /// An error with the side that it concerns.
    func named(_ error: MigrationError) -> String {
        guard let side = error.place.side else { return error.message }
        return "\(Words.product(side)) \(identity.name(of: side)): \(error.message)"
    }

    /// References and identities that are not in order.
    private func breaches(of report: VerifyReport) -> [Span] {
        var found: [Span] = []
        for key in report.foreignKeys where (key.targetOrphans ?? 0) > 0 {
            let orphans = Figures.rows(key.targetOrphans ?? 0)
            found.append(Span("\(key.table): \(orphans) without \(key.references)", .statusBad))
        }
        // Before the keys are made no identity has been set: that is no finding.
        guard hasKeys else { return found }
        for table in report.tables {
            guard let sequence = table.sequence, !sequence.ok else { continue }
            found.append(Span("\(table.name): next id \(sequence.nextValue) is taken", .statusBad))
        }
        return found
    }

    /// Whether the run got past the phase in which identities are set.
    private var hasKeys: Bool {
        let early: Set<Progress.Phase> = [.starting, .backup, .census, .schema, .copy, .keys]
        if let run = earlier?.run { return run.isFinished || !early.contains(run.phase) }
        return report != nil || progress == nil || !early.contains(lastPhase)
    }

    /// The earlier run that m would go on with.
    var unfinishedRun: EarlierRun.Run? {
        shownEarlierRun.flatMap { $0.isFinished ? nil : $0 }
    }

    /// Whether the live side was changed from here after the comparison.
    var isChangedSince: Bool { verification != nil && (changedAt ?? 0) > (verifiedAt ?? 0) }

    /// The state of the data in a few words, for the line of truth.
    var verdict: Span {
        if lostSeconds == nil, let failure {
            let isStopped = failure.code == .interrupted
            return Span(isStopped ? "STOPPED" : "FAILED", isStopped ? .statusWarn : .statusBad)
        }
        if let live = liveVerdict { return live }
        if isReading {
            return downWords.map { Span($0, .statusWarn) } ?? Span("nothing read yet", .statusWait)
        }
        guard let verification, !isVerifying else { return verdictWithoutComparison }
        let unplanned = verification.tables.count { $0.status == .unplanned }
        let failed = verification.tables.count { $0.status == .different || $0.status == .missing }
        var words: [String] = []
        if failed > 0 { words.append("\(failed) FAIL") }
        if unplanned > 0 { words.append("\(unplanned) UNPLANNED") }
        guard words.isEmpty else { return Span(words.joined(separator: " "), .statusBad) }
        if verification.hasOnlyQuarantine { return quarantineVerdict(verification) }
        guard verification.ok, verification.quarantinedRows == 0 else {
            return Span("NOT EQUAL", .statusBad)
        }
        let tables = Figures.rows(verification.tables.count, "table")
        return isChangedSince
            ? Span("\(tables) equal, changed since", .statusWarn)
            : Span("\(tables) equal", .statusOK)
    }

    private var verdictWithoutComparison: Span {
        if operation != nil { return Span("not verified yet", .statusWait) }
        if let unreadable {
            let side = unreadable.place.side.map { Words.product($0) } ?? "A SIDE"
            return Span("\(side.uppercased()) CANNOT BE READ", .statusBad)
        }
        if unfinishedRun != nil { return Span("UNFINISHED", .statusWarn) }
        guard let counts else { return Span("not verified", .statusWait) }
        let different = counts.tables.count { $0.status.isProblem }
        if different > 0 {
            return Span("\(different) of \(counts.tables.count) counts differ", .statusBad)
        }
        if counts.hasOnlyQuarantine { return quarantineVerdict(counts) }
        return counts.ok && counts.quarantinedRows == 0
            ? Span("counts equal", .statusWait)
            : Span("NOT EQUAL", .statusBad)
    }

    /// Rows in quarantine are not in the target: the two sides are not equal.
    private func quarantineVerdict(_ report: VerifyReport) -> Span {
        let rows = Figures.rows(report.quarantinedRows)
        let whole = report.countsOnly ? "counts \(report.apart)" : report.apart
        let text = size.columns < 100 ? "\(rows) in quarantine" : whole
        return Span(text, report.ok ? .statusWarn : .statusBad)
    }

    /// Rows that did not fit, as far as is known.
    var quarantinedRows: Int {
        // Of a live run the newest look counts: rows come and go since the comparison.
        if isLiveRun, let rows = cutover.status.value?.quarantinedRows { return rows }
        if let compared { return compared.quarantinedRows }
        return progress?.tables.reduce(0) { $0 + $1.quarantinedRows }
            ?? earlier?.run?.quarantinedRows ?? 0
    }

    /// The same in words, and how many of them nobody has decided about where that is known.
    var quarantineWords: String {
        let rows = "\(Figures.rows(quarantinedRows)) in quarantine"
        return isLiveRun && waitingRows < quarantinedRows
            ? "\(rows), \(Figures.count(waitingRows)) undecided" : rows
    }

    /// What is being done, for the line of truth.
    var activity: String {
        guard let operation else {
            guard leaving == nil else { return "leaving" }
            if isReading { return "reading ..." }
            return isPostponed ? "not followed" : phase?.rawValue ?? "idle"
        }
        if operation.isCancelling { return operation.kind.mustFinish ? "undoing" : "stopping" }
        switch operation.kind {
        case .migrate: return lastPhase.rawValue
        case .verify: return "verify"
        case .follow: return "following"
        case .cutOver, .revert:
            return cutover.shown.current?.name ?? operation.kind.rawValue
        }
    }

    /// How the console ends: the status of the process and its last words.
    func ending(_ reason: Leaving) -> Exit {
        switch reason {
        case .asked: break
        case .signal(let number):
            let name = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][number]
            return Exit(
                status: 128 + number,
                message: "stopped by \(name ?? "signal \(number)")\(standingText)\(failureText)"
                    + farewellText
            )
        case .terminalGone:
            return Exit(
                status: 128 + SIGHUP,
                message: "the terminal is gone\(standingText)\(failureText)\(farewellText)"
            )
        }
        if let failure {
            return Exit(
                status: failure.exitStatus,
                message: told(failure) + farewellText
            )
        }
        if let standing {
            var isUndone = false
            if case .undone = lastOutcome { isUndone = true }
            let isAborted = cutover.isAborted && lastOutcome != nil
            return Exit(
                status: isAborted ? Self.abortedStatus : isUndone ? 1 : 0,
                message: standing + farewellText
            )
        }
        guard let verification else { return Exit(status: 0, message: identity.farewell ?? "") }
        let since = isChangedSince ? "; a workflow was switched since" : ""
        return Exit(
            status: verification.ok && report?.ok ?? true ? 0 : 1,
            message: verification.outcome(problems) + since + farewellText
        )
    }

    /// The status of a cutover or a way back that was ended on request, as of every other run.
    private static let abortedStatus = MigrationError(
        .interrupted,
        "",
        place: .init("console"),
        remedy: ""
    ).exitStatus

    /// An error; what to do next is said only where both sides stay.
    private func told(_ error: MigrationError) -> String {
        identity.farewell == nil ? error.description : error.message
    }

    private var farewellText: String { identity.farewell.map { "\n\($0)" } ?? "" }

    private var standingText: String { standing.map { "\n\($0)" } ?? "" }

    private var failureText: String { failure.map { "\n\(told($0))" } ?? "" }

    private static func problem(with table: VerifyReport.Table) -> Span? {
        switch table.status {
        case .equal, .waiting, .skipped: return nil
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

extension VerifyReport {
    /// Rows of the source that are not in the target because they did not fit.
    var quarantinedRows: Int { tables.reduce(0) { $0 + $1.quarantinedRows } }

    /// Whether nothing is different but for rows in quarantine.
    var hasOnlyQuarantine: Bool {
        quarantinedRows > 0
            && tables.allSatisfy { !$0.status.isProblem && $0.sequence?.ok != false }
            && foreignKeys.allSatisfy { ($0.targetOrphans ?? 0) == 0 }
    }

    /// Whether nothing is different but for rows that wait to be followed.
    var hasOnlyWaiting: Bool {
        !ok && tables.contains { $0.status == .waiting }
            && tables.allSatisfy { $0.status == .waiting || !$0.status.isProblem }
    }

    /// How the sides are equal when rows are in quarantine.
    var apart: String { "equal apart from \(Figures.rows(quarantinedRows)) in quarantine" }

    /// What was found, in one line.
    ///
    /// - Parameter problems: What is wrong, for a report that is not equal.
    /// - Returns: The line.
    func outcome(_ problems: [Span]) -> String {
        if hasOnlyQuarantine { return "the two sides are \(apart)" }
        if hasOnlyWaiting {
            return "the two sides are equal, but for rows that wait to be followed"
        }
        guard ok, quarantinedRows == 0 else {
            return "the two sides are not equal: "
                + problems.map(\.text).joined(separator: "; ")
        }
        let rows = tables.reduce(0) { $0 + ($1.sourceRows ?? 0) }
        return "verified: \(Figures.rows(tables.count, "table")) and "
            + "\(Figures.rows(rows)) are equal on both sides"
    }
}
