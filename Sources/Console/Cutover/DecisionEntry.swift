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
        case (.author, .accept(let rows)): "Who accepts the loss of \(Figures.rows(rows.count))?"
        case (.note, .override(let gate)):
            "\(decision.author) overrides \(gate). Why is it passed although it is closed?"
        case (.note, .accept(let rows)):
            "\(decision.author) accepts \(Figures.rows(rows.count)). Why may they be missing?"
        case (.note, .sign): "Why is it passed although it is closed?"
        case (.phrase, _): "Type \(phrase) to override it:"
        case (.consent, _): "\(decision.author) signs every one of these. y signs, n does not."
        }
    }

    /// The phrase of an override.
    var phrase: String {
        if case .override(let gate) = decision.kind { return "override \(gate)" }
        return ""
    }

    /// Begins a decision.
    ///
    /// - Parameters:
    ///   - kind: What is decided.
    ///   - signer: Who has decided before; the name is asked for once.
    init(_ kind: Decision.Kind, by signer: String) {
        decision = Decision(kind: kind, author: signer)
        if !signer.isEmpty, wantsNote {
            field = .note
        } else {
            typed = signer
            isProposed = !signer.isEmpty
        }
    }

    /// What a key did.
    enum Step: Equatable, Sendable {
        case goesOn
        /// The field is not filled as it has to be.
        case refused(String)
        case wrongPhrase
        /// The operator decides nothing.
        case left
        /// Everything is there.
        case whole
    }

    private var wantsNote: Bool {
        switch decision.kind {
        case .override, .accept: true
        case .sign: false
        }
    }

    /// The fields in their order.
    private var fields: [Field] {
        switch decision.kind {
        case .sign(nil): [.author, .consent]
        case .sign: [.author]
        case .override: [.author, .note, .phrase]
        case .accept: [.author, .note]
        }
    }

    /// Takes a key.
    ///
    /// - Parameter key: The key.
    /// - Returns: What it did.
    mutating func take(_ key: Key) -> Step {
        switch key {
        case .escape: return .left
        case .character("y") where field == .consent: return .whole
        case .character("n") where field == .consent: return .left
        case _ where field == .consent: break
        case .enter: return goOn()
        case .backspace where field == .note && typed.isEmpty:
            field = .author
            typed = decision.author
            isProposed = true
        case .backspace:
            typed = isProposed ? "" : String(typed.dropLast())
            isProposed = false
        case .control("u"): typed = ""
        case .character(let character):
            if isProposed { typed = "" }
            isProposed = false
            if typed.count < 100 { typed.append(character) }
        default: break
        }
        return .goesOn
    }

    private mutating func goOn() -> Step {
        guard typed.contains(where: { !$0.isWhitespace }) else {
            return .refused(field == .note ? "say why" : "a name is needed")
        }
        switch field {
        case .author: decision.author = typed
        case .note: decision.note = typed
        case .phrase where typed != phrase: return .wrongPhrase
        case .phrase, .consent: break
        }
        guard let place = fields.firstIndex(of: field), place + 1 < fields.count else {
            return .whole
        }
        field = fields[place + 1]
        typed = ""
        isProposed = false
        return .goesOn
    }
}
