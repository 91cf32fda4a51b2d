import Crypto
import Foundation

/// Gathers what is known of a run; a part that cannot be read is named, and the others are read.
final class EvidenceReader {
    private let options: Options
    private let cancellation: Cancellation
    private let context: CheckContext
    private var evidence = Evidence()

    init(_ options: Options, _ cancellation: Cancellation) {
        self.options = options
        self.cancellation = cancellation
        context = CheckContext(options, .full, cancellation)
    }

    /// Reads it all.
    ///
    /// - Returns: What is known.
    /// - Throws: ``MigrationError`` when there is no run to tell of, or it was stopped.
    func read() throws(MigrationError) -> Evidence {
        let id = try run()
        try part("source") { () throws(MigrationError) in try readSource() }
        try part("target") { () throws(MigrationError) in try readTarget(id) }
        if let at = evidence.run?.finalAt {
            // Not a failure to read: they were removed, and an earlier report has them.
            evidence.unknown.append(
                "mapping and quarantine: removed with schema cutover when the application was "
                    + "handed over for good at \(at); a report written before has them"
            )
        } else {
            try part("mapping") { () throws(MigrationError) in try readMapping(id) }
            try part("quarantine") { () throws(MigrationError) in try readQuarantine(id) }
        }
        try part("gates") { () throws(MigrationError) in try readGates() }
        try part("journal") { () throws(MigrationError) in try readJournal(id) }
        try part("backup") { () throws(MigrationError) in try readBackup(id) }
        return evidence
    }

    private func part(
        _ name: String,
        _ work: () throws(MigrationError) -> Void
    ) throws(MigrationError) {
        try cancellation.check("report", kept: .untouched)
        do throws(MigrationError) {
            try work()
        } catch {
            let cause = error.cause.map { " (\($0))" } ?? ""
            evidence.unknown.append("\(name): \(error.message)\(cause)")
        }
    }

    /// The run that is told of: the target's, or the journal's newest when it cannot be asked.
    private func run() throws(MigrationError) -> String {
        let directory = context.directory
        var run: Evidence.Run
        do throws(MigrationError) {
            run = try targetRun()
        } catch {
            guard let known = try? Journal.newestRun(in: directory) else { throw error }
            let final = (try? context.final()) ?? nil
            run = Evidence.Run(
                id: known.id,
                mode: known.mode,
                liveSide: final == nil ? "unknown" : Side.target.rawValue,
                sourceFingerprint: known.sourceFingerprint
            )
            run.finalAt = final?.at
        }
        if let known = try? Journal.newest(of: run.id, in: directory).run {
            run.migratedInto = known.target
            run.targetFingerprint = known.targetFingerprint
            run.startedAt = Journal.moment(known.startedAt)
            run.endedAt = known.endedAt.map { Journal.moment($0) }
            run.phase = known.phase
        }
        evidence.run = run
        return run.id
    }

    private func targetRun() throws(MigrationError) -> Evidence.Run {
        let (run, position) = try context.onTarget { target throws(TargetError) in
            let run = try RunState.newestRun(target, in: options.schema)
            return (
                run,
                try run.map { run throws(TargetError) in
                    try RunState.position(of: run.id, target)
                } ?? nil
            )
        }
        guard let run else { throw FollowSession.notLive("report", try context.target().1) }
        return Evidence.Run(
            id: run.id,
            mode: run.mode,
            liveSide: (position?.liveSide ?? .source).rawValue,
            sourceFingerprint: run.sourceFingerprint
        )
    }

    private func readSource() throws(MigrationError) {
        let (fingerprint, capture) = try context.onSource { source throws(SourceError) in
            (
                try SourceFile.fingerprint(source, path: options.source),
                try Capture.read(source)?.id
            )
        }
        evidence.source = Evidence.SourceSide(
            path: SourceFile.realPath(options.source),
            fingerprint: fingerprint,
            captureId: capture
        )
    }

    private func readTarget(_ run: String) throws(MigrationError) {
        let address = try context.target().1
        let (fingerprint, version) = try context.onTarget { target throws(TargetError) in
            (try Target.fingerprint(target), try target.query("SHOW server_version").first)
        }
        evidence.target = Evidence.TargetSide(
            address: address.redacted,
            fingerprint: fingerprint,
            serverVersion: version ?? "",
            schema: options.schema
        )
    }

    private func readMapping(_ run: String) throws(MigrationError) {
        let (records, names) = try context.onTarget { target throws(TargetError) in
            (try RunState.records(of: run, target), try NameMap(target, run: run))
        }
        evidence.mapping = records.pairs.sorted { $0.name < $1.name }.map { name, record in
            Evidence.Mapped(
                table: name,
                target: record.skip == nil ? names.table(name) : nil,
                skip: record.skip,
                columns: record.columns.map { column in
                    Evidence.Mapped.Column(
                        source: column.source,
                        target: column.target,
                        type: column.type,
                        conversions: column.conversions.map(\.rawValue),
                        expression: column.expression,
                        skip: column.skip
                    )
                }
            )
        }
    }

    private func readQuarantine(_ run: String) throws(MigrationError) {
        evidence.quarantine = try context.onTarget { target throws(TargetError) in
            let groups = try QuarantineReader(target, run: run).groups(QuarantineSelection())
            guard try RunState.hasQuarantineColumns(target) else {
                return Evidence.Quarantined(groups: groups, decisions: [])
            }
            let rows = try target.query(
                """
                SELECT CASE WHEN replayed_at IS NULL THEN 'accepted' ELSE 'replayed' END,
                    coalesce(replayed_by, accepted_by, ''),
                    CASE WHEN replayed_at IS NULL THEN accept_reason END, count(*)
                FROM cutover.quarantine
                WHERE run_id = $1 AND (replayed_at IS NOT NULL OR accepted_at IS NOT NULL)
                GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                """,
                [.text(run)]
            ).rows
            return Evidence.Quarantined(
                groups: groups,
                decisions: rows.map { row in
                    .init(
                        outcome: row[0] ?? "",
                        by: row[1] ?? "",
                        reason: row[2],
                        rows: row[3].flatMap { Int($0) } ?? 0
                    )
                }
            )
        }
    }

    private func readGates() throws(MigrationError) {
        // Gates are about the way there; behind the handover they are as the switch found them.
        guard evidence.run?.liveSide == Side.source.rawValue else { return }
        evidence.gates = try CutoverCheck.run(options, .full, cancellation: cancellation).gates.map
        {
            Evidence.GateState(
                name: $0.name,
                title: $0.title,
                kind: $0.kind,
                state: $0.state,
                decision: $0.decision
            )
        }
    }

    private func readJournal(_ run: String) throws(MigrationError) {
        let directory = context.directory
        evidence.verifications = try Journal.comparisons(of: run, in: directory)
        evidence.gateWords = try Journal.gateWords(of: run, in: directory)
        evidence.steps = try Journal.steps(of: run, in: directory)
        evidence.actions = try Journal.actions(in: directory)
        let decoder = JSONDecoder.report
        for outcome in try Journal.outcomes(of: run, in: directory) {
            let json = Data(outcome.report.utf8)
            switch outcome.verb {
            case "gates":
                evidence.gatesAtSwitch = try? decoder.decode(CheckReport.self, from: json)
            case "switch":
                guard let report = try? decoder.decode(SwitchReport.self, from: json) else {
                    continue
                }
                evidence.switches.append(.init(at: outcome.at, report: report))
            case "revert":
                guard let report = try? decoder.decode(RevertReport.self, from: json) else {
                    continue
                }
                evidence.reverts.append(Self.withoutKeys(report, at: outcome.at))
            case "reconcile":
                guard let report = try? decoder.decode(ReconciliationReport.self, from: json)
                else { continue }
                evidence.reconciliations.append(Self.withoutRows(report, at: outcome.at))
            default: continue
            }
        }
    }

    private static func withoutRows(
        _ report: ReconciliationReport,
        at: String
    ) -> Evidence.Reconciled {
        Evidence.Reconciled(
            at: at,
            ok: report.ok,
            checks: report.checks.map {
                .init(
                    name: $0.name,
                    verdict: $0.verdict,
                    source: $0.source?.figure,
                    target: $0.target?.figure
                )
            }
        )
    }

    /// A way back names the keys of rows; the evidence only counts them.
    private static func withoutKeys(_ report: RevertReport, at: String) -> Evidence.Reverted {
        Evidence.Reverted(
            at: at,
            ok: report.ok,
            replayedChanges: report.replayedChanges,
            writeFreezeSeconds: report.writeFreezeSeconds,
            steps: report.steps,
            tables: report.tables.map {
                .init(
                    name: $0.name,
                    inserted: $0.inserted,
                    updated: $0.updated,
                    deleted: $0.deleted
                )
            }
        )
    }

    private func readBackup(_ id: String) throws(MigrationError) {
        guard let run = try Journal.newest(of: id, in: context.directory).run else { return }
        let report = run.report.flatMap { try? MigrateReport(json: $0) }
        if let report {
            evidence.copy = Evidence.Copy(
                ok: report.ok,
                seconds: report.seconds,
                phases: report.phases,
                tables: report.tables,
                conversions: report.conversions,
                skipped: report.skipped,
                verify: (report.verify?.tables ?? []).map(Journal.VerifiedTable.init)
            )
        }
        let name = run.backupPath.split(separator: "/").last.map(String.init) ?? ""
        let places: [String] = [run.backupPath, "\(context.directory.backups)/\(name)"]
        let path = places.first { place in access(place, R_OK) == 0 }
        evidence.backup = Evidence.BackupFile(
            path: run.backupPath,
            sha256: run.backupSHA256,
            sha256Now: try path.map { path throws(MigrationError) in
                try SHA256.hexadecimal(ofFile: path)
            },
            sizeBytes: report?.backup.sizeBytes
        )
    }
}
