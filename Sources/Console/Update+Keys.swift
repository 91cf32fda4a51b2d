import MigrationEngine

extension Model {
    /// Takes a key: to the question, the prompt, the help, or the table of actions.
    mutating func press(_ key: Key) -> [Command] {
        switch key {
        case .pasteBegin:
            isPasting = true
            return []
        case .pasteEnd:
            isPasting = false
            return []
        default: break
        }
        if key == .control("c") { return perform(.quitNow) }
        if key == .control("l") { return perform(.redraw) }
        if key == .control("z") { return perform(.suspend) }
        if layout.kind == .tooSmall {
            return key == .character("q") || key == .character("Q") ? perform(.quitNow) : []
        }
        switch overlay {
        case .confirm(let confirmation): return answer(confirmation, with: key)
        case .help(let first): return scrollHelp(from: first, with: key)
        case .wizard(let wizard): return answer(wizard, with: key)
        case .running:
            if let commands = lookAway(with: key) { return commands }
        case .outcome(let first):
            if let commands = scrollOutcome(from: first, with: key) { return commands }
        case nil: break
        }
        if let prompt { return edit(prompt, with: key) }
        // A pasted text is not a row of commands.
        guard !isPasting else { return [] }
        guard let action = Actions.action(for: key, in: pane) else { return [] }
        if let reason = action.refusal(in: self) {
            if action.id != .back { notify(reason, .promptError) }
            // The side may be there again: the next m knows.
            return action.id == .migrate && unreadable != nil ? [.loadEarlier] : []
        }
        notice = nil
        return perform(action.id)
    }

    // MARK: - The question

    private mutating func answer(_ question: Confirmation, with key: Key) -> [Command] {
        var question = question
        switch (key, question.kind) {
        case (.escape, _): return close(saying: "nothing was changed")
        case (.enter, _):
            guard question.isContinueFocused else { return close(saying: "nothing was changed") }
            guard question.isMatched else {
                notify("the phrase is not there yet", .promptError)
                return []
            }
            return agree(to: question)
        case (.tab, _), (.backTab, _), (.left, _), (.right, _):
            question.isContinueFocused.toggle()
        case (.character("y"), .yesNo), (.character("Y"), .yesNo): return agree(to: question)
        case (.character, .yesNo): return close(saying: "nothing was changed")
        case (.character(let character), .phrase(let phrase)):
            guard !isPasting else {
                notify("paste is refused here: type the phrase", .promptError)
                return []
            }
            guard question.typed.count <= phrase.count else { break }
            question.typed.append(character)
        case (.backspace, .phrase): question.typed = String(question.typed.dropLast())
        case (.control("u"), .phrase): question.typed = ""
        default: break
        }
        overlay = .confirm(question)
        return []
    }

    private mutating func close(saying text: String) -> [Command] {
        overlay = operation?.kind.mustFinish == true ? .running : nil
        notify(text)
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
            togglesInFlight += 1
            return [.setWorkflow(side: identity.liveSide, name: name, isEnabled: isEnabled)]
        case .disableAllWorkflows:
            let running = (workflows.value?.workflows ?? []).filter(\.enabled)
            togglesInFlight += running.count
            return running.map {
                .setWorkflow(side: identity.liveSide, name: $0.name, isEnabled: false)
            }
        }
    }

    // MARK: - The cutover

    /// Keys over the steps of a cutover: nil leaves a key to the table of actions.
    private mutating func lookAway(with key: Key) -> [Command]? {
        switch key {
        case .escape, .enter:
            overlay = nil
            return []
        case .character("x"), .character("T"), .character("q"), .character("Q"): return nil
        default: break
        }
        // Another pane is shown in place of the steps.
        guard let action = Actions.action(for: key, in: pane) else { return [] }
        switch action.id {
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
        case .escape, .enter, .character("q"): overlay = nil
        case .down, .character("j"): overlay = .outcome(first: min(last, first + 1))
        case .up, .character("k"): overlay = .outcome(first: max(0, first - 1))
        case .character("R"), .character("c"), .character("T"):
            overlay = nil
            return nil
        default: break
        }
        return []
    }

    // MARK: - The help

    private mutating func scrollHelp(from first: Int, with key: Key) -> [Command] {
        let last = HelpOverlay.lastFirst(in: self)
        switch key {
        case .escape, .character("?"), .character("q"), .enter: overlay = nil
        case .down, .character("j"): overlay = .help(first: min(last, first + 1))
        case .up, .character("k"): overlay = .help(first: max(0, first - 1))
        case .pageDown: overlay = .help(first: min(last, first + 10))
        case .pageUp: overlay = .help(first: max(0, first - 10))
        case .end, .character("G"): overlay = .help(first: last)
        case .home, .character("g"): overlay = .help(first: 0)
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
        let isChanged = list.filter != text
        list.filter = text
        list.selected = nil
        list.index = 0
        guard isChanged, pane.isSearchedByEngine else {
            keepSelection()
            return []
        }
        orderLimit = 200
        if pane == .orders { orders.reset() } else { inventory.reset() }
        return reload()
    }
}
