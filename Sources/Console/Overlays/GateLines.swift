import Foundation
import MigrationEngine

/// The gates as the questions before a cutover show them, each with its evidence and what to do.
enum GateLines {
    /// The cells before a gate's name: the cursor, and its state.
    private static let stateWidth = 13
    private static let nameWidth = 22

    /// The page of the gates.
    ///
    /// - Parameters:
    ///   - wizard: Where the cursor is, and what is typed.
    ///   - model: The state of the console.
    /// - Returns: The lines, and the one that stands on top so that the cursor is seen.
    static func page(_ wizard: Wizard, _ model: Model) -> ([Line], first: Int) {
        guard model.cutover.gates.value != nil else { return (unknown(model), 0) }
        guard !model.gates.isEmpty else {
            return (
                [
                    [], [Span("This run has no gates that were looked at.", .statusWarn)],
                    [Span("The switch still compares every changed row before it hands over.")], [],
                ], 0
            )
        }
        let entry = wizard.entry.map { entryLines($0, model) } ?? []
        let unseen = model.unseenLines(width: OverlayBox.width(model), isMending: true)
        let gates = model.listedGates
        let head: [Line] =
            unseen + (unseen.isEmpty ? [] : [[]]) + [Steps.counts(gates), []]
        let whole = gates.enumerated().map { offset, gate in
            lines(of: gate, isSelected: offset == wizard.index, isWhole: true, model)
        }
        let room = OverlayBox.room(model) - head.count - entry.count
        // With room for all of them no gate keeps its evidence to itself.
        let hasRoom = whole.reduce(0) { $0 + $1.count } <= room
        let parts =
            hasRoom
            ? whole
            : gates.enumerated().map { offset, gate in
                let isSelected = offset == wizard.index
                return lines(
                    of: gate,
                    isSelected: isSelected,
                    isWhole: isSelected || gate.state != .open,
                    model
                )
            }
        var shown = entry + head
        var first = 0
        for (offset, part) in parts.enumerated() {
            if offset == wizard.index, entry.isEmpty { first = max(0, shown.count - 3) }
            shown += part
        }
        return (shown, first)
    }

    private static func unknown(_ model: Model) -> [Line] {
        guard let error = model.cutover.gates.error else {
            return [[], [Span("looking at the gates ...", .statusWait)], []]
        }
        let lines = error.description.split(separator: "\n").flatMap {
            Width.wrap(String($0), to: OverlayBox.width(model))
        }
        return [[]] + lines.map { [Span($0, .statusBad)] } + [[]]
    }

    /// The gates that one signature for all is about, and the question.
    private static func consentLines(_ entry: DecisionEntry, _ model: Model) -> [Line] {
        let gates = model.gates.filter { $0.kind == .person && !$0.isPassed }
        let names = gates.map { gate -> Line in
            [
                Span("  " + Width.pad(gate.name, to: nameWidth) + " ", .dialog),
                Span(gate.title, .textMuted),
            ]
        }
        return [[Span(entry.question, .dialogDanger)]] + names + [[]]
    }

    private static func entryLines(_ entry: DecisionEntry, _ model: Model) -> [Line] {
        guard entry.field != .consent else { return consentLines(entry, model) }
        return DecisionOverlay.lines(entry, width: OverlayBox.width(model))
    }

    private static func lines(
        of gate: Gate,
        isSelected: Bool,
        isWhole: Bool,
        _ model: Model
    ) -> [Line] {
        let glyphs = model.identity.glyphs
        let state = Steps.state(gate, glyphs: glyphs)
        let width = OverlayBox.width(model)
        let isWide = width >= 90
        let name = isWide ? Width.pad(gate.name, to: nameWidth) + " " : gate.name
        var head: Line = [
            Span(isSelected ? glyphs.run : " ", .prompt),
            Span(Width.pad(state.text, to: stateWidth), state.style),
            Span(name, isSelected ? .textStrong : .dialog),
        ]
        // On a wide screen the evidence stands in the gate's own line.
        let place = 1 + stateWidth + nameWidth + 1
        let evidence = isWide ? Width.wrap(gate.reason, to: width - place) : []
        if let first = evidence.first {
            head.append(Span(first, .textMuted))
        } else if gate.kind == .person {
            head.append(Span("  (a person signs)", .textMuted))
        }
        var lines = [head]
        lines += evidence.dropFirst().map { [Span(Width.pad("", to: place) + $0, .textMuted)] }
        guard isWhole else { return lines }
        let indent = isWide ? place : 1 + stateWidth
        // What it asks must not read as what was found.
        let asked = "asks: \(gate.title)"
        var texts = isWide ? [] : [gate.reason, asked].filter { !$0.isEmpty }
        if isWide, gate.state != .open || isSelected {
            texts.append(asked + (gate.kind == .person ? " (a person signs)" : ""))
        }
        // The reason of a gate that was signed says so already.
        if let decision = gate.decision, decision.isOverride || gate.state != .open {
            let note = decision.note.map { ": \($0)" } ?? ""
            let done = decision.isOverride ? "overridden" : "signed"
            texts.append("\(done) by \(decision.by)\(note)")
        }
        let muted = texts.flatMap { Width.wrap($0, to: width - indent) }
        lines += muted.map { [Span(Width.pad("", to: indent)), Span($0, .textMuted)] }
        let next = remedies(gate, model).flatMap { Width.wrap($0, to: width - indent) }
        lines += next.map { [Span(Width.pad("", to: indent)), Span($0, .dialog)] }
        return lines
    }

    /// What to do about a gate: the key here first, then the command for elsewhere.
    ///
    /// - Parameters:
    ///   - gate: The gate.
    ///   - model: The state of the console.
    /// - Returns: Sentences; none for an open gate.
    static func remedies(_ gate: Gate, _ model: Model) -> [String] {
        guard !gate.isPassed else { return [] }
        let remedy = gate.remedy.map { [$0] } ?? []
        switch (gate.kind, gate.state) {
        case _ where model.whyNoWord != nil: return remedy.map { "next: \($0)" }
        case (.person, _):
            let others = model.gates.count { $0.kind == .person && !$0.isPassed } > 1
            return ["next: s signs it here\(others ? ", S all of them" : "")"]
                + remedy.map { "or: \($0)" }
        case (.machine, .waiting):
            return remedy.isEmpty
                ? ["next: nothing, the cutover waits for it"] : remedy.map { "next: \($0)" }
        case (.machine, _):
            let keys = remedy.flatMap { keyed($0, model) }
            // A command that this console keeps from its work helps nobody.
            let others = remedy.filter { keys.isEmpty || !isOurs($0, model) }
            let next = keys + others.map { keys.isEmpty ? "next: \($0)" : "or: \($0)" }
            return next + ["else: o overrides it with your name and reason; some gates refuse that"]
        }
    }

    /// Whether the console does already what a remedy begins with, so that a shell is refused.
    private static func isOurs(_ remedy: String, _ model: Model) -> Bool {
        model.operation?.kind == .follow && remedy.contains("cutover follow")
    }

    /// The keys of the console that do what a remedy names as a command.
    private static func keyed(_ remedy: String, _ model: Model) -> [String] {
        let doors: [(command: String, action: Action.ID, words: String)] = [
            ("cutover follow", .follow, "follows the source"),
            ("cutover migrate --live", .migrateLive, "goes on with the copy"),
            ("cutover verify", .verify, "compares both sides"),
            ("cutover revert", .revert, "goes back"),
            (
                "cutover quarantine list", .show(.quarantine),
                "shows the rows in quarantine: replay or accept each"
            ),
        ]
        // What the remedy names first is done first: what comes behind may be of no use before it.
        let named = doors.compactMap { door in
            remedy.range(of: door.command).map { (door: door, place: $0.lowerBound) }
        }.sorted { $0.place < $1.place }
        return named.compactMap { door, _ in
            guard let action = Actions.all.first(where: { $0.id == door.action }),
                model.operation?.kind != .follow || door.action != .follow,
                action.refusal(in: model) == nil
            else { return nil }
            return "next: Esc, then \(model.key(door.action)) \(door.words)"
        }
    }
}
