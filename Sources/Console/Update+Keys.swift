import MigrationEngine

extension Model {
    /// Takes a key: to the question, the prompt, the help, or the table of actions.
    mutating func press(_ key: Key) -> [Command] {
        if let commands = pressAnywhere(key) ?? takePaste(key) { return commands }
        switch overlay {
        case .confirm(let confirmation): return answer(confirmation, with: key)
        case .help(let first, let over, let search):
            return read(help: search, from: first, over: over, with: key)
        case .wizard(let wizard): return answer(wizard, with: key)
        case .palette(let palette): return answer(palette, with: key)
        case .themes(let picker): return answer(picker, with: key)
        case .columns(let picker): return answer(picker, with: key)
        case .running:
            if let commands = lookAway(with: key) { return commands }
        case .outcome(let first):
            if let commands = scrollOutcome(from: first, with: key) { return commands }
        case .decision(let entry): return fill(entry, with: key)
        case .answer(let answer, let first): return scroll(answer, from: first, with: key)
        case nil: break
        }
        if let prompt { return edit(prompt, with: key) }
        guard let action = keymap.action(for: key, in: pane) else {
            // From every pane the key of what is under way leads back to its steps.
            if hasSteps, keymap.action(for: key, in: .overview)?.id == actionOfSteps {
                overlay = .running
                return []
            }
            // What the key before was told is no answer to this one.
            notice = nil
            if let words = keymap.elsewhere(key, from: pane, in: self) { notify(words) }
            return []
        }
        return attempt(action)
    }

    /// Does an action of the pane that is shown, or says why not.
    mutating func attempt(_ id: Action.ID, anywhere: Bool = false) -> [Command] {
        let known = anywhere ? Actions.all : Actions.actions(in: pane)
        guard let action = known.first(where: { $0.id == id }) else {
            return []
        }
        return attempt(action)
    }

    private mutating func attempt(_ action: Action) -> [Command] {
        if let reason = action.refusal(in: self) {
            if action.id != .back { notify(reason, .promptError) }
            // The side may be there again: the next key knows.
            if cutover.silence != nil, !cutover.status.isLoading { return loadStatus() }
            return action.id == .migrate && unreadable != nil ? [.loadEarlier] : []
        }
        notice = nil
        return heldAt == nil ? perform(action.id) : performHeld(action.id)
    }

    /// Keys that do the same whatever is open: nil for the others.
    private mutating func pressAnywhere(_ key: Key) -> [Command]? {
        // This one ends the console whatever the settings say.
        if key == .control("c") { return perform(.quitNow) }
        let action = keymap.action(for: key, in: pane)?.id
        if case .control = key, let action, [.quitNow, .redraw, .suspend].contains(action) {
            return perform(action)
        }
        guard layout.kind == .tooSmall else { return nil }
        // A letter may belong to what is being typed, and nobody sees it.
        guard overlay == nil, prompt == nil else { return [] }
        return action == .quit || action == .quitNow ? perform(.quitNow) : []
    }

    // MARK: - The question

    private mutating func answer(_ question: Confirmation, with key: Key) -> [Command] {
        var question = question
        switch (key, question.kind) {
        case (.escape, _): return close(question)
        case (.enter, _):
            guard question.isContinueFocused else { return close(question) }
            guard question.isMatched else {
                if case .phrase(let phrase) = question.kind { refusePhrase(question.typed, phrase) }
                return []
            }
            return agree(to: question)
        case (.tab, _), (.backTab, _), (.left, _), (.right, _):
            question.isContinueFocused.toggle()
        case (.character("y"), .yesNo), (.character("Y"), .yesNo): return agree(to: question)
        case (.character, .yesNo): return close(question)
        case (.character(let character), .phrase(let phrase)):
            guard question.typed.count <= phrase.count else { break }
            question.typed.append(character)
        case (.backspace, .phrase): question.typed = String(question.typed.dropLast())
        case (.control("u"), .phrase): question.typed = ""
        default: break
        }
        overlay = .confirm(question)
        return []
    }

    /// Says that what was typed begins nothing.
    mutating func refusePhrase(_ typed: String, _ phrase: String) {
        let state = phrase.hasPrefix(typed) ? "the phrase is not there yet" : "wrong phrase"
        notify("\(state): nothing was begun; type \(phrase)", .promptError)
    }

    /// Closes a question that was answered with no, and says what that means.
    private mutating func close(_ question: Confirmation) -> [Command] {
        overlay = operation?.kind.mustFinish == true ? .running : nil
        // What runs goes on changing things.
        let running =
            operation?.kind.noun ?? (beside == nil ? nil : "comparison")
            ?? errand?.errand.noun
        let goesOn = question.concernsRun ? running.map { "the \($0) goes on" } : nil
        notify(goesOn ?? "nothing was changed")
        return []
    }

    private mutating func agree(to question: Confirmation) -> [Command] {
        overlay = operation?.kind.mustFinish == true ? .running : nil
        notice = nil
        // What was refused when the question was asked, or has become impossible since, stays so.
        switch question.consequence {
        case .migrate: return operation == nil ? begin(.migrate) : []
        case .migrateLive: return operation == nil ? begin(.migrate, isLive: true) : []
        case .cancel:
            if let whyFinal {
                notify(whyFinal, .promptError)
                return []
            }
            return stopOperation()
        case .quit: return leave(.asked)
        case .setWorkflow(let name, let isEnabled):
            return switchToggles([.init(name: name, enabled: isEnabled)])
        case .setAllWorkflows(let isEnabled, let shown):
            return switchAllAgreed(on: isEnabled, shown)
        case .applyToggleSet(let name, let shown): return applyAgreed(set: name, shown)
        case .saveToggleSet(let name): return saveAgreed(set: name)
        case .undoToggles(let shown): return agreeToUndo(shown)
        case .replay(let rows): return replayAgreed(rows)
        }
    }

    // MARK: - The cutover

    /// Keys over the steps of a cutover: nil leaves a key to the table of actions.
    private mutating func lookAway(with key: Key) -> [Command]? {
        switch key {
        case .escape, .enter:
            overlay = nil
            return []
        default: break
        }
        guard let action = keymap.action(for: key, in: pane) else { return [] }
        switch action.id {
        case .cancel, .theme, .quit, .quitNow: return nil
        case .help:
            overlay = .help(first: 0, over: .running)
            return []
        // Another pane is shown in place of the steps.
        case .show, .nextPane, .previousPane:
            overlay = nil
            return nil
        default: return []
        }
    }

    /// Keys over the outcome: nil leaves a key to the table of actions.
    private mutating func scrollOutcome(from first: Int, with key: Key) -> [Command]? {
        let last = OutcomeOverlay.lastFirst(in: self)
        switch key {
        case .escape, .enter: overlay = nil
        default: break
        }
        switch keymap.action(for: key, in: .overview)?.id {
        case .quit: overlay = nil
        case .down: overlay = .outcome(first: min(last, first + 1))
        case .up: overlay = .outcome(first: max(0, first - 1))
        case .help: overlay = .help(first: 0, over: .outcome(first: first))
        case .revert, .cutOver, .theme:
            overlay = nil
            return nil
        default: break
        }
        return []
    }

    // MARK: - The filter's prompt

    private mutating func edit(_ text: String, with key: Key) -> [Command] {
        switch key {
        case .escape:
            prompt = nil
            keepSelection()
            return []
        case .enter:
            prompt = nil
            return applyFilter(text)
        case .backspace: prompt = String(text.dropLast())
        case .control("u"): prompt = ""
        case .character(let character):
            if text.count < 100 { prompt = text + String(character) }
        default: break
        }
        keepSelection()
        return []
    }

    /// Filters the list of the pane; orders and stock are searched by the database.
    mutating func applyFilter(_ text: String) -> [Command] {
        // The word of a status means the status.
        let word = text.lowercased()
        if pane == .orders, let status = comparing.known.first(where: { $0 == word }) {
            return applyFilter("") + limit(to: status)
        }
        let isChanged = list.filter != text
        list.filter = text
        list.selected = nil
        list.index = 0
        guard isChanged, pane.isSearchedByEngine else {
            keepSelection()
            return []
        }
        forgetRows(of: pane)
        return reload()
    }
}
