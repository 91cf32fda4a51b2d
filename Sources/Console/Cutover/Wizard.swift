import MigrationEngine

/// The questions before a cutover or a way back, one after the other.
///
/// Nothing happens before the last of them is answered with the whole phrase.
struct Wizard: Equatable, Sendable {
    /// Where it leads.
    enum Kind: Equatable, Sendable {
        case cutOver
        case revert
    }

    /// The pages, in order; the way back has no gates.
    enum Page: Int, CaseIterable, Sendable {
        case gates = 1
        case plan
        case phrase
    }

    /// How long the phrase may take: who was called away must not find a loaded gun.
    static let patience = 120.0

    var kind: Kind
    var page: Page
    /// The phrase, as far as it is typed.
    var typed = ""
    /// The gate under the cursor, or the line on top of a page that is scrolled.
    var index = 0
    /// The gates as they were agreed to.
    var agreed: [Gate] = []
    /// When the page of the phrase was opened.
    var phraseAt: Double?
    /// What is typed to decide a gate; nil when none is.
    var entry: DecisionEntry?

    /// The pages of this kind.
    var pages: [Page] { kind == .cutOver ? Page.allCases : [.plan, .phrase] }

    /// The action that the questions are about.
    var begins: Action.ID { kind == .cutOver ? .cutOver : .revert }

    /// The phrase: it names the database, so that fingers trained on another one do not know it.
    ///
    /// - Parameter identity: The two sides.
    /// - Returns: What has to be typed.
    func phrase(_ identity: Model.Identity) -> String {
        "\(kind == .cutOver ? "cut over" : "revert") \(identity.targetName)"
    }
}

extension Gate {
    /// How much it stands against the cutover: what waits does not, because the cutover waits, too.
    fileprivate var severity: Int { blocks ? 2 : state == .closed ? 1 : 0 }
}

extension Model {
    /// The gates that do not let the cutover begin.
    var closedGates: [Gate] { gates.filter(\.blocks) }

    /// The gates that have become worse since the operator agreed to them.
    ///
    /// - Parameter agreed: The gates as they were then.
    /// - Returns: Those that stand more against the cutover than they did; a live run opens and
    ///   closes the waiting ones all the time, and what became better needs no second look.
    func worse(than agreed: [Gate]) -> [Gate] {
        let before = Dictionary(agreed.map { ($0.name, $0.severity) }) { first, _ in first }
        return gates.filter { $0.severity > before[$0.name] ?? 0 }
    }

    /// The questions that are open, also below their help.
    var openWizard: Wizard? {
        switch overlay {
        case .wizard(let wizard), .help(_, over: .wizard(let wizard), _): wizard
        default: nil
        }
    }

    /// Opens the questions, or the steps of what is under way.
    mutating func openWizard(_ kind: Wizard.Kind) -> [Command] {
        let running: Operation.Kind = kind == .cutOver ? .cutOver : .revert
        if operation?.kind == running {
            overlay = .running
            return []
        }
        cutover.decided = []
        overlay = .wizard(Wizard(kind: kind, page: kind == .cutOver ? .gates : .plan))
        guard kind == .cutOver else { return loadWritten() }
        // Only what is looked at now can be agreed to.
        cutover.gates.reset()
        return loadGates()
    }

    /// Takes a key while the questions are open.
    mutating func answer(_ wizard: Wizard, with key: Key) -> [Command] {
        // What was said about the last key does not concern this one.
        notice = nil
        let isTyping = wizard.entry != nil || wizard.page == .phrase
        if key == .function(1) || (!isTyping && keymap.action(for: key, in: pane)?.id == .help) {
            overlay = .help(first: 0, over: .wizard(wizard))
            return []
        }
        if let entry = wizard.entry { return fill(entry, of: wizard, with: key) }
        if let words = whyNoGate(wizard, key) {
            notify(words, .promptError)
            return []
        }
        switch (key, wizard.page) {
        case (.escape, _), (.character("q"), .gates), (.character("q"), .plan):
            overlay = nil
            notify(whatStands(wizard))
            return []
        case (.enter, _): return goOn(wizard)
        case (_, .phrase): edit(wizard, with: key)
        case (.down, .gates), (.character("j"), .gates): move(wizard, by: 1)
        case (.up, .gates), (.character("k"), .gates): move(wizard, by: -1)
        case (.home, .gates), (.character("g"), .gates): move(wizard, by: -listedGates.count)
        case (.end, .gates), (.character("G"), .gates): move(wizard, by: listedGates.count)
        case (.character("s"), .gates): beginSigning(wizard, all: false)
        case (.character("S"), .gates): beginSigning(wizard, all: true)
        case (.character("o"), .gates): beginOverride(wizard)
        case (.character("r"), .gates): return loadGates()
        case (.down, .plan), (.character("j"), .plan): scroll(wizard, by: 1)
        case (.up, .plan), (.character("k"), .plan): scroll(wizard, by: -1)
        case (.left, .plan), (.backspace, .plan), (.character("h"), .plan): goBack(wizard)
        default: break
        }
        return []
    }

    /// Why a key for a gate does nothing yet, in words: which gates there are is being looked at.
    private func whyNoGate(_ wizard: Wizard, _ key: Key) -> String? {
        if wizard.page == .gates, let whyNoWord, "sSo".map({ Key.character($0) }).contains(key) {
            return whyNoWord
        }
        let keys: [Key] = [.up, .down] + "jkgGsSo".map { Key.character($0) }
        guard wizard.page == .gates, cutover.gates.value == nil, keys.contains(key) else {
            return nil
        }
        return cutover.gates.error == nil
            ? "the gates are being looked at; press \(key.label) again when they stand here"
            : "the gates cannot be looked at; r tries it again"
    }

    private mutating func move(_ wizard: Wizard, by rows: Int) {
        var wizard = wizard
        wizard.index = min(max(0, wizard.index + rows), max(0, listedGates.count - 1))
        overlay = .wizard(wizard)
    }

    private mutating func scroll(_ wizard: Wizard, by rows: Int) {
        var wizard = wizard
        let last = WizardOverlay.lastFirst(wizard, self)
        wizard.index = min(max(0, wizard.index + rows), last)
        overlay = .wizard(wizard)
    }

    private mutating func goBack(_ wizard: Wizard) {
        guard let place = wizard.pages.firstIndex(of: wizard.page), place > 0 else { return }
        var wizard = wizard
        wizard.page = wizard.pages[place - 1]
        wizard.index = 0
        overlay = .wizard(wizard)
    }

    private mutating func goOn(_ wizard: Wizard) -> [Command] {
        var wizard = wizard
        switch wizard.page {
        case .gates:
            guard cutover.gates.value != nil else {
                notify("the gates were not read yet", .promptError)
                return cutover.gates.isLoading ? [] : loadGates()
            }
            let closed = closedGates.count
            if let unseen = unseenGates.first {
                notify(unseen.words, .promptError)
                return []
            }
            guard closed == 0 else {
                let names = closedGates.prefix(3).map(\.name).joined(separator: ", ")
                notify("\(Figures.rows(closed, "gate")) closed: \(names)", .promptError)
                return []
            }
            wizard.agreed = gates
            wizard.page = .plan
            wizard.index = 0
        case .plan:
            wizard.page = .phrase
            wizard.phraseAt = now
            wizard.typed = ""
        case .phrase: return finish(wizard)
        }
        notice = nil
        overlay = .wizard(wizard)
        return []
    }

    private mutating func finish(_ wizard: Wizard) -> [Command] {
        guard wizard.typed == wizard.phrase(identity) else {
            refusePhrase(wizard.typed, wizard.phrase(identity))
            return []
        }
        // While PostgreSQL is silent the question stays: it may answer before the patience ends.
        if let reason = refusal(of: wizard.begins), cutover.silence != nil {
            notify(reason, .promptError)
            return cutover.status.isLoading ? [] : loadStatus()
        }
        if wizard.kind == .cutOver, whyNoWord != nil, cutover.gates.isLoading {
            notify("the gates are being looked at again; Enter in a moment", .promptError)
            return []
        }
        if wizard.kind == .cutOver, let worse = worse(than: wizard.agreed).first {
            var again = wizard
            again.page = .gates
            again.typed = ""
            again.phraseAt = nil
            again.index = listedGates.firstIndex { $0.name == worse.name } ?? 0
            overlay = .wizard(again)
            let state = worse.blocks ? "closed" : "closed and overridden"
            notify("\(worse.name) is \(state) since you agreed: \(worse.reason)", .promptError)
            return []
        }
        // What has become impossible since the questions were opened stays so.
        if let reason = refusal(of: wizard.begins) {
            overlay = nil
            notify(reason, .promptError)
            return []
        }
        return begin(wizard.kind == .cutOver ? .cutOver : .revert)
    }

    private mutating func edit(_ wizard: Wizard, with key: Key) {
        var wizard = wizard
        switch key {
        case .character(let character):
            guard wizard.typed.count <= wizard.phrase(identity).count else { return }
            wizard.typed.append(character)
        case .backspace: wizard.typed = String(wizard.typed.dropLast())
        case .control("u"): wizard.typed = ""
        default: return
        }
        overlay = .wizard(wizard)
    }

    /// Closes a phrase that was begun and left alone.
    mutating func closeLatePhrase() {
        guard let wizard = openWizard, wizard.page == .phrase, let begun = wizard.phraseAt,
            now - begun >= Wizard.patience
        else { return }
        overlay = nil
        notify("nobody typed the phrase for two minutes; \(whatStands(wizard))", .statusWarn)
    }

    /// What is true when the questions are left: a word on a gate is kept by the journal.
    private func whatStands(_ wizard: Wizard) -> String {
        guard !cutover.decided.isEmpty else { return "nothing was changed" }
        let noun = wizard.kind == .cutOver ? "the cutover" : "the way back"
        return "\(noun) was not begun; this stays: \(cutover.decided.joined(separator: "; "))"
    }
}
