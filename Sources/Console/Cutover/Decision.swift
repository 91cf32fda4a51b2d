import MigrationEngine

/// A person's word on a gate, or on rows in quarantine.
struct Decision: Equatable, Sendable {
    /// What is said.
    enum Kind: Equatable, Sendable {
        /// A signature; nil for all gates that persons decide.
        case sign(gate: String?)
        /// The gate is closed, and the cutover may begin all the same.
        case override(gate: String)
        /// The rows are not in PostgreSQL, and may stay out of it.
        case accept(rows: [Int64])
    }

    var kind: Kind
    var author: String
    var note = ""

    /// What was done, in words.
    ///
    /// - Parameter outcome: What the engine says that it was done to.
    /// - Returns: The words; nil when nothing was left to decide.
    func words(_ outcome: Outcome) -> String? {
        switch outcome {
        case .gates(let names):
            let done = if case .override = kind { "overridden" } else { "signed" }
            guard let first = names.first else { return nil }
            return names.count == 1
                ? "\(first) was \(done) by \(author)"
                : "\(names.count) gates were \(done) by \(author): "
                    + names.joined(separator: ", ")
        case .rows(let report):
            guard report.accepted > 0 else { return nil }
            let were = report.accepted == 1 ? "was" : "were"
            return "\(Figures.rows(report.accepted)) in quarantine \(were) accepted by \(author); "
                + "\(Figures.count(report.waiting)) undecided"
        }
    }

    /// Why nothing was done, although the engine did not refuse.
    var emptyWords: String {
        if case .accept = kind {
            return "nothing was accepted: these rows were decided about before"
        }
        return "nothing was signed: all that persons decide is signed already"
    }

    /// What a decision was taken for.
    enum Outcome: Equatable, Sendable {
        case gates([String])
        case rows(AcceptReport)
    }
}

extension Model {
    /// Asks who signs the gate under the cursor, or all that persons decide.
    mutating func beginSigning(_ wizard: Wizard, all: Bool) {
        guard listedGates.indices.contains(wizard.index) else { return }
        let gate = listedGates[wizard.index]
        guard all || gate.kind == .person else {
            notify("\(gate.name) is decided by looking, not by a signature", .promptError)
            return
        }
        ask(.sign(gate: all ? nil : gate.name), in: wizard)
    }

    /// Asks who passes the closed gate under the cursor, and why.
    mutating func beginOverride(_ wizard: Wizard) {
        guard listedGates.indices.contains(wizard.index) else { return }
        let gate = listedGates[wizard.index]
        guard gate.kind == .machine, gate.blocks else {
            let reason = gate.blocks ? "is signed with s, not overridden" : "is not closed"
            notify("\(gate.name) \(reason)", .promptError)
            return
        }
        ask(.override(gate: gate.name), in: wizard)
    }

    private mutating func ask(_ kind: Decision.Kind, in wizard: Wizard) {
        var wizard = wizard
        wizard.entry = DecisionEntry(kind, by: cutover.signer)
        overlay = .wizard(wizard)
    }

    /// Takes a key while a decision about a gate is typed.
    mutating func fill(
        _ entry: DecisionEntry,
        of wizard: Wizard,
        with key: Key
    ) -> [Command] {
        var wizard = wizard
        var typed = Optional(entry)
        let decision = take(key, into: &typed)
        wizard.entry = typed
        overlay = .wizard(wizard)
        return decision.map { [.decide($0)] } ?? []
    }

    /// Takes a key into a decision that is typed.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - entry: The decision as far as it is typed; nil behind it, when it is whole or was left.
    /// - Returns: The decision when it is whole.
    mutating func take(_ key: Key, into entry: inout DecisionEntry?) -> Decision? {
        guard var typed = entry else { return nil }
        let step = typed.take(key)
        cutover.signer = typed.decision.author
        entry = typed
        switch step {
        case .goesOn: break
        case .refused(let words): notify(words, .promptError)
        case .wrongPhrase: refusePhrase(typed.typed, typed.phrase)
        case .left:
            notify("nothing was decided")
            entry = nil
        case .whole:
            entry = nil
            return typed.decision
        }
        return nil
    }
}
