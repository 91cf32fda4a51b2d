import Foundation

/// The evidence for people.
struct EvidenceText {
    private let evidence: Evidence
    private let sha256: String

    init(_ evidence: Evidence, sha256: String) {
        self.evidence = evidence
        self.sha256 = sha256
    }

    /// The whole text, without a line break at its end.
    var text: String {
        let sections = [
            sides, copy, mapping, quarantine, comparisons, businessChecks, gates, cutovers, steps,
            actions, unknown,
        ]
        let lines = ["EVIDENCE OF A CUTOVER", "sha256 \(sha256)"] + sections.flatMap { $0 }
        return lines.map { SafeText.visible($0) }.joined(separator: "\n")
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines.map { "  " + $0 }
    }

    private var sides: [String] {
        var lines: [String] = []
        if let source = evidence.source {
            lines.append("source       \(source.path), fingerprint \(source.fingerprint)")
        }
        if let target = evidence.target {
            lines.append("target       \(target.address), schema \(target.schema)")
            lines.append("server       \(target.fingerprint), PostgreSQL \(target.serverVersion)")
        }
        if let run = evidence.run {
            lines.append("run          \(run.id), mode \(run.mode), \(run.phase ?? "unknown")")
            lines.append("live side    \(run.liveSide)")
        }
        if let backup = evidence.backup {
            let now =
                backup.sha256Now.map { $0 == backup.sha256 ? "unchanged" : "CHANGED: \($0)" }
                ?? "GONE"
            lines.append("backup       \(backup.path)")
            lines.append("             sha256 \(backup.sha256), \(now)")
        }
        return section("THE RUN", lines)
    }

    private var copy: [String] {
        guard let copy = evidence.copy else { return [] }
        var lines = copy.phases.map { "\(pad($0.name, 12)) \(seconds($0.seconds))" }
        lines.append("\(pad("all", 12)) \(seconds(copy.seconds))")
        lines += copy.tables.map { table in
            "\(pad(table.name, 32)) \(table.sourceRows) rows = \(table.targetRows) in the target + "
                + "\(table.quarantinedRows) in quarantine"
        }
        lines += copy.conversions.map {
            "\($0.table).\($0.column): \($0.cells) by \($0.conversion)"
        }
        return section("THE COPY", lines)
    }

    private var mapping: [String] {
        section(
            "MAPPING",
            evidence.mapping.flatMap { table -> [String] in
                if let skip = table.skip { return ["\(table.table): left out, \(skip)"] }
                let changed = table.columns.compactMap { column -> String? in
                    if let skip = column.skip { return "  \(column.source): left out, \(skip)" }
                    guard !column.conversions.isEmpty || column.expression != nil else {
                        return nil
                    }
                    let how =
                        column.conversions + (column.expression.map { ["read as \($0)"] } ?? [])
                    return "  \(column.source): \(how.joined(separator: ", "))"
                }
                return ["\(table.table) -> \(table.target ?? ""), \(table.columns.count) columns"]
                    + changed
            }
        )
    }

    private var quarantine: [String] {
        guard let quarantine = evidence.quarantine else { return [] }
        let groups = quarantine.groups.map { group in
            "\(group.table)\(group.column.map { ".\($0)" } ?? ""): \(group.reason): \(group.rows) rows,"
                + " \(group.waiting) undecided, \(group.accepted) accepted, \(group.replayed) replayed"
        }
        let decisions = quarantine.decisions.map { decision in
            "\(decision.rows) rows \(decision.outcome) by \(decision.by)"
                + (decision.reason.map { ": \($0)" } ?? "")
        }
        return section("QUARANTINE", groups.isEmpty ? ["no row"] : groups + decisions)
    }

    private var comparisons: [String] {
        var lines: [String] = []
        if let last = evidence.verifications.last {
            lines.append("\(last.at)  \(last.verdict)")
        }
        let newest = evidence.verifications.last { !$0.tables.isEmpty }?.tables
        for table in newest ?? evidence.copy?.verify ?? [] {
            lines.append(
                "\(pad(table.name, 32)) \(pad(table.status.rawValue, 10)) \(table.digest ?? "")"
            )
        }
        return section("EVERY CELL COMPARED", lines)
    }

    private var businessChecks: [String] {
        guard let last = evidence.reconciliations.last else {
            return section("BUSINESS CHECKS", ["never asked of both sides: cutover reconcile"])
        }
        let checks = last.checks.map { check in
            let figures = "\(check.source ?? "-") / \(check.target ?? "-")"
            return "\(pad(check.name, 28)) \(pad(check.verdict.rawValue, 14)) \(figures)"
        }
        let outcome = last.ok ? "all hold" : "NOT ALL HOLD"
        return section("BUSINESS CHECKS", ["\(last.at)  \(outcome)"] + checks)
    }

    private var gates: [String] {
        let shown =
            evidence.gates.isEmpty
            ? (evidence.gatesAtSwitch?.gates ?? []).map {
                Evidence.GateState(
                    name: $0.name,
                    title: $0.title,
                    kind: $0.kind,
                    state: $0.state,
                    decision: $0.decision
                )
            } : evidence.gates
        return section(
            evidence.gates.isEmpty ? "GATES AS THE SWITCH FOUND THEM" : "GATES",
            shown.map { gate in
                let word = gate.decision.map { decision in
                    let kind = decision.isOverride ? "overridden" : "signed"
                    let note = decision.note.map { ": \($0)" } ?? ""
                    return "  \(kind) by \(decision.by) at \(decision.at)\(note)"
                }
                return "\(pad(gate.state.rawValue, 8)) \(pad(gate.name, 22)) \(gate.title)"
                    + (word ?? "")
            }
        )
    }

    private var cutovers: [String] {
        var lines: [String] = []
        for found in evidence.switches {
            lines.append(
                "\(found.at)  switch \(found.report.outcome.rawValue), writes blocked for "
                    + "\(seconds(found.report.writeFreezeSeconds)), "
                    + "\(found.report.drainedChanges) changes drained"
            )
            if let reason = found.report.reason { lines.append("  \(reason)") }
            lines += found.report.steps.map(step)
        }
        for found in evidence.reverts {
            lines.append(
                "\(found.at)  revert \(found.ok ? "done" : "NOT EQUAL"), writes blocked for "
                    + "\(seconds(found.writeFreezeSeconds)), \(found.replayedChanges) "
                    + "changes brought back"
            )
            lines += found.steps.map(step)
        }
        return section("SWITCHES AND WAYS BACK", lines)
    }

    private func step(_ step: SwitchReport.Step) -> String {
        "  \(pad(step.name, 18)) \(seconds(step.seconds))  \(step.outcome)"
    }

    private var steps: [String] {
        section(
            "STEPS IN THE JOURNAL",
            evidence.steps.map { step in
                "\(step.startedAt)  \(pad(step.name, 18)) \(step.seconds.map(seconds) ?? "under way")"
                    + "  \(step.outcome ?? "")\(step.detail.map { ": \($0)" } ?? "")"
            }
        )
    }

    private var actions: [String] {
        section(
            "WHAT OPERATORS DID",
            evidence.actions.map { action in
                let states = [action.before, action.after].compactMap { $0 }
                return "\(action.at)  \(action.who)  \(action.action)"
                    + (states.isEmpty ? "" : "  \(states.joined(separator: " -> "))")
            }
        )
    }

    private var unknown: [String] { section("COULD NOT BE READ", evidence.unknown) }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text.padding(toLength: width, withPad: " ", startingAt: 0)
    }

    private func seconds(_ value: Double) -> String { String(format: "%.3f s", value) }
}
