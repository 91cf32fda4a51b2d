import Crypto
import Foundation

/// Gates about the run: whether it is live, what it copied, how far it followed.
enum RunGates {
    /// A backup up to this size is hashed again each time; a larger one only by `check`.
    static let quickHash = 256_000_000

    static func liveRun(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        if let final = try context.final() {
            return .closed("\(final.words); \(FinalHandover.meaning)", remedy: final.remedy)
        }
        guard !context.isWithoutRun else {
            return .closed(
                "the target holds no live run yet",
                remedy: "start one into an empty database: cutover migrate --live"
            )
        }
        let (run, position) = (try context.run(), try context.position())
        if let conflict = try context.conflict() {
            return .closed(conflict.words, remedy: conflict.remedy)
        }
        guard position.liveSide == .source else {
            if let words = position.halfReverted {
                return .closed(
                    words,
                    remedy: "cutover revert finishes it; cutover switch opens PostgreSQL again, as "
                        + "long as nothing came back yet"
                )
            }
            let time = position.switchedAt.map { " since \($0)" } ?? ""
            return .closed(
                "the application works on PostgreSQL already\(time)",
                remedy: "nothing is left to switch; cutover revert goes back"
            )
        }
        guard run.isFinished else {
            return .closed(
                "the copy of run \(run.id) is not finished",
                remedy: "cutover migrate --live goes on with it"
            )
        }
        if case .other(let path) = RunIdentity(run, source: context.options.source) {
            return .closed(
                "the target holds the run of another source: \(SafeText.visible(path))",
                remedy: "give that file with --source, or another target"
            )
        }
        if case .displaced(let place, _, let source) = RunIdentity(
            run,
            source: context.options.source
        ), let words = place.words(source), let remedy = place.remedy {
            return .closed(words, remedy: remedy)
        }
        let capture = try context.capture()
        let isSame = try context.onSource { source throws(SourceError) in
            let mark = ChangeLog.Mark(seq: position.seq, at: position.at)
            guard capture.id == position.captureID, try ChangeLog.holds(mark, source) else {
                return false
            }
            return try ChangeLog.holds(position.read, source)
        }
        guard isSame else { return .unknown(FollowSession.replaced(context.options, "check")) }
        return .open(
            "run \(run.id); \(GateWords.count(capture.tables.count, "table")) captured, "
                + "\(GateWords.count(Int(position.applied), "change")) applied"
        )
    }

    static func copied(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let run = try context.run()
        guard run.isFinished else {
            return .closed(
                "the copy stopped in phase \(run.phase)",
                remedy: "cutover migrate --live goes on with it"
            )
        }
        let known = try context.journaled()
        guard let report = known.report.flatMap({ try? MigrateReport(json: $0) }) else {
            return .closed(
                "the journal holds no report of the copy",
                remedy: "begin anew: cutover migrate --live into an empty database"
            )
        }
        let lost = report.tables.filter { $0.sourceRows != $0.targetRows + $0.quarantinedRows }
        guard lost.isEmpty else {
            return .closed(
                "rows are neither in the target nor in quarantine: "
                    + GateWords.list(lost.map(\.name)),
                remedy: "cutover verify names them; begin anew into an empty database"
            )
        }
        let rows = report.tables.reduce(0) { $0 + $1.sourceRows }
        return .open(
            "\(GateWords.count(rows, "row")) of \(GateWords.count(report.tables.count, "table"))"
                + (known.endedAt.map { ", \(ago($0))" } ?? "")
        )
    }

    static func backup(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        var run = try context.journaled()
        // The path may be one from another folder.
        if access(run.backupPath, F_OK) != 0, let name = run.backupPath.split(separator: "/").last {
            run.backupPath = "\(context.directory.backups)/\(name)"
        }
        let remedy = "begin anew: cutover migrate --live, and keep its folder"
        var status = stat()
        guard stat(run.backupPath, &status) == 0 else {
            return .closed(
                "the backup is gone: \(SafeText.visible(run.backupPath))",
                remedy: remedy,
                for: "gone"
            )
        }
        let changed = GateFinding.closed(
            "the backup is not the file that was copied: \(SafeText.visible(run.backupPath))",
            remedy: remedy,
            for: "changed"
        )
        let size = Int(status.st_size)
        let report = run.report.flatMap { try? MigrateReport(json: $0) }
        if let known = report?.backup.sizeBytes, known != size { return changed }
        let isHashed =
            context.depth == .full || (context.depth == .quick && size <= quickHash)
        if isHashed {
            guard try SHA256.hexadecimal(ofFile: run.backupPath) == run.backupSHA256 else {
                return changed
            }
        } else if let end = run.endedAt, Double(status.st_mtim.tv_sec) > end {
            return changed
        }
        let stem = String(run.backupPath.dropLast(3))
        let beside = [stem + ".counts.txt", stem + ".schema.sql"]
        let missing = beside.filter { access($0, F_OK) != 0 }
        guard missing.isEmpty else {
            return .closed(
                "its row counts or schema are gone: \(GateWords.list(missing))",
                remedy: "cutover backup makes a whole one",
                for: "companions"
            )
        }
        return .open(
            "\(GateWords.size(size)), made \(ago(run.startedAt)), "
                + (isHashed ? "SHA-256 as recorded" : "size and time as recorded")
        )
    }

    static func lag(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let lag = try context.lag()
        guard lag.rows >= SwitchRun.fewChanges else {
            return .open("\(GateWords.count(lag.rows, "change")) to apply")
        }
        let age = String(format: "%.0f", lag.seconds)
        return .waiting(
            "\(lag.rows) changes wait, the oldest \(age) s old",
            remedy: "cutover follow applies them; cutover switch does it first, too"
        )
    }

    static func verified(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let known = try context.journal().verified
        let position = try context.position()
        guard let known else {
            return .closed(
                "nothing was compared since the copy",
                remedy: "cutover verify",
                for: "never"
            )
        }
        if let closed = try ComparedSince(context).closed(known) { return closed }
        guard known.ok else {
            if let earlier = try earlierComparison(context), earlier.ok {
                return .open(
                    "\(earlier.verdict), compared \(earlier.at); by the newest comparison only "
                        + "rows that wait to be followed are missing"
                )
            }
            return .closed(
                "\(known.verdict), compared \(ago(known.at))",
                remedy: try verifiedRemedy(context, known.verdict),
                for: known.verdict
            )
        }
        let changed =
            position.verifiedSeq == nil
            ? "changed rows will be compared from the first on"
            : "rows changed since are compared by follow and switch"
        return .open("\(known.verdict), compared \(ago(known.at)); \(changed)")
    }

    /// What opens the gate: where only rows in quarantine are apart, nothing differs that a
    /// comparison could name.
    private static func verifiedRemedy(
        _ context: CheckContext,
        _ verdict: String
    ) throws(MigrationError) -> String {
        let waiting = try quarantined(context).waiting
        if waiting > 0 {
            return
                "\(GateWords.count(waiting, "row")) in quarantine first: cutover quarantine list, "
                + "then replay or accept; then cutover verify"
        }
        return verdict.hasPrefix("equal apart from")
            ? "cutover verify, which counts what was decided about rows in quarantine since"
            : "let cutover follow catch up, then cutover verify names what differs"
    }

    /// The comparison that counts when the newest ones only met rows that wait, which the log names
    /// and which are compared when they were followed; nil when the newest one counts.
    private static func earlierComparison(
        _ context: CheckContext
    ) throws(MigrationError) -> (ok: Bool, verdict: String, at: String)? {
        let all = try Journal.comparisons(of: try context.run().id, in: context.directory)
        guard let newest = all.last, newest.isOnlyWaiting else { return nil }
        let since = try ComparedSince(context)
        if let counts = all.last(where: { !$0.isOnlyWaiting }), since.counts(counts.at) {
            return (counts.ok, counts.verdict, counts.at)
        }
        // The rows that wait are compared when they were followed, from the way back on.
        if since.hasChanged { return (true, "equal where nothing waited", newest.at) }
        let run = try context.journaled()
        let first = run.report.flatMap { try? MigrateReport(json: $0) }?.verify
        return first.map { ($0.ok, $0.verdict, Journal.moment(run.endedAt ?? 0)) }
    }

    /// Rows in quarantine that nobody decided about, accepted ones, and the newest number.
    private static func quarantined(
        _ context: CheckContext
    ) throws(MigrationError) -> (waiting: Int, accepted: Int, newest: Int) {
        let run = try context.run()
        let rows = try context.onTarget { target throws(TargetError) in
            let states = try RunState.QuarantineStates(target)
            return try target.query(
                """
                SELECT count(*) FILTER (WHERE \(states.isAbsent) AND NOT \(states.isAccepted)),
                    count(*) FILTER (WHERE \(states.isAccepted)), max(id)
                FROM cutover.quarantine WHERE run_id = $1
                """,
                [.text(run.id)]
            ).rows[0].map { $0.flatMap { Int($0) } ?? 0 }
        }
        return (rows[0], rows[1], rows[2])
    }

    static func quarantine(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let rows = try quarantined(context)
        guard rows.waiting == 0 else {
            return .closed(
                "\(GateWords.count(rows.waiting, "row")) in quarantine that nobody decided about",
                remedy: "cutover quarantine list, then replay or accept them",
                for: "\(rows.waiting) rows up to \(rows.newest)"
            )
        }
        return .open(
            rows.accepted == 0
                ? "no row is left out"
                : "\(GateWords.count(rows.accepted, "row")) left out, accepted"
        )
    }

    private static func ago(_ moment: Double) -> String {
        GateWords.ago(Date().timeIntervalSince1970 - moment)
    }
}
