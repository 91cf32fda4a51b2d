import MigrationEngine

/// A person's word on a gate.
struct Decision: Equatable, Sendable {
    /// What is said.
    enum Kind: Equatable, Sendable {
        /// A signature; nil for all gates that persons decide.
        case sign(gate: String?)
        /// The gate is closed, and the cutover may begin all the same.
        case override(gate: String)
    }

    var kind: Kind
    var author: String
    var note = ""

    /// What was done, in words.
    var words: String {
        switch kind {
        case .sign(let gate?): "\(gate) was signed by \(author)"
        case .sign(nil): "what persons decide was signed by \(author)"
        case .override(let gate): "\(gate) was overridden by \(author)"
        }
    }
}

/// A decision while it is typed: who, and for an override why, and its phrase.
struct DecisionEntry: Equatable, Sendable {
    /// What is asked for.
    enum Field: Equatable, Sendable {
        case author
        case note
        case phrase
        /// Whether all of them are signed: `y` or `n`.
        case consent
    }

    var decision: Decision
    var field = Field.author
    var typed = ""
    /// Whether what stands there is only proposed, so that the first letter takes its place.
    var isProposed = false

    /// The question.
    var question: String {
        switch (field, decision.kind) {
        case (.author, .sign(let gate?)): "Who signs \(gate)?"
        case (.author, .sign(nil)): "Who signs all that persons decide?"
        case (.author, .override(let gate)): "Who overrides \(gate)?"
        case (.note, .override(let gate)):
            "\(decision.author) overrides \(gate). Why is it passed although it is closed?"
        case (.note, _): "Why is it passed although it is closed?"
        case (.phrase, _): "Type \(phrase) to override it:"
        case (.consent, _): "\(decision.author) signs every one of these. y signs, n does not."
        }
    }

    /// The phrase of an override.
    var phrase: String {
        if case .override(let gate) = decision.kind { return "override \(gate)" }
        return ""
    }
}

extension Model {
    /// Asks who signs the gate under the cursor, or all that persons decide.
    mutating func beginSigning(_ wizard: Wizard, all: Bool) {
        guard gates.indices.contains(wizard.index) else { return }
        let gate = gates[wizard.index]
        guard all || gate.kind == .person else {
            notify("\(gate.name) is decided by looking, not by a signature", .promptError)
            return
        }
        ask(.sign(gate: all ? nil : gate.name), in: wizard)
    }

    /// Asks who passes the closed gate under the cursor, and why.
    mutating func beginOverride(_ wizard: Wizard) {
        guard gates.indices.contains(wizard.index) else { return }
        let gate = gates[wizard.index]
        guard gate.kind == .machine, gate.blocks else {
            let reason = gate.blocks ? "is signed with s, not overridden" : "is not closed"
            notify("\(gate.name) \(reason)", .promptError)
            return
        }
        ask(.override(gate: gate.name), in: wizard)
    }

    private mutating func ask(_ kind: Decision.Kind, in wizard: Wizard) {
        var wizard = wizard
        let decision = Decision(kind: kind, author: cutover.signer)
        var entry = DecisionEntry(decision: decision)
        // The name is asked for once; what is typed next is the reason.
        if case .override = kind, !cutover.signer.isEmpty {
            entry.field = .note
        } else {
            entry.typed = cutover.signer
            entry.isProposed = !cutover.signer.isEmpty
        }
        wizard.entry = entry
        overlay = .wizard(wizard)
    }

    /// Takes a key while a decision is typed.
    mutating func fill(
        _ entry: DecisionEntry,
        of wizard: Wizard,
        with key: Key
    ) -> [Command] {
        var (wizard, entry) = (wizard, entry)
        switch key {
        case .escape:
            wizard.entry = nil
            notify("nothing was decided")
            overlay = .wizard(wizard)
            return []
        case .character("y") where entry.field == .consent:
            wizard.entry = nil
            overlay = .wizard(wizard)
            return [.decide(entry.decision)]
        case .character("n") where entry.field == .consent:
            return fill(entry, of: wizard, with: .escape)
        case _ where entry.field == .consent: return []
        case .enter: return next(entry, of: wizard)
        case .backspace where entry.field == .note && entry.typed.isEmpty:
            entry.field = .author
            entry.typed = entry.decision.author
            entry.isProposed = true
        case .backspace:
            entry.typed = entry.isProposed ? "" : String(entry.typed.dropLast())
            entry.isProposed = false
        case .control("u"): entry.typed = ""
        case .character(let character):
            if entry.isProposed { entry.typed = "" }
            entry.isProposed = false
            if entry.typed.count < 100 { entry.typed.append(character) }
        default: break
        }
        wizard.entry = entry
        overlay = .wizard(wizard)
        return []
    }

    private mutating func next(_ entry: DecisionEntry, of wizard: Wizard) -> [Command] {
        var (wizard, entry) = (wizard, entry)
        guard entry.typed.contains(where: { !$0.isWhitespace }) else {
            notify(entry.field == .note ? "say why" : "a name is needed", .promptError)
            return []
        }
        switch entry.field {
        case .author:
            cutover.signer = entry.typed
            entry.decision.author = entry.typed
            entry.field = entry.decision.kind == .sign(gate: nil) ? .consent : .note
        case .note:
            entry.decision.note = entry.typed
            entry.field = .phrase
        case .phrase:
            guard entry.typed == entry.phrase else {
                refusePhrase(entry.typed, entry.phrase)
                return []
            }
        case .consent: return []
        }
        var isWhole = wizard.entry?.field == .phrase
        if case .sign = entry.decision.kind { isWhole = entry.field != .consent }
        entry.typed = ""
        entry.isProposed = false
        wizard.entry = isWhole ? nil : entry
        overlay = .wizard(wizard)
        return isWhole ? [.decide(entry.decision)] : []
    }
}
