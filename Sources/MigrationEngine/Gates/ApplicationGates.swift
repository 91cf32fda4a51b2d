import Foundation

/// Gates about the application: its workflows, its processes, its own conditions.
enum ApplicationGates {
    static func toggles(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let views = try context.profile().workflows
        guard !views.isEmpty else {
            return .open(
                "the profile names no workflows: nobody is paused, writes are blocked all the same"
            )
        }
        let first = try compare(context)
        guard let first, first.differs.isEmpty == false else { return finding(first, views) }
        if let kept = try quarantined(context, first) { return kept }
        // Somebody may have turned one between two looks; what is still to be applied may differ.
        for _ in 0..<3 {
            if try context.lag().rows > 0 {
                return .waiting(
                    "still to be applied: \(GateWords.list(first.differs))",
                    remedy: "cutover follow applies it; cutover switch does it first, too"
                )
            }
            let again = try compare(context)
            if again?.differs.isEmpty != false { return finding(again, views) }
        }
        return finding(first, views)
    }

    private struct Comparison {
        var source: [WorkflowRow]
        var differs: [String]
        /// The table of the toggles, as the source spells it.
        var table: String
    }

    /// What closes the gate where toggles that the target lacks are in quarantine; nil elsewhere.
    private static func quarantined(
        _ context: CheckContext,
        _ comparison: Comparison
    ) throws(MigrationError) -> GateFinding? {
        let run = try context.run().id
        let rows = try context.onTarget { target throws(TargetError) in
            let states = try RunState.QuarantineStates(target)
            return try target.query(
                """
                SELECT count(*) FROM cutover.quarantine
                WHERE run_id = $1 AND table_name = $2 AND \(states.isAbsent)
                """,
                [.text(run), .text(comparison.table)]
            ).integer ?? 0
        }
        guard rows > 0 else { return nil }
        let table = SafeText.visible(comparison.table)
        let names = GateWords.list(comparison.differs)
        return .closed(
            "not the same on both sides: \(names); \(GateWords.count(Int(rows), "row")) of "
                + "\(table) in quarantine, and a workflow without its row cannot be turned on there",
            remedy: "cutover quarantine list --table \(table), then replay the rows, with --set "
                + "where a value does not fit",
            for: names
        )
    }

    /// Reads both sides; nil when this application has no workflows after all.
    private static func compare(
        _ context: CheckContext
    ) throws(MigrationError) -> Comparison? {
        let target = try Workflows.list(options: context.options, side: .target).workflows
        let reader = LiveReader(options: context.options, side: .source)
        let source = try reader.workflows().workflows
        let table = try reader.workflowTable().relation.name
        let there = NameTable(target.map { ($0.name, $0.enabled) })
        var differs = source.filter { there[$0.name] != $0.enabled }.map(\.name)
        let here = NameSet(source.map(\.name))
        differs += target.filter { !here.contains($0.name) }.map(\.name)
        return Comparison(source: source, differs: differs.sorted(), table: table)
    }

    private static func finding(
        _ comparison: Comparison?,
        _ views: [Profile.Workflows]
    ) -> GateFinding {
        guard let comparison else { return .open("no workflows") }
        let here = NameSet(comparison.source.map(\.name))
        let missing = views.flatMap(\.names).filter { !here.contains($0) }
        guard missing.isEmpty else {
            return .closed(
                "workflows of the profile have no toggle, and without one they run: "
                    + GateWords.list(missing),
                remedy: "add the rows to the application's table, or correct the profile",
                for: GateWords.list(missing)
            )
        }
        guard comparison.differs.isEmpty else {
            return .closed(
                "not the same on both sides: \(GateWords.list(comparison.differs))",
                remedy: "cutover verify shows the rows; somebody wrote the target",
                for: GateWords.list(comparison.differs)
            )
        }
        return .open(
            GateWords.list(
                comparison.source.map { "\($0.name) \($0.enabled ? "on" : "off")" },
                most: 20
            )
        )
    }

    static func fileHolders(_ context: CheckContext) -> GateFinding {
        let all = FileHolders.of(context.options.source)
        let own = all.compactMap { holder in holder.verb.map { "cutover \($0) (pid \(holder.pid))" }
        }
        let holders = all.filter { $0.verb == nil }
        let names = holders.map { "\($0.pid) \($0.command.prefix(80))" }
        let found =
            holders.isEmpty
            ? "no process of the application that we may see has it open"
            : "open in \(GateWords.count(holders.count, "process", "processes")), which must obey "
                + "the toggles or will be refused: \(GateWords.list(names, most: 12))"
        return .open(
            found
                + (own.isEmpty
                    ? ""
                    : "; beside it our own \(GateWords.list(own, most: 4)): one that follows must "
                        + "have ended when the switch begins")
        )
    }

    /// The evidence that `rehearse` leaves.
    private struct Rehearsal: Decodable {
        struct Range: Decodable {
            var low: Double
            var high: Double
        }

        var ok: Bool
        var at: String
        var runs: [Run]?
        var predictedFreezeSeconds: Range?
        var sourceFingerprint: String?

        struct Run: Decodable {
            var seconds: Double
        }
    }

    static func rehearsal(_ context: CheckContext) throws(MigrationError) -> GateFinding {
        let path = context.directory.reports + "/rehearsal.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            return .closed("no rehearsal is recorded", remedy: "cutover rehearse", for: "none")
        }
        let decoder = JSONDecoder.report
        guard let found = try? decoder.decode(Rehearsal.self, from: data) else {
            return .closed(
                "the record of the rehearsal cannot be read: \(SafeText.visible(path))",
                remedy: "cutover rehearse",
                for: "unreadable"
            )
        }
        let when = SafeText.visible(found.at)
        guard found.ok else {
            return .closed(
                "the rehearsal of \(when) failed",
                remedy: "cutover rehearse, after what it names is mended",
                for: "failed \(when)"
            )
        }
        let fingerprint = try fingerprint(context)
        if let rehearsed = found.sourceFingerprint, rehearsed != fingerprint {
            return .closed(
                "the rehearsal of \(when) was of another source or schema",
                remedy: "cutover rehearse with this source",
                for: "other \(rehearsed)"
            )
        }
        let runs = GateWords.count(found.runs?.count ?? 0, "run")
        let freeze = found.predictedFreezeSeconds.map {
            String(format: "; writes will be blocked for %.2f to %.2f s", $0.low, $0.high)
        }
        return .open("\(runs) on \(when)\(freeze ?? "")")
    }

    /// The fingerprint of the run, or of the source before there is one.
    private static func fingerprint(
        _ context: CheckContext
    ) throws(MigrationError) -> String {
        guard context.isWithoutRun else { return try context.run().sourceFingerprint }
        return try context.onSource { source throws(SourceError) in
            try SourceFile.fingerprint(source, path: context.options.source)
        }
    }

    // MARK: - The profile's own

    /// Looks whether a condition of the profile holds on the source.
    static func look(
        _ gate: Profile.OwnGate,
        _ context: CheckContext
    ) throws(MigrationError) -> GateFinding {
        let reader = LiveReader(options: context.options, side: .source)
        return try reader.read("check") { session throws(LiveFailure) in
            let fitting = gate.variants.first { session.shape.missing($0.needs) == nil }
            guard let variant = fitting else {
                let missing = gate.variants.first.flatMap { session.shape.missing($0.needs) }
                return .open("does not apply: the source has not \(missing ?? "what it needs")")
            }
            let words = FigureSQL(parameters: session.profile.parameters, now: Date())
            guard case .success(let sql) = words.fill(variant.sql) else {
                return .closed(
                    "a word of its query is not given under [parameters]",
                    remedy: "complete the profile"
                )
            }
            let found: [[String?]]
            do throws(LiveFailure) {
                found = try session.connection.rows(
                    "SELECT count(*) FROM (\(sql))",
                    within: gate.seconds,
                    context.cancellation
                )
            } catch {
                guard error.isTooLate, !context.cancellation.isCancelled else { throw error }
                return endless(gate)
            }
            guard let rows = found.first.flatMap({ $0[0] }), let count = Int(rows) else {
                return .closed("its query gave no count", remedy: "correct the profile")
            }
            guard count > 0 else { return .open("nothing was found that must not be there") }
            return .closed(
                "\(GateWords.count(count, "row")) found",
                remedy: gate.remedy ?? "mend them in the application",
                for: "\(count) rows"
            )
        }
    }

    /// A query that took its time and said nothing: nobody can tell, so the gate is closed.
    private static func endless(_ gate: Profile.OwnGate) -> GateFinding {
        let seconds = Int(gate.seconds)
        return .closed(
            "its query did not end within \(seconds) s, so nobody can tell",
            remedy: "correct the query of [[gates]] \(gate.name) in the profile, or give it more "
                + "time there with seconds = N",
            for: "no end"
        )
    }
}
